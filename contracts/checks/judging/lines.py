"""The lines of one world: each account's own, and one for each prop on whose instances orders run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...life import Lifecycle
from .fleet import FleetReference, Rules
from .reference import Known, Reference, Span


class Lines:
    """All orders of one world, each in its line."""

    def __init__(self, life: Lifecycle) -> None:
        self.orders: dict[str, Known] = {}
        self._life = life
        self._own = Reference(life.slots, apart=life.apart)
        self._own.orders = self.orders
        self._fleets: dict[str, FleetReference] = {}

    def add(self, order: Known, name: str = "") -> None:
        """One more waits, or runs; it is found by its id, unless by another name."""
        self.orders[name or order.id] = order
        if order.prop in self._fleets:
            self._fleets[order.prop].orders[order.id] = order

    def man(self, prop: str, keys: Mapping[str, str], said: Mapping[str, Any], now: float, warm: bool = False) -> None:
        """A prop has instances from now on, as was said of it; `keys` are the words for that."""
        rules = {name: said.get(key) for name, key in keys.items()}
        if all(isinstance(value, (int, float)) for value in rules.values()):
            self._fleets[prop] = FleetReference(Rules(**rules), self._life.cold_start, now, warm)  # type: ignore[arg-type]

    def change(self, prop: str, keys: Mapping[str, str], said: Mapping[str, Any], now: float) -> None:
        """Something else was said of it."""
        if prop in self._fleets:
            rules = {name: said.get(key) for name, key in keys.items()}
            if isinstance(said.get("is_enabled"), bool):  # switched off, it keeps none that is idle, and starts none
                rules["stopped"] = not said["is_enabled"]
            self._fleets[prop].change(now, **rules)

    def instance(self, order: Known) -> int | None:
        """The number of the instance on which an order runs or ran, where it runs on any."""
        fleet = self._fleets.get(order.prop)
        return None if fleet is None else fleet.instance(order)

    def has(self, prop: str) -> bool:
        """Whether it is known of a prop which instances it has."""
        return prop in self._fleets

    def alive(self, prop: str, now: float) -> list[int]:
        """The numbers of a prop's instances that are there."""
        return self._fleets[prop].alive(now) if prop in self._fleets else []

    def _line(self, order: Known) -> Reference:
        return self._fleets.get(order.prop, self._own)

    def span(self, order: Known) -> Span:
        """One order's life."""
        return self._line(order).span(order)

    def state(self, order: Known, now: float) -> str:
        """What it is doing at a moment."""
        return self._line(order).state(order, now)

    def place(self, order: Known, now: float) -> int:
        """Its place in the line at a moment."""
        return self._line(order).place(order, now)
