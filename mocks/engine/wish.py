"""What every wish of the director has alike: how often it is to come true, and whether it did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from math import inf
from typing import Any, Literal

Times = int | Literal["always"]


@dataclass(slots=True, kw_only=True)
class Wish:
    """`met` counts the chances that it had, `struck` how often it came true; `trouble` is what is wrong with it.
    `kin` are the same wish for other providers: that one of them came true is enough."""

    times: Times = 1
    optional: bool = False
    provider: str = ""  # whose orders and exchanges it is about; without, everybody's
    backdrop: bool = False  # a scenario's: what a test wishes itself comes before it
    met: int = 0
    struck: int = 0
    trouble: str = ""
    kin: tuple[Wish, ...] = field(default=(), compare=False, repr=False)

    def __post_init__(self) -> None:
        flag("optional", self.optional)
        if self.times != "always" and (type(self.times) is not int or self.times < 1):
            raise ValueError(f'expected times to be 1 or more, or "always"; came {self.times!r}; say times=2')

    @property
    def live(self) -> bool:
        """Whether it may still strike."""
        return self.times == "always" or self.struck < self.times

    @property
    def missed(self) -> bool:
        """Whether a test fails for it: it never struck as often as it should, or could not be asked."""
        wanted = 1 if self.times == "always" else self.times
        struck = max(wish.struck for wish in (self, *self.kin))
        return bool(self.trouble) or (struck < wanted and not self.optional)

    def said(self) -> dict[str, Any]:
        """What was wished, without what is as usual and without what came of it."""
        own = [row for row in fields(self) if row.name not in COMMON]
        return {
            row.name: value
            for row in (*own, *fields(Wish))
            if row.name not in BOOKKEEPING and (value := getattr(self, row.name)) != row.default
        }


COMMON = ("times", "optional", "provider", "backdrop", "met", "struck", "trouble", "kin")
BOOKKEEPING = ("provider", "backdrop", "met", "struck", "trouble", "kin")


def among(name: str, word: Any, words: Iterable[str], otherwise: str = "say one of them") -> None:
    """Refuses a word that is none of those, with the nearest."""
    known = [each for each in words if each]
    if word not in known:
        raise ValueError(f"expected {name} to be one of {', '.join(known)}; came {word!r}; "
                         + meant(word, known, otherwise))  # fmt: skip


def meant(word: Any, known: Iterable[str], otherwise: str) -> str:
    """The cure for a word that is none of those that are known."""
    near = get_close_matches(str(word), list(known), 1)
    return f"did you mean {near[0]}?" if near else otherwise


def flag(name: str, value: Any) -> None:
    """Refuses what is neither true nor false: a word such as "no" would count as true."""
    if not isinstance(value, bool):
        raise ValueError(f"expected {name} to be true or false; came {value!r}; say {name}=True, or leave it out")


def whole(name: str, value: Any, least: int = 1, most: float = inf) -> None:
    """Refuses what is no whole number from `least` to `most`."""
    if type(value) is not int or not least <= value <= most:
        reach = f"{least} or more" if most == inf else f"{least} to {most}"
        raise ValueError(f"expected {name} to be a whole number, {reach}; came {value!r}; say {name}={max(least, 1)}")
