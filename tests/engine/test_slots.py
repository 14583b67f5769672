"""Slots against a model that is slow and simple: it walks through time tick by tick and shares no code with them."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from understudy.mocks.engine import slots as slots_module
from understudy.mocks.engine.clock import Clock
from understudy.mocks.engine.gallery import Gallery
from understudy.mocks.engine.medium import Medium
from understudy.mocks.engine.script import Script
from understudy.mocks.engine.session import Session
from understudy.mocks.engine.task import Order
from understudy.mocks.engine.timeline import State

TICK = 0.1  # no sum of tenths is what it looks like: rounding is tried too
ORDER = Order("toy", "make", "cube", b"{}", (Medium("image", "png", 8, 8),))
spans = st.integers(0, 4)


@dataclass
class Known:
    """An order as the model knows it, in whole ticks."""

    asked: int
    queued: int
    running: int | None  # none: it is stuck
    fails: bool
    cancelled: int | None = None
    slot: int | None = None

    @property
    def starts(self) -> float:
        return inf if self.slot is None else self.slot + self.queued

    @property
    def ends(self) -> float:
        if self.cancelled is not None:
            return self.cancelled
        return inf if self.running is None else self.starts + self.running

    def state(self, now: int) -> State:
        if self.cancelled is not None and now >= self.cancelled:
            return State.CANCELLED
        if now < self.starts:
            return State.QUEUED
        if now < self.ends:
            return State.RUNNING
        return State.FAILED if self.fails else State.SUCCEEDED


def walk(orders: list[Known], count: int | None) -> None:
    """Gives out the slots, tick by tick: what is over leaves, what is first in the line moves in."""
    for order in orders:
        order.slot = None
    last = max(max(order.asked, order.cancelled or 0) for order in orders)
    length = sum(order.queued + (order.running or 0) for order in orders)
    for now in range(last + length + 1):
        for order in orders:
            gone = order.cancelled is not None and order.cancelled <= now
            inside = sum(1 for other in orders if other.slot is not None and other.ends > now)
            if order.slot is None and order.asked <= now and not gone and (count is None or inside < count):
                order.slot = now


class Line(RuleBasedStateMachine):
    """Orders, cancels and time, in any order."""

    @initialize(count=st.sampled_from([None, 1, 2, 3]), trim=st.sampled_from([1, 3, 1024]))
    def begin(self, count: int | None, trim: int) -> None:
        self.count = count
        self.clock = Clock("manual")
        self.session = Session("line", self.clock, Gallery(), None)
        self.account = self.session.open_account("toy", "key", count)
        self.account.slots._trim_at = trim
        self.trim, slots_module.TRIM = slots_module.TRIM, trim
        self.now = 0
        self.orders: list[Known] = []
        self.names: list[str] = []
        self.past: list[dict[int, State]] = []

    def teardown(self) -> None:
        if hasattr(self, "trim"):
            slots_module.TRIM = self.trim

    @precondition(lambda self: len(self.orders) < 16)
    @rule(queued=spans, running=st.none() | spans | spans, fails=st.booleans())
    def submit(self, queued: int, running: int | None, fails: bool) -> None:
        life: Any = {"stuck": True} if running is None else {"running": running * TICK, "fails": fails}
        self.session.wishes.scripts = [Script(queued=queued * TICK, cost=1, **life)]
        task = self.session.submit(self.account, ORDER, (9.0, 9.0), None, self.clock.now)
        self.names.append(task.id)
        self.orders.append(Known(self.now, queued, running, fails))
        self.past.append({})
        walk(self.orders, self.count)
        assert self.session.tasks[task.id] == task

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), allowed=st.sampled_from([(State.QUEUED,), (State.QUEUED, State.RUNNING)]))
    def cancel(self, data: st.DataObject, allowed: tuple[State, ...]) -> None:
        which = data.draw(st.integers(0, len(self.orders) - 1))
        order, task = self.orders[which], self.session.tasks[self.names[which]]
        expected = order.state(self.now) in allowed
        assert self.session.cancel(task, allowed, self.clock.now) is expected
        if expected:
            order.cancelled = self.now
            walk(self.orders, self.count)
        assert not self.session.cancel(task, allowed, self.clock.now), "nothing is cancelled twice"

    @rule(ticks=st.integers(1, 6))
    def advance(self, ticks: int) -> None:
        self.now += ticks
        self.clock.advance(ticks * TICK)

    @invariant()
    def both_agree(self) -> None:
        if not hasattr(self, "orders"):
            return
        assert self.clock.now == round(self.now * TICK, 6)
        for order, name, past in zip(self.orders, self.names, self.past, strict=True):
            timeline = self.session.tasks[name].timeline
            state = order.state(self.now)
            assert timeline.at(self.clock.now) is state
            past[self.now] = state
            for then, was in past.items():
                assert timeline.at(round(then * TICK, 6)) is was, "what has passed was altered"
            if order.cancelled is None:
                assert timeline.starts == round(order.starts * TICK, 6)
            assert timeline.ends == round(order.ends * TICK, 6)

    @invariant()
    def places_are_true(self) -> None:
        if not hasattr(self, "orders"):
            return
        line = [(order.starts, at) for at, order in enumerate(self.orders) if order.state(self.now) is State.QUEUED]
        for place, (_, at) in enumerate(sorted(line), 1):
            assert self.session.place(self.session.tasks[self.names[at]], self.clock.now) == place
        for at, order in enumerate(self.orders):
            if order.state(self.now) in (State.RUNNING, State.SUCCEEDED, State.FAILED):
                assert self.session.place(self.session.tasks[self.names[at]], self.clock.now) == 0

    @invariant()
    def the_next_news_is_the_next_end(self) -> None:
        if not hasattr(self, "orders"):
            return
        ends = min((order.ends for order in self.orders if order.ends > self.now), default=inf)
        assert self.clock.due == (None if ends == inf else round(ends * TICK, 6))

    @invariant()
    def money_follows(self) -> None:
        if not hasattr(self, "orders"):
            return
        states = [order.state(self.now) for order in self.orders]
        ledger = self.account.ledger
        assert ledger.charged == states.count(State.SUCCEEDED)
        assert ledger.held == states.count(State.QUEUED) + states.count(State.RUNNING)


TestLine = Line.TestCase
TestLine.settings = settings(max_examples=settings().max_examples, stateful_step_count=30)
