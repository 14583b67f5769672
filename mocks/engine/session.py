"""One test's world: its clock, scripts, faults, tasks, media, money and accounts. A reset makes a new one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from math import inf
from typing import Any

from .clock import Clock
from .fault import Fault
from .gallery import Gallery
from .ledger import Ledger
from .refusal import Refusal
from .script import NoMore, Script
from .slots import Slots
from .task import Order, Task
from .timeline import Course, State, Timeline, new
from .wish import Wish

MASK = 0xFFFFFFFF
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


@dataclass(slots=True)
class Wishes:
    """What the director asked for; each is struck off as it comes true."""

    scripts: list[Script] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    no_more: list[NoMore] = field(default_factory=list)

    def unstruck(self) -> list[Wish]:
        """What never came true and was not optional."""
        return [wish for wish in (*self.scripts, *self.faults, *self.no_more) if wish.missed]

    def fault(self, when: str, channel: str, operation: str) -> Fault | None:
        """The fault that strikes here, if any; it is struck off."""
        for fault in self.faults:
            if fault.hits(when, channel, operation):
                fault.struck += 1
                return fault
        return None


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
        self.seed = seed
        self.cap = cap
        self.accounts: dict[tuple[str, str], Account] = {}  # by provider and key
        self.tasks: dict[str, Task] = {}
        self.wishes = Wishes()
        self.taken = 0
        self.forgotten = 0
        self.warn: Callable[[str], None] = lambda text: None
        self.cast: dict[str, Any] = {}  # the dialect of each provider, as this session speaks it
        tail = digest(seed, "task")
        self._tail = f"-{tail[:4]}-4{tail[4:7]}-a{tail[7:10]}-{tail[10:22]}"
        self._none_over_until = 0.0  # no task that the full book holds is over before
        self._said_full = False
        self._over: Callable[[str], None] = self._ended  # bound once: a hundred thousand bookings share it

    def open_account(self, provider: str, key: str, slots: int | None, balance: float = 1_000_000.0) -> Account:
        """Lets somebody in."""
        name = f"account-{len(self.accounts) + 1}"
        account = Account(name, key, provider, Ledger(balance), Slots(slots, self.tasks.get))
        self.accounts[provider, key] = account
        return account

    def submit(
        self, account: Account, order: Order, usual: tuple[float, float], price: float | None, now: float
    ) -> Task:
        """Takes an order: finds its script, lays its timeline, holds its money and books its end."""
        if self.wishes.no_more:
            self._refuse_as_told()
        script = self._script(order) if self.wishes.scripts else None
        if script is not None and script.cost is not None:
            price = script.cost
        if not account.ledger.affords(price):
            raise Refusal("no-money")
        if script is not None:
            script.struck += 1
        course = _as_usual(usual) if script is None else script.course(usual)
        if len(self.tasks) >= self.cap:
            self._forget(now)
        self.taken = number = self.taken + 1
        name = f"{number * SPREAD & MASK:08x}{self._tail}"
        timeline, ends = account.slots.plan(name, number, course, now)
        account.ledger.hold(name, price, order.model)
        ticket = self.clock.book(ends, self._over, name) if ends < inf else 0
        self.tasks[name] = task = new(Task, (name, number, order, account, course, timeline, ticket, price))
        if ends <= now:
            self.clock.hand_out()  # it is over as it begins
            return self.tasks[name]
        return task

    def cancel(self, task: Task, allowed: tuple[State, ...], now: float) -> bool:
        """Ends a task early if its state allows it; whether it did."""
        task = self.tasks.get(task.id, task)
        if task.timeline.at(now) not in allowed:
            return False
        self._change(task, task.timeline.cut(now, State.CANCELLED))
        task.account.ledger.release(task.id, task.cost, task.order.model)
        for other, timeline in task.account.slots.leave(task, now):
            self._change(other, timeline)
        self.clock.hand_out()
        self.clock.stir()
        return True

    def place(self, task: Task, now: float) -> int:
        """The task's place in its account's line, from 1."""
        place: int = task.account.slots.place(task, now)
        return place

    def ended_age(self, task: Task) -> float:
        """How long ago, as things wear, the task ended."""
        return self.clock.age - self.clock.age_at(task.timeline.ends)

    def end(self) -> None:
        """Answers whoever waits, and lets go of what holds on to each other, so that it is gone at once."""
        self.clock.release()
        self._over = self.warn
        for account in self.accounts.values():
            account.slots.close()

    def _script(self, order: Order) -> Script | None:
        return next((script for script in self.wishes.scripts if script.fits(order)), None)

    def _refuse_as_told(self) -> None:
        for wish in self.wishes.no_more:
            if wish.live:
                wish.struck += 1
                raise Refusal(wish.reason, said="scripted")

    def _book(self, name: str, timeline: Timeline) -> int:
        ends = timeline.ends
        return self.clock.book(ends, self._over, name) if ends < inf else 0

    def _change(self, task: Task, timeline: Timeline) -> None:
        if task.ticket:
            self.clock.drop(task.ticket)
        over = timeline.states[-1] is State.CANCELLED
        ticket = 0 if over else self._book(task.id, timeline)
        self.tasks[task.id] = task._replace(timeline=timeline, ticket=ticket)

    def _ended(self, name: str) -> None:
        task = self.tasks[name]
        if task.timeline.states[-1] is State.SUCCEEDED:
            task.account.ledger.charge(name)
        else:
            task.account.ledger.release(name, task.cost, task.order.model)
        self.tasks[name] = task._replace(ticket=0)

    def _forget(self, now: float) -> None:
        """Drops the oldest of the tasks that are over, a tenth at a time, and says so the first time."""
        if now < self._none_over_until:
            return
        over = (name for name, task in self.tasks.items() if task.timeline.ends <= now and not task.ticket)
        many = len(self.tasks) - self.cap + max(1, self.cap // 10)
        gone = [name for name, _ in zip(over, range(many), strict=False)]
        for name in gone:
            del self.tasks[name]
        if not gone:
            ends = (task.timeline.ends for task in self.tasks.values())
            self._none_over_until = min((end for end in ends if end > now), default=now)
        self.forgotten += len(gone)
        if not self._said_full:
            self._said_full = True
            self.warn(f"expected at most {self.cap} tasks; came one more; the oldest that are over are forgotten "
                      f"({len(gone)} now); raise max_tasks, or reset the session")  # fmt: skip


@lru_cache(256)
def _as_usual(spans: tuple[float, float]) -> Course:
    return Course(*spans)  # orders that nobody scripted share one


def digest(*words: object) -> str:
    """Thirty-two hex digits that are a function of the words."""
    return blake2b("\0".join(map(str, words)).encode(), digest_size=16).hexdigest()
