"""Answers that flow: a piece when its moment has come, the journal keeps what went out, faults take the whole."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest
from understudy.contracts import events
from understudy.mocks.engine.clock import STALLED
from understudy.tests.toy.hooks import ToyHooks, server
from understudy.tests.world import WAYS, Ask, World

WORD = "cube"
BODY = b"".join(events.written({"letter": letter}) for letter in WORD) + events.written(events.LAST)
SPOILT = {"truncated": BODY[: len(BODY) // 2], "empty": b"", "html": None, "garbled": None}


@pytest.fixture(scope="module", autouse=True)
def _stopped() -> Any:
    yield
    server().stop()
    server.cache_clear()


class TestStreams(ToyHooks):
    @pytest.fixture(scope="class", params=WAYS)
    @classmethod
    def way(cls, request: pytest.FixtureRequest) -> str:
        return str(request.param)

    def order(self, **more: Any) -> Ask:
        return Ask("POST", "/make/cube", {"text": WORD, **more})

    def spell(self, world: World) -> Ask:
        return Ask("GET", f"/jobs/{self.submit(world)}/spell")

    def test_on_its_own_clock_nobody_waits(self, way: str) -> None:
        with self.world(way) as world:
            began = time.monotonic()
            answer = world.send(self.spell(world))
            assert time.monotonic() - began < STALLED
            assert answer.content == BODY
            assert answer.headers["content-type"] == events.KIND
            assert world.clock.now == len(WORD)

    def test_the_journal_keeps_what_went_out(self, way: str) -> None:
        with self.world(way) as world:
            world.send(self.spell(world))
            (kept,) = world.handle.requests(on="spell")
            assert (kept.answer_body, kept.status, kept.at, kept.bent) == (BODY, 200, len(WORD), "")
            assert not kept.findings
            assert kept.answer_headers == ((b"content-type", events.KIND.encode()),), "nobody knows how long it will be"
            assert world.handle.session.clock.open == 0

    def test_on_a_hand_moved_clock_each_piece_waits_for_its_moment(self) -> None:
        with self.world("over a socket", clock="manual") as world:
            ask = self.spell(world)
            headers = self.headers(world.handle.api_key)
            with httpx.stream("GET", world.base + ask.path, headers=headers, timeout=5, trust_env=False) as answer:
                lines = (line for line in answer.iter_lines() if line)
                seen = []
                for _ in WORD:
                    world.clock.advance(1)
                    seen.append(next(lines))
                assert seen == [f'data: {{"letter":"{letter}"}}' for letter in WORD]
                assert list(lines) == ["data: [DONE]"]

    def test_others_are_answered_meanwhile(self, way: str) -> None:
        with self.world(way) as world:
            name = self.submit(world)
            first = world.said(Ask("GET", f"/jobs/{name}"))
            world.send(Ask("GET", f"/jobs/{name}/spell"))
            last = world.said(Ask("GET", f"/jobs/{name}"))
            assert (first["state"], last["state"]) == ("waiting", "working")

    @pytest.mark.parametrize("what", SPOILT)
    def test_a_fault_that_spoils_an_answer_spoils_the_whole_of_it(self, way: str, what: str) -> None:
        with self.world(way) as world:
            ask = self.spell(world)
            world.handle.fault(what, on="spell")
            answer = world.send(ask)
            assert answer.content != BODY
            if SPOILT[what] is not None:
                assert answer.content == SPOILT[what]
            assert world.handle.requests(on="spell")[0].bent.startswith(f"fault({what!r}")

    @pytest.mark.parametrize("when", ["before", "after"])
    def test_a_status_takes_its_place(self, way: str, when: str) -> None:
        with self.world(way) as world:
            ask = self.spell(world)
            world.handle.fault(503, on="spell", when=when)
            assert world.send(ask).status_code == 503
            assert world.send(ask).content == BODY

    @pytest.mark.parametrize("what", ["drop", "reset", "cut", "garbage"])
    def test_a_connection_that_breaks(self, way: str, what: str) -> None:
        with self.world(way) as world:
            ask = self.spell(world)
            world.handle.fault(what, on="spell")
            with pytest.raises(httpx.TransportError):
                world.send(ask)
            assert world.send(ask).content == BODY

    @pytest.mark.parametrize("what", ["drip", "delay"])
    def test_what_is_only_slow_comes_whole(self, way: str, what: str) -> None:
        with self.world(way) as world:
            ask = self.spell(world)
            world.handle.fault(what, on="spell", seconds=0.05)
            assert world.send(ask).content == BODY

    def test_a_session_that_ends_lets_nobody_wait(self) -> None:
        with self.world("over a socket", clock="manual") as world:
            ask = self.spell(world)
            headers = self.headers(world.handle.api_key)
            with httpx.stream("GET", world.base + ask.path, headers=headers, timeout=5, trust_env=False) as answer:
                world.clock.advance(1)
                lines = answer.iter_lines()
                assert next(lines) == 'data: {"letter":"c"}'
                world.handle.reset()
                assert [line for line in lines if line] == []
