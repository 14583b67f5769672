"""The colour of an order, as films keep it and as screens show it."""

from __future__ import annotations

import math
from typing import NamedTuple


class Colour(NamedTuple):
    """Brightness, and how far the colour lies towards blue and towards red, each from 0 to 255 (BT.709)."""

    y: int
    u: int
    v: int

    @property
    def shares(self) -> tuple[float, float, float]:
        """Red, green and blue, each from 0 to 1."""
        u, v = self.u - 128, self.v - 128
        # A film's black is 16 and its white 235.
        bright = (self.y - 16) * 1.164
        red, green, blue = bright + 1.793 * v, bright - 0.213 * u - 0.533 * v, bright + 2.112 * u
        return _share(red), _share(green), _share(blue)

    @property
    def web(self) -> str:
        """The colour as web pages write it."""
        return "#" + "".join(f"{round(part * 255):02x}" for part in self.shares)


def colour_of(digest: bytes) -> Colour:
    """The colour of an order: dark enough for white text, and never so near to grey that a codec's steps matter."""
    angle = math.tau * (digest[0] % 4) / 4 + math.radians(25 + 40 * digest[1] / 255)
    u, v = (2 * round(24 * part) for part in (math.cos(angle), math.sin(angle)))
    return Colour(60 + digest[2] % 48, 128 + u, 128 + v)


def _share(part: float) -> float:
    return round(min(1.0, max(0.0, part / 255)), 4)
