"""What was sent as a body: how it reads, and what is wrong with it as such."""

from __future__ import annotations

import json
import re
from typing import Any

from ...exchange import Exchange

DEEP, DIGITS = 40, re.compile(rb"\d{16}")
LONE = re.compile(rb"\\u[dD][89a-fA-F]")
JSON_LIKE = re.compile(r"application/([\w.\-]+\+)?json\s*(;.*)?", re.IGNORECASE | re.DOTALL)


def body_of(said: Exchange) -> tuple[Any, list[str], bool]:
    """A request's body, what is wrong with it as such, and whether all would read it alike."""
    kind = said.header("content-type")
    reasons = [] if JSON_LIKE.fullmatch(kind) else ["wrong-type"]
    clear = kind.partition(";")[0].strip().lower() == "application/json" or bool(reasons)

    def constant(word: str) -> Any:
        raise ValueError(word)

    twice = False

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal twice
        made = dict(found)
        twice = twice or len(made) < len(found)
        return made

    try:
        body = json.loads(said.request_body.decode("utf-8"), parse_constant=constant, object_pairs_hook=pairs)
    except (ValueError, RecursionError):
        return None, [*reasons, "bad-json"], clear
    raw = said.request_body
    strange = twice or raw.count(b"[") + raw.count(b"{") > DEEP or DIGITS.search(raw) or LONE.search(raw)
    return body, reasons, clear and not strange
