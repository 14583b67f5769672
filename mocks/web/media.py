"""Serves files that tasks promised or accounts brought: by opaque name, in ranges, with an ETag, until worn out."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from ...contracts.exchange import Exchange
from ..engine.clock import pause
from ..engine.fault import Fault, Place
from ..engine.gallery import content_type
from ..engine.media.file import file_of
from ..engine.media.scaling import scaled
from ..engine.medium import Card, Medium
from ..engine.prop import Prop
from ..engine.refusal import Refusal
from ..engine.session import Session
from ..engine.shelf import Kept
from ..engine.task import Task
from .dialect import Answer, Dialect
from .exit import SILENT, Send, bent, leave, rendered
from .guard import Receive

RANGE = re.compile(rb"bytes=(\d{0,18})-(\d{0,18})", re.IGNORECASE)
READING = ("GET", "HEAD")
PREFIX = "/media/"
ELSEWHERE = (1024, 1024)  # how large the picture is that stands for one that nobody may ask for


async def show(
    dialect: Dialect, session: Session, scope: Mapping[str, Any], receive: Receive, send: Send, name: str
) -> None:
    """Answers one file, or the provider's own no. Files need no key, and fetching one moves no time."""
    clock, now = session.clock, session.clock.now
    fault, seconds = _struck(session, dialect.provider, "before")
    clock.enter()
    try:
        if fault is not None and fault.what != "delay":
            answer, task = bent(fault, None, dialect.status), ""
        else:
            if seconds:
                await pause(seconds)
            answer, task = await _answered(dialect, session, scope, name, now)
            late, wait = _struck(session, dialect.provider, "after")
            if late is not None:
                fault, seconds = late, wait
                answer = await _late(late, wait, answer, dialect)
    finally:
        clock.leave()
    said = status, headers, _ = rendered(answer)
    if fault is not None and fault.what in SILENT:
        status, headers = 0, ()
    session.journal.append(Exchange(scope["method"], scope["path"], scope["headers"], b"", status, headers, b"",
                                    dialect.provider, "media", "media", task, "", now, clock.client_now(), (),
                                    str(fault or "")))  # fmt: skip
    await leave(receive, send, said, scope["method"] == "HEAD", fault, seconds)


async def _answered(
    dialect: Dialect, session: Session, scope: Mapping[str, Any], name: str, now: float
) -> tuple[Answer, str]:  # fmt: skip
    """The file or the no, and whose file it is."""
    task = ""
    try:
        if scope["method"] not in READING:
            raise Refusal("wrong-method")
        if (prop := brought(dialect, session, name)) is not None:
            return _part(scope, prop.more.type, prop.id, await bytes_of(session, prop)), task
        promised, index = find(dialect, session, name, now)
        task, kind = promised.id, content_type(promised.order.media[index])
        return _part(scope, kind, task, await made(session, promised, index)), task
    except Refusal as no:
        return dialect.refuse(no), task


def _struck(session: Session, provider: str, when: str) -> tuple[Fault | None, float]:
    if not session.wishes.faults:
        return None, 0.0
    return session.wishes.fault(Place(when, provider, "media", "media", session.clock.now), session.seed)


async def _late(fault: Fault, seconds: float, answer: Answer, dialect: Dialect) -> Answer:
    if fault.what != "delay":
        return bent(fault, answer, dialect.status)
    await pause(seconds)
    return answer


def find(dialect: Dialect, session: Session, name: str, now: float) -> tuple[Task, int]:
    """The task that promised a file, and which of its files it is."""
    task = session.tasks.get(session.gallery.found(name))
    names = session.gallery.names(task) if task is not None else []
    if task is None or name not in names or not task.made(names.index(name), now):
        raise Refusal("media-gone")
    ttl = dialect.kept(task)
    if session.worn(task, ttl, now):
        raise Refusal("media-gone", said=f"it was kept for {ttl} s")
    return task, names.index(name)


async def made(session: Session, task: Task, index: int) -> bytes:
    """A file's bytes, made if nobody has asked for it lately."""
    data = session.gallery.made(task, index)
    if data is None:
        # Encoding takes up to 100 ms, hence another thread: it would hold up everybody else's requests.
        data = await asyncio.get_running_loop().run_in_executor(None, session.gallery.make, task, index)
        session.gallery.keep(task, index, data)
    return data


def brought(dialect: Dialect, session: Session, name: str) -> Prop | None:
    """The file that an account of this provider brought and that has this name; one that is worn out is none."""
    prop = session.props.get(name.partition(".")[0])
    if prop is None or not isinstance(prop.more, Kept) or prop.account.provider != dialect.provider:
        return None
    return None if prop.more.name(prop.id) != name or prop.more.worn(session.clock.age) else prop


def medium_of(prop: Prop) -> Medium:
    """What a file is that was brought."""
    width, height = prop.more.fitted if prop.more.width else ELSEWHERE
    return Medium(prop.more.kind, prop.more.form, width, height, 5.0)


async def bytes_of(session: Session, prop: Prop) -> bytes:
    """The bytes of a file that was brought: no larger than it is kept, made up where nobody may be asked for it."""
    kept, data, loop = prop.more, session.shelf.get(prop.id), asyncio.get_running_loop()
    if not kept.size:
        card = Card(prop.account.provider, "", prop.said, 0, 0)
        return await loop.run_in_executor(None, file_of, medium_of(prop), card, session.gallery.plain)
    if data is None:
        raise Refusal("media-gone", said="there were too many others")
    if kept.fitted != (kept.width, kept.height) and not session.shelf.fits(prop.id):
        data = await loop.run_in_executor(None, scaled, data, kept.form, kept.fitted)
        session.shelf.fit(prop.id, data)
    return data


def _part(scope: Mapping[str, Any], kind: str, whose: str, data: bytes) -> Answer:
    headers = dict(scope["headers"])
    tag = b'"' + blake2b(data, digest_size=16).hexdigest().encode() + b'"'
    said = ((b"content-type", kind.encode()), (b"etag", tag),
            (b"accept-ranges", b"bytes"), (b"x-understudy-task", whose.encode()))  # fmt: skip
    known = headers.get(b"if-none-match", b"")
    if tag in known or known.strip() == b"*":
        return Answer(304, body=b"", headers=said)
    asked = RANGE.fullmatch(headers.get(b"range", b"").strip())
    # What is no range, or asks of something else than a GET of this very file, is answered as if it were not there.
    if asked is None or scope["method"] != "GET" or headers.get(b"if-range", tag) != tag:
        return Answer(200, body=data, headers=said)
    first, last = (int(edge) if edge else None for edge in asked.group(1, 2))
    if (first is None and last is None) or (first is not None and last is not None and last < first):
        return Answer(200, body=data, headers=said)
    if first is None:
        first, last = max(0, len(data) - (last or 0)), len(data) - 1
    last = len(data) - 1 if last is None else min(last, len(data) - 1)
    if first > last:
        return Answer(416, body=b"", headers=(*said[2:], (b"content-range", b"bytes */%d" % len(data))))
    return Answer(206, body=data[first : last + 1],
                  headers=(*said, (b"content-range", b"bytes %d-%d/%d" % (first, last, len(data)))))  # fmt: skip
