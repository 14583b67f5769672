"""The reference: what each order must be doing at each moment, worked out anew from what was asked and when.

It shares no code with the engine that it judges: the line is played through from its beginning, order by order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import inf
from typing import Any

from ...catalogue import Model
from ...life import STATES

OVER = frozenset({"SUCCEEDED", "FAILED", "CANCELLED", "PAUSED"})
BARELY = 1 - 1e-9  # of a run that is not over
SLACK = 1e-6  # seconds; moments are told in microseconds


@dataclass
class Known:
    """One order that was taken: what was asked, and what was said of it since."""

    id: str
    number: int
    account: str
    model: str
    kind: str
    inputs: Any
    asked: float
    queued: float
    running: float
    ending: str = "SUCCEEDED"
    cancelled: float = inf
    cost: float | None = None  # that was wished for
    possible: frozenset[str] = frozenset(STATES)  # states in which it may be, after all that was told
    heard: str = "nothing yet"
    place: tuple[int, int] | None = None  # that was told last, and among how many orders
    told: dict[Any, Any] = field(default_factory=dict)  # what must not change any more, by what was asked
    files: list[str] = field(default_factory=list)
    walked: set[str] = field(default_factory=set)  # operations that were asked of it, and answered
    form: Model = None  # type: ignore[assignment]  # whose inputs it has
    size: tuple[int, int] | None = None  # of its pictures, where its form says so
    steps: int = 0  # that its run has, and
    saves: int = 0  # after how many of them it can be taken up again; where it is told how far it is
    samples: tuple[int, int] = (0, 0)  # after how many steps it makes some, and how many
    called: str = ""  # as its form says
    edited: bool = False  # whether it was given another form since
    full: float = 0.0  # seconds that the whole run takes, of which
    since: float = 0.0  # this share need not be run again, and
    share: float = 1.0  # at this one it ends
    again: float | None = None  # when it was taken up again last
    news: str = ""  # what was asked for: of its end, of all states, or none
    prop: str = ""  # the id of the one on which it runs
    named: dict[str, str] = field(default_factory=dict)  # what else was told that a path can name

    @property
    def over(self) -> bool:
        """Whether it was told to be over."""
        return self.possible <= OVER


@dataclass(frozen=True)
class Span:
    """When an order was asked for, got its slot, left the queue and ended; what never comes is infinitely far."""

    asked: float
    slot: float
    starts: float
    ends: float
    ending: str


class Reference:
    """All orders of one world. With a number of slots, an account's orders wait for one another."""

    def __init__(self, slots: int | None, apart: bool = False) -> None:
        self._slots = slots
        self._apart = apart  # whether each model has a line of its own
        self.orders: dict[str, Known] = {}

    def span(self, order: Known) -> Span:
        """One order's life."""
        return next(span for each, span in self._played(order) if each is order)

    def state(self, order: Known, now: float) -> str:
        """What it is doing at a moment."""
        span = self.span(order)
        if now + SLACK >= span.ends:
            return span.ending
        return "RUNNING" if now + SLACK >= span.starts else "QUEUED"

    def place(self, order: Known, now: float) -> int:
        """Its place in the line at a moment: how many leave it before, and one."""
        lives = list(self._played(order))
        starts = {id(each): round(span.starts, 6) for each, span in lives}  # sums of tenths are equal but for a hair
        ahead = [each for each, span in lives
                 if now + SLACK < span.starts and (starts[id(each)], each.number) < (starts[id(order)], order.number)
                 and now + SLACK < span.ends]  # fmt: skip
        return len(ahead) + 1

    def _played(self, among: Known) -> Iterator[tuple[Known, Span]]:
        free: list[float] = []  # when each slot that was given out is given back
        for order in self.orders.values():
            if order.account != among.account or (self._apart and order.model != among.model):
                continue
            slot = order.asked if order.again is None else order.again
            if self._slots is not None and len(free) >= self._slots:
                slot = max(slot, min(free))
            if order.cancelled < slot:
                yield order, Span(order.asked, inf, inf, order.cancelled, "CANCELLED")
                continue
            if self._slots is not None and len(free) >= self._slots:
                free.remove(min(free))
            span = _span(order, slot)
            free.append(span.ends)
            yield order, span


def reached(order: Known, span: Span, now: float) -> float:
    """Which share of its run has passed: 1 once it has succeeded, and not before."""
    if now + SLACK >= span.ends and span.ending == "SUCCEEDED":
        return 1.0
    moment = min(now, span.ends)
    if moment < span.starts or not order.full:
        return order.since
    return min(order.since + (moment - span.starts) / order.full, order.share, BARELY)


def _span(order: Known, slot: float) -> Span:
    starts = slot + order.queued
    if order.cancelled < starts + order.running:
        return Span(order.asked, slot, inf if order.cancelled < starts else starts, order.cancelled, "CANCELLED")
    return Span(order.asked, slot, starts, starts + order.running, order.ending)
