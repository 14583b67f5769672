"""The instances on which orders run one at a time: when each starts, whom it serves, and when it is gone."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf
from typing import Any, NamedTuple

from .slots import Slots
from .task import Task
from .timeline import Course, State, Timeline, laid

TRIM = 1024  # orders in a book before those that are over are put away


@dataclass(slots=True)
class Instance:
    """One of a fleet. Its number is its own for ever: one that starts later has a later number."""

    number: int
    ready: float  # when its cold start is over
    rests: float  # when the last of the orders that are known to be over there ended
    free: float  # when all that is laid on it is over
    leaves: bool = False  # it takes nothing more, and is gone once it is free


class Seat(NamedTuple):
    """What is laid down of an order: when it gets its instance, starts and ends, and which one it is."""

    number: int
    slot: float
    starts: float
    ends: float
    on: int  # 0 is none


class Fleet(Slots):
    """At least `lowest` and at most `highest` instances, shared by one line of orders.

    An order that finds no idle instance starts another one, if more than `queue` orders an instance are not over. One
    that has been idle for `keep_warm` seconds and is not one of the `lowest` is gone. Nothing ticks: what is to come
    is laid down, and anew when something turns."""

    def __init__(
        self, find: Callable[[str], Task | None], lowest: int, highest: int, queue: int, keep_warm: float,
        cold_start: float, begins: float, warm: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(None, find)
        self.lowest = lowest
        self.highest = highest
        self.queue = queue
        self.keep_warm = keep_warm
        self.cold_start = cold_start
        self.stopped = False
        self._up: dict[int, Instance] = {}  # by number
        self._made = 0
        self._seats: dict[str, Seat] = {}  # of orders that are not known to be over
        self._ran: dict[str, int] = {}  # on which instance the others ran
        self._ends: list[float] = []  # of the orders that have a seat, in order
        self._waits = -inf  # when the last of the line gets its instance
        self._changed = False
        self._none_gone_until = begins
        self._trim_ran_at = TRIM
        self._man(begins, 0.0 if warm else cold_start)

    def plan(self, name: str, number: int, course: Course, now: float) -> tuple[Timeline, float]:
        """The timeline of a new order, and when it ends. It may start an instance: if it `grew` while others waited,
        it is theirs as well, and the order has no turn before all are laid anew."""
        if len(self._seats) >= self._trim_at:
            self._trim(now)
        self._settle(now)
        self.grew = False
        first = self._first(now)
        if first is None or first.free > now:
            unfinished = len(self._ends) - bisect_right(self._ends, now) + 1
            if self._wants(unfinished):
                fresh = self._start(now, self._cold(course))
                self.grew = self._waits > now
                if self.grew:
                    fresh.free = inf  # until it is known whom it serves, it is not idle
                first = None if self.grew else self._first(now)
        timeline, seat = self._lay_one(name, number, course, first, now, now)
        insort(self._line, (seat.starts, number, name))
        insort(self._ends, seat.ends)
        return timeline, seat.ends

    def lay_anew(self, now: float) -> Iterator[tuple[Task, Timeline]]:
        """A life has turned, or the fleet changed: lays anew those who wait. Answers each whose timeline is another
        one now."""
        if not self._changed:  # else that was done by the rules that held until now
            self._settle(now)
        waiting, early = self._sorted(now)
        for each in self._up.values():
            each.free = max(each.ready, each.rests)
        for seat in self._seats.values():
            self._up[seat.on].free = max(self._up[seat.on].free, seat.ends)
        for task in early:
            self._let_in(task, now)
        if self._changed:
            self._changed = False
            self._serve(waiting, now)
        self._dismiss(now)
        self._waits = -inf
        moved = []
        for task in waiting:
            asked, first = task.timeline.times[0], self._first(now)
            timeline, _ = self._lay_one(task.id, task.number, task.course, first, asked, now)
            if timeline != task.timeline:
                moved.append((task, timeline))
        self._none_gone_until = now
        self._line = sorted((seat.starts, seat.number, name) for name, seat in self._seats.items())
        self._ends = sorted(seat.ends for seat in self._seats.values())
        return iter(moved)

    def change(self, now: float, **limits: Any) -> None:
        """Sets `lowest`, `highest`, `queue`, `keep_warm` or `stopped` from now on; None leaves one as it is. A stopped
        fleet keeps none that is idle and starts none. Whoever changes it lays anew: session.refit does both."""
        self._settle(now)
        for name, value in limits.items():
            if name not in ("lowest", "highest", "queue", "keep_warm", "stopped"):
                raise TypeError(f"expected lowest, highest, queue, keep_warm or stopped; came {name}; say one of those")
            if value is not None:
                setattr(self, name, value)
        self._man(now, self.cold_start)
        self._changed = True

    def instance(self, task: Task, now: float) -> int | None:
        """The number of the instance on which an order runs or ran; none before it has begun."""
        if not any(at <= now and state is State.RUNNING for at, state in task.timeline.beats):
            return None
        seat = self._seats.get(task.id)
        return (seat.on if seat else self._ran.get(task.id)) or None

    def alive(self, now: float) -> list[int]:
        """The numbers of the instances that are up or starting."""
        return [each.number for each in self._alive(now)]

    def ready(self, now: float) -> list[int]:
        """The numbers of those whose cold start is over."""
        return [each.number for each in self._alive(now) if each.ready <= now]

    @property
    def _most(self) -> int:
        return 0 if self.stopped else self.highest

    def _alive(self, now: float) -> list[Instance]:
        """The oldest are the ones that stay, however long they are idle."""
        floor, alive = min(self.lowest, self._most), []
        for each in self._up.values():
            gone = each.free if each.leaves else round(each.free + self.keep_warm, 6)
            if not each.leaves and floor > 0:
                floor -= 1
                gone = inf
            if now < gone:
                alive.append(each)
        return alive

    def _settle(self, now: float) -> None:
        """Forgets those that are gone."""
        if now >= self._none_gone_until:
            self._up = {each.number: each for each in self._alive(now)}
            # Whatever is laid on them from now on, they are gone later, not sooner.
            rests = (each.free if each.leaves else round(each.free + self.keep_warm, 6) for each in self._up.values())
            self._none_gone_until = min((rest for rest in rests if rest > now), default=inf)

    def _first(self, now: float) -> Instance | None:
        """The instance that the next order gets: of those that are free first, the oldest."""
        first = None
        for each in self._up.values():
            if not each.leaves:
                if each.free <= now:
                    return each
                if first is None or each.free < first.free:
                    first = each
        return first

    def _wants(self, unfinished: int) -> bool:
        """Whether one more instance starts, where so many orders are not over."""
        alive = len(self._up)
        return alive < self._most and (not alive or unfinished > max(self.queue, 1) * alive)

    def _start(self, now: float, cold: float) -> Instance:
        self._made += 1
        ready = round(now + cold, 6)
        self._up[self._made] = Instance(self._made, ready, -inf, ready)
        self._none_gone_until = now
        return self._up[self._made]

    def _cold(self, course: Course) -> float:
        return self.cold_start if course.cold is None else course.cold

    def _man(self, now: float, cold: float) -> None:
        while len(self._up) < min(self.lowest, self._most):
            self._start(now, cold)

    def _serve(self, waiting: list[Task], now: float) -> None:
        """The fleet has changed: those that wait start what they would start if they came now."""
        for unfinished, task in enumerate(waiting, len(self._seats) + 1):
            if self._wants(unfinished):
                self._start(now, self._cold(task.course))

    def _dismiss(self, now: float) -> None:
        """While there are more than there may be, whoever is free first leaves; of several, the youngest."""
        spare = len(self._up) - self._most
        for at, each in enumerate(sorted(self._up.values(), key=lambda one: (max(one.free, now), -one.number))):
            each.leaves = at < spare

    def _lay_one(
        self, name: str, number: int, course: Course, first: Instance | None, asked: float, now: float
    ) -> tuple[Timeline, Seat]:
        """Puts an order behind the others that wait, on the instance that it gets first."""
        slot = max(first.free, now) if first else inf
        timeline, starts, ends = laid(course, asked, slot)
        self._seats[name] = seat = Seat(number, slot, starts, ends, first.number if first else 0)
        if first:
            first.free = max(slot, ends)
        self._waits = max(self._waits, slot)
        return timeline, seat

    def _let_in(self, task: Task, now: float) -> None:
        """The director does not wait until an order's turn comes: it runs beside another one, if it must, or on an
        instance that is ready at once."""
        on = min(self._up.values(), key=lambda each: (max(each.free, now), each.number), default=None)
        on = on or self._start(now, 0.0)
        on.ready = min(on.ready, now)
        on.free = max(on.free, task.timeline.ends)
        self._seats[task.id] = Seat(task.number, now, task.timeline.starts, task.timeline.ends, on.number)

    def _sorted(self, now: float) -> tuple[list[Task], list[Task]]:
        """Those that wait, and those that were let in before their turn; who is over leaves, who has begun stays."""
        waiting: list[Task] = []
        early: list[Task] = []
        for name, seat in list(self._seats.items()):
            task = self._find(name)
            if task is None or task.timeline.ends <= now:
                self._leave(name, seat._replace(ends=task.timeline.ends if task else seat.ends), now)
            elif seat.slot <= now:
                self._seats[name] = seat._replace(starts=task.timeline.starts, ends=task.timeline.ends)
            else:
                del self._seats[name]
                (early if task.timeline.starts <= now else waiting).append(task)
        return sorted(waiting, key=lambda task: task.number), early

    def _leave(self, name: str, seat: Seat, now: float) -> None:
        """An order is over: its instance rests, if it ever had one."""
        del self._seats[name]
        if seat.slot <= now:
            self._ran[name] = seat.on
            if on := self._up.get(seat.on):
                on.rests = max(on.rests, seat.ends)

    def _trim(self, now: float) -> None:
        for name, seat in list(self._seats.items()):
            if seat.ends <= now:
                self._leave(name, seat, now)
        self._line = [entry for entry in self._line if entry[0] > now]
        self._ends = [ends for ends in self._ends if ends > now]
        self._trim_at = max(TRIM, 2 * len(self._seats))
        if len(self._ran) >= self._trim_ran_at:
            self._ran = {name: on for name, on in self._ran.items() if self._find(name)}
            self._trim_ran_at = max(TRIM, 2 * len(self._ran))
