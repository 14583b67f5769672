"""Plays a bundle: each task of a list is judged and played as an operation of its own, and answered in one reply."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from ...contracts.bundle import Bundle
from ...contracts.exchange import MASK, unkeyed
from ...contracts.finding import Finding, did_you_mean, shown
from ..engine.clock import pause
from ..engine.refusal import Refusal
from .dialect import Answer, Wait, Work

if TYPE_CHECKING:
    from .turn import Turn

AT_ONCE = 32  # tasks of one request that are played in one go
LONGEST_TYPE = 64
MOST_TOLD = 1000  # findings of one request


def recognise(turn: Turn) -> None:
    """Reads a list of tasks. If all are of one type, the request is one of that operation: faults and the journal
    know it by that name."""
    bundle, refused = _bundle(turn), None
    if not turn.body.lstrip().startswith(b"["):
        turn.body = _keyless(turn)  # a key that is said as it stands is no list, and no book keeps it
    try:
        turn.inputs = turn.read()
    except Refusal as no:
        refused = no
    if bundle.key.encode() in turn.body:
        turn.body = unkeyed(turn.body)  # what is kept of it, that is: it has been read
    if turn.line is None and (key := turn.dialect.key(turn.headers)):
        turn.known(key)  # a stranger is told nothing else
    if refused is not None:
        raise refused
    _counted(turn, bundle)
    named = {operation for task in turn.inputs if (operation := bundle.named(task)) is not bundle.opening}
    only = next(iter(named), bundle.opening)
    if len(named) < 2 and only is not None:
        turn.operation = only
    if turn.elsewhere is not None and (turn.line is not None or not turn.dialect.key(turn.headers)):
        _moved(turn, bundle)


def _keyless(turn: Turn) -> bytes:
    body = turn.body
    for _, key in turn.session.accounts:
        body = body.replace(key.encode(), MASK.encode())
    return body


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
    clock = turn.session.clock
    parts = await _parts(turn)
    begun: list[Answer | Wait | Work | Refusal] = []  # all of them, before anybody waits for one
    for at, part in enumerate(parts):
        if await _breath(at):
            turn.now = clock.now  # others may have moved it meanwhile
        part.now = turn.now
        if part.line is not None:
            part.account = part.line.account  # type: ignore[assignment]  # the task before may have said whose it is
        begun.append(await _begun(part))
    said = []
    for at, (part, first) in enumerate(zip(parts, begun, strict=True)):
        await _breath(at)
        said.append(await _answer(part, first))
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
    told: dict[Finding, None] = {}  # a thousand tasks may have a thousand findings, most of them alike
    for part in parts:
        if part.findings:
            told |= dict.fromkeys(part.findings)
        turn.question = part.question or turn.question
    if told:
        turn.findings = tuple(islice(dict.fromkeys(turn.findings) | told, MOST_TOLD))
    turn.task = parts[0].task if len(parts) == 1 else ""
    return said


async def _begun(part: Turn) -> Answer | Wait | Work | Refusal:
    """What comes of one task at first."""
    task, bundle = part.inputs, _bundle(part)
    try:
        _typed(part, task, bundle)
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


async def _parts(turn: Turn) -> list[Turn]:
    bundle, parts = _bundle(turn), []
    for at, task in enumerate(turn.inputs):
        await _breath(at)
        parts.append(turn.part(bundle.named(task) or turn.operation, task))
    return parts


async def _breath(at: int) -> bool:
    """Ten thousand tasks hold up nobody else: now and then others are served. Whether they were."""
    if at % AT_ONCE != AT_ONCE - 1:
        return False
    await pause(0)
    return True


def _typed(turn: Turn, task: Any, bundle: Bundle) -> None:
    """Refuses what is no task of a type that is known."""
    form = f'{{"{bundle.by}": ...}}'
    if type(task) is not dict:
        found = _off(turn, "invalid-type", "an object", _kind(task), f"send each task as {form}")
        raise Refusal("not-a-task", findings=(found,))
    if bundle.by not in task:
        found = _off(turn, "missing-required", bundle.by, "a task without it", f"send {form}")
        raise Refusal("missing-task-type", findings=(found,))
    if bundle.named(task) is None:
        cure = did_you_mean(str(task[bundle.by])[:LONGEST_TYPE], bundle.types, "take one of those")
        found = _off(turn, "not-in-list", ", ".join(bundle.types), _kind(task[bundle.by]), cure)
        raise Refusal("unknown-task-type", findings=(found,))


def _counted(turn: Turn, bundle: Bundle) -> None:
    """Refuses what is no list, and lists of no task, or of more than anybody can mean."""
    tasks, most = turn.inputs, bundle.most
    if type(tasks) is not list:
        raise Refusal("not-a-list", findings=(_off(turn, "bad-json", "a list of tasks", _kind(tasks),
                                                   "put the task into brackets"),))  # fmt: skip
    if not tasks:
        raise Refusal("empty-batch", findings=(_off(turn, "wrong-length", "at least one task", "[]",
                                                    f'send [{{"{bundle.by}": ...}}]'),))  # fmt: skip
    if len(tasks) > most:
        raise Refusal("too-many-tasks", findings=(_off(turn, "wrong-length", f"at most {most} tasks at once",
                                                       str(len(tasks)), "send them in several requests"),))  # fmt: skip


def _kind(value: Any) -> str:
    """What a value is, without what stands in it: it may be a key."""
    return shown(value) if not isinstance(value, (dict, list)) else "an object" if type(value) is dict else "a list"


def _off(turn: Turn, rule: str, expected: str, came: str, cure: str) -> Finding:
    return Finding(rule, "broken", "", expected, came, cure, turn.operation.id)


def _who(turn: Turn) -> None:
    """Whose tasks these are: the key of the request, or else the one that its first task bears. Each key that is sent
    must be good, whoever it is that is meant."""
    bundle = _bundle(turn)
    if turn.line is not None:
        return
    named = [bundle.named(task) for task in turn.inputs]
    said = [task.get(bundle.key) for task, what in zip(turn.inputs, named, strict=True) if what is bundle.opening]
    first = said[:1] if named[0] is bundle.opening else []
    for key in (*filter(None, said[1:] if first else said), *filter(None, first)):
        turn.known(_text(key))
    if header := turn.dialect.key(turn.headers):
        turn.known(header)
    elif not any(first):
        raise Refusal("missing-key")


def _text(value: Any) -> str:
    return value if type(value) is str else "?"


def _bundle(turn: Turn) -> Bundle:
    bundle = turn.dialect.contract.bundle
    assert bundle is not None  # else no operation of it takes a list
    return bundle
