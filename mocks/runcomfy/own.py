"""Whose a path's task or prop is: what is not there is unknown, what is another account's is foreign."""

from __future__ import annotations

from ..engine.prop import Prop
from ..engine.refusal import Refusal
from ..engine.task import Task
from ..web.turn import Turn


def task_of(turn: Turn) -> Task:
    """The task that the path names, if it is there and the asker's own. One of another API has no page here."""
    task = turn.session.tasks.get(turn.value)
    if task is None or turn.dialect.contract.operations[task.order.operation].api != turn.operation.api:
        raise Refusal("unknown-id")
    if task.account is not turn.account:
        raise Refusal("foreign-id")
    turn.task = task.id
    return task


def prop_of(turn: Turn, kind: str, prop: Prop | None) -> Prop:
    """A prop of a kind, if it is there and the asker's own."""
    if prop is None or prop.kind != kind:
        raise Refusal("unknown-id")
    if prop.account is not turn.account:
        raise Refusal("foreign-id")
    return prop
