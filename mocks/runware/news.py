"""What Runware tells unasked: results pushed through a socket, told to a webhook, put to an address of the task's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any

from ..engine.courier import Manner, Parcel
from ..engine.gallery import content_type
from ..engine.session import Tell
from ..engine.task import Task
from ..engine.timeline import FINAL, State
from ..web.exit import JSON, written
from ..web.switchboard import Connection
from ..web.turn import Turn
from . import errors, results, wire

PUSH = "PUSH"  # in the journal, what goes by no method at all


def tell(turn: Turn, pushes: bool) -> Tell:
    """Tells of a task's end: to whom its body names, and, where it `pushes`, to the caller who waits for it."""
    session, provider, base = turn.session, turn.dialect.provider, turn.base
    contract, make = turn.dialect.contract, turn.session.gallery.make
    hook, put = contract.life.brings["webhook"], contract.life.brings["upload"]

    def over(task: Task) -> bytes:
        made = [make(*file) for file in results.carried(task)]
        return written(results.over(contract, session, base, task, {}, made))

    def one(task: Task, index: int) -> bytes:
        data = make(task, index) if results.carried(task) else b""
        return written({"data": [results.item(contract, session, base, task, index, {}, data)]})

    def told(task: Task, state: State) -> None:
        if state not in FINAL:
            return
        order, send = task.order, session.courier.send
        parcel = Parcel("", "", b"", (JSON,), operation=order.operation, task=task.id, provider=provider)
        every = range(len(order.media)) if results.good(task) else ()
        if to := wire.asked(task).upload:
            file = parcel._replace(channel="upload", to=to, method=put["method"])
            for index in every:
                kind = (b"content-type", content_type(order.media[index]).encode())
                send(file._replace(body=partial(make, task, index), headers=(kind,)), _manner(put))
        if order.webhook:
            call = parcel._replace(channel="webhook", to=order.webhook, method=hook["method"])
            for body in [partial(one, task, index) for index in every] or [partial(over, task)]:
                send(call._replace(body=_soon(task, body)), _manner(hook))

    if not pushes or turn.line is None or turn.line.connection is None:
        return told
    pushed = _pushed(turn, turn.line.connection, over)

    def both(task: Task, state: State) -> None:
        told(task, state)
        if not task.order.webhook:
            pushed(task, state)

    return both


def _pushed(turn: Turn, caller: Connection, over: Callable[[Task], bytes]) -> Tell:
    """Pushes a task's end to a caller, who waits for it no longer than a request would."""
    session, contract, operation = turn.session, turn.dialect.contract, turn.operation
    limit = turn.now + contract.life.patience
    waits: list[int] = []  # the ticket of the moment at which nobody waits any longer

    def push(task: Task, body: bytes | Callable[[], bytes]) -> None:
        parcel = Parcel("push", caller.to, body, method=PUSH, operation=operation.id, task=task.id,
                        provider=task.order.provider, answers=True)  # fmt: skip
        session.courier.send(parcel, by=caller.carry)

    def late(name: str) -> None:
        waits.clear()
        task = session.tasks[name]
        late = contract.error("timeout", operation)
        push(task, written({"errors": [errors.one(contract, late, wire.acknowledged(task), operation)]}))

    def news(task: Task, state: State) -> None:
        if state not in FINAL:
            if not waits and task.timeline.ends > limit:
                waits.append(session.clock.book(limit, late, task.id, owed=True))
        elif waits or task.timeline.ends <= limit:
            for ticket in waits:
                session.clock.drop(ticket)
            waits.clear()
            push(task, _soon(task, partial(over, task)))

    return news


def _soon(task: Task, body: Callable[[], bytes]) -> bytes | Callable[[], bytes]:
    """A body in which files stand is made when it leaves, on another thread; any other one is made now."""
    return body if results.carried(task) else body()


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
