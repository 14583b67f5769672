"""A measured figure beside its target, and the table of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One figure: what was measured, what was promised, what is behind it. Without a value it could not be had."""

    name: str
    value: float | None
    unit: str
    sign: str = ""
    target: float | None = None
    raw: list[Any] = field(default_factory=list)
    note: str = ""

    @property
    def verdict(self) -> str:
        """met, MISSED, not measured, or nothing where nothing was promised."""
        if self.value is None:
            return "NOT MEASURED"
        if self.target is None:
            return ""
        good = self.value <= self.target if self.sign.startswith("<") else self.value >= self.target
        return "met" if good else "MISSED"

    def as_json(self) -> dict[str, Any]:
        """The figure for the file of raw numbers."""
        return {**self.__dict__, "verdict": self.verdict}


def missed(figures: Iterable[Figure]) -> list[Figure]:
    """The figures that broke a promise, or could not be had."""
    return [each for each in figures if each.verdict in {"MISSED", "NOT MEASURED"}]


def table(figures: Iterable[Figure]) -> str:
    """The figures as a Markdown table that reads as plain text too."""
    head = ("what", "figure", "target", "", "note")
    rows = [head, *((_cell(each)) for each in figures)]
    wide = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        "| " + " | ".join([*(text.ljust(wide[n]) for n, text in enumerate(row[:4])), row[4]]) + " |" for row in rows
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in wide) + "|---|"
    return "\n".join([lines[0], rule, *lines[1:]])


def _cell(figure: Figure) -> tuple[str, str, str, str, str]:
    value = "-" if figure.value is None else f"{_short(figure.value)} {figure.unit}".strip()
    target = "" if figure.target is None else f"{figure.sign} {_short(figure.target)} {figure.unit}".strip()
    note = " ".join(figure.note.split())
    return figure.name, value, target, figure.verdict, note if len(note) <= 160 else note[:157] + "..."


def _short(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.3g}"
