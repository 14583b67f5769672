"""How many were noticed: the count of a module, and the survivors of which is known why."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import yaml

from .mutants import Mutant, Name, Outcome

KNOWN = Path(__file__).with_name("survivors.yaml")
# The modules of the engine's time, and which tests concern each: the nearest first, since one failure is enough.
MODULES = {
    "timeline": ("timeline", "telling", "session", "slots"),
    "clock": ("ringing", "clock", "waiting", "sleepers", "sleepers_awake", "courier"),
    "courier": ("courier_faults", "courier"),
    "agenda": ("agenda", "clock", "waiting", "sleepers"),
    "fleet": ("fleet_rules", "fleet"),
}
PROMISED = 0.9  # so many of those that make a difference are noticed


class Known(NamedTuple):
    """Why a mutant survives. One that is equivalent makes no difference that any test could see."""

    why: str
    equivalent: bool


def known(module: str) -> dict[Name, Known]:
    """What is written down of a module's survivors."""
    rows = yaml.safe_load(KNOWN.read_text(encoding="utf-8")).get(module) or []
    return {
        Name(row["in"], row["was"], row["becomes"], row.get("turn", 1)): Known(row["why"], row["equivalent"])
        for row in rows
    }


class Score:
    """What came of the mutants of one module."""

    def __init__(self, module: str, rows: dict[Name, Known]) -> None:
        self.module = module
        self.known = rows
        self.outcomes: dict[Name, Outcome] = {}
        self.lines: dict[Name, int] = {}

    def add(self, mutant: Mutant, outcome: Outcome) -> None:
        """Counts one."""
        self.outcomes[mutant.name] = outcome
        self.lines[mutant.name] = mutant.line

    @property
    def survivors(self) -> list[Name]:
        """Those that nobody noticed."""
        return [name for name, outcome in self.outcomes.items() if outcome == "survived"]

    @property
    def equivalent(self) -> list[Name]:
        """Survivors that make no difference: they count neither way."""
        return [name for name in self.survivors if name in self.known and self.known[name].equivalent]

    @property
    def share(self) -> float:
        """The part that was noticed, of those that make a difference."""
        counted = len(self.outcomes) - len(self.equivalent)
        return 1 - (len(self.survivors) - len(self.equivalent)) / max(1, counted)

    @property
    def untrue(self) -> list[Name]:
        """Said to make no difference, and noticed."""
        survivors = self.survivors
        return [
            name for name, row in self.known.items()
            if row.equivalent and name in self.outcomes and name not in survivors
        ]  # fmt: skip

    def told(self) -> str:
        """One line of figures."""
        came = list(self.outcomes.values())
        return (f"{self.module:10} {self.share:6.1%} noticed: {len(came)} mutants, {came.count('killed')} killed, "
                f"{came.count('hung')} hung, {len(self.survivors)} survived, {len(self.equivalent)} of them "
                f"equivalent")  # fmt: skip

    def row(self, name: Name) -> str:
        """A survivor, and why it is one."""
        why = self.known[name].why if name in self.known else "nobody said why"
        return (
            f"  {self.module}.py:{self.lines[name]} {name.scope}\n    - {name.was}\n    + {name.becomes}\n      {why}"
        )
