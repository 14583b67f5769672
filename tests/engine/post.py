"""A courier whose every parcel is carried by the test."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from understudy.mocks.engine.clock import Clock
from understudy.mocks.engine.courier import Attempt, Courier, Manner, Parcel, Receipt
from understudy.mocks.engine.fault import Fault, Place
from understudy.mocks.engine.wishes import Wishes

TAKEN, BUSY = Receipt(200), Receipt(500)


class Post:
    """A courier whose every parcel is carried by the test: it arrives at once, or when its gate is opened."""

    def __init__(self, clock: Clock, **more: Any) -> None:
        self.clock = clock
        self.came: list[tuple[str, bytes, float]] = []
        self.book: list[tuple[Attempt, bool]] = []
        self.answers: list[Receipt | Exception] = []
        self.gates: dict[bytes, asyncio.Event] = {}
        self.inside = self.most = 0
        self.patience: list[float] = []
        self.wishes = Wishes()
        self.courier = Courier(clock, self.carry, lambda attempt, fine: self.book.append((attempt, fine)), self.struck)

    async def carry(self, parcel: Parcel, body: bytes, patience: float) -> Receipt:
        self.inside += 1
        self.most = max(self.most, self.inside)
        self.patience.append(patience)
        try:
            if body in self.gates:
                await self.gates[body].wait()
            self.came.append((parcel.to, body, self.clock.now))
            answer = self.answers.pop(0) if self.answers else TAKEN
            if isinstance(answer, Exception):
                raise answer
            return answer
        finally:
            self.inside -= 1

    def struck(self, parcel: Parcel) -> tuple[Fault | None, float]:
        place = Place("after", parcel.provider, parcel.channel, parcel.operation, self.clock.now)
        return self.wishes.fault(place, "0")

    def send(self, *bodies: Any, to: str = "here", manner: Manner = Manner()) -> None:  # noqa: B008 - frozen
        for body in bodies:
            self.courier.send(Parcel("webhook", to, body), manner)

    def closed(self, *bodies: bytes) -> None:
        for body in bodies:
            self.gates[body] = asyncio.Event()

    @property
    def bodies(self) -> list[bytes]:
        return [body for _, body, _ in self.came]


def on_a_loop(story: Callable[[Post], Awaitable[Any]], mode: str = "manual") -> None:
    async def told() -> None:
        clock = Clock(mode)
        clock.loop = asyncio.get_running_loop()
        async with asyncio.timeout(5):
            await story(Post(clock))
        clock.release()

    asyncio.run(told())


async def some_turns() -> None:
    for _ in range(30):
        await asyncio.sleep(0)
