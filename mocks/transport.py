"""A way to a stand-in without a socket: httpx hands over the request, and the house's own loop answers it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import wait
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import httpx

from ..contracts.document import read
from .server import Server
from .web.caller import Heard, wired

if TYPE_CHECKING:
    from .stand_in import StandIn

HOST = "understudy"
SILENCE = "Server disconnected without sending a response."


class InProcess(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Runs each request on the thread that owns the engine, whoever's loop asks."""

    def __init__(self, server: Server, mount: str = "") -> None:
        self._server = server
        self._mount = mount

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """For httpx.Client."""
        line = Line(request, request.read())
        asked = self._server.post(self._ask(request, line))
        while not wait([asked], line.patience).done:
            line.hurry()
        asked.result()
        return line.answer()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """For httpx.AsyncClient."""
        line = Line(request, await request.aread())
        asked = asyncio.wrap_future(self._server.post(self._ask(request, line)))
        try:
            while not (await asyncio.wait([asked], timeout=line.patience))[0]:
                line.hurry()
        except asyncio.CancelledError:
            asked.cancel()
            raise
        asked.result()
        return line.answer()

    async def _ask(self, request: httpx.Request, line: Line) -> None:
        raw, _, query = request.url.raw_path.partition(b"?")
        path = request.url.path
        if self._mount and not path.startswith("/~"):
            session, provider = self._mount.rsplit("/", 1)
            # A base address with the provider's prefix is as good here as over the socket.
            mount = session if path.startswith(f"/{provider}/") else self._mount
            path, raw = mount + path, mount.encode() + raw
        scope = {
            "type": "http", "http_version": "1.1", "method": request.method, "scheme": request.url.scheme, "path": path,
            "raw_path": raw, "query_string": query, "server": (request.url.host, request.url.port or 80),
            "headers": [(key.lower(), value) for key, value in request.headers.raw],
        }  # fmt: skip
        await self._server.app(scope, line.receive, line.send)


class Line:
    """Both ends of a connection that is none: what the house sends on it, or does to it, is what the client sees."""

    def __init__(self, request: httpx.Request, body: bytes) -> None:
        self.transport = self  # the way out asks whoever sends for what it sends on
        self.patience: float | None = request.extensions.get("timeout", {}).get("read")
        self._request = request
        self._body: bytes | None = body
        self._status = 0
        self._headers: list[tuple[bytes, bytes]] = []
        self._parts: list[bytes] = []
        self._noise = b""
        self._end = ""  # how the house ended it, if no answer did
        self._over = asyncio.Event()
        self._heard = 0

    async def receive(self) -> dict[str, Any]:
        """The request; behind it there is only its end."""
        if self._body is None:
            await self._over.wait()
            return {"type": "http.disconnect"}
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: Any) -> None:
        """Takes a part of the answer."""
        if message["type"] == "http.response.start":
            self._status, self._headers = message["status"], list(message["headers"])
            return
        self._parts.append(message.get("body", b""))
        if not message.get("more_body"):
            self._over.set()

    def write(self, data: bytes) -> None:
        """Takes bytes that are no answer."""
        self._noise += data

    def close(self) -> None:
        """The house hangs up."""
        self._end = "close"
        self._over.set()

    def abort(self) -> None:
        """The house breaks the connection."""
        self._end = "abort"
        self._over.set()

    def get_extra_info(self, _: str) -> Any:
        """There is no socket."""
        return None

    def hurry(self) -> None:
        """The client's patience is at its end, unless it has heard something meanwhile."""
        heard = len(self._parts) + bool(self._status)
        if heard == self._heard:
            raise httpx.ReadTimeout("timed out", request=self._request)
        self._heard = heard

    def answer(self) -> httpx.Response:
        """What httpx makes of it."""
        body = b"".join(self._parts)
        if not self._end:
            return httpx.Response(self._status, headers=self._headers, content=body, request=self._request)
        if self._end == "abort":
            raise httpx.ReadError("[Errno 104] Connection reset by peer", request=self._request)
        if self._noise.startswith(b"HTTP/"):
            lines = self._noise.partition(b"\r\n\r\n")[0].split(b"\r\n")
            pairs = [(name, value.strip()) for name, _, value in (line.partition(b":") for line in lines[1:])]
            torn = Torn(b"", "illegal chunk header")
            return httpx.Response(int(lines[0].split()[1]), headers=pairs, stream=torn, request=self._request)
        if self._status:
            length = next((int(value) for name, value in self._headers if name == b"content-length"), 0)
            why = f"peer closed connection without sending complete message body (received {len(body)} bytes, " \
                  f"expected {length})"  # fmt: skip
            torn = Torn(body, why if length > len(body) else "")
            return httpx.Response(self._status, headers=self._headers, stream=torn, request=self._request)
        why = "illegal status line" if self._noise else SILENCE
        raise httpx.RemoteProtocolError(why, request=self._request)


class Torn(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that ends before its end."""

    def __init__(self, body: bytes, why: str) -> None:
        self._body = body
        self._why = why

    def __iter__(self) -> Iterator[bytes]:
        yield self._body
        if self._why:
            raise httpx.RemoteProtocolError(self._why)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self:
            yield part


class Talk:
    """Asks a stand-in again and again without a socket, each request as it stands: what Caller does with one."""

    def __init__(self, handle: StandIn) -> None:
        self._server = handle._server
        self._mount = f"/~{handle.name}/{handle.provider}"
        self._host = (b"host", self._server.url.removeprefix("http://").encode())

    def ask(self, method: str, path: str, headers: tuple[tuple[str, str], ...], body: bytes) -> Heard:
        """One exchange."""
        raw, _, query = (self._mount + wired(path)).partition("?")
        sent = [self._host, *[(name.lower().encode("latin-1"), value.encode("latin-1", "replace"))
                              for name, value in headers], (b"content-length", b"%d" % len(body))]  # fmt: skip
        scope = {
            "type": "http", "http_version": "1.1", "method": method, "scheme": "http", "path": unquote(raw),
            "raw_path": raw.encode(), "query_string": query.encode(), "server": None, "headers": sent,
        }  # fmt: skip
        parts: list[bytes] = []
        status, pairs = 0, ()

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            nonlocal status, pairs
            if message["type"] == "http.response.start":
                status, pairs = message["status"], tuple(message["headers"])
            else:
                parts.append(message.get("body", b""))

        self._server.run(lambda: self._server.app(scope, receive, send))
        return Heard(status, pairs, b"".join(parts))

    def close(self) -> None:
        """There is nothing to hang up."""


def client(handle: StandIn) -> httpx.Client:
    """A client with a stand-in's address and key; plain loopback needs neither certificates nor the user's proxies."""
    return httpx.Client(base_url=handle.url, headers=_key(handle), verify=False, trust_env=False, timeout=30)  # noqa: S501


def async_client(handle: StandIn) -> httpx.AsyncClient:
    """The same, for async code."""
    return httpx.AsyncClient(base_url=handle.url, headers=_key(handle), verify=False, trust_env=False, timeout=30)  # noqa: S501


def _key(handle: StandIn) -> dict[str, str]:
    door = read(handle.provider, "openapi")["security"]
    return {door["name"]: f"{door.get('scheme', '')} {handle.api_key}".strip()}
