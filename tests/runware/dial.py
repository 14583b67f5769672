"""A caller on a socket, as far as a test needs one: it says lists of tasks and hears frames."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from understudy.mocks.engine.luck import uuid
from understudy.mocks.settings import Settings
from understudy.mocks.stand_in import StandIn, opened
from websockets.sync.client import ClientConnection, connect

MODEL = "runware:z-image@turbo"
PATIENCE = 10.0
PING = {"taskType": "ping", "ping": True}
PONG = {"data": [{"taskType": "ping", "pong": True}]}
HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


@contextmanager
def runware(**said: Any) -> Iterator[StandIn]:
    """A handle whose verdict nobody asks for: these tests do wrong on purpose."""
    handle = opened("runware", Settings().but(**{"images": "plain", **said}))
    try:
        yield handle
    finally:
        handle.close()


class Ids:
    """Ids of tasks, none twice."""

    made = 0

    @classmethod
    def fresh(cls) -> str:
        cls.made += 1
        return uuid("a test", cls.made)


def image(**more: Any) -> dict[str, Any]:
    """A task that makes an image."""
    return {"taskType": "imageInference", "taskUUID": Ids.fresh(), "model": MODEL, "positivePrompt": "a red tram",
            "width": 512, "height": 512, **more}  # fmt: skip


def poll(task: dict[str, Any]) -> dict[str, Any]:
    return {"taskType": "getResponse", "taskUUID": task["taskUUID"]}


def key(said: str, **more: Any) -> dict[str, Any]:
    return {"taskType": "authentication", "apiKey": said, **more}


class Caller:
    """One socket of a client."""

    def __init__(self, link: ClientConnection) -> None:
        self.link = link

    def say(self, *tasks: Any) -> None:
        self.link.send(json.dumps(tasks))

    def hear(self) -> Any:
        return json.loads(self.link.recv(PATIENCE))

    def ask(self, *tasks: Any) -> Any:
        self.say(*tasks)
        return self.hear()

    def enter(self, said: str, **more: Any) -> str:
        """Says a key; the name of the connection."""
        return str(self.ask(key(said, **more))["data"][0]["connectionSessionUUID"])

    def still_there(self) -> bool:
        return bool(self.ask(PING) == PONG)


@contextmanager
def called(url: str, **more: Any) -> Iterator[Caller]:
    with connect(url, proxy=None, max_size=None, **more) as link:
        yield Caller(link)


@contextmanager
def entered(handle: StandIn, **more: Any) -> Iterator[Caller]:
    """A caller who has said the handle's key."""
    with called(handle.ws_url, **more) as caller:
        caller.name = caller.enter(handle.api_key)  # type: ignore[attr-defined]
        yield caller


def frame(payload: bytes, opcode: int = 1, fin: bool = True) -> bytes:
    """A client's frame by hand; its mask is nought, which changes nothing."""
    head, size = bytes([(0x80 if fin else 0) | opcode]), len(payload)
    if size < 126:
        head += bytes([0x80 | size])
    elif size < 2**16:
        head += b"\xfe" + size.to_bytes(2, "big")
    else:
        head += b"\xff" + size.to_bytes(8, "big")
    return head + bytes(4) + payload


@contextmanager
def raw(url: str, receive_buffer: int = 0) -> Iterator[socket.socket]:
    """A socket behind its handshake, for who sends what no library would, or reads nothing."""
    parts = urlsplit(url)
    link = socket.socket()
    try:
        if receive_buffer:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        link.settimeout(PATIENCE)
        link.connect((parts.hostname, parts.port))
        link.sendall(HANDSHAKE.format(path=parts.path, host=parts.netloc).encode())
        said = b""
        while not said.endswith(b"\r\n\r\n"):
            said += link.recv(1)
        assert said.startswith(b"HTTP/1.1 101"), said
        yield link
    finally:
        link.close()


def becomes(handle: StandIn, wanted: Callable[[], bool]) -> None:
    """Returns once something is so, after so many turns of the house's loop at most."""
    for _ in range(200_000):
        if handle.call(wanted):
            return
    raise AssertionError("it did not become so")


def gone(handle: StandIn) -> None:
    """Returns once the house has noticed that nobody is on any line."""
    becomes(handle, lambda: not handle.session.switchboard.lines)


@contextmanager
def deaf(handle: StandIn) -> Iterator[socket.socket]:
    """Somebody who has said the key, and will read nothing; hardly anything of what is for it leaves this process."""
    with raw(handle.ws_url, receive_buffer=4096) as link:
        link.sendall(frame(json.dumps([key(handle.api_key)]).encode()))
        becomes(handle, lambda: bool(handle.session.switchboard.connections))
        (line,) = handle.session.switchboard.lines
        handle.call(lambda: line.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1))
        yield link
