"""Requests to a deployment: submitted, asked after and cancelled, on the newer paths and on the older ones."""

from __future__ import annotations

from ....contracts.life import Lifecycle
from ...engine.prop import Prop
from ...engine.refusal import Refusal
from ...engine.task import Order, Task
from ...engine.timeline import FINAL, State
from ...web.dialect import Answer, Route
from ...web.turn import Turn
from . import news, wire
from .deployments import had, open_to
from .ending import came, promised
from .outputs import with_card


def infer(turn: Turn) -> Answer:
    """Takes a request; it runs on an instance of its deployment."""
    prop, life = open_to(turn), _life(turn)
    files = promised(turn.dialect.contract.of(turn.operation), prop, turn.inputs)
    where = news.address(turn, life)
    order = Order("runcomfy", turn.operation.id, prop.id, turn.body, files, webhook=where, called=prop.name)
    if prop.more.workflow:
        order = with_card(order, prop.more.workflow)
    usual = life.usual(medium.kind for medium in files)
    task = turn.submit(order, usual, None, news.teller(turn, life, prop) if where else None, prop.slots)
    return Answer(200, wire.accepted(task, wire.pages(_base(turn), life, task)))


def request_status(turn: Turn) -> Answer:
    """Tells where a request stands."""
    life = _life(turn)
    prop, task = _asked(turn, life)
    task = turn.look(task, "status", life.words["status"])
    view = task.at(turn.now)
    place = turn.session.place(task, turn.now) if view.state is State.QUEUED else 0
    return Answer(200, wire.status(view, life, wire.pages(_base(turn), life, task), place, _instance(turn, prop, task)))


def request_result(turn: Turn) -> Answer:
    """Answers the outputs, or how things stand."""
    contract, life = turn.dialect.contract, _life(turn)
    prop, task = _asked(turn, life)
    task = turn.look(task, "result", life.words["result"])
    view, session = task.at(turn.now), turn.session
    stamp = session.clock.stamp
    stamps = (stamp(task.timeline.times[0]), stamp(task.timeline.ends) if view.state in FINAL else "")
    part = came(contract, prop, task, view.state, turn.base, session.gallery.names(task), life.failed_error)
    return Answer(200, wire.result(view, life, stamps, part, _instance(turn, prop, task)))


def cancel_request(turn: Turn) -> Answer:
    """Cancels what queues or runs; what is over is told so."""
    life = _life(turn)
    _, task = _asked(turn, life)
    done = turn.session.cancel(task, life.cancel["from"], turn.now)
    return Answer(202, wire.cancelled(task.at(turn.now), life, done))


def get_balance(turn: Turn) -> Answer:
    """Tells what is left in the wallet, of which all APIs take."""
    return Answer(200, wire.balance(float(turn.account.ledger.balance)))


def _life(turn: Turn) -> Lifecycle:
    return turn.dialect.contract.lives[turn.operation.lifecycle]


def _base(turn: Turn) -> str:
    """The address of this API, in the version that was asked."""
    return turn.base + turn.operation.path.partition("/deployments")[0]


def _asked(turn: Turn, life: Lifecycle) -> tuple[Prop, Task]:
    """The request that the path names, of the deployment that it names, whichever version of the API took it."""
    prop, session = had(turn), turn.session
    task = session.tasks.get(turn.value)
    if task is None or task.order.model != prop.id or session.worn(task, life.kept, turn.now):
        raise Refusal("unknown-id")
    turn.task = task.id
    return prop, task


def _instance(turn: Turn, prop: Prop, task: Task) -> str:
    number = prop.slots.instance(task, turn.now)
    return "" if number is None else wire.instance_id(turn.session.seed, prop.id, number)


ROUTES: dict[str, Route] = {
    "infer": infer,
    "request_status": request_status,
    "request_result": request_result,
    "cancel_request": cancel_request,
    "get_balance": get_balance,
}
ROUTES |= {f"{name}_v1": ROUTES[name] for name in ("infer", "request_status", "request_result", "cancel_request")}
