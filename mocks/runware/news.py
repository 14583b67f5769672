"""What Runware tells unasked: results pushed through a socket, delivered to a webhook, put to an address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..engine.courier import Parcel
from ..engine.session import Tell
from ..engine.task import Task
from ..engine.timeline import FINAL, State
from ..web.dialect import Answer
from ..web.exit import JSON, written
from ..web.frame import framed
from ..web.switchboard import Connection
from ..web.turn import Turn
from . import wire

Told = Callable[[Task], dict[str, Any]]
PUSH = "PUSH"  # in the journal, what goes by no method at all


def tell(turn: Turn, pushes: bool, told: Told) -> Tell:
    """Tells of a task's end: `told` is what is said then, data or errors."""
    session, provider = turn.session, turn.dialect.provider
    pushed = _pushed(turn, told) if pushes and turn.line is not None else None

    def news(task: Task, state: State) -> None:
        order = task.order
        if order.webhook and state in FINAL:
            parcel = Parcel(
                "webhook", order.webhook, written(told(task)), (JSON,), operation=order.operation, task=task.id,
                provider=provider,
            )  # fmt: skip
            session.courier.send(parcel)
        elif pushed is not None and not order.webhook:
            pushed(task, state)

    return news


def _pushed(turn: Turn, told: Told) -> Tell:
    """Pushes the end of a task to the caller who waits for it; no longer than the documents say, like a request."""
    assert turn.line is not None
    connection = turn.line.connection
    assert connection is not None  # it said a key, else nothing was taken
    session, contract = turn.session, turn.dialect.contract
    limit, operation = turn.now + contract.life.patience, turn.operation
    waits: list[int] = []  # the ticket of the moment at which nobody waits any longer

    def late(name: str) -> None:
        waits.clear()
        task = session.tasks[name]
        row = contract.error("timeout", operation)
        _push(turn.session, connection, task, {"errors": [wire.error(row, wire.acknowledged(task))]})

    def news(task: Task, state: State) -> None:
        if state not in FINAL:
            if not waits and task.timeline.ends > limit:
                waits.append(session.clock.book(limit, late, task.id, owed=True))
        elif waits or task.timeline.ends <= limit:
            for ticket in waits:
                session.clock.drop(ticket)
            waits.clear()
            _push(session, connection, task, told(task))

    return news


def _push(session: Any, connection: Connection, task: Task, said: dict[str, Any]) -> None:
    """Data and errors go in frames of their own, since clients look at one of both."""
    for frame in framed(Answer(200, said)):
        session.courier.send(
            Parcel("push", connection.to, frame.encode(), method=PUSH, operation=task.order.operation, task=task.id,
                   provider=task.order.provider, answers=True),
            by=connection.carry,
        )  # fmt: skip
