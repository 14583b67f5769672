"""Whose a task is: what is not there, and what is another account's, is unknown."""

from __future__ import annotations

from ..engine.refusal import Refusal
from ..engine.task import Task
from ..web.turn import Turn


def task_of(turn: Turn) -> Task:
    """The task that a body names, if it is there and the asker's own. A number counts as its digits."""
    named = str(turn.inputs["taskId"])
    task = turn.session.tasks.get(named)
    if task is None or task.account is not turn.account or _gone(turn, task):
        raise Refusal("unknown-id")
    turn.task = task.id
    return task


def _gone(turn: Turn, task: Task) -> bool:
    """Whether a task has been over for so long that it is kept no more."""
    kept = turn.dialect.contract.lives["task"].kept
    return kept is not None and task.timeline.ends <= turn.now and turn.session.ended_age(task) >= kept
