"""An address to which one file may be put: what was announced of it, how long it is open, and who is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple


class Upload(NamedTuple):
    """One file that somebody may put; it is told to `taken` with its size and digest, which are all that is kept. One
    whose size was not announced, None, may have any; `hashed` says how it is digested."""

    name: str
    provider: str
    operation: str  # the one that gave the address away
    size: int | None
    until: float  # by age: what is given away wears out
    taken: Callable[[int, str], Any]
    hashed: str = "blake2b"
