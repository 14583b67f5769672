"""Carries news out: webhooks, uploads and pushes, at a moment of the story, again where nobody took them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from functools import lru_cache
from typing import Any, NamedTuple

from .clock import Clock
from .fault import Fault

MOST_IN_FLIGHT = 8
Pairs = tuple[tuple[bytes, bytes], ...]


class Parcel(NamedTuple):
    """What is to be brought to an address. A body that takes time to make is made when it leaves."""

    channel: str  # webhook, upload or push
    to: str
    body: bytes | Callable[[], bytes]
    headers: Pairs = ()
    method: str = "POST"
    operation: str = ""
    task: str = ""
    provider: str = ""
    answers: bool = False  # whether it is what somebody was promised who asked on the line that it goes by
    fault: Fault | None = None  # what is done to it on its way by whoever carries it, and for how long
    seconds: float = 0.0


class Manner(NamedTuple):
    """How a provider delivers: how long it waits before each further attempt, and whether one address is served in
    order. `patience` counts real seconds, as the receiver's do."""

    waits: tuple[float, ...] = ()
    patience: float = 10.0
    ordered: bool = True


@lru_cache
def backoff(first: float, factor: float, most: float) -> tuple[float, ...]:
    """Waits between attempts, each longer by a factor; all of them together are no longer than the most."""
    made: list[float] = []
    wait = float(first)
    while sum(made) + wait <= most:
        made.append(wait)
        wait *= factor
    return tuple(made)


class Receipt(NamedTuple):
    """What came of an attempt: the answer of whoever took the parcel, or why nobody did (`status` is 0 then)."""

    status: int = 0
    headers: Pairs = ()
    body: bytes = b""
    trouble: str = ""
    final: bool = False  # nothing will help: another attempt is not made

    @property
    def taken(self) -> bool:
        """Whether the parcel arrived."""
        return 200 <= self.status < 300


class Attempt(NamedTuple):
    """One try to deliver a parcel."""

    parcel: Parcel
    body: bytes
    number: int
    receipt: Receipt
    at: float
    bent: str


Carry = Callable[[Parcel, bytes, float], Awaitable[Receipt]]


class _Entry(NamedTuple):
    """A parcel in the line of its address, since a moment of the story."""

    parcel: Parcel
    manner: Manner
    number: int
    bent: str
    carry: Carry
    at: float


class Courier:
    """The deliveries of one session. It is handed who carries, who writes an attempt down, and which fault strikes."""

    def __init__(
        self, clock: Clock, carry: Carry, write: Callable[[Attempt, bool], None],
        struck: Callable[[Parcel], tuple[Fault | None, float]],
    ) -> None:  # fmt: skip
        self._clock = clock
        self._carry = carry
        self._write = write
        self._struck = struck
        self._lines: dict[str, deque[_Entry]] = {}
        self._held: dict[str, tuple[int, Callable[[], None]]] = {}  # by address, what is to come behind the next one
        self._running: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(MOST_IN_FLIGHT)

    def send(self, parcel: Parcel, manner: Manner = Manner(), by: Carry | None = None) -> None:  # noqa: B008 - frozen
        """Sends a parcel now, unless a fault has its way with it."""
        fault, seconds = self._struck(parcel)
        carry, what, bent = by or self._carry, fault.what if fault else "", str(fault or "")
        if parcel.answers:
            parcel = parcel._replace(fault=fault, seconds=seconds)
        behind = self._held.pop(parcel.to, None)
        if what == "lost":
            body = parcel.body if isinstance(parcel.body, bytes) else b""
            self._write(Attempt(parcel, body, 1, Receipt(trouble="lost"), self._clock.now, bent), True)
        elif what == "late":
            self._book(seconds, lambda: self._queue(parcel, manner, 1, bent, carry))
        elif what == "reordered" and behind is None:  # whoever is overtaken does not overtake
            self._hold(parcel, seconds, lambda: self._queue(parcel, manner, 1, bent, carry))
        else:
            self._queue(parcel, manner, 1, bent, carry)
            if what == "duplicated":
                self._queue(parcel, manner, 1, bent, carry)
        if behind is not None:
            ticket, deliver = behind
            self._clock.drop(ticket)
            deliver()

    def _hold(self, parcel: Parcel, seconds: float, deliver: Callable[[], None]) -> None:
        """Keeps a parcel until the next one to this address has gone, or so long."""

        def alone() -> None:
            del self._held[parcel.to]
            deliver()

        self._held[parcel.to] = self._book(seconds, alone), deliver

    def _book(self, seconds: float, call: Callable[[], None]) -> int:
        return self._clock.book(round(self._clock.now + seconds, 6), call, owed=True)

    def _queue(self, parcel: Parcel, manner: Manner, number: int, bent: str, carry: Carry) -> None:
        entry = _Entry(parcel, manner, number, bent, carry, self._clock.now)
        if not manner.ordered:
            self._start(self._attempt(entry))
        elif parcel.to in self._lines:
            self._lines[parcel.to].append(entry)
        else:
            self._lines[parcel.to] = deque([entry])
            self._start(self._walk(parcel.to))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        if self._clock.loop is None or self._clock.closed:
            work.close()  # nobody is left to carry anything
            return
        self._clock.set_off()
        task = self._clock.loop.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._clock.arrived()

    async def _walk(self, to: str) -> None:
        """Serves one address, in order, until nothing is left for it."""
        line = self._lines[to]
        try:
            while line:
                await self._attempt(line.popleft())
        finally:
            del self._lines[to]

    async def _attempt(self, entry: _Entry) -> None:
        parcel, manner, number, bent, carry, at = entry
        async with self._places:
            body = b""
            try:
                body = await self._made(parcel)
                receipt = await carry(parcel, body, manner.patience)
            except Exception as wrong:  # the next parcel of the line goes all the same
                receipt = Receipt(trouble=f"{type(wrong).__name__}: {wrong}")
        again = not receipt.taken and not receipt.final and number <= len(manner.waits)
        self._write(Attempt(parcel, body, number, receipt, at, bent), receipt.taken or again)
        if again and not self._clock.closed:
            self._book(manner.waits[number - 1], lambda: self._queue(parcel, manner, number + 1, bent, carry))

    @staticmethod
    async def _made(parcel: Parcel) -> bytes:
        if isinstance(parcel.body, bytes):
            return parcel.body
        return await asyncio.get_running_loop().run_in_executor(None, parcel.body)

    @property
    def busy(self) -> bool:
        """Whether something is under way."""
        return bool(self._running)

    async def idle(self) -> None:
        """Returns when nothing is under way; what is booked for later is not."""
        while self._running:
            await asyncio.wait(tuple(self._running))

    def end(self) -> None:
        """Drops what is under way: the session is over."""
        for task in tuple(self._running):
            task.cancel()
