"""The tasks, the clock, the sockets and the webhooks of a session as a test sees them, on the thread that owns them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .engine.clock import Clock
from .engine.task import Task
from .engine.timeline import FINAL
from .engine.wish import Times
from .web.line import Socket
from .web.receiver import HOOKS, Received

if TYPE_CHECKING:
    from .stand_in import StandIn


class Tasks:
    """The tasks of a session, in the order in which they were asked for."""

    def __init__(self, handle: StandIn) -> None:
        self._handle = handle

    def __iter__(self) -> Iterator[Task]:
        own, session = self._handle.provider, self._handle.session
        every = self._handle.call(lambda: list(session.tasks.values()))
        return iter([task for task in every if task.order.provider == own])

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __getitem__(self, at: int) -> Task:
        return list(self)[at]

    def one(self) -> Task:
        """The only task; none or several is an AssertionError that tells them."""
        every = list(self)
        if len(every) != 1:
            raise AssertionError(f"expected one task; came {_named(every)}; look at handle.tasks, or submit once")
        return every[0]

    def waiting(self) -> Task:
        """The only task that waits for its cue."""
        now = self._handle.call(lambda: self._handle.session.clock.now)
        every = [task for task in self if task.course.manual and task.timeline.at(now) not in FINAL]
        if len(every) != 1:
            cure = "say cue(task), with one of handle.tasks" if every else "say script(manual=True) before the order"
            raise ValueError(f"expected one task that waits for its cue; came {_named(every)}; {cure}")
        return every[0]

    def state(self, task: Task) -> str:
        """How a task stands now."""
        return str(
            self._handle.call(lambda: self._handle.session.tasks[task.id].timeline.at(self._handle.session.clock.now))
        )


def _named(tasks: list[Task]) -> str:
    return f"{len(tasks)}: " + (", ".join(f"{task.model} {task.id}" for task in tasks[:5]) or "none")


class Hands:
    """The clock of a session, moved on the thread that owns it."""

    def __init__(self, handle: StandIn) -> None:
        self.handle = handle

    def _clock(self) -> Clock:
        return self.handle.session.clock

    @property
    def mode(self) -> str:
        """real, xN, manual or auto."""
        return self._clock().mode

    @property
    def now(self) -> float:
        """Seconds of the story since the session began."""
        return self.handle.call(lambda: self._clock().now)

    @property
    def age(self) -> float:
        """Seconds for which things have worn."""
        return self.handle.call(lambda: self._clock().age)

    def advance(self, seconds: float, idle: bool = False) -> None:
        """Moves both hands, and hands out what comes due; `idle` plays that no client said a word meanwhile."""
        self.handle.call(lambda: self._clock().advance(seconds, idle))

    async def aadvance(self, seconds: float, idle: bool = False) -> None:
        """The same, for async tests: their own loop goes on meanwhile."""
        await asyncio.to_thread(self.advance, seconds, idle)

    async def asettle(self) -> None:
        """The same as settle(), for async tests."""
        await asyncio.to_thread(self.settle)

    def settle(self) -> None:
        """Runs until no news is left and every delivery was taken or given up; nothing ages."""
        self.handle.run(self.handle.session.settled)


class Sockets:
    """The sockets that clients hold open, the oldest first."""

    def __init__(self, handle: StandIn) -> None:
        self._handle = handle

    def __iter__(self) -> Iterator[Socket]:
        handle = self._handle
        lines = handle.call(lambda: [line.told for line in handle.session.switchboard.lines])
        return iter([line for line in lines if line.provider == handle.provider])

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def drop(self, name: str = "") -> int:
        """Breaks the one that bears this name, or all, as a network does: without a word. How many those were."""
        handle = self._handle
        return len(handle.call(lambda: handle.session.switchboard.drop(handle.provider, name)))


class Webhooks:
    """The built-in receiver of a session: a client is given its address, a test looks at what came."""

    def __init__(self, handle: StandIn) -> None:
        self._handle = handle

    @property
    def url(self) -> str:
        """Where to have webhooks sent to; what is appended to it is kept, too."""
        return f"{self._handle.url.rpartition('/')[0]}{HOOKS}"

    @property
    def received(self) -> list[Received]:
        """All that came so far, in order."""
        return self._handle.call(lambda: list(self._handle.session.receiver.received))

    def wait(self, n: int = 1, timeout: float = 10.0) -> list[Received]:
        """All that came, once it is so many; they may take so many real seconds."""
        return self._handle.run(lambda: self._handle.session.receiver.wait(n, timeout))

    async def await_(self, n: int = 1, timeout: float = 10.0) -> list[Received]:
        """The same, for async tests: their own loop goes on meanwhile."""
        return await asyncio.to_thread(self.wait, n, timeout)

    def answer(self, status: int = 200, times: Times = 1, seconds: float = 0.0) -> None:
        """Says how the next ones are answered, after so many real seconds."""
        self._handle.call(lambda: self._handle.session.receiver.answer(status, times, seconds=seconds))
