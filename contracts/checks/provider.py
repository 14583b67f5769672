"""A whole check: the drill, lives by chance, and every request that a generator of schemas can think of."""

from __future__ import annotations

from collections.abc import Callable
from math import isinf

from ..contract import Contract
from ..exchange import Exchange
from .asking.drill import drill
from .asking.lifecycle import BOUNDED, LONG, lived
from .asking.phases import explore
from .case import STOPPED, Checked, cannot
from .judging.referee import OVER, Referee
from .reaching.coverage import Coverage
from .subject import Subject

LONGEST = 600.0  # seconds for the generators' phases, if nobody sets a limit

Say = Callable[[str], None]
Clock = Callable[[], float]
Watch = Callable[[Exchange, str], None]


def check(
    contract: Contract, subject: Subject, *, seed: int, max_time: float, bounded: bool, say: Say, clock: Clock,
    seen: Watch | None = None,
) -> Checked:  # fmt: skip
    """Asks a subject everything, and tells what came of it; broken off by hand, what was found until then.

    A bounded check asks about one model of each shape. `say` is told how far it is, `seen` is shown every exchange
    and who asked, `clock` tells real seconds.
    """
    began = clock()
    coverage = Coverage(contract, cannot(subject))

    def watch(said: Exchange, by: str) -> None:
        coverage.saw(said, by)
        if seen is not None:
            seen(said, by)

    referee, cut = Referee(contract, subject, watch, lambda: clock() - began > max_time), ""
    try:
        _drilled(referee, bounded, say)
        referee.told_in_the_end()
        if not referee.spent:
            worlds, steps = BOUNDED if bounded else LONG
            say(f"lifecycle: {worlds} worlds of {steps} steps; {_found(referee)}")
            referee.by = "lifecycle"
            lived(referee, not bounded, seed, worlds, steps)
        short: list[str] = []
        if not referee.spent:
            left = LONGEST if isinf(max_time) else max_time - (clock() - began)
            short = explore(referee, seed=seed, seconds=left, bounded=bounded, say=say, clock=clock)
        cut = f"before {' and '.join(short)} came to an end, " + OVER if short else referee.spent
    except KeyboardInterrupt:
        cut = STOPPED
    return Checked(contract.provider, subject.name, seed, clock() - began, dict(referee.asked), referee.walks,
                   list(referee.cases.values()), not_exercised=cannot(subject), coverage=coverage.as_dict(),
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
