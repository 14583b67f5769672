"""Text as it is written: events over HTTP, spread over the run of their task; a run that fails breaks off half-way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import inf
from typing import Any

from ...contracts import events
from ...contracts.finding import Finding
from ..engine.refusal import Refusal
from ..engine.task import Task
from ..engine.timeline import FINAL, State
from ..web.dialect import Answer
from ..web.turn import Turn
from . import errors, results, texts, wire

HEADERS = ((b"content-type", events.KIND.encode()), (b"cache-control", b"no-cache"))
HAIR = 1e-6  # of a share: what floats lose on the way there and back
BROKEN_OFF = 2  # a run that will fail has written so manieth a part of its text by then

Events = Sequence[Mapping[str, Any] | str]


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
    contract = turn.dialect.contract
    if task.timeline.at(turn.now) in FINAL and not results.good(task):
        row = errors.why(contract, task)
        return Answer(int(row["status"]), {"errors": [errors.failed(contract, task)]})
    said, first = texts.answered(task, 0), wire.acknowledged(task)
    pieces = [*({**first, "delta": {"reasoningContent": word}} for word in said.thoughts),
              *({**first, "delta": {"text": word}} for word in said.tokens)]  # fmt: skip
    last = {**first, "finishReason": said.reason, "usage": said.usage, **results.cost(contract, task)}
    return flowing(turn, task, pieces, [last, events.LAST], lambda row: {**first, "error": row})


def flowing(
    turn: Turn, task: Task, pieces: Events, last: Events, fails: Callable[[dict[str, Any]], Mapping[str, Any]]
) -> Answer:
    """An answer of so many pieces, then the last ones; or what is said of a task that fails."""
    limit = turn.now + float(turn.dialect.contract.life.patience)
    return Answer(200, headers=HEADERS, stream=_written(turn, task, pieces, last, fails, limit))


def _written(
    turn: Turn, task: Task, pieces: Events, last: Events, fails: Callable[[dict[str, Any]], Mapping[str, Any]],
    limit: float,
) -> Iterator[bytes | float]:  # fmt: skip
    """The pieces that are due, and the moment at which the next one is; nobody reads along longer than the limit."""
    clock, contract, said = turn.session.clock, turn.dialect.contract, 0
    while True:
        now, task = clock.now, turn.session.tasks.get(task.id, task)
        state, count = task.timeline.at(now), len(pieces)
        whole = count if task.course.ending is State.SUCCEEDED else count // BROKEN_OFF
        due = count if state is State.SUCCEEDED else int(task.reached(now) * whole + HAIR)
        for piece in pieces[said:due]:
            yield events.written(piece)
        said = max(said, due)
        if state in FINAL or now >= limit:
            break
        yield min(_next(task, said + 1, whole, now), limit)
    if state is State.SUCCEEDED:
        yield from map(events.written, last)
    elif state in FINAL:
        yield events.written(fails(errors.failed(contract, task)))
    else:
        late = contract.error("timeout", turn.operation)
        yield events.written(fails(errors.one(contract, late, wire.acknowledged(task), turn.operation)))


def _next(task: Task, piece: int, count: int, now: float) -> float:
    """When a piece is due: as far into the run as it stands in the text."""
    line, course = task.timeline, task.course
    if now < line.starts or course.running == inf or piece > count:
        return line.starts if now < line.starts else line.ends
    return max(line.starts + course.running * (piece / count - course.since), now + HAIR)
