"""Keys: of which kind an account's is, and what one of that kind may call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...contracts.contract import Contract
from ..engine.refusal import Refusal

if TYPE_CHECKING:
    from ..engine.session import Account
    from ..web.turn import Turn

MODELS = frozenset({"submit", "price_preview"})


def kind(contract: Contract, account: Account) -> dict[str, Any]:
    """What is known of an account's kind of key."""
    row: dict[str, Any] = contract.facts.openapi["keys"]["kinds"][account.kind]
    return row


def allowed(turn: Turn) -> None:
    """Refuses whoever may not call this; what needs no key is for everybody."""
    if turn.operation.keyless:
        return
    row = kind(turn.dialect.contract, turn.account)
    if not row["tasks"]:
        raise Refusal("free-user")
    if turn.operation.id in MODELS and not row["models"]:
        raise Refusal("key-kind")
