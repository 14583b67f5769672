"""Films of the asked size and length: one colour, which is the order's own, 24 frames a second unless told."""

from __future__ import annotations

import struct

from ..medium import Medium
from . import h264, vp9
from .boxes import TICKS, Reel, boxed
from .colour import colour_of
from .webm import webm

RATE = 24
LONGEST_SIDE = 8192
LONGEST_SECONDS = 600.0


def film(medium: Medium, digest: bytes) -> bytes:
    """The file of a film, a second long where its order asks for no length."""
    _guard(medium)
    seconds = medium.seconds or 1.0
    rate = medium.detail.fps or RATE
    count = max(1, round(seconds * rate))
    if medium.format == "webm":
        frames = (count, vp9.key_frame(medium.width, medium.height, colour_of(digest)), vp9.AGAIN)
        return webm(medium.width, medium.height, seconds, rate, frames)
    coded = h264.film(medium.width, medium.height, rate, colour_of(digest))
    whole, rest = divmod(count - 1, len(coded.later))
    sizes = [struct.pack(">I", len(frame)) for frame in coded.later]
    table = struct.pack(">I", len(coded.key)) + b"".join(sizes) * whole + b"".join(sizes[:rest])
    later = b"".join(coded.later) * whole + b"".join(coded.later[:rest])
    ticks = max(1, round(seconds * rate * TICKS))
    return boxed(medium.format, Reel(medium.width, medium.height, coded.config, coded.key, later, table, count,
                                     ticks, rate * TICKS))  # fmt: skip


def _guard(medium: Medium) -> None:
    width, height, seconds = medium.width, medium.height, medium.seconds
    if not (1 <= width <= LONGEST_SIDE and 1 <= height <= LONGEST_SIDE and 0 <= seconds <= LONGEST_SECONDS):
        raise ValueError(
            f"expected a {medium.format} of 1 to {LONGEST_SIDE} pixels a side and at most {LONGEST_SECONDS:g} seconds; "
            f"came {width} x {height} for {seconds:g} s; ask for a smaller or shorter film"
        )
