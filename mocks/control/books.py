"""The books of a session over HTTP: its tasks, exchanges, findings, money and webhooks. Looking changes nothing."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..engine.session import Session
from ..engine.task import Task
from ..engine.timeline import State
from ..report import story
from ..web.journal import Journal
from ..web.media import PREFIX
from ..web.receiver import HOOKS
from .asked import Asked, No
from .found import provider_of, session_of, task_of

if TYPE_CHECKING:
    from ..app import App

PATIENCE = 10.0  # real seconds for which whoever waits for webhooks waits, unless told


class Books:
    """What is written down."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def tasks(self, ask: Asked) -> dict[str, Any]:
        """The tasks of a session."""
        session = session_of(self._app, ask)
        now, wanted, state = session.clock.now, ask.query.get("provider"), ask.query.get("state")
        every = [task for task in session.tasks.values()
                 if wanted in (None, task.order.provider) and state in (None, task.timeline.at(now))]  # fmt: skip
        shown = [task_told(session, task, self._base(session, ask)) for task in part(every, ask)]
        return {"total": len(every), "tasks": shown}

    async def task(self, ask: Asked) -> dict[str, Any]:
        """One task."""
        session = session_of(self._app, ask)
        return task_told(session, task_of(session, ask), self._base(session, ask))

    async def journal(self, ask: Asked) -> dict[str, Any]:
        """The exchanges that are kept, each with its number."""
        book, query = session_of(self._app, ask).journal, ask.query
        meant = book.of(query.get("on", ""), query.get("task", ""))
        wanted, since = query.get("provider"), query.get("since", 0)
        numbers = {id(exchange): number for number, exchange in enumerate(book, book.left_out + 1)}
        told = [{"number": numbers[id(exchange)], **exchange.as_dict()} for exchange in meant
                if numbers[id(exchange)] > since and wanted in (None, exchange.provider)]  # fmt: skip
        return {"count": book.count, "left_out": book.left_out, "exchanges": told}

    async def canonical(self, ask: Asked) -> bytes:
        """The exchanges that are kept, in a form that two stories can be compared in."""
        book: Journal = session_of(self._app, ask).journal
        return book.canonical()

    async def findings(self, ask: Asked) -> dict[str, Any]:
        """Every finding once, with how often it was met."""
        session = session_of(self._app, ask)
        found = [*session.journal.findings.values(), *((each, 1) for each in session.switchboard.unfetched())]
        return {"findings": [{**finding.as_dict(), "met": met} for finding, met in found]}

    async def timeline(self, ask: Asked) -> str:
        """The story so far."""
        return story(session_of(self._app, ask))

    async def ledger(self, ask: Asked) -> dict[str, Any]:
        """The money of the accounts, settled up to now."""
        session = session_of(self._app, ask)
        return _money(session, ask.query.get("provider"))

    async def pay(self, ask: Asked) -> dict[str, Any]:
        """Sets a balance."""
        session, key = session_of(self._app, ask), ask.body.get("key")
        provider = provider_of(session, ask.body.get("provider"))
        meant = [account for (owner, own), account in session.accounts.items()
                 if owner == provider and key in (None, own)]  # fmt: skip
        if not meant:
            raise No(404, f"expected a key of {provider} in this session; came another; take one of keys")
        _ = session.clock.now  # what was due is booked before
        try:
            for ledger in (account.ledger for account in meant):
                if "quota" in ask.body:
                    ledger.allow(ask.body["quota"])
                if "balance" in ask.body:
                    ledger.set(ask.body["balance"])
        except ValueError as wrong:
            raise No(422, str(wrong)) from None
        return _money(session, provider)

    async def webhooks(self, ask: Asked) -> dict[str, Any]:
        """What the built-in receiver took; whoever says how many waits for so many."""
        session = session_of(self._app, ask)
        if "wait" in ask.query:
            try:
                await session.receiver.wait(ask.query["wait"], ask.query.get("timeout", PATIENCE))
            except TimeoutError as wrong:
                raise No(409, str(wrong)) from None
        elif "timeout" in ask.query:
            raise No(422, "expected wait, too; came timeout alone; say wait=1&timeout=...")
        return received(session, self._base(session, ask))

    def _base(self, session: Session, ask: Asked) -> str:
        return self._app.told(session.name).public_url.rstrip("/") or ask.base


def part(every: Sequence[Any], ask: Asked) -> Sequence[Any]:
    """The part that is asked for."""
    start = ask.query.get("offset", 0)
    return every[start : start + ask.query.get("limit", len(every))]


def task_told(session: Session, task: Task, base: str) -> dict[str, Any]:
    """A task as it stands, with its timeline and the addresses of its files."""
    clock = session.clock
    now, order = clock.now, task.order
    task = session.tasks.get(task.id, task)
    state = task.timeline.at(now)
    names = session.gallery.names(task) if state is State.SUCCEEDED else []
    return {
        "id": task.id, "number": task.number, "provider": order.provider, "account": task.account.name,
        "operation": order.operation, "model": order.model, "state": str(state), "place": session.place(task, now),
        "error": task.course.error, "cost": task.cost, "inputs": task.inputs, "client_id": order.client_id,
        "webhook": order.webhook, "delivery": order.delivery,
        "timeline": [{"at": at, "date": clock.stamp(at), "state": str(state)} for at, state in task.timeline.beats],
        "outputs": [f"{base}/~{session.name}/{order.provider}{PREFIX}{name}" for name in names],
    }  # fmt: skip


def received(session: Session, base: str) -> dict[str, Any]:
    """What came to a session's receiver."""
    told = [
        {"method": each.method, "path": each.path,
         "headers": [(name.decode("latin-1"), value.decode("latin-1")) for name, value in each.headers],
         "body": _text(each.body), "json": each.json, "at": each.at, "status": each.status}
        for each in session.receiver.received
    ]  # fmt: skip
    return {"url": f"{base}/~{session.name}{HOOKS}", "count": session.receiver.count, "received": told}


def _text(body: bytes) -> str | dict[str, str]:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}


def _money(session: Session, provider: str | None) -> dict[str, Any]:
    _ = session.clock.now  # in flowing time, looking books what has come due
    told = []
    for account in session.accounts.values():
        if provider in (None, account.provider):
            ledger = account.ledger
            sums = {name: getattr(ledger, name) for name in ("balance", "held", "charged", "quota")}
            unpriced = dict(ledger.unpriced)
            told.append({"provider": account.provider, "account": account.name, **sums, "unpriced": unpriced})
    return {"accounts": told}
