"""Clients that sleep between two polls, and what a test needs to know of them."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import httpx
from understudy.mocks.stand_in import StandIn

ORDER = "/v1/models/tongyi-mai/z-image/turbo"


def poll(handle: StandIn, every: float = 5, nap: Callable[[float], None] | None = None) -> str:
    """A client as they are: submits, then asks every so many seconds, however often it takes."""
    api = handle.client()
    job = api.post(ORDER, json={"prompt": "a red tram"}).json()
    while api.get(job["status_url"]).json()["status"] != "completed":
        (nap or time.sleep)(every)
    return str(job["request_id"])


async def apoll(api: httpx.AsyncClient, every: float, nap: Callable[[float], Any] | None = None) -> str:
    async with api:
        job = (await api.post(ORDER, json={"prompt": "a red tram"})).json()
        while (await api.get(job["status_url"])).json()["status"] != "completed":
            await (nap or asyncio.sleep)(every)
        return str(job["request_id"])


def moments(handle: StandIn, task: str) -> list[float]:
    return [exchange.at for exchange in handle.requests(on="poll") if exchange.task == task]


def assert_as_on_a_real_clock(handle: StandIn, task: str, every: float) -> None:
    """Each poll an interval after the last, and the end seen by the first poll that could see it."""
    asked, ends = moments(handle, task), handle.session.tasks[task].timeline.ends
    assert [later - earlier for earlier, later in pairwise(asked)] == [every] * (len(asked) - 1)
    assert asked[-2] < ends <= asked[-1]


@contextmanager
def held(handle: StandIn) -> Iterator[None]:
    """The clock stands, as while a request is in flight."""
    handle.call(handle.session.clock.enter)
    yield
    handle.call(handle.session.clock.leave)


def asleep(handle: StandIn, many: int = 1) -> None:
    """Returns when so many are asleep."""
    while len(handle.call(lambda: handle.session.clock._agenda._hasty)) < many:
        threading.Event().wait(0.001)
