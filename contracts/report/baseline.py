"""The baseline: findings that somebody accepted, in a file; each may expire, and bear a note."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..checks.case import Case, Checked

if TYPE_CHECKING:
    from schemathesis.baseline import Baseline, BaselineEntry, Identity

# What differs from run to run: ids, addresses, and which one of a list it was.
ADDRESS = re.compile(r"https?://[^\s/]+")
ID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|[0-9a-fA-F]{24,}")
INDEX = re.compile(r"(?<=/)\d+(?=/|$)")


class BadBaseline(ValueError):
    """A baseline that cannot be read: the message says what was expected, what came and what to do."""


class Accepted:
    """The file of what was accepted, against what a check found."""

    def __init__(self, path: Path, today: date) -> None:
        self.path = path
        self.today = today
        self._kept = _read(path)

    def judged(self, checked: Checked) -> Checked:
        """The same check, in which what is accepted does not fail; what nobody found again is named."""
        entries = {entry.identity: entry for entry in self._kept.entries}
        valid = {name for name, entry in entries.items() if not entry.is_expired(self.today)}
        met = {identity(case) for case in checked.cases}
        gone: list[Mapping[str, Any]] = [entry.to_dict() for name, entry in entries.items() if name not in met]
        return replace(checked, cases=[case for case in checked.cases if identity(case) not in valid],
                       accepted=[case for case in checked.cases if identity(case) in valid], gone=gone)  # fmt: skip

    def ended(self, checked: Checked) -> dict[tuple[str, ...], str]:
        """The day on which the acceptance of a case ended, for each where it did."""
        days = {entry.identity: str(entry.expires) for entry in self._kept.entries if entry.is_expired(self.today)}
        return {case.identity: days[identity(case)] for case in checked.cases if identity(case) in days}

    def update(self, checked: Checked) -> None:
        """Writes the file anew: all that was found is accepted; a note and a day to come stay with their entry.

        What nobody found again goes, unless not everything was asked.
        """
        known = {entry.identity: entry for entry in self._kept.entries}
        fresh = {identity(case): self._entry(case, known.get(identity(case)))
                 for case in [*checked.cases, *checked.accepted]}  # fmt: skip
        self._kept.entries = list({**(known if checked.cut else {}), **fresh}.values())
        self._kept.save(self.path)

    def _entry(self, case: Case, known: BaselineEntry | None) -> BaselineEntry:
        from schemathesis.baseline import BaselineEntry

        today = self.today.isoformat()
        said = {"expected": case.finding.expected, "came": case.finding.came}
        entry = known or BaselineEntry(*identity(case), first_seen=today)
        expires = None if entry.is_expired(self.today) else entry.expires
        return replace(entry, last_seen=today, expires=expires, extra={**entry.extra, **said})


def identity(case: Case) -> Identity:
    """What makes a finding the same one in the next run: not what came, and no id."""
    finding = case.finding
    where = INDEX.sub("*", ID.sub("{id}", ADDRESS.sub("", finding.where)))
    return finding.operation, finding.rule, finding.kind, where


def _read(path: Path) -> Baseline:
    from schemathesis.baseline import Baseline  # of an extra, and heavy

    try:
        return Baseline.load(path)
    except (ValueError, OSError) as wrong:
        raise BadBaseline(f"expected {path} to be a baseline; came {_cause(wrong)}; correct it, or write it anew with "
                          f"--update-baseline into another file") from None  # fmt: skip


def _cause(wrong: Any) -> str:
    if isinstance(wrong, json.JSONDecodeError):
        return f"no JSON ({wrong})"
    return wrong.strerror if isinstance(wrong, OSError) and wrong.strerror else str(wrong)
