"""One way in which the wire misbehaves; it never touches what happens behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .wish import Wish

CHANNELS = ("submit", "poll", "result", "cancel", "catalogue", "media")


@dataclass(slots=True)
class Fault(Wish):
    """Answers a status instead of what was asked: before any work is done, or after, so that the answer is lost."""

    status: int
    on: str = ""
    when: Literal["before", "after"] = "before"

    def __post_init__(self) -> None:
        Wish.__post_init__(self)
        if not isinstance(self.status, int) or not 400 <= self.status <= 599:
            raise ValueError(f"expected a status from 400 to 599; came {self.status!r}; say fault(503)")
        if self.when not in ("before", "after"):
            raise ValueError(f'expected when="before" or "after"; came {self.when!r}')

    def hits(self, when: str, channel: str, operation: str) -> bool:
        """Whether it strikes here."""
        return self.live and self.when == when and self.on in ("", channel, operation)

    def __str__(self) -> str:
        place = f", on={self.on!r}" if self.on else ""
        return f"fault({self.status}{place}, times={self.times!r}, when={self.when!r})"
