"""The book of all exchanges of a session: append-only, capped, and never shortened without a word."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from ...contracts.exchange import MASK, QUERY_SECRET, SECRETS, Exchange
from ...contracts.finding import Finding

ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
BASE = re.compile(rb"(?:https?|wss?)://[^/\"\s\\]+(?:/~[^/\"\s\\]+)?")
MOST = 512 * 2**20
VOLATILE = frozenset({b"host", b"user-agent", b"connection", b"accept", b"accept-encoding", b"accept-language",
                      b"content-length", b"date", b"server", b"transfer-encoding",
                      b"sec-fetch-mode", b"keep-alive", *map(str.encode, SECRETS)})  # fmt: skip


class Journal:
    """Exchanges in order, the last `cap` of them, and no more than `most` bytes of bodies: files may stand in these.
    Every finding once, with how often it was met."""

    def __init__(
        self, cap: int = 10_000, warn: Callable[[str], None] = lambda text: None, most: int = MOST
    ) -> None:  # fmt: skip
        self.kept: deque[Exchange] = deque()
        self.held = 0  # bytes of bodies
        self.count = 0
        self.findings: dict[tuple[str, ...], tuple[Finding, int]] = {}
        self.watch: Callable[[Exchange], None] | None = None
        self._cap = cap
        self._most = most
        self._warn = warn
        self._said = False

    def append(self, exchange: Exchange) -> None:
        """Writes one exchange down."""
        self.count += 1
        self.kept.append(exchange)
        self.held += len(exchange.request_body) + len(exchange.answer_body)
        while len(self.kept) > self._cap or (self.held > self._most and len(self.kept) > 1):
            self._drop()
        if exchange.findings:
            for finding in exchange.findings:
                _, met = self.findings.get(finding.key, (finding, 0))
                self.findings[finding.key] = (finding, met + 1)
        if self.watch is not None:
            self.watch(exchange)

    def _drop(self) -> None:
        """Lets go of the oldest exchange, and says so the first time."""
        if not self._said:
            self._said = True
            full = f"{self._cap} exchanges" if len(self.kept) > self._cap else f"{self._most} bytes of bodies"
            self._warn(f"expected at most {full}; came more; the journal keeps the newest and counts the rest; "
                       f"raise max_exchanges if they are too few, or reset the session")  # fmt: skip
        old = self.kept.popleft()
        self.held -= len(old.request_body) + len(old.answer_body)

    @property
    def left_out(self) -> int:
        """How many exchanges are no longer kept."""
        return self.count - len(self.kept)

    def __iter__(self) -> Iterator[Exchange]:
        return iter(tuple(self.kept))

    def __len__(self) -> int:
        return len(self.kept)

    def of(self, on: str = "", task: str = "") -> list[Exchange]:
        """The exchanges of a channel or an operation, of a task, or all."""
        return [e for e in self.kept if (not on or on in (e.channel, e.operation)) and (not task or e.task == task)]

    def as_dicts(self) -> list[dict[str, Any]]:
        """For JSON, with secrets masked."""
        return [exchange.as_dict() for exchange in self]

    def canonical(self) -> bytes:
        """The book in a form that is equal for equal stories, wherever they were played.

        Addresses and sessions become `{base}`, ids are numbered in order of appearance; what a client library adds
        of itself is left out.
        """
        names: dict[bytes, bytes] = {}

        def named(match: re.Match[bytes]) -> bytes:
            return names.setdefault(match[0].lower(), b"{id-%d}" % (len(names) + 1))

        return b"".join(ID.sub(named, BASE.sub(b"{base}", _plain(exchange))) for exchange in self.kept)


def _plain(exchange: Exchange) -> bytes:
    def lines(headers: Any) -> bytes:
        kept = sorted((key.lower(), value) for key, value in headers if key.lower() not in VOLATILE)
        return b"".join(b"  %s: %s\n" % pair for pair in kept)

    url = QUERY_SECRET.sub(r"\1" + MASK, re.sub(r"^/~[^/]+", "", exchange.url))
    return b"%s %s %s\n%s  %s\n%d at %.6f\n%s  %s\n\n" % (
        exchange.direction.encode(), exchange.method.encode(), url.encode(), lines(exchange.request_headers),
        exchange.request_body, exchange.status, exchange.at, lines(exchange.answer_headers), exchange.answer_body,
    )  # fmt: skip
