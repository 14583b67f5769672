"""Orders: tasks that make something, answered when they are over, or at once and asked after, or told of by news."""

from __future__ import annotations

from typing import Any

from ..engine.refusal import Refusal
from ..engine.task import Task
from ..engine.timeline import FINAL
from ..web.dialect import Answer, Route, Wait
from ..web.turn import Turn
from . import errors, news, results, wire

NOTHING = Answer(200, {})  # on a socket: the answer is news


def order(turn: Turn) -> Answer | Wait:
    """Takes an order; who asked for it over HTTP and at once is kept until it is over."""
    contract, model, operation, session, base = (
        turn.dialect.contract,
        turn.model,
        turn.operation,
        turn.session,
        turn.base,
    )
    assert model is not None  # the contract has found it, or refused
    name = turn.inputs["taskUUID"].lower()
    if name in session.tasks:
        raise Refusal("taken-id")
    asked = wire.read(contract.catalogue, operation, model, turn.inputs, turn.body)
    price = contract.price(model.id)
    cost = None if price is None else price * len(asked.media)
    later = asked.delivery == "async" or bool(asked.webhook)
    tell = None
    if asked.webhook or (turn.line is not None and not later):
        tell = news.tell(turn, not later, lambda task: results.over(contract, session, base, task, {}))
    task = turn.submit(asked, contract.life.durations[model.kind], cost, tell, name=name)
    if later:
        return Answer(200, {"data": [wire.acknowledged(task)]})
    if turn.line is not None:
        return NOTHING
    return _awaited(turn, task, turn.now + float(contract.life.patience))


def _awaited(turn: Turn, task: Task, limit: float) -> Answer | Wait:
    """Its results once it is over; no request is kept longer than the limit."""
    task = turn.session.tasks.get(task.id, task)
    now = turn.session.clock.now
    if task.timeline.at(now) in FINAL:
        told = results.over(turn.dialect.contract, turn.session, turn.base, task, {})
        return Answer(200 if "data" in told else errors.status(turn.dialect.contract, told), told)
    if now >= limit:
        raise Refusal("timeout")
    return Wait(min(task.timeline.ends, limit), lambda: _awaited(turn, task, limit))


def stands(turn: Turn) -> Answer:
    """Tells how a task stands; of one that nobody knows, nothing."""
    contract, task = turn.dialect.contract, turn.session.tasks.get(turn.value.lower())
    if task is None or task.account is not turn.account:
        return Answer(200, {"data": []})
    turn.task = task.id
    words = contract.life.words["getResponse"]
    task = turn.look(task, "getResponse", words)
    state = task.timeline.at(turn.now)
    beside: dict[str, Any] = {"status": words[state]}
    if state in FINAL:
        return Answer(200, results.over(contract, turn.session, turn.base, task, beside))
    return Answer(200, results.under_way(contract, turn.session, task, beside))


ROUTES: dict[str, Route] = {"getResponse": stands, "imageInference": order}
