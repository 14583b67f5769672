"""Takes the files that are put to addresses which were given away: without a key, once announced, until they expire.

They lie beside the provider's operations, as media do: in truth they are another host's, and no page promises them. A
file goes by in pieces; its size and digest are all that is kept of it, in the journal too.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b, md5
from math import inf
from typing import Any

from ...contracts.exchange import Exchange
from ..engine.clock import pause
from ..engine.fault import Fault, Place
from ..engine.refusal import Refusal
from ..engine.session import Session
from ..engine.upload import Upload
from . import media
from .dialect import Answer, Dialect
from .exit import SILENT, Send, bent, leave, rendered
from .form import noted
from .guard import Receive

PREFIX = "/uploads/"
CHANNEL, NAME = "media", "upload"  # a fault of the storage strikes either way


async def take(
    dialect: Dialect, session: Session, scope: Mapping[str, Any], receive: Receive, send: Send, name: str
) -> None:
    """Answers one file that is put, with nothing, or with the provider's own no."""
    clock, upload = session.clock, session.uploads.get(name)
    came = _hash(upload)
    most = 0 if upload is None else inf if upload.size is None else upload.size
    size = await _sent(receive, came, most, scope)
    if size < 0:
        return
    now = clock.now
    fault, seconds = _struck(session, dialect.provider, "before")
    clock.enter()
    try:
        if fault is not None and fault.what != "delay":
            answer = bent(fault, None, dialect.status)
        else:
            if seconds:
                await pause(seconds)
            answer = _answered(dialect, session, scope, upload, size, came.hexdigest())
            late, wait = _struck(session, dialect.provider, "after")
            if late is not None:
                fault, seconds = late, wait
                answer = bent(late, answer, dialect.status) if late.what != "delay" else answer
    finally:
        clock.leave()
    said = status, headers, body = rendered(answer)
    if fault is not None and fault.what in SILENT:
        status, headers, body = 0, (), b""
    session.journal.append(Exchange(scope["method"], scope["path"], scope["headers"], noted(size, came.hexdigest()),
                                    status, headers, body, dialect.provider, NAME, CHANNEL, "", "", now,
                                    clock.client_now(), (), str(fault or "")))  # fmt: skip
    await leave(receive, send, said, scope["method"] == "HEAD", fault, seconds)


def _hash(upload: Upload | None) -> Any:
    if upload is not None and upload.hashed == "md5":
        return md5(usedforsecurity=False)
    return blake2b(digest_size=16)


async def _sent(receive: Receive, came: Any, most: float, scope: Mapping[str, Any]) -> int:
    """How much was sent, as far as it is wanted to know; less than nothing for who hung up."""
    size, more = 0, scope["method"] not in ("GET", "HEAD")
    while more and size <= most:
        message = await receive()
        if message["type"] == "http.disconnect":
            return -1
        part = message.get("body", b"")
        came.update(part)
        size += len(part)
        more = message.get("more_body", False)
    return size


def _answered(
    dialect: Dialect, session: Session, scope: Mapping[str, Any], upload: Upload | None, size: int, digest: str
) -> Answer:
    if upload is None or upload.provider != dialect.provider:
        return dialect.refuse(Refusal("media-gone"))
    operation = dialect.contract.operations[upload.operation]
    try:
        if scope["method"] != "PUT":
            raise Refusal("wrong-method")
        if session.clock.age >= upload.until:
            raise Refusal("bad-upload", said="it has expired")
        if upload.size is not None and size != upload.size:
            raise Refusal("bad-upload", said=f"{upload.size} bytes were announced")
        upload.taken(size, digest)
    except Refusal as no:
        allow = ((b"allow", b"PUT"),) if no.reason == "wrong-method" else ()
        return dialect.refuse(no, operation)._replace(headers=allow)
    return Answer(200, body=b"", headers=((b"etag", b'"' + digest.encode() + b'"'),))


def _struck(session: Session, provider: str, when: str) -> tuple[Fault | None, float]:
    if not session.wishes.faults:
        return None, 0.0
    return session.wishes.fault(Place(when, provider, CHANNEL, NAME, session.clock.now), session.seed)


# What lies beside the operations, by how its path begins.
BESIDE = {media.PREFIX: media.show, PREFIX: take}
