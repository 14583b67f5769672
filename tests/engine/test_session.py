"""A session takes orders, keeps its accounts apart, and forgets nothing without a word."""

from __future__ import annotations

from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from understudy.mocks.engine import session as session_module
from understudy.mocks.engine.clock import Clock
from understudy.mocks.engine.gallery import Gallery
from understudy.mocks.engine.luck import digest
from understudy.mocks.engine.medium import Medium
from understudy.mocks.engine.refusal import Refusal
from understudy.mocks.engine.script import Script
from understudy.mocks.engine.session import Account, Session
from understudy.mocks.engine.task import Order, Task
from understudy.mocks.engine.timeline import State

ORDER = Order("toy", "make", "cube", b'{"text": "red"}', (Medium("image", "png", 8, 8),))
QUEUED, EITHER = (State.QUEUED,), (State.QUEUED, State.RUNNING)


class World:
    """A session and its first account, without a wire."""

    def __init__(self, mode: str = "manual", slots: int | None = None, **more: Any) -> None:
        self.clock = Clock(mode)
        self.session = Session("here", self.clock, Gallery(), None, **more)
        self.account = self.session.open_account("toy", "key", slots)
        self.said: list[str] = []
        self.session.warn = self.said.append

    def submit(self, account: Account | None = None, price: float | None = 1.0, order: Order = ORDER) -> Task:
        return self.session.submit(account or self.account, order, (2.0, 10.0), price, self.clock.now)

    def script(self, **wish: Any) -> Script:
        self.session.wishes.scripts.append(Script(**wish))
        return self.session.wishes.scripts[-1]

    def state(self, task: Task) -> State:
        return self.session.tasks[task.id].timeline.at(self.clock.now)


def test_an_order_lives_as_usual_unless_told() -> None:
    world = World()
    task = world.submit()
    assert (task.timeline.times, task.timeline.states) == ((0, 2, 12), (State.QUEUED, State.RUNNING, State.SUCCEEDED))
    assert (task.inputs, task.model, task.number) == ({"text": "red"}, "cube", 1)
    assert [beat.at for beat in task.timeline.beats] == [0, 2, 12]
    assert task.at(3).state is State.RUNNING


@given(count=st.integers(1, 300), seed=st.text(max_size=5))
def test_names_are_unique_and_follow_from_the_seed(count: int, seed: str) -> None:
    names = [[world.submit().id for _ in range(count)] for world in (World(seed=seed), World(seed=seed))]
    assert names[0] == names[1]
    assert len(set(names[0])) == count
    assert World(seed=seed + "x").submit().id not in names[0]


def test_the_first_script_that_fits_strikes() -> None:
    world = World()
    other = world.script(model="ball")
    first, always = world.script(running=1), world.script(running=5, times="always")
    assert [world.submit().timeline.ends for _ in range(3)] == [3, 7, 7]
    assert [wish.struck for wish in (other, first, always)] == [0, 1, 2]
    assert world.session.wishes.unstruck() == [other]


def test_a_refused_order_strikes_no_script_and_leaves_nothing() -> None:
    world = World()
    wish = world.script(cost=5)
    world.account.ledger.set(4)
    with pytest.raises(Refusal, match="no-money"):
        world.submit()
    world.script(refuses="too-busy", times=2)
    world.account.ledger.set(5)
    for _ in range(2):
        with pytest.raises(Refusal) as no:
            world.submit()
        assert (no.value.reason, no.value.said) == ("too-busy", "scripted")
    assert (wish.struck, world.session.tasks, world.clock.due, world.account.ledger.held) == (0, {}, None, 0)
    assert world.submit().cost == 5
    assert world.session.wishes.unstruck() == []


def test_money_follows_the_end() -> None:
    world = World()
    world.script(fails=True)
    world.script()
    world.script(stuck=True)
    failing, good, stuck = (world.submit() for _ in range(3))
    ledger = world.account.ledger
    assert (ledger.held, ledger.charged) == (3, 0)
    world.clock.advance(11.999999)
    assert (ledger.held, ledger.charged) == (3, 0)
    world.clock.advance(0.000001)
    assert (ledger.held, ledger.charged) == (1, 1)
    assert [world.state(task) for task in (failing, good, stuck)] == [State.FAILED, State.SUCCEEDED, State.RUNNING]
    assert world.session.cancel(stuck, EITHER, world.clock.now)
    assert (ledger.held, ledger.charged) == (0, 1)


def test_what_is_over_as_it_begins_is_paid_at_once() -> None:
    world = World(slots=1)
    world.script(queued=0, running=0)
    task = world.submit()
    assert (world.state(task), world.account.ledger.charged, task.ticket) == (State.SUCCEEDED, 1, 0)
    assert task == world.session.tasks[task.id]
    world.script(queued=0, stuck=True)
    world.script(queued=0, running=0)
    stuck, behind = world.submit(), world.submit()
    assert world.session.cancel(stuck, EITHER, 0.0)
    assert (world.state(behind), world.account.ledger.charged) == (State.SUCCEEDED, 2)


def test_who_waits_behind_a_stuck_task_never_begins_and_time_still_ends() -> None:
    world = World(slots=1)
    world.script(stuck=True)
    stuck, behind, last = (world.submit() for _ in range(3))
    assert (behind.timeline.starts, behind.timeline.ends, behind.ticket) == (inf, inf, 0)
    world.clock.settle()
    assert world.clock.now == 0
    assert [world.session.place(task, 0.0) for task in (stuck, behind, last)] == [1, 2, 3]
    world.clock.advance(50)
    assert [world.session.place(task, 50.0) for task in (stuck, behind, last)] == [0, 1, 2]
    assert world.session.cancel(stuck, EITHER, 50.0)
    world.clock.settle()
    assert [world.session.tasks[task.id].timeline.times for task in (behind, last)] == [(0, 52, 62), (0, 64, 74)]
    assert world.account.ledger.charged == 2


def test_a_cancel_goes_by_how_the_task_stands_not_by_how_it_was_held() -> None:
    world = World(slots=1)
    first, second = world.submit(), world.submit()
    assert world.session.cancel(first, QUEUED, 0.0)
    world.clock.advance(3)
    assert world.state(second) is State.RUNNING
    assert second.timeline.at(3.0) is State.QUEUED, "the view that was held is an old one"
    assert not world.session.cancel(second, QUEUED, 3.0)
    assert not world.session.cancel(first, EITHER, 3.0)
    world.clock.settle()
    assert world.account.ledger.charged == 1


def test_accounts_wait_in_lines_of_their_own() -> None:
    world = World(slots=1)
    other = world.session.open_account("toy", "other", 1, balance=1.0)
    mine, theirs = [world.submit() for _ in range(3)], world.submit(other)
    assert [world.session.place(task, 0.0) for task in mine] == [1, 2, 3]
    assert world.session.place(theirs, 0.0) == 1
    assert theirs.timeline.times == mine[0].timeline.times
    with pytest.raises(Refusal, match="no-money"):
        world.submit(other)
    assert (world.account.name, other.name) == ("account-1", "account-2")
    assert (world.account.ledger.held, other.ledger.held) == (3, 1)


def test_tasks_keep_so_many_bytes_of_what_they_were_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "MOST_SAID", 10_000)
    world = World()
    order = ORDER._replace(said=b"x" * 1000)
    for _ in range(30):
        world.submit(order=order)
        world.clock.advance(20)
    assert sum(len(task.order.said) for task in world.session.tasks.values()) == world.session.said <= 10_000
    assert len(world.said) == 1


def test_an_order_that_is_edited_counts_with_the_bytes_that_it_has_now() -> None:
    world = World()
    task = world.submit()
    world.clock.advance(20)
    world.session.edit(task, ORDER._replace(said=b"x" * 1000), 1.0, world.clock.now)
    assert world.session.said == 1000


def test_at_the_cap_the_oldest_that_are_over_are_forgotten() -> None:
    world = World(cap=20)
    names = [world.submit().id for _ in range(20)]
    world.clock.advance(12)
    assert (world.said, world.session.forgotten) == ([], 0)
    newest = world.submit()
    assert list(world.session.tasks) == [*names[2:], newest.id]
    assert world.session.forgotten == 2
    for _ in range(5):
        world.submit()
    assert len(world.said) == 1
    assert "raise max_tasks" in world.said[0]
    assert len(world.session.tasks) <= 20
    world.clock.settle()
    assert world.account.ledger.charged == 26


def test_what_is_under_way_is_never_forgotten() -> None:
    world = World(cap=3)
    names = [world.submit().id for _ in range(10)]
    assert list(world.session.tasks) == names
    assert (world.session.forgotten, len(world.said)) == (0, 1)
    world.clock.advance(12)
    for _ in range(9):
        world.submit()
    assert not set(names) & set(world.session.tasks)
    world.clock.settle()
    assert world.account.ledger.charged == 19


def test_a_file_is_as_old_as_its_task_is_over() -> None:
    world = World("auto")
    task = world.submit()
    world.clock.jump(600)
    assert not world.session.worn(task, 0.1, world.clock.now)
    world.clock.advance(61)
    assert [world.session.worn(task, lasts, world.clock.now) for lasts in (61, 61.1, None)] == [True, False, False]


def test_a_digest_depends_on_every_word() -> None:
    assert digest("a", "b") == digest("a", "b") != digest("ab")
    assert len(digest(1)) == 32


def test_a_prop_is_made_at_one_moment_though_time_flows() -> None:
    ticks = iter(range(1000))
    session = Session("flowing", Clock("x10", tick=lambda: float(next(ticks))), Gallery(), [])
    prop = session.add_prop(session.open_account("toy", "key", None), "shelf", "a", {})
    assert prop.made == prop.changed
