"""The details of a task: what was asked, as it was sent, and what was answered, as it stands now."""

from __future__ import annotations

from typing import Any

from ..engine.refusal import Refusal
from ..engine.timeline import FINAL
from ..web.dialect import Answer, Route, Work
from ..web.turn import Turn
from . import newcomers, results, wire


def details(turn: Turn) -> Answer | Work:
    """Tells of a task of this account; what is under way was answered with no more than that it was taken."""
    session, contract = turn.session, turn.dialect.contract
    task = session.tasks.get(turn.value.lower())
    if task is None or task.account is not turn.account:
        raise Refusal("unknown-id")
    turn.task = task.id

    def told(response: dict[str, Any]) -> Answer:
        values = {"request": [task.inputs], "response": response}
        return Answer(200, {"data": [wire.told(contract, turn.operation, turn.inputs, values)]})

    if task.order.operation == newcomers.OPERATION:
        return told({"data": list(newcomers.items(contract, task, turn.now))})
    if task.timeline.at(turn.now) not in FINAL:
        return told({"data": [wire.acknowledged(task)]})
    files = results.carried(task)
    if not files:
        return told(results.over(contract, session, turn.base, task, {}))
    return Work(files, lambda made: told(results.over(contract, session, turn.base, task, {}, made)))


ROUTES: dict[str, Route] = {"getTaskDetails": details}
