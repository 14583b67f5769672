"""Tasks that make something, answered when they are over, or at once and asked after, or told of by news."""

from __future__ import annotations

from collections.abc import Sequence

from ...contracts.catalogue import Model
from ..engine.refusal import Refusal
from ..engine.session import Tell
from ..engine.task import Order, Task
from ..engine.timeline import FINAL
from ..web.dialect import Answer, Route, Wait, Work
from ..web.flow import awaited
from ..web.turn import Turn
from . import newcomers, news, pictures, stream, wire
from .own import fresh, task_of
from .results import answer, once_made, report

NOTHING = Answer(200, {})  # on a socket: the answer is news
MAKING = ("imageInference", "videoInference", "audioInference", "textInference", "3dInference", "caption", "upscale",
          "removeBackground", "controlNetPreprocess", "imageMasking", "promptEnhance", "vectorize", "training", "tools",
          "photoMaker")  # fmt: skip


def order(turn: Turn) -> Answer | Wait | Work:
    """Takes an order; who asked for it over HTTP and at once is kept until it is over."""
    model, operation = turn.model, turn.operation
    assert model is not None  # the contract has found it, or refused
    fresh(turn)
    asked = pictures.fitted(turn, wire.read(turn.dialect.contract, operation, model, turn.inputs, turn.body))
    later = asked.delivery == "async" or bool(asked.webhook)
    flows = asked.delivery == "stream" and operation.streams is not None and not later
    if flows:
        stream.refused(turn, len(asked.media))
    pushes = turn.line is not None and not later
    tell = news.tell(turn, pushes) if pushes or asked.webhook or turn.inputs.get("uploadEndpoint") else None
    task = placed(turn, model, asked, tell)
    if later:
        return Answer(200, {"data": [wire.acknowledged(task)]})
    if flows:
        return stream.answer(turn, task)
    return NOTHING if turn.line is not None else awaited(turn, task, lambda task: _over(turn, task))


def placed(turn: Turn, model: Model, asked: Order, tell: Tell | None = None) -> Task:
    """Hands an order over; each of its results has the price of its model."""
    contract = turn.dialect.contract
    price = contract.price(model.id)
    cost = None if price is None else price * len(asked.media)
    return turn.submit(asked, contract.life.durations[model.kind], cost, tell, name=asked.client_id.lower())


def _over(turn: Turn, task: Task) -> Answer | Work:
    told = report(turn, task)
    return once_made(told, lambda made: Answer(told.status, told.over(made)))


def stands(turn: Turn) -> Answer | Work:
    """Tells how a task stands; of one that nobody knows, nothing."""
    contract, task = turn.dialect.contract, task_of(turn)
    if task is None:
        return Answer(200, {"data": []})
    words = contract.life.words["getResponse"]
    task = turn.look(task, "getResponse", words)
    state = task.timeline.at(turn.now)
    if task.order.operation == newcomers.OPERATION:
        return Answer(200, newcomers.stands(contract, task, turn.now, words[state]))
    told = report(turn, task, {"status": words[state]})
    if state not in FINAL:
        return Answer(200, told.under_way())
    return once_made(told, lambda made: Answer(200, told.stands(made)))


def details(turn: Turn) -> Answer | Work:
    """Tells what was asked in a task, as it was sent, and what was answered, as it stands now; what is under way was
    answered with no more than that it was taken."""
    task = task_of(turn)
    if task is None:
        raise Refusal("unknown-id")
    request, told = [task.inputs], report(turn, task)
    if task.order.operation == newcomers.OPERATION:
        stages = list(newcomers.items(turn.dialect.contract, task, turn.now))
        return answer(turn, request=request, response={"data": stages})
    if task.timeline.at(turn.now) not in FINAL:
        return answer(turn, request=request, response={"data": [wire.acknowledged(task)]})

    def over(made: Sequence[bytes]) -> Answer:
        return answer(turn, request=request, response=told.over(made))

    return once_made(told, over)


ROUTES: dict[str, Route] = {"getResponse": stands, "getTaskDetails": details, **dict.fromkeys(MAKING, order)}
