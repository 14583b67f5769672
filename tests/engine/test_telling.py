"""Whoever follows a task is told of each of its beats, once and in order, whatever becomes of it meanwhile."""

from __future__ import annotations

from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from understudy.mocks.engine.clock import Clock
from understudy.mocks.engine.gallery import Gallery
from understudy.mocks.engine.medium import Medium
from understudy.mocks.engine.script import Script
from understudy.mocks.engine.session import Session
from understudy.mocks.engine.task import Order, Task
from understudy.mocks.engine.timeline import FINAL, State

ORDER = Order("toy", "make", "cube", b"{}", (Medium("image", "png", 8, 8),))
QUEUED, RUNNING, SUCCEEDED, FAILED, CANCELLED, _ = State
EITHER = (QUEUED, RUNNING)
LIVES: list[dict[str, Any]] = [
    {}, {"queued": 0, "running": 0}, {"queued": 0, "running": 3}, {"looks": 0}, {"looks": 3},
    {"looks": 2, "stuck": True}, {"manual": True},
    {"manual": True, "fails": "1501"}, {"stuck": True}, {"cancelled": True, "running": 1},
]  # fmt: skip


class World:
    """A session whose every task is followed."""

    def __init__(self, slots: int | None = None, cap: int = 1000) -> None:
        self.clock = Clock("manual")
        self.session = Session("here", self.clock, Gallery(), None, cap=cap)
        self.account = self.session.open_account("toy", "key", slots)
        self.told: dict[str, list[tuple[float, State]]] = {}
        self.moments: list[float] = []
        self.tasks: list[Task] = []

    def tell(self, task: Task, state: State) -> None:
        self.moments.append(self.clock.now)
        self.told.setdefault(task.id, []).append((self.clock.now, state))

    def submit(self, usual: tuple[float, float] = (2.0, 5.0), **life: Any) -> Task:
        self.session.wishes.scripts = [Script(**life)] if life else []
        task = self.session.submit(self.account, ORDER, usual, 1.0, self.clock.now, self.tell)
        self.tasks.append(task)
        return task

    def cancel(self, task: Task) -> bool:
        return self.session.cancel(task, EITHER, self.clock.now)

    def cue(self, task: Task) -> State:
        return self.session.cue(task, self.clock.now).timeline.at(self.clock.now)

    def state(self, task: Task) -> State:
        return self.session.tasks[task.id].timeline.at(self.clock.now)


def test_each_beat_is_told_as_it_comes() -> None:
    world = World()
    task = world.submit()
    assert world.session.follows(task)
    world.clock.advance(1)
    world.clock.settle()
    assert world.told[task.id] == [(0, QUEUED), (2, RUNNING), (7, SUCCEEDED)]


def test_an_order_that_is_over_as_it_begins_is_told_at_once() -> None:
    world = World()
    task = world.submit(looks=0)
    assert world.told[task.id] == [(0, RUNNING), (0, SUCCEEDED)]
    world.clock.settle()
    assert len(world.told[task.id]) == 2


def test_a_cancel_is_told_and_what_would_have_been_is_not() -> None:
    world = World()
    task = world.submit()
    world.clock.advance(3)
    assert world.cancel(task)
    world.clock.settle()
    world.clock.advance(100)
    assert world.told[task.id] == [(0, QUEUED), (2, RUNNING), (3, CANCELLED)]


def test_somebody_elses_cancel_moves_what_is_told() -> None:
    world = World(slots=1)
    first, second = world.submit(), world.submit()
    world.clock.advance(3)
    assert world.cancel(first)
    world.clock.settle()
    assert world.told[second.id] == [(0, QUEUED), (5, RUNNING), (10, SUCCEEDED)]


def test_cues_are_beats() -> None:
    world = World()
    task = world.submit(manual=True, fails="1501")
    world.clock.advance(50)
    assert [world.state(task), world.cue(task), world.cue(task)] == [QUEUED, RUNNING, FAILED]
    assert world.told[task.id] == [(0, QUEUED), (50, RUNNING), (50, FAILED)]
    assert (world.account.ledger.held, world.account.ledger.charged) == (0, 0)


def test_where_nothing_queues_the_first_cue_is_the_end() -> None:
    world = World()
    task = world.submit((0.0, 5.0), manual=True)
    assert world.state(task) is RUNNING
    assert world.cue(task) is SUCCEEDED
    assert world.account.ledger.charged == 1


@pytest.mark.parametrize("life", [{}, {"stuck": True}, {"looks": 3}, {"manual": True}])
def test_only_what_waits_for_a_cue_gets_one(life: dict[str, Any]) -> None:
    world = World()
    task = world.submit(**life)
    if life == {"manual": True}:
        assert world.cancel(task)
    with pytest.raises(ValueError, match=r"^expected a task that waits for its cue; came .+; say script\(manual=True"):
        world.cue(task)


def test_what_waits_for_a_cue_keeps_its_slot_and_its_true_place() -> None:
    world = World(slots=1)
    first, second, third = world.submit((0.0, 5.0)), world.submit((0.0, 5.0), manual=True), world.submit((0.0, 5.0))
    assert [world.session.place(task, 0.0) for task in (first, second, third)] == [0, 1, 2]
    world.clock.advance(60)
    assert [world.state(task) for task in (first, second, third)] == [SUCCEEDED, QUEUED, QUEUED]
    assert world.session.place(third, 60.0) == 2
    assert [world.cue(second), world.cue(second)] == [RUNNING, SUCCEEDED]
    assert world.session.tasks[third.id].timeline.times == (0, 60, 65)


def test_the_director_may_let_more_run_than_there_are_slots() -> None:
    world = World(slots=1)
    tasks = [world.submit(manual=True) for _ in range(3)]
    assert [world.cue(task) for task in tasks] == [RUNNING] * 3
    behind = world.submit()
    assert [world.cue(task) for task in tasks[:2]] == [SUCCEEDED] * 2
    assert world.state(behind) is QUEUED
    assert world.session.tasks[behind.id].timeline.starts == inf, "the one slot is still taken"
    world.cue(tasks[2])
    assert world.session.tasks[behind.id].timeline.times == (0, 2, 7)


def test_a_scripted_place_falls_to_one() -> None:
    world = World()
    task = world.submit(position=4, queued=8)
    places = []
    for _ in range(9):
        places.append(world.session.place(task, world.clock.now))
        world.clock.advance(1)
    assert places == [4, 4, 3, 3, 2, 2, 1, 1, 0]
    stuck = world.submit((2.0, 5.0), manual=True, position=3)
    world.clock.advance(1000)
    assert world.session.place(stuck, world.clock.now) == 3


def test_what_is_forgotten_is_followed_no_more() -> None:
    world = World(cap=3)
    tasks = [world.submit() for _ in range(3)]
    world.clock.settle()
    world.submit()
    assert [world.session.follows(task) for task in tasks] == [False, True, True]
    assert set(world.session._followed) == set(world.session.tasks)
    told = dict(world.told)
    world.clock.settle()
    assert all(world.told[task.id] == told[task.id] for task in tasks)


def test_when_it_is_over_nobody_is_told() -> None:
    world = World()
    world.submit()
    world.clock.advance(1)
    world.session.end()
    world.clock.advance(100)
    assert world.moments == [0]


steps = st.lists(
    st.tuples(st.just("submit"), st.integers(0, len(LIVES) - 1), st.booleans())
    | st.tuples(st.sampled_from(["cancel", "cue"]), st.integers(0, 20), st.just(False))
    | st.tuples(st.just("advance"), st.integers(0, 6), st.booleans()),
    max_size=30,
)


@given(slots=st.sampled_from([None, 1, 2]), steps=steps)
def test_what_was_told_is_what_happened(slots: int | None, steps: list[tuple[str, int, bool]]) -> None:
    world = World(slots)
    for what, number, flag in steps:
        if what == "submit":
            world.submit((0.0, 5.0) if flag else (2.0, 5.0), **LIVES[number])
        elif what == "advance":
            world.clock.advance(number + flag / 2)
        elif world.tasks:
            task = world.tasks[number % len(world.tasks)]
            if what == "cancel":
                under_way = world.state(task) not in FINAL
                assert world.cancel(task) is under_way
            elif task.course.manual and world.state(task) not in FINAL:
                world.cue(task)
    world.clock.hand_out()
    assert world.moments == sorted(world.moments), "news is told as it comes"
    for task in world.tasks:
        happened = [tuple(b) for b in world.session.tasks[task.id].timeline.beats if b.at <= world.clock.now]
        told = world.told.get(task.id, [])
        if told[:1] == [(happened[0][0], QUEUED)] and happened[0][1] is not QUEUED:
            del told[0]  # a slot was free at the very moment in which it began to queue
        assert told == happened
    states = [world.state(task) for task in world.tasks]
    assert world.account.ledger.charged == states.count(SUCCEEDED)
    assert world.account.ledger.held == states.count(QUEUED) + states.count(RUNNING)
