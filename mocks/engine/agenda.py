"""What is going to happen, in order of time, then of booking."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from math import inf
from typing import Any

Entry = tuple[float, int, Callable[..., None], Any]


class Agenda:
    """News by the moment at which it is due. Owed news comes though nobody asks; for hasty news somebody is asleep."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._owed: list[tuple[float, int]] = []
        self.patient: set[int] = set()  # the tickets of what is owed and still to come
        self._hasty: set[int] = set()
        self._dropped: set[int] = set()
        self._booked = 0

    def book(self, when: float, call: Callable[..., None], about: Any, owed: bool, hasty: bool) -> int:
        """Puts news down, and whom it is about. Answers a ticket."""
        if not when < inf:
            raise ValueError(f"expected a moment that comes; came {when}; what never happens is no news")
        ticket = self._booked = self._booked + 1
        heappush(self._entries, (when, ticket, call, about))
        if owed or hasty:
            heappush(self._owed, (when, ticket))
            self.patient.add(ticket)
            if hasty:
                self._hasty.add(ticket)
        return ticket

    def drop(self, ticket: int) -> None:
        """Takes news off that did not happen yet."""
        self._dropped.add(ticket)
        self.patient.discard(ticket)
        self._hasty.discard(ticket)

    def take(self) -> Entry:
        """Takes off what is next."""
        entry = heappop(self._entries)
        if self.patient:
            self.patient.discard(entry[1])
            self._hasty.discard(entry[1])
        return entry

    def clear(self) -> None:
        """Nothing is going to happen any more; whoever is asleep is woken."""
        asleep = [(call, about) for _, ticket, call, about in sorted(self._entries) if ticket in self._hasty]
        for book in (self._entries, self._owed, self.patient, self._hasty, self._dropped):
            book.clear()
        for call, about in asleep:
            call() if about is None else call(about)

    @property
    def due(self) -> float | None:
        """When the next news is due, or None."""
        entries = self._entries
        while entries and entries[0][1] in self._dropped:
            self._dropped.discard(heappop(entries)[1])
        return entries[0][0] if entries else None

    @property
    def owed(self) -> float | None:
        """When the next owed news is due, or None."""
        while self._owed and self._owed[0][1] not in self.patient:
            heappop(self._owed)
        return self._owed[0][0] if self._owed else None

    @property
    def hasty(self) -> bool:
        """Whether somebody is asleep until news comes."""
        return bool(self._hasty)

    @property
    def owes(self) -> bool:
        """Whether news is to come though nobody asks, beside what only wakes somebody."""
        return len(self.patient) > len(self._hasty)

    def reached(self, moment: float) -> bool:
        """Whether something may be due by a moment; what was dropped counts until it is looked for."""
        return bool(self._entries) and self._entries[0][0] <= moment
