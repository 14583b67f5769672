"""The webhook receiver that a session has of its own: it keeps what comes, and answers as it was told to."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from math import inf
from typing import Any, NamedTuple

from ...contracts.exchange import Headers
from ..engine.clock import Clock, pause
from ..engine.refusal import Refusal
from ..engine.wish import Times, whole
from . import guard
from .dialect import Pairs

HOOKS = "/__hooks__"  # where it is, below a session's address
KEPT = 10_000
TOLD = 5  # of those that came, how many an error names
THANKS = b'{"received": true}'
JSON = ((b"content-type", b"application/json"),)
BODILESS = (204, 304)
STATUS = {"bad-path": 400, "too-large": 413}

Send = Callable[[Mapping[str, Any]], Awaitable[None]]


class Received(NamedTuple):
    """One request: its path as it was sent, with the query, when in the story it came, and what it was answered."""

    method: str
    path: str
    headers: Headers
    body: bytes
    at: float
    status: int

    @property
    def json(self) -> Any:
        """The body as JSON, or None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class _Said(NamedTuple):
    """What the next one is answered, and after how many real seconds."""

    status: int = 200
    body: bytes = THANKS
    headers: Pairs = JSON
    seconds: float = 0.0


class Receiver:
    """Takes any request; it is no provider's route, so it asks for no key, judges nothing and moves no time."""

    def __init__(self, clock: Clock, most: int = 64 * 2**20, warn: Callable[[str], None] = lambda text: None) -> None:
        self.received: list[Received] = []
        self.count = 0  # also of those that are no longer kept
        self.watch: Callable[[Received], None] | None = None
        self._clock = clock
        self._most = most
        self._warn = warn
        self._next: deque[_Said] = deque()
        self._always = _Said()
        self._over = False
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []

    def answer(
        self, status: int = 200, times: Times = 1, body: bytes = b"", headers: Headers = (), seconds: float = 0.0
    ) -> None:
        """Says how the next ones are answered, behind those of which that was said before; `always`: all others."""
        if type(status) is not int or not 200 <= status <= 599:
            raise ValueError(f"expected status to be from 200 to 599; came {status!r}; take one that ends a request")
        if times != "always" and (type(times) is not int or times < 1):
            raise ValueError(f'expected times to be 1 or more, or "always"; came {times!r}; leave it out for once')
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 <= seconds < inf:
            raise ValueError(f"expected seconds to be 0 or more; came {seconds!r}; leave it out for none")
        for name, value in headers:
            if not name or any(byte in b"\r\n\0" for byte in name + value) or name.lower() == b"content-length":
                raise ValueError(f"expected headers of one line each, without a length; came {name!r}; correct it")
        if status in BODILESS and body:
            raise ValueError(f"expected no body with {status}; came {len(body)} bytes; leave it out, or say 200")
        said = _Said(status, body, tuple(headers), seconds)
        if times == "always":
            self._always = said
        else:
            self._next.extend([said] * times)

    async def wait(self, n: int = 1, timeout: float = 10.0) -> list[Received]:
        """All that came, once it is so many; they may take so many real seconds."""
        whole("n", n)
        if self.count < n:
            waiter = (n, asyncio.get_running_loop().create_future())
            self._waiting.append(waiter)
            try:
                await asyncio.wait_for(waiter[1], timeout)
            except TimeoutError:
                span = "before the session ended" if self._over else f"within {timeout:g} s"
                raise TimeoutError(
                    f"expected {n} to be received {span}; came {self._story()}; have the webhook sent to "
                    f"the receiver's url, and where the clock is manual, move it"
                ) from None
            finally:
                self._waiting.remove(waiter)
        return list(self.received)

    def release(self) -> None:
        """Lets whoever waits go: the session is over."""
        self._over = True
        for _, waiter in self._waiting:
            if not waiter.done():
                waiter.set_exception(TimeoutError())

    async def take(self, scope: Mapping[str, Any], receive: guard.Receive, send: Send) -> None:
        """One request over ASGI."""
        try:
            guard.check_path(scope.get("raw_path") or scope["path"].encode("utf-8", "surrogatepass"), scope["path"])
            body = await guard.read(receive, self._most, dict(scope["headers"]).get(b"content-length"))
        except guard.Gone:
            return
        except Refusal as no:
            expected = f"at most {self._most} bytes" if no.said else "a path that is as it looks"
            came = "more" if no.said else ascii(scope["path"][:80])
            await refuse(scope, send, STATUS[no.reason], f"expected {expected}; came {came}; correct what is sent")
            return
        said = self._next.popleft() if self._next else self._always
        self._keep(scope, body, said.status)
        if said.seconds:
            await pause(said.seconds)
        await _send(scope, send, said.status, said.headers, said.body)

    def _keep(self, scope: Mapping[str, Any], body: bytes, status: int) -> None:
        self.count += 1
        if self.count > KEPT:
            del self.received[0]
            if self.count == KEPT + 1:
                self._warn(f"expected at most {KEPT} requests at a receiver; came one more; the newest are kept, and "
                           f"all are counted; reset the session to begin anew")  # fmt: skip
        path = _sent(scope)
        headers = tuple((name, value) for name, value in scope["headers"])
        received = Received(scope["method"], path, headers, body, self._clock.now, status)
        self.received.append(received)
        if self.watch is not None:
            self.watch(received)
        for least, woken in self._waiting:
            if self.count >= least and not woken.done():
                woken.set_result(None)

    def _story(self) -> str:
        if not self.received:
            return "nothing"
        rest = f" and {self.count - TOLD} more" if self.count > TOLD else ""
        return (
            f"{self.count}: " + ", ".join(f"{r.method} {r.path[:80]} ({r.status})" for r in self.received[:TOLD]) + rest
        )


async def refuse(scope: Mapping[str, Any], send: Send, status: int, text: str) -> None:
    """Says no in our own words: whoever sends webhooks knows no provider's."""
    await _send(scope, send, status, JSON, json.dumps({"error": text}).encode())


def _sent(scope: Mapping[str, Any]) -> str:
    """The path and query as they were sent."""
    raw = scope.get("raw_path") or scope["path"].encode("utf-8", "surrogatepass")
    query = scope.get("query_string", b"")
    return str((raw + b"?" + query if query else raw).decode("latin-1"))


async def _send(scope: Mapping[str, Any], send: Send, status: int, headers: Pairs, body: bytes) -> None:
    length = () if status in BODILESS else ((b"content-length", b"%d" % len(body)),)
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *length]})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
