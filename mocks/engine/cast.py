"""Who plays in a session: what speaks for each provider, made when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any


class Cast(dict[str, Any]):
    """By provider, what speaks for it. All that are expected count as there; one that nobody asks for is never made,
    since reading what a provider promises takes a while."""

    def __init__(self) -> None:
        super().__init__()
        self._expected: dict[str, Callable[[str], Any]] = {}

    def expect(self, name: str, make: Callable[[str], Any]) -> None:
        """Says who makes one."""
        self._expected[name] = make

    @property
    def speaking(self) -> dict[str, Any]:
        """Those that were asked for so far."""
        return dict(dict.items(self))

    def close(self) -> None:
        """Nobody else comes: the session is over."""
        self._expected = {}

    def __missing__(self, name: str) -> Any:
        self[name] = made = self._expected[name](name)
        return made

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or name in self._expected

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self._expected) or super().__len__()

    def get(self, name: str, otherwise: Any = None) -> Any:
        """One, made if need be."""
        return self[name] if name in self else otherwise  # noqa: SIM401 - this is what it does

    def keys(self) -> Any:
        """All names, in the order in which they were expected."""
        return self._expected.keys() or dict.keys(self)

    def values(self) -> Any:
        """All of them, made."""
        return [self[name] for name in self]

    def items(self) -> Any:
        """The same by name."""
        return [(name, self[name]) for name in self]
