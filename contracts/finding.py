"""A finding: one disagreement with the contract, with what was expected, what came and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal

Severity = Literal["broken", "doubtful", "note"]
Source = Literal["documented", "observed", "inferred"]

# How much a rule weighs follows from how well it is known.
WEIGHT: dict[str, Severity] = {"documented": "broken", "observed": "doubtful", "inferred": "note"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One disagreement. `reason` names the row of the error table that refuses it, or nothing where it is let
    pass; `kind` is the word that pydantic-like error answers have for it; `beside` are the further places that it is
    about."""

    rule: str
    severity: Severity
    where: str
    expected: str
    came: str
    cure: str
    operation: str = ""
    source: Source = "documented"
    reason: str = ""
    kind: str = ""
    beside: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For JSON; further places are told where there are some."""
        told = {name: getattr(self, name) for name in self.__slots__}
        if not self.beside:
            del told["beside"]
        return told

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Equal findings have equal keys and count once."""
        return (self.rule, self.operation, self.where, self.came)

    @property
    def error(self) -> ValueError:
        """The same, as whoever hands something over in a program is told."""
        return ValueError(f"expected {self.where} to be {self.expected}; came {self.came}; {self.cure}")

    def __str__(self) -> str:
        head = f"{self.severity}: {self.rule}" + (f" in {self.operation}" if self.operation else "")
        place = f" at {self.where}" if self.where else ""
        return f"{head}{place}\n  expected  {self.expected}\n  came      {self.came}\n  do this   {self.cure}"


def shown(value: Any, most: int = 80) -> str:
    """A value in one short line; what is left out is counted."""
    import json

    if value.__class__ is object:
        return "nothing"
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = repr(value)
    return text if len(text) <= most else f"{text[:most]}... ({len(text) - most} more characters)"


def did_you_mean(word: object, words: Iterable[object], otherwise: str) -> str:
    """The cure for a word that nobody knows."""
    near = get_close_matches(str(word), [str(each) for each in words], 1)
    return f"did you mean {near[0]}?" if near else otherwise
