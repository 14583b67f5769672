"""A prop: something that an account has beside its orders, such as a deployment or a data set."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from .wish import meant

Rule = tuple[str, Callable[[Any], Any]]  # what is expected, and whether a value is that
FLAG: Rule = ("true or false", lambda value: isinstance(value, bool))
TEXT: Rule = ("a text", lambda value: isinstance(value, str))
NAME: Rule = ("a text that is not empty", lambda value: isinstance(value, str) and value)


class Prop(NamedTuple):
    """One thing of an account; a change makes a new one. `said` is what was said of it, in its provider's words."""

    id: str
    kind: str
    account: Any
    name: str
    said: Mapping[str, Any]
    made: float
    changed: float
    slots: Any = None  # where orders run that are for this one, if any do
    more: Any = None  # what its dialect keeps of it

    def but(self, now: float, **changes: Any) -> Prop:
        """The same thing, changed now."""
        return self._replace(changed=now, **changes)


def checked(kind: str, said: Mapping[str, Any], rules: Mapping[str, Rule], known: Collection[str] = ()) -> None:
    """Refuses what a director says of a prop in a word that nobody knows, and what makes no sense; the words that are
    known are those of the rules, unless told."""
    known = known or rules
    for name in said:
        if name not in known:
            raise ValueError(f"expected a {kind}'s {', '.join(known)}; came {name!r}; "
                             + meant(name, known, "take it out"))  # fmt: skip
    for name, (expected, good) in rules.items():
        if name in said and not good(said[name]):
            raise ValueError(f"expected {name} to be {expected}; came {said[name]!r:.80}; correct it, or leave it out")
