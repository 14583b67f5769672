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
    PAUSED = "PAUSED"  # over for now: it was stopped before its end, and can be taken up again


FINAL = frozenset({State.SUCCEEDED, State.FAILED, State.CANCELLED, State.PAUSED})


class Course(NamedTuple):
    """How an order is to live: how long it queues once a slot is free, how long it runs, and how that ends."""

    queued: float
    running: float
    ending: State = State.SUCCEEDED
    error: str = ""
    looks: int = 0  # beats of a second each, at which a loop stops though the word is the same
    position: int = 0  # the place in the line that is told at first
    manual: bool = False  # every beat waits for the director's cue
    cold: float | None = None  # how long an instance boots that starts for it


class Beat(NamedTuple):
    """From `at` on the task is in this state."""

    at: float
    state: State


class Timeline(NamedTuple):
    """Beats in order, kept as two tuples of one length: a hundred thousand tasks share the few tuples of states.

    Where it `stops`, each beat is a stage of its own to whoever asks again, though the word may be the same.
    """

    times: tuple[float, ...]
    states: tuple[State, ...]
    stops: bool = False

    def at(self, now: float) -> State:
        """The state at a moment: a pure function of it."""
        passed = bisect_right(self.times, now)
        return self.states[passed - 1] if passed else self.states[0]

    def until(self, now: float, words: Mapping[str, str]) -> float | None:
        """The next moment at which the answer differs, or None."""
        word = words[self.at(now)]
        for time, state in zip(self.times, self.states, strict=True):
            if now < time < inf and (self.stops or words[state] != word):
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
        return Timeline((*self.times[:kept], now), (*self.states[:kept], state), self.stops)


_SHAPES = {state: (State.QUEUED, State.RUNNING, state) for state in FINAL}
_STUCK = (State.QUEUED, State.RUNNING)


def laid(course: Course, asked: float, slot: float) -> tuple[Timeline, float, float]:
    """The timeline of a course that was asked for at one moment and got its slot at another; its start and its end."""
    starts = round(slot + course.queued, 6)
    if course.manual:
        begun = starts <= asked
        return Timeline((asked,), (State.RUNNING if begun else State.QUEUED,)), starts if begun else inf, inf
    if course.looks:
        return _looked(course, asked, slot, starts)
    if course.ending not in FINAL or course.running == inf:
        stuck = Timeline((asked, starts), _STUCK) if starts > asked else Timeline((asked,), _STUCK[1:])
        return stuck, starts, inf
    ends = round(starts + course.running, 6)
    if starts == asked:
        return Timeline((asked, ends), (State.RUNNING, course.ending)), starts, ends
    return new(Timeline, ((asked, starts, ends), _SHAPES[course.ending], False)), starts, ends


def _looked(course: Course, asked: float, slot: float, starts: float) -> tuple[Timeline, float, float]:
    """One beat a second, so that each look finds the next one; a life without end goes on as it stands."""
    if slot == inf:
        return Timeline((asked,), (State.QUEUED,), True), inf, inf
    ends = round(starts + course.running, 6)
    beats = [(asked, State.QUEUED)] if starts > asked else []
    beats += [(round(slot + at, 6), State.RUNNING) for at in range(round(starts - slot), course.looks)] or [
        (starts, State.RUNNING)
    ]
    if ends < inf:
        beats.append((ends, course.ending))
    times, states = zip(*beats, strict=True)
    return Timeline(times, states, True), starts, ends
