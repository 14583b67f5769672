"""The reference of instances and the engine's fleet come to the same by different ways, whatever happens, and when."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from understudy.contracts.checks.judging.fleet import FleetReference, Rules
from understudy.contracts.checks.judging.reference import Known
from understudy.mocks.engine.clock import Clock
from understudy.mocks.engine.fleet import Fleet
from understudy.mocks.engine.gallery import Gallery
from understudy.mocks.engine.medium import Medium
from understudy.mocks.engine.session import Session
from understudy.mocks.engine.task import Order
from understudy.mocks.engine.timeline import State

ORDER = Order("toy", "make", "cube", b"{}", (Medium("image", "png", 8, 8),))
CANCELS = st.sampled_from([(State.QUEUED,), (State.QUEUED, State.RUNNING)])
WORDS = ("order", "order", "order", "cancel", "wait", "change", "stop")
STEPS = st.lists(st.tuples(st.sampled_from(WORDS), st.integers(0, 9), st.integers(0, 40)), max_size=40)
RULES = st.builds(
    lambda lowest, more, queue, keep: Rules(lowest, max(1, lowest + more), queue, keep / 10),
    st.integers(0, 3), st.integers(0, 3), st.integers(0, 3), st.integers(0, 40),
)  # fmt: skip


class Both:
    """One story, in the engine and in the reference."""

    def __init__(self, rules: Rules, cold: float, warm: bool) -> None:
        self.session = Session("s", Clock("manual"), Gallery(), None)
        self.account = self.session.open_account("toy", "key", None)
        self.fleet = Fleet(
            self.session.tasks.get, rules.lowest, rules.highest, rules.queue, rules.keep_warm, cold, 0.0, warm
        )
        self.reference = FleetReference(rules, cold, 0.0, warm)

    @property
    def now(self) -> float:
        return self.session.clock.now

    def order(self, queued: float, running: float) -> None:
        task = self.session.submit(self.account, ORDER, (queued, running), None, self.now, slots=self.fleet)
        orders = self.reference.orders
        orders[task.id] = Known(task.id, len(orders), "own", "cube", "image", {}, self.now, queued, running)

    def cancel(self, nth: int, allowed: tuple[State, ...]) -> None:
        if not (names := list(self.reference.orders)):
            return
        name = names[nth % len(names)]
        order, now = self.reference.orders[name], self.now
        expected = self.reference.state(order, now) in allowed
        assert self.session.cancel(self.session.tasks[name], allowed, now) is expected
        if expected:
            order.cancelled = now

    def change(self, **rules: Any) -> None:
        self.session.refit(self.fleet, self.now, **rules)
        self.reference.change(self.now, **rules)

    def agree(self) -> None:
        now = self.now
        assert self.reference.alive(now) == self.fleet.alive(now)
        for name, order in self.reference.orders.items():
            task = self.session.tasks[name]
            state, span = task.timeline.at(now), self.reference.span(order)
            assert self.reference.state(order, now) == state
            assert span.ends == task.timeline.ends
            if state is State.QUEUED:
                assert self.reference.place(order, now) == self.session.place(task, now)
                assert span.starts == task.timeline.starts
            on = self.fleet.instance(task, now)
            assert on is None or on == self.reference.instance(order)
            assert on is not None or state in (State.QUEUED, State.CANCELLED)


@given(STEPS, RULES, st.integers(0, 60), st.booleans(), CANCELS, st.data())
def test_both_tell_the_same_at_every_moment(
    steps: list[tuple[str, int, int]], rules: Rules, cold: int, warm: bool, allowed: tuple[State, ...],
    data: st.DataObject,
) -> None:  # fmt: skip
    both = Both(rules, cold / 10, warm)
    for what, nth, tenths in steps:
        if what == "order":
            both.order(nth / 2, tenths / 10)
        elif what == "cancel":
            both.cancel(nth, allowed)
        elif what == "wait":
            both.session.clock.advance(tenths / 10)
        elif what == "stop":
            both.change(stopped=nth < 5)
        else:
            new = data.draw(RULES)
            both.change(lowest=new.lowest, highest=new.highest, queue=new.queue, keep_warm=new.keep_warm)
        both.agree()


def test_it_matters_which_came_first_of_one_moment() -> None:
    """A cancel before an order leaves it the instance; after it, one more has been started."""
    for first, alive in (("cancel", [1]), ("order", [1, 2])):
        both = Both(Rules(1, 2, 1, 60.0), 240.0, True)
        both.order(0.0, 10.0)
        for what in sorted(("cancel", "order"), key=lambda word: word != first):
            both.cancel(0, (State.RUNNING,)) if what == "cancel" else both.order(0.0, 10.0)
        both.agree()
        assert both.reference.alive(0.0) == alive


def test_the_reference_sees_an_instance_go_to_the_microsecond() -> None:
    both = Both(Rules(0, 1, 1, 60.0), 240.0, False)
    both.order(1.0, 10.0)
    assert [both.reference.alive(at) for at in (0.0, 310.999999, 311.0)] == [[1], [1], []]
    (order,) = both.reference.orders.values()
    assert both.reference.instance(order) == 1


def test_a_whole_number_with_a_point_is_one() -> None:
    assert Rules(2.0, 3.0, 1.0, 60) == Rules(2, 3, 1, 60)  # type: ignore[arg-type]
    assert [type(value) for value in (Rules(2.0, 3, 1, 60).lowest, Rules(2, 3.0, 1, 60).highest)] == [int, int]  # type: ignore[arg-type]
