"""A life that is over can be taken up again: what has passed stands, and the stretches add up to the whole run."""

from __future__ import annotations

from math import inf, isclose
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from understudy.mocks.engine.clock import Clock
from understudy.mocks.engine.gallery import Gallery
from understudy.mocks.engine.medium import Medium
from understudy.mocks.engine.refusal import Refusal
from understudy.mocks.engine.script import Script
from understudy.mocks.engine.session import Session
from understudy.mocks.engine.task import Again, Order, Task
from understudy.mocks.engine.timeline import BARELY, FINAL, State

FILES = tuple(Medium("image", "png", 8, 8, since=share, name=f"{share}") for share in (0.25, 0.5, 1.0))
ORDER = Order("toy", "make", "cube", b"{}", FILES)
USUAL = (2.0, 10.0)
AGAIN = Again("again", USUAL)
EITHER = (State.QUEUED, State.RUNNING)
BEGUN = {State.QUEUED: frozenset({State.RUNNING, State.CANCELLED}), State.RUNNING: FINAL} | {
    state: frozenset({State.QUEUED, State.RUNNING}) for state in FINAL
}


class World:
    """A session without a wire."""

    def __init__(self, slots: int | None = None) -> None:
        self.clock = Clock("manual")
        self.session = Session("here", self.clock, Gallery(), None)
        self.account = self.session.open_account("toy", "key", slots, 100.0)

    def submit(self, price: float | None = 1.0) -> str:
        return self.session.submit(self.account, ORDER, USUAL, price, self.clock.now).id

    def script(self, **wish: Any) -> None:
        self.session.wishes.scripts.append(Script(**wish))

    def resume(self, name: str, kept: float | None = None) -> Task:
        return self.session.resume(self.task(name), AGAIN._replace(kept=kept), self.clock.now)

    def task(self, name: str) -> Task:
        return self.session.tasks[name]

    def at(self, moment: float) -> None:
        self.clock.advance(moment - self.clock.now)

    def state(self, name: str) -> State:
        return self.task(name).timeline.at(self.clock.now)

    def reached(self, name: str) -> float:
        return self.task(name).reached(self.clock.now)


def test_a_paused_life_goes_on_where_it_stopped() -> None:
    world = World()
    world.script(pauses=0.4)
    name = world.submit()
    world.at(4)
    assert (world.state(name), world.reached(name)) == (State.RUNNING, 0.2)
    world.at(6)
    assert (world.state(name), world.reached(name)) == (State.PAUSED, 0.4)
    world.at(50)
    assert world.reached(name) == 0.4
    world.resume(name)
    assert (world.state(name), world.reached(name)) == (State.QUEUED, 0.4)
    world.at(53)
    assert (world.state(name), round(world.reached(name), 9)) == (State.RUNNING, 0.5)
    world.at(58)
    assert (world.state(name), world.reached(name)) == (State.SUCCEEDED, 1)
    want = [(0, State.QUEUED), (2, State.RUNNING), (6, State.PAUSED), (50, State.QUEUED), (52, State.RUNNING),
            (58, State.SUCCEEDED)]  # fmt: skip
    assert [tuple(beat) for beat in world.task(name).timeline.beats] == want


def test_what_is_lost_is_run_again() -> None:
    world = World()
    world.script(pauses=0.4)
    name = world.submit()
    world.at(6)
    world.resume(name, kept=0.25)
    assert world.reached(name) == 0.25
    world.at(8 + 7.5)
    assert (world.state(name), world.task(name).timeline.ends) == (State.SUCCEEDED, 15.5)


def test_no_more_is_kept_than_was_reached() -> None:
    world = World()
    world.script(pauses=0.4)
    name = world.submit()
    world.at(6)
    assert world.resume(name, kept=0.9).course.since == 0.4


@pytest.mark.parametrize("ending", ["fails", "cancelled"])
def test_a_bad_end_is_no_whole_run(ending: str) -> None:
    world = World()
    world.script(**{ending: True})
    name = world.submit()
    world.at(12)
    assert world.state(name) in FINAL
    assert world.reached(name) == BARELY
    assert not world.task(name).made(2, world.clock.now)
    world.resume(name, kept=0.5)
    world.at(14 + 5)
    assert (world.state(name), world.reached(name)) == (State.SUCCEEDED, 1)


def test_who_was_cancelled_in_the_line_has_reached_nothing() -> None:
    world = World(slots=1)
    world.submit()
    name = world.submit()
    world.at(5)
    world.session.cancel(world.task(name), EITHER, 5)
    assert world.reached(name) == 0
    assert world.session.place(world.task(name), 5) == 0
    world.resume(name)
    assert world.session.place(world.task(name), 5) == 1
    world.at(12 + 12)
    assert world.state(name) is State.SUCCEEDED


def test_who_is_taken_up_again_stands_behind_who_waited() -> None:
    world = World(slots=1)
    world.script(pauses=True)
    first, second, third = (world.submit() for _ in range(3))
    world.at(7)
    assert world.state(first) is State.PAUSED
    world.at(8)
    world.resume(first)
    assert [world.session.place(world.task(name), 8) for name in (second, third, first)] == [1, 2, 3]
    world.session.cancel(world.task(third), EITHER, 8)
    assert [world.session.place(world.task(name), 8) for name in (second, first)] == [1, 2]
    ends = [world.task(name).timeline.ends for name in (second, first)]
    assert ends == [19, 19 + 2 + 5]
    assert world.task(first).timeline.states[:3] == (State.QUEUED, State.RUNNING, State.PAUSED)


def test_what_runs_is_not_taken_up_nor_given_another_order() -> None:
    world = World()
    name = world.submit()
    with pytest.raises(ValueError, match="expected a task that is over"):
        world.resume(name)
    with pytest.raises(ValueError, match="expected a task that is over"):
        world.session.edit(world.task(name), ORDER, 1, 0)


def test_the_money_is_held_again_and_charged_once() -> None:
    world = World()
    world.script(pauses=True)
    name, ledger = world.submit(price=60.0), world.account.ledger
    assert ledger.held == 60
    world.at(7)
    assert (ledger.held, ledger.charged) == (0, 0)
    world.resume(name)
    assert ledger.held == 60
    world.at(30)
    assert (ledger.held, ledger.charged, ledger.balance) == (0, 60, 40)
    assert dict(ledger.unpriced) == {}


def test_who_has_no_money_stays_where_he_is() -> None:
    world = World()
    world.script(pauses=True)
    name = world.submit()
    world.at(7)
    before = world.task(name)
    world.account.ledger.set(0)
    with pytest.raises(Refusal, match="no-money"):
        world.resume(name)
    assert world.task(name) == before


def test_an_order_of_unknown_price_is_noted_once() -> None:
    world = World()
    world.script(pauses=True)
    name = world.submit(price=None)
    world.at(7)
    world.resume(name)
    world.at(30)
    assert dict(world.account.ledger.unpriced) == {"cube": 1}


def test_a_script_may_be_for_the_second_stretch_alone() -> None:
    world = World()
    world.script(pauses=0.5)
    world.script(operation="again", running=20, fails=True)
    name = world.submit()
    world.at(7)
    world.resume(name)
    world.at(9 + 20)
    assert world.state(name) is State.FAILED
    assert world.task(name).timeline.ends == 29
    world.script(operation="again", refuses="no-money")
    with pytest.raises(Refusal, match="no-money"):
        world.resume(name)


def test_what_is_said_of_a_pause_is_said_of_the_rest() -> None:
    world = World()
    world.script(pauses=0.5, times="always")
    name = world.submit()
    world.at(7)
    world.resume(name)
    world.at(7 + 2 + 2.5)
    assert (world.state(name), world.reached(name)) == (State.PAUSED, 0.75)


def test_looks_and_spans_are_those_of_the_stretch() -> None:
    world = World()
    world.script(looks=3, pauses=0.5)
    world.script(running=4, pauses=0.5)
    looked, ran = world.submit(), world.submit()
    world.at(3)
    assert (world.state(looked), world.reached(looked)) == (State.PAUSED, 0.5)
    assert world.task(ran).timeline.ends == 2 + 4 * 0.5
    world.resume(looked)
    assert world.task(looked).timeline.ends == 3 + 1 + 2


def test_one_that_never_ends_goes_on_as_usual() -> None:
    world = World()
    world.script(stuck=True)
    name = world.submit()
    world.at(100)
    assert world.reached(name) == 0
    world.session.cancel(world.task(name), EITHER, 100)
    world.resume(name)
    assert world.task(name).timeline.ends == 112


def test_files_are_there_as_far_as_the_run_has_come() -> None:
    world = World()
    world.script(pauses=0.4)
    name = world.submit()
    found = []
    for moment in (2, 4.5, 6, 7):
        world.at(moment)
        found.append([world.task(name).made(at, moment) for at in range(3)])
    assert found == [[False] * 3, [True, False, False], [True, False, False], [True, False, False]]
    world.resume(name)
    world.at(15)
    assert [world.task(name).made(at, 15) for at in range(3)] == [True] * 3


def test_another_order_may_have_a_longer_run() -> None:
    world = World()
    name = world.submit()
    world.at(12)
    edited = world.session.edit(world.task(name), ORDER._replace(said=b'{"a":1}'), 0.5, 12)
    assert (edited.inputs, edited.reached(12)) == ({"a": 1}, 0.5)
    world.resume(name)
    assert world.task(name).timeline.ends == 12 + 2 + 10


def test_another_order_may_have_a_shorter_run() -> None:
    world = World()
    world.script(pauses=0.5)
    name = world.submit()
    world.at(7)
    world.session.edit(world.task(name), ORDER, 4.0, 7)
    assert world.reached(name) == BARELY
    world.resume(name)
    world.at(9.001)
    assert world.state(name) is State.SUCCEEDED


@pytest.mark.parametrize("pauses", [0, 1, 1.5, -0.1, "half", inf])
def test_a_pause_is_within_the_run(pauses: Any) -> None:
    with pytest.raises(ValueError, match="expected pauses to be"):
        Script(pauses=pauses)


steps = st.lists(st.tuples(st.sampled_from(["wait", "resume", "cancel", "submit"]), st.integers(0, 60)), max_size=25)
fates = st.lists(st.sampled_from([None, 0.1, 0.4, 0.77]), min_size=8, max_size=8)


@given(steps=steps, fates=fates, slots=st.sampled_from([None, 1, 2]))
def test_progress_never_falls_and_the_stretches_sum_up(
    steps: list[tuple[str, int]], fates: list[float | None], slots: int | None
) -> None:
    world = World(slots)
    for fate in fates:
        world.script(pauses=fate or False)
    names = [world.submit()]
    known: dict[str, tuple[float, State]] = {}
    for what, number in steps:
        name = names[number % len(names)]
        if what == "wait":
            world.at(round(world.clock.now + number / 10, 6))
        elif what == "submit" and len(names) < 4:
            names.append(world.submit())
        elif what == "cancel":
            world.session.cancel(world.task(name), EITHER, world.clock.now)
        elif what == "resume" and world.state(name) in FINAL - {State.SUCCEEDED}:
            world.resume(name)
        for each in names:
            share, state = world.reached(each), world.state(each)
            before = known.get(each, (0.0, State.QUEUED))
            assert before[0] <= share + 1e-9
            assert (share == 1) is (state is State.SUCCEEDED)
            known[each] = share, state
    for _ in range(4):
        world.at(world.clock.now + 1000)
        for each in [each for each in names if world.state(each) is not State.SUCCEEDED]:
            world.resume(each)
    world.at(world.clock.now + 1000)
    for each in names:
        _whole(world.task(each))
    money = world.account.ledger
    assert money.held == 0
    assert money.charged == sum(world.state(each) is State.SUCCEEDED for each in names)


def _whole(task: Task) -> None:
    """All that was run is one run, and each step is a legal one."""
    line = task.timeline
    pairs = list(zip(line.states, line.states[1:], strict=False))
    assert all(after in BEGUN[before] for before, after in pairs)
    assert list(line.times) == sorted(line.times)
    ran = sum(
        end - start for start, end, state in zip(line.times, line.times[1:], line.states, strict=False)
        if state is State.RUNNING
    )  # fmt: skip
    assert isclose(ran, 10 * task.reached(line.ends), abs_tol=1e-4)
