"""One session and its sleepers on a loop, without a client."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from understudy.contracts.exchange import Exchange
from understudy.mocks.engine.clock import Clock
from understudy.mocks.engine.gallery import Gallery
from understudy.mocks.engine.medium import Medium
from understudy.mocks.engine.script import Script
from understudy.mocks.engine.session import Session
from understudy.mocks.engine.sleepers import Nap, Sleepers, put_to_bed
from understudy.mocks.engine.task import Order, Task
from understudy.mocks.web.journal import Journal

ORDER = Order("toy", "make", "cube", b"{}", (Medium("image", "png", 8, 8),))


class Night:
    """A session, its sleepers, and what they were told and when."""

    def __init__(self, mode: str = "auto") -> None:
        self.clock = Clock(mode)
        self.clock.loop = asyncio.get_running_loop()
        self.session = Session("here", self.clock, Gallery(), Journal())
        self.account = self.session.open_account("toy", "key", None)
        self.room = Sleepers(self.session)
        self.told: list[tuple[str, float, bool | BaseException]] = []
        self._came = asyncio.Event()

    def submit(self, running: float = 100, **script: Any) -> Task:
        self.session.wishes.scripts.append(Script(0, running, **script))
        return self.session.submit(self.account, ORDER, (0, 0), 1.0, self.clock.now)

    def asked(self, task: Task, **more: Any) -> None:
        row = Exchange("GET", "/x", (), b"", 200, (), b"", task=task.id, at=self.clock.now, channel="poll")
        self.session.journal.append(row._replace(**more))

    def nap(self, who: str, seconds: float, site: str = "", rooms: list[Sleepers] | None = None) -> Nap:
        def tell(word: bool | BaseException) -> None:
            self.told.append((who, self.clock.now, word))
            self._came.set()

        made = Nap(who, site or who, seconds, tell)
        put_to_bed(made, rooms or [self.room])
        return made

    async def until(self, told: int) -> list[tuple[str, float, bool | BaseException]]:
        while len(self.told) < told:
            self._came.clear()
            await self._came.wait()
        return self.told


def at_night(story: Callable[[Night], Awaitable[Any]], mode: str = "auto") -> Any:
    async def told() -> Any:
        async with asyncio.timeout(10):
            return await story(Night(mode))

    return asyncio.run(told())
