"""The server that a check asks: how to reach it, and what else can be done with it."""

from __future__ import annotations

from typing import NamedTuple

from ..exchange import Exchange

FRAME = b"x-frame"  # under which an exchange over a socket has its frames, since there are no headers


class Ask(NamedTuple):
    """One request, before it is sent; `path` is what follows the base address, as it is sent, its query included."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


class Subject:
    """A server under check. Who knows no more than its address can only ask it: then `can` is empty.

    `can` holds the cues that `cue` takes: "advance" (so many seconds of the story pass), "fail" (the next order ends
    badly), "pause" (the next one stops half way, where that is a state), "cost" (the next one costs so much), "poor"
    and "rich" (the balance is 0, and is what it was), "wait" (so many real seconds pass). Where its clock can be moved,
    `now` tells its time.
    """

    name = ""  # what is checked, as a person would say it
    base = ""  # the address that precedes every path, as answers spell it
    key = ""
    other_key = ""  # of another account, if there is one
    can: frozenset[str] = frozenset()
    now: float | None = None  # seconds of the story, where it is known
    lens = False  # whether tasks of a bundle are asked for as if each type had a path of its own
    salt = ""  # of the ids that a check chooses, where one world outlasts it
    most_body = 0  # bytes that a body may have, where that is known
    hooks = ""  # an address that takes deliveries, if there is one

    def send(self, ask: Ask) -> Exchange:
        """Asks, and answers what went over the wire; what no answer came to has the status 0."""
        raise NotImplementedError

    def cue(self, what: str, amount: float = 0.0) -> None:
        """Does what no client can do."""
        raise NotImplementedError

    def furnished(self, kind: str, model: str) -> str:  # noqa: ARG002 - who has none needs to know no more
        """The id of a prop that its own account has from the beginning and that stands for a model, or nothing."""
        return ""

    def dialled(self) -> Subject | None:
        """The same server, asked over a socket; none, where that cannot be."""
        return None

    def delivered(self) -> list[Exchange]:
        """What came to the address of deliveries in this world, in order."""
        return []

    def fresh(self) -> None:
        """Begins a new world: nothing has happened there, its ids are as in the one before. Else nothing is done."""

    def close(self) -> None:
        """Is done with."""


class Before(Subject):
    """One that stands before another one, and is told apart from it by what it makes of a request alone."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._mirror()

    def _mirror(self) -> None:
        mirrored(self, self._subject)
        self.lens = True

    def cue(self, what: str, amount: float = 0.0) -> None:
        """Does what no client can do."""
        self._subject.cue(what, amount)
        self._mirror()

    def furnished(self, kind: str, model: str) -> str:
        """What is there from the beginning."""
        return self._subject.furnished(kind, model)

    def dialled(self) -> Subject | None:
        """The same over a socket."""
        return self._subject.dialled()

    def delivered(self) -> list[Exchange]:
        """What came to the address of deliveries."""
        return self._subject.delivered()

    def fresh(self) -> None:
        """A new world."""
        self._subject.fresh()
        self._mirror()

    def close(self) -> None:
        """Is done with."""
        self._subject.close()


def mirrored(subject: Subject, inner: Subject) -> None:
    """A subject that stands before another is told apart by nothing that one can ask it."""
    subject.name, subject.base, subject.key, subject.other_key = inner.name, inner.base, inner.key, inner.other_key
    subject.can, subject.now, subject.most_body = inner.can, inner.now, inner.most_body
    subject.hooks, subject.lens, subject.salt = inner.hooks, inner.lens, inner.salt
