"""What the arithmetic coder writes, its reader reads back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from understudy.mocks.engine.media.colour import Colour
from understudy.mocks.engine.media.vp9 import AGAIN, Range, key_frame


def read(data: bytes, chances: list[int]) -> list[int]:
    """The choices, found by narrowing the range as the specification tells a decoder to."""
    value, width, found, place = int.from_bytes(data), 255, [], 8 * len(data) - 8
    for chance in chances:
        split = 1 + ((width - 1) * chance >> 8)
        choice = value >= split << place
        value, width = (value - (split << place), width - split) if choice else (value, split)
        found.append(int(choice))
        while width < 128:
            width, place = 2 * width, place - 1
    return found


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(1, 255)), max_size=300))
def test_choices_come_back(choices: list[tuple[int, int]]) -> None:
    coder = Range()
    for choice, chance in choices:
        coder.put(choice, chance)
    assert read(coder.done(), [128, *(chance for _, chance in choices)]) == [0, *(choice for choice, _ in choices)]


def test_likely_choices_cost_next_to_nothing_and_carries_run_back() -> None:
    coder = Range()
    for _ in range(10_000):
        coder.put(0, 255)
    assert len(coder.done()) < 20
    coder = Range()
    chances = [1, 255, 254, 2] * 2_000
    for at, chance in enumerate(chances):
        coder.put(at % 3 == 0 or chance == 1, chance)
    assert read(coder.done(), [128, *chances])[1:] == [
        int(at % 3 == 0 or chance == 1) for at, chance in enumerate(chances)
    ]


def test_no_frame_looks_like_several_in_one() -> None:
    for side in range(1, 200):
        assert key_frame(side, 200 - side, Colour(80, 150, 150))[-1] & 0xE0 != 0xC0
    assert AGAIN[-1] & 0xE0 != 0xC0
