"""A house with a control plane, asked without a socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import httpx
from understudy.contracts.schema import Judge
from understudy.mocks.app import App
from understudy.mocks.control.promise import Route, promise
from understudy.mocks.server import Server
from understudy.mocks.settings import Settings
from understudy.mocks.transport import InProcess
from understudy.mocks.web.guard import CONTROL

MODEL = "/v1/models/tongyi-mai/z-image/turbo"


class Plane:
    """Asks the control plane of a house of its own, and holds each answer against the document."""

    def __init__(self, server: Server) -> None:
        self.app, self.server = server.app, server
        self.client = httpx.Client(transport=InProcess(server), base_url="http://understudy")
        self.asked: set[str] = set()

    def ask(self, method: str, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
        content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        where = path if path.startswith("http") else CONTROL + path
        answer = self.client.request(method, where, content=content, headers=headers)
        assert answer.status_code == status, answer.text
        self._check(method, where, answer)
        return told(answer)

    def _check(self, method: str, where: str, answer: httpx.Response) -> None:
        path = where.partition(CONTROL)[2].partition("?")[0]
        for route in promise().routes:
            if route.method == method and fits(route, path):
                self.asked.add(route.id)
                name = route.answer if answer.is_success else "error"
                assert name == "error" or answer.headers["content-type"].startswith(route.media)
                if name != "bytes":
                    assert Judge(promise().whole(name)).differences(told(answer)) == []

    def opened(self, **said: Any) -> Opened:
        return Opened(self, self.ask("POST", "/sessions", said, 201))


def told(answer: httpx.Response) -> Any:
    kind = answer.headers["content-type"].partition(";")[0]
    if kind == "application/json":
        return answer.json()
    return answer.text if kind == "text/plain" else answer.content


class Opened:
    """A session that was opened over the control plane, and a client of it."""

    def __init__(self, plane: Plane, said: Any) -> None:
        self.plane, self.said, self.sid = plane, said, said["sid"]
        self.control, self.url, self.key = said["control"], said["urls"]["runcomfy"], said["keys"]["runcomfy"]

    def ask(self, method: str, path: str = "", body: Any = None, status: int = 200) -> Any:
        return self.plane.ask(method, self.control + path, body, status)

    def send(self, method: str, path: str, body: Any = None, key: str = "") -> httpx.Response:
        headers = {"Authorization": f"Bearer {key or self.key}"}
        url = path if path.startswith("http") else self.url + path
        return self.plane.client.request(method, url, json=body, headers=headers)

    def submit(self, **more: Any) -> Any:
        return self.send("POST", MODEL, {"prompt": "a red tram", **more}).json()


@contextmanager
def plane(
    opens_default: bool = True, providers: tuple[str, ...] = ("runcomfy",), **told: Any
) -> Iterator[Plane]:  # fmt: skip
    server = Server(App(Settings(images="plain").but(**told), providers, opens_default))
    try:
        yield Plane(server)
    finally:
        server.stop()


def fits(route: Route, path: str) -> bool:
    """Whether a path is this route's; no other has the same method and form."""
    mine, its = route.path.split("/"), path.split("/")
    return len(mine) == len(its) and all(m == i or m.startswith("{") for m, i in zip(mine, its, strict=True))


class Told(NamedTuple):
    """What came back from a bare ASGI call."""

    status: int
    headers: dict[bytes, bytes]
    body: bytes


def bare(
    app: Any, method: str, path: str, headers: dict[str, str], body: bytes = b"", kind: str = "http", peer: str = ""
) -> Told:
    """One request straight into an application; a socket's close is told as its code."""
    sent: list[Any] = []
    pairs = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope = {"type": kind, "method": method, "path": path, "raw_path": path.encode(), "query_string": b"",
             "scheme": "http", "headers": pairs, "server": ("127.0.0.1", 80), "subprotocols": [],
             "client": (peer, 40000) if peer else None}  # fmt: skip
    first = {"type": "websocket.connect"} if kind == "websocket" else {"type": "http.request", "body": body}

    async def run() -> None:
        async def receive() -> Any:
            return first

        async def send(message: Any) -> None:
            sent.append(message)

        await app(scope, receive, send)

    asyncio.run(run())
    if sent[0]["type"] == "websocket.close":
        return Told(sent[0]["code"], {}, str(sent[0].get("reason", "")).encode())
    return Told(sent[0]["status"], dict(sent[0]["headers"]), b"".join(part["body"] for part in sent[1:]))
