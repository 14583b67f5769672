"""A session's clients that are asleep until its clock has moved: who may sleep so, who wakes when, and for how long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Iterator
from itertools import islice
from math import inf
from typing import Any

from .fault import came_whole
from .session import Session
from .task import Task

LONGEST = 24 * 3600.0  # seconds of the story, and
MOST = 20_000  # sleeps, in which no task begins and nobody is told of an end: it will not come
LAG = 60.0  # seconds of the story for which a task that is over is still owed to a client who was not told
GRACE = 0.1  # real seconds in which somebody who woke is expected to ask something, or to sleep again
STUCK = 7_500  # the same where nothing that is unfinished will ever end: a client's own limit is reached by then
HASTIER = 100  # sleeps in vain, where nothing ever ends, after which not even the clock's millisecond is waited for


class StillWaiting(AssertionError):
    """A client went on sleeping for what does not come."""


class Nap:
    """One sleep of a client's: who sleeps, called from where, how long, and how to say that it is over.

    It is told True when the time has passed, False when it is to sleep really, or why it may not.
    """

    __slots__ = ("ahead", "rooms", "seconds", "site", "tell", "who")

    def __init__(
        self, who: Hashable, site: Hashable, seconds: float, tell: Callable[[bool | BaseException], None]
    ) -> None:
        self.who = who
        self.site = site
        self.seconds = seconds
        self.tell = tell
        self.rooms: list[Sleepers] = []
        self.ahead = 0  # sessions whose clocks have not come so far yet


def put_to_bed(nap: Nap, rooms: list[Sleepers]) -> None:
    """Lets somebody sleep in every session that owes something, or really if none does.

    A sleep is a span of the client's own time, hence it passes in all the worlds that the client waits for.
    """
    try:
        for room in rooms:
            room.release(nap.who)
        nap.rooms = [room for room in rooms if room.owes(nap.site)]
        nap.ahead = len(nap.rooms)
        for room in nap.rooms:
            room.lie_down(nap)
    except BaseException as wrong:  # nobody hears of it on this thread, and the sleeper would never wake
        take_out(nap)
        nap.tell(wrong)
        return
    if not nap.rooms:
        for room in rooms:
            room.restless.add(nap.site)
        nap.tell(False)


def take_out(nap: Nap) -> None:
    """Ends a sleep that was broken off."""
    for room in nap.rooms:
        room.get_up(nap)


class Sleepers:
    """Who sleeps on one session's clock. A sleep is news at now + n, never an increment, so that sleeps overlap.

    The clock is held while somebody is known to be awake: who woke, and who was told "not yet", is given real time to
    sleep again. Without it, one client's sleep would take away the moment at which another was to ask.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.restless: set[Hashable] = set()  # from where somebody slept although nothing was owed: heartbeats
        self.count = 0
        self._clock = session.clock
        self._beds: dict[Nap, int] = {}
        self._owed: dict[str, None] = {}  # the tasks of whose end nobody was told
        self._taken = 0
        self._resumed = 0
        self._held: dict[Hashable, asyncio.TimerHandle] = {}  # who is awake, and tasks of which was said "not yet"
        self._usual: dict[Hashable, str] = {}  # for which task somebody sleeps
        self._nobodys: set[Any] = set()  # tasks that were asked for by somebody who did not sleep for them
        self._vain = 0  # sleeps since something happened, and how much had been slept then
        self._before = session.clock.slept
        self._seen = 0.0
        self._watch = session.journal.watch
        self._note_new()
        for exchange in session.journal:
            self._note(exchange, session.clock.client_now() - exchange.client_at < GRACE)
        session.journal.watch = self._heard

    def owes(self, site: Hashable) -> bool:
        """Whether who sleeps here can be waiting for something of this session's."""
        clock = self._clock
        if clock.closed or site in self.restless:
            return False
        self._note_new()
        for name in [name for name in self._owed if self._ends(name) + LAG <= clock.now]:
            self._settled(name)
        owed = bool(self._owed) or clock.now < self.session.awaited
        return owed or clock.agenda.owes or clock.out > len(self._held)

    def lie_down(self, nap: Nap) -> None:
        """Books the moment of waking; who has slept too long for what does not come is told so."""
        clock = self._clock
        self._pass()
        self.count += 1
        self._vain += 1
        stuck = self._vain > HASTIER and self._stuck()
        if self._vain > (STUCK if stuck else MOST) or clock.slept - self._before + nap.seconds > LONGEST:
            raise StillWaiting(self._told(clock.slept - self._before))
        self._beds[nap] = clock.book(round(clock.now + nap.seconds, 6), self._ring, nap, hasty=True)
        self._explain(nap.who)
        if stuck and not clock.open and not clock.out and clock.due is not None:
            clock.jump(clock.due)

    def get_up(self, nap: Nap) -> None:
        """Forgets a sleep that was broken off."""
        self._pass()
        ticket = self._beds.pop(nap, None)
        if ticket is not None:
            self._clock.drop(ticket)

    def gone(self, who: Hashable) -> None:
        """Somebody will never sleep again."""
        self.release(who)
        self._usual.pop(who, None)

    def close(self) -> None:
        """Wakes everybody at once, and watches no longer."""
        if self.session.journal.watch == self._heard:
            self.session.journal.watch = self._watch
        for nap in list(self._beds):
            self._clock.drop(self._beds[nap])
            self._ring(nap)
        for key in list(self._held):
            self.release(key)

    def _ring(self, nap: Nap) -> None:
        self._pass()
        del self._beds[nap]
        nap.ahead -= 1
        if not nap.ahead:
            for room in nap.rooms:
                room.hold(nap.who)
            nap.tell(True)

    # -- who is awake

    def hold(self, key: Hashable) -> None:
        """Keeps the clock where it is, for a little real time at most."""
        clock, timer = self._clock, self._held.pop(key, None)
        if clock.loop is None or clock.closed:
            return
        if timer is None:
            clock.set_off()
        else:
            timer.cancel()
        self._held[key] = clock.loop.call_later(GRACE, self._in_vain, key)

    def release(self, key: Hashable) -> None:
        """Keeps the clock no longer for this."""
        timer = self._held.pop(key, None)
        if timer is not None:
            timer.cancel()
            self._clock.arrived()

    def _in_vain(self, key: Hashable) -> None:
        if key in self._owed:
            self._nobodys.add(key)  # what the clock was held for once too often, it is not held for again
        self.release(key)

    def _explain(self, who: Hashable) -> None:
        """Guesses for which task somebody sleeps, so that the clock need not be held for who asked for it.

        Somebody asleep has not asked: a task of theirs that was asked for was taken for theirs by mistake.
        """
        self.release(who)
        name = self._usual.get(who)
        if name not in self._held:
            wrong = {self._usual.get(nap.who): nap.who for nap in self._beds if nap.who != who}
            awake = {task for other, task in self._usual.items() if other in self._held}
            asked = [key for key in self._held if key in wrong or (name not in self._owed and key not in awake)]
            for key in [key for key in asked if key in self._owed][:1]:
                if key in wrong:
                    self._usual.pop(wrong[key])
                    if name in self._owed:
                        self._usual[wrong[key]] = name
                self._usual[who] = name = key
        self.release(name)

    def _pass(self) -> None:
        """What the story has moved while anybody slept is what the client was spared."""
        clock = self._clock
        now = clock.now
        if self._beds:
            clock.slept = round(clock.slept + now - self._seen, 6)
        self._seen = now

    # -- what is owed

    def _heard(self, exchange: Any) -> None:
        """Reads what goes into the journal, as it goes."""
        if self._watch is not None:
            self._watch(exchange)
        self._note_new()
        self._note(exchange, fresh=True)

    def _note_new(self) -> None:
        fresh = self.session.taken - self._taken
        if again := self.session.resumed[self._resumed :]:
            self._owed.update(dict.fromkeys(again))
            self._resumed += len(again)
            self._begin_anew()
        if fresh:
            self._owed.update(dict.fromkeys(reversed([*islice(reversed(self.session.tasks), fresh)])))
            self._taken = self.session.taken
            self._begin_anew()

    def _note(self, exchange: Any, fresh: bool) -> None:
        name = exchange.task
        if name not in self._owed:
            return
        if self._tells(exchange):
            self._settled(name)
            self._let_go(name)
        elif fresh and name not in self._nobodys:
            self.hold(name)

    def _settled(self, name: str) -> None:
        """A task is owed no longer."""
        del self._owed[name]
        self._begin_anew()
        self.release(name)
        self._nobodys.discard(name)

    def _let_go(self, name: str) -> None:
        """Whoever was told of a task's end is not expected to sleep again. An answer has one reader: others who slept
        for this task, or are thought to have, may have woken this moment, and have not asked yet."""
        for who in [who for who, task in self._usual.items() if task == name and who in self._held][:1]:
            self.gone(who)

    def _begin_anew(self) -> None:
        self._vain, self._before = 0, self._clock.slept

    def _tells(self, exchange: Any) -> bool:
        """Whether an exchange told of its task's end; the answer to a submit tells it only if it waited for it."""
        ends = self._ends(exchange.task)
        told = ends <= exchange.at and 200 <= exchange.status < 400 and came_whole(exchange.bent)
        return told and (exchange.channel != "submit" or self.session.tasks[exchange.task].timeline.times[0] < ends)

    def _ends(self, name: str) -> float:
        task = self.session.tasks.get(name)
        return -inf if task is None else task.timeline.ends

    def _stuck(self) -> bool:
        """Whether nothing that is unfinished will ever end."""
        return not self._clock.agenda.owes and all(self._ends(name) == inf for name in self._owed)

    def _told(self, slept: float) -> str:
        hours, minutes = divmod(round(slept / 60), 60)
        tasks = [self.session.tasks[name] for name in self._owed if name in self.session.tasks]
        told = "\n".join(self._lines(tasks[:5])) + (f"\n  and {len(tasks) - 5} more" if len(tasks) > 5 else "")
        return (f"expected what the client waits for to come; came {self._vain - 1} sleeps and {hours} h {minutes} min "
                f"of the story in which nothing did; give the client a limit that counts its own sleeps, since "
                f"time.monotonic stays real, or let the task end: script(running=...) instead of stuck=True, a cancel. "
                f"Unfinished:\n{told or '  no task, but owed news'}")  # fmt: skip

    def _lines(self, tasks: list[Task]) -> Iterator[str]:
        now = self._clock.now
        for task in tasks:
            line = task.timeline
            since = max((at for at in line.times if at <= now), default=line.times[0])
            end = "never ends" if line.ends == inf else f"ends at {line.ends:.3f} s"
            yield f"  {task.id}  {task.model}  {line.at(now)} since {since:.3f} s, {end}; it is {now:.3f} s"
