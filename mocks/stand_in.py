"""What a test holds: one provider's stand-in, its address and key, its director's chair and its books."""

from __future__ import annotations

import atexit
import functools
import inspect
from collections.abc import Callable
from copy import copy
from dataclasses import fields
from difflib import get_close_matches
from typing import Any, Literal, TypeVar

from ..contracts.document import read
from ..contracts.exchange import Exchange
from ..contracts.finding import Finding
from .app import App, fresh_name
from .engine.fault import CHANNELS, Fault
from .engine.ledger import Ledger
from .engine.script import NoMore, Script
from .engine.session import Session
from .engine.task import Order
from .engine.wish import Times
from .fast_forward import FastForward
from .hands import Hands, Tasks
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
        self.allowed: set[str] = set()
        self._server = server
        self._client: Any = None
        self._fast: FastForward | None = None
        self._joined = joined

    def __repr__(self) -> str:
        return f"<stand-in of {self.provider}, session {self.name}>"

    # -- where it is

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

    def script(
        self, *, queued: float | None = None, running: float | None = None, fails: str | bool = False,
        stuck: bool = False, cost: float | None = None, model: str = "", when: Callable[[Order], bool] | None = None,
        times: Times = 1, optional: bool = False, **unknown: Any,
    ) -> Script:  # fmt: skip
        """Says how the next order lives. `fails` ends it badly: True, an error's name or code, or a text."""
        _refuse_unknown("script", unknown, Script)
        if model and model not in self._dialect().contract.catalogue.models:
            near = ", ".join(self._dialect().contract.catalogue.nearest(model)) or "none is near"
            raise ValueError(f"expected a model of {self.provider}; came {model!r}; nearest: {near}")
        wish = Script(queued, running, fails, stuck, cost, model, when, times=times, optional=optional)
        self.call(lambda: self.session.wishes.scripts.append(wish))
        return wish

    def refuse_next(self, error: str, *, times: Times = 1, optional: bool = False, **unknown: Any) -> NoMore:
        """Refuses the next submit with an error of the provider's, by its name, its code or our reason."""
        _refuse_unknown("refuse_next", unknown, NoMore)
        wish = NoMore(self._dialect().contract.reason(error), times=times, optional=optional)
        self.call(lambda: self.session.wishes.no_more.append(wish))
        return wish

    def fault(
        self, status: int, *, on: str = "", times: Times = 1, when: Literal["before", "after"] = "before",
        optional: bool = False, **unknown: Any,
    ) -> Fault:  # fmt: skip
        """Answers a status instead. `on` is a channel (submit poll result cancel catalogue media) or an operation."""
        _refuse_unknown("fault", unknown, Fault)
        places = [*CHANNELS, *self._dialect().contract.operations]
        if on and on not in places:
            raise ValueError(f"expected on to be one of {', '.join(dict.fromkeys(places))}; came {on!r}")
        wish = Fault(status, on, when, times=times, optional=optional)
        self.call(lambda: self.session.wishes.faults.append(wish))
        return wish

    def another_key(self) -> str:
        """The key of another account."""
        return self.call(lambda: self._server.app.account(self.session, self.provider)).key

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

    # -- the books

    @property
    def ledger(self) -> Ledger:
        """The account's money, settled up to now."""
        self.call(lambda: self.session.clock.now)
        return self.session.accounts[self.provider, self.api_key].ledger

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
        return self.call(lambda: [finding for finding, _ in self.session.journal.findings.values()])

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

    def _dialect(self) -> Any:
        return self.session.cast[self.provider]

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


class Expected:
    """Waits for a finding and takes it off the books."""

    def __init__(self, handle: StandIn, rule: str) -> None:
        self._handle, self.rule = handle, rule
        self._before: dict[Any, int] = {}

    def __enter__(self) -> Expected:
        self._before = {key: met for key, (_, met) in self._handle.session.journal.findings.items()}
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            return
        book = self._handle.session.journal.findings
        new = [key for key, (_, met) in book.items() if met > self._before.get(key, 0)]
        met = [key for key in new if key[0] == self.rule]
        if not met:
            names = ", ".join(key[0] for key in new) or "no finding"
            raise AssertionError(
                f"expected a finding {self.rule!r}; came {names}; send the request that breaks the rule"
            )
        for key in met:
            finding, before = book[key][0], self._before.get(key, 0)
            if before:
                book[key] = (finding, before)
            else:
                del book[key]


def _refuse_unknown(verb: str, unknown: dict[str, Any], wish: type) -> None:
    for name in unknown:
        known = [field.name for field in fields(wish) if field.name not in ("struck", "trouble")]
        near = get_close_matches(name, known, 1)
        raise TypeError(f"expected {verb}() to be told of {', '.join(known)}; came {name!r}"
                        + (f"; did you mean {near[0]}?" if near else "; take it out"))  # fmt: skip


def variables(provider: str, url: str, key: str) -> dict[str, str]:
    """The environment variables by which a provider's known clients are pointed elsewhere."""
    rows = read(provider, "openapi")["variables"]["values"]
    return {name: form.format(url=url, key=key) for name, form in rows.items()}


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
