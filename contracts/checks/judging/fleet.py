"""The reference for orders that run on instances: who is up, and whom it serves, played through from the beginning.

It shares no code with the engine that it judges: each look plays all that was asked, cancelled and changed since the
fleet was made, moment by moment, in whole microseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any

from .reference import Known, Reference, Span

NEVER = 10**30  # microseconds
Deed = Callable[["Play"], None]


@dataclass(frozen=True)
class Rules:
    """How many instances there are at least and at most, how many orders an instance may have, how long it lingers."""

    lowest: int
    highest: int
    queue: int
    keep_warm: float
    stopped: bool = False

    def __post_init__(self) -> None:
        """Whoever spells 3 as 3.0 means as many."""
        for name in ("lowest", "highest", "queue"):
            object.__setattr__(self, name, int(getattr(self, name)))


class FleetReference(Reference):
    """All orders of one fleet. An order joins by `orders[id] = known`, and is cancelled by `known.cancelled = now`."""

    def __init__(self, rules: Rules, cold_start: float, begins: float = 0.0, warm: bool = False) -> None:
        super().__init__(None)
        self.rules = rules  # of now
        self._first, self._cold, self._begins, self._warm = rules, cold_start, begins, warm
        self._chronicle: list[tuple[float, Deed]] = []
        self._noted: set[str] = set()  # orders of which it is written down that they were cancelled
        self.orders = Book(self._came)

    def change(self, now: float, **rules: Any) -> None:
        """Other rules hold from now on; None leaves one as it is."""
        self._note()
        self.rules = new = replace(self.rules, **{name: value for name, value in rules.items() if value is not None})
        self._chronicle.append((now, lambda play: play.change(new)))

    def instance(self, order: Known) -> int | None:
        """The number of the instance on which an order runs, ran or is to run; none, if it never will."""
        job = self._play(inf).jobs[order.id]
        return None if job.box is None or job.began is None else job.box.number

    def alive(self, now: float) -> list[int]:
        """The numbers of the instances that are up or starting at a moment."""
        return [box.number for box in self._play(now).boxes]

    def _came(self, order: Known) -> None:
        self._note()
        self._chronicle.append((order.asked, lambda play: play.come(order)))

    def _note(self) -> None:
        """Writes down who was cancelled: it matters whether that was before another order of the same moment came."""
        gone = [each for each in self.orders.values() if each.cancelled < inf and each.id not in self._noted]
        for order in sorted(gone, key=lambda each: each.cancelled):
            self._noted.add(order.id)
            self._chronicle.append((order.cancelled, lambda play, name=order.id: play.cancel(name)))  # type: ignore[misc]

    def _play(self, until: float) -> Play:
        self._note()
        play = Play(self._first, _micro(self._cold), _micro(self._begins))
        play.man(0 if self._warm else play.cold)
        for moment, deed in self._chronicle:
            if moment <= until:
                play.pass_to(_micro(moment))
                deed(play)
                play.settle()
        play.pass_to(_micro(until))
        return play

    def _played(self, among: Known) -> Iterator[tuple[Known, Span]]:  # noqa: ARG002  # what is asked of all references
        """The lives of all, whosever they are: a fleet has one line."""
        jobs = self._play(inf).jobs
        for order in self.orders.values():
            yield order, jobs[order.id].span()


class Book(dict[str, Known]):
    """Orders by id, which tells of each as it comes."""

    def __init__(self, came: Callable[[Known], None]) -> None:
        super().__init__()
        self._came = came

    def __setitem__(self, name: str, order: Known) -> None:
        self._came(order)
        super().__setitem__(name, order)


@dataclass
class Job:
    """An order in the play."""

    order: Known
    box: Box | None = None
    got: int = NEVER  # its instance
    began: int | None = None
    ended: int = NEVER
    cancelled: bool = False

    @property
    def leaves_queue(self) -> int:
        """When it starts, as it stands."""
        return self.got + _micro(self.order.queued)

    @property
    def done(self) -> int:
        """When it is over, as it stands."""
        return self.leaves_queue + _micro(self.order.running)

    def span(self) -> Span:
        """Its life, in seconds."""
        ending = "CANCELLED" if self.cancelled else self.order.ending
        begun = inf if self.began is None else _seconds(self.began)
        return Span(self.order.asked, _seconds(self.got), begun, _seconds(self.ended), ending)


@dataclass
class Box:
    """An instance in the play."""

    number: int
    ready: int
    job: Job | None = None
    idle: int | None = None  # since when


@dataclass
class Play:
    """The fleet at a moment. `pass_to` lets time pass; what happens by itself, happens in `settle`."""

    rules: Rules
    cold: int
    now: int
    boxes: list[Box] = field(default_factory=list)
    line: list[Job] = field(default_factory=list)
    jobs: dict[str, Job] = field(default_factory=dict)
    started: int = 0

    @property
    def highest(self) -> int:
        """How many there may be now."""
        return 0 if self.rules.stopped else self.rules.highest

    @property
    def unfinished(self) -> int:
        """How many orders are not over."""
        return len(self.line) + sum(box.job is not None for box in self.boxes)

    def start(self, cold: int) -> None:
        """One more instance."""
        self.started += 1
        self.boxes.append(Box(self.started, self.now + cold))

    def man(self, cold: int) -> None:
        """There are never fewer than the fewest."""
        while len(self.boxes) < min(self.rules.lowest, self.highest):
            self.start(cold)

    def reinforce(self, unfinished: int) -> None:
        """One more instance, if so many orders need it."""
        full = max(self.rules.queue, 1) * len(self.boxes)
        if len(self.boxes) < self.highest and (not self.boxes or unfinished > full):
            self.start(self.cold)

    def come(self, order: Known) -> None:
        """An order joins the line."""
        self.jobs[order.id] = job = Job(order)
        self.line.append(job)
        if all(box.idle is None for box in self.boxes):
            self.reinforce(self.unfinished)

    def cancel(self, name: str) -> None:
        """An order is over, wherever it stands."""
        job = self.jobs[name]
        job.ended, job.cancelled = self.now, True
        if job.box is not None:
            job.box.job = None
        else:
            self.line.remove(job)

    def change(self, rules: Rules) -> None:
        """Other rules, and the line comes anew."""
        self.rules = rules
        self.man(self.cold)
        before = self.unfinished - len(self.line)
        for place in range(len(self.line)):
            self.reinforce(before + place + 1)

    def pass_to(self, moment: int) -> None:
        """Lives through each moment at which something happens."""
        self.settle()
        while (then := self._next()) <= moment and then < NEVER:
            self.now = then
            self.settle()
        self.now = max(self.now, min(moment, NEVER))

    def settle(self) -> None:
        """Whatever is due is done."""
        while self._ends() or self._dismisses() or self._serves():
            pass
        floor = min(self.rules.lowest, self.highest)
        self.boxes = [box for at, box in enumerate(self.boxes) if at < floor or self.now < self._gone(box)]

    def _gone(self, box: Box) -> int:
        return NEVER if box.idle is None else box.idle + _micro(self.rules.keep_warm)

    def _next(self) -> int:
        moments = [self._gone(box) for box in self.boxes[min(self.rules.lowest, self.highest) :]]
        moments += [box.ready for box in self.boxes]
        for box in self.boxes:
            if box.job is not None:
                moments += [box.job.leaves_queue, box.job.done]
        return min((each for each in moments if each > self.now), default=NEVER)

    def _ends(self) -> bool:
        """Orders leave the queue and end, and whose instance has nothing to do is idle."""
        changed = False
        for box in self.boxes:
            if (job := box.job) is not None:
                if job.began is None and self.now >= job.leaves_queue:
                    job.began = self.now
                if self.now >= job.done:
                    job.ended, box.job = self.now, None
            if box.job is None and box.idle is None and self.now >= box.ready:
                box.idle = self.now
                changed = True
        return changed

    def _dismisses(self) -> bool:
        idle = [box for box in self.boxes if box.idle is not None]
        if len(self.boxes) <= self.highest or not idle:
            return False
        self.boxes.remove(idle[-1])
        return True

    def _serves(self) -> bool:
        idle = [box for box in self.boxes if box.idle is not None]
        if not self.line or not idle:
            return False
        box, job = idle[0], self.line.pop(0)
        box.job, box.idle = job, None
        job.box, job.got = box, self.now
        return True


def _micro(seconds: float) -> int:
    return NEVER if seconds == inf else round(seconds * 1_000_000)


def _seconds(micro: int) -> float:
    return inf if micro >= NEVER else micro / 1_000_000
