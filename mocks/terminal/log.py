"""The lines that tell of requests: written by a thread of its own, with no secret and no control character in them."""

from __future__ import annotations

import json
import logging
import os
import queue
import re
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ...contracts.contract import contract
from ...contracts.document import PROVIDERS
from ...contracts.exchange import MASK, Exchange
from ...contracts.finding import Finding
from ..app import App
from ..web.receiver import Received

if TYPE_CHECKING:
    from .screen import Screen, Shot

SECRET = re.compile(r"([?&][^=&]*(?:key|token|secret|auth|pass|sig)[^=&]*=)[^&]*", re.IGNORECASE)
MOST = 10_000  # lines that wait for somebody to read them
AT_ONCE = 500  # lines that are written in one go
MOST_FLAGS = 3  # findings that one line tells
SHORT = 60  # letters
STDERR = 2


class Log:
    """Takes exchanges and words, and writes them as text or JSON. It never holds up who tells it: a pipe that nobody
    reads would otherwise stop the whole house; what was left out for that is counted."""

    def __init__(self, app: App, form: str, file: int = STDERR) -> None:
        self._app = app
        self._json = form == "json"
        self._file = file
        self._hints: Callable[[str], str] = lambda provider: ""
        self._lines: queue.SimpleQueue[Callable[[], str | None] | None] = queue.SimpleQueue()
        self._left_out = 0
        self._screen: Screen | None = None
        self._thread = threading.Thread(target=self._write, name="understudy log", daemon=True)
        self._thread.start()

    def watch(self, hints: Callable[[str], str]) -> None:
        """Tells of every request from now on; `hints` knows the key to use."""
        self._hints = hints
        self._app.watch = self.exchange
        self._app.strays.watch = self.stray
        self._app.watch_hooks = self.hook
        for session in self._app.sessions.values():
            session.journal.watch = self.exchange
            session.receiver.watch = self.hook

    def exchange(self, exchange: Exchange) -> None:
        """Tells of a request."""
        self._put(lambda: self._told(exchange, self._hint(exchange)))

    def stray(self, exchange: Exchange) -> None:
        """Tells of a request that fitted no session."""
        self._put(lambda: self._told(exchange, "fits no session: use the address or the key that you were given"))

    def hook(self, received: Received) -> None:
        """Tells of a webhook that the built-in receiver took."""
        self._put(lambda: self._taken(received))

    def shown_on(self, screen: Screen) -> None:
        """Writes to a screen from now on, above its table."""
        self._screen = screen

    def draw(self, seen: Shot) -> None:
        """Has the screen show something, in turn with the lines."""

        def draw() -> None:
            if self._screen is not None:
                self._screen.draw(seen)

        self._lines.put(draw)

    def say(self, text: str, **more: Any) -> None:
        """Says anything else; `more` is what a reader of JSON gets."""
        self._put(lambda: json.dumps(more or {"event": "log", "says": text}) if self._json else text)

    def close(self) -> None:
        """Writes what is left, for as long as a reader can be expected to take it."""
        self._lines.put(None)
        self._thread.join(0.3)

    def _put(self, line: Callable[[], str]) -> None:
        if self._lines.qsize() < MOST:
            self._lines.put(line)
        else:
            self._left_out += 1

    def _write(self) -> None:
        """The thread's work. Lines that wait together are written in one go: a table is then moved once for all."""
        over = False
        while not over:
            texts = []
            for line in self._waiting():
                over = over or line is None
                if line is not None and (text := line()) is not None:
                    texts.append(text)
            if texts and self._left_out:
                says, self._left_out = f"{self._left_out} lines left out: nobody read this for too long", 0
                texts.append(json.dumps({"event": "log", "says": says}) if self._json else f"... and {says}")
            if texts:
                self._out("\n".join(texts))
        if self._screen is not None:
            self._screen.end()

    def _waiting(self) -> Iterator[Callable[[], str | None] | None]:
        """What waits to be written; waits for it if nothing does."""
        yield self._lines.get()
        for _ in range(AT_ONCE):
            try:
                yield self._lines.get_nowait()
            except queue.Empty:
                return

    def _out(self, text: str) -> None:
        if self._screen is not None:
            self._screen.say(text)
            return
        rest = (text + "\n").encode("utf-8", "backslashreplace")
        while rest:
            try:
                rest = rest[os.write(self._file, rest) :]
            except OSError:
                break  # whoever read has gone; the house goes on

    def _hint(self, exchange: Exchange) -> str:
        """An operation was named, yet no account: the key was not one that we issued."""
        if not exchange.operation or exchange.account or exchange.channel == "media" or exchange.direction == "out":
            return ""
        if exchange.method == "SOCKET" and exchange.status < 400:  # some things may be said before a key is
            return ""
        if exchange.provider in PROVIDERS and contract(exchange.provider).operations[exchange.operation].keyless:
            return ""
        return f"unknown key: use {self._hints(exchange.provider)}"

    def _told(self, exchange: Exchange, hint: str) -> str:
        url = self._masked(exchange.url)
        found = [finding for finding in exchange.findings if finding.severity != "note"]
        if self._json:
            return json.dumps({
                "event": "request", "at": exchange.at, "method": exchange.method, "url": url, "status": exchange.status,
                "provider": exchange.provider, "operation": exchange.operation, "task": exchange.task,
                "bent": exchange.bent, "findings": [finding.rule for finding in found], "hint": hint,
            })  # fmt: skip
        strict = self._app.settings.strict
        flags = [f"{'broken' if strict else f.severity} {f.rule}{' at ' + f.where if f.where else ''}: {_short(f)}"
                 for f in found]  # fmt: skip
        more = [f"and {len(flags) - MOST_FLAGS} more"] if len(flags) > MOST_FLAGS else []
        notes = [exchange.bent, *map(self._masked, [*flags[:MOST_FLAGS], *more]), hint]
        said = "".join(f"  ! {note}" for note in notes if note)
        about = "".join(f"  {word}" for word in (exchange.operation, exchange.task) if word)
        return plain(f"{exchange.at:>9.3f} s  {exchange.status}  {exchange.method:<4} {url}{about}{said}")

    def _taken(self, received: Received) -> str:
        url, size = self._masked(received.path), len(received.body)
        if self._json:
            return json.dumps({"event": "webhook", "at": received.at, "method": received.method, "url": url,
                               "status": received.status, "bytes": size})  # fmt: skip
        head = f"{received.at:>9.3f} s  {received.status}  {received.method:<4} {url}"
        return plain(f"{head}  webhook received, {size} bytes")

    def _masked(self, text: str) -> str:
        text = SECRET.sub(rf"\1{MASK}", text)
        for session in list(self._app.sessions.values()):
            for _, key in list(session.accounts):
                if len(key) >= SHORTEST_KEY:  # a key like "a" would mask half of every line
                    text = text.replace(key, MASK)
        return text


SHORTEST_KEY = 8


def _short(finding: Finding) -> str:
    """What was expected where that is a word or two, else what to do; both where the cure names what is near."""
    said = f"expected {finding.expected}; came {finding.came}"
    if finding.rule == "unknown-model":
        return f"{said}; {finding.cure}"
    return said if len(finding.expected) < SHORT else finding.cure


class Handler(logging.Handler):
    """Hands what the house's own log says to the same lines."""

    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Says it."""
        text = plain(record.getMessage())
        self._log.say(f"{record.levelname.lower()}: {text}", event=record.levelname.lower(), says=text)


def plain(text: str) -> str:
    """One line: what could move a terminal's cursor or forge a line is spelled out."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii") for letter in text
    )
