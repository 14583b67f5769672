"""What the director asked for in one world: scripts and faults, each struck off as it comes true."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .fault import Fault, Place
from .luck import luck
from .script import Script
from .task import Order
from .wish import Wish


@dataclass(slots=True)
class Wishes:
    """What the director asked for; each is struck off as it comes true."""

    scripts: list[Script] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def unstruck(self) -> list[Wish]:
        """What never came true and was not optional; of a wish for several providers, the first."""
        missed = [wish for wish in (*self.scripts, *self.faults) if wish.missed]
        told = {id(wish): at for at, wish in enumerate(missed)}
        return [wish for at, wish in enumerate(missed) if all(told.get(id(kin), at) >= at for kin in wish.kin)]

    def add(self, wish: Script | Fault) -> None:
        """Lays a wish down behind those of its standing: a scenario's are the backdrop of a test's own."""
        book: list[Any] = self.scripts if isinstance(wish, Script) else self.faults
        book.insert(len(book) if wish.backdrop else sum(not other.backdrop for other in book), wish)

    def script(self, order: Order) -> Script | None:
        """The script of an order: a refusal before all others, then the first that is for it."""
        meant = [script for script in self.scripts if script.meets(order)]
        return next((script for script in meant if script.refuses), meant[0] if meant else None)

    def fault(self, place: Place, seed: str, early: bool = False) -> tuple[Fault | None, float]:
        """The fault that strikes here, if any, and for how long; it is struck off."""
        for at, fault in enumerate(self.faults):
            if (fault.what == "early") is not early or not fault.meets(place):
                continue
            if fault.strikes(luck(seed, "fault", at, fault.met)):
                fault.struck += 1
                return fault, fault.lasts(seed, "seconds", at, fault.met)
        return None, 0.0
