"""One test's world: its clock, scripts, faults, tasks, media, money and accounts. A reset makes a new one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import ceil, inf
from typing import Any

from .cast import Cast
from .clock import Clock
from .courier import Courier
from .fleet import Fleet
from .gallery import Gallery
from .ledger import Ledger
from .luck import digest, uuid
from .prop import Prop
from .refusal import Refusal
from .script import Script
from .shelf import Shelf
from .slots import Slots
from .task import Again, Order, Task
from .timeline import FINAL, Beat, Course, State, Timeline, new
from .upload import Upload
from .wishes import Wishes

MASK = 0xFFFFFFFF
MOST_SAID = 256 << 20  # bytes of bodies that a session's tasks keep: pictures may stand in them
SPREAD = 2654435761  # an odd number near 2**32 / phi: neighbours get ids that look unrelated, and no two are equal


@dataclass(slots=True)
class Account:
    """Somebody with a key; its orders wait in its own line."""

    name: str
    key: str
    provider: str
    ledger: Ledger
    slots: Slots
    revoked: bool = False
    kind: str = ""  # of key, where its provider tells several apart
    lines: dict[str, Slots] = field(default_factory=dict)  # where orders of one thing have slots of their own


# Told of each beat of a task for whom somebody wants news, as it comes.
Tell = Callable[[Task, State], None]


class Session:
    """One world. Everything that is kept of it is kept here; whoever has no session has no state."""

    def __init__(
        self, name: str, clock: Clock, gallery: Gallery, journal: Any, seed: str = "0", cap: int = 100_000
    ) -> None:
        self.name = name
        self.clock = clock
        self.gallery = gallery
        self.journal = journal
        self.receiver: Any = None  # of webhooks, where somebody serves one
        self.switchboard: Any = None  # of sockets, where somebody serves them
        self.seed = seed
        self.cap = cap
        self.accounts: dict[tuple[str, str], Account] = {}  # by provider and key
        self.tasks: dict[str, Task] = {}
        self.props: dict[str, Prop] = {}
        self.dropped: dict[str, Prop] = {}  # what was had, and is no more
        self.uploads: dict[str, Upload] = {}
        self.shelf = Shelf(gallery.cap)
        self.awaited = 0.0  # until when something that is no task becomes another
        self.wishes = Wishes()
        self.taken = 0
        self.made = 0  # props, ever
        self.resumed: list[str] = []  # the names of tasks that were taken up again, each time
        self.forgotten = 0
        self.said = 0  # bytes of the bodies that tasks keep
        self.scenario = ""  # the name of the one that is played, if any
        self.warn: Callable[[str], None] = lambda text: None
        # Told of each account once it has what every account begins with.
        self.welcome: Callable[[Session, Account], None] = lambda session, account: None
        self.gate: Any = None  # the way out, for who looks at inputs
        self.courier: Courier = None  # type: ignore[assignment]  # whoever opens the session says how it delivers
        self.cast = Cast()  # the dialect of each provider, as this session speaks it
        tail = digest(seed, "task")
        self._tail = f"-{tail[:4]}-4{tail[4:7]}-a{tail[7:10]}-{tail[10:22]}"
        self._none_over_until = 0.0  # no task that the full book holds is over before
        self._said_full = False
        self._over: Callable[[str], None] = self._ended  # bound once: a hundred thousand bookings share it
        self._followed: dict[str, tuple[Tell, list[tuple[float, int]]]] = {}

    def open_account(self, provider: str, key: str, slots: int | None, balance: float = 1_000_000.0) -> Account:
        """Lets somebody in."""
        name = f"account-{len(self.accounts) + 1}"
        account = Account(name, key, provider, Ledger(balance), Slots(slots, self.tasks.get))
        self.accounts[provider, key] = account
        return account

    def line(self, account: Account, name: str, count: int | None) -> Slots:
        """The slots of an account for the orders of one thing alone."""
        if name not in account.lines:
            account.lines[name] = Slots(count, self.tasks.get)
        return account.lines[name]

    def add_prop(
        self, account: Account, kind: str, name: str, said: Mapping[str, Any], slots: Slots | None = None, id: str = ""
    ) -> Prop:
        """Gives an account something to have, under an id of its provider's form where that has one."""
        self.made += 1
        number = id or uuid(self.seed, "prop", self.made)
        now = self.clock.now
        self.props[number] = prop = Prop(number, kind, account, name, said, now, now, slots)
        return prop

    def holds(self, names: set[str]) -> bool:
        """Whether one of these names is that of an order, of a file of one, of a prop or of an upload here."""
        names = names | {each for name in names for each in (self.gallery.found(name), name.partition(".")[0])}
        return any(name in book for book in (self.tasks, self.props, self.dropped, self.uploads) for name in names)

    def drop_prop(self, prop: Prop) -> None:
        """Takes something away from whoever has it. Its orders live on, and its name is still known."""
        self.dropped[prop.id] = self.props.pop(prop.id)

    def own(self, account: Account, kind: str) -> list[Prop]:
        """What an account has of a kind, the oldest first."""
        return [prop for prop in self.props.values() if prop.kind == kind and prop.account is account]

    def submit(
        self, account: Account, order: Order, usual: tuple[float, float], price: float | None, now: float,
        tell: Tell | None = None, fate: Script | None = None, slots: Slots | None = None, name: str = "",
    ) -> Task:  # fmt: skip
        """Takes an order: finds its script, lays its timeline, holds its money and books its end; and each of its
        beats, where somebody is to be told. An order that nobody scripted has its fate, if there is one; one that
        names no slots runs in its account's; one without a name of its client's choice gets one."""
        script = (self.wishes.script(order) if self.wishes.scripts else None) or fate
        if script is not None:
            if script.refuses:
                script.struck += 1
                raise Refusal(script.refuses, said="scripted")
            price = price if script.cost is None else script.cost
        if why := account.ledger.objection(price):
            raise Refusal(why)
        self.said += len(order.said)
        if len(self.tasks) >= self.cap or self.said > MOST_SAID:
            self._forget(now)
        self.taken = number = self.taken + 1
        if script is None:
            course = _as_usual(usual)
        else:
            script.struck += 1
            course, order = script.course(usual, self.seed, number), script.order(order)
        name = name or f"{number * SPREAD & MASK:08x}{self._tail}"
        slots = slots or account.slots
        if price is None and slots.rate is not None:
            price = slots.rate(course.left if course.left < inf else usual[1])
        timeline, ends = slots.plan(name, number, course, now)
        account.ledger.hold(name, price, order.model)
        account.ledger.take()
        ticket = self.clock.book(ends, self._over, name) if ends < inf else 0
        self.tasks[name] = task = new(Task, (name, number, order, account, course, timeline, ticket, price, slots))
        if slots.grew:
            self._lay_anew(slots, now)
            task = self.tasks[name]
        if tell is not None:
            self._followed[name] = tell, self._booked(tell, name, list(task.timeline.beats))
        if task.timeline.ends <= now:
            self.clock.hand_out()  # it is over as it begins
            return self.tasks[name]
        return task

    def cancel(self, task: Task, allowed: Collection[str], now: float, billed: bool = False) -> bool:
        """Ends a task early if its state allows it; whether it did. Where that is `billed`, what ran is to be paid."""
        task = self.tasks.get(task.id, task)
        if task.timeline.at(now) not in allowed:
            return False
        if billed and task.slots.rate is None:  # else it is paid by its time anyway
            task.account.ledger.bill(task.id, task.reached(now), task.cost, task.order.model)
        self._turn(task, task.timeline.cut(now, State.CANCELLED), now)
        return True

    def resume(self, task: Task, again: Again, now: float) -> Task:
        """Takes up again what is over: it queues, runs for what is left of its run, and comes to its end."""
        task = self._over_by(task, now)
        since = task.reached(now) if again.kept is None else min(again.kept, task.reached(now))
        meant = task.order._replace(operation=again.operation)
        script = self.wishes.script(meant) if self.wishes.scripts else None
        if script is not None:
            script.struck += 1
        if why := script.refuses if script else "" if task.account.ledger.affords(task.cost) else "no-money":
            raise Refusal(why)
        usual = task.course.again(again.usual)
        course = script.course(usual, self.seed, task.number, since) if script else Course(*usual, since=since)
        task.account.ledger.hold(task.id, task.cost, task.order.model)
        timeline, ends = task.slots.plan(task.id, task.number, course, now)
        self.resumed.append(task.id)
        self._change(task._replace(course=course), task.timeline.then(timeline))
        if task.slots.grew:
            self._lay_anew(task.slots, now)
        if ends <= now:
            self.clock.hand_out()
        self.clock.stir()
        return self.tasks[task.id]

    def edit(self, task: Task, order: Order, scale: float, now: float) -> Task:
        """Gives a task that is over another order, of whose run it has `scale` times the share that it had."""
        task = self._over_by(task, now)
        self.said += len(order.said) - len(task.order.said)
        self.tasks[task.id] = task = task._replace(order=order, course=task.course.scaled(scale))
        return task

    def _over_by(self, task: Task, now: float) -> Task:
        self.clock.hand_out()  # what was so far is told as it was
        task = self.tasks[task.id]
        if task.timeline.at(now) not in FINAL:
            raise ValueError(f"expected a task that is over; came {task.id}; cancel it, or let it end")
        return task

    def cue(self, task: Task, now: float) -> Task:
        """Gives a task that waits for the director its next beat: it leaves the queue, or comes to its end."""
        task = self.tasks.get(task.id, task)
        state = task.timeline.at(now)
        if not task.course.manual or state in FINAL:
            raise ValueError(f"expected a task that waits for its cue; came {task.id}, {state}; say script(manual=True)"
                             " before it is asked for")  # fmt: skip
        self._turn(task, task.timeline.cut(now, State.RUNNING if state is State.QUEUED else task.course.ending), now)
        return self.tasks[task.id]

    def refit(self, fleet: Fleet, now: float, **limits: Any) -> None:
        """Changes a fleet from now on (Fleet.change says what of it): those that wait there are laid anew."""
        self.clock.hand_out()
        fleet.change(now, **limits)
        self._moved(fleet, now)

    def place(self, task: Task, now: float) -> int:
        """The task's place in its account's line, from 1; one that is scripted falls as the task's turn comes."""
        place: int = task.slots.place(task, now)
        if task.course.position and place:
            asked, starts = task.timeline.asked, task.timeline.starts
            left = (starts - now) / (starts - asked) if starts < inf else 1.0
            return max(1, ceil(task.course.position * left))
        return place

    def follows(self, task: Task) -> bool:
        """Whether somebody is told of a task's beats."""
        return task.id in self._followed

    async def settled(self) -> None:
        """Runs until no news is left and every delivery has been taken, or given up."""
        while self.clock.step() or self.courier.busy:
            await self.courier.idle()

    def worn(self, task: Task, lasts: float | None, now: float) -> bool:
        """Whether a task has been over for so long, as things wear; of None nothing wears out."""
        ends = task.timeline.ends
        return lasts is not None and ends <= now and self.clock.age - self.clock.age_at(ends) >= lasts

    def end(self) -> None:
        """Answers whoever waits, and lets go of what holds on to each other, so that it is gone at once."""
        self.clock.release()
        if self.receiver is not None:
            self.receiver.release()
        if self.switchboard is not None:
            self.switchboard.end()
            self.switchboard = None  # it knows the session
        if self.courier is not None:
            self.courier.end()
            self.courier = None  # type: ignore[assignment]  # it does, too
        self._over = self.warn
        self.cast.close()
        things = (*self.props.values(), *self.dropped.values())
        own = (slots for each in self.accounts.values() for slots in (each.slots, *each.lines.values()))
        for slots in (*own, *(each.slots for each in things)):
            if slots is not None:
                slots.close()

    def _turn(self, task: Task, timeline: Timeline, now: float) -> None:
        """A life takes another turn, now: those behind it in the line move up, and whoever waits asks again."""
        self.clock.hand_out()  # what was so far is told as it was
        self._change(task, timeline)
        self._moved(task.slots, now)

    def _moved(self, slots: Slots, now: float) -> None:
        self._lay_anew(slots, now)
        self.clock.hand_out()
        self.clock.stir()

    def _lay_anew(self, slots: Slots, now: float) -> None:
        for other, moved in slots.lay_anew(now):
            self._change(other, moved)

    def _change(self, task: Task, timeline: Timeline) -> None:
        if task.ticket:
            self.clock.drop(task.ticket)
        ends, now = timeline.ends, self.clock.now
        ticket = self.clock.book(ends, self._over, task.id) if ends < inf else 0
        self.tasks[task.id] = task._replace(timeline=timeline, ticket=ticket)
        if task.id in self._followed:
            tell, tickets = self._followed[task.id]
            for at, told in tickets:
                if at > now:
                    self.clock.drop(told)
            known = set(task.timeline.beats)
            fresh = [beat for beat in timeline.beats if beat.at > now or beat not in known]
            self._followed[task.id] = tell, self._booked(tell, task.id, fresh)

    def _booked(self, tell: Tell, name: str, beats: list[Beat]) -> list[tuple[float, int]]:
        """Books the news of some beats; it is owed, since nobody may ask."""

        def news(state: State) -> None:
            if name in self.tasks:
                tell(self.tasks[name], state)

        return [(at, self.clock.book(at, news, state, owed=True)) for at, state in beats]

    def _ended(self, name: str) -> None:
        task = self.tasks[name]
        if task.timeline.states[-1] is State.SUCCEEDED or task.due is not None:
            task.account.ledger.charge(name, task.due)
        else:
            task.account.ledger.release(name, task.cost, task.order.model)
        self.tasks[name] = task._replace(ticket=0)

    def _forget(self, now: float) -> None:
        """Drops the oldest of the tasks that are over, a tenth at a time, and says so the first time."""
        if now < self._none_over_until:
            return
        over = [name for name, task in self.tasks.items() if task.timeline.ends <= now and not task.ticket]
        many = len(self.tasks) - self.cap + max(1, self.cap // 10) if len(self.tasks) >= self.cap else 0
        gone: list[str] = []
        for name in over:
            if len(gone) >= many and self.said <= MOST_SAID * 0.9:
                break
            gone.append(name)
            self.said -= len(self.tasks[name].order.said)
            self.gallery.forget(self.tasks.pop(name))
            self._followed.pop(name, None)
        if not gone:
            ends = (task.timeline.ends for task in self.tasks.values())
            self._none_over_until = min((end for end in ends if end > now), default=now)
        self.forgotten += len(gone)
        if not self._said_full:
            self._said_full = True
            self.warn(f"expected at most {self.cap} tasks, and {MOST_SAID >> 20} MiB of their bodies; came more; the "
                      f"oldest that are over go ({len(gone)} now); raise max_tasks, or reset the session")  # fmt: skip


@lru_cache(256)
def _as_usual(spans: tuple[float, float]) -> Course:
    return Course(*spans)  # orders that nobody scripted share one
