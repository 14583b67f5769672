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
from ..web.turn import Turn
from . import results, wire


def tell(turn: Turn, pushes: bool) -> Tell:
    """Tells of a task's end: to whom its body names, and, where it `pushes`, through the line that it came by."""
    session, line, provider, base = turn.session, turn.line, turn.dialect.provider, turn.base
    contract, make = turn.dialect.contract, turn.session.gallery.make
    hook, put = contract.life.brings["webhook"], contract.life.brings["upload"]

    def over(task: Task) -> bytes:
        made = [make(*file) for file in results.carried(task)]
        return written(results.over(contract, session, base, task, {}, made))

    def one(task: Task, index: int) -> bytes:
        data = make(task, index) if results.carried(task) else b""
        return written({"data": [results.item(contract, session, base, task, index, {}, data)]})

    def news(task: Task, state: State) -> None:
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
        elif pushes and line is not None:
            push = parcel._replace(channel="push", to=line.name, body=_soon(task, partial(over, task)), headers=())
            send(push, by=line.carry)

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
