"""Finds whose session it is that somebody calls: by an id in the path, or by a key, wherever it is said."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from .engine.clock import Clock
from .engine.gallery import Gallery
from .engine.luck import digest
from .engine.session import Session
from .web import line
from .web.keyed import masked
from .web.switchboard import Switchboard
from .web.turn import Turn, Way

if TYPE_CHECKING:
    from .app import App
    from .web.exit import Send
    from .web.guard import Receive

LOG = logging.getLogger("understudy")


class Lobby:
    """Where those come whose address names no session, and those who call by a socket."""

    def __init__(self, app: App) -> None:
        self._app = app

    def session(self, headers: Mapping[bytes, bytes], provider: str, path: str) -> Session | None:
        """Of a path that names none: by an id in it, else by a key that was issued, else the default one."""
        app = self._app
        if not provider:
            return None
        if app.opens_default and len(app.sessions) <= 1 and not app.settings.any_key:
            return app.default()
        parts = set(path.split("/"))
        key = app.dialects[provider].key(headers)
        holders = [session for session in app.sessions.values() if session.holds(parts)]
        # Sessions of one seed give equal ids: among those that hold it, the asker's own.
        for session in (*(holder for holder in holders if (provider, key) in holder.accounts), *holders):
            return session
        return self.holder(provider, key) or (app.default() if app.opens_default else None)

    def holder(self, provider: str, key: str) -> Session | None:
        """The session that issued a key; where any key is good, one of its own."""
        app = self._app
        for session in app.sessions.values():
            if (provider, key) in session.accounts:
                return session
        if not (app.opens_default and app.settings.any_key and key):
            return None
        name = "key-" + digest(key)[:12]
        session = app.sessions.get(name) or app.open(name, app.settings, loop=asyncio.get_running_loop())
        app.account(session, provider, key)
        return session

    def nobody(self, provider: str) -> Session:
        """A session of those who fit none: what they say is kept in a book of its own."""
        nobody = Session("nobody", Clock("real"), Gallery(), self._app.strays, self._app.settings.seed)
        nobody.switchboard = Switchboard(nobody)
        nobody.cast[provider] = self._app.spoken(provider)
        return nobody

    async def stray(self, scope: Mapping[str, Any], receive: Receive, send: Send, way: Way) -> None:
        """What fits no session is refused as the provider would, unless a key in it says whose it is."""
        app = self._app
        provider = way.provider if way.provider in app.providers else app.providers[0]
        nobody = self.nobody(provider)
        heard = app.hear(scope)
        turn = Turn(app.spoken(provider), nobody, scope, way, way.mount, heard)
        if not way.sid:
            turn.base = app.base(scope, heard.by_name, way, turn.dialect)
            turn.elsewhere = partial(self._sought, scope, provider)
        known = turn.dialect.contract.operations
        said = any(known[name].bundles or known[name].doors for name in way.operations.values())
        if way.sid or not said or turn.dialect.key(heard.by_name):
            _warned(scope, "")  # else a key that is said elsewhere may still tell whose it is
        await turn.play(receive, send)

    def _sought(self, scope: Mapping[str, Any], provider: str, key: str) -> Session | None:
        session = self.holder(provider, key)
        if session is None:
            _warned(scope, key)
        return session

    async def called(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """A socket's call. Where callers say whose they are on the line, the session may be found by that."""
        app = self._app
        way, heard = app.way(scope["path"]), app.hear(scope)
        name = way.provider or app.by_host(heard.by_name)
        call = line.Call(scope, way._replace(provider=name), "", heard, None if way.sid else partial(self.holder, name))
        session = (
            app.sessions.get(way.sid) if way.sid else self._known(call) or self.session(heard.by_name, name, way.path)
        )
        if session is None and name and not way.sid and app.dialects[name].hails:
            session = self.nobody(name)
        dialect = session.cast.get(name) if session else None
        base = app.base(scope, heard.by_name, way, dialect) if dialect else ""
        await line.answer(dialect, session, call._replace(base=base), receive, send)

    def _known(self, call: line.Call) -> Session | None:
        """The session whose dialect knows who calls."""
        name = call.way.provider
        known = (each for each in self._app.sessions.values() if name in each.cast)
        return next((each for each in known if each.cast[name].caller(each, call) is not None), None)


def _warned(scope: Mapping[str, Any], key: str) -> None:
    LOG.warning("expected a request for a session; came %s %s; use the handle's url, or a key that was issued",
                scope["method"], masked(scope["path"], key))  # fmt: skip
