"""The story of a case: what was done and asked, moment by moment, in lines that a person can follow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from ..checks.case import Case
from ..contract import Contract
from ..exchange import Exchange
from ..life import at as told_at
from .plain import plain

LONGEST_WORD = 60


class Step(NamedTuple):
    """One line: something that was done, or a request with what was said to it."""

    number: int
    at: float
    does: str  # a method, or nothing where nobody was asked
    what: str  # a path in which an order bears its number instead of its id, or what was done
    status: int = 0
    word: str = ""
    operation: str = ""
    order: int = 0  # the first that was taken is 1; 0: about none of them
    state: str = ""  # the provider's word for where the order stands, if the answer tells it
    failing: bool = False
    takes: bool = False  # whether an order was taken here
    passes: float = 0.0  # seconds that passed
    times: int = 1

    @property
    def asks(self) -> bool:
        """Whether it is a request."""
        return bool(self.does)


class Gap(NamedTuple):
    """Steps that are left out, and the seconds that passed meanwhile."""

    many: int
    passes: float = 0.0

    def __str__(self) -> str:
        meanwhile = f", in which {self.passes:g} s pass" if self.passes else ""
        return f"... {self.many} step{'' if self.many == 1 else 's'} left out{meanwhile}"


def steps(case: Case, promise: Contract) -> list[Step]:
    """The whole story; what was repeated at once is one step, and counted."""
    numbers = _numbers(case, promise)
    failing = max(at for at, each in enumerate(case.story) if isinstance(each, Exchange))
    told: list[Step] = []
    now, taken = 0.0, 0
    for at, each in enumerate(case.story):
        if isinstance(each, Exchange):
            taken += _takes(each, promise)
            step = _asked(each, promise, numbers, taken)._replace(number=at + 1, failing=at == failing)
            now = each.at
        else:
            passes = each.amount if each.what in ("advance", "wait") else 0.0
            step = Step(at + 1, now, "", str(each), passes=passes)
            now += passes if each.what == "advance" else 0.0  # who can only wait cannot read the clock
        _add(told, step)
    return told


def _add(told: list[Step], step: Step) -> None:
    """What was asked again, at once or a moment later, and answered alike is one step with what passed meanwhile."""
    between = [told.pop()] if len(told) > 1 and told[-1].passes and not told[-1].asks else []
    if told and not step.failing and _alike(told[-1], step):
        passes = round(told[-1].passes + sum(each.passes for each in between), 6)
        told[-1] = told[-1]._replace(times=told[-1].times + 1, passes=passes)
    else:
        told += [*between, step]


def timed(told: list[Step]) -> bool:
    """Whether the moments of a story mean anything: a server whose clock cannot be read is always at 0."""
    return any(step.at for step in told)


def shortened(told: list[Step], most: int) -> list[Step | Gap]:
    """At most so many lines: the failing step, those of its order, then the latest; what is left out is counted."""
    if len(told) <= most:
        return list(told)
    bad = next(step for step in told if step.failing)

    def distance(at: int) -> tuple[bool, bool, bool, int]:
        step = told[at]
        own = bool(step.order) and step.order == bad.order
        cue = not step.asks and not step.passes
        return not step.failing, not (own and step.takes), not (own or cue), -at

    wanted = sorted(range(len(told)), key=distance)
    found: list[Step | Gap] = []
    for many in range(most, 0, -1):
        found = _gapped(told, sorted(wanted[:many]))
        if len(found) <= most:
            break
    return found


def _gapped(told: list[Step], kept: list[int]) -> list[Step | Gap]:
    found: list[Step | Gap] = []
    last = -1
    for at in [*kept, len(told)]:
        gone = told[last + 1 : at]
        if gone:
            found.append(Gap(sum(step.times for step in gone), round(sum(step.passes for step in gone), 6)))
        if at < len(told):
            found.append(told[at])
        last = at
    return found


def _alike(one: Step, other: Step) -> bool:
    bare = [step._replace(number=0, at=0.0, times=1, passes=0.0) for step in (one, other)]
    return other.asks and bare[0] == bare[1]


def _takes(said: Exchange, promise: Contract) -> bool:
    operation = promise.operations.get(said.operation)
    return operation is not None and operation.orders and 200 <= said.status < 300


def _numbers(case: Case, promise: Contract) -> dict[str, int]:
    """The number of each order that is asked about, by its id."""
    exchanges = [each for each in case.story if isinstance(each, Exchange)]
    asked = {each.task for each in exchanges if each.task}
    numbers: dict[str, int] = {}
    taken = [each for each in exchanges if _takes(each, promise)]
    for number, each in enumerate(taken, 1):
        body = each.json
        if each.task in asked:  # which its client has named
            numbers.setdefault(each.task, number)
        for value in body.values() if isinstance(body, dict) else ():
            if isinstance(value, str) and value in asked:
                numbers.setdefault(value, number)
    return numbers


def _asked(said: Exchange, promise: Contract, numbers: dict[str, int], taken: int) -> Step:
    takes = _takes(said, promise)
    order = taken if takes else numbers.get(said.task, 0)
    what = said.url if said.wire is None else f"{said.wire.url} {said.operation}"
    if order and said.task:
        what = what.replace(said.task, f"<order {order}>")
    state = _state(said, promise)
    word = f"order {taken}" if takes else state or _told(said, promise)
    return Step(
        0, said.at, plain(said.method), plain(what), said.status, word, said.operation, order, state, takes=takes
    )


def _state(said: Exchange, promise: Contract) -> str:
    """The word that an answer has for where its order stands."""
    body = said.json
    if not isinstance(body, dict) or not 200 <= said.status < 300:
        return ""
    for life in promise.lives.values():
        keys = {channel["operation"]: channel["key"] for channel in life.channels.values()}
        value = told_at(body, {life.cancel["operation"]: life.cancel["key"], **keys}.get(said.operation, ()))
        if isinstance(value, str):
            return _short(value)
    return ""


def _told(said: Exchange, promise: Contract) -> str:
    """What else an answer says in a word: the code and text of an error, or why there was no answer."""
    if not said.status:
        return _short("no answer: " + said.answer_body.decode("utf-8", "replace"))
    body = said.json
    if said.status < 400 or not isinstance(body, dict):
        return ""
    keys = promise.refusing(said.operation, body)
    told = [told_at(body, f"/{keys[name]}") for name in ("code", "text")]
    words = [str(word) for word in told if word is not None]
    return _short(" ".join(words))


def _short(text: str) -> str:
    line = plain(" ".join(text.split()))
    return line if len(line) <= LONGEST_WORD else f"{line[: LONGEST_WORD - 3]}..."


def pretty(body: bytes, most: int) -> str:
    """A body for a reader: JSON in lines; what is left out is counted, what is no text is measured."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return f"{len(body):,} bytes that are no text; they begin with {body[:16].hex(' ')}"
    with suppress(ValueError, RecursionError):
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    text = plain(text)
    return text if len(text) <= most else f"{text[:most]}\n... {len(text) - most:,} more characters"


def line(body: bytes, most: int) -> str:
    """The same in one line."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return pretty(body, most)
    text = plain(" ".join(body.decode().split()))
    return text if len(text) <= most else f"{text[:most]}... ({len(text) - most:,} more characters)"


def lines(told: list[Step], most: int) -> Iterator[tuple[Step | Gap, tuple[str, ...]]]:
    """The columns of a story: when, method, what, status, word."""
    moments = timed(told)
    for step in shortened(told, most):
        if isinstance(step, Gap):
            yield step, ("", "", str(step), "", "")
            continue
        when = f"{step.at:.3f} s" if moments else f"{step.number}."
        status = str(step.status or "-") if step.asks else ""
        yield step, (when, step.does, step.what, status, f"{step.word}{_times(step)}".strip())


def _times(step: Step) -> str:
    """How often it was asked, and for how long."""
    if step.times == 1:
        return ""
    return f"  (asked {step.times:,} times in {step.passes:g} s)" if step.passes else f"  (x{step.times})"
