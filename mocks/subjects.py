"""What a check asks: a stand-in of ours, in this process or over a socket, or whatever answers at an address."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

from ..contracts.checks.subject import Ask, Subject
from ..contracts.contract import contract
from ..contracts.document import read
from ..contracts.exchange import Exchange
from .app import fresh_name
from .dialled import Dialled
from .engine.clock import pause
from .settings import Settings
from .stand_in import StandIn, opened
from .transport import Talk
from .web.caller import Caller

PATIENCE = 0.005  # real seconds between two looks at a request that is kept waiting
MOST_BODY = 1 << 20  # so that a body that is too large need not be 64 MiB


class Ours(Subject):
    """A stand-in of this house: its clock is moved by hand, and its director is asked for what no client can do."""

    can = frozenset({"advance", "fail", "cost", "poor", "rich", "pause"})
    most_body = MOST_BODY

    def __init__(self, provider: str, socket: bool = True, **settings: Any) -> None:
        said = {"clock": "manual", "max_body": MOST_BODY, **settings}
        self._handle: StandIn = opened(provider, Settings().but(**said))
        self._talk: Caller | Talk = Caller(self._handle.url) if socket else Talk(self._handle)
        self._rich = float(self._handle.ledger.balance)
        self.name = f"our {provider}" + ("" if socket else ", in this process")
        self.base = self._handle.url
        self.key = self._handle.api_key
        self.other_key = self._handle.another_key()
        self.now = 0.0
        self.hooks = self._handle.webhooks.url
        # One that asks beside the one that moves the clock, where a request may be kept waiting.
        self._waits = ThreadPoolExecutor(1) if "bundle" in read(provider, "openapi") else None

    def send(self, ask: Ask) -> Exchange:
        """Asks. Whoever is answered only once something is over lets time pass until then."""
        if not self._waits or ask.method != "POST":
            return exchanged(ask, self._talk, self.now or 0.0)
        asked = self._waits.submit(exchanged, ask, self._talk, self.now or 0.0)
        while not wait([asked], PATIENCE).done:
            self._handle.call(self._hurry)
        self.now = self._handle.clock.now
        return asked.result()

    def _hurry(self) -> None:
        clock = self._handle.session.clock
        if clock.awaited is not None:
            clock.advance(clock.awaited - clock.now)

    def cue(self, what: str, amount: float = 0.0) -> None:
        """Moves the clock, or the director."""
        if what == "advance":
            self._handle.clock.advance(amount)
            self.now = self._handle.clock.now
        elif what == "fail":
            self._handle.script(fails=True, optional=True)
        elif what == "pause":
            self._handle.script(pauses=True, optional=True)
        elif what == "cost":
            self._handle.script(cost=amount, optional=True)
        else:
            self._handle.ledger.set(0 if what == "poor" else self._rich)

    def furnished(self, kind: str, model: str) -> str:
        """The first prop that the account has from the beginning and that stands for this model."""
        session = self._handle.session
        dialect = session.cast[self._handle.provider]
        own = session.own(session.accounts[self._handle.provider, self.key], kind)
        return next((prop.id for prop in own if dialect.stands_for(prop) == model), "")

    def dialled(self) -> Subject | None:
        """The same stand-in over a socket, if its provider speaks there."""
        promise = contract(self._handle.provider).alone
        return Dialled(self, self._handle, promise) if promise.bundle is not None else None

    def delivered(self) -> list[Exchange]:
        """What the session's own receiver took, once nothing is under way."""
        session = self._handle.session
        self._handle.run(session.courier.idle)
        return [Exchange(each.method, each.path, each.headers, each.body, each.status, (), b"", at=each.at)
                for each in self._handle.webhooks.received]  # fmt: skip

    def fresh(self) -> None:
        """The same address and keys; nothing has happened."""
        self._handle.reset()
        self.now = 0.0

    def close(self) -> None:
        """Forgets the session."""
        if self._waits is not None:
            self._waits.shutdown()
        self._talk.close()
        self._handle.close()


class Elsewhere(Subject):
    """Whatever answers at an address, as a black box: time passes there by itself, or by asking."""

    can = frozenset({"wait"})

    def __init__(self, base: str, key: str, other_key: str = "") -> None:
        self._talk = Caller(base)
        self.name = self.base = base.rstrip("/")
        self.key = key
        self.other_key = other_key
        self.salt = fresh_name()

    def reach(self) -> None:
        """Looks whether anybody is there; nobody is a ValueError."""
        said = self._talk.ask("GET", "/openapi.json", (), b"")  # open at ours, and harmless elsewhere
        if not said.status:
            why = said.body.decode("utf-8", "replace")
            raise ValueError(
                f"expected a server at {self.base}; came no answer ({why}); start it, or correct the address"
            )

    def send(self, ask: Ask) -> Exchange:
        """Asks."""
        return exchanged(ask, self._talk, 0.0)

    def cue(self, what: str, amount: float = 0.0) -> None:
        """Waits a little; nothing else can be done from here."""
        if what == "wait":
            asyncio.run(pause(amount))

    def close(self) -> None:
        """Hangs up."""
        self._talk.close()


def exchanged(ask: Ask, talk: Caller | Talk, at: float) -> Exchange:
    """What went over the wire."""
    said = talk.ask(ask.method, ask.path, ask.headers, ask.body)
    sent = tuple(
        (name.lower().encode("latin-1", "replace"), value.encode("latin-1", "replace")) for name, value in ask.headers
    )
    return Exchange(ask.method, ask.path, sent, ask.body, said.status, said.headers, said.body, at=at)


def bearing(provider: str, key: str) -> Mapping[str, str]:
    """The header that bears a key."""
    door = read(provider, "openapi")["security"]
    return {door["name"]: f"{door.get('scheme', '')} {key}".strip()}
