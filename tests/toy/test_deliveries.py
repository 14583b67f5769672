"""News comes to whoever waits for it: webhooks, uploads and the built-in receiver, over real connections."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from understudy.mocks.engine.luck import digest
from understudy.mocks.engine.media.card import card_of
from understudy.tests.toy.hooks import ToyHooks, server
from understudy.tests.world import WAYS, Ask, World
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.sync.client import ClientConnection, connect

CLOCKS = ("auto", "x1000")


@pytest.fixture(scope="module", autouse=True)
def _stopped() -> Any:
    yield
    server().stop()
    server.cache_clear()


class TestDeliveries(ToyHooks):
    @pytest.fixture(scope="class", params=WAYS)
    @classmethod
    def way(cls, request: pytest.FixtureRequest) -> str:
        return str(request.param)

    @contextmanager
    def open_world(self, way: str, **settings: Any) -> Iterator[World]:
        with self.world(way, **settings) as world:
            self.url = world.handle.webhooks.url
            yield world

    def asked(self, world: World, path: str = "", **more: Any) -> str:
        return self.taken(world.said(self.order(tell=self.url + path, **more)))

    @staticmethod
    def states(world: World, job: str = "") -> list[str]:
        came = world.handle.webhooks.received
        return [each.json["state"] for each in came if job in ("", each.json["job"])]

    @pytest.mark.parametrize("clock", CLOCKS)
    def test_who_only_waits_for_its_webhook_has_it_soon(self, way: str, clock: str) -> None:
        with self.open_world(way, clock=clock) as world:
            world.handle.script(queued=1, running=20)
            began = time.monotonic()
            job = self.asked(world)
            assert len(world.handle.webhooks.wait(3)) == 3
            assert time.monotonic() - began < 0.5  # 0.2 s is the promise; these machines are noisy
            assert self.states(world, job) == ["waiting", "working", "done"]
            assert world.clock.now >= 21

    def test_on_a_manual_clock_it_comes_when_the_test_moves_it(self, way: str) -> None:
        with self.open_world(way, clock="manual") as world:
            self.asked(world)
            world.clock.advance(0.5)
            assert [each.at for each in world.handle.webhooks.wait(1)] == [0.5]
            world.clock.advance(0.5)
            world.handle.webhooks.wait(2)
            world.handle.settle()
            assert self.states(world) == ["waiting", "working", "done"]
            with pytest.raises(TimeoutError, match="expected 4 to be received"):
                world.handle.webhooks.wait(4, timeout=0.01)

    def test_a_test_may_wait_on_its_own_loop(self, way: str) -> None:
        async def played(world: World) -> int:
            self.asked(world)
            return len(await world.handle.webhooks.await_(3))

        with self.open_world(way) as world:
            assert asyncio.run(played(world)) == 3

    def test_what_is_not_taken_comes_again_on_the_clock(self, way: str) -> None:
        with self.open_world(way) as world:
            world.handle.script(queued=0, running=10)
            world.handle.webhooks.answer(500, times=2)
            self.asked(world)
            world.handle.settle()
            out = world.handle.requests(on="webhook")
            told = [(each.status, each.at, each.direction) for each in out]
            assert told == [(500, 0, "out"), (500, 1, "out"), (200, 5, "out"), (200, 10, "out")]
            assert not world.handle.findings

    def test_what_nobody_takes_is_told_and_given_up(self, way: str) -> None:
        with self.open_world(way) as world:
            world.handle.script(looks=0)
            world.handle.webhooks.answer(500, times="always")
            self.asked(world)
            world.handle.settle()
            assert len(world.handle.requests(on="webhook")) == 6
            assert [finding.rule for finding in world.handle.findings] == ["undelivered"]

    def test_what_goes_elsewhere_is_blocked_and_told(self, way: str) -> None:
        with self.open_world(way) as world:
            world.handle.script(looks=0)
            self.taken(world.said(self.order(tell="https://hooks.example/x")))
            world.handle.settle()
            assert {finding.rule for finding in world.handle.findings} == {"blocked-delivery"}
            assert all("--allow-host" in finding.came + finding.cure for finding in world.handle.findings)
            assert {each.status for each in world.handle.requests(on="webhook")} == {0}

    def test_files_are_put_where_they_were_wanted(self, way: str) -> None:
        with self.open_world(way) as world:
            world.said(self.order(copies=2, put=world.handle.webhooks.url + "/here"))
            world.handle.settle()
            came = world.handle.webhooks.received
            assert [(each.method, each.path.rpartition("/")[2]) for each in came] == [("PUT", "here")] * 2
            assert [card_of(each.body)["index"] for each in came] == [0, 1]

    def test_a_cancel_is_news_too(self, way: str) -> None:
        with self.open_world(way, clock="manual", slots=1) as world:
            first, second = self.asked(world), self.asked(world)
            assert self.cancel(world, first)
            world.handle.settle()
            assert self.states(world, first) == ["waiting", "gone"]
            assert self.states(world, second) == ["waiting", "working", "done"]
            assert world.clock.now == 5

    def test_a_cue_is_news_too(self, way: str) -> None:
        with self.open_world(way) as world:
            world.handle.script(manual=True)
            self.asked(world)
            world.handle.webhooks.wait(1)
            world.handle.cue()
            assert world.handle.webhooks.wait(2)[-1].json["state"] == "working"
            world.handle.cue()
            assert world.handle.webhooks.wait(3)[-1].json["state"] == "done"

    @pytest.mark.parametrize(
        ("what", "seen"),
        [
            ("lost", ["working", "done"]),
            ("late", ["working", "done", "waiting"]),
            ("duplicated", ["waiting", "waiting", "working", "done"]),
            ("reordered", ["working", "waiting", "done"]),
        ],
    )
    def test_a_fault_bends_a_delivery(self, way: str, what: str, seen: list[str]) -> None:
        with self.open_world(way) as world:
            world.handle.fault(what, on="webhook")
            self.asked(world)
            world.handle.settle()
            assert self.states(world) == seen
            world.handle.assert_clean()

    def test_a_webhook_may_come_before_the_answer(self, way: str) -> None:
        with self.open_world(way) as world:
            world.handle.script(queued=1, running=3)
            world.handle.fault("early")
            self.asked(world)
            assert self.states(world) == ["waiting", "working", "done"]  # and nobody has waited for them
            world.handle.assert_clean()

    def test_addresses_are_served_beside_each_other_and_each_in_order(self, way: str) -> None:
        with self.open_world(way, slots=3) as world:
            jobs = {self.asked(world, f"/{digest(at)[:4]}"): f"/{digest(at)[:4]}" for at in range(12)}
            world.handle.settle()
            for job, path in jobs.items():
                came = [each for each in world.handle.webhooks.received if each.path.endswith(path)]
                assert [each.json["job"] for each in came] == [job] * 3
                assert self.states(world, job) == ["waiting", "working", "done"]

    def test_a_webhook_that_asks_back_is_answered(self, way: str) -> None:
        """Whoever handles a webhook asks for the result at once, and finds the state that it was told of."""
        with self.open_world(way) as world:
            job = self.asked(world)
            world.handle.webhooks.wait(3)
            assert world.said(Ask("GET", f"/jobs/{job}"))["state"] == "done"

    def test_a_reset_forgets_what_came(self, way: str) -> None:
        with self.open_world(way) as world:
            self.asked(world)
            world.handle.webhooks.wait(3)
            world.handle.reset()
            assert world.handle.webhooks.received == []
            assert world.handle.webhooks.url == self.url

    def test_who_waits_for_what_never_comes_is_told_when_the_session_ends(self, way: str) -> None:
        with self.open_world(way) as world, ThreadPoolExecutor() as pool:
            waiting = pool.submit(world.handle.webhooks.wait, 1, 60)
            while not world.handle.session.receiver._waiting:
                pass
            world.handle.reset()
            with pytest.raises(TimeoutError, match="before the session ended"):
                waiting.result(5)

    def test_pushes_come_over_a_socket_in_order(self, way: str) -> None:
        with self.world(way) as world, dialled(world, world.handle.api_key) as socket:
            socket.send("hello")
            assert json.loads(socket.recv(5)) == {"heard": "hello"}
            job = self.taken(world.said(self.order(tell="socket")))
            told = [json.loads(socket.recv(5)) for _ in range(3)]
            assert told == [{"job": job, "state": state} for state in ("waiting", "working", "done")]
            world.handle.settle()
            pushed = world.handle.requests(on="push")
            assert [(each.status, each.direction, each.at) for each in pushed[1:]] == [
                (200, "out", 0), (200, "out", 1), (200, "out", 5)]  # fmt: skip

    def test_a_fault_bends_a_push_and_a_closed_socket_is_told(self, way: str) -> None:
        with self.world(way) as world:
            with dialled(world, world.handle.api_key) as socket:
                world.handle.fault("duplicated", on="push")
                socket.send("twice")
                assert [json.loads(socket.recv(5)) for _ in range(2)] == [{"heard": "twice"}] * 2
                socket.send("over")
                assert json.loads(socket.recv(5)) == {"heard": "over"}
            while world.handle.session.cast["toy"].lines["account-1"].open:
                pass
            world.said(self.order(tell="socket"))
            world.handle.settle()
            assert {finding.rule for finding in world.handle.findings} == {"undelivered"}

    def test_a_socket_is_told_of_and_broken_without_a_word(self, way: str) -> None:
        with self.world(way) as world, dialled(world, world.handle.api_key) as socket:
            socket.send("hello")
            assert json.loads(socket.recv(5)) == {"heard": "hello"}
            (told,) = world.handle.sockets
            assert (told.account, told.provider, told.waiting) == ("account-1", "toy", 0)
            assert world.handle.sockets.drop() == 1
            with pytest.raises(ConnectionClosedError):
                socket.recv(5)
            assert not len(world.handle.sockets)

    def test_a_provider_that_says_nothing_of_silence_closes_no_socket_for_it(self, way: str) -> None:
        with self.world(way) as world, dialled(world, world.handle.api_key) as socket:
            socket.send("hello")
            assert json.loads(socket.recv(5)) == {"heard": "hello"}
            world.handle.clock.advance(100_000, idle=True)
            socket.send("again")
            assert json.loads(socket.recv(5)) == {"heard": "again"}

    def test_a_session_that_ends_breaks_its_sockets(self, way: str) -> None:
        with self.world(way) as world, dialled(world, world.handle.api_key) as socket:
            socket.send("hello")
            assert json.loads(socket.recv(5)) == {"heard": "hello"}
            world.handle.reset()
            with pytest.raises(ConnectionClosedError):
                socket.recv(5)

    def test_a_caller_without_a_key_is_not_let_in(self, way: str) -> None:
        with self.world(way) as world, pytest.raises(InvalidStatus):
            dialled(world, "nobody").close()


def dialled(world: World, key: str) -> ClientConnection:
    return connect(world.handle.ws_url + "/socket", additional_headers={"X-Api-Key": key}, proxy=None)
