"""What was used: each order that counts, what it cost, how long it ran, and by whose fault it came to nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta, tzinfo
from math import ceil
from typing import NamedTuple

from .session import Session
from .task import Task
from .timeline import State

PLACES = 6  # of seconds and shares


class Use(NamedTuple):
    """One thing that counts: an order that was taken, or one that was refused."""

    at: datetime
    model: str
    taken: bool
    results: int = 0
    spend: float = 0.0
    seconds: float | None = None  # how long it ran, once it has succeeded
    client: bool = False  # whose fault it was, if it was one's
    server: bool = False


def moment(session: Session, at: float, zone: tzinfo) -> datetime:
    """A moment of the story by the clocks of a zone."""
    return datetime.fromisoformat(session.clock.stamp(at)).astimezone(zone)


def taken(session: Session, task: Task, zone: tzinfo, ours: Callable[[Task], bool]) -> Use:
    """An order that was taken; of one that failed, somebody knows whether it was our fault."""
    line, state = task.timeline, task.timeline.at(session.clock.now)
    use = Use(moment(session, line.times[0], zone), task.model, True)
    if state is State.SUCCEEDED:
        return use._replace(results=len(task.order.media), spend=task.cost or 0.0, seconds=line.ends - line.starts)
    if state is State.FAILED:
        return use._replace(client=not ours(task), server=ours(task))
    return use


def days(first: date, last: date) -> list[str]:
    """Every day from the first to the last."""
    return [(first + timedelta(at)).isoformat() for at in range((last - first).days + 1)]


def times(found: Iterable[Use]) -> list[float]:
    """How long those ran that have succeeded, the shortest first."""
    return sorted(use.seconds for use in found if use.seconds is not None)


def mean(times: Sequence[float]) -> float | None:
    """How long one of them ran; of none there is no time."""
    return round(sum(times) / len(times), PLACES) if times else None


def percentile(sorted_times: Sequence[float], percent: int) -> float | None:
    """The time in which so many of a hundred were over."""
    if not sorted_times:
        return None
    return round(sorted_times[max(0, ceil(len(sorted_times) * percent / 100) - 1)], PLACES)


def share(of: float, all: float) -> float:
    """A share, of nothing none."""
    return round(of / all, PLACES) if all else 0.0
