"""Reads the one file of a form (multipart/form-data) from its bytes, and refuses whatever pretends to be one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from email.message import Message
from hashlib import blake2b
from typing import NamedTuple

from ...contracts.exchange import unkeyed
from ...contracts.finding import Finding, shown
from ...contracts.operation import Operation
from ..engine.refusal import Refusal

MOST_PARTS, LONGEST_HEAD, LONGEST_NAME, LONGEST_TEXT = 16, 8192, 255, 8192
KEYS = (b"piKey", b"pikey", b"pi_key", b"pi-key")  # as the name of a field with a key ends
Part = tuple[str, str, memoryview]  # its field, the name of its file, and its bytes, which are not copied
FORBIDDEN = frozenset("/\\" + "".join(map(chr, range(32))) + "\x7f")


class Sent(NamedTuple):
    """A file that was sent, its bytes where they lie in the body, and the texts beside it."""

    name: str
    size: int
    digest: str
    data: memoryview = memoryview(b"")
    texts: Mapping[str, str] = {}


class _Bad(ValueError):
    """What was expected of a form, and what came."""

    def __init__(self, expected: str, came: str) -> None:
        super().__init__(f"expected {expected}; came {came}")
        self.expected, self.came = expected, came


def digest(data: bytes | memoryview) -> str:
    """What is kept of bytes beside their size."""
    return blake2b(data, digest_size=16).hexdigest()


def noted(size: int, digest: str) -> bytes:
    """What the journal keeps of a file."""
    return b"(%d bytes, blake2b %s)" % (size, digest.encode())


def kept(operation: Operation | None, body: bytes) -> bytes:
    """What the journal keeps of a body: all of it but a key, and nothing of the ones that bear files."""
    if operation is not None and operation.file:
        return noted(len(body), digest(body))
    # One look at the whole is enough for most bodies: large ones are kept at each request.
    return unkeyed(body) if b"pi" in body and any(word in body for word in KEYS) else body


def file_of(operation: Operation, headers: Mapping[bytes, bytes], body: bytes) -> Sent:
    """The file that an operation is sent, or a Refusal that tells what is wrong with the form."""
    row = operation.file
    field, most, reason = row["field"], row["most_bytes"], row.get("unreadable", "invalid-input")
    try:
        parts = list(_parts(headers.get(b"content-type", b""), body))
        reason = "invalid-input"  # it can be read, and says what it should not
        files = [(name, data) for key, name, data in parts if key == field]
        if len(files) != 1:
            raise _Bad(f"one file in the field {field}", f"{len(files)}")
        name, data = files[0]
        if not plain(name):
            raise _Bad("a file's name, without a folder", shown(name))
    except _Bad as wrong:
        cure = f"send one file as the part {field!r} of multipart/form-data"
        raise unfit(operation, f"/{field}", reason, wrong.expected, wrong.came, cure) from None
    if len(data) > most:
        raise Refusal(row.get("too_large", "too-large"), said=f"at most {most} bytes; {len(data)} came")
    return Sent(name, len(data), digest(data), data, _texts(parts))


def unfit(operation: Operation, place: str, reason: str, expected: str, came: str, cure: str) -> Refusal:
    """The refusal of a form for what is wrong with one of its parts."""
    finding = Finding("bad-form", "broken", place, expected, came, cure, operation.id, operation.source, reason,
                      "value_error")  # fmt: skip
    return Refusal(reason, findings=(finding,))


def texts(kind: bytes, body: bytes) -> dict[str, str]:
    """The fields of a form that are texts, as far as it can be read."""
    parts: list[Part] = []
    with suppress(_Bad):
        for part in _parts(kind, body):
            parts.append(part)
    return _texts(parts)


def _texts(parts: list[Part]) -> dict[str, str]:
    told: dict[str, str] = {}
    for key, name, data in parts:
        if not name and len(data) <= LONGEST_TEXT:
            told.setdefault(key, bytes(data).decode("utf-8", "replace"))
    return told


def plain(name: str) -> bool:
    """Whether a file's name is just that; it is kept as a word, and never used as a path."""
    return 0 < len(name) <= LONGEST_NAME and FORBIDDEN.isdisjoint(name) and name not in (".", "..")


def _parts(kind: bytes, body: bytes) -> Iterator[Part]:
    """Each part, as far as they can be told from each other. What came is not shown: a key may stand in it."""
    told = _head([b"content-type: " + kind[:LONGEST_HEAD]])
    boundary = told.get_boundary("")
    if told.get_content_type() != "multipart/form-data" or not 0 < len(boundary) <= 70:
        raise _Bad("multipart/form-data with a boundary", shown(kind.decode("latin-1")))
    mark = b"--" + boundary.encode("latin-1", "replace")
    at, view = body.find(mark), memoryview(body)
    if at < 0 or (at and body[at - 2 : at] != b"\r\n"):
        raise _Bad("a part behind the boundary", f"{len(body)} bytes without one")
    for _ in range(MOST_PARTS + 1):
        at += len(mark)
        if body[at : at + 2] == b"--":
            return
        begun = body.find(b"\r\n\r\n", at, at + LONGEST_HEAD)
        if body[at : at + 2] != b"\r\n" or begun < 0:
            raise _Bad(f"a head of at most {LONGEST_HEAD} bytes", "none, or a longer one")
        after = body.find(b"\r\n" + mark, begun + 2)
        if after < 0:
            raise _Bad("the boundary at the end of each part", "a form that is cut off")
        head = _head(body[at + 2 : begun].split(b"\r\n"))
        if head.get_param("name", header="content-disposition") is not None:
            field = str(head.get_param("name", header="content-disposition"))
            yield field, head.get_filename("") or "", view[begun + 4 : max(after, begun + 4)]
        at = after + 2
    raise _Bad(f"at most {MOST_PARTS} parts", "more")


def _head(lines: list[bytes]) -> Message:
    said = Message()
    for line in lines:
        name, _, value = line.partition(b":")
        text = value.decode("utf-8", "replace").strip()
        if name.strip() and text and name.strip().lower() not in {key.lower().encode() for key in said}:
            said[name.decode("latin-1").strip()] = text.replace("\r", " ").replace("\n", " ")
    return said
