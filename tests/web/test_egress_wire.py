"""What the gate sends and hears: real connections to small servers of this machine, on the loop that the house uses."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from understudy.mocks.server import new_loop
from understudy.mocks.web.egress import Blocked, Gate, Reply, Unreachable

T = TypeVar("T")
BYTES = b"\xff\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def run(work: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=new_loop) as runner:
        return runner.run(work)


Play = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class heard:  # noqa: N801 - it reads as a verb
    """A server that keeps what came and answers bytes; or that plays something of its own."""

    def __init__(self, sent: list[bytes], answer: bytes = b"", play: Play | None = None, tls: Any = None) -> None:
        self._sent, self._answer, self._play, self._tls = sent, answer, play, tls

    async def __aenter__(self) -> str:
        self._server = await asyncio.start_server(self._play or self._answered, "127.0.0.1", 0, ssl=self._tls)
        port = self._server.sockets[0].getsockname()[1]
        return f"http{'s' if self._tls else ''}://127.0.0.1:{port}"

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _answered(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        _, _, length = head.lower().partition(b"content-length: ")
        self._sent.append(head + await reader.readexactly(int(length.split()[0]) if length else 0))
        writer.write(self._answer)
        writer.close()


def told(answer: bytes, method: str = "POST", path: str = "/", **more: Any) -> tuple[Reply, list[bytes]]:
    sent: list[bytes] = []

    async def asked() -> Reply:
        async with heard(sent, answer) as url:
            return await Gate().send(method, url + path, **more)

    return run(asked()), sent


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_request_is_what_was_asked_for_and_nothing_more(method: str) -> None:
    reply, sent = told(b"HTTP/1.1 201 Created\r\nX-Name: v\r\nContent-Length: 2\r\n\r\nok", method, "/a?b=c",
                       headers=[(b"X-Task", b"t 1"), (b"Content-Type", b"image/png")], body=BYTES)  # fmt: skip
    assert reply == (201, ((b"x-name", b"v"), (b"content-length", b"2")), b"ok")
    head, _, body = sent[0].partition(b"\r\n\r\n")
    first, host, *rest = head.split(b"\r\n")
    assert (first, body) == (b"%s /a?b=c HTTP/1.1" % method.encode(), BYTES)
    assert host.startswith(b"Host: 127.0.0.1:")
    assert rest == [b"X-Task: t 1", b"Content-Type: image/png", b"content-length: 5", b"Connection: close"]


def test_a_get_has_no_body() -> None:
    assert b"content-length" not in told(b"HTTP/1.1 204 No Content\r\n\r\n", "GET")[1][0]


@pytest.mark.parametrize("answer", [
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde and more",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde",
    b"HTTP/1.0 200 OK\r\n\r\nabcde",
])  # fmt: skip
def test_an_answer_of_any_framing_is_whole(answer: bytes) -> None:
    assert told(answer)[0].body == b"abcde"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_an_answer_that_leads_elsewhere_is_not_followed(status: int) -> None:
    away = b"HTTP/1.1 %d Away\r\nLocation: http://169.254.169.254/latest\r\nContent-Length: 0\r\n\r\n" % status
    reply, sent = told(away)
    assert reply.status == status
    assert (b"location", b"http://169.254.169.254/latest") in reply.headers
    assert len(sent) == 1


@pytest.mark.parametrize("head", [b"Content-Length: 11\r\n", b"", b"Transfer-Encoding: chunked\r\n"])
def test_an_answer_that_is_too_large_is_none(head: bytes) -> None:
    body = b"b\r\n" + b"x" * 11 + b"\r\n0\r\n\r\n" if b"chunked" in head else b"x" * 11
    answer = b"HTTP/1.1 200 OK\r\n" + head + b"\r\n" + body
    assert told(answer, most=11)[0].body == b"x" * 11
    with pytest.raises(Unreachable, match=r"expected at most 10 bytes from 127\.0\.0\.1:") as caught:
        told(answer, most=10)
    assert caught.value.reason == "too large"


def test_an_endless_answer_has_an_end() -> None:
    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x" * 65536)
            try:
                await writer.drain()
            except ConnectionError:
                return

    assert failed(play).reason == "too large"


@pytest.mark.parametrize("answer", [
    b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", b"SSH-2.0-OpenSSH_9.0\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000,
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"\x16\x03\x01\x02\x00\x01",
])  # fmt: skip
def test_what_is_no_whole_answer_is_none(answer: bytes) -> None:
    with pytest.raises(Unreachable, match="to answer in HTTP; came ") as caught:
        told(answer)
    assert caught.value.reason == "no answer"


def failed(play: Play, **more: Any) -> Unreachable:
    async def asked() -> None:
        async with heard([], play=play) as url:
            await Gate().send("POST", url, **more)

    with pytest.raises(Unreachable) as caught:
        run(asked())
    return caught.value


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


async def endless_head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx")
    await reader.read()
    writer.close()


@pytest.mark.parametrize("play", [silent, endless_head])
def test_an_answer_that_takes_too_long_is_none(play: Play) -> None:
    wrong = failed(play, timeout=0.05, body=b"x" * 2**22)
    assert wrong.reason == "timed out"
    assert "within 0.05 s" in str(wrong)


def test_a_look_up_that_takes_too_long_is_none() -> None:
    async def slow(host: str, port: int) -> list[str]:
        await asyncio.Event().wait()
        return []

    with pytest.raises(Unreachable) as caught:
        run(Gate(resolve=slow).send("GET", "http://localhost/", timeout=0.01))
    assert caught.value.reason == "timed out"


def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # taken, and deaf
        with pytest.raises(Unreachable, match=r"to take a connection; came .+; start what") as caught:
            run(Gate().send("POST", f"http://localhost:{taken.getsockname()[1]}/"))
    assert caught.value.reason == "refused"


def test_who_answers_before_it_has_read_all_is_heard() -> None:
    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno")
        await writer.drain()
        await reader.read()

    async def asked() -> Reply:
        async with heard([], play=play) as url:
            return await Gate().send("PUT", url, body=b"x" * 2**24)

    assert run(asked())[::2] == (413, b"no")


def test_localhost_is_looked_up_by_the_system() -> None:
    async def asked() -> Reply:
        async with heard([], OK) as url:
            return await Gate().send("GET", url.replace("127.0.0.1", "localhost"))

    assert run(asked()).status == 200


@pytest.mark.parametrize(("method", "headers"), [
    ("POST /evil HTTP/1.1\r\nX:", []), ("post", []), ("", []), ("CONNECT", []), ("POST", [(b"Host", b"evil")]),
    ("POST", [(b"content-length", b"0")]), ("POST", [(b"Transfer-Encoding", b"chunked")]), ("POST", [(b"a b", b"c")]),
    ("POST", [(b"Connection", b"keep-alive")]), ("POST", [(b"X", b"\xc3\xa9")]), ("POST", [(b"", b"x")]),
    ("POST", [(b"X", b"a\0b")]), ("POST", [(b"X:", b"y")]), ("POST", [(b"X", b"y\n Z: 1")]),
])  # fmt: skip
def test_no_request_is_smuggled(method: str, headers: list[tuple[bytes, bytes]]) -> None:
    with pytest.raises(Blocked, match=r"^expected .*; came .*; take it out"):
        told(OK, method, headers=headers)


@given(st.binary(max_size=8), st.binary(max_size=8))
def test_no_header_makes_a_second_line(name: bytes, value: bytes) -> None:
    sent: list[bytes] = []

    async def asked() -> None:
        async with heard(sent, OK) as url:
            with pytest.raises(Blocked):
                await Gate().send("POST", url, [(name, value + b"\r\nX-Evil: 1")])
            try:
                await Gate().send("POST", url, [(name, value)])
            except Blocked:
                assert sent == []
            else:
                assert sent[0].isascii()
                assert sent[0].count(b"\r\n") == 6

    run(asked())


@pytest.mark.parametrize(("name", "host", "comes_to"), [
    ("localhost", "localhost", "200"), ("127.0.0.1", "127.0.0.1", "200"), ("other.example", "localhost", "refused"),
    ("localhost", "127.0.0.1", "refused"), ("127.0.0.1", "localhost", "refused"),
])  # fmt: skip
def test_a_certificate_is_checked_by_the_name(
    name: str, host: str, comes_to: str, monkeypatch: Any, tmp_path: Any
) -> None:
    trustme = pytest.importorskip("trustme")
    ssl = pytest.importorskip("ssl")
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))

    async def asked() -> str:
        async with heard([], OK, tls=context) as url:
            try:
                return str((await Gate().send("POST", url.replace("127.0.0.1", host))).status)
            except Unreachable as wrong:
                return wrong.reason

    assert run(asked()) == comes_to
