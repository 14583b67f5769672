"""A `serve` process, and a handle on one of its sessions that knows nothing but its control plane."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from typing import Any

import httpx

PATIENCE = 10  # seconds in which a process must have ended


class House:
    """One `serve` process, and a client of its control plane."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "understudy.cli", "serve", "--port", "0", "--json", "--quiet"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        assert said, f"serve ended with {self._process.wait()}"
        self.control = json.loads(said)["control"]
        self._client = httpx.Client(trust_env=False, timeout=30)

    def ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """What the control plane answers; a no is an AssertionError."""
        url = path if path.startswith("http") else self.control + path
        answer = self._client.request(method, url, json=body)
        assert answer.is_success, answer.text
        return answer

    def end(self) -> None:
        """Ends the process."""
        self._client.close()
        self._process.terminate()
        self._process.communicate(timeout=PATIENCE)


@cache
def house() -> House:
    """The one `serve` of this worker; the fixture `served` ends it."""
    return House()


class Remote:
    """What a test holds of one provider in one session, by HTTP alone: the part of a handle that promises use."""

    def __init__(self, provider: str, settings: dict[str, Any]) -> None:
        self.provider = provider
        self._house = house()
        said = self._house.ask("POST", "/sessions", settings).json()
        self.name, self.url, self.api_key = said["sid"], said["urls"][provider], said["keys"][provider]
        self._own = said["control"]
        self.clock, self.journal = Hands(self), Book(self)

    def ask(self, method: str, path: str = "", body: Any = None) -> Any:
        """What the session's own part of the control plane answers, as JSON."""
        return self._house.ask(method, self._own + path, body).json()

    def raw(self, path: str) -> bytes:
        """The same as bytes."""
        return self._house.ask("GET", self._own + path).content

    # -- the director's chair

    def script(self, **said: Any) -> None:
        self.ask("POST", "/scripts", {"provider": self.provider, **said})

    def refuse_next(self, error: str | int, **said: Any) -> None:
        self.ask("POST", "/refusals", {"provider": self.provider, "error": error, **said})

    def fault(self, what: int | str, **said: Any) -> None:
        self.ask("POST", "/faults", {"provider": self.provider, "what": what, **said})

    def another_key(self, kind: str = "") -> str:
        return str(self.ask("POST", "/keys", {"provider": self.provider, **({"kind": kind} if kind else {})})["key"])

    def revoke(self, key: str = "") -> None:
        self.ask("DELETE", f"/keys/{key or self.api_key}?provider={self.provider}")

    def settle(self) -> None:
        self.ask("POST", "/settle")

    def reset(self) -> None:
        self.ask("POST", "/reset")

    def close(self) -> None:
        self.ask("DELETE")

    # -- the books

    @property
    def tasks(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.ask("GET", f"/tasks?provider={self.provider}")["tasks"]
        return rows

    @property
    def ledger(self) -> Money:
        rows = self.ask("GET", f"/ledger?provider={self.provider}")["accounts"]
        return Money(next(row for row in rows if row["account"] == self._account))

    @property
    def findings(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.ask("GET", "/findings")["findings"]
        return rows

    def timeline(self) -> str:
        return self.raw("/timeline").decode()

    @cached_property
    def _account(self) -> str:
        rows = self.ask("GET", f"/keys?provider={self.provider}")["keys"]
        return str(next(row["account"] for row in rows if row["key"] == self.api_key))


class Hands:
    """The clock of a session."""

    def __init__(self, handle: Remote) -> None:
        self._handle = handle

    @property
    def now(self) -> float:
        return float(self._handle.ask("GET", "/clock")["now"])

    @property
    def age(self) -> float:
        return float(self._handle.ask("GET", "/clock")["age"])

    @property
    def due(self) -> float | None:
        due: float | None = self._handle.ask("GET", "/clock")["due"]
        return due

    def advance(self, seconds: float) -> None:
        self._handle.ask("POST", "/clock", {"advance": seconds})


class Book:
    """The journal of a session."""

    def __init__(self, handle: Remote) -> None:
        self._handle = handle

    def canonical(self) -> bytes:
        return self._handle.raw("/journal/canonical")

    def __len__(self) -> int:
        return len(self._handle.ask("GET", "/journal")["exchanges"])


class Money:
    """An account's money, as it stood when it was asked for."""

    def __init__(self, row: dict[str, Any]) -> None:
        self.balance, self.held, self.charged = row["balance"], row["held"], row["charged"]
        self.quota, self.unpriced = row["quota"], row["unpriced"]

    @property
    def spent(self) -> float:
        """What was charged, if the price of every order is known."""
        assert not self.unpriced
        return float(self.charged)


@contextmanager
def remote(provider: str, settings: dict[str, Any]) -> Iterator[Remote]:
    """A handle for as long as a block runs."""
    handle = Remote(provider, settings)
    try:
        yield handle
    finally:
        handle.close()
