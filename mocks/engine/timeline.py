"""A life laid out in advance: from which moment on a task is in which state."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from enum import StrEnum
from math import inf
from typing import NamedTuple

# Makes a named tuple from a tuple of its fields, in half the time of its own constructor: for the hot path alone.
new = tuple.__new__

BARELY = 1 - 1e-9  # of a run that has not succeeded, however long it lasted


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
    since: float = 0.0  # the share of the run that need not be run again: it was taken up there
    share: float = 1.0  # the share of the run at which it comes to its end; `running` is how long the whole run takes

    @property
    def left(self) -> float:
        """How long it runs from where it was taken up."""
        whole = self.running == inf or (self.since == 0 and self.share == 1)
        return self.running if whole else self.running * (self.share - self.since)

    def again(self, usual: tuple[float, float]) -> tuple[float, float]:
        """How long it queues and runs when it is taken up again: as before, or as usual where that had no end."""
        return (self.queued if self.queued < inf else usual[0], self.running if self.running < inf else usual[1])

    def scaled(self, scale: float) -> Course:
        """The same life, of a run of which each share is so many times as large."""
        most = 1.0 if self.share == 1 else BARELY
        since, share = min(most, self.since * scale), min(most, self.share * scale)
        return self._replace(since=since, share=share, running=self.running / scale)


class Beat(NamedTuple):
    """From `at` on the task is in this state."""

    at: float
    state: State


class Timeline(NamedTuple):
    """Beats in order, kept as two tuples of one length: a hundred thousand tasks share the few tuples of states.

    Where it `stops`, each beat is a stage of its own to whoever asks again, though the word may be the same.
    `begun` is the beat at which it was taken up the last time; what is before is over, and stands as it was.
    """

    times: tuple[float, ...]
    states: tuple[State, ...]
    stops: bool = False
    begun: int = 0

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
    def asked(self) -> float:
        """When it was asked for, or taken up again the last time."""
        return self.times[self.begun]

    @property
    def starts(self) -> float:
        """When it leaves the queue."""
        begun = self.begun
        if self.states[begun] is not State.QUEUED:
            return self.times[begun]
        return self.times[begun + 1] if len(self.times) > begun + 1 else inf

    @property
    def ends(self) -> float:
        """When it is over, or never."""
        return self.times[-1] if self.states[-1] in FINAL else inf

    def cut(self, now: float, state: State) -> Timeline:
        """The same life up to now, which ends here in another state."""
        kept = sum(time <= now for time in self.times)
        return Timeline((*self.times[:kept], now), (*self.states[:kept], state), self.stops, self.begun)

    def then(self, more: Timeline) -> Timeline:
        """The same life, which is over, taken up again."""
        return Timeline(self.times + more.times, self.states + more.states, more.stops, len(self.times))

    def anew(self, more: Timeline) -> Timeline:
        """The same life, since it was taken up the last time laid anew."""
        if not self.begun:
            return more
        return Timeline(self.times[: self.begun] + more.times, self.states[: self.begun] + more.states, more.stops,
                        self.begun)  # fmt: skip


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
    ends = round(starts + course.left, 6)
    if starts == asked:
        return Timeline((asked, ends), (State.RUNNING, course.ending)), starts, ends
    return new(Timeline, ((asked, starts, ends), _SHAPES[course.ending], False, 0)), starts, ends


def _looked(course: Course, asked: float, slot: float, starts: float) -> tuple[Timeline, float, float]:
    """One beat a second, so that each look finds the next one; a life without end goes on as it stands."""
    if slot == inf:
        return Timeline((asked,), (State.QUEUED,), True), inf, inf
    ends = round(starts + course.left, 6)
    beats = [(asked, State.QUEUED)] if starts > asked else []
    beats += [(round(slot + at, 6), State.RUNNING) for at in range(round(starts - slot), course.looks)] or [
        (starts, State.RUNNING)
    ]
    if ends < inf:
        beats.append((ends, course.ending))
    times, states = zip(*beats, strict=True)
    return Timeline(times, states, True), starts, ends
