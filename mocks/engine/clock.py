"""Time that moves only when it is told to, and hands out what is due.

Two hands: `now` tells the story, `age` wears things out. A jump moves the first alone; `advance` moves both.
Time is counted in seconds since the session began, to the microsecond.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Hashable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import inf
from typing import Any

from .agenda import Agenda
from .pace import factor
from .silence import Silence
from .wear import Wear

LOG = logging.getLogger("understudy")
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
PATIENCE = 0.02  # real seconds without a request before an owed delivery may move the clock
HASTE = 0.001  # the same where somebody is asleep until the clock has moved
STALLED = 2.0  # real seconds that a request waits on a manual clock before the log names it
ENDLESS = 1_000_000  # so many pieces of news in one go are a loop, not a story


def real() -> float:
    """Real seconds, for what must not be told a story: sockets, heartbeats, how long a waiter has waited."""
    return time.monotonic()


def today() -> datetime:
    """The moment it really is, for clients that compare with a clock of their own."""
    return datetime.now(UTC)


@lru_cache(4096)
def _stamp(epoch: datetime, moment: float) -> str:
    second, rest = divmod(round(moment * 1e6), 1_000_000)
    return (epoch + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S") + f".{rest:06d}+00:00"


class Clock:
    """One session's time. `mode` is real, xN (N times as fast), manual or auto (asking again moves it)."""

    def __init__(self, mode: str = "auto", epoch: datetime | None = None, tick: Callable[[], float] = real) -> None:
        self.mode = mode
        self.factor = factor(mode)
        self.epoch = epoch or (today() if self.factor else EPOCH)
        self.loop: asyncio.AbstractEventLoop | None = None
        self.open = 0
        self.out = 0
        self.slept = 0.0
        self.closed = False
        self._tick = tick
        self._began = tick()
        self.silence = Silence(tick)
        self._now = 0.0
        self._wear = Wear()
        self.agenda = self._agenda = Agenda()
        self._asked: set[Hashable] = set()
        self._waiters: dict[int, tuple[float, asyncio.Future[None]]] = {}
        self.watchers: dict[Callable[[], None], None] = {}  # who waits for no date, and looks again when others do
        self._timer: asyncio.TimerHandle | None = None
        self._rings = 0.0  # the moment that the timer is set to, where time flows
        self._busy = False  # news is being handed out

    # -- the two hands

    @property
    def auto(self) -> bool:
        """Whether asking again moves time."""
        return self.mode == "auto"

    @property
    def now(self) -> float:
        """Where the story stands. In flowing time, looking also hands out what has come due; to whoever is handed
        news, it is the moment of that news."""
        if self.factor is not None and not self._busy:
            self._reach(round((self._tick() - self._began) * self.factor, 6))
        return self._now

    @property
    def age(self) -> float:
        """How long things have worn: real time where time flows, else what was advanced."""
        return self.age_at(self.now)

    def age_at(self, moment: float) -> float:
        """How old the session was when the story passed a moment."""
        return self._wear.at(moment) if self.factor is None else moment / self.factor

    def stamp(self, moment: float) -> str:
        """A moment as ISO 8601 with microseconds and a numeric offset."""
        return _stamp(self.epoch, moment)

    def client_now(self) -> float:
        """The client's time: real seconds since the start and what it was spared to sleep."""
        return self._tick() - self._began + self.slept

    # -- the agenda

    def book(
        self, when: float, call: Callable[..., None], about: Any = None, owed: bool = False, hasty: bool = False
    ) -> int:
        """Puts news on the agenda, and whom it is about. Owed news comes though nobody asks, hasty news at once when
        nobody else is busy. Answers a ticket."""
        ticket = self._agenda.book(when, call, about, owed, hasty)
        if owed or hasty or self.factor is not None:
            self._arm()
        return ticket

    def drop(self, ticket: int) -> None:
        """Takes news off the agenda that was not handed out yet."""
        self._agenda.drop(ticket)

    @property
    def due(self) -> float | None:
        """When the next news is due, or None."""
        return self._agenda.due

    def advance(self, seconds: float, idle: bool = False) -> None:
        """Moves both hands by so many seconds and hands out what comes due, in order; `idle` plays that all the while
        nobody said a word on any socket."""
        self._may_be_moved("advance")
        if not 0 <= seconds < inf:
            raise ValueError(f"expected a span of 0 s or more; came {seconds}; time goes forward, and never ends")
        start, end = self._now, round(self._now + seconds, 6)
        for after, give_up in self.silence.within(seconds) if idle else ():
            self.book(min(round(start + after, 6), end), give_up)
        self._wear.advanced(start, end)
        self._reach(end)
        if idle:
            self.silence.play(seconds)

    def jump(self, to: float) -> None:
        """Moves the story alone; nothing ages. Towards a moment that never comes, nothing moves."""
        self._may_be_moved("jump")
        if not self._now < to < inf:
            return
        to = _grid(to)
        self._wear.jumped(to - self._now)
        self._reach(to)

    def hand_out(self) -> None:
        """Hands out what is due already, as news that was booked for this very moment is."""
        self._reach(self._now)

    def settle(self) -> None:
        """Runs until no news is left."""
        for _ in range(ENDLESS):
            if not self.step():
                return
        raise _endless()

    def step(self) -> bool:
        """Moves to the next news and hands it out; whether there was any."""
        self._may_be_moved("settle")
        due = self.due
        if due is not None:
            self.jump(due)
            self.hand_out()
        return due is not None

    def _may_be_moved(self, verb: str) -> None:
        if self.factor is not None:
            raise RuntimeError(f'expected clock "manual" or "auto" for {verb}(); came "{self.mode}", whose time flows '
                               f'by itself; ask for clock="manual"')  # fmt: skip

    def _reach(self, to: float) -> None:
        if self._agenda.reached(to):
            self._hand_out(to)
        if to > self._now:
            self._now = to
            if self._asked:
                self._asked.clear()

    def _hand_out(self, to: float) -> None:
        """Hands out news up to a moment. News that asks for the time, or books more, does not begin this anew."""
        if self._busy:
            return
        self._busy = True
        try:
            for _ in range(ENDLESS):
                due = self.due
                if due is None or due > max(to, self._now):
                    return
                when, _, call, about = self._agenda.take()
                if when > self._now:
                    self._now = when
                    self._asked.clear()
                call() if about is None else call(about)
        finally:
            self._busy = False
        raise _endless()

    # -- asking: in auto, a question asked again at one instant moves the clock to where its answer changes

    def again(self, question: Hashable) -> bool:
        """Whether this question was answered at this instant already."""
        return question in self._asked

    def answered(self, question: Hashable) -> None:
        """Notes that a question was answered at this instant."""
        self._asked.add(question)

    # -- waiting: blocked requests and owed deliveries

    def enter(self) -> None:
        """A request of the session has begun."""
        self.open += 1

    def leave(self) -> None:
        """A request of the session has been answered."""
        self.open -= 1
        if self._waiters or self._agenda.patient:
            self._nudge()

    def set_off(self) -> None:
        """A delivery is under way: what is owed, and who is asleep, waits for it."""
        self.out += 1

    def arrived(self) -> None:
        """A delivery has come to its end."""
        self.out -= 1
        self._arm()

    async def wait(self, until: float) -> None:
        """Blocks one request until the story reaches a date, or until what it waits for may have changed."""
        if until <= self.now or self.closed:
            return
        self.loop = loop = asyncio.get_running_loop()
        woken: asyncio.Future[None] = loop.create_future()
        came = False

        def ring() -> None:
            nonlocal came
            came = True
            if not woken.done():
                woken.set_result(None)

        ticket = self.book(_grid(until), ring)
        self._waiters[ticket] = (until, woken)
        self._nudge()
        slow = loop.call_later(STALLED, _say_stalled, until) if self.mode == "manual" else None
        try:
            await woken
        finally:
            del self._waiters[ticket]
            if not came:
                self.drop(ticket)
            if slow is not None:
                slow.cancel()

    @property
    def awaited(self) -> float | None:
        """The earliest date for which a request waits, once every open one does."""
        waiters = self._waiters.values()
        whole = waiters and len(waiters) >= self.open and not any(woken.done() for _, woken in waiters)
        return _grid(min(until for until, _ in waiters)) if whole else None

    def stir(self) -> None:
        """Lets every waiter ask again as of now, since what it waits for may have changed."""
        for _, woken in self._waiters.values():
            if not woken.done():
                woken.set_result(None)
        for look in tuple(self.watchers):
            look()

    def release(self) -> None:
        """Answers every waiter as of now and carries nothing out any more: the session is over."""
        self.closed = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._agenda.clear()
        self.stir()

    def _nudge(self) -> None:
        if self.loop is None or not self._waiters or len(self._waiters) < self.open or not self.auto:
            self._arm()
        else:
            self.loop.call_soon(self._wake)

    def _wake(self) -> None:
        """Moves to the earliest date if every open request waits for one; one that was woken must answer first."""
        waiters = self._waiters.values()
        if waiters and len(waiters) >= self.open and not any(woken.done() for _, woken in waiters):
            self.jump(min(until for until, _ in waiters))

    def _arm(self) -> None:
        """Sets the one timer: to the next due moment where time flows, else to the end of our patience."""
        if self.loop is None or self.closed:
            return
        if self.factor is None:
            if not self._idle:
                return
            delay = HASTE if self._agenda.hasty else PATIENCE
        else:
            due = self.due
            if due is None or (self._timer is not None and self._rings <= due):
                return
            self._rings = due
            delay = max(0.0, due / self.factor - (self._tick() - self._began))
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.loop.call_later(delay, self._ring)

    @property
    def _idle(self) -> bool:
        """Whether only the clock's own move can bring what is owed; on a manual one, only who is asleep is owed."""
        agenda = self._agenda
        return not self.open and not self.out and (agenda.hasty or (self.auto and agenda.owed is not None))

    def _ring(self) -> None:
        self._timer = None
        try:
            if self.factor is not None:
                _ = self.now  # handing out what is due is what reaching a moment does
            elif self._idle and (owed := self._agenda.owed) is not None:
                self.jump(owed)
                self.hand_out()
        finally:
            self._arm()


def _grid(moment: float) -> float:
    """The first whole microsecond at or after a moment."""
    whole = round(moment, 6)
    return whole if whole >= moment else round(moment + 1e-6, 6)


def _endless() -> RuntimeError:
    return RuntimeError(f"expected the agenda to end; came {ENDLESS} pieces of news; look for news that books itself")


def _say_stalled(until: float) -> None:
    LOG.warning("expected the clock to reach %.3f s; came %s s of real time without it; call clock.advance() or use "
                'clock="auto"', until, STALLED)  # fmt: skip


async def pause(seconds: float) -> None:
    """Lets real time pass, for what misbehaves on the wire: a client's patience is real."""
    await asyncio.sleep(seconds)
