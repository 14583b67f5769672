"""Which answers and states of a contract the sessions have met, worked out from their journals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ...contracts.contract import Contract
from ...contracts.exchange import Exchange
from ..engine.session import Session
from .asked import Asked

if TYPE_CHECKING:
    from ..app import App

Met = tuple[str, str, str, str]  # provider, operations or channels, the name of one, its status or word


class Reach:
    """What was met: in the journals that are open, and in those of sessions that ended here."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._kept: Counter[Met] = Counter()

    def keep(self, session: Session) -> None:
        """Notes what a session has met before it is forgotten."""
        self._kept.update(_met(session))

    async def coverage(self, ask: Asked) -> dict[str, Any]:  # noqa: ARG002 - every route is handed what was asked
        """Of each provider every documented answer and every word of a state, with how often it was met."""
        met = Counter(self._kept)
        for session in self._app.sessions.values():
            met.update(_met(session))
        spoken = {name: self._app.spoken(name).contract for name in self._app.providers}
        return {"providers": {name: _told(promise, met) for name, promise in spoken.items()}}


def _met(session: Session) -> Iterator[Met]:
    for exchange in session.journal:
        if exchange.direction == "in" and exchange.operation and exchange.provider in session.cast:
            yield exchange.provider, "operations", exchange.operation, str(exchange.status)
            if not exchange.bent:
                yield from _words(session.cast[exchange.provider].contract, exchange)


def _words(promise: Contract, exchange: Exchange) -> Iterator[Met]:
    """The word of a state that an answer told."""
    for life in promise.lives.values():
        for name, channel in life.channels.items():
            if channel["operation"] == exchange.operation and 200 <= exchange.status < 300:
                here = exchange.json
                for step in channel["key"].split("/")[1:]:
                    here = here.get(step) if isinstance(here, dict) else None
                if isinstance(here, str):
                    yield exchange.provider, "channels", name, here


def _told(promise: Contract, met: Counter[Met]) -> dict[str, Any]:
    """What is documented comes first; what was met beside it follows, and is not counted as reached."""
    operations = {name: _statuses(promise, name) for name in promise.operations}
    channels = {name: list(dict.fromkeys(words.values()))
                for life in promise.lives.values() for name, words in life.words.items()}  # fmt: skip
    documented = {"operations": operations, "channels": channels}
    counts = {kind: {name: _counts(met, (promise.provider, kind, name), known) for name, known in rows.items()}
              for kind, rows in documented.items()}  # fmt: skip
    words = [(kind, name, word) for kind, rows in documented.items() for name, known in rows.items() for word in known]
    reached = sum(counts[kind][name][word] > 0 for kind, name, word in words)
    return {"reached": reached, "of": len(words), **counts}


def _statuses(promise: Contract, name: str) -> list[str]:
    operation = promise.operations[name]
    refused = (promise.errors[reason].get("status") for reason in operation.refusals if reason in promise.errors)
    return list(map(str, sorted({*operation.answers, *(status for status in refused if status)})))


def _counts(met: Counter[Met], what: tuple[str, str, str], known: list[str]) -> dict[str, int]:
    others = sorted({key[3] for key in met if key[:3] == what} - set(known))
    return {word: met[(*what, word)] for word in (*known, *others)}
