"""The referee: asks a subject, and holds every answer against the promise and against all that was said before."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..contract import Contract, Operation
from ..exchange import Exchange
from ..finding import Finding
from .case import Case
from .move import NONE, OTHER, OWN, WRONG, Move
from .subject import Ask, Subject

Seen = Callable[[Exchange], None]


class Referee:
    """Everything that a check sends goes through `ask` or `play`; what is wrong with the answers is in `cases`."""

    def __init__(self, contract: Contract, subject: Subject, seen: Seen | None = None) -> None:
        self.contract = contract
        self.subject = subject
        self.by = ""  # which phase asks
        self.cases: dict[tuple[str, ...], Case] = {}
        self.asked: dict[str, int] = {}
        self.story: list[Exchange | Move] = []
        self.tapes: list[list[Move]] = []  # the moves of each world, to be played again elsewhere
        self.orders: list[str] = []  # the ids of orders that were taken, in order
        self._seen = seen
        self.begin()

    def begin(self) -> None:
        """Begins a new world."""
        self.subject.fresh()
        self.story = []
        self.orders = []
        self.tapes.append([])

    def headers(self, key: str = OWN) -> tuple[tuple[str, str], ...]:
        """What bears a key: the subject's own, another account's, none, or a wrong one."""
        word = {OWN: self.subject.key, OTHER: self.subject.other_key, NONE: "", WRONG: "0" * 32}[key]
        door = self.contract.facts.openapi["security"]
        return ((door["name"], f"{door.get('scheme', '')} {word}".strip()),) if word else ()

    def play(self, move: Move) -> Exchange | None:
        """Makes a move; one that this subject or this world does not allow is left out."""
        if move.what == "ask":
            assert move.ask is not None
            return self.ask(move.ask)
        if move.what == "about":
            return self._about(move)
        if move.what == "open":
            return None
        if move.what in self.subject.can:
            self.subject.cue(move.what, move.amount)
            self.story.append(move)
        return None

    def _about(self, move: Move) -> Exchange | None:
        if not self.orders:
            return None
        operation = self.contract.operations[move.operation]
        path = operation.path.replace("{" + operation.task + "}", self.orders[move.nth % len(self.orders)])
        return self.ask(Ask(operation.method, path + ("?" + move.query if move.query else ""), self.headers(move.key)))

    def ask(self, ask: Ask) -> Exchange:
        """Sends one request and judges its answer."""
        said = self.subject.send(ask)
        operations, value = self.contract.match(said.path)
        operation = operations.get(said.method)
        if operation is not None:
            said = said._replace(provider=self.contract.provider, operation=operation.id, channel=operation.channel,
                                 task=value if operation.task else "")  # fmt: skip
        self.asked[self.by] = self.asked.get(self.by, 0) + 1
        self.story.append(said)
        for finding in self._judged(operation, said):
            self.note(finding)
        if self._seen is not None:
            self._seen(said)
        return said

    def note(self, finding: Finding) -> None:
        """Files a finding about the last exchange; equal ones are one case, and counted."""
        known = self.cases.get(finding.key)
        if known is None:
            self.cases[finding.key] = Case(finding, self.by, tuple(self.story), self.subject.base)
        else:
            self.cases[finding.key] = Case(finding, known.by, known.story, known.base, known.times + 1)

    def _judged(self, operation: Operation | None, said: Exchange) -> Iterator[Finding]:
        if operation is None:
            return
        yield from self.contract.check_answer(operation, said.status, said.json)
        body = said.json
        if operation.model and said.status == 200 and isinstance(body, dict):
            self.orders.append(str(body.get("request_id")))
