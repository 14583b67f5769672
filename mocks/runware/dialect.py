"""How Runware is spoken to: where its key stands, how a list of tasks is answered, and how it says no."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from ...contracts.catalogue import Model
from ...contracts.operation import Operation
from ..engine.refusal import Refusal
from ..web.dialect import Answer, Dialect, Meant
from ..web.frame import listened
from . import chat, newcomers, shelf, wire
from .routes import ROUTES

if TYPE_CHECKING:
    from ..engine.session import Account, Session
    from ..engine.task import Task
    from ..web.bending import Bending
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
        found = newcomers.found(turn.session, turn.account, said)
        found = found or self.contract.catalogue.find(said, self.terms.unknown_models == "accept")
        return found if found is None or wire.makes(found, operation) else None

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
        return shelf.meant(session, account, id)

    def no(self, refusal: Refusal, turn: Turn) -> Answer:
        """Errors that bear the task's id, where there is a task."""
        row = self.contract.error(refusal.reason, turn.operation)
        if _chats(turn):
            return chat.refused(int(row["status"]), wire.errors(refusal, row, {}))
        task = turn.inputs if type(turn.inputs) is dict else {}
        return Answer(row["status"], {"errors": wire.errors(refusal, row, self._named(task))})

    def refuse(self, refusal: Refusal, operation: Operation | None = None) -> Answer:
        """The same of no task."""
        row = self.contract.error(refusal.reason, operation)
        return Answer(row["status"], {"errors": wire.errors(refusal, row, {})})

    def joined(self, answers: Sequence[Answer]) -> Answer:
        """Results and errors side by side; the status is good if any task came to something."""
        if len(answers) == 1 and isinstance(answers[0].value.get("data"), dict):
            return answers[0]  # as one reading has an upload answered
        found = [answer.value.get("data", ()) for answer in answers]
        data = [item for each in found for item in ([each] if isinstance(each, dict) else each)]
        errors = [item for answer in answers for item in answer.value.get("errors", ())]
        bad = next((answer.status for answer in answers if answer.status >= 300), 200)
        if not errors:
            return Answer(200, {"data": data})
        return Answer(200 if data else bad, {"data": data, "errors": errors})

    async def listen(self, session: Session, line: Line) -> None:  # noqa: ARG002 - the line knows whose it is
        """Answers frame by frame."""
        await listened(line)

    def bent(self, turn: Bending, status: int) -> Answer:
        """The same, in the form of the one who asks."""
        said = self.status(status)
        return chat.refused(status, said.value["errors"]) if _chats(turn) else said

    def status(self, status: int) -> Answer:
        """A bare status in the documented words."""
        row = self.contract.coded(FAULTS.get(status, "unknownError"))
        return Answer(status, {"errors": [wire.error(row, {})]})

    def bare(self, status: int, task: Any) -> Answer:
        """The same about a task: a client that waits for an answer looks for its id."""
        row = self.contract.coded(FAULTS.get(status, "unknownError"))
        return Answer(status, {"errors": [wire.error(row, self._named(task) if type(task) is dict else {})]})

    def _named(self, task: Mapping[str, Any]) -> Mapping[str, Any]:
        """A task as an error names it: without an id where its type has none, since clients find it by its type."""
        bundle = self.contract.bundle
        operation = bundle.named(task) if bundle is not None else None
        if operation is None or not operation.idless:
            return task
        return {key: value for key, value in task.items() if key != "taskUUID"}


def _chats(turn: Bending) -> bool:
    return turn.operation is not None and turn.operation.id == chat.NAME


@lru_cache(256)
def _bearer(header: bytes) -> str:
    scheme, _, key = header.decode("latin-1").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""
