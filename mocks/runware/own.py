"""Whose a task is: one that is not there or is another account's is unknown, and no id is taken twice."""

from __future__ import annotations

from ..engine.refusal import Refusal
from ..engine.task import Task
from ..web.turn import Turn


def task_of(turn: Turn) -> Task | None:
    """The task that is asked after, if it is there and the asker's own."""
    task = turn.session.tasks.get(turn.value.lower())
    if task is None or task.account is not turn.account:
        return None
    turn.task = task.id
    return task


def fresh(turn: Turn) -> str:
    """The id that a new task bears, if no other one bears it."""
    name: str = turn.inputs["taskUUID"].lower()
    if name in turn.session.tasks:
        raise Refusal("taken-id")
    return name
