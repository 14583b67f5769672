"""One way in which the wire misbehaves; it never touches what happens behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .script import Times, check_times

CHANNELS = ("submit", "poll", "result", "cancel", "catalogue", "media")


@dataclass(slots=True)
class Fault:
    """Answers a status instead of what was asked: before any work is done, or after, so that the answer is lost."""

    status: int
    on: str = ""
    times: Times = 1
    when: Literal["before", "after"] = "before"
    optional: bool = False
    struck: int = 0
    trouble: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.status, int) or not 400 <= self.status <= 599:
            raise ValueError(f"expected a status from 400 to 599; came {self.status!r}; say fault(503)")
        if self.when not in ("before", "after"):
            raise ValueError(f'expected when="before" or "after"; came {self.when!r}')
        check_times(self.times)

    def hits(self, when: str, channel: str, operation: str) -> bool:
        """Whether it strikes here."""
        if self.when != when or (self.times != "always" and self.struck >= self.times):
            return False
        return self.on in ("", channel, operation)

    @property
    def done(self) -> bool:
        """Whether it has struck as often as it wants to; one for always has once it struck."""
        return self.struck >= (1 if self.times == "always" else self.times)

    def __str__(self) -> str:
        place = f", on={self.on!r}" if self.on else ""
        return f"fault({self.status}{place}, times={self.times!r}, when={self.when!r})"
