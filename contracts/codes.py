"""Under which code a broken rule is told, and what of all that is wrong is told at all.

Some providers have one code for each parameter, and tell of one class of what is wrong at a time: parameters that
nobody knows, those that are missing, and so on. Where nothing is written of that, findings are told as they come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from .finding import Finding

GENERAL = "invalid-input"  # the reason of a finding that nobody has looked up yet


class Codes:
    """The families of a provider's codes, and the order in which it looks at a request."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        families = table.get("families", {})
        chosen = [name for name, counts in table.get("elder", {}).items() if counts]
        self._rows = [row for name in (*chosen, "usual") for row in families.get(name, ())]
        order = table.get("order", {})
        self._order: list[str] = order.get("words", [])
        self._classes: Mapping[str, Any] = order.get("classes", {})

    @property
    def billing_first(self) -> bool:
        """Whether the balance is looked at before the request."""
        return self._order[:1] == ["billing"]

    def sorted(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """The findings with the reason behind each one's code, in the order in which the provider looks."""
        if not self._rows:
            return tuple(findings)
        told = [replace(each, reason=self.reason(each)) if each.reason == GENERAL else each for each in findings]
        return tuple(sorted(told, key=self._rank))

    def first(self, findings: Iterable[Finding]) -> list[Finding]:
        """Those that are told: of one class, each parameter once."""
        told: dict[str, Finding] = {}
        for each in findings:
            if each.reason:
                told.setdefault(each.where, each)
        if not self._order or not told:
            return list(told.values())
        least = min(map(self._rank, told.values()))
        return [each for each in told.values() if self._rank(each) == least]

    def reason(self, finding: Finding) -> str:
        """The reason behind the code of a broken rule."""
        name = dotted(finding.where)
        fitting = (row for row in self._rows if row["rule"] == finding.rule and row.get("parameter", name) == name)
        return next((str(row["reason"]) for row in fitting), finding.reason)

    def _rank(self, finding: Finding) -> int:
        if not finding.reason:
            return len(self._order)
        word = next((word for word, row in self._classes.items() if finding.rule in row.get("rules", ())
                     or dotted(finding.where) in row.get("parameters", ())), "values")  # fmt: skip
        return self._order.index(word)


def dotted(place: str) -> str:
    """A JSON pointer as a dotted name."""
    return place[1:].replace("/", ".").replace("~1", "/").replace("~0", "~")
