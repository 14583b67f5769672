"""A fleet against a model that is slow and simple: it lives through time tick by tick and shares no code with it."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from math import inf
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from understudy.mocks.engine import fleet as fleet_module
from understudy.mocks.engine.clock import Clock
from understudy.mocks.engine.fleet import Fleet
from understudy.mocks.engine.gallery import Gallery
from understudy.mocks.engine.medium import Medium
from understudy.mocks.engine.script import Script
from understudy.mocks.engine.session import Session
from understudy.mocks.engine.task import Order, Task
from understudy.mocks.engine.timeline import State

TICK = 0.1  # no sum of tenths is what it looks like: rounding is tried too
ORDER = Order("toy", "make", "cube", b"{}", (Medium("image", "png", 8, 8),))
USUAL = (1.0, 1.0)
HORIZON = 10**6  # ticks: for ever
spans = st.integers(0, 4)


@dataclass
class Job:
    """An order as the model knows it, in whole ticks."""

    queued: int
    running: int | None  # none: it is stuck
    manual: bool = False
    cold: int | None = None
    on: Box | None = None
    slot: int | None = None
    began: int | None = None
    over: int | None = None
    cancelled: bool = False

    def live(self, now: int) -> None:
        """What it does by itself."""
        if self.manual or self.slot is None or self.over is not None:
            return
        if self.began is None and now >= self.slot + self.queued:
            self.began = now
        if self.running is not None and now >= self.slot + self.queued + self.running:
            self.over = now

    @property
    def state(self) -> State:
        if self.over is not None:
            return State.CANCELLED if self.cancelled else State.SUCCEEDED
        return State.QUEUED if self.began is None else State.RUNNING


@dataclass
class Box:
    """An instance as the model knows it."""

    number: int
    ready: int
    jobs: list[Job] = field(default_factory=list)
    idle: int | None = None  # since when


@dataclass
class Model:
    """The rules, one sentence each."""

    lowest: int
    highest: int
    queue: int
    keep: int
    cold: int
    stopped: bool = False
    now: int = 0
    boxes: list[Box] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    made: int = 0

    @property
    def most(self) -> int:
        return 0 if self.stopped else self.highest

    @property
    def line(self) -> list[Job]:
        return [job for job in self.jobs if job.on is None and job.over is None]

    def start(self, cold: int) -> None:
        self.made += 1
        self.boxes.append(Box(self.made, self.now + cold))

    def man(self, cold: int) -> None:
        while len(self.boxes) < min(self.lowest, self.most):
            self.start(cold)
        self.settle()

    def wants(self, job: Job, unfinished: int) -> None:
        alive = len(self.boxes)
        if alive < self.most and (not alive or unfinished > max(1, self.queue) * alive):
            self.start(self.cold if job.cold is None else job.cold)

    def come(self, job: Job) -> None:
        self.jobs.append(job)
        if not any(box.idle is not None for box in self.boxes):
            self.wants(job, sum(other.over is None for other in self.jobs))
        self.settle()

    def change(self, **limits: Any) -> None:
        for name, value in limits.items():
            setattr(self, name, value)
        while len(self.boxes) < min(self.lowest, self.most):
            self.start(self.cold)
        unfinished = sum(job.over is None for job in self.jobs) - len(self.line)
        for job in self.line:
            unfinished += 1
            self.wants(job, unfinished)
        self.settle()

    def cancel(self, job: Job) -> None:
        job.over, job.cancelled = self.now, True
        self.settle()

    def cue(self, job: Job) -> None:
        if job.began is not None:
            job.over = self.now
        else:
            job.began = self.now
            if job.on is None:
                if not self.boxes:
                    self.start(0)
                box = min(self.boxes, key=self.free)
                box.ready = min(box.ready, self.now)
                box.jobs.append(job)
                job.on, box.idle = box, None
        self.settle()

    def free(self, box: Box) -> tuple[float, int]:
        """When it would be free, as far as is known, if nobody waited."""
        ends = [float(box.ready)]
        for job in box.jobs:
            plain = job.running is not None and not job.manual
            ends.append(job.slot + job.queued + job.running if plain else inf)  # type: ignore[operator]
        return max(ends), box.number

    def settle(self) -> None:
        """What happens at this tick by itself."""
        while self.happens():
            pass
        for at, box in reversed(list(enumerate(self.boxes))):
            if box.idle is not None and self.now >= box.idle + self.keep and at >= min(self.lowest, self.most):
                self.boxes.remove(box)

    def happens(self) -> bool:
        for box in self.boxes:
            for job in box.jobs:
                job.live(self.now)
            box.jobs = [job for job in box.jobs if job.over is None]
            if not box.jobs and box.ready <= self.now and box.idle is None:
                box.idle = self.now
        idle = [box for box in self.boxes if box.idle is not None]
        if idle and len(self.boxes) > self.most:
            self.boxes.remove(idle[-1])
            return True
        if idle and self.line:
            job = self.line[0]
            job.on, job.slot, idle[0].idle = idle[0], self.now, None
            idle[0].jobs.append(job)
            return True
        return False

    def advance(self, ticks: int) -> None:
        for _ in range(ticks):
            self.now += 1
            self.settle()


class Story(RuleBasedStateMachine):
    """Orders, cancels, cues, changes and time, in any order."""

    @initialize(
        lowest=st.integers(0, 3), more=st.integers(0, 3), queue=st.integers(0, 3), keep=st.integers(0, 6),
        cold=st.integers(0, 7), warm=st.booleans(), trim=st.sampled_from([1, 3, 1024]),
    )  # fmt: skip
    def begin(self, lowest: int, more: int, queue: int, keep: int, cold: int, warm: bool, trim: int) -> None:
        highest = max(1, lowest + more)
        self.trim, fleet_module.TRIM = fleet_module.TRIM, trim
        self.clock = Clock("manual")
        self.session = Session("line", self.clock, Gallery(), None)
        self.account = self.session.open_account("toy", "key", 1)
        find = self.session.tasks.get
        self.fleet = Fleet(find, lowest, highest, queue, keep * TICK, cold * TICK, 0.0, warm)
        self.fleet._trim_at = self.fleet._trim_ran_at = trim
        self.model = Model(lowest, highest, queue, keep, cold)
        self.model.man(0 if warm else cold)
        self.names: list[str] = []
        self.told: dict[str, list[tuple[float, State]]] = {}
        self.past: list[dict[int, State]] = []
        self.most = highest  # that ever were allowed
        self.cues = 0

    def tell(self, task: Task, state: State) -> None:
        self.told.setdefault(task.id, []).append((self.clock.now, state))

    def teardown(self) -> None:
        if hasattr(self, "trim"):
            fleet_module.TRIM = self.trim

    @precondition(lambda self: len(self.names) < 14)
    @rule(
        queued=spans, running=st.none() | spans | spans | spans, manual=st.sampled_from([False, False, False, True]),
        cold=st.none() | st.none() | st.integers(0, 9),
    )  # fmt: skip
    def submit(self, queued: int, running: int | None, manual: bool, cold: int | None) -> None:
        life: dict[str, Any] = {} if cold is None else {"cold": cold * TICK}
        if manual:
            life["manual"] = True
        else:
            life |= {"queued": queued * TICK}
            life |= {"stuck": True} if running is None else {"running": running * TICK}
        self.session.wishes.scripts = [Script(cost=1, **life)]
        task = self.session.submit(self.account, ORDER, USUAL, None, self.clock.now, self.tell, slots=self.fleet)
        self.names.append(task.id)
        self.past.append({})
        self.model.come(Job(queued, running, manual, cold))
        assert self.session.tasks[task.id] == task

    @precondition(lambda self: self.names)
    @rule(data=st.data(), allowed=st.sampled_from([(State.QUEUED,), (State.QUEUED, State.RUNNING)]))
    def cancel(self, data: st.DataObject, allowed: tuple[State, ...]) -> None:
        which = data.draw(st.integers(0, len(self.names) - 1))
        job, task = self.model.jobs[which], self.session.tasks[self.names[which]]
        expected = job.state in allowed
        assert self.session.cancel(task, allowed, self.clock.now) is expected
        if expected:
            self.model.cancel(job)

    @precondition(lambda self: any(job.manual and job.over is None for job in self.model.jobs))
    @rule(data=st.data())
    def cue(self, data: st.DataObject) -> None:
        which = data.draw(
            st.sampled_from([at for at, job in enumerate(self.model.jobs) if job.manual and job.over is None])
        )
        self.session.cue(self.session.tasks[self.names[which]], self.clock.now)
        self.cues += 1
        self.model.cue(self.model.jobs[which])

    @rule(lowest=st.integers(0, 3), more=st.integers(0, 3), queue=st.integers(0, 3), keep=st.integers(0, 6))
    def change(self, lowest: int, more: int, queue: int, keep: int) -> None:
        limits = {"lowest": lowest, "highest": max(1, lowest + more), "queue": queue}
        self.session.refit(self.fleet, self.clock.now, keep_warm=keep * TICK, **limits)
        self.most = max(self.most, limits["highest"])
        self.model.change(keep=keep, **limits)

    @rule(stopped=st.booleans())
    def stop(self, stopped: bool) -> None:
        self.session.refit(self.fleet, self.clock.now, stopped=stopped, lowest=None)
        self.model.change(stopped=stopped)

    @rule(ticks=st.integers(1, 8))
    def advance(self, ticks: int) -> None:
        self.clock.advance(ticks * TICK)
        for _ in range(ticks):
            self.model.advance(1)
            self.note()
        for name in self.names:
            asked, *_ = beats = [b for b in self.session.tasks[name].timeline.beats if b.at <= self.clock.now]
            # Who queued and got an instance in the same moment was told both.
            both = [(asked.at, State.QUEUED), *beats]
            assert self.told[name] in (beats, both), "news is told once"

    def note(self) -> None:
        for past, job in zip(self.past, self.model.jobs, strict=True):
            past[self.model.now] = job.state

    @invariant()
    def both_agree(self) -> None:
        if not hasattr(self, "model"):
            return
        self.note()
        now = self.clock.now
        assert now == round(self.model.now * TICK, 6)
        for job, name, past in zip(self.model.jobs, self.names, self.past, strict=True):
            task = self.session.tasks[name]
            for then, was in past.items():
                assert task.timeline.at(round(then * TICK, 6)) is was, "what has passed was altered"
            on = None if job.began is None or job.on is None else job.on.number
            assert self.fleet.instance(task, now) == on
        assert self.fleet.alive(now) == [box.number for box in self.model.boxes]
        assert self.fleet.ready(now) == [box.number for box in self.model.boxes if box.ready <= self.model.now]

    @invariant()
    def the_line_is_in_the_order_of_coming(self) -> None:
        if not hasattr(self, "model"):
            return
        now = self.clock.now
        tasks = [self.session.tasks[name] for name in self.names]
        waiting = sorted((t.timeline.starts, t.number, t.id) for t in tasks if t.timeline.at(now) is State.QUEUED)
        for place, (_, _, name) in enumerate(waiting, 1):
            assert self.session.place(self.session.tasks[name], now) == place
        for task in tasks:
            if task.timeline.at(now) is not State.QUEUED:
                assert self.session.place(task, now) == 0

    @invariant()
    def no_more_run_than_may(self) -> None:
        if not hasattr(self, "model"):
            return
        states = [self.session.tasks[name].timeline.at(self.clock.now) for name in self.names]
        assert states.count(State.RUNNING) <= self.most + self.cues, "only a cue lets in more"
        assert self.fleet.stopped or len(self.fleet.alive(self.clock.now)) >= self.fleet.lowest

    @invariant()
    def what_is_to_come_is_as_foretold(self) -> None:
        """All beats that are still to come are those of a model that is left alone from now on."""
        if not hasattr(self, "model"):
            return
        due = [(task.timeline, job) for task, job in self._pairs()]
        times = [t for timeline, _ in due for t in timeline.times if self.clock.now < t < inf]
        if not times or len(self.names) % 3:  # a third of the moments is enough
            return
        ahead = deepcopy(self.model)
        for _ in range(round((max(times) - self.clock.now) / TICK)):
            ahead.advance(1)
            at = round(ahead.now * TICK, 6)
            for (timeline, _), job in zip(due, ahead.jobs, strict=True):
                assert timeline.at(at) is job.state
            assert self.fleet.alive(at) == [box.number for box in ahead.boxes]

    def _pairs(self) -> Iterator[tuple[Task, Job]]:
        for name, job in zip(self.names, self.model.jobs, strict=True):
            yield self.session.tasks[name], job


TestStory = Story.TestCase
TestStory.settings = settings(max_examples=settings().max_examples, stateful_step_count=30)
