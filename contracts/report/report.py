"""A report: what came of a check, in the order in which a person reads it, and the words that all its forms share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from ..checks.case import PHASES, Case, Checked
from ..contract import Contract
from .plain import plain
from .story import steps

SEVERITIES = ("broken", "doubtful", "note")
VERSION = 1  # of the JSON document


class Report(NamedTuple):
    """What came of a check, and how to see it again. `checked` is veiled before it comes here."""

    checked: Checked
    promise: Contract
    again: str  # the command that shows it again, with the baseline if there is one
    baseline: str = ""  # the file of what is accepted
    ended: Mapping[tuple[str, ...], str] = MappingProxyType({})  # the day on which a case's acceptance ended

    @property
    def cases(self) -> list[Case]:
        """The new ones, the worst first."""
        return sorted(self.checked.cases, key=_rank)

    @property
    def requests(self) -> int:
        """How many were sent in all."""
        return sum(self.checked.asked.values())

    def accepts(self, case: Case) -> str:
        """The command that accepts what was found, and whether it was accepted before."""
        file = "" if self.baseline else " --baseline FILE"
        day = self.ended.get(case.identity)
        return f"{self.again}{file} --update-baseline" + (f"  (it was accepted until {day})" if day else "")

    @property
    def verdict(self) -> str:
        """The last line of all."""
        return f"understudy: {self.judgement}: {self.tally}"

    @property
    def judgement(self) -> str:
        """Whether the promise is kept."""
        bad = {case.finding.severity for case in self.checked.cases}
        kept = "keeps its promise" + (" so far" if self.checked.cut else "") if self.requests else "was not asked"
        if bad:
            kept = "breaks its promise" if "broken" in bad else "may break its promise"
        return f"{self.checked.subject} {kept}"

    @property
    def tally(self) -> str:
        """What it came to, in numbers."""
        checked = self.checked
        found = Counter[str](case.finding.severity for case in checked.cases)
        each = ", ".join(f"{found[word]} {word}" for word in SEVERITIES if found[word])
        said = [counted(self.requests, "request"),
                counted(len(checked.cases), "new finding") + (f" ({each})" if each else "")]  # fmt: skip
        said += [f"{len(checked.accepted)} accepted"] if checked.accepted else []
        said += ["not everything was asked"] if checked.cut else []
        return ", ".join(said)

    @property
    def covered(self) -> list[tuple[str, int, int]]:
        """Each group of the contract: how much of it was reached, and of how much."""
        groups = self.checked.coverage.get("groups", {})
        return [(name, int(row["reached"]), int(row["of"])) for name, row in groups.items() if row["of"]]

    def by_phase(self) -> Iterator[tuple[str, int]]:
        """How many requests each phase sent, in the order in which they ask."""
        asked = self.checked.asked
        yield from ((phase, asked[phase]) for phase in PHASES if asked.get(phase))
        yield from ((phase, many) for phase, many in asked.items() if phase not in PHASES and many)

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        checked = self.checked
        return {
            "version": VERSION, "provider": checked.provider, "subject": checked.subject, "seed": checked.seed,
            "seconds": round(checked.seconds, 3), "fails": checked.fails, "verdict": self.verdict,
            "again": self.again, "cut": checked.cut, "requests": self.requests, "asked": dict(self.by_phase()),
            "walks": checked.walks, "cases": [self._row(case) for case in self.cases],
            "accepted": [self._row(case) for case in checked.accepted], "gone": [dict(row) for row in checked.gone],
            "not_exercised": dict(checked.not_exercised), "coverage": dict(checked.coverage),
        }  # fmt: skip

    def _row(self, case: Case) -> dict[str, Any]:
        return {
            "finding": case.finding.as_dict(), "by": case.by, "times": case.times, "curl": case.curl,
            "story": [step._asdict() for step in steps(case, self.promise)],
            "exchange": case.exchange.as_dict(),
        }  # fmt: skip


def _rank(case: Case) -> tuple[int, int, str, str, str]:
    finding = case.finding
    phase = PHASES.index(case.by) if case.by in PHASES else len(PHASES)
    return SEVERITIES.index(finding.severity), phase, finding.rule, finding.operation, finding.where


def counted(number: int, noun: str) -> str:
    """A number and its noun."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def place(case: Case) -> str:
    """Where it was found, in a few words."""
    finding = case.finding
    operation = f" in {finding.operation}" if finding.operation else ""
    return plain(operation + (f" at {finding.where}" if finding.where else ""))


def found(case: Case) -> str:
    """Which phase found it, and how often."""
    return f"{case.by or 'the check'}, {'once' if case.times == 1 else f'{case.times:,} times'}"
