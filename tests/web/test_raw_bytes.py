"""Bytes that no client library would send, over a real socket: the server stays up, and forgets who hung up."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest
from understudy.mocks.settings import Settings
from understudy.mocks.stand_in import StandIn, opened

TURBO = "tongyi-mai/z-image/turbo"


@pytest.fixture(scope="module")
def handle() -> Iterator[StandIn]:
    handle = opened("runcomfy", Settings(clock="manual"))
    yield handle
    handle.close()


HEAD = b"POST {mount}/v1/models/" + TURBO.encode() + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
JSON = HEAD + b"Content-Type: application/json\r\n"
GET = b"GET {mount}/v1/models/categories HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {key}\r\n"
RAW: dict[str, bytes] = {
    "half a head": HEAD, "half a line": b"POST /v1", "no head": b"", "a blank line": b"\r\n\r\n",
    "half a body": JSON + b'Content-Length: 50\r\n\r\n{"prompt"',
    "half a chunk": JSON + b"Transfer-Encoding: chunked\r\n\r\nff\r\n{",
    "bad chunks": JSON + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nxx\r\n0\r\n\r\n",
    "a chunk of endless size": JSON + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\n",
    "two lengths": JSON + b"Content-Length: 2\r\nContent-Length: 20\r\n\r\n{}",
    "a length and chunks": JSON + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a negative length": JSON + b"Content-Length: -1\r\n\r\n",
    "a length of words": JSON + b"Content-Length: ten\r\n\r\n",
    "an endless length": JSON + b"Content-Length: 99999999999999999999999\r\n\r\n{}",
    "a large announced body": JSON + b"Content-Length: 999999999999\r\n\r\n{}",
    "a huge header": HEAD + b"X-Long: " + b"a" * 200_000 + b"\r\nConnection: close\r\n\r\n",
    "ten thousand headers": HEAD + b"X-A: b\r\n" * 10_000 + b"Connection: close\r\n\r\n",
    "a huge path": b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "bytes in the path": b"GET {mount}/v1/\xff\xfe HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "a NUL in a header": GET + b"X-A: a\0b\r\nConnection: close\r\n\r\n", "garbage": bytes(range(256)) * 20,
    "a TLS hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(200)),
    "HTTP 0.9": b"GET /\r\n\r\n", "HTTP 9": b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
    "the preface of HTTP 2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "CONNECT": b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
    "an absolute address": b"GET http://evil.example/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "OPTIONS *": b"OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "a socket that nobody speaks": b"GET {mount}/v1/models HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n",
    "garbage behind a good one": GET + b"\r\n" + b"\x00\xff garbage \r\n\r\n" * 9,
    "good ones in a row": (GET + b"\r\n") * 20 + GET + b"Connection: close\r\n\r\n",
    "expects to be told": JSON + b"Expect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
}  # fmt: skip


def spoken(handle: StandIn, data: bytes, reads: bool, waits: bool) -> bytes:
    """What comes back for these bytes until the server hangs up; or nobody listens for it."""
    host, _, port = handle.url.split("/")[2].partition(":")
    data = data.replace(b"{mount}", f"/~{handle.name}/runcomfy".encode()).replace(b"{key}", handle.api_key.encode())
    with socket.create_connection((host, int(port)), timeout=3) as line:
        parts = []
        with suppress(ConnectionError):  # a time-out is none: it fails the test
            line.sendall(data)
            if not reads:
                return b""
            if waits:
                line.shutdown(socket.SHUT_WR)
            while part := line.recv(65536):
                parts.append(part)
    return b"".join(parts)


# Here the server rightly waits for more, so we say that no more comes.
HALF = {"half a head", "half a line", "no head", "a blank line", "half a body", "half a chunk", "HTTP 0.9",
        "a large announced body"}  # fmt: skip


@pytest.mark.parametrize("reads", [True, False], ids=["listens", "hangs up"])
@pytest.mark.parametrize("name", RAW)
def test_raw_bytes(handle: StandIn, name: str, reads: bool) -> None:
    for line in spoken(handle, RAW[name], reads, name in HALF).split(b"\r\n"):
        if line.startswith(b"HTTP/1."):
            assert int(line.split()[1]) < 500, (name, line)
    client = handle.client()
    answer = client.post(f"/v1/models/{TURBO}", json={"prompt": "x"})
    assert answer.status_code == 200
    assert client.get(answer.json()["status_url"]).json()["status"] == "in_queue"
    for _ in range(2000):  # every look is a way to the loop and back: what hung up is soon seen
        if handle.call(lambda: handle.session.clock.open) == 0:
            break
    else:
        raise AssertionError("a request is still counted as under way")


def test_good_ones_in_a_row_are_all_answered(handle: StandIn) -> None:
    assert spoken(handle, RAW["good ones in a row"], True, False).count(b"HTTP/1.1 200 ") == 21


def test_a_large_body_is_refused_before_it_is_sent(handle: StandIn) -> None:
    assert spoken(handle, RAW["a large announced body"], True, True).startswith(b"HTTP/1.1 413 ")
