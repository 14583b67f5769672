"""Sessions over HTTP: opened, moved through time, judged and ended."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from ...contracts.exchange import MASK
from ...contracts.finding import did_you_mean, shown
from ..app import DEFAULT, fresh_name
from ..engine.session import Account, Session
from ..report import Verdict, summary, tally
from ..scenario import READY, BadScenario, ready
from ..settings import BadSetting, Settings, for_a_handle
from ..stand_in import socket_of, variables
from ..web.guard import CONTROL
from ..web.receiver import HOOKS
from .asked import Asked, No
from .found import provider_of, session_of
from .promise import OUT_OF_REACH
from .reach import Reach

if TYPE_CHECKING:
    from ..app import App
    from ..web.line import Line

ON_PURPOSE = "on purpose? say allow={rules} where you ask for the verdict"


class Sessions:
    """What is done with a session as a whole."""

    def __init__(self, app: App, reach: Reach) -> None:
        self._app = app
        self._reach = reach

    async def sessions(self, ask: Asked) -> dict[str, Any]:
        """Every open session."""
        return {"sessions": [self._told(session, ask.base) for session in self._app.sessions.values()]}

    async def open(self, ask: Asked) -> dict[str, Any]:
        """A new session; what it is not told is as the house was told, and its clock is `auto`."""
        said = dict(ask.body)
        providers = tuple(dict.fromkeys(said.pop("providers", ())))
        for name in providers:
            if name not in self._app.providers:
                raise No(404, f"expected a provider among {', '.join(self._app.providers)}; came {name[:80]!a}; "
                              f"correct providers")  # fmt: skip
        for name, cure in OUT_OF_REACH.items():
            if name in said:
                raise No(422, f"expected a setting that makes sense over HTTP; came {name}; {cure}")
        if said.get("scenario"):
            said["scenario"] = _ready(said["scenario"])
        try:
            settings = self._app.settings.but(clock="auto", keys="").but(**for_a_handle(said))
        except BadSetting as wrong:
            raise No(422, str(wrong)) from None
        try:
            session = self._app.open(fresh_name(), settings, providers, asyncio.get_running_loop())
        except BadScenario as wrong:
            raise No(409, str(wrong)) from None
        return self._told(session, ask.base)

    async def session(self, ask: Asked) -> dict[str, Any]:
        """Where a session is and how it stands."""
        return self._told(session_of(self._app, ask), ask.base)

    async def verdict(self, ask: Asked) -> dict[str, Any]:
        """What fails a test."""
        return self._judged(session_of(self._app, ask), ask)

    async def close(self, ask: Asked) -> dict[str, Any]:
        """The verdict; then the session is forgotten, but for what it has reached."""
        session = session_of(self._app, ask)
        verdict = self._judged(session, ask)
        self._reach.keep(session)
        self._app.close(session.name)
        return verdict

    async def reset(self, ask: Asked) -> dict[str, Any]:
        """The session from its beginning."""
        session = session_of(self._app, ask)
        try:
            fresh = self._app.reset(session.name)
        except BadScenario as wrong:  # the file may be another one by now
            raise No(409, str(wrong)) from None
        self._reach.keep(session)
        return self._told(fresh, ask.base)

    async def settle(self, ask: Asked) -> dict[str, Any]:
        """Runs until nothing is under way."""
        session = session_of(self._app, ask)
        try:
            await session.settled()
        except RuntimeError as wrong:
            raise No(409, str(wrong)) from None
        return _hands(session)

    async def clock(self, ask: Asked) -> dict[str, Any]:
        """Where both hands stand."""
        return _hands(session_of(self._app, ask))

    async def advance(self, ask: Asked) -> dict[str, Any]:
        """Moves both hands."""
        session = session_of(self._app, ask)
        try:
            session.clock.advance(ask.body["advance"], ask.body.get("idle", False))
        except RuntimeError as wrong:
            raise No(409, str(wrong)) from None
        return _hands(session)

    # -- sockets

    async def sockets(self, ask: Asked) -> dict[str, Any]:
        """Every open socket."""
        return _sockets(self._lines(ask))

    async def drop_sockets(self, ask: Asked) -> dict[str, Any]:
        """Breaks sockets."""
        lines = [line for line in self._lines(ask) if ask.query.get("name") in (None, line.name)]
        told = _sockets(lines)
        for line in lines:
            line.drop()
        return told

    def _lines(self, ask: Asked) -> list[Line]:
        wanted = ask.query.get("provider")
        return [line for line in session_of(self._app, ask).switchboard.lines if wanted in (None, line.provider)]

    # -- accounts

    async def keys(self, ask: Asked) -> dict[str, Any]:
        """Every account."""
        session = session_of(self._app, ask)
        wanted = ask.query.get("provider")
        return {"keys": [self._key(session, account) for account in session.accounts.values()
                         if wanted in (None, account.provider)]}  # fmt: skip

    async def another_key(self, ask: Asked) -> dict[str, Any]:
        """Another account."""
        session = session_of(self._app, ask)
        provider = provider_of(session, ask.body.get("provider"))
        try:
            return self._key(session, self._app.account(session, provider, kind=ask.body.get("kind", "")))
        except ValueError as wrong:
            raise No(422, str(wrong)) from None

    async def revoke(self, ask: Asked) -> dict[str, Any]:
        """Makes a key worthless, at each provider that knows it unless one is named."""
        session, key, wanted = session_of(self._app, ask), ask.names["key"], ask.query.get("provider")
        meant = [account for (provider, own), account in session.accounts.items()
                 if own == key and wanted in (None, provider)]  # fmt: skip
        if not meant:
            raise No(404, "expected a key of this session; came another; take one of keys")
        for account in meant:
            account.revoked = True
        return {"keys": [self._key(session, account) for account in meant]}

    # -- how they are told

    def _told(self, session: Session, base: str) -> dict[str, Any]:
        settings = self._app.told(session.name)
        root = f"{settings.public_url.rstrip('/') or base}/~{session.name}"
        urls = {provider: f"{root}/{provider}" for provider in session.cast}
        sockets = {name: socket_of(url, session.cast[name].contract.facts.openapi) for name, url in urls.items()}
        keys = {provider: self._shown(session, key) for provider, key in self._app.keys(session)}
        return {
            "sid": session.name, "urls": urls, "ws_urls": sockets,
            "keys": keys, "env": {name: variables(name, url, keys[name]) for name, url in urls.items()},
            "webhooks": root + HOOKS, "control": f"{base}{CONTROL}/sessions/{session.name}", "seed": session.seed,
            "strict": settings.strict, "clock": _hands(session), "tasks": len(session.tasks),
            "exchanges": session.journal.count, "findings": len(session.journal.findings),
        }  # fmt: skip

    def _key(self, session: Session, account: Account) -> dict[str, Any]:
        return {"provider": account.provider, "account": account.name, "key": self._shown(session, account.key),
                "kind": account.kind, "revoked": account.revoked}  # fmt: skip

    def _shown(self, session: Session, key: str) -> str:
        """A key that we made up opens nothing but this house; one that somebody brought is shown nowhere."""
        settings: Settings = self._app.told(session.name)
        return MASK if session.name == DEFAULT and key in settings.keys.split(",") else key

    def _judged(self, session: Session, ask: Asked) -> dict[str, Any]:
        allowed = frozenset(word.strip() for word in ask.query.get("allow", "").split(",") if word.strip())
        strict = ask.query.get("strict", self._app.told(session.name).strict)
        verdict = Verdict.of(session, strict, allowed)
        sums = tally(session)
        return {
            "fails": verdict.fails,
            "findings": [{**finding.as_dict(), "met": verdict.met[finding.key]} for finding in verdict.failing],
            "shown": [{**finding.as_dict(), "met": verdict.met[finding.key]} for finding in verdict.shown],
            "unstruck": [{"wish": wish, "trouble": trouble} for wish, trouble in verdict.unstruck],
            "text": verdict.text(ON_PURPOSE) if verdict.fails else "", "summary": summary(sums),
        }  # fmt: skip


def _ready(name: Any) -> str:
    """The path of a ready scenario: by its name, since no other file is read over HTTP."""
    names = ready()
    if name not in names:
        cure = did_you_mean(name, names, "send what stands in yours to scripts, refusals and faults")
        raise No(422, f"expected the name of a ready scenario, since no file of this machine is read; came "
                      f"{shown(name)}; {cure}")  # fmt: skip
    return str(READY / f"{name}.yaml")


def _sockets(lines: list[Line]) -> dict[str, Any]:
    return {"sockets": [line.told._asdict() for line in lines]}


def _hands(session: Session) -> dict[str, Any]:
    clock = session.clock
    now = clock.now  # in flowing time, looking hands out what has come due: what is due next is told behind it
    return {"mode": clock.mode, "now": now, "age": clock.age, "date": clock.stamp(now), "due": clock.due}
