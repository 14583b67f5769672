"""A way to a stand-in without a socket: httpx hands over the request, and the house's own loop answers it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx

from ..contracts.document import read
from .server import Server

if TYPE_CHECKING:
    from .stand_in import StandIn

HOST = "understudy"


class InProcess(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Runs each request on the thread that owns the engine, whoever's loop asks."""

    def __init__(self, server: Server, mount: str = "") -> None:
        self._server = server
        self._mount = mount

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """For httpx.Client."""
        return self._made(request, self._server.post(self._ask(request, request.read())).result())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """For httpx.AsyncClient."""
        body = await request.aread()
        return self._made(request, await asyncio.wrap_future(self._server.post(self._ask(request, body))))

    @staticmethod
    def _made(request: httpx.Request, answer: tuple[int, list[tuple[bytes, bytes]], bytes]) -> httpx.Response:
        status, headers, body = answer
        return httpx.Response(status, headers=headers, content=body, request=request)

    async def _ask(self, request: httpx.Request, body: bytes) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
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
        status, headers, parts = 0, [], []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status, headers = message["status"], list(message["headers"])
            else:
                parts.append(message.get("body", b""))

        await self._server.app(scope, receive, send)  # type: ignore[arg-type]  # our messages are plain dicts
        return status, headers, b"".join(parts)


def client(handle: StandIn) -> httpx.Client:
    """A client with a stand-in's address and key; plain loopback needs neither certificates nor the user's proxies."""
    return httpx.Client(base_url=handle.url, headers=_key(handle), verify=False, trust_env=False, timeout=30)  # noqa: S501


def async_client(handle: StandIn) -> httpx.AsyncClient:
    """The same, for async code."""
    return httpx.AsyncClient(base_url=handle.url, headers=_key(handle), verify=False, trust_env=False, timeout=30)  # noqa: S501


def _key(handle: StandIn) -> dict[str, str]:
    door = read(handle.provider, "openapi")["security"]
    return {door["name"]: f"{door.get('scheme', '')} {handle.api_key}".strip()}
