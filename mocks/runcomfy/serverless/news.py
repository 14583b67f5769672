"""News of a request, brought to the address that its submit named: of its end, and of each state if that was asked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson

from ....contracts.life import Lifecycle
from ...engine.courier import Manner, Parcel
from ...engine.prop import Prop
from ...engine.session import Tell
from ...engine.task import Task
from ...engine.timeline import FINAL, State
from ...web.exit import JSON
from ...web.turn import Turn
from . import wire
from .ending import came


def said(turn: Turn, name: str) -> Any:
    """An option of the news: in the query, or in the body, as it was said of old."""
    return turn.query[name] if name in turn.query else turn.inputs.get(name)


def address(turn: Turn, life: Lifecycle) -> str:
    """Where news is to go; nowhere, unless told."""
    return said(turn, life.deliver["url"]) or ""


def teller(turn: Turn, life: Lifecycle, prop: Prop) -> Tell:
    """Who tells of a request's beats."""
    session, base, operation = turn.session, turn.base, turn.operation
    contract, rule = turn.dialect.contract, life.deliver
    states = {State(name) for name in rule["always"]}
    if said(turn, rule["all"]) in (True, "true"):
        states |= {State(name) for name in rule["intermediate"]}
    manner = Manner(waits(rule["retries"]), rule["patience"])

    def tell(task: Task, state: State) -> None:
        if state not in states:
            return
        states.remove(state)  # a further beat of the same state is no news
        timeline = task.timeline
        part = came(contract, prop, task, state, base, session.gallery.names(task), rule["error"]["form"])
        stamp = session.clock.stamp
        stamps = (stamp(timeline.times[0]), stamp(timeline.ends) if state in FINAL else "")
        body = orjson.dumps(wire.news(task, state, life, part, stamps))
        session.courier.send(Parcel("webhook", task.order.webhook, body, (JSON,), operation=operation.id, task=task.id,
                                    provider="runcomfy"), manner)  # fmt: skip

    return tell


def waits(rule: Mapping[str, float]) -> tuple[float, ...]:
    """The waits between attempts: each longer by a factor, and all of them together no longer than the most."""
    return _waits(rule["first"], rule["factor"], rule["most"])


@lru_cache
def _waits(first: float, factor: float, most: float) -> tuple[float, ...]:
    made: list[float] = []
    wait = first
    while sum(made) + wait <= most:
        made.append(float(wait))
        wait *= factor
    left = most - sum(made)
    return (*made, float(left)) if left else tuple(made)
