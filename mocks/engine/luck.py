"""What looks like chance and is a function of the seed: a run that failed can be played again."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from math import exp, inf
from statistics import NormalDist
from typing import Any, NamedTuple

NORMAL = NormalDist()
FORMS = 'a number of seconds, {"uniform": [least, most]} or {"lognormal": [median, sigma]}'


def digest(*words: object) -> str:
    """Thirty-two hex digits that are a function of the words."""
    return blake2b("\0".join(map(str, words)).encode(), digest_size=16).hexdigest()


def uuid(*words: object) -> str:
    """A UUID, of the kind that is drawn by chance, that is a function of the words."""
    word = digest(*words)
    return f"{word[:8]}-{word[8:12]}-4{word[12:15]}-a{word[15:18]}-{word[18:30]}"


def luck(*words: object) -> float:
    """A number between 0 and 1, neither of them, that is a function of the words."""
    return (int(digest(*words)[:13], 16) + 0.5) / 16**13


class Span(NamedTuple):
    """How long something takes: `least` to `most` evenly, or around a median with a long tail (sigma above 0)."""

    least: float
    most: float
    sigma: float = 0.0

    def draw(self, *words: object) -> float:
        """One length, in whole microseconds."""
        if self.sigma:
            return round(self.least * exp(self.sigma * NORMAL.inv_cdf(luck(*words))), 6)
        if self.least == self.most:
            return self.least
        return round(self.least + (self.most - self.least) * luck(*words), 6)

    def __str__(self) -> str:
        if self.sigma:
            return f"lognormal({self.least:g}, {self.sigma:g})"
        return f"{self.least:g}" if self.least == self.most else f"uniform({self.least:g}, {self.most:g})"

    def __repr__(self) -> str:
        return str(self)


def uniform(least: float, most: float) -> Span:
    """Any length between two, each as likely as the other."""
    return span({"uniform": [least, most]}, "uniform()")


def lognormal(median: float, sigma: float) -> Span:
    """Mostly near the median, sometimes much longer, as waiting times on a network are."""
    return span({"lognormal": [median, sigma]}, "lognormal()")


def span(value: Any, name: str) -> Span:
    """Reads a length of time: a number, or one of the two distributions, as a call or as JSON."""
    if isinstance(value, Span):
        return value
    if _is_length(value):
        return Span(value, value)
    if isinstance(value, Mapping) and len(value) == 1:
        ((kind, pair),) = value.items()
        if kind in ("uniform", "lognormal") and isinstance(pair, (list, tuple)) and len(pair) == 2:
            least, most = pair
            if _is_length(least) and _is_length(most):
                if kind == "uniform" and least <= most:
                    return Span(least, most)
                if kind == "lognormal" and least > 0 and most <= 5:
                    return Span(least, inf, most) if most else Span(least, least)
    raise ValueError(
        f"expected {name} to be {FORMS}, 0 or more, least first, sigma at most 5; came {value!r}; "
        f"say 3, or uniform(2, 9)"
    )


def _is_length(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < inf
