"""What Runware tells unasked: results pushed through a socket, delivered to a webhook, put to an address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..engine.courier import Parcel
from ..engine.session import Tell
from ..engine.task import Task
from ..engine.timeline import FINAL, State
from ..web.exit import JSON, written
from ..web.turn import Turn

Told = Callable[[Task], dict[str, Any]]


def tell(turn: Turn, pushes: bool, told: Told) -> Tell:
    """Tells of a task's end: `told` is what is said then, data or errors."""
    session, line, provider = turn.session, turn.line, turn.dialect.provider

    def news(task: Task, state: State) -> None:
        if state not in FINAL:
            return
        order, said = task.order, written(told(task))
        if order.webhook:
            parcel = Parcel(
                "webhook", order.webhook, said, (JSON,), operation=order.operation, task=task.id, provider=provider
            )
            session.courier.send(parcel)
        elif pushes and line is not None:
            push = Parcel("push", line.name, said, operation=order.operation, task=task.id, provider=provider)
            session.courier.send(push, by=line.carry)

    return news
