"""A life laid out in advance: from which moment on a task is in which state."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from enum import StrEnum
from math import inf
from typing import NamedTuple

# Makes a named tuple from a tuple of its fields, in half the time of its own constructor: for the hot path alone.
new = tuple.__new__


class State(StrEnum):
    """Where a task stands, in house words."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


FINAL = frozenset({State.SUCCEEDED, State.FAILED, State.CANCELLED})


class Course(NamedTuple):
    """How an order is to live: how long it queues once a slot is free, how long it runs, and how that ends."""

    queued: float
    running: float
    ending: State = State.SUCCEEDED
    error: str = ""


class Beat(NamedTuple):
    """From `at` on the task is in this state."""

    at: float
    state: State


class Timeline(NamedTuple):
    """Beats in order, kept as two tuples of one length: a hundred thousand tasks share the few tuples of states."""

    times: tuple[float, ...]
    states: tuple[State, ...]

    def at(self, now: float) -> State:
        """The state at a moment: a pure function of it."""
        passed = bisect_right(self.times, now)
        return self.states[passed - 1] if passed else self.states[0]

    def until(self, now: float, words: Mapping[str, str]) -> float | None:
        """The next moment at which the state has another word, or None."""
        word = words[self.at(now)]
        for time, state in zip(self.times, self.states, strict=True):
            if now < time < inf and words[state] != word:
                return time
        return None

    @property
    def beats(self) -> Iterator[Beat]:
        """The beats that will come; one that is infinitely far does not."""
        return (Beat(time, state) for time, state in zip(self.times, self.states, strict=True) if time < inf)

    @property
    def starts(self) -> float:
        """When it leaves the queue."""
        if self.states[0] is not State.QUEUED:
            return self.times[0]
        return self.times[1] if len(self.times) > 1 else inf

    @property
    def ends(self) -> float:
        """When it is over, or never."""
        return self.times[-1] if self.states[-1] in FINAL else inf

    def cut(self, now: float, state: State) -> Timeline:
        """The same life up to now, which ends here in another state."""
        kept = sum(time <= now for time in self.times)
        return Timeline((*self.times[:kept], now), (*self.states[:kept], state))


_SHAPES = {state: (State.QUEUED, State.RUNNING, state) for state in FINAL}
_STUCK = (State.QUEUED, State.RUNNING)


def laid(course: Course, asked: float, slot: float) -> tuple[Timeline, float, float]:
    """The timeline of a course that was asked for at one moment and got its slot at another; its start and its end."""
    starts = round(slot + course.queued, 6)
    if course.ending not in FINAL or course.running == inf:
        stuck = Timeline((asked, starts), _STUCK) if starts > asked else Timeline((asked,), _STUCK[1:])
        return stuck, starts, inf
    ends = round(starts + course.running, 6)
    if starts == asked:
        return Timeline((asked, ends), (State.RUNNING, course.ending)), starts, ends
    return new(Timeline, ((asked, starts, ends), _SHAPES[course.ending])), starts, ends
