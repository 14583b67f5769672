"""The stand-ins behind one door: finds the provider and the session of a request, and hands it over."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from ..contracts.contract import Contract
from ..contracts.exchange import Exchange
from .engine.clock import Clock, today
from .engine.gallery import Gallery
from .engine.luck import digest
from .engine.session import Account, Session
from .lobby import Lobby
from .report import added, tally
from .runcomfy.dialect import RunComfy
from .runninghub.dialect import RunningHub
from .runware.dialect import Runware
from .scenario import Scenario
from .settings import Settings, configured
from .web import uploads
from .web.dialect import Dialect
from .web.egress import Gate
from .web.exit import JSON, Send
from .web.guard import CONTROL, Receive, plain_path
from .web.journal import Journal
from .web.receiver import HOOKS, Received, Receiver, refuse
from .web.relay import courier
from .web.switchboard import Switchboard
from .web.turn import Heard, Turn, Way

LOG = logging.getLogger("understudy")
DIALECTS: dict[str, type[Dialect]] = {dialect.provider: dialect for dialect in (RunComfy, Runware, RunningHub)}
HOST = re.compile(rb"[A-Za-z0-9.\-_]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")
DEFAULT = "default"
SCHEMES = {"https": "https", "wss": "https"}  # of the files that an answer names, whichever way it was asked for
HERE = "~here~"  # in a kept document, the address at which it will be asked for, so that it leads back there
MOST_WAYS, LONGEST_PATH, LONGEST_HEADERS = 4096, 256, 2048  # paths and headers that are remembered, and how long


class App:
    """An ASGI application. Its sessions are worlds that never see each other."""

    def __init__(
        self, settings: Settings | None = None, providers: tuple[str, ...] = (), opens_default: bool = False,
        dialects: Mapping[str, type[Dialect]] = DIALECTS,
    ) -> None:  # fmt: skip
        self._settings = settings
        self.dialects = dialects
        self.providers = providers or tuple(dialects)
        self.sessions: dict[str, Session] = {}
        self.lobby = Lobby(self)
        self._elsewhere = {name: partial(self.lobby.holder, name) for name in dialects}
        self.strays = Journal(1000)
        self.past = added()  # what the sessions that ended came to
        self.watch: Callable[[Exchange], None] | None = None
        self.watch_hooks: Callable[[Received], None] | None = None
        self.welcome: Callable[[Session], None] = lambda session: None  # told of each session that is opened
        self._told: dict[str, tuple[Settings, tuple[str, ...]]] = {}
        self._plain_cast: dict[str, Dialect] = {}
        self._ways: dict[str, Way] = {}
        self._heard: dict[Any, Heard] = {}
        self._bases: dict[tuple[bytes | None, str], str] = {}
        self._documents: WeakKeyDictionary[Contract, bytes] = WeakKeyDictionary()  # some live as long as one session
        self._control: Any = None
        self.opens_default = opens_default
        self.admin_token = ""  # without one here or in the settings, the control plane answers this machine alone

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
        clock = Clock(settings.clock or "auto", today() if settings.epoch == "now" else None)
        clock.loop = loop
        gallery = Gallery(settings.max_media, settings.images == "plain")
        book = Journal(settings.max_exchanges, LOG.warning)
        session = Session(name, clock, gallery, book, settings.seed, settings.max_tasks)
        session.warn = LOG.warning
        session.gate = Gate(tuple(filter(None, settings.allow_host.split(","))))
        session.courier = courier(session, session.gate)
        session.receiver = Receiver(clock, settings.max_body, LOG.warning)
        session.switchboard = Switchboard(session)
        book.watch, session.receiver.watch = self.watch, self.watch_hooks
        for provider in providers:
            session.cast.expect(provider, partial(self._enter, session, settings))
        if settings.scenario:
            Scenario.read(settings.scenario).play(session)
        for provider in providers:
            named = [key for key in settings.keys.split(",") if key] if name == DEFAULT else []
            for key in named or [derived(settings.seed, name, provider)]:
                self.account(session, provider, key)
        self.sessions[name], self._told[name] = session, (settings, providers)
        self.welcome(session)
        return session

    def rehearse(self) -> None:
        """Plays the scenario to nobody, so that what cannot be laid down is told before anybody is served."""
        if self.settings.scenario:
            self.open("rehearsal", self.settings)
            self.close("rehearsal")

    def account(self, session: Session, provider: str, key: str = "", kind: str = "") -> Account:
        """Opens an account; without a key, one is made up, of the usual kind unless another one is named."""
        key = key or derived(session.seed, session.name, provider, len(session.accounts))
        if kind:
            session.cast[provider].check_kind(kind)
        account = session.open_account(provider, key, 0)
        account.kind = kind
        if provider in session.cast.speaking:
            _furnish(session, session.cast[provider], account)
        return account

    def _enter(self, session: Session, settings: Settings, provider: str) -> Dialect:
        """A provider comes on stage, since somebody asks for it: what each account of it begins with is there now."""
        dialect = self.dialects[provider].made(settings)
        dialect.move_in(session)
        session.cast[provider] = dialect
        for account in [each for each in session.accounts.values() if each.provider == provider]:
            _furnish(session, dialect, account)
        return dialect

    def reset(self, name: str) -> Session:
        """The same world from its beginning: same address, same keys, nothing has happened."""
        old, (settings, providers) = self.sessions[name], self._told[name]
        session = self.open(name, settings, providers, old.clock.loop)
        for provider in old.cast.speaking:
            _ = session.cast[provider]  # whoever was on stage is there from the beginning
        for (provider, key), account in old.accounts.items():
            if (provider, key) not in session.accounts:
                self.account(session, provider, key, account.kind)
        self._end(old)
        return session

    def told(self, name: str) -> Settings:
        """What a world was told when it was opened."""
        return self._told[name][0]

    def close(self, name: str) -> None:
        """Forgets a world."""
        session = self.sessions.pop(name, None)
        self._told.pop(name, None)
        if session is not None:
            self._end(session)

    def _end(self, session: Session) -> None:
        self.past = added(self.past, tally(session))
        session.end()

    def default(self) -> Session:
        """The session of whoever names none, as `serve` has it."""
        return self.sessions.get(DEFAULT) or self.open(DEFAULT, self.settings, loop=asyncio.get_running_loop())

    # -- one request

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answers a request of a provider, of the control plane, or of nobody we know."""
        if scope["type"] != "http":
            await self._otherwise(scope, receive, send)
            return
        way = self._ways.get(scope["path"]) or self.way(scope["path"])
        try:
            heard = self._heard.get(tuple(scope["headers"])) or self.hear(scope)
        except TypeError:  # a server that hands over lists instead of pairs
            heard = self.hear(scope)
        headers = heard.by_name
        if not way.provider and f"{way.path}/".startswith(HOOKS + "/"):
            await self._hooks(scope, receive, send, way.sid)
            return
        if not way.provider and (host := self.by_host(headers)):
            operations, value = self._match(host, way.path)
            way = way._replace(provider=host, operations=operations, value=value)
        name = way.provider
        if way.control and scope["method"] not in way.operations:  # some provider's clients post to / itself
            await self._control_plane()(scope, receive, send)
            return
        session = self.sessions.get(way.sid) if way.sid else self.lobby.session(headers, name, way.path)
        if session is None or name not in session.cast:
            await self.lobby.stray(scope, receive, send, way)
            return
        dialect, path = session.cast[name], way.path
        base = self._bases.get((headers.get(b"host"), way.mount)) or self.base(scope, headers, way, dialect)
        beside = uploads.BESIDE.get(path[: path.find("/", 1) + 1])
        if beside is not None and scope["method"] not in way.operations:
            await beside(dialect, session, scope, receive, send, path[path.find("/", 1) + 1 :])
        elif path == "/openapi.json" and scope["method"] in ("GET", "HEAD"):
            await _plain(send, self._document(dialect, base), scope["method"] == "HEAD")
        else:
            turn = Turn(dialect, session, scope, way, base, heard)
            if not way.sid:
                turn.elsewhere = self._elsewhere[name]
            await turn.play(receive, send)

    def way(self, whole: str) -> Way:
        """Reads a path: /~session, /provider, and what is theirs. What it tells is the same each time, hence kept."""
        path, mount, sid = whole, "", ""
        if path.startswith("/~"):
            sid, _, rest = path[2:].partition("/")
            mount, path = "/~" + sid, "/" + rest
        name, _, rest = path[1:].partition("/")
        control = name == CONTROL.split("/")[1] or (path == "/" and not mount)
        if name in self.providers:
            mount, path = f"{mount}/{name}", "/" + rest
        else:
            name = ""
        operations, value = self._match(name, path) if name else ({}, "")
        way = Way(whole, plain_path(whole), sid, name, mount, path, control, operations, value)
        if len(self._ways) > MOST_WAYS:
            self._ways.clear()
        if len(whole) < LONGEST_PATH:
            self._ways[whole] = way
        return way

    def _match(self, provider: str, path: str) -> tuple[dict[str, str], str]:
        operations, value = self.spoken(provider).contract.match(path)
        # What comes in a bundle has a path that nobody sends.
        return {method: operation.id for method, operation in operations.items() if not operation.within}, value

    def hear(self, scope: Mapping[str, Any]) -> Heard:
        """The headers of a client, who sends the same ones again and again: the journal then holds them once."""
        pairs = tuple((name, value) for name, value in scope["headers"])
        heard = Heard(pairs, dict(pairs))
        if sum(len(name) + len(value) for name, value in pairs) < LONGEST_HEADERS:
            if len(self._heard) > MOST_WAYS:
                self._heard.clear()
            self._heard[pairs] = heard
        return heard

    def by_host(self, headers: Mapping[bytes, bytes]) -> str:
        """The provider whose host the caller names; or the only one."""
        host = headers.get(b"host", b"").decode("latin-1").partition(":")[0]
        for provider in self.providers:
            if host in self.spoken(provider).contract.facts.openapi["hosts"]:
                return provider
        return self.providers[0] if len(self.providers) == 1 else ""

    def spoken(self, provider: str) -> Dialect:
        """The provider's dialect for whom no session is known."""
        if provider not in self._plain_cast:
            self._plain_cast[provider] = self.dialects[provider].made(self.settings)
        return self._plain_cast[provider]

    def base(self, scope: Mapping[str, Any], headers: Mapping[bytes, bytes], way: Way, dialect: Dialect) -> str:
        """The address that the caller used, unless another one is to be named, or the header tells of none."""
        host = headers.get(b"host", b"")
        forced = dialect.contract.facts.openapi.get("forced_hosts", ())
        if not HOST.fullmatch(host) or host.decode() in forced:
            here = scope.get("server") or ("127.0.0.1", 80)
            host = f"[{here[0]}]:{here[1]}".encode() if ":" in here[0] else f"{here[0]}:{here[1]}".encode()
        scheme = SCHEMES.get(scope.get("scheme", "http"), "http")
        base = (dialect.terms.public_url or f"{scheme}://{host.decode()}") + way.mount
        if len(self._bases) < MOST_WAYS and not dialect.terms.public_url:
            self._bases[host, way.mount] = base
        return base

    def _document(self, dialect: Dialect, base: str) -> bytes:
        import orjson

        promise = dialect.contract
        if promise not in self._documents:
            self._documents[promise] = orjson.dumps(promise.openapi(HERE))
        return self._documents[promise].replace(orjson.dumps(HERE), orjson.dumps(base), 1)

    async def _hooks(self, scope: Mapping[str, Any], receive: Receive, send: Send, sid: str) -> None:
        """A webhook for a session's own receiver; of an address that names none, for the default one's."""
        session = self.sessions.get(sid) if sid else self.default() if self.opens_default else None
        if session is not None:
            await session.receiver.take(scope, receive, send)
            return
        why = f"expected a session that is open; came {sid[:80]!a}; use the receiver's url of one that is"
        LOG.warning("%s", why)
        await refuse(scope, send, 404, why)

    async def _otherwise(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            while True:
                message = await receive()
                if message["type"] == "lifespan.shutdown":
                    self.release()
                    await send({"type": "lifespan.shutdown.complete"})
                    return
                await send({"type": "lifespan.startup.complete"})
        elif scope["type"] == "websocket" and self.way(scope["path"]).control and scope["path"] != "/":
            await self._control_plane()(scope, receive, send)
        elif scope["type"] == "websocket":
            await self.lobby.called(scope, receive, send)

    def release(self) -> None:
        """Answers whoever still waits, at shutdown."""
        for session in self.sessions.values():
            session.clock.release()
            session.receiver.release()

    def _control_plane(self) -> Any:
        if self._control is None:
            from .control.warden import control_plane  # few ask for it, and it stands upon us

            self._control = control_plane(self)
        return self._control

    def keys(self, session: Session) -> Iterator[tuple[str, str]]:
        """Each provider's first key."""
        for provider in session.cast:
            yield provider, next(key for owner, key in session.accounts if owner == provider)


def _furnish(session: Session, dialect: Dialect, account: Account) -> None:
    account.slots.count = dialect.terms.slots
    if "no-quota" in dialect.contract.errors:
        account.ledger.without_quota = "no-quota"
    dialect.furnish(session, account)
    session.welcome(session, account)


def derived(*words: object) -> str:
    """A key as the providers' look: 32 hex digits, equal for equal words."""
    return digest("key", *words)


def fresh_token() -> str:
    """A secret for one run."""
    return secrets.token_hex(16)


def fresh_name() -> str:
    """A session's name that nobody has used."""
    return secrets.token_hex(6)


async def _plain(send: Send, body: bytes, head: bool) -> None:
    await send({"type": "http.response.start", "status": 200,
                "headers": [JSON, (b"content-length", b"%d" % len(body))]})  # fmt: skip
    await send({"type": "http.response.body", "body": b"" if head else body})


app = App(opens_default=True)
