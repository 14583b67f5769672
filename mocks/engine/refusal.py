"""The one exception with which anything says no."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """A no, for a reason that a row of the provider's error table stands for.

    `until` is the moment from which time alone lifts it; `details` is what the provider's answer says beside the row.
    """

    def __init__(
        self, reason: str, *, findings: tuple[Any, ...] = (), until: float | None = None, said: str = ""
    ) -> None:
        super().__init__(said or reason)
        self.reason = reason
        self.findings = findings
        self.until = until
        self.said = said
