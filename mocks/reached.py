"""What sessions have reached of each provider's promise, counted exchange by exchange."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..contracts.checks.reaching.coverage import Coverage
from ..contracts.contract import Contract
from ..contracts.exchange import Exchange
from .engine.session import Session

MOST_CONTRACTS = 16  # that are counted side by side: each session with models of its own has one


class Reached:
    """Each session's exchanges are held against its own contract, since readings differ; what comes of them is one."""

    def __init__(self) -> None:
        self._live: dict[Contract, Coverage] = {}
        self._past: dict[str, dict[str, Any]] = {}

    def saw(self, session: Session, exchange: Exchange, by: str = "") -> None:
        """Counts an exchange of a session."""
        coverage = self._of(session, exchange.provider)
        if coverage is not None:
            coverage.saw(exchange, by)

    def read(self, session: Session) -> None:
        """Counts all that a session's journal keeps, under the session's name, and how much it keeps no longer."""
        for exchange in session.journal:
            self.saw(session, exchange, session.name)
        coverage = self._of(session, next(iter(session.cast)))
        if coverage is not None:
            coverage.left_out += session.journal.left_out

    def merge(self, told: Mapping[str, Mapping[str, Any]]) -> None:
        """Adds what was counted elsewhere, by provider."""
        for name, part in told.items():
            known = self._past.get(name)
            self._past[name] = Coverage.merged([part] if known is None else [known, part])

    def as_dict(self) -> dict[str, dict[str, Any]]:
        """What was counted, by provider."""
        live, self._live = self._live, {}
        for coverage in live.values():
            self.merge({coverage.provider: coverage.as_dict()})
        return {name: self._past[name] for name in sorted(self._past)}

    def _of(self, session: Session, provider: str) -> Coverage | None:
        if provider not in session.cast:
            return None
        contract = session.cast[provider].contract
        if contract not in self._live:
            if len(self._live) >= MOST_CONTRACTS:
                self.as_dict()
            self._live[contract] = Coverage(contract, whole=False)
        return self._live[contract]
