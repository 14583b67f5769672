"""RunComfy's bodies: from what was sent to an order, and from a task to what is answered. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...contracts.catalogue import Catalogue, Model
from ...contracts.contract import Contract
from ...contracts.life import Lifecycle
from ..engine.task import Order, View
from ..engine.timeline import State, new
from ..web.promised import media


def read(catalogue: Catalogue, model: Model, inputs: Mapping[str, Any], said: bytes) -> Order:
    """The order that a body asks for."""
    outcome = catalogue.outcome(model, inputs)
    return new(Order, ("runcomfy", "submit", model.id, said, media(outcome), "", "", "", None, ""))


def accepted(base: str, name: str) -> dict[str, Any]:
    """What a submit answers."""
    request = f"{base}/v1/requests/{name}"
    return {"request_id": name, "status_url": request + "/status", "result_url": request + "/result",
            "cancel_url": request + "/cancel"}  # fmt: skip


def status(view: View, life: Lifecycle, base: str, place: int) -> dict[str, Any]:
    """Where a request stands; the place in the queue only while it has one."""
    name = view.task.id
    request = f"{base}/v1/requests/{name}"
    said: dict[str, Any] = {"request_id": name, "status": life.words["status"][view.state]}
    if place:
        said["queue_position"] = place
    said["status_url"] = request + "/status"
    said["result_url"] = request + "/result"
    return said


def result(view: View, life: Lifecycle, stamps: tuple[str, str], files: list[str], error: Any) -> dict[str, Any]:
    """The outputs once there are some, else how things stand."""
    said: dict[str, Any] = {"request_id": view.task.id, "status": life.words["result"][view.state]}
    if view.state is State.SUCCEEDED:
        said["output"] = outputs(view.task.order, files)
    elif view.state is State.FAILED:
        said["error"] = error
    said["created_at"] = stamps[0]
    if stamps[1]:
        said["finished_at"] = stamps[1]
    return said


def outputs(order: Order, files: list[str]) -> dict[str, Any]:
    """The addresses by kind: one of a kind has the singular key, several the plural."""
    kinds: dict[str, list[str]] = {}
    for medium, address in zip(order.media, files, strict=True):
        kinds.setdefault(medium.kind, []).append(address)
    return {kind if len(own) == 1 else kind + "s": own[0] if len(own) == 1 else own for kind, own in kinds.items()}


def failure(form: str, text: str, code: int) -> Any:
    """The error of a failed request, in the form that was chosen among the known ones."""
    if form == "object":
        return {"type": "GenerationFailed", "message": text}
    if form == "array":
        return [{"errorCode": code, "error": text, "debugInfo": ""}]
    return text


def cancelled(name: str, status: str, outcome: str) -> dict[str, Any]:
    """What a cancel answers, whether it was in time or not."""
    return {"request_id": name, "status": status, "outcome": outcome}


def entry(model: Model, contract: Contract, with_schema: bool) -> dict[str, Any]:
    """One entry of the catalogue. Clients refuse one without a number, so an unknown price has a placeholder, which
    is shown and never charged."""
    price, prices = contract.price(model.id), contract.facts.prices
    said = {
        "model_id": model.id,
        "kind": "model",
        "display_name": model.id,
        "categories": [category(model)],
        "base_price_usd": prices["placeholder"]["base_price_usd"] if price is None else price,
        "price_unit": prices["units"]["values"].get(model.kind, "output"),
    }
    if with_schema:
        said["input_schema"] = model.schema
    return said


def category(model: Model) -> str:
    """A model's category: the last part of its id."""
    return model.id.rpartition("/")[2]
