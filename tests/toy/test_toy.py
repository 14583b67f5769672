"""The toy keeps every promise: the seam holds for a provider that the house has never heard of."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from understudy.mocks.app import App
from understudy.mocks.settings import Settings
from understudy.tests.promises import Promises
from understudy.tests.toy.hooks import ToyHooks, server
from understudy.tests.toy.toy import LONGEST_HOLD, MOST_WAITING, Toy
from understudy.tests.world import Ask, World


@pytest.fixture(scope="module", autouse=True)
def _stopped() -> Any:
    yield
    server().stop()
    server.cache_clear()


class TestToy(ToyHooks, Promises):
    # -- what only the toy has: a request that waits, a no that time lifts, news that is owed

    def hold(self, name: str) -> Ask:
        return Ask("GET", f"/jobs/{name}/hold")

    def test_a_held_request_is_answered_at_the_end(self, way: str) -> None:
        with self.world(way) as world:
            world.handle.script(queued=2, running=20)
            name = self.submit(world)
            assert world.said(self.hold(name))["state"] == "done"
            assert world.clock.now == 22

    def test_a_held_request_on_a_stuck_task_is_answered_at_the_limit(self, way: str) -> None:
        with self.world(way) as world:
            world.handle.script(queued=2, stuck=True)
            name = self.submit(world)
            assert world.said(self.hold(name))["state"] == "working"
            assert world.clock.now == LONGEST_HOLD

    def together(self, world: World, *asks: Callable[[httpx.AsyncClient], Awaitable[Any]]) -> list[Any]:
        async def run() -> list[Any]:
            async with world.async_client() as client, asyncio.timeout(10):
                return await asyncio.gather(*(ask(client) for ask in asks))

        return asyncio.run(run())

    def test_held_requests_are_answered_in_order_of_their_dates(self, way: str) -> None:
        with self.world(way, slots=1) as world:
            world.handle.script(queued=0, running=5, times="always")
            names = [self.submit(world) for _ in range(4)]
            self.together(world, *[lambda client, name=name: client.get(f"/jobs/{name}/hold") for name in names])
            held = world.handle.requests(on="hold")
            assert [(e.task, e.at, e.json["state"]) for e in held] == [
                (name, 5.0 * (at + 1), "done") for at, name in enumerate(names)
            ]

    def test_a_cancel_answers_whoever_waits_for_that_task_or_behind_it(self, way: str) -> None:
        with self.world(way, clock="manual", slots=1) as world:
            world.handle.script(queued=0, running=20)
            world.handle.script(queued=0, running=0)
            first, second = self.submit(world), self.submit(world)

            async def stop(client: httpx.AsyncClient) -> int:
                while len(world.handle.session.clock._waiters) < 2:
                    await asyncio.sleep(0)
                return (await client.delete(f"/jobs/{first}")).status_code

            told = self.together(world, lambda c: c.get(f"/jobs/{first}/hold"), lambda c: c.get(f"/jobs/{second}/hold"),
                                 stop)  # fmt: skip
            assert [answer.json()["state"] for answer in told[:2]] == ["gone", "done"]
            assert world.clock.now == 0

    def test_advance_answers_whoever_waits(self, way: str) -> None:
        with self.world(way, clock="manual") as world:
            name = self.submit(world)

            async def advance(client: httpx.AsyncClient) -> None:
                while not world.handle.session.clock._waiters:
                    await asyncio.sleep(0)
                world.clock.advance(5)

            told, _ = self.together(world, lambda c: c.get(f"/jobs/{name}/hold"), advance)
            assert told.json()["state"] == "done"

    def test_when_the_session_ends_whoever_waits_is_answered(self, way: str) -> None:
        with self.world(way, clock="manual") as world:
            name = self.submit(world)

            async def reset(client: httpx.AsyncClient) -> None:
                while not world.handle.session.clock._waiters:
                    await asyncio.sleep(0)
                world.handle.reset()

            told, _ = self.together(world, lambda c: c.get(f"/jobs/{name}/hold"), reset)
            assert (told.status_code, told.json()) == (503, {"no": "status 503"})

    def test_a_no_that_time_lifts_is_lifted_by_asking_again(self, way: str) -> None:
        with self.world(way, slots=1) as world:
            world.handle.script(queued=0, running=8, times="always", optional=True)
            for _ in range(MOST_WAITING + 1):
                self.submit(world)
            refused = world.send(self.order())
            assert (refused.status_code, refused.headers["x-until"]) == (429, b"8.000000".decode())
            assert world.send(self.order(copies=2)).status_code == 429, "another body is another question"
            assert world.clock.now == 0
            assert world.send(self.order()).status_code == 200
            assert world.clock.now == 8

    def test_a_no_that_nothing_lifts_stays(self, way: str) -> None:
        with self.world(way, slots=1) as world:
            world.handle.script(queued=0, stuck=True)
            for _ in range(MOST_WAITING + 1):
                self.submit(world)
            assert {world.send(self.order()).status_code for _ in range(4)} == {429}
            assert world.clock.now == 0

    def test_on_a_manual_clock_asking_again_lifts_nothing(self, way: str) -> None:
        with self.world(way, slots=1, clock="manual") as world:
            world.handle.script(queued=0, running=8, times="always")
            for _ in range(MOST_WAITING + 1):
                self.submit(world)
            assert {world.send(self.order()).status_code for _ in range(3)} == {429}
            world.clock.advance(8)
            assert world.send(self.order()).status_code == 200


def test_an_order_begins_when_its_body_is_whole() -> None:
    async def played() -> tuple[list[float], int]:
        app = App(Settings(), dialects={"toy": Toy})
        session = app.open("here", Settings(clock="manual"), loop=asyncio.get_running_loop())
        headers = [(b"x-api-key", dict(app.keys(session))["toy"].encode()), (b"content-type", b"application/json")]
        statuses = []

        async def receive() -> dict[str, Any]:
            session.clock.advance(3)
            return {"type": "http.request", "body": b'{"text": "slow"}', "more_body": False}

        async def send(message: Any) -> None:
            statuses.append(message.get("status"))

        await app({"type": "http", "method": "POST", "path": "/~here/toy/make/cube", "query_string": b"",
                   "headers": headers}, receive, send)  # fmt: skip
        return [task.timeline.times[0] for task in session.tasks.values()], statuses[0]

    assert asyncio.run(played()) == ([3.0], 200)
