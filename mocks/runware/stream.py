"""Text as it is written: events over HTTP, spread over the run of their task; a run that fails breaks off half-way."""

from __future__ import annotations

from typing import Any

from ...contracts import events
from ...contracts.finding import Finding
from ..engine.refusal import Refusal
from ..engine.task import Task
from ..engine.timeline import FINAL
from ..web.dialect import Answer
from ..web.flow import flowing
from ..web.turn import Turn
from . import errors, texts, wire
from .results import report


def refused(turn: Turn, count: int) -> None:
    """Says no to a stream that nobody could read: one goes over HTTP, alone in its request, and is of one result."""
    tasks = turn.whole.inputs if turn.whole is not None else [turn.inputs]
    came = ("over a socket" if turn.line is not None else f"with {len(tasks)} tasks" if len(tasks) > 1
            else f"with {count} results" if count > 1 else "")  # fmt: skip
    if came:
        found = Finding("not-in-list", "note", "/deliveryMethod",
                        "sync or async here, since a stream over HTTP is of one task with one result", f"stream {came}",
                        "send deliveryMethod as sync or async", turn.operation.id, "inferred", "invalid-input",
                        "stream")  # fmt: skip
        raise Refusal("invalid-input", findings=(found,))


def answer(turn: Turn, task: Task) -> Answer:
    """The answer to one who reads along; of a task that is over before it has begun, its error."""
    told = report(turn, task)
    if task.timeline.at(turn.now) in FINAL and not told.good:
        return Answer(told.status, told.over())
    said, first = texts.answered(task, 0), wire.acknowledged(task)

    def broken(task: Task, late: bool) -> dict[str, Any]:
        return {**first, "error": errors.broken(told.contract, task, late)}

    pieces = [*({**first, "delta": {"reasoningContent": word}} for word in said.thoughts),
              *({**first, "delta": {"text": word}} for word in said.tokens)]  # fmt: skip
    last = {**first, "finishReason": said.reason, "usage": texts.usage(said), **told.cost}
    return flowing(turn, task, pieces, [last, events.LAST], broken)
