"""What every wish of the director has alike: how often it is to come true, and whether it did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Times = int | Literal["always"]


@dataclass(slots=True, kw_only=True)
class Wish:
    """`struck` counts how often it came true; `trouble` is what went wrong with the wish itself."""

    times: Times = 1
    optional: bool = False
    struck: int = 0
    trouble: str = ""

    def __post_init__(self) -> None:
        if self.times != "always" and (type(self.times) is not int or self.times < 1):
            raise ValueError(f'expected times to be 1 or more, or "always"; came {self.times!r}')

    @property
    def live(self) -> bool:
        """Whether it may still strike."""
        return self.times == "always" or self.struck < self.times

    @property
    def missed(self) -> bool:
        """Whether a test fails for it: it never struck as often as it should, or could not be asked."""
        wanted = 1 if self.times == "always" else self.times
        return bool(self.trouble) or (self.struck < wanted and not self.optional)
