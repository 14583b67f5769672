"""How RunningHub is spoken to: where its key stands, who may call what, and how it says no."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from ...contracts.catalogue import Model
from ...contracts.operation import Operation
from ..engine.refusal import Refusal
from ..web.dialect import Answer, Dialect
from . import keys, wire
from .routes import ROUTES

if TYPE_CHECKING:
    from ..engine.session import Account, Session
    from ..web.bending import Bending
    from ..web.turn import Turn

TASKS = "tasks"  # the API whose answers bear the envelope
FAULTS = {400: "invalid-input", 401: "bad-key", 402: "no-money", 403: "key-kind", 404: "unknown-id", 429: "rate",
          500: "server-error", 503: "unavailable"}  # fmt: skip


class RunningHub(Dialect):
    """RunningHub's manners, in both of its envelopes."""

    provider = "runninghub"
    routes = ROUTES

    @classmethod
    def key(cls, headers: Mapping[bytes, bytes]) -> str:
        """The key in `Authorization`, with the word Bearer before it or without; said twice, it counts once."""
        return _key(headers.get(b"authorization", b""))

    def form(self, turn: Turn) -> Model | None:
        """As for any other; whoever may not call gets no form."""
        keys.allowed(turn)
        return super().form(turn)

    def move_in(self, session: Session) -> None:
        """The cards of files tell what was asked for in plain names."""
        session.gallery.carding[self.provider] = lambda task, index: wire.card(self.contract.catalogue, task, index)

    def furnish(self, session: Session, account: Account) -> None:
        """A kind of key, unless one was asked for."""
        account.kind = account.kind or str(self.contract.facts.openapi["keys"]["default"])

    def no(self, refusal: Refusal, turn: Turn) -> Answer:
        """In the envelope of the API that was asked; what a key that is short of money is told depends on its kind."""
        if refusal.reason == "no-money" and turn.account is not None:
            refusal.reason = keys.kind(self.contract, turn.account)["money"]
        return self._no(refusal, turn.operation, _enveloped(turn))

    def refuse(self, refusal: Refusal, operation: Operation | None = None) -> Answer:
        """The same to nobody in particular."""
        return self._no(refusal, operation, operation is not None and operation.api == TASKS)

    def _no(self, refusal: Refusal, operation: Operation | None, enveloped: bool) -> Answer:
        own = self.contract.apis[TASKS if enveloped else ""]
        row = own.error(refusal.reason, operation)
        said = wire.refused if enveloped else wire.failed
        return Answer(row["status"], said(row, wire.told(row, refusal)))

    def bent(self, turn: Bending, status: int) -> Answer:
        """A bare status, in the envelope of the API that was asked."""
        return self._status(status, turn.operation is not None and turn.operation.api == TASKS)

    def status(self, status: int) -> Answer:
        """A bare status in the documented words."""
        return self._status(status, enveloped=False)

    def _status(self, status: int, enveloped: bool) -> Answer:
        own = self.contract.apis[TASKS if enveloped else ""]
        row = own.error(FAULTS.get(status, "server-error"))
        said = wire.refused if enveloped else wire.failed
        return Answer(status, said(row, row["text"]))


def _enveloped(turn: Turn) -> bool:
    """Whether whoever asks expects the envelope; of a path that leads nowhere, its beginning tells."""
    if turn.operation is not None:
        return turn.operation.api == TASKS
    return turn.way.path[1:].partition("/")[0] in ("task", "api", "uc")


@lru_cache(256)
def _key(header: bytes) -> str:
    said = header.decode("latin-1").partition(",")[0].split()
    return said[-1] if said else ""
