"""What a fault does on the way out, byte for byte."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from understudy.mocks.engine.fault import OF_ANSWERS, OF_DELIVERIES, Fault
from understudy.mocks.stand_in import StandIn
from understudy.mocks.web.dialect import Answer
from understudy.mocks.web.exit import NOISE, SILENT, bent, rendered
from understudy.tests.web.broken import ANSWERED, LIST, SOON, World, opened_world


@pytest.fixture
def wired() -> Iterator[World]:
    with opened_world("over a socket") as made:
        yield made


def raw(handle: StandIn, path: str = LIST, method: str = "GET") -> tuple[bytes, bool]:
    """Every byte that comes back until the server hangs up, and whether it reset the connection."""
    host, _, port = handle.url.split("/")[2].partition(":")
    mount = "/" + handle.url.split("/", 3)[3]
    head = f"{method} {mount}{path} HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {handle.api_key}\r\n"
    came = b""
    with socket.create_connection((host, int(port)), timeout=5) as line:
        line.sendall(f"{head}Connection: close\r\n\r\n".encode())
        try:
            while part := line.recv(65536):
                came += part
        except ConnectionResetError:
            return came, True
    return came, False


def parted(came: bytes) -> tuple[int, dict[str, str], bytes]:
    head, _, body = came.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    pairs = (line.partition(": ") for line in lines)
    return int(first.split()[1]), {name.lower(): value for name, _, value in pairs}, body


def plain(wired: World) -> bytes:
    return parted(raw(wired.handle)[0])[2]


def test_a_status_is_the_providers_own_error(wired: World) -> None:
    wired.handle.fault(503)
    status, headers, body = parted(raw(wired.handle)[0])
    assert (status, headers["content-type"]) == (503, "application/json")
    assert json.loads(body) == {"error_code": 503001, "error_message": "Service unavailable."}
    assert int(headers["content-length"]) == len(body)
    assert "retry-after" not in headers


@pytest.mark.parametrize(
    ("said", "told"),
    [(0, "0"), (30, "30"), (30.0, "30"), (0.5, "0.5"), (1_000_000, "1000000"), (2_500_000.0, "2500000"),
     ("Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 07:28:00 GMT")],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date(wired: World, said: float | str, told: str) -> None:
    for what in (429, "html"):
        wired.handle.fault(what, retry_after=said)
        assert parted(raw(wired.handle)[0])[1]["retry-after"] == told


def test_silence_is_no_byte_and_an_end(wired: World) -> None:
    wired.handle.fault("drop")
    assert raw(wired.handle) == (b"", False)


def test_a_reset_is_one(wired: World) -> None:
    wired.handle.fault("reset")
    assert raw(wired.handle) == (b"", True)


def test_garbage_is_no_answer(wired: World) -> None:
    wired.handle.fault("garbage")
    assert raw(wired.handle) == (NOISE, False)
    assert all(byte > 127 for byte in NOISE)


def test_a_malformed_answer_has_a_good_head(wired: World) -> None:
    wired.handle.fault("malformed")
    status, headers, body = parted(raw(wired.handle)[0])
    assert (status, headers["transfer-encoding"], body) == (200, "chunked", NOISE)


def test_a_cut_body_is_shorter_than_it_says(wired: World) -> None:
    whole = plain(wired)
    wired.handle.fault("cut")
    status, headers, body = parted(raw(wired.handle)[0])
    assert (status, int(headers["content-length"])) == (200, len(whole))
    assert body == whole[: len(whole) // 2]


def test_a_truncated_body_is_half_and_says_so(wired: World) -> None:
    whole = plain(wired)
    wired.handle.fault("truncated")
    _, headers, body = parted(raw(wired.handle)[0])
    assert body == whole[: len(whole) // 2]
    assert int(headers["content-length"]) == len(body)


def test_a_garbled_body_has_the_right_length_and_is_no_json(wired: World) -> None:
    whole = plain(wired)
    wired.handle.fault("garbled")
    _, headers, body = parted(raw(wired.handle)[0])
    assert int(headers["content-length"]) == len(body) == len(whole)
    assert headers["content-type"] == "application/json"
    with pytest.raises(ValueError, match=r"."):
        json.loads(body)


def test_a_wrong_type_leaves_the_body(wired: World) -> None:
    whole = plain(wired)
    wired.handle.fault("wrong-type")
    status, headers, body = parted(raw(wired.handle)[0])
    assert (status, headers["content-type"], body) == (200, "text/plain", whole)


@pytest.mark.parametrize(("said", "status"), [({}, 502), ({"status": 503}, 503), ({"status": 200}, 200)])
def test_an_html_page_is_a_proxys(wired: World, said: dict[str, Any], status: int) -> None:
    wired.handle.fault("html", **said)
    came, headers, body = parted(raw(wired.handle)[0])
    assert (came, headers["content-type"]) == (status, "text/html")
    assert body.startswith(b"<html>")
    assert str(status).encode() in body


@pytest.mark.parametrize(("said", "status"), [({}, 200), ({"status": 500}, 500), ({"status": 204}, 204)])
def test_an_empty_body_is_one(wired: World, said: dict[str, Any], status: int) -> None:
    wired.handle.fault("empty", **said)
    came, headers, body = parted(raw(wired.handle)[0])
    assert (came, headers["content-length"], body) == (status, "0", b"")


@pytest.mark.parametrize("what", ["cut", "truncated", "garbled", "drip", "wrong-type"])
def test_what_bends_an_answer_bends_an_error_where_no_work_is_done(wired: World, what: str) -> None:
    more: Any = {"seconds": 0.001} if what == "drip" else {}
    wired.handle.fault(what, when="before", status=500, **more)
    status, _, body = parted(raw(wired.handle)[0])
    assert status == 500
    assert b'"error_code":50' in body


@pytest.mark.parametrize("what", [*ANSWERED, "cut", 503])
def test_a_head_has_no_body_whatever_strikes(wired: World, what: int | str) -> None:
    address = httpx.URL(wired.file()).path.removeprefix(httpx.URL(wired.handle.url).path)
    more: Any = {"seconds": 0.001} if what in SOON else {}
    wired.handle.fault(what, on="media", **more)
    came, reset = raw(wired.handle, address, "HEAD")
    status, _, body = parted(came)
    assert (body, reset) == (b"", False)
    assert status == {503: 503, "html": 502}.get(what, 200)


# -- what a fault makes of an answer, whatever answer it is


ANSWERS = [Answer(200, {"a": [1, 2], "b": "ä"}), Answer(200, 1), Answer(200, body=b""), Answer(206, body=b"x"),
           Answer(200, body=bytes(range(256)), headers=((b"content-type", b"image/png"), (b"etag", b"x")))]  # fmt: skip


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("what", [w for w in (*OF_ANSWERS, *SILENT) if w not in OF_DELIVERIES])
def test_what_is_said_of_a_bent_body_is_true(what: str, answer: Answer) -> None:
    _, headers, whole = rendered(answer)
    status, told, body = rendered(bent(Fault(what), answer, lambda status: Answer(status, {})))
    assert status == answer.status
    assert [value for name, value in told if name == b"content-length"] == [b"%d" % len(body)]
    assert len([name for name, _ in told if name == b"content-type"]) <= 1
    if what == "truncated":
        assert body == whole[: len(whole) // 2]
    elif what == "garbled":
        assert len(body) == len(whole)
        assert not whole or body != whole
    else:
        assert body == whole
    if what != "wrong-type":
        kept = [pair for pair in headers if pair[0] != b"content-length"]
        assert [pair for pair in told if pair[0] != b"content-length"] == kept


@pytest.mark.parametrize("value", [[], {}, 1, 12, "", "x", None, True, [[1]], {"a": {"b": ["x" * 99]}}, 1.5, -0.25])
def test_no_garbled_value_is_json(value: Any) -> None:
    body = bent(Fault("garbled"), Answer(200, value), lambda status: Answer(status, {})).body
    assert body is not None
    with pytest.raises(ValueError, match=r"."):
        json.loads(body)
