"""Subjects of the tests of checks: a stand-in whose answers are bent on their way, and a referee over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from understudy.contracts.checks.judging.grounds import Asked
from understudy.contracts.checks.judging.referee import Referee, Seen
from understudy.contracts.checks.subject import Ask, Subject
from understudy.contracts.contract import contract
from understudy.contracts.exchange import Exchange
from understudy.contracts.finding import Finding
from understudy.mocks.subjects import Ours

Bend = Callable[[Subject, Ask, Exchange], Exchange]
JSON = ((b"content-type", b"application/json"),)


class Bent(Ours):
    """A stand-in of ours, in this process; what it answers goes through somebody's hands."""

    def __init__(self, bend: Bend | None = None) -> None:
        super().__init__("runcomfy", socket=False)
        self._bend = bend

    def send(self, ask: Ask) -> Exchange:
        said = super().send(ask)
        return self._bend(self, ask, said) if self._bend else said


class Blind(Referee):
    """One that has nothing against anything, so that what others say is heard."""

    def _judged(self, asked: Asked) -> Iterator[Finding]:
        yield from (finding for finding in super()._judged(asked) if not finding)


def refereed(bend: Bend | None = None, seen: Seen | None = None, blind: bool = False) -> Referee:
    return (Blind if blind else Referee)(contract("runcomfy"), Bent(bend), seen)


def answered(said: Exchange, status: int, body: bytes = b"{}", headers: Any = JSON) -> Exchange:
    """The exchange, with another answer."""
    return said._replace(status=status, answer_body=body, answer_headers=headers)
