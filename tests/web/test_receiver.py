"""The webhook receiver of a session: it takes anything, in process and over the socket, and answers as it was told."""

from __future__ import annotations

import asyncio
import http.client
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from understudy.mocks.app import App
from understudy.mocks.engine.clock import Clock
from understudy.mocks.settings import Settings
from understudy.mocks.stand_in import StandIn, opened
from understudy.mocks.web import receiver as module
from understudy.mocks.web.egress import Gate
from understudy.mocks.web.receiver import Received, Receiver

WAYS = ("in process", "over a socket")


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def handle() -> Iterator[StandIn]:
    handle = opened("runcomfy", Settings(clock="manual", max_body=1000))
    yield handle
    handle.close()


def client(handle: StandIn, way: str) -> httpx.Client:
    """A client whose base is the receiver's address."""
    root = "http://understudy" if way == WAYS[0] else handle.url.partition("/~")[0]
    where: Any = {"transport": handle.transport} if way == WAYS[0] else {"verify": False, "trust_env": False}
    return httpx.Client(base_url=f"{root}/~{handle.name}/__hooks__", **where)


def came(handle: StandIn) -> list[Received]:
    return handle.call(lambda: list(handle.session.receiver.received))


# -- what it takes


def test_what_came_is_kept_as_it_came(handle: StandIn, way: str) -> None:
    handle.clock.advance(3)
    with client(handle, way) as sender:
        answer = sender.post("/a/b?x=%C3%A9&y=", json={"id": 7}, headers={"X-Task": "t"})
    assert (answer.status_code, answer.json()) == (200, {"received": True})
    assert answer.headers["content-type"] == "application/json"
    one = came(handle)[0]
    assert (one.method, one.path) == ("POST", f"/~{handle.name}/__hooks__/a/b?x=%C3%A9&y=")
    assert (one.body, one.json, one.at, one.status) == (b'{"id":7}', {"id": 7}, 3, 200)
    assert (b"x-task", b"t") in one.headers


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "REPORT"])
def test_any_method_is_taken(handle: StandIn, way: str, method: str) -> None:
    with client(handle, way) as sender:
        answer = sender.request(method, "")
    assert answer.status_code == 200
    assert answer.content == (b"" if method == "HEAD" else b'{"received": true}')
    assert [one.method for one in came(handle)] == [method]
    assert came(handle)[0].json is None


def test_bytes_are_no_json_and_are_kept(handle: StandIn, way: str) -> None:
    with client(handle, way) as sender:
        sender.put("/file", content=b"\xff\0\r\n")
    assert (came(handle)[0].body, came(handle)[0].json) == (b"\xff\0\r\n", None)


def test_it_is_no_providers_route_and_moves_no_time(way: str) -> None:
    handle = opened("runcomfy", Settings(clock="auto"))
    with client(handle, way) as sender:
        for _ in range(3):
            sender.post("", json={})
    assert handle.clock.now == 0
    assert len(handle.journal) == 0
    assert handle.findings == []
    assert handle.session.clock.open == 0
    handle.close()


def test_sessions_do_not_see_each_others(handle: StandIn, way: str) -> None:
    other = opened("runcomfy", Settings())
    with client(other, way) as sender:
        sender.post("")
    assert (len(came(handle)), len(came(other))) == (0, 1)
    other.close()


def test_a_reset_begins_anew(handle: StandIn, way: str) -> None:
    with client(handle, way) as sender:
        handle.session.receiver.answer(500, "always")
        assert sender.post("").status_code == 500
        handle.reset()
        assert came(handle) == []
        assert sender.post("").status_code == 200
    assert len(came(handle)) == 1


def test_a_session_that_is_closed_receives_nothing(handle: StandIn, way: str, caplog: pytest.LogCaptureFixture) -> None:
    other = opened("runcomfy", Settings())
    with client(other, way) as sender:
        other.close()
        answer = sender.post("")
    assert answer.status_code == 404
    assert answer.json()["error"].startswith(f"expected a session that is open; came '{other.name}'; ")
    assert answer.json()["error"] in caplog.text


# -- what it refuses


@pytest.mark.parametrize("path", ["/a%2Fb", "/a%5Cb", "/%2e%2e/x", "/a%00b", "%2fa"])
def test_a_path_that_pretends_is_refused(handle: StandIn, way: str, path: str) -> None:
    with client(handle, way) as sender:
        answer = sender.post(f"{str(sender.base_url).rstrip('/')}{path}", content=b"x")
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("expected a path that is as it looks; came '/~")
    assert came(handle) == []


def test_a_body_that_is_too_large_is_refused(handle: StandIn, way: str) -> None:
    with client(handle, way) as sender:
        assert sender.post("", content=b"x" * 1000).status_code == 200
        answer = sender.post("", content=b"x" * 1001)
    assert answer.status_code == 413
    assert answer.json() == {"error": "expected at most 1000 bytes; came more; correct what is sent"}
    assert len(came(handle)) == 1


def spoken(handle: StandIn, data: bytes) -> bytes:
    port = int(handle.url.split("/")[2].rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        line.sendall(data.replace(b"{hooks}", f"/~{handle.name}/__hooks__".encode()))
        return line.recv(65536)


def test_a_huge_body_is_refused_before_it_is_sent(handle: StandIn) -> None:
    for length in (b"Content-Length: 999999999999", b"Transfer-Encoding: chunked"):
        head = b"POST {hooks} HTTP/1.1\r\nHost: a\r\n" + length + b"\r\n\r\n"
        chunk = b"7d0\r\n" + b"x" * 2000 + b"\r\n" if b"chunked" in length else b""
        assert spoken(handle, head + chunk).startswith(b"HTTP/1.1 413 ")
    assert came(handle) == []


def test_whoever_hangs_up_half_way_has_sent_nothing(handle: StandIn) -> None:
    port = int(handle.url.split("/")[2].rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(f"POST /~{handle.name}/__hooks__ HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf".encode())
    with client(handle, WAYS[1]) as sender:
        assert sender.post("").status_code == 200
    assert [one.body for one in came(handle)] == [b""]


def test_a_slow_reader_and_a_slow_writer_hold_up_nobody(handle: StandIn) -> None:
    handle.call(lambda: handle.session.receiver.answer(body=b"x" * 2**22))
    host, _, port = handle.url.split("/")[2].partition(":")
    deaf, slow = (http.client.HTTPConnection(host, int(port)) for _ in range(2))
    deaf.request("POST", f"/~{handle.name}/__hooks__/deaf", b"")
    slow.putrequest("POST", f"/~{handle.name}/__hooks__/slow")
    slow.putheader("Content-Length", "2")
    slow.endheaders(b"a")
    handle._server.post(handle.session.receiver.wait(1)).result(5)
    with client(handle, WAYS[1]) as sender:
        assert sender.post("/quick").status_code == 200
    slow.send(b"b")
    assert slow.getresponse().status == 200
    assert len(deaf.getresponse().read()) == 2**22
    assert [one.path.rpartition("/")[2] for one in came(handle)] == ["deaf", "quick", "slow"]
    deaf.close()
    slow.close()


# -- how it answers


def test_answers_are_given_in_order_and_then_as_ever(handle: StandIn, way: str) -> None:
    receiver: Receiver = handle.session.receiver
    receiver.answer(500, 2)
    receiver.answer(404, body=b"gone", headers=[(b"X-Why", b"y")])
    receiver.answer(204)
    receiver.answer(418, times="always")
    receiver.answer(302, headers=((b"Location", b"http://169.254.169.254/"),))
    with client(handle, way) as sender:
        answers = [sender.post("") for _ in range(7)]
    assert [answer.status_code for answer in answers] == [500, 500, 404, 204, 302, 418, 418]
    assert [one.status for one in came(handle)] == [500, 500, 404, 204, 302, 418, 418]
    assert (answers[2].content, answers[2].headers["x-why"]) == (b"gone", "y")
    assert answers[0].content == answers[3].content == b""
    assert answers[4].headers["location"] == "http://169.254.169.254/"
    receiver.answer(times="always")
    with client(handle, way) as sender:
        assert sender.post("").status_code == 200


def test_a_late_answer_is_late_by_real_time(handle: StandIn, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    paused: list[float] = []

    async def pause(seconds: float) -> None:
        paused.append(seconds)
        assert len(handle.session.receiver.received) == 1  # it has come before it is answered

    monkeypatch.setattr(module, "pause", pause)
    handle.session.receiver.answer(503, seconds=11.5)
    with client(handle, way) as sender:
        assert [sender.post("").status_code for _ in range(2)] == [503, 200]
    assert paused == [11.5]


@pytest.mark.parametrize("wrong", [
    {"status": 99}, {"status": 101}, {"status": 600}, {"status": "200"}, {"status": True}, {"times": 0}, {"times": -1},
    {"times": True}, {"times": "ever"}, {"seconds": -1}, {"seconds": "1"}, {"seconds": True},
    {"seconds": float("inf")}, {"seconds": float("nan")},
    {"headers": ((b"X", b"a\r\nY: b"),)}, {"headers": ((b"", b"a"),)}, {"headers": ((b"Content-Length", b"9"),)},
    {"status": 204, "body": b"x"},
])  # fmt: skip
def test_an_answer_that_cannot_be_is_told_with_its_cure(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^expected .*; came .*; .+"):
        Receiver(Clock()).answer(**wrong)


# -- waiting


@pytest.mark.parametrize("wrong", [0, -1, 1.5, "2", True])
def test_a_number_that_cannot_be_waited_for_is_told_with_its_cure(handle: StandIn, wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"^expected n to be a whole number, 1 or more; came .+; say n=1"):
        handle.webhooks.wait(wrong)


def test_who_waits_is_woken_as_soon_as_enough_have_come(handle: StandIn, way: str) -> None:
    receiver: Receiver = handle.session.receiver
    one, three = (handle._server.post(receiver.wait(n)) for n in (1, 3))
    with client(handle, way) as sender:
        sender.post("/1")
        assert len(one.result(5)) == 1
        assert not three.done()
        sender.post("/2")
        sender.post("/3")
    assert [got.path[-2:] for got in three.result(5)] == ["/1", "/2", "/3"]
    assert len(handle._server.post(receiver.wait(2)).result(5)) == 3


def test_who_waits_in_vain_is_told_what_came() -> None:
    receiver = Receiver(Clock())

    async def vain() -> None:
        with pytest.raises(TimeoutError) as nothing:
            await receiver.wait(timeout=0)
        assert str(nothing.value).startswith(
            "expected 1 to be received within 0 s; came nothing; have the webhook sent"
        )
        for at in range(7):
            await taken(receiver, path=f"/{at}")
        with pytest.raises(TimeoutError) as few:
            await receiver.wait(8, timeout=0.001)
        told = "came 7: POST /0 (200), POST /1 (200), POST /2 (200), POST /3 (200), POST /4 (200) and 2 more; "
        assert told in str(few.value)
        assert receiver._waiting == []

    asyncio.run(vain())


async def taken(receiver: Receiver, path: str = "/") -> list[Any]:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"x"}

    async def send(message: Any) -> None:
        sent.append(message)

    await receiver.take({"method": "POST", "path": path, "headers": []}, receive, send)
    return sent


def test_what_is_no_longer_kept_is_counted_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 3)
    warned: list[str] = []
    receiver = Receiver(Clock(), warn=warned.append)

    async def many() -> None:
        for at in range(6):
            await taken(receiver, f"/{at}")

    asyncio.run(many())
    assert [one.path for one in receiver.received] == ["/3", "/4", "/5"]
    assert receiver.count == 6
    assert len(warned) == 1
    assert warned[0].startswith("expected at most 3 requests at a receiver; came one more; the newest are kept")


# -- the default session of serve


def house(app: App, path: str) -> httpx.Response:
    async def once() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]  # ours takes narrower scopes
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:1") as sender:
            return await sender.post(path, json=[1])

    return asyncio.run(once())


@pytest.mark.parametrize("any_key", [False, True])
def test_the_default_session_has_an_address_without_a_name(any_key: bool) -> None:
    app = App(Settings(any_key=any_key), ("runcomfy",), opens_default=True)
    for path in ("/__hooks__", "/__hooks__/", "/__hooks__/a", "/~default/__hooks__/b"):
        assert house(app, path).json() == {"received": True}
    kept = app.sessions["default"].receiver.received
    assert [one.path for one in kept] == ["/__hooks__", "/__hooks__/", "/__hooks__/a", "/~default/__hooks__/b"]


def test_a_name_that_only_begins_like_it_is_no_receiver() -> None:
    app = App(Settings(), ("runcomfy",), opens_default=True)
    assert house(app, "/__hooks__x").status_code in (401, 404)
    assert app.sessions["default"].receiver.received == []


def test_a_house_without_a_default_session_asks_for_a_name() -> None:
    assert house(App(Settings()), "/__hooks__").status_code == 404
    assert house(App(Settings()), "/~nobody/__hooks__").status_code == 404


def test_the_gate_reaches_the_receiver(handle: StandIn) -> None:
    url = handle.url.replace(f"{handle.name}/runcomfy", f"{handle.name}/__hooks__/out")
    reply = handle._server.post(Gate().send("POST", url, [(b"X-Id", b"7")], b"{}")).result(5)
    assert (reply.status, reply.body) == (200, b'{"received": true}')
    assert (b"x-id", b"7") in came(handle)[0].headers
