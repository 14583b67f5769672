"""What Runware tells unasked: results pushed through a socket, told to a webhook, put to an address of the task's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any

from ...contracts.contract import Contract
from ..engine.courier import Manner, Parcel
from ..engine.gallery import content_type
from ..engine.session import Session, Tell
from ..engine.task import Task
from ..engine.timeline import FINAL, State
from ..web.exit import JSON, written
from ..web.switchboard import Connection
from ..web.turn import Turn
from . import errors, wire
from .results import Report

PUSH = "PUSH"  # in the journal, what goes by no method at all
Body = bytes | Callable[[], bytes]


def tell(turn: Turn, pushes: bool) -> Tell:
    """Tells of a task's end: to whom its body names, and, where it `pushes`, to the caller who waits for it."""
    caller = turn.line.connection if turn.line is not None and pushes else None
    report = partial(Report, turn.dialect.contract, turn.session, turn.base)
    push = _pushing(turn, caller, report) if caller is not None else None

    def told(task: Task, state: State) -> None:
        if state in FINAL:
            over = report(task)
            _put(over)
            if task.order.webhook:
                each = [partial(_one, over, index) for index in range(len(task.order.media) if over.good else 0)]
                for body in each or [partial(_whole, over)]:
                    call(over.session, over.contract, task, _soon(over, body))
        if push is not None:
            push(task, state)

    return told


def call(session: Session, contract: Contract, task: Task, body: Body) -> None:
    """Calls the webhook of a task."""
    rule = contract.life.brings["webhook"]
    session.courier.send(_parcel(task, "webhook", task.order.webhook, body, rule["method"]), _manner(rule))


def push(session: Session, caller: Connection, task: Task, body: Body) -> None:
    """Pushes what a caller was promised."""
    parcel = _parcel(task, "push", caller.to, body, PUSH)
    session.courier.send(parcel._replace(headers=(), answers=True), by=caller.carry)


def _put(over: Report) -> None:
    """Puts each file of a task to the address that it names, if it does."""
    task, rule = over.task, over.contract.life.brings["upload"]
    to = wire.asked(task).upload
    for index, medium in enumerate(task.order.media if to and over.good else ()):
        file = _parcel(task, "upload", to, partial(over.session.gallery.make, task, index), rule["method"])
        kind = (b"content-type", content_type(medium).encode())
        over.session.courier.send(file._replace(headers=(kind,)), _manner(rule))


def _parcel(task: Task, channel: str, to: str, body: Body, method: str) -> Parcel:
    return Parcel(channel, to, body, (JSON,), method, task.order.operation, task.id, task.order.provider)


def _pushing(turn: Turn, caller: Connection, report: Callable[[Task], Report]) -> Tell:
    """Pushes a task's end to a caller, who waits for it no longer than a request would."""
    session, contract = turn.session, turn.dialect.contract
    limit = turn.now + contract.life.patience
    waits: list[int] = []  # the ticket of the moment at which nobody waits any longer

    def late(name: str) -> None:
        waits.clear()
        task = session.tasks[name]
        push(session, caller, task, written({"errors": [errors.broken(contract, task, late=True)]}))

    def news(task: Task, state: State) -> None:
        if state not in FINAL:
            if not waits and task.timeline.ends > limit:
                waits.append(session.clock.book(limit, late, task.id, owed=True))
        elif waits or task.timeline.ends <= limit:
            for ticket in waits:
                session.clock.drop(ticket)
            waits.clear()
            over = report(task)
            push(session, caller, task, _soon(over, partial(_whole, over)))

    return news


def _whole(over: Report) -> bytes:
    return written(over.over([over.session.gallery.make(*file) for file in over.carried]))


def _one(over: Report, index: int) -> bytes:
    data = over.session.gallery.make(over.task, index) if over.carried else b""
    return written({"data": [over.item(index, data)]})


def _soon(over: Report, body: Callable[[], bytes]) -> Body:
    """A body in which files stand is made when it leaves, on another thread; any other one is made now."""
    return body if over.carried else body()


def _manner(rule: Mapping[str, Any]) -> Manner:
    return Manner(_waits(**rule["retries"]), rule["patience"])


@lru_cache
def _waits(first: float, factor: float, most: float) -> tuple[float, ...]:
    """The waits between attempts, each longer by a factor; all of them together are no longer than the most."""
    made: list[float] = []
    wait = float(first)
    while sum(made) + wait <= most:
        made.append(wait)
        wait *= factor
    return tuple(made)
