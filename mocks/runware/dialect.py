"""How Runware is spoken to: where its key stands, how a list of tasks is answered, and how it says no."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from ...contracts.catalogue import Model
from ...contracts.operation import Operation
from ..engine.refusal import Refusal
from ..web import brought
from ..web.dialect import Answer, Dialect, Meant
from ..web.frame import listened
from . import chat, errors, newcomers, wire
from .routes import ROUTES

if TYPE_CHECKING:
    from ..engine.session import Account, Session
    from ..engine.task import Task
    from ..web.bending import Bending
    from ..web.line import Line
    from ..web.turn import Turn

FAULTS = {401: "invalidApiKey", 402: "paymentRequired", 403: "forbidden", 404: "taskNotFound", 429: "rateLimitExceeded",
          500: "internalServerError", 502: "providerBadGateway", 503: "serviceUnavailable", 504: "timeout"}  # fmt: skip
ALONE = {"data"}


class Runware(Dialect):
    """Runware's manners."""

    provider = "runware"
    routes = ROUTES
    listens = hails = True

    def form(self, turn: Turn) -> Model | None:
        """A task's form is that of the model which it names; without one, what is the same for all models."""
        operation = turn.operation
        if operation.body is not None:
            return operation.body
        said = turn.inputs.get("model") if type(turn.inputs) is dict else None
        if type(said) is not str:
            return self.contract.forms[operation.within]
        found = newcomers.found(turn.session, turn.account, said)
        catalogue, bundle = self.contract.catalogue, self.contract.bundle
        found = found or catalogue.find(said, guess=False)
        if found is not None:
            return found if wire.makes(found, operation) else None
        known = self.terms.unknown_models != "accept" or bundle is None or not bundle.names.search(said)
        return None if known else catalogue.let_in(said, self.contract.forms[operation.within])

    def move_in(self, session: Session) -> None:
        """Files are named after their results, and are the same for the same wishes and seeds."""
        session.gallery.naming[self.provider] = partial(wire.name, session.seed)
        session.gallery.carding[self.provider] = partial(wire.card, session.seed)

    def kept(self, task: Task) -> float | None:
        """As long as its task says, if it says so."""
        said = wire.asked(task).ttl
        return self.terms.media_ttl if said is None else said

    def meant(self, session: Session, account: Account, id: str) -> Meant | None:
        """An upload, or a file that a task made."""
        return brought.meant(session, account, id)

    def no(self, refusal: Refusal, turn: Turn) -> Answer:
        """Errors that bear the task's id, where there is a task."""
        refusal = self._sooner(refusal, turn)
        status = int(self.contract.error(refusal.reason, turn.operation)["status"])
        chats = _chats(turn)
        task = self._named(turn.inputs) if type(turn.inputs) is dict and not chats else {}
        said = errors.told(self.contract, refusal, turn.operation, task, turn.model)
        return chat.refused(self.contract, status, said) if chats else Answer(status, {"errors": said})

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
        if len(answers) == 1 and isinstance(answers[0].value.get("data"), dict):
            return answers[0]  # as one reading has an upload answered
        if len(answers) == 1 and answers[0].status == 200 and answers[0].value.keys() == ALONE:
            return answers[0]
        found = [answer.value.get("data", ()) for answer in answers]
        data = [item for each in found for item in ([each] if isinstance(each, dict) else each)]
        wrong = [item for answer in answers for item in answer.value.get("errors", ())]
        bad = next((answer.status for answer in answers if answer.status >= 300), 200)
        if not wrong:
            return Answer(200, {"data": data})
        if not data and not self.contract.facts.openapi["bundle"]["empty_data"]:
            return Answer(bad, {"errors": wrong})
        return Answer(200 if data else bad, {"data": data, "errors": wrong})

    async def listen(self, session: Session, line: Line) -> None:  # noqa: ARG002 - the line knows whose it is
        """Answers frame by frame."""
        await listened(line)

    def bent(self, turn: Bending, status: int) -> Answer:
        """The same, in the form of the one who asks."""
        said = self.status(status)
        return chat.refused(self.contract, status, said.value["errors"]) if _chats(turn) else said

    def status(self, status: int) -> Answer:
        """A bare status in the documented words."""
        return self.bare(status, {})

    def bare(self, status: int, task: Any) -> Answer:
        """The same about a task: a client that waits for an answer looks for its id."""
        row, about = self.contract.coded(FAULTS.get(status, "unknownError")), task if type(task) is dict else {}
        return Answer(status, {"errors": [errors.one(self.contract, row, self._named(about))]})

    def _named(self, task: Mapping[str, Any]) -> Mapping[str, Any]:
        """A task as an error names it: without an id where its type has none, since clients find it by its type."""
        bundle = self.contract.bundle
        operation = bundle.named(task) if bundle is not None else None
        if operation is None or not operation.idless:
            return task
        return {key: value for key, value in task.items() if key != "taskUUID"}


def _chats(turn: Bending) -> bool:
    return turn.operation is not None and turn.operation.id == chat.NAME
