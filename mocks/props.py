"""What an account has beside its orders, found and added: for a handle and for the control plane alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..contracts.finding import did_you_mean
from .engine.prop import Prop
from .engine.session import Account, Session

MOST_NAMES = 10  # that a refusal tells


def had(session: Session, account: Account, kind: str = "") -> list[Prop]:
    """What an account has, of a kind if one is named, the oldest first."""
    return [prop for prop in session.props.values() if prop.account is account and kind in ("", prop.kind)]


def found(props: Iterable[Prop], word: str) -> Prop:
    """The one among some that bears a word as its id or its name; none and several are a ValueError."""
    every = list(props)
    meant = [prop for prop in every if prop.id == word] or [prop for prop in every if prop.name == word]
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise ValueError(f"expected one prop; came {word[:80]!r}, the name of {len(meant)}; say an id: "
                         f"{_listed(meant)}")  # fmt: skip
    cure = did_you_mean(word, [text for prop in every for text in (prop.name, prop.id)], f"there are: {_listed(every)}")
    raise ValueError(f"expected the id or the name of a prop; came {word[:80]!r}; {cure}")


def kinds(session: Session, provider: str) -> list[str]:
    """What kinds of props a provider knows."""
    tables = [api.facts.openapi.get("props", {}) for api in session.cast[provider].contract.apis.values()]
    return [kind for table in tables for kind, row in table.items() if isinstance(row, Mapping)]


def add(session: Session, account: Account, kind: str, said: Mapping[str, Any]) -> Prop:
    """Gives an account a prop, as its provider makes one of what is said."""
    prop: Prop = session.cast[account.provider].add_prop(session, account, kind, said)
    return prop


def _listed(props: list[Prop]) -> str:
    more = f" and {len(props) - MOST_NAMES} more" if len(props) > MOST_NAMES else ""
    return (", ".join(f"{prop.kind} {prop.name} {prop.id}" for prop in props[:MOST_NAMES]) or "none") + more
