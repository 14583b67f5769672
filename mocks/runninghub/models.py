"""The Standard Model API: orders of models, and what they would cost."""

from __future__ import annotations

from ...contracts.catalogue import Model
from ...contracts.life import Lifecycle
from ..engine.refusal import Refusal
from ..engine.slots import Slots
from ..web.dialect import Answer, Route
from ..web.turn import Turn
from . import news, wire
from .own import begun

TIPS = wire.tips([wire.MODEL_NODE])  # of a model's graph, which nobody sees, the node with its result
SIGNS = {"CNY": "\u00a5", "USD": "$"}


def submit(turn: Turn) -> Answer:
    """Takes an order; each model has slots and a queue of its own."""
    contract, model, session, now = turn.dialect.contract, turn.model, turn.session, turn.now
    assert model is not None  # the contract has found it, or refused
    life = contract.lives["task"]
    slots = turn.account.lines.get(model.id) or _line(turn, model, life)
    if slots.full(now) and slots.waiting(now) >= life.room(model.id, model.title)[1]:
        raise Refusal("queue-full", until=slots.moves(now))
    order = wire.read(contract.catalogue, model, turn.inputs, turn.body)
    name = wire.name(session.seed, session.taken + 1)
    usual, price = life.durations[model.kind], contract.price(model.id)
    task = turn.submit(order, usual, price, news.teller(turn, order.webhook), slots, name)
    return Answer(200, wire.accepted(name, begun(turn, task), TIPS))


def _line(turn: Turn, model: Model, life: Lifecycle) -> Slots:
    """The slots of an account for a model: as many as were set, or as the model has."""
    told = turn.dialect.terms.slots
    return turn.session.line(
        turn.account, model.id, life.room(model.id, model.title)[0] if told == life.slots else told
    )


def price_preview(turn: Turn) -> Answer:
    """Tells what an order would cost."""
    assert turn.model is not None
    usual, price = turn.dialect.contract.facts.prices["placeholder"], turn.dialect.contract.price(turn.model.id)
    currency = str(usual["currency"]) if price is None else "USD"
    price = float(usual["price"]) if price is None else price
    return Answer(200, wire.priced(price, currency, f"{SIGNS[currency]}{price:.2f}/\u6b21", f"${price:.2f}/run"))


ROUTES: dict[str, Route] = {"submit": submit, "price_preview": price_preview}
