"""What of a promise was reached, by whom and how often: rows that can be counted, merged, written and read again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

VERSION = 1
GROUPS = ("answers", "errors", "parameters", "models", "inputs", "states", "transitions", "channels")
ASIDE = frozenset({"models"})  # told, and part of no total: nobody's client orders from each of a hundred models
MOST_LABELS = 5  # that a row names of those who reached it
# What no client can bring about, by the cue of a subject that would: why a row stays empty where it cannot be given.
CANNOT = {
    "advance": "this subject's clock cannot be moved",
    "fail": "nobody can make a generation fail from here",
    "pause": "nobody can have an order stopped from here",
    "other key": "needs another key, and only one is known",
    "poor": "the balance cannot be set from here",
}

Item = tuple[str, ...]  # the group, then the names that tell it from the others there


class Row:
    """One thing that can be reached. `doubted` counts answers that fit it and another one as well, `unseen` how often
    it must have happened between two looks; neither reaches it."""

    __slots__ = ("by", "doubted", "hint", "needs", "says", "times", "unseen")

    def __init__(self, says: str = "", needs: str = "", hint: str = "") -> None:
        self.says = says  # what the provider calls it
        self.needs = needs  # the cue without which nobody reaches it
        self.hint = hint  # when it happens
        self.times = self.doubted = self.unseen = 0
        self.by: dict[str, int] = {}

    def meet(self, by: str, times: int = 1) -> None:
        """Counts that it was reached. Of many labels the first of the alphabet stay, whoever came first."""
        self.times += times
        if by in self.by:
            self.by[by] += times
        elif by:
            self.by[by] = times
            if len(self.by) > MOST_LABELS:
                del self.by[max(self.by)]

    def add(self, other: Row) -> None:
        """Counts what another row of the same thing has counted."""
        self.says, self.needs = min(self.says, other.says), min(self.needs, other.needs)
        self.hint = min(self.hint, other.hint)
        self.times += other.times
        self.doubted += other.doubted
        self.unseen += other.unseen
        sums = {label: self.by.get(label, 0) + other.by.get(label, 0) for label in {*self.by, *other.by}}
        self.by = {label: sums[label] for label in sorted(sums)[:MOST_LABELS]}

    def as_dict(self, item: Item, why: str) -> dict[str, Any]:
        """For JSON; what is empty is left out, but for how often."""
        told = {"item": list(item[1:]), "says": self.says, "needs": self.needs, "hint": self.hint,
                "doubted": self.doubted, "unseen": self.unseen, "why": why,
                "by": {label: self.by[label] for label in sorted(self.by)}}  # fmt: skip
        return {**{key: value for key, value in told.items() if value}, "times": self.times}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Row:
        """The row that was written."""
        row = cls(told.get("says", ""), told.get("needs", ""), told.get("hint", ""))
        row.times, row.doubted, row.unseen = told["times"], told.get("doubted", 0), told.get("unseen", 0)
        row.by = dict(told.get("by", {}))
        return row


class Missing(NamedTuple):
    """Something that nobody reached, and why, where that is known."""

    group: str
    name: str
    says: str
    why: str


class Covered:
    """All that a provider promises, each with whoever reached it."""

    def __init__(self, provider: str, rows: dict[Item, Row], cannot: Iterable[str] = ()) -> None:
        self.provider = provider
        self.rows = rows
        self.cannot = frozenset(cannot)
        self.beside: Counter[str] = Counter()  # answers that nobody documents
        self.left_out = 0  # exchanges that nobody could count

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Covered:
        """What was written; something else is a ValueError."""
        if not isinstance(told, Mapping) or told.get("version") != VERSION:
            came = told.get("version", "none") if isinstance(told, Mapping) else "no object"
            raise ValueError(f"expected coverage of version {VERSION}; came {came}; run the tests or the check again")
        rows = {(group, *row["item"]): Row.of(row) for group, part in told["groups"].items() for row in part["rows"]}
        read = cls(told["provider"], rows, told["cannot"])
        read.beside.update(told["beside"])
        read.left_out = told["left_out"]
        return read

    def add(self, other: Covered) -> None:
        """Counts what somebody else has counted; what only one of both could not be asked, the other could."""
        if other.provider != self.provider:
            both = f"{self.provider} and {other.provider}"
            raise ValueError(f"expected coverage of one provider; came {both}; merge each provider's own")
        for item, row in other.rows.items():
            self.rows.setdefault(item, Row(row.says, row.needs, row.hint)).add(row)
        self.cannot &= other.cannot
        self.beside.update(other.beside)
        self.left_out += other.left_out

    def counts(self, group: str = "") -> tuple[int, int]:
        """How much of a group, or of all but what stands aside, was reached, and how much there is."""
        rows = [row for item, row in self.rows.items() if item[0] == group or not (group or item[0] in ASIDE)]
        return sum(row.times > 0 for row in rows), len(rows)

    def share(self, group: str = "") -> float:
        """The same in percent; of nothing, all was reached."""
        return _share(*self.counts(group))

    def missing(self) -> Iterator[Missing]:
        """What nobody reached, group by group."""
        asked = self._asked()
        for item in self._sorted():
            row = self.rows[item]
            if not row.times:
                names = (f"{item[1]} {item[2]} -> {item[3]}",) if item[0] == "transitions" else item[1:]
                yield Missing(item[0], " ".join(filter(None, names)), row.says, self._why(item, row, asked))

    def as_dict(self) -> dict[str, Any]:
        """For JSON, the same for equal counts in whatever order they came."""
        asked = self._asked()
        groups: dict[str, Any] = {name: _head(*self.counts(name)) | {"rows": []} for name in GROUPS}
        for item in self._sorted():
            row = self.rows[item]
            groups[item[0]]["rows"].append(row.as_dict(item, "" if row.times else self._why(item, row, asked)))
        told = {"left_out": self.left_out, "cannot": sorted(self.cannot), "beside": dict(sorted(self.beside.items()))}
        return {"version": VERSION, "provider": self.provider, **_head(*self.counts()), **told, "groups": groups}

    def _sorted(self) -> list[Item]:
        return sorted(self.rows, key=lambda item: (GROUPS.index(item[0]), item))

    def _asked(self) -> set[str]:
        """The operations that were answered at all."""
        return {item[1] for item, row in self.rows.items() if item[0] == "answers" and row.times} | {
            name.rpartition(" ")[0] for name in self.beside
        }

    def _why(self, item: Item, row: Row, asked: set[str]) -> str:
        group = item[0]
        if row.needs in self.cannot:
            return CANNOT.get(row.needs, f"this subject cannot be told: {row.needs}")
        if row.doubted and group == "states":
            return f"{row.says!r} was told {_times(row.doubted)}, said of another state too; nothing told which"
        if row.doubted:
            return f"it was answered so {_times(row.doubted)}, which fits another error as well"
        if row.unseen:
            return f"it happened {_times(row.unseen)} between two looks, where nobody saw it"
        if group in ("answers", "errors", "parameters") and item[1] and item[1] not in asked:
            return "nobody asked for it"
        return row.hint


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _share(reached: int, of: int) -> float:
    return round(100 * reached / of, 1) if of else 100.0


def _head(reached: int, of: int) -> dict[str, Any]:
    return {"reached": reached, "of": of, "share": _share(reached, of)}
