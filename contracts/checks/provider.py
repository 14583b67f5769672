"""A whole check: the drill, lives by chance, and every request that a generator of schemas can think of."""

from __future__ import annotations

from collections.abc import Callable
from math import isinf

from ..contract import Contract
from ..derived import derived
from ..exchange import Exchange
from .asking.drill import drill
from .asking.lifecycle import lived, worlds
from .asking.phases import PHASES, explore
from .asking.steps import shapes
from .case import STOPPED, Case, Checked, cannot
from .judging.referee import OVER, Referee
from .props import submits
from .reaching.coverage import Coverage
from .subject import Subject

LONGEST = 600.0  # seconds for the generators' phases, if nobody sets a limit
# The tapes of a drill that are played over a socket, too, by how their names begin.
SPOKEN = ("a life, and", "a generation", "several tasks", "tasks of which", "ids of tasks", "types of tasks",
          "answers at once", "elder names", "rules between")  # fmt: skip
LIKE = ("examples",)  # what a bounded check generates for an API that differs from another in words alone, and
SOME = ("examples", "stateful")  # for one that is not the first: its drill has bent every field already

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
    began, contract = clock(), derived(contract)
    coverage = Coverage(contract, cannot(subject))

    def watch(said: Exchange, by: str) -> None:
        coverage.saw(said, by)
        if seen is not None:
            seen(said, by)

    parts = [part for part in contract.apis.values() if submits(part) is not None]
    referees = [Referee(part, subject, watch, lambda: clock() - began > max_time) for part in parts]
    cuts: list[str] = []
    try:
        for referee in referees:
            cuts.append(_walked(referee, seed, bounded, _prefixed(say, referee.contract.api)))
        referees += _dialled(parts, subject, watch, bounded, say)
        for at, referee in reversed(list(enumerate(referees[: len(parts)]))):
            left = LONGEST if isinf(max_time) else max_time - (clock() - began)
            # What one leaves is the next ones': the first API, of which there is the most to ask, has all that is left.
            share = left * _weight(parts[at]) / sum(map(_weight, parts[: at + 1]))
            cuts.append(_explored(referee, seed, share, bounded, _prefixed(say, referee.contract.api), clock))
    except KeyboardInterrupt:
        cuts = [STOPPED]
    for referee in referees:
        referee.tidy()
    cut = next(filter(None, cuts), "")
    return _merged(contract, subject, seed, clock() - began, referees, coverage, cut)


def _dialled(
    parts: list[Contract], subject: Subject, watch: Watch, bounded: bool, say: Say
) -> list[Referee]:  # fmt: skip
    """Plays what is asked of tasks over a socket as well, where a server can be asked there."""
    line = subject.dialled()
    part = next((part for part in parts if part.bundle is not None), None)
    if line is None or part is None:
        return []
    referee = Referee(part, line, watch)
    referee.by = "drill"
    try:
        for name, tape in drill(part, not bounded):
            if name.startswith(SPOKEN):
                say(f"socket: {name}; {_found(referee)}")
                referee.begin()
                for move in tape:
                    referee.play(move)
    finally:
        line.close()
    return [referee]


def _walked(referee: Referee, seed: int, bounded: bool, say: Say) -> str:
    """Plays an API's drill, and lives by chance; tells why not all of it, if so."""
    _drilled(referee, bounded, say)
    referee.told_in_the_end()
    if not referee.spent:
        count, steps = worlds(referee.contract, not bounded)
        say(f"lifecycle: {count} worlds of {steps} steps; {_found(referee)}")
        referee.by = "lifecycle"
        lived(referee, not bounded, seed, count, steps)
    return referee.spent


def _explored(referee: Referee, seed: int, seconds: float, bounded: bool, say: Say, clock: Clock) -> str:
    """Has the generators ask; tells what was cut short, if so."""
    if referee.spent:
        return referee.spent
    like = LIKE if referee.contract.facts.openapi.get("like") else SOME
    asks = like if bounded and referee.contract.api else PHASES
    short = explore(referee, seed=seed, seconds=seconds, bounded=bounded, say=say, clock=clock, asks=asks)
    return f"before {' and '.join(short)} came to an end, " + OVER if short else ""


def _weight(part: Contract) -> float:
    """How much the generators have to ask of an API, beside the others."""
    many = 10 + len(part.operations) + 2 * len(shapes(part))  # each phase takes a while to begin
    return many * (0.2 if part.facts.openapi.get("like") else 1.0)


def _prefixed(say: Say, name: str) -> Say:
    return (lambda text: say(f"{name}: {text}")) if name else say


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
    slow = [each.contract.api for each in referees if each.slow]
    missing |= {f"ends {api}": f"how orders of {api} end: they take longer than is waited for" for api in slow}
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
