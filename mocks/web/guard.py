"""What is turned away before anybody reads it: paths that pretend, bodies that are too big, too deep or no JSON."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import orjson

from ..engine.refusal import Refusal

CONTROL = "/__understudy__/v1"  # where the control plane is
LOOPBACK = ("127.0.0.1", "localhost", "::1")

Receive = Callable[[], Awaitable[Any]]

DEPTH = 64
SUSPECT = frozenset({float, dict, list})
DIGITS = b"0" * 16
_ALIKE = bytes.maketrans(b"123456789", b"000000000")
_TRICKS = (b"%2f", b"%5c", b"%00", b"\\")


class Gone(Exception):
    """The client hung up before it had sent its request."""


def plain_path(path: str) -> bytes:
    """How a path is sent that has nothing to check; nothing for one that has."""
    raw = path.encode("utf-8", "surrogatepass")
    return b"" if _suspicious(raw) or not raw.isascii() else raw


def _suspicious(raw: bytes) -> bool:
    return b"%" in raw or b"/." in raw or b"\\" in raw or b"\0" in raw


def check_path(raw: bytes, path: str) -> None:
    """Refuses encoded slashes, backslashes, NULs and dot segments."""
    if not _suspicious(raw):
        return
    low = raw.lower()
    if any(trick in low for trick in _TRICKS) or "\0" in path or any(p in (".", "..") for p in path.split("/")):
        raise Refusal("bad-path")


async def read(receive: Receive, cap: int, length: bytes | None) -> bytes:
    """The whole body; one that is larger than the cap is refused as soon as that is known."""
    if length is not None and length.isdigit() and (len(length) > 12 or int(length) > cap):
        raise Refusal("too-large", said=f"at most {cap} bytes; {length[:40].decode()} announced")
    message = await receive()
    if message["type"] == "http.disconnect":
        raise Gone
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False):
        if len(body) > cap:
            raise Refusal("too-large", said=f"at most {cap} bytes; {len(body)} came")
        return body
    parts, size = [body], len(body)
    while size <= cap:
        if not message.get("more_body", False):
            return b"".join(parts)
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        part = message.get("body", b"")
        size += len(part)
        parts.append(part)
    raise Refusal("too-large", said=f"at most {cap} bytes; more came")


def loads(body: bytes) -> Any:
    """The one reader of JSON: strict UTF-8, no NaN, no lone surrogate, no endless nesting, whole numbers kept whole."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as wrong:
        raise Refusal("bad-json", said=str(wrong)) from None
    one = value[0] if type(value) is list and len(value) == 1 else value
    if type(one) is dict and SUSPECT.isdisjoint(map(type, one.values())):
        return value  # flat, and no number that may have been rounded: what nearly every body is
    if body.count(b"[") + body.count(b"{") > DEPTH and _deeper(value, DEPTH):
        raise Refusal("bad-json", said=f"nested deeper than {DEPTH}")
    if DIGITS in body.translate(_ALIKE):
        value = _whole_numbers(body)
    return value


def _whole_numbers(body: bytes) -> Any:
    """Read again where a number may be too long for 64 bits: the fast reader has refused endless ones, and rounds."""
    try:
        return json.loads(body)
    except ValueError as wrong:
        raise Refusal("bad-json", said=str(wrong)) from None


def _deeper(value: Any, depth: int) -> bool:
    level = [value]
    for _ in range(depth):
        level = [
            child
            for node in level
            for child in (node.values() if type(node) is dict else node if type(node) is list else ())
            if type(child) in (dict, list)
        ]
        if not level:
            return False
    return True
