"""The lens: what passes it passes as it is, and what it adds depends on nothing but the requests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from understudy.contracts.checks.asking.lens import DOCUMENT, EVERY, FAILS, Lens
from understudy.contracts.checks.judging.referee import Referee
from understudy.contracts.checks.move import Move
from understudy.contracts.exchange import Exchange
from understudy.tests.checks.worlds import Bend, answered, refereed

TURBO = "/v1/models/tongyi-mai/z-image/turbo"
Headers = tuple[tuple[bytes, bytes], ...]


@pytest.fixture
def referee() -> Iterator[Referee]:
    one = refereed()
    yield one
    one.subject.close()


def lens(referee: Referee) -> Lens:
    return Lens(referee, [referee.contract.catalogue.models["tongyi-mai/z-image/turbo"]])


def ask(
    through: Lens, method: str, path: str, headers: Headers = (), *parts: bytes
) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """One request over ASGI; the body may come in parts."""
    waiting = [{"body": part, "more_body": at + 1 < len(parts)} for at, part in enumerate(parts)] or [{}]
    told: list[Any] = []

    async def send(message: Any) -> None:
        told.append(message)

    async def receive() -> Any:
        return waiting.pop(0)

    raw, _, query = path.encode().partition(b"?")
    scope = {"type": "http", "method": method, "path": raw.decode(), "raw_path": raw, "query_string": query,
             "headers": list(headers)}  # fmt: skip
    asyncio.run(through(scope, receive, send))
    return told[0]["status"], told[0]["headers"], told[1]["body"]


def bearing(referee: Referee) -> Headers:
    return tuple((name.lower().encode(), value.encode()) for name, value in referee.headers())


def order(through: Lens) -> dict[str, Any]:
    headers = (*bearing(through.referee), (b"content-type", b"application/json"))
    status, _, body = ask(through, "POST", TURBO, headers, b'{"prompt": "a tram"}')
    assert status == 200
    told: dict[str, Any] = json.loads(body)
    return told


def exchanges(referee: Referee) -> list[Exchange]:
    return [step for step in referee.story if isinstance(step, Exchange)]


def test_it_shows_the_promise_with_itself_as_the_server_and_asks_nobody(referee: Referee) -> None:
    status, headers, body = ask(lens(referee), "GET", DOCUMENT)
    document = json.loads(body)
    assert (status, headers) == (200, [(b"content-type", b"application/json")])
    assert document["servers"] == [{"url": "/"}]
    assert [path for path, row in document["paths"].items() if "post" in row] == [
        TURBO, "/v1/requests/{request_id}/cancel"]  # fmt: skip
    assert referee.story == []


def test_a_request_is_asked_as_it_was_sent_without_what_is_the_generators_own(referee: Referee) -> None:
    headers = (
        (b"host", b"testserver"), (b"content-length", b"4"), (b"x-schemathesis-testcaseid", b"abc"),
        (b"x-more", b"\xe9"), (b"x-more", b"twice"),
    )  # fmt: skip
    ask(lens(referee), "PUT", "/v1/a%2Fb/%E2%9C%93?x=%20&x=+", headers, b"ab", b"", b"cd")
    (said,) = exchanges(referee)
    assert (said.method, said.url, said.request_body) == ("PUT", "/v1/a%2Fb/%E2%9C%93?x=%20&x=+", b"abcd")
    assert said.request_headers == ((b"x-more", b"\xe9"), (b"x-more", b"twice"))


def test_an_answer_goes_back_as_it_came(referee: Referee) -> None:
    status, headers, body = ask(lens(referee), "GET", "/v1/models?limit=1", bearing(referee))
    (said,) = exchanges(referee)
    assert (status, tuple(headers), body) == (said.status, said.answer_headers, said.answer_body)
    assert (said.status, said.operation) == (200, "list_models")


def test_what_was_not_answered_looks_like_nothing_that_is_fine() -> None:
    silent: Bend = lambda _subject, _ask, said: answered(said, 0, b"connection refused", ())  # noqa: E731
    referee = refereed(silent)
    status, _, body = ask(lens(referee), "GET", "/v1/models", bearing(referee))
    assert (status, body) == (502, b"no answer: connection refused")
    referee.subject.close()


def test_time_passes_and_orders_fail_by_the_count_of_requests_alone(referee: Referee) -> None:
    through = lens(referee)
    stories = []
    for _ in range(2):
        referee.begin()
        fresh = lens(referee)
        for _ in range(2 * FAILS):
            order(fresh)
        stories.append([str(step) if isinstance(step, Move) else step.answer_body for step in referee.story])
    assert stories[0] == stories[1]
    assert stories[0].count("the next order is to fail") == 2
    assert sum("pass" in str(step) for step in stories[0]) == 2 * FAILS // EVERY
    assert through.referee.subject.now


def test_an_order_that_is_to_fail_does(referee: Referee) -> None:
    through = lens(referee)
    last = [order(through) for _ in range(FAILS)][-1]
    referee.play(Move("advance", amount=600.0))
    path = f"/v1/requests/{last['request_id']}/result"
    assert json.loads(ask(through, "GET", path, bearing(referee))[2])["status"] == "failed"


def test_a_subject_whose_clock_nobody_moves_is_only_asked() -> None:
    referee = refereed()
    referee.subject.can = frozenset()
    through = lens(referee)
    for _ in range(2 * FAILS):
        order(through)
    assert len(exchanges(referee)) == len(referee.story) == 2 * FAILS
    referee.subject.close()


def test_it_passes_http_alone(referee: Referee) -> None:
    with pytest.raises(NotImplementedError, match="websocket came"):
        asyncio.run(lens(referee)({"type": "websocket"}, None, None))  # type: ignore[arg-type]
