"""The lines that tell of requests: written by a thread of its own, with no secret and no control character in them."""

from __future__ import annotations

import json
import logging
import os
import queue
import re
import threading
from collections.abc import Callable
from typing import Any

from ..contracts.exchange import MASK, Exchange
from ..contracts.finding import Finding
from .app import App

SECRET = re.compile(r"([?&][^=&]*(?:key|token|secret|auth|pass|sig)[^=&]*=)[^&]*", re.IGNORECASE)
MOST = 10_000  # lines that wait for somebody to read them
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
        self._lines: queue.SimpleQueue[Callable[[], str] | None] = queue.SimpleQueue()
        self._left_out = 0
        self._thread = threading.Thread(target=self._write, name="understudy log", daemon=True)
        self._thread.start()

    def watch(self, hints: Callable[[str], str]) -> None:
        """Tells of every request from now on; `hints` knows the key to use."""
        self._hints = hints
        self._app.watch = self.exchange
        self._app.strays.watch = self.stray
        for session in self._app.sessions.values():
            session.journal.watch = self.exchange

    def exchange(self, exchange: Exchange) -> None:
        """Tells of a request."""
        self._put(lambda: self._told(exchange, self._hint(exchange)))

    def stray(self, exchange: Exchange) -> None:
        """Tells of a request that fitted no session."""
        self._put(lambda: self._told(exchange, "fits no session: use the address or the key that you were given"))

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
        while (line := self._lines.get()) is not None:
            text = line()
            if self._left_out:
                says, self._left_out = f"{self._left_out} lines left out: nobody read this for too long", 0
                text += "\n" + (json.dumps({"event": "log", "says": says}) if self._json else f"... and {says}")
            rest = (text + "\n").encode("utf-8", "backslashreplace")
            while rest:
                try:
                    rest = rest[os.write(self._file, rest) :]
                except OSError:
                    break  # whoever read has gone; the house goes on

    def _hint(self, exchange: Exchange) -> str:
        """An operation was named, yet no account: the key was not one that we issued."""
        if not exchange.operation or exchange.account or exchange.channel == "media":
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
