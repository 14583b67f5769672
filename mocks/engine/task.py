"""What was asked, and what becomes of it. Both are named tuples: frozen, and made in a third of the time."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from .medium import Medium
from .timeline import Course, State, Timeline


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

    @property
    def inputs(self) -> dict[str, Any]:
        """The inputs, read anew at each look."""
        read = json.loads(self.said or b"{}")
        return read if isinstance(read, dict) else {}


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
