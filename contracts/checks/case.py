"""A failing case: what was found, the story that led there, and how to see it again."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..exchange import SECRETS, Exchange
from ..finding import Finding
from .move import Move
from .subject import Subject

PHASES = ("drill", "lifecycle", "examples", "coverage", "fuzzing", "stateful")  # who asks, in this order
STOPPED = "it was stopped by Ctrl-C"  # why a check ended early, if somebody wanted it to
UNTOLD = frozenset({"host", "content-length", "connection", "accept-encoding"})  # headers that a client writes itself
DOTS = re.compile(r"/(\.|%2e){1,2}(/|$)", re.IGNORECASE)  # segments that a client takes out, unless it is told not to
MOST_ARGUMENT = 100_000  # bytes; a longer word is too long for a command


@dataclass(frozen=True)
class Case:
    """One finding with its story: what was asked and done since that world began; the last exchange is the one."""

    finding: Finding
    by: str
    story: tuple[Exchange | Move, ...]
    base: str
    times: int = 1

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """What makes two cases one: not what came, which differs from run to run."""
        found = self.finding
        return (found.rule, found.operation, found.where, found.kind)

    def again(self) -> Case:
        """The same, met once more."""
        return replace(self, times=self.times + 1)

    @property
    def exchange(self) -> Exchange:
        """Where it was found."""
        return next(each for each in reversed(self.story) if isinstance(each, Exchange))

    @property
    def curl(self) -> str:
        """The request as a command; it names the variable that holds the key, never the key."""
        return curl(self.exchange, self.base)


def curl(exchange: Exchange, base: str) -> str:
    """A request as a line for a shell; a key stands in it as $KEY."""
    exchange = exchange.wire or exchange
    url, body = base + exchange.url, exchange.request_body
    parts = ["curl", "-sS", *_asking(exchange)]
    parts += ["-g"] if re.search(r"[{}\[\]]", url) else []  # else they are a pattern of several addresses
    parts += ["--path-as-is"] if DOTS.search(exchange.path) else []
    for name, value in exchange.request_headers:
        word, secret = name.decode("latin-1"), value.decode("latin-1")
        if word.lower() in UNTOLD:
            continue
        if not secret.strip():
            parts += ["-H", shlex.quote(f"{word};")]  # with a colon it would be left out
        elif word.lower() in SECRETS:
            scheme = secret.partition(" ")[0] + " " if " " in secret.strip() else ""
            parts += ["-H", f'"{word}: {scheme}$KEY"']
        else:
            parts += ["-H", shlex.quote(f"{word}: {secret}")]
    if body and b"content-type" not in {name.lower() for name, _ in exchange.request_headers}:
        parts += ["-H", "content-type:"]  # else it would make one up
    if not body:
        return " ".join([*parts, shlex.quote(url)])
    text = body.decode("utf-8", "surrogateescape")
    if text.isprintable() and len(body) < MOST_ARGUMENT:
        return " ".join([*parts, "--data-raw", shlex.quote(text), shlex.quote(url)])
    return " ".join([f"printf '{_octal(body)}' |", *parts, "--data-binary", "@-", shlex.quote(url)])


def _asking(exchange: Exchange) -> list[str]:
    """The flags that make it the same method."""
    method, body = exchange.method, exchange.request_body
    if method == "HEAD":  # -I sends no body, and -X HEAD waits for an answer's body, which never comes
        return ["-i", "-m", "5", "-X", method] if body else ["-I"]
    return ["-i"] if method == ("POST" if body else "GET") else ["-i", "-X", method]


def _octal(body: bytes) -> str:
    """Bytes as every shell's printf reads them."""
    kept = set(range(0x20, 0x7F)) - set(b"'%\\-")
    return "".join(chr(byte) if byte in kept else f"\\{byte:03o}" for byte in body)


@dataclass
class Checked:
    """What came of a check."""

    provider: str
    subject: str
    seed: int
    seconds: float = 0.0
    asked: dict[str, int] = field(default_factory=dict)  # requests, by phase
    walks: int = 0  # full walks: an order that was taken, looked at, fetched and asked to be cancelled
    cases: list[Case] = field(default_factory=list)
    accepted: list[Case] = field(default_factory=list)  # which the baseline holds
    gone: list[Mapping[str, Any]] = field(default_factory=list)  # which the baseline holds and nobody found again
    not_exercised: dict[str, str] = field(default_factory=dict)  # what this subject cannot be asked, and why
    coverage: Mapping[str, Any] = field(default_factory=dict)
    cut: str = ""  # why it ended before everything was asked, if it did

    @property
    def fails(self) -> bool:
        """Whether something was found that nobody has accepted."""
        return bool(self.cases)


def cannot(subject: Subject) -> dict[str, str]:
    """What a subject cannot be asked, and why not."""
    said = {
        "advance": "whether each state lasts as long as it should: its clock cannot be moved from here",
        "fail": "how a failed generation is told: nobody can make one fail from here",
        "poor": "the refusal for an empty balance: the balance cannot be set from here",
    }
    found = {cue: why for cue, why in said.items() if cue not in subject.can}
    if not subject.hooks:
        found["hooks"] = "news that is delivered: there is no address here that takes it"
    if not subject.other_key:
        found["other key"] = "the refusal for somebody else's order: only one key is known"
    return found
