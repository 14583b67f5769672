"""Looks at the files that an order brings: our own and those of this machine; all others are taken as good."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...contracts.catalogue import LOOPBACK, Model
from ...contracts.finding import Finding, shown
from ...contracts.schema import pointer
from ..engine.refusal import Refusal
from ..engine.session import Session
from . import media
from .egress import Blocked, Gate, Unreachable

PATIENCE = 5.0  # real seconds
GLANCE = ((b"range", b"bytes=0-1023"), (b"accept", b"*/*"))
KINDS = {"image": "image/", "video": "video/", "audio": "audio/"}
CURE = "serve the file while the order is placed, or say script(unreachable=True) if it is to be missing"


def near(model: Model, inputs: Mapping[str, Any], base: str) -> list[tuple[str, str, str]]:
    """The inputs that can be looked at without leaving this machine: place, kind and address."""
    here = "/".join(base.split("/", 3)[:3]) + "/"
    return [found for found in _addresses(model, inputs) if found[2].startswith(here) or _is_loopback(found[2])]


def _addresses(model: Model, inputs: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    return ((pointer(path), kind, address) for path, kind, address in model.brought(inputs))


def _is_loopback(address: str) -> bool:
    return LOOPBACK.match(address[:256].lower()) is not None


async def look(session: Session, found: list[tuple[str, str, str]], operation: str) -> list[Finding]:
    """What is wrong with them: a file that cannot be fetched, or one of another kind."""
    findings = []
    for place, kind, address in found:
        name = address.partition("?")[0].rpartition(media.PREFIX)[2]
        task = session.tasks.get(session.gallery.found(name))
        came = _own(session, task.order.provider, name) if task else await _fetched(session.gate, kind, address)
        if came:
            expected = f"a file ({kind}) that can be fetched from {shown(address)}"
            findings.append(Finding("unreachable-input", "doubtful", place, expected, came, CURE, operation))
    return findings


def _own(session: Session, provider: str, name: str) -> str:
    """Why a file of ours cannot be fetched, or nothing. It is not fetched: a fault of media is not for us."""
    try:
        media.find(session.cast[provider], session, name, session.clock.now)
    except Refusal as no:
        return no.said or "a file that does not exist yet, or no more"
    return ""


async def _fetched(gate: Gate, kind: str, address: str) -> str:
    try:
        reply = await gate.send("GET", address, GLANCE, b"", PATIENCE)
    except Unreachable as no:
        return "" if no.reason == "too large" else str(no)
    except Blocked as no:
        return str(no)
    if not 200 <= reply.status < 300:
        return f"status {reply.status}"
    said = dict(reply.headers).get(b"content-type", b"").decode("latin-1").lower()
    return said if said.startswith("text/") and kind in KINDS else ""
