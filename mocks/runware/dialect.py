"""How Runware is spoken to: where its key stands, how a list of tasks is answered, and how it says no."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from ...contracts.catalogue import Model
from ...contracts.operation import Operation
from ..engine.refusal import Refusal
from ..web.dialect import Answer, Dialect
from ..web.frame import listened
from . import errors, wire
from .routes import ROUTES

if TYPE_CHECKING:
    from ..engine.session import Session
    from ..web.line import Line
    from ..web.turn import Turn

FAULTS = {401: "invalidApiKey", 402: "paymentRequired", 403: "forbidden", 404: "taskNotFound", 429: "rateLimitExceeded",
          500: "internalServerError", 502: "providerBadGateway", 503: "serviceUnavailable", 504: "timeout"}  # fmt: skip


class Runware(Dialect):
    """Runware's manners."""

    provider = "runware"
    routes = ROUTES
    listens = hails = True

    @classmethod
    def key(cls, headers: Mapping[bytes, bytes]) -> str:
        """The key of `Authorization: Bearer`, whose scheme is read without regard to case."""
        return _bearer(headers.get(b"authorization", b""))

    def form(self, turn: Turn) -> Model | None:
        """A task's form is that of the model which it names; without one, what is the same for all models."""
        operation = turn.operation
        if operation.body is not None:
            return operation.body
        said = turn.inputs.get("model") if type(turn.inputs) is dict else None
        if type(said) is not str:
            return self.contract.forms[operation.within]
        catalogue, bundle = self.contract.catalogue, self.contract.bundle
        found = catalogue.find(said, guess=False)
        if found is not None:
            return found if wire.makes(found, operation) else None
        known = self.terms.unknown_models != "accept" or bundle is None or not bundle.names.search(said)
        return None if known else catalogue.let_in(said, self.contract.forms[operation.within])

    def no(self, refusal: Refusal, turn: Turn) -> Answer:
        """Errors that bear the task's id, where there is a task."""
        task = turn.inputs if type(turn.inputs) is dict else {}
        refusal = self._sooner(refusal, turn)
        said = errors.told(self.contract, refusal, turn.operation, task, turn.model)
        return Answer(self.contract.error(refusal.reason, turn.operation)["status"], {"errors": said})

    def _sooner(self, refusal: Refusal, turn: Turn) -> Refusal:
        """In one reading, the balance is looked at before the task."""
        poor = turn.account is not None and not turn.account.ledger.affords(None)
        judged = poor and turn.operation.orders and any(finding.reason for finding in refusal.findings)
        if judged and self.contract.codes.billing_first:
            return Refusal("no-money", findings=refusal.findings)
        return refusal

    def refuse(self, refusal: Refusal, operation: Operation | None = None) -> Answer:
        """The same of no task."""
        said = errors.told(self.contract, refusal, operation, {}, None)
        return Answer(self.contract.error(refusal.reason, operation)["status"], {"errors": said})

    def joined(self, answers: Sequence[Answer]) -> Answer:
        """Results and errors side by side; the status is good if any task came to something."""
        data = [item for answer in answers for item in answer.value.get("data", ())]
        wrong = [item for answer in answers for item in answer.value.get("errors", ())]
        bad = next((answer.status for answer in answers if answer.status >= 300), 200)
        if not wrong:
            return Answer(200, {"data": data})
        if not data and not self.contract.facts.openapi["bundle"]["empty_data"]:
            return Answer(bad, {"errors": wrong})
        return Answer(200 if data else bad, {"data": data, "errors": wrong})

    async def listen(self, session: Session, line: Line) -> None:
        """Answers frame by frame."""
        await listened(self, session, line)

    def status(self, status: int) -> Answer:
        """A bare status in the documented words."""
        row = self.contract.coded(FAULTS.get(status, "unknownError"))
        return Answer(status, {"errors": [errors.one(self.contract, row, {})]})


@lru_cache(256)
def _bearer(header: bytes) -> str:
    scheme, _, key = header.decode("latin-1").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""
