"""Orders: tasks that make something, answered when they are over, or at once and asked after, or told of by news."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..engine.refusal import Refusal
from ..engine.task import Task
from ..engine.timeline import FINAL
from ..web.dialect import Answer, Route, Wait, Work
from ..web.turn import Turn
from . import errors, newcomers, news, pictures, results, stream, wire

NOTHING = Answer(200, {})  # on a socket: the answer is news


def order(turn: Turn) -> Answer | Wait | Work:
    """Takes an order; who asked for it over HTTP and at once is kept until it is over."""
    contract, model, operation, session = turn.dialect.contract, turn.model, turn.operation, turn.session
    assert model is not None  # the contract has found it, or refused
    name = turn.inputs["taskUUID"].lower()
    if name in session.tasks:
        raise Refusal("taken-id")
    asked = pictures.fitted(turn, wire.read(contract, operation, model, turn.inputs, turn.body))
    price = contract.price(model.id)
    cost = None if price is None else price * len(asked.media)
    later = asked.delivery == "async" or bool(asked.webhook)
    flows = asked.delivery == "stream" and operation.streams is not None and not later
    if flows:
        stream.refused(turn, len(asked.media))
    pushes = turn.line is not None and not later
    tell = news.tell(turn, pushes) if pushes or asked.webhook or turn.inputs.get("uploadEndpoint") else None
    task = turn.submit(asked, contract.life.durations[model.kind], cost, tell, name=name)
    if later:
        return Answer(200, {"data": [wire.acknowledged(task)]})
    if flows:
        return stream.answer(turn, task)
    if turn.line is not None:
        return NOTHING
    return _awaited(turn, task, turn.now + float(contract.life.patience))


def _awaited(turn: Turn, task: Task, limit: float) -> Answer | Wait | Work:
    """Its results once it is over; no request is kept longer than the limit."""
    contract, session = turn.dialect.contract, turn.session
    task = session.tasks.get(task.id, task)
    now = session.clock.now
    if task.timeline.at(now) in FINAL:
        status = 200 if results.good(task) else int(errors.why(contract, task)["status"])
        return _told(task, lambda made: Answer(status, results.over(contract, session, turn.base, task, {}, made)))
    if now >= limit:
        raise Refusal("timeout")
    return Wait(min(task.timeline.ends, limit), lambda: _awaited(turn, task, limit))


def _told(task: Task, tell: Callable[[Sequence[bytes]], Answer]) -> Answer | Work:
    """What is told of a task that is over, once the files are made that stand in its results themselves."""
    files = results.carried(task)
    return Work(files, tell) if files else tell(())


def stands(turn: Turn) -> Answer | Work:
    """Tells how a task stands; of one that nobody knows, nothing."""
    contract, session = turn.dialect.contract, turn.session
    task = session.tasks.get(turn.value.lower())
    if task is None or task.account is not turn.account:
        return Answer(200, {"data": []})
    turn.task = task.id
    words = contract.life.words["getResponse"]
    task = turn.look(task, "getResponse", words)
    state = task.timeline.at(turn.now)
    if task.order.operation == newcomers.OPERATION:
        return Answer(200, newcomers.stands(contract, task, turn.now, words[state]))
    beside: dict[str, Any] = {"status": words[state]}
    if state in FINAL:
        last = task
        return _told(last, lambda made: Answer(200, results.stands(contract, session, turn.base, last, beside, made)))
    return Answer(200, results.under_way(contract, session, task, beside))


MAKING = ("imageInference", "videoInference", "audioInference", "textInference", "3dInference", "caption", "upscale",
          "removeBackground", "controlNetPreprocess", "imageMasking", "promptEnhance", "vectorize", "training", "tools",
          "photoMaker")  # fmt: skip
ROUTES: dict[str, Route] = {"getResponse": stands, **dict.fromkeys(MAKING, order)}
