"""A whole check: the drill, lives by chance, and every request that a generator of schemas can think of."""

from __future__ import annotations

from collections.abc import Callable
from math import isinf

from ..contract import Contract
from ..exchange import Exchange
from .asking.drill import drill
from .asking.lifecycle import lived
from .asking.phases import explore
from .case import STOPPED, Checked, cannot
from .judging.referee import Referee
from .reaching.coverage import Coverage
from .subject import Subject

BOUNDED, LONG = (60, 40), (500, 50)  # worlds of chance, and steps in each
SHORTEST, LONGEST = 5.0, 600.0  # seconds for the generators' phases, whatever is left, and if nobody sets a limit

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

    referee, cut = Referee(contract, subject, watch), ""
    try:
        cut = _drilled(referee, bounded, say, lambda: clock() - began > max_time)
        if not cut:
            worlds, steps = BOUNDED if bounded else LONG
            say(f"lifecycle: {worlds} worlds of {steps} steps; {_found(referee)}")
            referee.by = "lifecycle"
            lived(referee, not bounded, seed, worlds, steps)
            left = LONGEST if isinf(max_time) else max_time - (clock() - began)
            short = explore(referee, seed=seed, seconds=max(left, SHORTEST), bounded=bounded, say=say, clock=clock)
            cut = f"time was over before {' and '.join(short)} came to an end; raise --max-time" if short else ""
    except KeyboardInterrupt:
        cut = STOPPED
    return Checked(contract.provider, subject.name, seed, clock() - began, dict(referee.asked), referee.walks,
                   list(referee.cases.values()), not_exercised=cannot(subject), coverage=coverage.as_dict(),
                   cut=cut)  # fmt: skip


def _drilled(referee: Referee, bounded: bool, say: Say, over: Callable[[], bool]) -> str:
    """Plays every tape, and says why not, if time is over before."""
    tapes = drill(referee.contract, not bounded)
    referee.by = "drill"
    for number, (name, tape) in enumerate(tapes, 1):
        if over():
            return f"time was over after {number - 1} of {len(tapes)} tapes of the drill; raise --max-time"
        say(f"drill {number}/{len(tapes)}: {name}; {_found(referee)}")
        referee.begin()
        for move in tape:
            referee.play(move)
    return ""


def _found(referee: Referee) -> str:
    count = len(referee.cases)
    return f"{count} finding{'' if count == 1 else 's'}"
