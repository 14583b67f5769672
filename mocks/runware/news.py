"""What Runware tells unasked: results pushed through a socket, told to a webhook, put to an address of the task's."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ..engine.session import Tell
from ..engine.task import Task
from ..engine.timeline import FINAL, State
from ..web import post
from ..web.exit import written
from ..web.switchboard import Connection
from ..web.turn import Turn
from . import errors, wire
from .results import Report


def tell(turn: Turn, pushes: bool) -> Tell:
    """Tells of a task's end: to whom its body names, and, where it `pushes`, to the caller who waits for it."""
    caller = turn.line.connection if turn.line is not None and pushes else None
    report = partial(Report, turn.dialect.contract, turn.session, turn.base)
    push = _pushing(turn, caller, report) if caller is not None else None

    def told(task: Task, state: State) -> None:
        if state in FINAL:
            over = report(task)
            if over.good and (to := wire.asked(task).upload):
                post.put(over.session, over.contract, task, to)
            if task.order.webhook:
                each = [partial(_one, over, index) for index in range(len(task.order.media) if over.good else 0)]
                for body in each or [partial(_whole, over)]:
                    post.call(over.session, over.contract, task, _soon(over, body))
        if push is not None:
            push(task, state)

    return told


def _pushing(turn: Turn, caller: Connection, report: Callable[[Task], Report]) -> Tell:
    """Pushes a task's end to a caller, who waits for it no longer than a request would."""
    session, contract = turn.session, turn.dialect.contract
    limit = turn.now + contract.life.patience
    waits: list[int] = []  # the ticket of the moment at which nobody waits any longer

    def late(name: str) -> None:
        waits.clear()
        task = session.tasks[name]
        post.push(session, caller, task, written({"errors": [errors.broken(contract, task, late=True)]}))

    def news(task: Task, state: State) -> None:
        if state not in FINAL:
            if not waits and task.timeline.ends > limit:
                waits.append(session.clock.book(limit, late, task.id, owed=True))
        elif waits or task.timeline.ends <= limit:
            for ticket in waits:
                session.clock.drop(ticket)
            waits.clear()
            over = report(task)
            post.push(session, caller, task, _soon(over, partial(_whole, over)))

    return news


def _whole(over: Report) -> bytes:
    return written(over.over([over.session.gallery.make(*file) for file in over.carried]))


def _one(over: Report, index: int) -> bytes:
    data = over.session.gallery.make(over.task, index) if over.carried else b""
    return written({"data": [over.item(index, data)]})


def _soon(over: Report, body: Callable[[], bytes]) -> post.Body:
    """A body in which files stand is made when it leaves, on another thread; any other one is made now."""
    return body if over.carried else body()
