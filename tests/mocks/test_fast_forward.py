"""Clients that sleep between two polls, in threads and on loops: the story passes, and nobody waits for it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import anyio
import httpx
import pytest
from understudy.mocks import fast_forward
from understudy.mocks.fast_forward import StillWaiting
from understudy.mocks.stand_in import StandIn, stand_in
from understudy.tests.mocks.pollers import ORDER, apoll, asleep, assert_as_on_a_real_clock, held, moments, poll


@pytest.fixture
def runcomfy() -> Iterator[StandIn]:
    with stand_in("runcomfy", fast_forward=True) as handle:
        handle.client()
        yield handle


# -- clients that wait for something


@pytest.mark.parametrize(("queued", "running", "sees"), [(0, 600, 600), (3, 599.5, 605), (0.001, 0.001, 5)])
def test_a_poll_loop_sees_the_end_when_a_real_one_would(
    runcomfy: StandIn, queued: float, running: float, sees: float
) -> None:
    runcomfy.script(queued=queued, running=running)
    task = poll(runcomfy)
    assert moments(runcomfy, task) == [5.0 * turn for turn in range(int(sees // 5) + 1)]
    assert (runcomfy.clock.now, runcomfy.clock.age) == (sees, 0)


def test_ten_minutes_take_less_than_half_a_second(runcomfy: StandIn) -> None:
    runcomfy.script(queued=0, running=600, times="always")
    took = []
    for _ in range(4):  # the best of some, since others use this machine too
        began = time.perf_counter()
        poll(runcomfy)
        took.append(time.perf_counter() - began)
        if took[-1] < 0.5:
            break
    assert min(took) < 0.5


def test_a_manual_clock_moves_for_who_sleeps_and_for_nobody_else() -> None:
    with stand_in("runcomfy", clock="manual", fast_forward=True) as handle:
        handle.script(queued=3, running=60)
        assert_as_on_a_real_clock(handle, poll(handle, 7), 7)
        assert (handle.clock.now, handle.clock.age) == (63, 0)
        handle.clock.advance(10)
        assert (handle.clock.now, handle.clock.age) == (73, 10)


def test_a_test_that_advances_wakes_who_is_due() -> None:
    with stand_in("runcomfy", clock="manual", fast_forward=True) as handle:
        handle.script(queued=0, running=60)
        handle.client().post(ORDER, json={"prompt": "a red tram"})
        with held(handle), ThreadPoolExecutor(1) as pool:
            sleeper = pool.submit(lambda: time.sleep(50))
            asleep(handle)
            handle.clock.advance(49)
            assert not sleeper.done()
            handle.clock.advance(1)
            sleeper.result(5)


def test_stamps_tell_the_client_time(runcomfy: StandIn) -> None:
    runcomfy.script(queued=0, running=60)
    task = poll(runcomfy)
    stamps = [exchange.client_at for exchange in runcomfy.requests(on="poll") if exchange.task == task]
    assert all(5 <= later - earlier < 7 for earlier, later in pairwise(stamps))


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that others use too may leave a thread alone for longer than we usually wait for it."""
    monkeypatch.setattr("understudy.mocks.engine.sleepers.GRACE", 1)


@pytest.mark.usefixtures("unhurried")
def test_a_pool_of_eight_threads(runcomfy: StandIn) -> None:
    runcomfy.script(queued=0, running=300, times="always")
    everybody = threading.Barrier(8)

    def one(turn: int) -> str:
        everybody.wait(10)
        return poll(runcomfy, 5 + turn)

    with ThreadPoolExecutor(8) as pool:
        tasks = list(pool.map(one, range(8)))
    for turn, task in enumerate(tasks):
        assert_as_on_a_real_clock(runcomfy, task, 5 + turn)
    assert runcomfy.clock.now < 330
    assert runcomfy.hasten().slept <= runcomfy.clock.now


@pytest.mark.usefixtures("unhurried")
def test_three_pollers_on_a_loop(runcomfy: StandIn) -> None:
    runcomfy.script(queued=0, running=100, times="always")

    async def story() -> list[str]:
        clients = [runcomfy.async_client() for _ in range(3)]  # to make one blocks the loop for 80 ms
        return await asyncio.gather(*map(apoll, clients, (5, 7, 10)))

    tasks = asyncio.run(story())
    for every, task in zip((5, 7, 10), tasks, strict=True):
        assert_as_on_a_real_clock(runcomfy, task, every)


@pytest.mark.usefixtures("unhurried")
def test_anyio(runcomfy: StandIn) -> None:
    runcomfy.script(queued=0, running=100, times="always")
    tasks: dict[float, str] = {}

    async def one(api: httpx.AsyncClient, every: float) -> None:
        tasks[every] = await apoll(api, every, anyio.sleep)

    async def story() -> None:
        clients = [runcomfy.async_client() for _ in range(2)]
        async with anyio.create_task_group() as group:
            for api, every in zip(clients, (5, 8), strict=True):
                group.start_soon(one, api, every)

    anyio.run(story)
    for every, task in tasks.items():
        assert_as_on_a_real_clock(runcomfy, task, every)


def test_a_retry_with_back_off(runcomfy: StandIn) -> None:
    runcomfy.script(queued=0, running=20)
    runcomfy.fault(503, on="poll", times=2)
    api = runcomfy.client()
    job = api.post(ORDER, json={"prompt": "a red tram"}).json()
    delay = 1.0
    while not (answer := api.get(job["status_url"])).is_success:
        time.sleep(delay)
        delay *= 2
    assert (answer.status_code, [e.at for e in runcomfy.requests(on="poll")]) == (200, [0, 1, 3])


def test_a_client_that_counts_seconds_between_polls(runcomfy: StandIn) -> None:
    def tick(seconds: float) -> None:
        for _ in range(int(seconds)):
            time.sleep(1)

    runcomfy.script(queued=0, running=12)
    assert moments(runcomfy, poll(runcomfy, 10, tick)) == [0, 10, 20]


def test_a_stuck_task_is_named_and_not_waited_for(runcomfy: StandIn) -> None:
    runcomfy.script(queued=2, stuck=True)
    with pytest.raises(StillWaiting, match=r"z-image/turbo  RUNNING since 2\.000 s, never ends") as wrong:
        poll(runcomfy, 60)
    assert runcomfy.tasks.one().id in str(wrong.value)
    assert isinstance(wrong.value, AssertionError)
    assert runcomfy.clock.now == 24 * 3600


def test_a_client_gives_up_on_a_stuck_task_in_its_own_way(runcomfy: StandIn) -> None:
    runcomfy.script(queued=2, stuck=True)

    def patience(seconds: float) -> None:
        if runcomfy.clock.now >= 1800:
            raise TimeoutError
        time.sleep(seconds)

    with pytest.raises(TimeoutError):
        poll(runcomfy, 5, patience)


def test_in_process_too(runcomfy: StandIn) -> None:
    runcomfy.script(queued=0, running=60)
    with httpx.Client(transport=runcomfy.transport, base_url="http://understudy") as api:
        api.headers["Authorization"] = f"Bearer {runcomfy.api_key}"
        job = api.post(ORDER, json={"prompt": "a red tram"}).json()
        while api.get(f"/v1/requests/{job['request_id']}/status").json()["status"] != "completed":
            time.sleep(7)
    assert runcomfy.clock.now == 63


# -- what stays real


def heart(handle: StandIn, stop: threading.Event, pings: list[float]) -> None:
    while not stop.is_set():
        pings.append(handle.clock.now)
        handle.client().get("/v1/models?limit=1")
        time.sleep(5)


@pytest.mark.parametrize("first", ["heart", "poller"])
def test_a_heartbeat_neither_spins_nor_storms(runcomfy: StandIn, first: str) -> None:
    runcomfy.script(queued=0, running=600)
    stop, pings = threading.Event(), list[float]()
    thread = threading.Thread(target=heart, args=(runcomfy, stop, pings), daemon=True)
    if started := first == "heart":
        thread.start()
        while not (rooms := fast_forward.FORCE._rooms) or not rooms[runcomfy.name].restless:
            threading.Event().wait(0.001)

    def nap(seconds: float) -> None:
        nonlocal started
        if not started:
            started = True
            thread.start()
        time.sleep(seconds)

    task = poll(runcomfy, 5, nap)
    threading.Event().wait(0.15)  # real idle time, in which nobody waits for anything
    asked = len(pings)
    threading.Event().wait(0.1)
    stop.set()
    assert len(pings) == asked
    assert 1 <= asked <= (2 if first == "heart" else 600 / 5 + 3)
    assert_as_on_a_real_clock(runcomfy, task, 5)


@pytest.mark.parametrize("what", ["delay", "drip", "wrong-type", ""])
def test_who_was_told_late_or_in_drops_was_told(runcomfy: StandIn, what: str) -> None:
    if what:
        more: Any = {} if what == "wrong-type" else {"seconds": 0.001}
        runcomfy.fault(what, on="poll", times="always", **more)
    runcomfy.script(queued=0, running=60)
    poll(runcomfy)
    time.sleep(0.001)
    assert (runcomfy.clock.now, len(runcomfy.requests(on="poll"))) == (60, 13)


def test_a_sleep_for_nothing_is_real(runcomfy: StandIn) -> None:
    began = time.perf_counter()
    time.sleep(0.01)
    asyncio.run(asyncio.sleep(0.01))
    anyio.run(anyio.sleep, 0.01)
    assert time.perf_counter() - began >= 0.03
    assert runcomfy.clock.now == 0


def test_sleeps_of_the_wire_and_of_the_house_are_real(runcomfy: StandIn) -> None:
    runcomfy.script(queued=0, running=600)
    runcomfy.client().post(ORDER, json={"prompt": "a red tram"})
    for name in (
        "urllib3.util.retry",
        "requests.x",
        "aiohttp",
        "concurrent.futures",
        "understudy.mocks.x",
        "uvicorn.x",
    ):
        space: dict[str, Any] = {"__name__": name, "time": time, "asyncio": asyncio}
        exec("def nap(): time.sleep(0.001)\nasync def anap(): await asyncio.sleep(0.001)", space)
        space["nap"]()
        asyncio.run(space["anap"]())
    runcomfy.call(lambda: time.sleep(0.001))
    assert runcomfy.clock.now == 0


@pytest.mark.parametrize("none", [0, 0.0, -1])
def test_a_sleep_of_nothing_moves_nothing(runcomfy: StandIn, none: float) -> None:
    runcomfy.client().post(ORDER, json={"prompt": "a red tram"})
    asyncio.run(asyncio.sleep(none))
    if none < 0:
        with pytest.raises(ValueError, match="non-negative"):
            time.sleep(none)
    else:
        time.sleep(none)
    with pytest.raises(TypeError):
        time.sleep("5")  # type: ignore[arg-type]
    assert runcomfy.clock.now == 0


def test_a_limit_on_real_time_stays_one_and_what_it_cuts_off_is_forgotten(runcomfy: StandIn) -> None:
    runcomfy.script(queued=0, running=600)
    runcomfy.client().post(ORDER, json={"prompt": "a red tram"})

    async def story() -> None:
        with held(runcomfy):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(asyncio.sleep(5), 0.01)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await asyncio.sleep(5)
            task = asyncio.create_task(asyncio.sleep(5))
            await asyncio.to_thread(asleep, runcomfy)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert runcomfy.call(lambda: runcomfy.session.clock.due) == 600
        assert await asyncio.sleep(7, "a word") == "a word"

    asyncio.run(story())
    assert runcomfy.clock.now == 7
