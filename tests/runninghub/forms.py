"""Forms as RunningHub's clients write them, or should not, and what is answered."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import httpx
from understudy.mocks.stand_in import StandIn

UPLOAD, MEDIA = "/task/openapi/upload", "/openapi/v2/media/upload/binary"
EDGE = "----edge7f3a"


def ask(
    handle: StandIn, method: str, path: str, body: Any = None, key: str | None = None, **more: Any
) -> httpx.Response:
    """A request with a key in its header; an empty key is none."""
    key = handle.api_key if key is None else key
    headers = {**({"Authorization": f"Bearer {key}"} if key else {}), **more.pop("headers", {})}
    if body is not None:
        more["json"] = body
    with httpx.Client(transport=handle.transport, base_url=handle.url) as client:
        return client.request(method, path, headers=headers, **more)


def data(handle: StandIn, path: str, body: Any = None, key: str | None = None) -> Any:
    """The data of an answer in which nothing went wrong."""
    answer = ask(handle, "POST", path, {} if body is None else body, key)
    assert answer.json()["code"] == 0, answer.text
    return answer.json()["data"]


def png(width: int = 8, height: int = 8, more: int = 0) -> bytes:
    """The smallest picture, and so many bytes behind it."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = zlib.compress((b"\0" + b"\x7f" * width * 3) * height)
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", rows) + chunk(b"IEND", b"") + b"\0" * more


def part(name: str, value: bytes | str, file: str | None = None) -> bytes:
    """One part of a form."""
    named = "" if file is None else f'; filename="{file}"'
    body = value.encode() if isinstance(value, str) else value
    return f'--{EDGE}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode() + body + b"\r\n"


def form(*parts: bytes) -> bytes:
    """A form that ends as one client ends it: without a line's end."""
    return b"".join(parts) + f"--{EDGE}--".encode()


def send(handle: StandIn, path: str, body: bytes, key: str | None = None, kind: str = "") -> httpx.Response:
    """Posts a form."""
    headers = {"Content-Type": kind or f"multipart/form-data; boundary={EDGE}"}
    return ask(handle, "POST", path, None, key, content=body, headers=headers)


def uploaded(handle: StandIn, content: bytes = b"", name: str = "tram.png", path: str = MEDIA, **texts: str) -> Any:
    """The data of an upload's answer."""
    parts = [part(key, value) for key, value in texts.items()]
    answer = send(handle, path, form(*parts, part("file", content or png(), name)))
    assert answer.json()["code"] == 0, answer.text
    return answer.json()["data"]
