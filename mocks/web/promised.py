"""The files that an order promises, as media: of what was worked out from its words, whoever's these are."""

from __future__ import annotations

from functools import lru_cache

from ...contracts.outcome import Outcome
from ..engine.medium import PLAIN, Detail, Medium


@lru_cache(1024)
def media(outcome: Outcome) -> tuple[Medium, ...]:
    """Each file; orders of one outcome share them."""
    fps, rate, channels, bitrate = outcome.finer or PLAIN[:4]
    medium = Medium(*outcome[:5], quality=outcome.quality, detail=Detail(fps, rate, channels, bitrate))
    return (medium,) * outcome.count
