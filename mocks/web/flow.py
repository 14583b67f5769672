"""Answers that take their time: kept until a task is over, or written in pieces while it runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from math import inf
from typing import TYPE_CHECKING, Any

from ...contracts import events
from ..engine.refusal import Refusal
from ..engine.task import Task
from ..engine.timeline import FINAL, State
from .dialect import Answer, Wait, Work
from .exit import Send, pour

if TYPE_CHECKING:
    from .bending import Bending
    from .turn import Turn

HEADERS = ((b"content-type", events.KIND.encode()), (b"cache-control", b"no-cache"))
HAIR = 1e-6  # of a share: what floats lose on the way there and back
BROKEN_OFF = 2  # a run that will fail has written so manieth a part of its pieces by then

Event = Mapping[str, Any] | str
Broken = Callable[[Task, bool], Event]  # what is said of a task that has failed, or, if true, that lasts too long


def awaited(
    turn: Turn, task: Task, told: Callable[[Task], Answer | Wait | Work], limit: float | None = None
) -> Answer | Wait | Work:  # fmt: skip
    """What is told of a task once it is over; no request is kept longer than the limit, and the task goes on without
    it."""
    limit = turn.now + float(turn.dialect.contract.life.patience) if limit is None else limit
    task, now = turn.session.tasks.get(task.id, task), turn.session.clock.now
    if task.timeline.at(now) in FINAL:
        return told(task)
    if now >= limit:
        raise Refusal("timeout")
    return Wait(min(task.timeline.ends, limit), lambda: awaited(turn, task, told, limit))


def flowing(turn: Turn, task: Task, pieces: Sequence[Event], last: Sequence[Event], broken: Broken) -> Answer:
    """An answer of so many pieces, spread over the run of a task, and then the last ones; a run that fails breaks off
    half-way."""
    limit = turn.now + float(turn.dialect.contract.life.patience)
    return Answer(200, headers=HEADERS, stream=_written(turn, task, pieces, last, broken, limit))


def _written(
    turn: Turn, task: Task, pieces: Sequence[Event], last: Sequence[Event], broken: Broken, limit: float
) -> Iterator[bytes | float]:  # fmt: skip
    """The pieces that are due, and the moment at which the next one is; nobody reads along longer than the limit."""
    clock, count, said = turn.session.clock, len(pieces), 0
    while True:
        now, task = clock.now, turn.session.tasks.get(task.id, task)
        state = task.timeline.at(now)
        whole = count if task.course.ending is State.SUCCEEDED else count // BROKEN_OFF
        due = count if state is State.SUCCEEDED else int(task.reached(now) * whole + HAIR)
        yield from map(events.written, pieces[said:due])
        said = max(said, due)
        if state in FINAL or now >= limit:
            break
        yield min(_next(task, said + 1, whole, now), limit)
    if state is State.SUCCEEDED:
        yield from map(events.written, last)
    else:
        yield events.written(broken(task, state not in FINAL))


def _next(task: Task, piece: int, count: int, now: float) -> float:
    """When a piece is due: as far into the run as it stands in the text."""
    line, course = task.timeline, task.course
    if now < line.starts or course.running == inf or piece > count:
        return line.starts if now < line.starts else line.ends
    return max(line.starts + course.running * (piece / count - course.since), now + HAIR)


async def poured(turn: Turn, answer: Answer, send: Send) -> Answer:
    """Sends an answer as it comes; what is given back holds what went out. It is held against what is promised of its
    pieces, as any other answer is against what is promised of it."""
    body = await pour(send, answer, _pieces(turn, answer))
    turn.findings += events.check(turn.operation, body)
    return answer._replace(body=body)


async def gathered(turn: Bending, answer: Answer) -> Answer:
    """The same as an answer that comes at once, for a fault that must have the whole."""
    if answer.stream is None:
        return answer
    body = b"".join([piece async for piece in _pieces(turn, answer)])
    return answer._replace(body=body, stream=None)


async def _pieces(turn: Bending, answer: Answer) -> AsyncIterator[bytes]:
    """Each piece when its time has come; at shutdown there are no more."""
    clock = turn.session.clock
    for piece in answer.stream or ():
        if isinstance(piece, bytes):
            yield piece
            continue
        await clock.wait(piece)
        turn.now = clock.now
        if clock.closed:
            return
