"""The Standard Model API: orders of models, and what they would cost."""

from __future__ import annotations

from ..engine.refusal import Refusal
from ..engine.timeline import State
from ..web.dialect import Answer, Route
from ..web.turn import Turn
from . import news, wire


def submit(turn: Turn) -> Answer:
    """Takes an order; each model has slots and a queue of its own."""
    contract, model, session = turn.dialect.contract, turn.model, turn.session
    assert model is not None  # the contract has found it, or refused
    order = wire.read(contract.catalogue, model, turn.inputs, turn.body)
    life = contract.lives["task"]
    slots = session.line(turn.account, model.id, turn.dialect.terms.slots)
    if slots.waiting(turn.now) >= life.queue:
        raise Refusal("queue-full")
    name = wire.name(session.seed, session.taken + 1)
    task = turn.submit(order, life.durations[model.kind], contract.price(model.id),
                       news.teller(turn, order.webhook), slots, name)
    queued = task.timeline.at(turn.now) is State.QUEUED
    word = life.words["query"][State.QUEUED if queued else State.RUNNING]
    return Answer(200, wire.accepted(task.id, word, [wire.MODEL_NODE]))


def price_preview(turn: Turn) -> Answer:
    """Tells what an order would cost."""
    contract = turn.dialect.contract
    assert turn.model is not None
    placeholder = contract.facts.prices["placeholder"]
    cost = contract.price(turn.model.id)
    price = placeholder["price"] if cost is None else cost
    return Answer(200, wire.priced(price, placeholder["currency"], f"¥{price:.2f}/次", f"${price:.2f}/run"))


ROUTES: dict[str, Route] = {"submit": submit, "price_preview": price_preview}
