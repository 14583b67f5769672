"""A whole check: the drill, lives by chance, and every request that a generator of schemas can think of."""

from __future__ import annotations

from collections.abc import Callable
from math import isinf

from ..contract import Contract
from ..exchange import Exchange
from .asking.drill import drill
from .asking.lifecycle import lived, worlds
from .asking.phases import PHASES, explore
from .case import STOPPED, Case, Checked, cannot
from .judging.referee import OVER, Referee
from .props import submits
from .reaching.coverage import Coverage
from .subject import Subject

LONGEST = 600.0  # seconds for the generators' phases, if nobody sets a limit
LIKE = ("examples",)  # what is generated for an API that differs from another in words alone

Say = Callable[[str], None]
Clock = Callable[[], float]
Watch = Callable[[Exchange, str], None]


def check(
    contract: Contract, subject: Subject, *, seed: int, max_time: float, bounded: bool, say: Say, clock: Clock,
    seen: Watch | None = None,
) -> Checked:  # fmt: skip
    """Asks a subject everything, API by API, and tells what came of it; broken off by hand, what was found until then.

    A bounded check asks about one model of each shape. `say` is told how far it is, `seen` is shown every exchange
    and who asked, `clock` tells real seconds.
    """
    began = clock()
    coverage = Coverage(contract, cannot(subject))

    def watch(said: Exchange, by: str) -> None:
        coverage.saw(said, by)
        if seen is not None:
            seen(said, by)

    parts = [part for part in contract.apis.values() if submits(part) is not None]
    weights = [_weight(part) for part in parts]
    referees, cut = [], ""
    for at, part in enumerate(parts):
        left = max_time - (clock() - began)
        end = clock() + left * weights[at] / sum(weights[at:])  # what one leaves is the next ones'
        referee = Referee(part, subject, watch, lambda end=end: clock() > end)  # type: ignore[misc]
        referees.append(referee)
        name = f"{part.api}: " if part.api else ""
        try:
            cut = cut or _asked(referee, seed, end - clock(), bounded, _prefixed(say, name), clock)
        except KeyboardInterrupt:
            cut = STOPPED
            break
    return _merged(contract, subject, seed, clock() - began, referees, coverage, cut)


def _asked(referee: Referee, seed: int, seconds: float, bounded: bool, say: Say, clock: Clock) -> str:
    """Asks all of one API, and tells why not all was, if so."""
    end = clock() + seconds
    _drilled(referee, bounded, say)
    referee.told_in_the_end()
    like = referee.contract.facts.openapi.get("like")
    if not referee.spent:
        count, steps = worlds(referee.contract, not bounded)
        say(f"lifecycle: {count} worlds of {steps} steps; {_found(referee)}")
        referee.by = "lifecycle"
        lived(referee, not bounded, seed, count, steps)
    short: list[str] = []
    if not referee.spent:
        left = LONGEST if isinf(seconds) else end - clock()
        asks = LIKE if like and bounded else PHASES
        short = explore(referee, seed=seed, seconds=left, bounded=bounded, say=say, clock=clock, asks=asks)
    return f"before {' and '.join(short)} came to an end, " + OVER if short else referee.spent


def _weight(part: Contract) -> float:
    """How much there is to ask of an API, beside the others."""
    return len(part.operations) * (1.0 if not part.facts.openapi.get("like") else 0.5) * (1.0 if part.api else 3.0)


def _prefixed(say: Say, name: str) -> Say:
    return lambda text: say(name + text)


def _merged(
    contract: Contract, subject: Subject, seed: int, seconds: float, referees: list[Referee], coverage: Coverage,
    cut: str,
) -> Checked:  # fmt: skip
    """What came of all APIs, as one."""
    asked: dict[str, int] = {}
    cases: dict[tuple[str, ...], Case] = {}
    lacking = {f"no prop of this subject stands for {name}" for referee in referees for name in referee.lacking}
    for referee in referees:
        for word, count in referee.asked.items():
            asked[word] = asked.get(word, 0) + count
        for identity, case in referee.cases.items():
            cases.setdefault(identity, case)
    missing = {f"prop {number}": why for number, why in enumerate(sorted(lacking))}
    return Checked(contract.provider, subject.name, seed, seconds, asked, sum(each.walks for each in referees),
                   list(cases.values()), not_exercised=cannot(subject) | missing, coverage=coverage.as_dict(),
                   cut=cut)  # fmt: skip


def _drilled(referee: Referee, bounded: bool, say: Say) -> None:
    """Plays every tape, as far as there is time."""
    tapes = drill(referee.contract, not bounded)
    referee.by = "drill"
    for number, (name, tape) in enumerate(tapes, 1):
        if referee.spent:
            return
        say(f"drill {number}/{len(tapes)}: {name}; {_found(referee)}")
        referee.begin()
        for move in tape:
            if not referee.spent:
                referee.play(move)


def _found(referee: Referee) -> str:
    count = len(referee.cases)
    return f"{count} finding{'' if count == 1 else 's'}"
