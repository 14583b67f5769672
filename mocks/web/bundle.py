"""Plays a bundle: each task of a list is judged and played as an operation of its own, and answered in one reply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...contracts.bundle import Bundle
from ...contracts.exchange import MASK, unkeyed, written
from ..engine.clock import pause
from ..engine.refusal import Refusal
from .dialect import Answer, Wait, Work

if TYPE_CHECKING:
    from .turn import Turn

AT_ONCE = 32  # tasks of one request that are played in one go


def recognise(turn: Turn) -> None:
    """Reads a list of tasks. If all are of one type, the request is one of that operation: faults and the journal
    know it by that name."""
    turn.inputs = turn.read()
    bundle = _bundle(turn)
    if bundle.key.encode() in turn.body:
        turn.body = unkeyed(turn.body)  # what is kept of it, that is: it has been read
    if type(turn.inputs) is not list:
        raise Refusal("not-a-list")
    if not turn.inputs:
        raise Refusal("empty-batch")
    named = {operation for task in turn.inputs if (operation := bundle.named(task)) is not bundle.opening}
    only = next(iter(named), bundle.opening)
    if len(named) < 2 and only is not None:
        turn.operation = only
    if turn.elsewhere is not None and (turn.line is not None or not turn.dialect.key(turn.headers)):
        _moved(turn, bundle)


def _moved(turn: Turn, bundle: Bundle) -> None:
    """Goes to the session whose key a task bears, where neither path nor header named one."""
    key = next((task[bundle.key] for task in turn.inputs if type(task) is dict and bundle.key in task), None)
    session = turn.elsewhere(key) if turn.elsewhere is not None and type(key) is str else None
    if session is not None and session is not turn.session:
        turn.move(session)
        if turn.line is not None:
            turn.line.move(session)


async def played(turn: Turn) -> Answer:
    """What comes of all tasks, once each has come to its end or been taken."""
    said = await answers(turn)
    return said[0] if len(said) == 1 and said[0].stream is not None else turn.dialect.joined(said)


async def answers(turn: Turn) -> list[Answer]:
    """The answer to each task. Tasks do not know of each other: one that is refused stops none."""
    _who(turn)
    bundle, clock = _bundle(turn), turn.session.clock
    parts = [turn.part(bundle.named(task) or turn.operation, task) for task in turn.inputs]
    begun: list[Answer | Wait | Work | Refusal] = []  # all of them, before anybody waits for one
    for at, part in enumerate(parts):
        if at % AT_ONCE == AT_ONCE - 1:
            await pause(0)  # others are served meanwhile, and may move the clock
            turn.now = clock.now
        part.now = turn.now
        if part.line is not None:
            part.account = part.line.account  # type: ignore[assignment]  # the task before may have said whose it is
        begun.append(await _begun(part))
    said = [await _answer(part, first) for part, first in zip(parts, begun, strict=True)]
    question = tuple(each for each, _ in turn.looks)
    if question:
        untils = [moment for _, until in turn.looks if (moment := until()) is not None]
        if clock.again(question) and untils:
            clock.jump(min(untils))
            turn.now = clock.now
            for at, part in enumerate(parts):
                if part.operation.channel in ("poll", "result"):
                    part.now = turn.now
                    said[at] = await _answer(part, await _begun(part))
        turn.question = question
    for part in parts:
        turn.findings += tuple(finding for finding in part.findings if finding not in turn.findings)
        turn.question = part.question or turn.question
    turn.task = parts[0].task if len(parts) == 1 else ""
    return said


async def _begun(part: Turn) -> Answer | Wait | Work | Refusal:
    """What comes of one task at first."""
    task, bundle = part.inputs, _bundle(part)
    try:
        if type(task) is not dict:
            raise Refusal("not-a-task")
        if bundle.named(task) is None:
            raise Refusal("unknown-task-type" if bundle.by in task else "missing-task-type")
        if part.account is None and not part.operation.keyless:
            raise Refusal("missing-key")
        return await part.performed()
    except Refusal as no:
        return no


async def _answer(part: Turn, first: Answer | Wait | Work | Refusal) -> Answer:
    """One task's answer, held against its operation's promise: nothing else of a bundle is."""
    try:
        if isinstance(first, Refusal):
            raise first
        answer = await part.waited(first)
    except Refusal as no:
        part.findings += tuple(finding for finding in no.findings if finding not in part.findings)
        return part.dialect.no(no, part)
    if answer.value:
        part.findings += part.dialect.contract.check_answer(part.operation, answer.status, answer.value)
    return answer


def _who(turn: Turn) -> None:
    """Whose tasks these are: the key of the request, or the one that a task of it bears; no line keeps that one."""
    bundle = _bundle(turn)
    bearers = [task for task in turn.inputs if type(task) is dict and bundle.key in task]
    if bearers:
        masked = [{**task, bundle.key: MASK} if type(task) is dict and bundle.key in task else task
                  for task in turn.inputs]  # fmt: skip
        turn.body = written(masked)
    if turn.line is not None:
        return
    key = turn.dialect.key(turn.headers) or next((_text(task[bundle.key]) for task in bearers), "")
    if not key:
        raise Refusal("missing-key")
    turn.known(key)


def _text(value: Any) -> str:
    return value if type(value) is str else "?"


def _bundle(turn: Turn) -> Bundle:
    bundle = turn.dialect.contract.bundle
    assert bundle is not None  # else no operation of it takes a list
    return bundle
