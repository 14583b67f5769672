"""Keys: of which kind an account's is, what one of that kind may call, and how many of its graphs run at once."""

from __future__ import annotations

from functools import partial
from math import ceil
from typing import TYPE_CHECKING, Any

from ...contracts.contract import Contract
from ..engine.refusal import Refusal

if TYPE_CHECKING:
    from ..engine.session import Account
    from ..engine.slots import Slots
    from ..web.turn import Turn

LINE = "comfyui"  # workflows, apps and prompts of an account share its slots
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


def line(turn: Turn) -> Slots:
    """The places in which an account's runs stand: so many as its kind of key has, unless the settings say."""
    contract, told = turn.dialect.contract, turn.dialect.terms.slots
    usual = kind(contract, turn.account)["running"]
    slots = turn.session.line(turn.account, LINE, usual if told == contract.life.slots else told)
    if slots.rate is None:
        slots.rate = partial(coins, contract.facts.prices["coins"]["a_second"])
    return slots


def coins(rate: float, seconds: float) -> float:
    """What so many seconds cost: coins are whole."""
    return ceil(round(rate * seconds, 6))
