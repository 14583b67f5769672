"""What was asked, and what becomes of it. Both are named tuples: frozen, and made in a third of the time."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from .medium import Medium
from .timeline import BARELY, Course, State, Timeline


class Order(NamedTuple):
    """What was asked, in house words. `said` is the body as it came: a third of the size of what is read from it."""

    provider: str
    operation: str
    model: str
    said: bytes
    media: tuple[Medium, ...]  # the files that are promised; orders of one size share it
    delivery: str = ""
    webhook: str = ""
    client_id: str = ""
    card: Callable[[], Mapping[str, Any]] | None = None  # what the cards of its files tell, where the body does not
    called: str = ""  # the name that its account gave to what it is for, if that has one

    @property
    def inputs(self) -> dict[str, Any]:
        """The inputs, read anew at each look."""
        read = json.loads(self.said or b"{}")
        return read if isinstance(read, dict) else {}


class Again(NamedTuple):
    """How a task is taken up again: by which operation, how long it queues and runs where that is not known, and which
    share of its run need not be run again; all that it reached, unless told."""

    operation: str
    usual: tuple[float, float]
    kept: float | None = None


class Task(NamedTuple):
    """An order with an id and a timeline; a cancel makes a new one."""

    id: str
    number: int
    order: Order
    account: Any
    course: Course
    timeline: Timeline
    ticket: int = 0
    cost: float | None = None
    slots: Any = None  # where it runs

    @property
    def inputs(self) -> dict[str, Any]:
        """What the client sent."""
        return self.order.inputs

    @property
    def model(self) -> str:
        """The model's id."""
        return self.order.model

    def reached(self, now: float) -> float:
        """Which share of its run has passed: 1 once it has succeeded, and not before. Where it ends early, and where it
        was taken up again, its course says."""
        course, line = self.course, self.timeline
        state = line.at(now)
        if state is State.SUCCEEDED or (course.manual and state is course.ending and state is not State.RUNNING):
            return course.share if state in (State.SUCCEEDED, State.PAUSED) else min(course.share, BARELY)
        moment = min(now, line.ends)
        if moment < line.starts or State.RUNNING not in line.states[line.begun :]:
            return course.since
        if moment >= round(line.starts + course.left, 6):
            return min(course.share, BARELY)
        return min(course.since + (moment - line.starts) / course.running, course.share, BARELY)

    @property
    def due(self) -> float | None:
        """What it costs, once it is over: where time is what costs, one that was cancelled costs how long it ran."""
        line, state = self.timeline, self.timeline.states[-1]
        if state not in (State.SUCCEEDED, State.CANCELLED) or self.slots.rate is None or self.cost is None:
            return self.cost if state is State.SUCCEEDED else None
        ran = float(self.slots.rate(max(0.0, line.ends - line.starts)))
        if state is State.SUCCEEDED:
            return ran if self.course.manual else self.cost
        return min(self.cost, ran)

    def made(self, index: int, now: float) -> bool:
        """Whether a file of it is there: as far as its run has come, or once it has succeeded."""
        since = self.order.media[index].since
        return self.reached(now) >= since if since else self.timeline.at(now) is State.SUCCEEDED

    def at(self, now: float) -> View:
        """How the task stands at a moment: the one view that a dialect renders."""
        return View(self, self.timeline.at(now), now)


class View(NamedTuple):
    """A task at a moment."""

    task: Task
    state: State
    now: float

    def until(self, words: Mapping[str, str]) -> float | None:
        """When the answer would have another word."""
        return self.task.timeline.until(self.now, words)
