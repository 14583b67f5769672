"""The caller: one connection, requests as they stand, this machine alone, and never an exception for a bad answer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from understudy.mocks.web.caller import Caller, wired


@contextmanager
def server(*answers: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """Takes one connection for each answer, hears one request on it, answers and hangs up."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            for answer in answers:
                line, _ = door.accept()
                with line, line.makefile("rb") as file:
                    lines = list(iter(file.readline, b"\r\n"))
                    length = next((int(each[15:]) for each in lines if each.lower().startswith(b"content-length:")), 0)
                    heard.append(b"".join(lines) + b"\r\n" + file.read(length))
                    line.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{door.getsockname()[1]}/mount", heard
        thread.join(5)


FINE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Two: a\r\nX-Two: b\r\n\r\nok"


def test_a_request_goes_out_as_it_stands() -> None:
    with server(FINE) as (url, heard):
        said = Caller(url).ask(
            "POST", "/v1/../a%2Fb?q=%zz", (("Content-Type", "text/x"), ("Host", "elsewhere")), b"body"
        )
    assert said == (200, ((b"content-length", b"2"), (b"x-two", b"a"), (b"x-two", b"b")), b"ok")
    head, _, body = heard[0].partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == b"POST /mount/v1/../a%2Fb?q=%zz HTTP/1.1"
    assert body == b"body"
    assert b"Content-Type: text/x" in lines
    assert [line for line in lines if line.lower().startswith(b"host:")] == [f"Host: {url[7:-6]}".encode()]


def test_a_connection_that_was_closed_is_opened_anew() -> None:
    with server(FINE, FINE) as (url, heard):
        caller = Caller(url)
        assert caller.ask("GET", "/1", (), b"").status == 200
        assert caller.ask("GET", "/2", (), b"").status == 200
        caller.close()
    assert len(heard) == 2


@pytest.mark.parametrize("answer", [b"", b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"])
def test_what_is_no_answer_is_told_as_none(answer: bytes) -> None:
    with server(answer) as (url, _):
        said = Caller(url, patience=2).ask("GET", "/", (), b"")
        assert said.status == 0
        assert said.body


def test_nobody_there_is_told_as_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    said = Caller(f"http://127.0.0.1:{port}").ask("GET", "/", (), b"")
    assert (said.status, b"refused" in said.body) == (0, True)


@pytest.mark.parametrize(
    "url", ["http://example.com", "https://127.0.0.1", "http://10.0.0.1/x", "127.0.0.1:80", "", "ftp://127.0.0.1"]
)
def test_other_machines_are_not_asked(url: str) -> None:
    with pytest.raises(
        ValueError, match=r"expected the address of a server on this machine.*; came .*; start one here"
    ):
        Caller(url)


def test_what_would_end_the_line_is_encoded() -> None:
    assert wired("/a b\r\nX: y/ä") == "/a%20b%0D%0AX:%20y/%C3%A4"


@pytest.mark.parametrize("end", ["drip", "flood"])
def test_an_answer_without_end_is_given_up(end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("understudy.mocks.web.caller.MOST", 100)
    moments = iter(range(0, 1000, 4))
    answer = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (50 if end == "drip" else 500)
    with server(answer) as (url, _):
        said = Caller(url, patience=2, clock=lambda: next(moments)).ask("GET", "/", (), b"")
    assert said.status == 0
    assert said.body in (b"the answer was not whole after 2 s", b"the answer has more than 100 bytes")


def test_an_order_that_may_have_been_heard_is_not_sent_twice() -> None:
    with server(b"", FINE) as (url, heard):
        assert Caller(url, patience=2).ask("POST", "/", (), b"{}").status == 0
        assert len(heard) == 1
        assert Caller(url, patience=2).ask("GET", "/", (), b"").status == 200
