"""A finding that a test wants: it is the failure that none comes, and the one that comes fails nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .stand_in import StandIn


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
