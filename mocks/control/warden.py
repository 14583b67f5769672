"""Who may steer the house: this machine by its own name, or whoever has the admin token; nobody's page on the web."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from hmac import compare_digest
from typing import TYPE_CHECKING, Any

import orjson

from ..web.exit import JSON, Send
from ..web.guard import CONTROL, LOOPBACK, Receive

if TYPE_CHECKING:
    from ..app import App

OURS = (*LOOPBACK, "testserver", "understudy")  # the last two are how in-process clients call the house
HEALTH = f"{CONTROL}/health"
Asgi = Callable[[Any, Any, Any], Awaitable[None]]


class Warden:
    """Stands before the control plane, whoever asks and over which kind of connection; what is behind it is made when
    the first one is let in."""

    def __init__(self, app: App, behind: Callable[[], Asgi]) -> None:
        self._app = app
        self._make = behind
        self._behind: Asgi | None = None

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Lets a request pass, or refuses it."""
        no = self._trouble(scope)
        if no is None:
            self._behind = self._behind or self._make()
            await self._behind(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": no[1][:120]})
        else:
            body = orjson.dumps({"detail": no[1]})
            head = [JSON, (b"content-length", b"%d" % len(body))]
            await send({"type": "http.response.start", "status": no[0], "headers": head})
            await send({"type": "http.response.body", "body": body})

    def _trouble(self, scope: Mapping[str, Any]) -> tuple[int, str] | None:
        """A page on the web must not steer us: a foreign Origin, or a Host that a rebound name would bring."""
        told = [(name.lower(), value) for name, value in scope["headers"]]
        token = self._app.admin_token or self._app.settings.admin_token
        if token and not _from_inside(scope):
            right = token.encode()
            for scheme, _, token in (value.partition(b" ") for name, value in told if name == b"authorization"):
                if scheme.lower() == b"bearer" and compare_digest(token.strip(), right):
                    return None
            return 401, "expected the admin token of serve; came none that fits; send Authorization: Bearer TOKEN"
        for name, value in told:
            if name in (b"origin", b"host") and value and not is_ours(value.decode("latin-1")):
                came = ascii(value.decode("latin-1")[:80])
                return 403, f"expected {name.decode()} to be loopback; came {came}; ask from this machine, by 127.0.0.1"
            if name == b"sec-fetch-site" and value == b"cross-site":
                return 403, "expected a request from this machine; came one from a page of another site; ask directly"
        return None


def _from_inside(scope: Mapping[str, Any]) -> bool:
    """Whether this machine itself asks how the house is: who watches over a container cannot know its token."""
    peer = scope.get("client") or ("",)
    return scope["type"] == "http" and scope["path"] == HEALTH and peer[0] in LOOPBACK


def is_ours(said: str) -> bool:
    """Whether an Origin or a Host is this machine's."""
    host = said.partition("://")[2] if "://" in said else said
    name, colon, port = host.rpartition(":")
    if colon and not host.endswith("]"):
        if not (port.isascii() and port.isdigit()):
            return False
        host = name
    return host.strip("[]").lower() in OURS


def control_plane(app: App) -> Warden:
    """The control plane of one house."""

    def made() -> Asgi:
        from .plane import Plane  # FastAPI takes most of a second to load, and few ask for it

        return Plane(app).api()

    return Warden(app, made)
