"""RunComfy's operations: what each does, by the name that the contract gives it."""

from __future__ import annotations

from ..engine.refusal import Refusal
from ..engine.timeline import FINAL, State
from ..web.dialect import Answer, Route
from ..web.turn import Turn
from . import wire
from .own import task_of
from .serverless import deployments, inference, instance
from .trainer import datasets, jobs


def submit(turn: Turn) -> Answer:
    """Takes an order."""
    contract, model = turn.dialect.contract, turn.model
    assert model is not None  # the contract has found it, or refused
    order = wire.read(contract.catalogue, model, turn.inputs, turn.body)
    task = turn.submit(order, contract.lives["model"].durations[model.kind], contract.price(model.id))
    return Answer(200, wire.accepted(turn.base, task.id))


def status(turn: Turn) -> Answer:
    """Tells where a request stands."""
    life = turn.dialect.contract.lives["model"]
    task = turn.look(task_of(turn), "status", life.words["status"])
    view = task.at(turn.now)
    place = turn.session.place(task, turn.now) if view.state is State.QUEUED else 0
    return Answer(200, wire.status(view, life, turn.base, place))


def result(turn: Turn) -> Answer:
    """Answers the outputs, or how things stand."""
    contract = turn.dialect.contract
    life = contract.lives["model"]
    task = turn.look(task_of(turn), "result", life.words["result"])
    view, clock = task.at(turn.now), turn.session.clock
    done = view.state in FINAL
    stamps = (clock.stamp(task.timeline.times[0]), clock.stamp(task.timeline.ends) if done else "")
    files: list[str] = []
    error = None
    if view.state is State.SUCCEEDED:
        files = [f"{turn.base}/media/{name}" for name in turn.session.gallery.names(task)]
    elif view.state is State.FAILED:
        text, code = contract.failure(task.course.error)
        error = wire.failure(life.failed_error, text, code)
    said = wire.result(view, life, stamps, files, error)
    if turn.query.get("include_cost") == "true" and done:
        said["cost"] = (task.cost or 0.0) if view.state is State.SUCCEEDED else 0.0
    return Answer(200, said)


def cancel(turn: Turn) -> Answer:
    """Cancels what still queues; anything else is told that it is too late, and how it stands."""
    life = turn.dialect.contract.lives["model"]
    task, rule = task_of(turn), life.cancel
    state = task.timeline.at(turn.now)
    if turn.session.cancel(task, rule["from"], turn.now):
        return Answer(202, wire.cancelled(task.id, rule["accepted_status"], rule["accepted"]))
    return Answer(202, wire.cancelled(task.id, life.words["status"][state], rule["refused"]))


def list_models(turn: Turn) -> Answer:
    """One page of the catalogue."""
    query, contract = turn.query, turn.dialect.contract
    search, category, kind = query.get("search", "").lower(), query.get("category", ""), query.get("kind", "model")
    found = [
        model
        for model in contract.catalogue.models.values()
        if search in model.id.lower() and category in ("", wire.category(model)) and kind in ("", "model")
    ]
    offset, limit = int(query.get("offset") or 0), int(query.get("limit") or 20)
    with_schema = query.get("include_schema") == "true"
    page = [wire.entry(model, contract, with_schema) for model in found[offset : offset + limit]]
    return Answer(200, {"models": page, "total": len(found)})


def list_categories(turn: Turn) -> Answer:
    """Every category once, in the catalogue's order."""
    models = turn.dialect.contract.catalogue.models.values()
    return Answer(200, {"categories": list(dict.fromkeys(wire.category(model) for model in models))})


def get_model(turn: Turn) -> Answer:
    """One entry, its schema with it. Clients ask for it before they order, so it is guessed where an order would be."""
    contract = turn.dialect.contract
    model = contract.catalogue.find(turn.value, turn.dialect.terms.unknown_models == "accept")
    if model is None:
        raise Refusal("unknown-model")
    return Answer(200, wire.entry(model, contract, with_schema=True))


ROUTES: dict[str, Route] = {
    "submit": submit,
    "status": status,
    "result": result,
    "cancel": cancel,
    "list_models": list_models,
    "list_categories": list_categories,
    "get_model": get_model,
    **deployments.ROUTES,
    **inference.ROUTES,
    **instance.ROUTES,
    **datasets.ROUTES,
    **jobs.ROUTES,
}
