"""How fast time goes, in the words of a user."""

from __future__ import annotations

from contextlib import suppress


def factor(mode: str) -> float | None:
    """How many seconds of the story a real one is; none where time stands still until it is moved."""
    if mode in ("manual", "auto"):
        return None
    if mode == "real":
        return 1.0
    if mode.startswith("x"):
        with suppress(ValueError):
            factor = float(mode[1:])
            if 0 < factor <= 1_000_000:
                return factor
    raise ValueError(f"expected clock real, xN (as x10), manual or auto; came {mode!r}")
