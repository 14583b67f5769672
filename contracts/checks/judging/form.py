"""Whether an answer can be read at all: its headers, and a body that is one JSON value and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ...contract import Contract
from ...exchange import Exchange, Headers
from ...finding import Finding, shown

NO_BODY = frozenset({"HEAD"})


def answered(said: Exchange) -> Iterator[Finding]:
    """Whether there was an answer."""
    if not said.status:
        yield Finding("no-answer", "broken", "", "an answer", said.answer_body.decode("utf-8", "replace") or "none",
                      "look whether the server runs, and what it logged", said.operation, "documented")  # fmt: skip


def readable(contract: Contract, said: Exchange) -> Iterator[Finding]:
    """Whether the answer is labelled as what it is, and is that."""
    want = contract.facts.openapi.get("headers", {}).get("content-type", "application/json")
    came = header(said, "content-type")
    if not _same_type(came, want):
        yield _finding("wrong-header", said, "content-type", want, came or "none", f"label the answer as {want}")
    length = header(said, "content-length")
    if length and said.method not in NO_BODY and length != str(len(said.answer_body)):
        yield _finding(
            "wrong-header", said, "content-length", str(len(said.answer_body)), length, "count the body's bytes"
        )
    coding = header(said, "content-encoding")
    if coding not in ("", "identity") and not said.header("accept-encoding"):
        yield _finding("wrong-header", said, "content-encoding", "none, since nobody asked for one", coding,
                       "send the body as it is, or as accept-encoding allows")  # fmt: skip
    if said.method in NO_BODY:
        return
    wrong = _unread(said.answer_body)
    if wrong:
        text = said.answer_body[:200].decode("utf-8", "replace")
        yield _finding("unreadable-answer", said, "", "one JSON value in UTF-8", f"{wrong}: {shown(text)}",
                   "look at what the server sends; a client's parser stops here")  # fmt: skip


def methods(contract: Contract, said: Exchange, known: Mapping[str, Any]) -> Iterator[Finding]:
    """Whether a refused method is told which ones the path takes."""
    name = contract.facts.openapi.get("headers", {}).get("methods", "")
    if not name or said.status != 405:
        return
    came = {word.strip() for word in header(said, name).split(",")} - {""}
    if came != set(known):
        yield _finding("wrong-header", said, name, ", ".join(known), ", ".join(sorted(came)) or "none",
                   f"name the path's methods in {name}")  # fmt: skip


def header(said: Exchange, name: str) -> str:
    """An answer's header, or nothing; one that comes twice is told with both values."""
    return header_of(said.answer_headers, name)


def header_of(headers: Headers, name: str) -> str:
    """The same of any headers."""
    wanted = name.lower().encode()
    return ", ".join(value.decode("latin-1") for key, value in headers if key.lower() == wanted)


def _same_type(came: str, want: str) -> bool:
    media, _, more = came.partition(";")
    return media.strip().lower() == want and more.strip().lower().replace('"', "") in ("", "charset=utf-8")


def _unread(body: bytes) -> str:
    """Why a body is not one JSON value, or nothing."""
    twice: list[str] = []

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(found)
        if len(made) < len(found):
            twice.append(next(name for name, _ in found if [key for key, _ in found].count(name) > 1))
        return made

    def constant(word: str) -> Any:
        raise ValueError(f"{word} is no JSON")

    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=pairs, parse_constant=constant)
        json.dumps(value, ensure_ascii=False).encode()  # a lone surrogate is no text
    except (ValueError, RecursionError) as wrong:
        return str(wrong) or type(wrong).__name__
    return f"the key {twice[0]} comes twice" if twice else ""


def _finding(rule: str, said: Exchange, where: str, expected: str, came: str, cure: str) -> Finding:
    return Finding(rule, "broken", where, expected, came, cure, said.operation, "documented")
