"""The places in which an account's orders run, and the line before them; every place in the line is true."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator
from heapq import heappop, heappush
from math import inf

from .task import Task
from .timeline import Course, Timeline, laid

TRIM = 1024  # orders in the book before those that are over are forgotten


class Slots:
    """So many orders run at once, or any number; an order queues its time in the slot that it keeps to its end."""

    grew = False  # whether an order's coming moved those before it

    def __init__(self, count: int | None, find: Callable[[str], Task | None]) -> None:
        self.count = count
        self.rate: Callable[[float], float] | None = None  # what so many seconds cost, where time is what costs
        self._find = find
        self._free_at: list[float] = []  # a heap: for each slot that was given, when its last order ends
        self._line: list[tuple[float, int, str]] = []  # when each order begins, in order
        self._trim_at = TRIM

    def plan(self, name: str, number: int, course: Course, now: float) -> tuple[Timeline, float]:
        """The timeline of a new order, and when it ends."""
        if len(self._line) >= self._trim_at:
            self._trim(now)
        timeline, starts, ends = laid(course, now, self._next(now))
        self._lay((starts, number, name), ends)
        return timeline, ends

    def opens(self, now: float) -> float:
        """When an order that comes now would get a slot: now, if one is free."""
        if self.count is None or len(self._free_at) < self.count:
            return now
        return max(now, self._free_at[0])

    def place(self, task: Task, now: float) -> int:
        """How many orders begin before this one, and one: its place in the line. One that has left it has none, 0."""
        if task.timeline.starts <= now:
            return 0
        ahead = bisect_left(self._line, (task.timeline.starts, task.number, ""))
        return ahead - bisect_right(self._line, (now, inf, "")) + 1

    def waiting(self, now: float) -> int:
        """How many orders wait for a slot, or for their time in it."""
        return len(self._line) - bisect_right(self._line, (now, inf, ""))

    def full(self, now: float) -> bool:
        """Whether an order that came now would wait for a slot."""
        return self.count is not None and len(self._free_at) >= self.count and self._free_at[0] > now

    def moves(self, now: float) -> float | None:
        """When the next of those that wait gets its slot, or the next slot is free; None if that is never."""
        at = bisect_right(self._line, (now, inf, ""))
        moment = self._line[at][0] if at < len(self._line) else min(self._free_at, default=inf)
        return moment if moment < inf else None

    def lay_anew(self, now: float) -> Iterator[tuple[Task, Timeline]]:
        """A life has changed: those that wait for a slot move up. Answers each whose timeline is another one now."""
        names = dict.fromkeys(name for _, _, name in self._line)  # who was taken up again stands there twice
        tasks = [task for name in names if (task := self._find(name))]
        self._line = sorted((t.timeline.starts, t.number, t.id) for t in tasks if _slot(t) <= now)
        self._free_at = sorted(t.timeline.ends for t in tasks if _slot(t) <= now < t.timeline.ends)
        if self.count is not None:
            self._free_at = self._free_at[-self.count :]  # the director lets more run than there are slots
        for task in sorted((t for t in tasks if _slot(t) > now), key=lambda t: (t.timeline.asked, t.number)):
            timeline, starts, ends = laid(task.course, task.timeline.asked, self._next(now))
            self._lay((starts, task.number, task.id), ends)
            if (moved := task.timeline.anew(timeline)) != task.timeline:
                yield task, moved

    def close(self) -> None:
        """Forgets whom it could find: the session is over."""
        self._find = {}.get  # type: ignore[assignment]  # an empty book has no task of any type

    def _next(self, now: float) -> float:
        if self.count is None or len(self._free_at) < self.count:
            return now
        return max(now, heappop(self._free_at))

    def _lay(self, entry: tuple[float, int, str], ends: float) -> None:
        if self.count is not None:
            heappush(self._free_at, ends)
        if self._line and entry < self._line[-1]:
            insort(self._line, entry)
        else:
            self._line.append(entry)

    def _trim(self, now: float) -> None:
        self._line = [entry for entry in self._line if entry[0] > now or self._lives(entry[2], now)]
        self._trim_at = max(TRIM, 2 * len(self._line))

    def _lives(self, name: str, now: float) -> bool:
        task = self._find(name)
        return task is not None and task.timeline.ends > now


def _slot(task: Task) -> float:
    """When the order got its slot: it queues its time from then on."""
    return round(task.timeline.starts - task.course.queued, 6) if task.timeline.starts < inf else inf
