"""Subjects that are almost right: our stand-in, with one thing bent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from understudy.contracts.checks.subject import Ask, Subject
from understudy.contracts.exchange import Exchange
from understudy.mocks.subjects import Ours


class Bent(Subject):
    """Another subject, each answer of which goes through a function."""

    def __init__(self, own: Subject, bend: Callable[[Exchange], Exchange]) -> None:
        self.own = own
        self.bend = bend
        self.can, self.most_body, self.base, self.key = own.can, own.most_body, own.base, own.key

    @property
    def now(self) -> float | None:  # type: ignore[override]
        return self.own.now

    @property
    def other_key(self) -> str:  # type: ignore[override]
        return self.own.other_key

    def send(self, ask: Ask) -> Exchange:
        return self.bend(self.own.send(ask))

    def cue(self, what: str, amount: float = 0.0) -> None:
        self.own.cue(what, amount)

    def fresh(self) -> None:
        self.own.fresh()


@contextmanager
def ours(socket: bool = False, **settings: Any) -> Iterator[Ours]:
    subject = Ours("runcomfy", socket, **settings)
    try:
        yield subject
    finally:
        subject.close()


def but(said: Exchange, **changes: Any) -> Exchange:
    """The same answer with other values in its body."""
    body = {**said.json, **changes}
    return said._replace(answer_body=json.dumps(body).encode(), answer_headers=plain(said))


def plain(said: Exchange) -> tuple[tuple[bytes, bytes], ...]:
    return tuple(pair for pair in said.answer_headers if pair[0].lower() != b"content-length")
