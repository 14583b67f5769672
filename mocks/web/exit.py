"""The way out: an answer becomes bytes, and a fault bends them or the connection that they go through."""

from __future__ import annotations

import json
import os
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any

import orjson

from ..engine.clock import pause
from ..engine.fault import Fault
from .dialect import Answer, Pairs

Send = Callable[[Mapping[str, Any]], Awaitable[None]]
JSON = (b"content-type", b"application/json")
HTML = "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n</body>\r\n</html>\r\n"
TITLES = {500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Temporarily Unavailable",
          504: "Gateway Time-out"}  # fmt: skip
NOISE = bytes((37 * at + 131) % 128 + 128 for at in range(256))  # no byte of it begins an answer
SILENT = ("drop", "reset", "garbage", "malformed")
BROKEN = struct.pack("ii", 1, 0)  # a socket that lingers for no time is reset when it closes


def rendered(answer: Answer) -> tuple[int, Pairs, bytes]:
    """Status, headers and bytes of an answer: a value as JSON, bytes as they stand."""
    if answer.stream is not None:
        return answer.status, answer.headers, answer.body or b""
    if answer.body is not None:
        return answer.status, (*answer.headers, (b"content-length", b"%d" % len(answer.body))), answer.body
    body = written(answer.value)
    plain = _plain(len(body))
    return answer.status, (*plain, *answer.headers) if answer.headers else plain, body


def written(value: Any) -> bytes:
    """JSON; the fast writer knows neither whole numbers beyond 64 bits nor letters that are halves."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()


@lru_cache(4096)
def _plain(length: int) -> Pairs:
    return (JSON, (b"content-length", b"%d" % length))


def bent(fault: Fault, answer: Answer | None, refused: Callable[[int], Answer]) -> Answer:
    """What a fault makes of an answer, or of none: no work was done then, and an error is bent."""
    what = fault.what
    if isinstance(what, int):
        return _retried(refused(what), fault.retry_after)
    if what == "html":
        status = fault.status or 502
        page = HTML.format(f"{status} {TITLES.get(status, 'Error')}").encode()
        return _retried(Answer(status, body=page, headers=((b"content-type", b"text/html"),)), fault.retry_after)
    if what == "empty":
        return Answer(fault.status or 200, body=b"")
    answer = refused(fault.status or 502) if answer is None else answer
    status, headers, body = rendered(answer)
    said = tuple(pair for pair in headers if pair[0] != b"content-length")
    if what == "truncated":
        body = body[: len(body) // 2]
    elif what == "garbled":
        body = _garbled(body)
    elif what == "wrong-type":
        said = ((b"content-type", b"text/plain"), *(pair for pair in said if pair[0] != b"content-type"))
    return Answer(status, body=body, headers=said)


def _retried(answer: Answer, after: float | str | None) -> Answer:
    if after is None:
        return answer
    value = str(int(after) if isinstance(after, float) and after.is_integer() else after)
    return answer._replace(headers=(*answer.headers, (b"retry-after", value.encode())))


def _garbled(body: bytes) -> bytes:
    """As long as before, and neither JSON nor a file whose beginning says what it is."""
    return b"\x1a"[: len(body)] + body[1:-1] + b","[: len(body) // 2]


async def leave(
    receive: Callable[[], Awaitable[Any]], send: Send, said: tuple[int, Pairs, bytes], head: bool,
    fault: Fault | None = None, seconds: float = 0.0,
) -> None:  # fmt: skip
    """Sends an answer, in the way that a fault of the connection wants it."""
    status, headers, body = said
    body = b"" if head else body
    how = "" if fault is None else fault.what
    if how in SILENT:
        await _broken(receive, send, str(how))
        return
    await send({"type": "http.response.start", "status": status, "headers": headers})
    if how == "cut" and body:  # what has no body has none to be cut
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        await _broken(receive, send, "drop")
        return
    if how == "drip" and fault is not None:
        size = max(1, -(-len(body) // fault.parts))
        for at in range(0, len(body) - size, size):
            await send({"type": "http.response.body", "body": body[at : at + size], "more_body": True})
            await pause(seconds / fault.parts)
        body = body[(max(len(body) - 1, 0) // size) * size :]
    await send({"type": "http.response.body", "body": body})


async def pour(send: Send, answer: Answer, pieces: AsyncIterator[bytes]) -> bytes:
    """Sends an answer piece by piece; how long it is, is known when it is over, and is what is given back."""
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    sent = []
    async for piece in pieces:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        sent.append(piece)
    await send({"type": "http.response.body", "body": b""})
    return b"".join(sent)


async def _broken(receive: Callable[[], Awaitable[Any]], send: Send, how: str) -> None:
    """Does to the connection what no answer can say, then waits until it is gone."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionError(f"expected a server whose connections can be broken; came another; the fault {how!r} "
                              f"needs understudy's own server or transport, or uvicorn")  # fmt: skip
    if how == "garbage":
        transport.write(NOISE)
    elif how == "malformed":
        transport.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n")
        transport.write(NOISE)
    if how == "reset":
        linger_not(transport.get_extra_info("socket"))
        transport.abort()
    else:
        transport.close()
    while (await receive())["type"] != "http.disconnect":
        pass


def linger_not(sock: Any) -> None:
    """Makes the end of a connection a reset, by a second hand on the same socket: the loop's own may not be touched."""
    with suppress(OSError, AttributeError):
        other = socket.socket(fileno=os.dup(sock.fileno()))
        with other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, BROKEN)
