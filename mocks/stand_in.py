"""What a test holds: one provider's stand-in, its address and key, its director's chair and its books."""

from __future__ import annotations

import atexit
import functools
import inspect
from collections.abc import Callable, Coroutine, Mapping
from copy import copy
from pathlib import Path
from typing import Any, TypeVar, Unpack

from ..contracts.catalogue import Model
from ..contracts.document import read
from ..contracts.exchange import Exchange
from ..contracts.finding import Finding
from . import props
from .app import App, fresh_name
from .desk import Bend, Desk, Life, Which
from .engine.fault import Fault
from .engine.ledger import Ledger
from .engine.prop import Prop
from .engine.script import Script
from .engine.session import Account, Session
from .engine.task import Task
from .expected import Expected
from .fast_forward import FastForward
from .hands import Hands, Sockets, Tasks, Webhooks
from .report import Verdict, story
from .server import Server
from .settings import BadSetting, Settings, configured, for_a_handle

T = TypeVar("T")


class StandIn:
    """One provider in one session. Everything that it tells or changes is told and changed on the server's thread."""

    def __init__(self, server: Server, session: Session, provider: str, key: str, joined: bool = False) -> None:
        self.provider = provider
        self.api_key = key
        self.name = session.name
        self.tasks = Tasks(self)
        self.clock = Hands(self)
        self.webhooks = Webhooks(self)
        self.sockets = Sockets(self)
        self.allowed: set[str] = set()
        self._server = server
        self._client: Any = None
        self._fast: FastForward | None = None
        self._joined = joined
        server.call(lambda: session.cast[provider])  # the others are made if somebody asks for them

    def __repr__(self) -> str:
        return f"<stand-in of {self.provider}, session {self.name}>"

    # -- where it is

    @property
    def open(self) -> bool:
        """Whether its session is still there."""
        return self.name in self._server.app.sessions

    @property
    def session(self) -> Session:
        """The world behind the handle, as it is now."""
        session = self._server.app.sessions.get(self.name)
        if session is None:
            raise RuntimeError(f"expected an open stand-in; came one of {self.provider} that was closed; look at it "
                               f"before its block or test ends")  # fmt: skip
        return session

    @property
    def url(self) -> str:
        """The base address, with the session in it."""
        return f"{self._server.url}/~{self.name}/{self.provider}"

    @property
    def ws_url(self) -> str:
        """The address for sockets."""
        return socket_of(self.url, self._server.app.spoken(self.provider).contract.facts.openapi)

    @property
    def env(self) -> dict[str, str]:
        """The variables that point the provider's clients here."""
        return variables(self.provider, self.url, self.api_key)

    def setenv(self, monkeypatch: Any) -> None:
        """Sets those variables for one test."""
        for name, value in self.env.items():
            monkeypatch.setenv(name, value)

    @property
    def transport(self) -> Any:
        """An httpx transport, for sync and async clients alike, that reaches the stand-in without a socket."""
        from .transport import InProcess  # httpx takes a third of a second to load, and only who has it asks

        return InProcess(self._server, f"/~{self.name}/{self.provider}")

    def client(self) -> Any:
        """An httpx.Client with address and key; made once, since making one costs 80 ms."""
        from .transport import client

        if self._client is None:
            self._client = client(self)
        return self._client

    def async_client(self) -> Any:
        """An httpx.AsyncClient with address and key."""
        from .transport import async_client

        return async_client(self)

    # -- the director's chair

    def script(self, **said: Unpack[Life]) -> Script:
        """Says how the next order lives: `queued` and `running` seconds (a number, uniform(), lognormal()), `looks`,
        `manual`, `position`, `cold`, `fails`, `stuck`, `cancelled`, `unreachable`, `outputs`, `cost`; and which orders
        it is for: `model`, `operation`, `nth`, `when`, `times`, `optional`. docs/scripts.md tells of each."""
        return self.call(lambda: self._desk().script(said))

    def refuse_next(self, error: str | int, **said: Unpack[Which]) -> Script:
        """Refuses the next submit with an error of the provider's, by its name, its code or our reason."""
        return self.call(lambda: self._desk().refuse_next(error, said))

    def fault(self, what: int | str, **said: Unpack[Bend]) -> Fault:
        """Answers a status instead, or misbehaves in another way (docs/faults.md). `on` is a channel (submit poll
        result cancel catalogue media webhook upload push socket) or an operation; `when` is "before" or "after"."""
        return self.call(lambda: self._desk().fault(what, said))

    def cue(self, task: Task | None = None) -> Task:
        """Gives a task of script(manual=True) its next beat; without one, the only one that waits for its cue."""
        return self.call(lambda: self.session.cue(task or self.tasks.waiting(), self.session.clock.now))

    def _desk(self) -> Desk:
        return Desk(self.session, self.provider, Path.cwd())

    def add_model(self, id: str, *, kind: str = "", schema: dict[str, Any] | None = None, **more: Any) -> Model:
        """Adds a model to this session's catalogue until reset(), or replaces it there; with a schema, it is judged.

        `more` is any other key of a row of a models file: complete, source, where, note.
        """
        said = {"id": id, "kind": kind or None, "schema": schema, **more}
        row = {key: value for key, value in said.items() if value is not None}
        made: Model = self.call(lambda: self.session.cast[self.provider].add_model(row))
        return made

    def props(self, kind: str = "") -> list[Prop]:
        """What this account has beside its orders (docs/testing.md), of a kind if one is named, the oldest first."""
        return self.call(lambda: props.had(self.session, self._account, kind))

    def prop(self, name: str) -> Prop:
        """The one thing of this account that bears a name, or an id."""
        return props.found(self.props(), name)

    def add_prop(self, kind: str, /, **said: Any) -> Prop:
        """Gives this account one more thing of a kind, with what is said of it in its provider's words."""
        return self.call(lambda: props.add(self.session, self._account, kind, said))

    def another_key(self, kind: str = "") -> str:
        """The key of another account, of the usual kind unless one is named (docs/testing.md)."""
        return self.call(lambda: self._server.app.account(self.session, self.provider, kind=kind)).key

    def revoke(self, key: str = "") -> None:
        """Makes a key worthless; without one, the handle's own."""
        account = self.session.accounts.get((self.provider, key or self.api_key))
        if account is None:
            raise ValueError("expected a key of this session; came another; take api_key, or what another_key() gave")
        account.revoked = True

    def settle(self) -> None:
        """Runs until nothing is under way; nothing ages."""
        self.clock.settle()

    def reset(self) -> None:
        """Begins again: same address, same keys, nothing has happened."""
        self.call(lambda: self._server.app.reset(self.name))

    @property
    def _account(self) -> Account:
        return self.session.accounts[self.provider, self.api_key]

    # -- the books

    @property
    def ledger(self) -> Ledger:
        """The account's money, settled up to now."""
        self.call(lambda: self.session.clock.now)
        return self._account.ledger

    @property
    def journal(self) -> Any:
        """Every exchange of the session."""
        return self.session.journal

    @property
    def gallery(self) -> Any:
        """The files of the session."""
        return self.session.gallery

    def requests(self, on: str = "") -> list[Exchange]:
        """The exchanges of this provider, of a channel or an operation if one is named."""
        return [e for e in self.call(lambda: self.session.journal.of(on)) if e.provider == self.provider]

    def timeline(self) -> str:
        """The story so far, in text."""
        return self.call(lambda: story(self.session))

    @property
    def findings(self) -> list[Finding]:
        """What was found wrong, each once."""
        session = self.session
        return self.call(lambda: [*(finding for finding, _ in session.journal.findings.values()),
                                  *session.switchboard.unfetched()])  # fmt: skip

    def verdict(self, strict: bool = False) -> Verdict:
        """What of all that was found fails a test."""
        return self.call(lambda: Verdict.of(self.session, strict, frozenset(self.allowed)))

    def assert_clean(self, strict: bool = False) -> None:
        """Fails if anything was found that fails a test."""
        verdict = self.verdict(strict)
        if verdict.fails:
            raise AssertionError(verdict.text())

    def expect_finding(self, rule: str) -> Expected:
        """Within it, a finding of this rule is wanted; that none comes is the failure."""
        return Expected(self, rule)

    def call(self, work: Callable[[], T]) -> T:
        """Does something on the thread that owns the session."""
        return self._server.call(work)

    def run(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The same for what takes real time."""
        return self._server.run(work)

    def hasten(self) -> FastForward:
        """Makes the client's sleeps waits on this clock from now on; it ends with the handle."""
        self._fast = self._fast or FastForward(self._server, self.name)
        return self._fast.begin()

    def close(self) -> None:
        """Forgets the session, unless it was another handle's first."""
        if self._fast is not None:
            self._fast.end()
        if self._client is not None:
            self._client.close()
        if not self._joined:
            self.call(lambda: self._server.app.close(self.name))


def variables(provider: str, url: str, key: str) -> dict[str, str]:
    """The environment variables by which a provider's known clients are pointed elsewhere."""
    said = read(provider, "openapi")
    ws_url = socket_of(url, said)
    return {name: form.format(url=url, ws_url=ws_url, key=key) for name, form in said["variables"]["values"].items()}


def socket_of(url: str, openapi: Mapping[str, Any]) -> str:
    """The address of a provider's socket."""
    return "ws" + url.removeprefix("http") + str(openapi.get("socket", ""))


@functools.cache
def shared_server() -> Server:
    """The one server of this process; sessions are what differs."""
    server = Server(App(Settings()))  # what is set, each session is told by its handle
    atexit.register(server.stop)
    return server


def opened(provider: str, settings: Settings, clock: Hands | None = None) -> StandIn:
    """A handle on a new session, or on the session that a clock is of."""
    server = shared_server()
    if provider not in server.app.providers:
        raise ValueError(f"expected a provider among {', '.join(server.app.providers)}; came {provider!r}; the README "
                         f"names the ones that stand")  # fmt: skip
    if clock is not None:
        session = clock.handle.session
    else:
        session = server.call(lambda: server.app.open(fresh_name(), settings, loop=server.loop))
    handle = StandIn(server, session, provider, dict(server.app.keys(session))[provider], clock is not None)
    try:
        if settings.fast_forward:
            handle.hasten()
    except BadSetting:
        handle.close()
        raise
    return handle


class stand_in:  # noqa: N801 - it reads as a verb: with stand_in("runcomfy") as runcomfy
    """A stand-in for as long as a block, an async block or a decorated function runs.

    Settings are keywords: clock=, seed=, strict=, and every other one of docs/settings.md and docs/defaults.md. The
    clock of another handle, as clock=other.clock, puts both into one session.
    """

    def __init__(self, provider: str, **settings: Any) -> None:
        self._provider = provider
        self._clock = settings.pop("clock") if isinstance(settings.get("clock"), Hands) else None
        self._settings = configured().but(**for_a_handle(settings))
        self._handles: tuple[StandIn, ...] = ()

    def __enter__(self) -> StandIn:
        self._handles = (*self._handles, opened(self._provider, self._settings, self._clock))
        return self._handles[-1]

    def __exit__(self, kind: object, *_: object) -> None:
        *outer, handle = self._handles
        self._handles = tuple(outer)
        try:
            if kind is None:
                handle.assert_clean(self._settings.strict)
        finally:
            handle.close()

    async def __aenter__(self) -> StandIn:
        return self.__enter__()

    async def __aexit__(self, kind: object, *rest: object) -> None:
        self.__exit__(kind, *rest)

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Decorates a function or a method: it gets the handle as its first argument, and the rest as it comes."""
        asked = list(inspect.signature(function).parameters.values())
        place = 1 if asked and asked[0].name == "self" else 0

        def given(handle: StandIn, args: tuple[Any, ...]) -> tuple[Any, ...]:
            return (*args[:place], handle, *args[place:])

        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def decorated(*args: Any, **kwargs: Any) -> Any:
                with copy(self) as handle:  # one for each call: calls may overlap
                    return await function(*given(handle, args), **kwargs)

        else:

            @functools.wraps(function)
            def decorated(*args: Any, **kwargs: Any) -> Any:
                with copy(self) as handle:
                    return function(*given(handle, args), **kwargs)

        # pytest asks the signature which fixtures are wanted: the handle is none of them.
        del decorated.__wrapped__
        decorated.__signature__ = inspect.Signature(asked[:place] + asked[place + 1 :])  # type: ignore[attr-defined]
        return decorated
