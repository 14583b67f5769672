"""Whose a task is: what is not there, and what is another account's, is unknown."""

from __future__ import annotations

from ..engine.refusal import Refusal
from ..engine.task import Task
from ..web.turn import Turn


def task_of(turn: Turn) -> Task:
    """The task that a body names, if it is there and the asker's own. A number counts as its digits."""
    named = str(turn.inputs["taskId"])
    task = turn.session.tasks.get(named)
    if task is None or task.account is not turn.account:
        raise Refusal("unknown-id")
    turn.task = task.id
    return task
