"""The three stand-ins behind one door: finds the provider and the session of a request, and hands it over."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from ..contracts.contract import contract
from ..contracts.exchange import Exchange
from .engine.clock import Clock
from .engine.gallery import Gallery
from .engine.session import Account, Session, digest
from .runcomfy.dialect import RunComfy
from .settings import Settings, configured
from .web import media
from .web.dialect import Dialect
from .web.guard import Receive
from .web.journal import Journal
from .web.turn import JSON, Send, Turn

LOG = logging.getLogger("understudy")
CONTROL = "__understudy__"
DIALECTS: dict[str, type[Dialect]] = {RunComfy.provider: RunComfy}
HOST = re.compile(rb"[A-Za-z0-9.\-_]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")
DEFAULT = "default"


class App:
    """An ASGI application. Its sessions are worlds that never see each other."""

    def __init__(
        self, settings: Settings | None = None, providers: tuple[str, ...] = (), opens_default: bool = False
    ) -> None:
        self._settings = settings
        self.providers = providers or tuple(DIALECTS)
        self.sessions: dict[str, Session] = {}
        self.strays = Journal(1000)
        self.watch: Callable[[Exchange], None] | None = None
        self._told: dict[str, tuple[Settings, tuple[str, ...]]] = {}
        self._bases: dict[tuple[bytes, str], str] = {}
        self._documents: dict[str, bytes] = {}
        self._control: Any = None
        self.opens_default = opens_default

    @property
    def settings(self) -> Settings:
        """What the house was told; read from files and environment when first needed."""
        if self._settings is None:
            self._settings = configured()
        return self._settings

    # -- sessions

    def open(self, name: str, settings: Settings, providers: tuple[str, ...] = (), loop: Any = None) -> Session:
        """Makes a world, with one account a provider."""
        providers = providers or self.providers
        epoch = datetime.now(UTC) if settings.epoch == "now" else None
        clock = Clock(settings.clock or "auto", epoch)
        clock.loop = loop
        gallery = Gallery(settings.max_media, settings.images == "plain")
        session = Session(
            name, clock, gallery, Journal(settings.max_exchanges, LOG.warning), settings.seed, settings.max_tasks
        )
        session.warn = LOG.warning
        session.journal.watch = self.watch
        for provider in providers:
            session.cast[provider] = DIALECTS[provider](
                contract(provider, settings.readings.get(provider)), settings.terms(provider)
            )
            named = [key for key in settings.keys.split(",") if key] if name == DEFAULT else []
            for key in named or [derived(settings.seed, name, provider)]:
                self.account(session, provider, key)
        self.sessions[name] = session
        self._told[name] = (settings, providers)
        return session

    def account(self, session: Session, provider: str, key: str = "") -> Account:
        """Opens an account; without a key, one is made up."""
        key = key or derived(session.seed, session.name, provider, len(session.accounts))
        return session.open_account(provider, key, session.cast[provider].terms.slots)

    def reset(self, name: str) -> Session:
        """The same world from its beginning: same address, same keys, nothing has happened."""
        old, (settings, providers) = self.sessions[name], self._told[name]
        old.clock.release()
        session = self.open(name, settings, providers, old.clock.loop)
        for key, account in old.accounts.items():
            if key not in session.accounts:
                self.account(session, account.provider, key)
        return session

    def close(self, name: str) -> None:
        """Forgets a world."""
        session = self.sessions.pop(name, None)
        self._told.pop(name, None)
        if session is not None:
            session.clock.release()

    def default(self) -> Session:
        """The session of whoever names none, as `serve` has it."""
        return self.sessions.get(DEFAULT) or self.open(DEFAULT, self.settings, loop=asyncio.get_running_loop())

    # -- one request

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answers a request of a provider, of the control plane, or of nobody we know."""
        if scope["type"] != "http":
            await self._otherwise(scope, receive, send)
            return
        path: str = scope["path"]
        mount = ""
        if path.startswith("/~"):
            sid, _, rest = path[2:].partition("/")
            mount, path = "/~" + sid, "/" + rest
        name, _, rest = path[1:].partition("/")
        if name in self.providers:
            mount, path = f"{mount}/{name}", "/" + rest
        elif name == CONTROL or (path == "/" and not mount):
            await self._control_plane()(scope, receive, send)
            return
        else:
            name = self._by_host(scope)
        session = self._session(scope, mount, name, path)
        if session is None or name not in session.cast:
            await self._stray(scope, receive, send, name, path, mount)
            return
        if path == "/openapi.json" and scope["method"] == "GET":
            await _plain(send, self._document(session.cast[name]))
            return
        if path.startswith(media.PREFIX):
            await media.show(session.cast[name], session, scope, send, path[len(media.PREFIX) :])
            return
        await Turn(session.cast[name], session, scope, path, self._base(scope, mount, session, name)).play(
            receive, send
        )

    def _by_host(self, scope: Mapping[str, Any]) -> str:
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1").partition(":")[0]
        for provider in self.providers:
            if host in contract(provider).facts.openapi["hosts"]:
                return provider
        return self.providers[0] if len(self.providers) == 1 else ""

    def _session(self, scope: Mapping[str, Any], mount: str, provider: str, path: str) -> Session | None:
        """By the address, else by an id in the path, else by a key that was issued."""
        if mount.startswith("/~"):
            return self.sessions.get(mount[2:].partition("/")[0])
        if not provider:
            return None
        if self.opens_default and not self.settings.any_key and len(self.sessions) <= 1:
            return self.default()
        parts = {name for part in path.split("/") for name in (part, part.rpartition("-")[0])}
        for session in self.sessions.values():
            if not parts.isdisjoint(session.tasks):
                return session
        key = DIALECTS[provider].key(dict(scope["headers"]))
        for session in self.sessions.values():
            if key in session.accounts:
                return session
        if self.opens_default and self.settings.any_key and key:
            return self._for_key(provider, key)
        return self.default() if self.opens_default else None

    def _for_key(self, provider: str, key: str) -> Session:
        name = "key-" + digest(key)[:12]
        session = self.sessions.get(name) or self.open(name, self.settings, loop=asyncio.get_running_loop())
        self.account(session, provider, key)
        return session

    def _base(self, scope: Mapping[str, Any], mount: str, session: Session, provider: str) -> str:
        """The address that the caller used, unless another one is to be named."""
        host = dict(scope["headers"]).get(b"host", b"")
        base = self._bases.get((host, mount))
        if base is None:
            public = session.cast[provider].terms.public_url
            if not HOST.fullmatch(host):
                here = scope.get("server") or ("127.0.0.1", 80)
                host = f"{here[0]}:{here[1]}".encode()
            base = (public or f"{scope.get('scheme', 'http')}://{host.decode()}") + mount
            if len(self._bases) < 1024:
                self._bases[host, mount] = base
        return base

    def _document(self, dialect: Dialect) -> bytes:
        import orjson

        key = f"{dialect.provider} {id(dialect.contract)}"
        if key not in self._documents:
            self._documents[key] = orjson.dumps(dialect.contract.openapi())
        return self._documents[key]

    async def _stray(
        self, scope: Mapping[str, Any], receive: Receive, send: Send, name: str, path: str, mount: str
    ) -> None:
        """What fits no session is refused as the provider would, and kept in a book of its own."""
        provider = name if name in self.providers else self.providers[0]
        settings = self.settings
        nobody = Session("nobody", Clock("real"), Gallery(), self.strays, settings.seed)
        dialect = DIALECTS[provider](contract(provider), settings.terms(provider))
        LOG.warning("expected a request for a session; came %s %s; use the handle's url, or a key that was issued",
                    scope["method"], scope["path"])  # fmt: skip
        await Turn(dialect, nobody, scope, path if name else "/", mount).play(receive, send)

    async def _otherwise(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            while True:
                message = await receive()
                if message["type"] == "lifespan.shutdown":
                    self.release()
                    await send({"type": "lifespan.shutdown.complete"})
                    return
                await send({"type": "lifespan.startup.complete"})
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": "no provider here speaks over a socket"})

    def release(self) -> None:
        """Answers whoever still waits, at shutdown."""
        for session in self.sessions.values():
            session.clock.release()

    def _control_plane(self) -> Any:
        if self._control is None:
            from .web.control import control_plane  # FastAPI takes most of a second to load, and few ask for it

            self._control = control_plane(self)
        return self._control

    def keys(self, session: Session) -> Iterator[tuple[str, str]]:
        """Each provider's first key."""
        for provider in session.cast:
            yield provider, next(key for key, account in session.accounts.items() if account.provider == provider)


def derived(*words: object) -> str:
    """A key as the providers' look: 32 hex digits, equal for equal words."""
    return digest("key", *words)


def fresh_name() -> str:
    """A session's name that nobody has used."""
    return secrets.token_hex(6)


async def _plain(send: Send, body: bytes) -> None:
    await send({"type": "http.response.start", "status": 200,
                "headers": [JSON, (b"content-length", b"%d" % len(body))]})  # fmt: skip
    await send({"type": "http.response.body", "body": body})


app = App(opens_default=True)
