"""Whether what is said of how far an order is, is true."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ...finding import Finding, shown
from .ended import CLOSE, moment
from .reference import Known, reached

if TYPE_CHECKING:
    from .answers import Answers


def progressed(said: Answers, order: Known) -> Iterator[Finding]:
    """How far it is: true where time is known, else never less than before."""
    row = said.tells["progress"]
    told = {name: _deep(said.body, row[name]) for name in ("percent", "current_step", "total_steps")}
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in told.values()):
        return  # the schema has said so
    current, total = told["current_step"], told["total_steps"]
    if order.steps and total != order.steps:
        yield said.finding(
            "wrong-progress", row["total_steps"], str(order.steps), str(total), "tell what was asked for"
        )
    if total and (
        abs(told["percent"] - 100 * current / total) > 1 or (told["percent"] == 100) is not (current == total)
    ):
        yield said.finding("wrong-progress", row["percent"], f"{100 * current / total:g}", str(told["percent"]),
                           "tell the share of the steps")  # fmt: skip
    last = order.told.get("step", 0)
    if current < last or current > total:
        yield said.finding("wrong-progress", row["current_step"], f"{last} to {total}", str(current), "never go back")
    order.told["step"] = current
    if order.over and order.possible == {"SUCCEEDED", "PAUSED"}:
        order.possible = frozenset({"SUCCEEDED" if current == total else "PAUSED"})  # the steps tell which
    if said.world.dated and order.steps:
        share = reached(order, said.world.reference.span(order), said.world.now)
        want = order.steps if share == 1 else min(int(share * order.steps + 1e-6), order.steps - 1)
        if abs(current - want) > 1 or (want == order.steps) is not (current == order.steps):
            yield said.finding("wrong-progress", row["current_step"], f"{want}{said._when(order)}", str(current),
                               "tell how far the run is", kind="moment")  # fmt: skip


def started(said: Answers, order: Known) -> Iterator[Finding]:
    """When it left the queue, once it has."""
    key, began = said.tells.get("started", {}).get("key", ""), said.at(said.tells["began"]["key"])
    if not key or not said.world.dated or order.again is not None:
        return
    span, came = said.world.reference.span(order), said.at(key)
    due = span.starts <= said.world.now
    if due is not (came is not None):
        want = "when it left the queue" if due else "nothing: it queues"
        yield said.finding("wrong-stamp", key, want, shown(came), "tell when it left the queue", kind="started")
    elif due and isinstance(came, str) and isinstance(began, str):
        first, then = moment(began), moment(came)
        took = (then - first).total_seconds() if first is not None and then is not None else -1.0
        if abs(took - (span.starts - span.asked)) > CLOSE:
            yield said.finding("wrong-stamp", key, f"{span.starts - span.asked:g} s after it was asked for",
                               f"{took:g} s after", "tell when it left the queue", kind="started")  # fmt: skip


def _deep(body: Any, pointer: str) -> Any:
    """What stands in the body at a pointer of any number of steps."""
    value = body
    for step in pointer.split("/")[1:]:
        value = value.get(step) if isinstance(value, dict) else None
    return value
