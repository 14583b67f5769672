"""Looks at the files that an order brings: our own and those of this machine; all others are taken as good."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ...contracts.brought import ID, LOOPBACK, TOO_LARGE, Size, carried
from ...contracts.brought import size as size_of
from ...contracts.catalogue import Model
from ...contracts.finding import Finding, Severity, shown
from ...contracts.schema import pointer
from ..engine.refusal import Refusal
from ..engine.script import UNREACHABLE, Script
from . import media
from .dialect import Meant
from .egress import LONGEST_SIZE, Blocked, Reply, Unreachable

if TYPE_CHECKING:
    from .turn import Turn

PATIENCE = 5.0  # real seconds
WHOLE = ((b"accept", b"*/*"),)
GLANCE = ((b"range", b"bytes=0-65535"), *WHOLE)
KINDS = {"image": "image/", "video": "video/", "audio": "audio/"}
CURE = "serve the file while the order is placed, or say script(unreachable=True) if it is to be missing"
NAME_IT = "name a file that this account has made or uploaded and that is still kept"


class Seen(NamedTuple):
    """A file that was looked at: how large the picture is, if it is one; its bytes, if they were wanted; or why there
    is none; and how many bytes it has, as far as that is known."""

    size: Size | None = None
    data: bytes = b""
    came: str = ""
    bytes: int = 0


def near(model: Model, inputs: Mapping[str, Any], base: str) -> list[tuple[str, str, str]]:
    """The inputs that can be looked at without leaving this machine: place, kind, and address or id."""
    here = "/".join(base.split("/", 3)[:3]) + "/"
    return [found for found in _named(model, inputs)
            if found[2].startswith(here) or _is_loopback(found[2]) or ID.fullmatch(found[2])]  # fmt: skip


def _named(model: Model, inputs: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    return ((pointer(path), kind, text) for path, kind, text in model.brought(inputs))


def _is_loopback(address: str) -> bool:
    return LOOPBACK.match(address[:256].lower()) is not None


def size(turn: Turn, place: str) -> Size | None:
    """How large the picture is that a request brings at a place, as far as that is known without asking elsewhere."""
    if place in turn.seen:
        return turn.seen[place].size
    named = _named(turn.model, turn.inputs) if turn.model is not None else ()
    data = next((carried(text) for at, _, text in named if at == place), None)
    return size_of(data) if data else None


async def check(turn: Turn, model: Model) -> None:
    """Files that can be looked at are; if one is missing, the order is refused or fails, as the provider has it."""
    found = near(model, turn.inputs, turn.base)
    missing = tuple(await look(turn, found)) if found else ()
    turn.now = turn.session.clock.now
    if missing:
        turn.findings += missing
        reason = next((finding.reason for finding in missing if finding.reason == TOO_LARGE), UNREACHABLE)
        if turn.operation.orders and "status" in turn.dialect.contract.error(reason, turn.operation):
            raise Refusal(reason, findings=tuple(finding for finding in missing if finding.reason == reason))
        turn.fate = Script(unreachable=True)


async def look(turn: Turn, found: list[tuple[str, str, str]]) -> list[Finding]:
    """What is wrong with them: a file that cannot be fetched, that this account has not, or one of another kind."""
    findings = []
    for place, kind, text in found:
        named = ID.fullmatch(text) is not None
        if named and not turn.operation.orders:
            continue  # what it is about is its own to say
        turn.seen[place] = seen = _own(turn, kind, text) if named else await _opened(turn, kind, text)
        if seen.came:
            # An id that is unknown here is no mistake of form, as a task's is none.
            severity: Severity = "note" if named else "doubtful"
            what = f"a file ({kind}) that can be fetched from {shown(text)}"
            expected = f"the id of a file ({kind})" if named else what
            cure = NAME_IT if named else CURE
            findings.append(Finding("unreachable-input", severity, place, expected, seen.came, cure, turn.operation.id,
                                    reason=UNREACHABLE))  # fmt: skip
        elif turn.model is not None:
            findings += turn.model.oversized(place, kind, seen.bytes, turn.operation.id)
    return findings


def _own(turn: Turn, kind: str, id: str) -> Seen:
    """A file that is named by its id; that it is named again keeps one that was brought."""
    meant = turn.dialect.meant(turn.session, turn.account, id)
    if meant is None:
        return Seen(came=f"{shown(id)}, which this account has not")
    if meant.kind != kind and kind != "any":
        return Seen(came=f"one of another kind ({meant.kind})")
    if (prop := meant.brought) is not None:
        used = prop.more._replace(used=turn.session.clock.age)
        turn.session.props[prop.id] = prop._replace(more=used)
    return _told(meant)


def _told(meant: Meant, data: bytes = b"") -> Seen:
    return Seen((meant.width, meant.height) if meant.width else None, data)


async def _opened(turn: Turn, kind: str, address: str) -> Seen:
    """A file at an address: one of ours is known, and not fetched: a fault of media is not for us."""
    session = turn.session
    name = address.partition("?")[0].rpartition(media.PREFIX)[2]
    task = session.tasks.get(session.gallery.found(name))
    wanted = not turn.operation.orders
    if task is not None:
        try:
            task, index = media.find(session.cast[task.order.provider], session, name, session.clock.now)
        except Refusal as no:
            return Seen(came=no.said or "a file that does not exist yet, or no more")
        medium = task.order.media[index]
        data = await media.made(session, task, index) if wanted else b""
        return _told(Meant(medium.kind, medium.width, medium.height), data)
    for dialect in session.cast.speaking.values():
        if (prop := media.brought(dialect, session, name)) is not None:
            width, height = prop.more.fitted
            told = _told(Meant(prop.more.kind, width, height), await media.bytes_of(session, prop) if wanted else b"")
            return told._replace(bytes=prop.more.size)
    return await _fetched(turn, kind, address, WHOLE if wanted else GLANCE)


async def _fetched(turn: Turn, kind: str, address: str, headers: tuple[tuple[bytes, bytes], ...]) -> Seen:
    try:
        reply = await turn.session.gate.send("GET", address, headers, b"", PATIENCE)
    except Unreachable as no:
        return Seen(bytes=no.size) if no.reason == "too large" else Seen(came=str(no))
    except Blocked as no:
        return Seen(came=str(no))
    if not 200 <= reply.status < 300:
        return Seen(came=f"status {reply.status}")
    said = dict(reply.headers).get(b"content-type", b"").decode("latin-1").lower()
    came = said if said.startswith("text/") and kind in KINDS else ""
    return Seen(size_of(reply.body), reply.body, came, _whole(reply))


def _whole(reply: Reply) -> int:
    """How many bytes a file has of which a part was answered, or the whole."""
    told = dict(reply.headers).get(b"content-range", b"").rpartition(b"/")[2]
    return int(told) if told.isdigit() and len(told) < LONGEST_SIZE else len(reply.body)
