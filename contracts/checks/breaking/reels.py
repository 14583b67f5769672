"""What was told once, when the true server was played a tape: it is rehearsed, so that nobody is asked in vain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ...contract import Contract
from ...exchange import Exchange
from ..case import Case
from ..judging.referee import Referee
from ..move import Move
from ..subject import Ask, Subject, mirrored
from .mutant import Mutant
from .placing import placed

Tape = Sequence[Move]
DELIVERED = "delivered"


class Told(NamedTuple):
    """One step of what was told once: what was asked and said, or, without a request, a cue and its amount."""

    ask: Ask | None
    said: Exchange | None = None
    cue: str = ""
    amount: float = 0.0
    came: Sequence[Exchange] = ()  # deliveries, where these were looked at
    now: float | None = None  # the moment of the answer, which may have been a while in coming


class Reel(NamedTuple):
    """A tape, and what was told when the subject itself was played it."""

    tape: Tape
    told: list[Told]
    other_key: str  # each world has another
    props: Mapping[tuple[str, str], str] = {}  # those that were furnished


class Written(Subject):
    """A subject of which everything is written down."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self.told: list[Told] = []
        self.props: dict[tuple[str, str], str] = {}
        self._mirror()

    def _mirror(self) -> None:
        mirrored(self, self._subject)

    def send(self, ask: Ask) -> Exchange:
        """Asks, and writes down what was said."""
        said = self._subject.send(ask)
        self._mirror()
        self.told.append(Told(ask, said, now=self.now))
        return said

    def cue(self, what: str, amount: float = 0.0) -> None:
        """Does it, and writes it down."""
        self._subject.cue(what, amount)
        self.told.append(Told(None, None, what, amount))
        self._mirror()

    def furnished(self, kind: str, model: str) -> str:
        """What is there from the beginning."""
        return self.props.setdefault((kind, model), self._subject.furnished(kind, model))

    def delivered(self) -> list[Exchange]:
        """Looks what came, and writes it down."""
        came = self._subject.delivered()
        self.told.append(Told(None, None, DELIVERED, came=came))
        return came

    def fresh(self) -> None:
        """A new world, and a new page."""
        self._subject.fresh()
        self.told, self.props = [], {}
        self._mirror()


class Unheard(Exception):
    """Something was asked that nobody asked before."""


class Rehearsal(Subject):
    """Says again what was told, to whoever asks the same."""

    def __init__(self, subject: Subject) -> None:
        mirrored(self, subject)
        self.now = None if subject.now is None else 0.0
        self.next: Told | None = None
        self.props: Mapping[tuple[str, str], str] = {}
        self.came: Sequence[Exchange] = ()

    def send(self, ask: Ask) -> Exchange:
        """What was said then."""
        if self.next is None or self.next.ask != ask or self.next.said is None:
            raise Unheard
        said, self.now, self.next = self.next.said, self.next.now, None
        return said

    def furnished(self, kind: str, model: str) -> str:
        """What was there then."""
        return self.props.get((kind, model), "")

    def delivered(self) -> list[Exchange]:
        """What had come then."""
        return list(self.came)

    def cue(self, what: str, amount: float = 0.0) -> None:
        """Time passes; whatever else it brought about stands in what was said."""
        if what == "advance" and self.now is not None:
            self.now += amount


def strikes(contract: Contract, subject: Subject, reel: Reel, mutant: Mutant) -> bool:
    """Whether a mutant would have said, asked or done anything otherwise; found without asking anybody."""
    rehearsal = Rehearsal(subject)
    rehearsal.other_key, rehearsal.props = reel.other_key, reel.props
    mutated = mutant.over(contract, rehearsal)
    for step in reel.told:
        rehearsal.next = step
        try:
            if step.ask is not None:
                mutated.send(step.ask)
            elif step.cue == DELIVERED:
                rehearsal.came = step.came
                mutated.delivered()
            else:
                mutated.cue(step.cue, step.amount)
        except Unheard:
            return True
        if mutated.struck:
            return True
    return False


def written(contract: Contract, subject: Subject, tapes: Sequence[Tape]) -> tuple[list[Reel], list[Case]]:
    """What is told where nothing is bent, and what a referee has against it."""
    book = Written(subject)
    referee = Referee(contract, book)
    reels: list[Reel] = []
    for tape in tapes:
        referee.begin()
        for move in tape:
            referee.play(move)
        told = [step._replace(said=placed(contract, step.said)) if step.said else step for step in book.told]
        reels.append(Reel(tape, told, book.other_key, dict(book.props)))
    return reels, list(referee.cases.values())
