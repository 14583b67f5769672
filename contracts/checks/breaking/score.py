"""The score: how many mutants are found out by the moves that a check makes."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from ...contract import Contract
from ...derived import derived
from ..asking.drill import drill
from ..judging.referee import Referee
from ..subject import Subject
from ..translated import lensed
from .mutant import Mutant
from .mutants import mutants
from .reels import Reel, Tape, strikes, written

Say = Callable[[str], None]
BAR = 40  # characters of the bar
OFTEN = 50  # mutants between two words on how far it is


class Survivor(NamedTuple):
    """A mutant that nobody found out: how often it struck, and why it may live, if somebody has said so."""

    mutant: Mutant
    struck: int
    excuse: str = ""
    trouble: str = ""

    @property
    def reason(self) -> str:
        """Why it lives."""
        if self.trouble:
            return f"the referee broke: {self.trouble}"
        if self.excuse:
            return f"excused: {self.excuse}"
        if not self.struck:
            return "never struck: no move asks for what it bends"
        times = "once" if self.struck == 1 else f"{self.struck} times"
        return f"struck {times}, and nobody noticed"


@dataclass(frozen=True)
class Score:
    """What came of it. A survivor counts against the share, whatever its excuse."""

    provider: str
    subject: str
    killed: Mapping[str, str]  # the rule by which each was found out, by the mutant's name
    mutants: tuple[Mutant, ...]
    survivors: tuple[Survivor, ...]

    @property
    def share(self) -> float:
        """How many of a hundred were found out, as a number from 0 to 1."""
        return len(self.killed) / len(self.mutants) if self.mutants else 0.0

    @property
    def apis(self) -> dict[str, tuple[int, int]]:
        """By API, the same."""
        there = Counter(mutant.api for mutant in self.mutants)
        found = Counter(mutant.api for mutant in self.mutants if mutant.name in self.killed)
        return {api: (found[api], count) for api, count in there.items()}

    @property
    def kinds(self) -> dict[str, tuple[int, int]]:
        """By kind, how many were found out, and how many there are."""
        there = Counter(mutant.kind for mutant in self.mutants)
        found = Counter(mutant.kind for mutant in self.mutants if mutant.name in self.killed)
        return {kind: (found[kind], count) for kind, count in there.items()}

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "provider": self.provider,
            "mutants": len(self.mutants),
            "killed": len(self.killed),
            "by_api": {api: {"killed": found, "mutants": there} for api, (found, there) in self.apis.items()},
            "by_kind": {kind: {"killed": found, "mutants": there} for kind, (found, there) in self.kinds.items()},
            "survivors": [{"name": one.mutant.name, "kind": one.mutant.kind, "struck": one.struck, "reason": one.reason}
                          for one in self.survivors],
        }  # fmt: skip

    def __str__(self) -> str:
        return shown(self.as_dict())


def score(contract: Contract, make: Callable[[], Subject], tapes: Sequence[Tape], hunted: Sequence[Mutant],
          say: Say = lambda text: None) -> Score:  # fmt: skip
    """Plays each mutant the tapes until it is found out; the subject itself must be found without fault on them."""
    contract = derived(contract)
    subject = lensed(contract, make())
    try:
        reels = _proved(contract, subject, tapes)
        killed: dict[str, str] = {}
        survivors: list[Survivor] = []
        excuses = excused(contract.provider)
        for number, mutant in enumerate(hunted, 1):
            rule, struck, trouble = _hunted(contract, subject, reels, mutant)
            if rule:
                killed[mutant.name] = rule
            else:
                survivors.append(Survivor(mutant, struck, excuses.get(mutant.name, ""), trouble))
            if number % OFTEN == 0 or number == len(hunted):
                say(f"{number} of {len(hunted)} mutants played, {len(killed)} found out")
        return Score(contract.provider, subject.name, killed, tuple(hunted), tuple(survivors))
    finally:
        subject.close()


def rerun(contract: Contract, make: Callable[[], Subject], say: Say = lambda text: None, whole: bool = False) -> Score:
    """The score over all mutants of what a check of seed 0 plays, the drill and the lives; `whole` is a long check's.

    Each API's own are played its own tapes. What the generators of schemas would find besides is not counted.
    """
    contract = derived(contract)
    hunted = mutants(contract)
    parts = [part for part in contract.apis.values() if any(mutant.api == part.api for mutant in hunted)]
    scores = [score(part, make, tapes_of(part, make, whole), [each for each in hunted if each.api == part.api],
                    _prefixed(say, part.api)) for part in parts]  # fmt: skip
    killed = {name: rule for each in scores for name, rule in each.killed.items()}
    survivors = tuple(one for each in scores for one in each.survivors)
    return Score(contract.provider, scores[0].subject, killed, hunted, survivors)


def _prefixed(say: Say, api: str) -> Say:
    return (lambda text: say(f"{api}: {text}")) if api else say


def tapes_of(contract: Contract, make: Callable[[], Subject], whole: bool) -> list[Tape]:
    """The tapes of a check: those of the drill, and the lives as they were led with a subject that is right."""
    from ..asking.lifecycle import lived, worlds  # hypothesis is an extra, and a kept score needs none

    subject = make()
    try:
        referee = Referee(contract, subject)
        lived(referee, whole, 0, *worlds(contract, whole))
    finally:
        subject.close()
    return [*(tape for _, tape in drill(contract, whole)), *filter(None, referee.tapes)]


def sampled(those: Sequence[Mutant], seed: int, most: int = 40) -> tuple[Mutant, ...]:
    """So many mutants, of each kind as evenly as may be; equal seeds draw the same."""

    def lot(mutant: Mutant) -> str:
        return hashlib.sha256(f"{seed}:{mutant.name}".encode()).hexdigest()

    drawn: Counter[str] = Counter()
    rows = []
    for mutant in sorted(those, key=lot):
        rows.append((drawn[mutant.kind], lot(mutant), mutant))
        drawn[mutant.kind] += 1
    return tuple(row[2] for row in sorted(rows, key=lambda row: row[:2])[:most])


# -- playing


def _proved(contract: Contract, subject: Subject, tapes: Sequence[Tape]) -> list[Reel]:
    """A referee that finds fault where nothing is bent cannot tell a mutant from it."""
    reels, cases = written(contract, subject, tapes)
    for case in cases:
        found = case.finding
        raise ValueError(
            f"expected no case where nothing is bent; came {len(cases)} on {subject.name}, the first of them "
            f"{found.rule} in {found.operation or case.exchange.path} (expected {found.expected}; came {found.came}); "
            f"mend the subject or the referee, then ask for the score"
        )
    return reels


def _hunted(contract: Contract, subject: Subject, reels: Sequence[Reel], mutant: Mutant) -> tuple[str, int, str]:
    """By which rule a mutant was found out, how often it struck, and what broke while it was hunted."""
    mutated = mutant.over(contract, subject)
    try:
        referee = Referee(contract, mutated)
        for reel in reels:
            if not strikes(contract, subject, reel, mutant):
                continue
            referee.begin()
            for move in reel.tape:
                referee.play(move)
                if referee.cases:
                    return next(iter(referee.cases.values())).finding.rule, mutated.struck, ""
    except Exception as wrong:  # whatever a mutant makes break is told with its name, and ends no run of hours
        return "", mutated.struck, f"{type(wrong).__name__}: {wrong}"
    return "", mutated.struck, ""


# -- what is kept


def excused(provider: str) -> dict[str, str]:
    """Why some mutants may live, by their names."""
    return read(_folder(provider) / "excuses.yaml")


def kept(provider: str) -> dict[str, Any]:
    """The score that was kept last; nothing, where none was."""
    return read(_folder(provider) / "score.json")


def keep(runs: Mapping[str, Score], folder: Path, date: str, versions: Mapping[str, str]) -> Path:
    """Writes scores down where `kept` finds them, the last run whole and of the others the sums; `folder` is that of
    the contracts."""
    *others, (configuration, scored) = runs.items()
    sums = {name: {"killed": len(each.killed), "mutants": len(each.mutants)} for name, each in others}
    row = {"date": date, "configuration": configuration, "versions": dict(versions), "others": sums, **scored.as_dict()}
    path = folder / scored.provider / "score.json"
    path.write_text(json.dumps(row, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def read(file: Path | Traversable) -> dict[str, Any]:
    """A file of this module's; empty, where there is none."""
    return dict(yaml.safe_load(file.read_bytes()) or {}) if file.is_file() else {}


def _folder(provider: str) -> Traversable:
    return files(__name__.rpartition(".checks")[0]) / provider


# -- the page


def shown(row: Mapping[str, Any]) -> str:
    """A score, fresh or kept, as a table by kind with a bar, and every survivor."""
    return "\n".join(_lines(row))


def _lines(row: Mapping[str, Any]) -> Iterator[str]:
    killed, there = row["killed"], row["mutants"]
    when = f", {row['configuration']} run of {row['date']}" if "date" in row else ""
    yield f"{row['provider']}: {killed} of {there} mutants found out ({_percent(killed, there)}){when}"
    yield f"  {_bar(killed, there)}"
    for name, sums in row.get("others", {}).items():
        yield f"  {name} run: {sums['killed']} of {sums['mutants']} ({_percent(sums['killed'], sums['mutants'])})"
    for api, sums in row["by_api"].items() if len(row.get("by_api", ())) > 1 else ():
        percent = _percent(sums["killed"], sums["mutants"])
        yield f"  {api or 'the first API'}: {sums['killed']} of {sums['mutants']} ({percent})"
    wide = max(map(len, row["by_kind"]), default=0)
    for kind, of in sorted(row["by_kind"].items()):
        some, all_ = of["killed"], of["mutants"]
        yield f"  {kind:<{wide}}  {some:>4} of {all_:>4}  {_percent(some, all_):>7}  {_bar(some, all_)}"
    if row["survivors"]:
        yield "1 lives:" if len(row["survivors"]) == 1 else f"{len(row['survivors'])} live:"
        yield from (f"  {one['kind']}: {one['name']}: {one['reason']}" for one in row["survivors"])


def _percent(some: int, all_: int) -> str:
    return f"{100 * some / all_:.1f} %" if all_ else "-"


def _bar(some: int, all_: int) -> str:
    """Whole only where all is: what is missing shows."""
    full = some * BAR // all_ if all_ else 0
    return "#" * full + "." * (BAR - full)
