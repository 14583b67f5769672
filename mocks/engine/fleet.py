"""The instances of a deployment, in which its orders run."""

# ruff: noqa: ARG002
from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any

from .slots import Slots
from .task import Task
from .timeline import State


class Fleet(Slots):
    """As many orders run at once as there may be instances, all of which are warm."""

    def __init__(
        self, find: Callable[[str], Task | None], lowest: int, highest: int, queue: int, keep_warm: float,
        cold_start: float, begins: float, warm: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(highest, find)
        self.lowest = lowest

    def instance(self, task: Task, now: float) -> int | None:
        """The number of the instance that runs a task or ran it, once it has begun."""
        timeline = task.timeline
        begun = timeline.times[timeline.states.index(State.RUNNING)] if State.RUNNING in timeline.states else inf
        return 1 if begun <= now else None

    def alive(self, now: float) -> list[int]:
        """The numbers of the instances that run now."""
        return [1] if any(end > now for end in self._free_at) else []

    def change(self, now: float, **changes: Any) -> None:
        """From now on there are other bounds."""
        self.count = changes.get("highest", self.count)
