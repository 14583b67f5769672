"""What a referee knows of one world: the orders that were taken there, and what else was done to it."""

from __future__ import annotations

from typing import Any

from ...contract import Contract
from ...life import Lifecycle
from ...operation import Operation
from ..subject import Subject
from .reference import Known, Reference

UNDATED = 0.0  # the moment of everything, where the subject's time is not known


class World:
    """One world of a subject, from its beginning on."""

    def __init__(self, contract: Contract, subject: Subject) -> None:
        self.contract = contract
        self.subject = subject
        self.life: Lifecycle = contract.life
        self.reference = Reference(self.life.slots)
        self.poor = False
        self.doomed = 0  # so many of the next orders are to fail
        self.priced: float | None = None  # what the next order is to cost
        self.epoch: float | None = None  # what the subject's stamps call the beginning
        self.prints: dict[str, str] = {}  # the digest of each file, by its address
        self.seeded: dict[Any, dict[Any, str]] = {}  # the same, by the order without its seed, and by seed

    @property
    def dated(self) -> bool:
        """Whether the subject's time is known, so that every word has its moment."""
        return self.subject.now is not None and "advance" in self.subject.can

    @property
    def now(self) -> float:
        """The moment, where it is known."""
        return self.subject.now or UNDATED

    @property
    def orders(self) -> list[Known]:
        """The orders that were taken, in order."""
        return list(self.reference.orders.values())

    def taken(self, name: str, model: str, inputs: Any, account: str) -> Known:
        """An order was taken."""
        kind = self.contract.catalogue.models[model].kind
        queued, running = self.life.durations[kind]
        ending = "FAILED" if self.doomed else "SUCCEEDED"
        order = Known(name, len(self.orders), account, model, kind, inputs, self.now, queued, running, ending)
        order.possible = frozenset(self.life.states)
        if not self.doomed:  # one wish at a time comes true, the older first
            order.cost, self.priced = self.priced, None
        self.doomed = max(0, self.doomed - 1)
        self.reference.orders[name] = order
        return order

    def cued(self, what: str, amount: float) -> None:
        """Something was done that no client can do."""
        if what == "fail":
            self.doomed += 1
        elif what == "cost":
            self.priced = amount
        elif what in ("poor", "rich"):
            self.poor = what == "poor"

    def about(self, operation: Operation, value: str) -> Known | None:
        """The order that an operation is about."""
        return self.reference.orders.get(value) if operation.task else None

    def expected(self, order: Known) -> str:
        """The state in which an order must be, where time is known."""
        return self.reference.state(order, self.now)

    def whose(self, name: str) -> str:
        """Which account bears a key: "own", "other" or none."""
        if not name:
            return ""
        return {self.subject.key: "own", self.subject.other_key: "other"}.get(name, "")
