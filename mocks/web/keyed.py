"""Keys that stand elsewhere than in a header: in the query, in the path, in the body of a request or a field of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ...contracts.exchange import MASK, unkeyed
from ...contracts.finding import Finding
from ..engine.refusal import Refusal
from . import form, guard

if TYPE_CHECKING:
    from .turn import Turn

FORM = b"multipart/form-data"
FORMS = (FORM, b"application/x-www-form-urlencoded")


def recognise(turn: Turn) -> None:
    """Looks whose request it is. A key may be said at several places: one that is good will do. No book keeps any."""
    said = list(dict.fromkeys(filter(None, _said(turn))))
    if not turn.operation.file:
        turn.body = unkeyed(turn.body)  # it has been read; what is kept of it has no key
    for key in said:
        if turn.holds(key):
            return
    for key in said if turn.elsewhere is not None else ():
        session = turn.elsewhere(key)  # type: ignore[misc]  # there is somebody who knows
        if session is not None and session is not turn.session:
            turn.move(session)
            turn.known(key)
            return
    if turn.operation.keyless:
        return  # whoever says a key may; nobody has to
    raise Refusal("bad-key" if said or "missing-key" not in turn.dialect.contract.errors else "missing-key")


def _said(turn: Turn) -> Iterator[str]:
    """The keys of a request, the likeliest first."""
    doors = turn.operation.doors
    for name in doors.get("path", ()):
        if key := turn.named.get(name, ""):
            turn.hidden = key
            yield key
    yield turn.dialect.key(turn.headers)
    yield from (turn.query.get(name, "") for name in doors.get("query", ()))
    if doors.get("body") and turn.body:
        told = _told(turn)
        yield from (value for name in doors["body"] if isinstance(value := told.get(name), str))


def _told(turn: Turn) -> dict[str, Any]:
    """What the body says by name; nothing of one that cannot be read, which is refused for that later."""
    kind = turn.headers.get(b"content-type", b"")
    if kind[: len(FORM)].lower() == FORM:
        told: dict[str, Any] = form.texts(kind, turn.body)
        turn.body = unread(turn)
        return told
    try:
        value = guard.loads(turn.body)
    except Refusal:
        turn.body = unread(turn)
        return {}
    return value if isinstance(value, dict) else {}


def veiled(finding: Finding, key: str) -> Finding:
    """A finding without a key that stood in the path."""
    if not key:
        return finding
    return replace(finding, came=masked(finding.came, key), cure=masked(finding.cure, key))


def astray(turn: Turn) -> str:
    """A key in the path of a request that was to go elsewhere, as far as it is anybody's."""
    return next((key for _, key in turn.session.accounts if key in turn.way.path), "")


def unread(turn: Turn) -> bytes:
    """What is kept of a body that nobody can read: a key may stand anywhere in it. A file that is awaited stays."""
    if turn.operation.file:
        return turn.body  # of which the digest is kept
    if turn.headers.get(b"content-type", b"").lower().startswith(FORMS):
        return form.noted(len(turn.body), form.digest(turn.body))
    body = unkeyed(turn.body)
    for _, key in turn.session.accounts:
        body = body.replace(key.encode("utf-8", "surrogatepass"), MASK.encode()) if key else body
    return body


def masked(url: str, key: str) -> str:
    """An address without the key that stands in its path."""
    return url.replace(key, MASK) if key else url
