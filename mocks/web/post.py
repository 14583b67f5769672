"""What is told unasked, and how: a webhook is called, a file is put to an address, a caller is pushed what it waits
for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from ...contracts.contract import Contract
from ...contracts.exchange import Exchange
from ..engine.courier import Manner, Parcel, backoff
from ..engine.gallery import content_type
from ..engine.session import Session
from ..engine.task import Task
from .exit import JSON
from .switchboard import Connection

PUSH = "PUSH"  # in the journal, what goes by no method at all
Body = bytes | Callable[[], bytes]


def call(session: Session, contract: Contract, task: Task, body: Body) -> None:
    """Calls the webhook of a task."""
    rule = contract.life.brings["webhook"]
    session.courier.send(_parcel(task, "webhook", task.order.webhook, body, rule["method"]), _manner(rule))


class Delivery(NamedTuple):
    """How a call of a task's webhook went: how often it was tried again, and the last try, if there was one."""

    again: int
    last: Exchange | None

    @property
    def standing(self) -> str:
        """In one word; a try that found nobody and bears no finding is made again."""
        if self.last is None:
            return "PENDING"
        if 200 <= self.last.status < 300:
            return "SUCCESS"
        return "FAILED" if self.last.findings or self.last.bent.startswith("fault('lost'") else "RETRYING"


def delivery(session: Session, task: Task) -> Delivery:
    """How that of a task went, as the journal has it."""
    tries = [each for each in session.journal.of("webhook", task.id) if each.direction == "out"]
    return Delivery(max(0, len(tries) - 1), tries[-1] if tries else None)


def put(session: Session, contract: Contract, task: Task, to: str) -> None:
    """Puts each file of a task to an address."""
    rule = contract.life.brings["upload"]
    for index, medium in enumerate(task.order.media):
        file = _parcel(task, "upload", to, partial(session.gallery.make, task, index), rule["method"])
        kind = (b"content-type", content_type(medium).encode())
        session.courier.send(file._replace(headers=(kind,)), _manner(rule))


def push(session: Session, caller: Connection, task: Task, body: Body) -> None:
    """Pushes what a caller was promised."""
    parcel = _parcel(task, "push", caller.to, body, PUSH)
    session.courier.send(parcel._replace(headers=(), answers=True), by=caller.carry)


def _parcel(task: Task, channel: str, to: str, body: Body, method: str) -> Parcel:
    return Parcel(channel, to, body, (JSON,), method, task.order.operation, task.id, task.order.provider)


def _manner(rule: Mapping[str, Any]) -> Manner:
    return Manner(backoff(**rule["retries"]), rule["patience"])
