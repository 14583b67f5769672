"""The reference and the engine come to the same by different ways, whatever is asked and cancelled, and when."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st
from understudy.contracts.checks.judging.reference import Known, Reference
from understudy.mocks.engine.clock import Clock
from understudy.mocks.engine.gallery import Gallery
from understudy.mocks.engine.medium import Medium
from understudy.mocks.engine.session import Session
from understudy.mocks.engine.task import Order
from understudy.mocks.engine.timeline import State

ORDER = Order("toy", "make", "cube", b"{}", (Medium("image", "png", 8, 8),))
CANCELS = st.sampled_from([(State.QUEUED,), (State.QUEUED, State.RUNNING)])
STEPS = st.lists(
    st.tuples(st.sampled_from(("order", "order", "cancel", "wait")), st.integers(0, 9), st.integers(0, 40)), max_size=40
)


# Two that leave the line at one moment, by sums of tenths that differ by a hair.
TIED = [("order", 0, 0), ("order", 3, 9), ("order", 3, 15), ("order", 0, 15), ("order", 5, 16), ("order", 0, 34),
        ("order", 0, 14), ("order", 0, 33), ("order", 5, 1), ("order", 5, 0), ("order", 3, 0)]  # fmt: skip


@example(TIED, 2, (State.QUEUED,))
@given(STEPS, st.sampled_from((None, 1, 2, 3)), CANCELS)
def test_both_tell_the_same_at_every_moment(
    steps: list[tuple[str, int, int]], slots: int | None, allowed: tuple[State, ...]
) -> None:
    session = Session("s", Clock("manual"), Gallery(), None)
    account = session.open_account("toy", "key", slots)
    reference = Reference(slots)
    for what, nth, tenths in steps:
        now, names = session.clock.now, list(reference.orders)
        if what == "order":
            life = nth / 2, tenths / 10 + 0.5
            task = session.submit(account, ORDER, life, None, now)
            reference.orders[task.id] = Known(task.id, len(names), "own", "cube", "image", {}, now, *life)
        elif what == "wait":
            session.clock.advance(tenths / 10)
        elif names and session.cancel(session.tasks[names[nth % len(names)]], allowed, now):
            order = reference.orders[names[nth % len(names)]]
            assert reference.state(order, now) in allowed
            order.cancelled = now
        for name, order in reference.orders.items():
            task, now = session.tasks[name], session.clock.now
            state = task.timeline.at(now)
            assert reference.state(order, now) == state
            if state is State.QUEUED:
                assert reference.place(order, now) == session.place(task, now)
