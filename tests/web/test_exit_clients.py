"""What a client makes of a fault, with a socket or without, and what it leaves behind."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from PIL import Image, UnidentifiedImageError
from understudy.mocks.engine.fault import OF_ANSWERS, Fault
from understudy.mocks.web.dialect import Answer
from understudy.mocks.web.exit import SILENT, leave, rendered
from understudy.tests.web.broken import ANSWERED, LIST, SOON, TURBO, UNANSWERED, WAYS, World, opened_world


@pytest.fixture(params=WAYS)
def at(request: pytest.FixtureRequest) -> Iterator[World]:
    with opened_world(request.param) as made:
        yield made


# -- as a client sees it


@pytest.mark.parametrize("what", ANSWERED)
def test_what_a_client_is_answered(at: World, what: str) -> None:
    whole = at.client.get(LIST)
    more: Any = {"seconds": SOON[what]} if what in SOON else {}
    at.handle.fault(what, **more)
    answer = at.client.get(LIST)
    assert answer.status_code == (502 if what == "html" else 200)
    if what in ("delay", "drip", "wrong-type"):
        assert answer.json() == whole.json()
    else:
        with pytest.raises(ValueError, match=r"."):
            answer.json()
    assert at.last.bent.startswith(f"fault({what!r}")
    assert (at.last.status, at.last.answer_body) == (answer.status_code, answer.content)
    assert at.client.get(LIST).json() == whole.json()
    assert not at.handle.findings, "what was bent is not judged"


@pytest.mark.parametrize("what", UNANSWERED)
def test_what_a_client_raises(at: World, what: str) -> None:
    whole = at.client.get(LIST)
    at.handle.fault(what)
    with pytest.raises(UNANSWERED[what]) as wrong:
        at.client.get(LIST)
    if what == "drop":
        assert str(wrong.value) == "Server disconnected without sending a response."
    if what == "cut":
        half, size = len(whole.content) // 2, len(whole.content)
        assert f"received {half} bytes, expected {size}" in str(wrong.value)
    exchange = at.last
    assert exchange.bent.startswith(f"fault({what!r}")
    if what in SILENT:
        assert (exchange.status, exchange.answer_headers, exchange.answer_body) == (0, (), b"")
    else:
        assert (exchange.status, exchange.answer_body) == (200, whole.content)
    assert at.client.get(LIST).json() == whole.json(), "the next connection is a good one"


@pytest.mark.parametrize("what", ["cut", "malformed"])
def test_who_reads_as_it_comes_gets_the_head_and_then_the_end(at: World, what: str) -> None:
    whole = at.client.get(LIST).content
    at.handle.fault(what)
    came = b""
    with at.client.stream("GET", LIST) as answer:
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
        parts = answer.iter_bytes()
        if what == "cut":
            came = next(parts)
        with pytest.raises(httpx.RemoteProtocolError):
            next(parts)
    assert came == (whole[: len(whole) // 2] if what == "cut" else b"")


@pytest.mark.parametrize("what", [*ANSWERED, *UNANSWERED])
def test_an_async_client_sees_the_same(at: World, what: str) -> None:
    more: Any = {"seconds": SOON[what]} if what in SOON else {}
    at.handle.fault(what, **more)

    async def asked() -> int | type[Exception]:
        headers = dict(at.client.headers)
        way: Any = (
            {"transport": at.handle.transport} if at.way == "in process" else {"trust_env": False, "verify": False}
        )
        async with httpx.AsyncClient(base_url=str(at.client.base_url), headers=headers, **way) as client:
            try:
                return (await client.get(LIST)).status_code
            except httpx.TransportError as wrong:
                return type(wrong)

    assert asyncio.run(asked()) == UNANSWERED.get(what, 502 if what == "html" else 200)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_client_loses_its_patience_and_the_server_goes_on(at: World, when: Any) -> None:
    at.handle.fault("delay", seconds=10, when=when)
    with at.fresh(timeout=0.05) as hasty, pytest.raises(httpx.ReadTimeout):
        hasty.post(TURBO, json={"prompt": "a red tram"})
    assert len(at.handle.tasks) == (when == "after")
    assert at.client.get(LIST).status_code == 200


def test_an_async_client_loses_its_patience() -> None:
    with opened_world("in process") as at:
        at.handle.fault("delay", seconds=10)

        async def asked() -> None:
            async with httpx.AsyncClient(
                transport=at.handle.transport, headers=at.client.headers, timeout=0.05
            ) as hasty:
                await hasty.get("http://understudy" + LIST)

        with pytest.raises(httpx.ReadTimeout):
            asyncio.run(asked())


def test_who_hears_something_keeps_its_patience(at: World) -> None:
    at.handle.fault("drip", seconds=0.3, parts=30)
    with at.fresh(timeout=0.2) as client:
        assert client.get(LIST).status_code == 200


def test_the_parts_of_a_drip_come_one_by_one() -> None:
    async def dripped(body: bytes, parts: int) -> list[bytes]:
        came: list[bytes] = []

        async def send(message: Any) -> None:
            if "body" in message:
                came.append(message["body"])
                assert message.get("more_body", False) is not (sum(map(len, came)) == len(body))

        said = rendered(Answer(200, body=body))
        await leave(lambda: None, send, said, False, Fault("drip", parts=parts), 0.0)  # type: ignore[arg-type,return-value]
        return came

    for size in range(1, 14):
        for parts in range(1, 16):
            body = bytes(range(size))
            came = asyncio.run(dripped(body, parts))
            assert b"".join(came) == body
            assert len(came) == -(-size // -(-size // parts))
            assert len(came) <= parts


def test_a_server_whose_connections_cannot_be_broken_is_told(at: World) -> None:
    async def send(message: Any) -> None:
        raise AssertionError("nothing is sent")

    with pytest.raises(ConnectionError, match=r"^expected a server .+; came another; the fault 'drop' needs"):
        asyncio.run(leave(lambda: None, send, (200, (), b""), False, Fault("drop")))  # type: ignore[arg-type,return-value]


# -- what it leaves behind


@pytest.mark.parametrize("what", [503, "html", "empty", *SILENT, *OF_ANSWERS])
@pytest.mark.parametrize("when", ["before", "after"])
def test_before_the_work_nothing_was_done_and_after_it_all_was(at: World, what: int | str, when: Any) -> None:
    more: Any = {"seconds": SOON[str(what)]} if what in SOON else {}
    at.handle.script(cost=2.5, optional=True)
    at.handle.fault(what, on="submit", when=when, **more)
    try:
        answer = at.submit()
        assert what not in UNANSWERED
        if when == "before" and what in OF_ANSWERS:
            assert answer.status_code == 502
    except httpx.TransportError:
        assert what in UNANSWERED
    done = when == "after"
    ledger = at.handle.ledger
    assert (len(at.handle.tasks), ledger.held) == (done, 2.5 * done)
    assert bool(at.last.task) is done
    at.handle.settle()
    assert at.handle.ledger.charged == 2.5 * done
    assert at.submit().status_code == 200


def test_one_that_goes_wrong_once_is_missed_by_nobody(at: World) -> None:
    wish = at.handle.fault("drop", times=2)
    for _ in range(2):
        with pytest.raises(httpx.RemoteProtocolError):
            at.client.get(LIST)
    assert at.client.get(LIST).status_code == 200
    assert (wish.struck, wish.missed) == (2, False)
    at.handle.assert_clean()


@pytest.mark.parametrize("what", ["garbled", "drop", "empty", 503])
def test_what_was_bent_was_not_given_and_moves_no_time(what: int | str) -> None:
    with opened_world("in process", clock="auto") as at:
        name = at.submit().json()["request_id"]
        at.handle.fault(what, on="poll", when="after", times=3)
        for _ in range(3):
            try:
                at.look(name)
            except httpx.RemoteProtocolError:
                assert what == "drop"
        assert at.handle.clock.now == 0
        told = [at.look(name).json()["status"] for _ in range(3)]
        assert told == ["in_queue", "in_progress", "completed"]


@pytest.mark.parametrize("what", ["delay", "drip", "wrong-type"])
def test_what_comes_whole_was_given_however_it_comes(what: str) -> None:
    with opened_world("in process", clock="auto") as at:
        name = at.submit().json()["request_id"]
        more: Any = {} if what == "wrong-type" else {"seconds": 0.001}
        at.handle.fault(what, on="poll", times="always", **more)
        assert [at.look(name).json()["status"] for _ in range(3)] == ["in_queue", "in_progress", "completed"]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("what", [503, "garbled", "drop"])
def test_in_auto_asking_again_lifts_what_lasts_until_a_moment(what: int | str, when: Any) -> None:
    with opened_world("in process", clock="auto") as at:
        name, other = (at.submit().json()["request_id"] for _ in range(2))
        wish = at.handle.fault(what, on="poll", until=60, when=when)
        for asked in (name, other):
            try:
                answer = at.look(asked)
                assert answer.status_code == (503 if what == 503 else 502 if when == "before" else 200)
            except httpx.RemoteProtocolError:
                assert what == "drop"
            assert at.handle.clock.now == 0, "each asked once"
        assert at.look(name).json()["status"] == "completed"
        assert (at.handle.clock.now, wish.struck, at.last.bent) == (60, 2, "")


def test_on_a_manual_clock_it_lasts_until_then() -> None:
    with opened_world("in process") as at:
        at.handle.fault(503, until=60)
        assert [at.client.get(LIST).status_code for _ in range(4)] == [503] * 4
        at.handle.clock.advance(59.999999)
        assert at.client.get(LIST).status_code == 503
        at.handle.clock.advance(0.000001)
        assert at.client.get(LIST).status_code == 200


# -- files


@pytest.mark.parametrize("form", ["png", "jpeg", "webp"])
@pytest.mark.parametrize("what", ["truncated", "garbled"])
def test_a_bent_file_does_not_open(at: World, what: str, form: str) -> None:
    address = at.file(form)
    whole = at.client.get(address).content
    at.handle.fault(what, on="media")
    came = at.client.get(address)
    assert came.status_code == 200
    assert len(came.content) == (len(whole) if what == "garbled" else len(whole) // 2)
    with pytest.raises((OSError, UnidentifiedImageError, SyntaxError)):
        Image.open(io.BytesIO(came.content)).load()
    assert at.client.get(address).content == whole


@pytest.mark.parametrize("what", UNANSWERED)
def test_a_download_breaks_off(at: World, what: str) -> None:
    address = at.file()
    whole = at.client.get(address).content
    at.handle.fault(what, on="media")
    with pytest.raises(UNANSWERED[what]):
        at.client.get(address)
    assert at.last.status == (0 if what in SILENT else 200)
    assert at.last.bent.startswith(f"fault({what!r}")
    assert at.client.get(address).content == whole


def test_a_range_is_bent_as_the_whole_is(at: World) -> None:
    address, span = at.file(), {"Range": "bytes=10-29"}
    whole = at.client.get(address).content
    at.handle.fault("truncated", on="media")
    half = at.client.get(address, headers=span)
    assert (half.status_code, half.content) == (206, whole[10:20])
    assert half.headers["content-range"] == f"bytes 10-29/{len(whole)}"
    at.handle.fault("cut", on="media")
    with pytest.raises(httpx.RemoteProtocolError, match="received 10 bytes, expected 20"):
        at.client.get(address, headers=span)
    at.handle.fault(503, on="media")
    assert [at.client.get(address, headers=span).status_code for _ in range(2)] == [503, 206]


def test_a_file_that_the_client_knows_has_no_body_to_bend(at: World) -> None:
    address = at.file()
    tag = at.client.get(address).headers["etag"]
    for what in ("garbled", "truncated", "cut"):
        at.handle.fault(what, on="media")
        answer = at.client.get(address, headers={"If-None-Match": tag})
        assert (answer.status_code, answer.content) == (304, b"")
    assert at.client.get(address).status_code == 200


def test_a_no_of_a_file_is_bent_as_any_answer_is(at: World) -> None:
    at.handle.fault("truncated", on="media")
    gone = at.client.get("/media/nothing.png")
    assert gone.status_code == 404
    with pytest.raises(ValueError, match=r"."):
        gone.json()
