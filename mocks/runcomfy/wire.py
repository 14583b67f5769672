"""RunComfy's bodies: from what was sent to an order, and from a task to what is answered. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from ...contracts.catalogue import Catalogue, Model, Outcome
from ...contracts.life import Lifecycle
from ..engine.medium import Medium
from ..engine.task import Order, View
from ..engine.timeline import State, new

PLURAL = {"image": "images", "video": "videos", "audio": "audios"}


@lru_cache(1024)
def _medium(outcome: Outcome) -> Medium:
    return Medium(*outcome[:5])  # orders of one size share it


def read(catalogue: Catalogue, model: Model, inputs: Mapping[str, Any], said: bytes) -> Order:
    """The order that a body asks for."""
    outcome = catalogue.outcome(model, inputs)
    return new(Order, ("runcomfy", "submit", model.id, said, _medium(outcome), outcome.count, "", "", "", ()))


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
    """The outputs once there are some, else how things stand; one file has the singular key, several the plural."""
    said: dict[str, Any] = {"request_id": view.task.id, "status": life.words["result"][view.state]}
    if view.state is State.SUCCEEDED:
        kind = view.task.order.medium.kind
        said["output"] = {kind: files[0]} if len(files) == 1 else {PLURAL[kind]: files}
    elif view.state is State.FAILED:
        said["error"] = error
    said["created_at"] = stamps[0]
    if stamps[1]:
        said["finished_at"] = stamps[1]
    return said


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


def entry(model: Model, prices: Mapping[str, Any], with_schema: bool) -> dict[str, Any]:
    """One entry of the catalogue."""
    said = {
        "model_id": model.id,
        "kind": "model",
        "display_name": model.id,
        "categories": [category(model)],
        "base_price_usd": prices["placeholder"]["base_price_usd"],
        "price_unit": prices["units"]["values"][model.kind],
    }
    if with_schema:
        said["input_schema"] = model.schema
    return said


def category(model: Model) -> str:
    """A model's category: the last part of its id."""
    return model.id.rpartition("/")[2]
