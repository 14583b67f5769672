"""How RunningHub is spoken to: where its key stands, who may call what, and how it says no."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ...contracts.operation import Operation
from ..engine.refusal import Refusal
from ..web.dialect import Answer, Dialect, Maker
from . import apps, keys, native, sockets, wire, workflows
from .routes import ROUTES

if TYPE_CHECKING:
    from ..engine.session import Account, Session
    from ..web.bending import Bending
    from ..web.line import Call, Line
    from ..web.turn import Turn

TASKS = "tasks"  # the API whose words are those of every answer with the envelope, unless another one has its own
ENVELOPED = ("task", "api", "uc", "proxy", native.PLUS)  # how the paths begin whose answers have it
NEWER = "/openapi/v2/"  # how the paths begin whose noes bear their text twice
FAULTS = {400: "invalid-input", 401: "bad-key", 402: "no-money", 403: "key-kind", 404: "unknown-id", 429: "rate",
          500: "server-error", 503: "unavailable"}  # fmt: skip
ELDER = {403: "free-user", 429: "queue-full", 503: "no-machine"}  # where the envelope has other reasons


class RunningHub(Dialect):
    """RunningHub's manners, in both of its envelopes."""

    provider = "runninghub"
    routes = ROUTES
    listens = True

    @classmethod
    def key(cls, headers: Mapping[bytes, bytes]) -> str:
        """The key in `Authorization`, with the word Bearer before it or without; said twice, it counts once."""
        return _key(headers.get(b"authorization", b""))

    def admit(self, turn: Turn) -> None:
        """A key may call what its kind may."""
        keys.allowed(turn)

    def move_in(self, session: Session) -> None:
        """The cards of files tell what was asked for in plain names."""
        session.gallery.carding[self.provider] = lambda task, index: wire.card(self.contract.catalogue, task, index)

    def caller(self, session: Session, call: Call) -> Account | None:
        """Whose task it is that a socket's call names, or the key in its path."""
        return sockets.caller(session, call)

    async def listen(self, session: Session, line: Line) -> None:
        """Tells of what the call names."""
        await sockets.tell(session, line)

    def furnish(self, session: Session, account: Account) -> None:
        """A kind of key, unless one was asked for; the ready workflows and apps, unless they are there."""
        account.kind = account.kind or str(self.contract.facts.openapi["keys"]["default"])
        account.ledger.unit = str(self.contract.facts.prices["coins"]["currency"])
        workflows.ready(session, account)
        apps.ready(session, account)

    def makers(self) -> Mapping[str, Maker]:
        """Workflows and apps, as the director wants them."""
        return {workflows.KIND: workflows.given, apps.KIND: apps.given}

    def no(self, refusal: Refusal, turn: Turn) -> Answer:
        """In the envelope of the API that was asked; what a key that is short of money is told depends on its kind."""
        if refusal.reason == "no-money" and turn.account is not None:
            refusal.reason = keys.kind(self.contract, turn.account)["money"]
        return self._no(refusal, turn.operation, _api(turn))

    def refuse(self, refusal: Refusal, operation: Operation | None = None) -> Answer:
        """The same to nobody in particular."""
        return self._no(refusal, operation, operation.api if operation else "")

    def _no(self, refusal: Refusal, operation: Operation | None, api: str) -> Answer:
        promise = self.contract if operation else self.contract.apis[api]
        row = promise.error(refusal.reason, operation)
        return Answer(row["status"], _said(api, operation, row, wire.told(row, refusal)))

    def bent(self, turn: Bending, status: int) -> Answer:
        """A bare status, in the envelope of the API that was asked."""
        return self.status(status, turn.operation)

    def status(self, status: int, operation: Operation | None = None) -> Answer:
        """A bare status in the documented words."""
        api = operation.api if operation else ""
        reason = (ELDER if api else FAULTS).get(status) or FAULTS.get(status, "server-error")
        row = self.contract.apis[api].error(reason)
        return Answer(status, _said(api, operation, row, row["text"]))


def _said(api: str, operation: Operation | None, row: Mapping[str, Any], text: str) -> wire.Json:
    """A no in the envelope of an API."""
    twice = operation is not None and operation.path.startswith(NEWER)
    return wire.refused(row, text, twice) if api else wire.failed(row, text)


def _api(turn: Turn) -> str:
    """The API that was asked; of a path that leads nowhere, its beginning tells."""
    if turn.operation is not None:
        return turn.operation.api
    return TASKS if turn.way.path[1:].partition("/")[0] in ENVELOPED else ""


@lru_cache(256)
def _key(header: bytes) -> str:
    said = header.decode("latin-1").partition(",")[0].split()
    return said[-1] if said else ""
