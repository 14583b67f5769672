"""How old things are, against a model that keeps every step."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from understudy.mocks.engine.wear import Wear

steps = st.lists(st.tuples(st.booleans(), st.integers(0, 50)), max_size=20)


@given(steps=steps, moments=st.lists(st.integers(0, 1200), max_size=20))
def test_only_what_was_advanced_wears(steps: list[tuple[bool, int]], moments: list[int]) -> None:
    wear, now, lived = Wear(), 0, [0]  # lived: how old at each tenth of a second
    for advanced, length in steps:
        if advanced:
            wear.advanced(now / 10, (now + length) / 10)
        else:
            wear.jumped(length / 10)
        lived += [lived[-1] + advanced * at for at in range(1, length + 1)]
        now += length
    for moment in (*moments, now):
        assert wear.at(moment / 10) == lived[min(moment, now)] / 10


def test_before_anything_was_lived_nothing_is_old() -> None:
    wear = Wear()
    assert wear.at(0) == wear.at(99) == 0
    wear.jumped(600)
    assert wear.at(600) == 0


def test_steps_of_one_life_are_kept_as_one() -> None:
    wear = Wear()
    for at in range(1000):
        wear.advanced(at, at + 1)
    assert len(wear._lived) == 1
    assert wear.at(999.5) == 999.5
