"""Runware's bodies: from a task to an order, and from an order to the items of a reply. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any

import orjson

from ...contracts.catalogue import Catalogue, Model
from ...contracts.contract import Contract
from ...contracts.operation import Operation
from ...contracts.outcome import Outcome
from ..engine.luck import digest
from ..engine.medium import Medium
from ..engine.refusal import Refusal
from ..engine.task import Order, Task
from ..engine.timeline import new

DOCUMENTATION = "https://runware.ai/docs"
CLASSES = ("unknown-field", "missing-required", "prompt")  # of what is wrong, in the order in which it is told
LARGEST_DRAWN = 2**32  # a seed that nobody named is below


@lru_cache(1024)
def _media(outcome: Outcome) -> tuple[Medium, ...]:
    return (Medium(*outcome[:5]),) * outcome.count  # orders of one size share it


def makes(model: Model, operation: Operation) -> bool:
    """Whether a model is for tasks of this type."""
    return model.form in ("", operation.within)


def read(catalogue: Catalogue, operation: Operation, model: Model, task: Mapping[str, Any], said: bytes) -> Order:
    """The order that a task is."""
    outcome = catalogue.outcome(model, task)
    delivery = task.get("deliveryMethod") or model.fields.get("deliveryMethod", {}).get("default", "sync")
    return new(Order, ("runware", operation.id, model.id, said, _media(outcome), delivery, task.get("webhookURL") or "",
                       task["taskUUID"], partial(card, said), task["taskType"]))  # fmt: skip


def card(said: bytes) -> dict[str, Any]:
    """What the card of a file tells of its order."""
    task = orjson.loads(said)
    inputs = {key: value for key, value in task.items() if key != "taskUUID"}  # alike orders make alike files
    return {**inputs, "prompt": task.get("positivePrompt", task.get("prompt", ""))}


def seed(task: Task, index: int) -> int:
    """The seed of a result: the one that was asked for, counted up, or one that was drawn."""
    asked = task.inputs.get("seed")
    return int(digest("seed", task.id)[:8], 16) + index if type(asked) is not int else asked + index


def acknowledged(task: Task) -> dict[str, Any]:
    """That an order was taken; nothing more, since clients take more for a result."""
    return {"taskType": task.order.called, "taskUUID": task.order.client_id}


def items(
    contract: Contract, task: Task, prefix: str, files: list[tuple[str, str]], beside: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The results of a task, one a file, with the documents' keys in their order; `files` are ids and addresses."""
    keys = contract.facts.tasks["results"][task.order.operation]["properties"]
    made = []
    for index, (name, address) in enumerate(files):
        values = {"taskType": task.order.called, "taskUUID": task.order.client_id, f"{prefix}UUID": name,
                  f"{prefix}URL": address, "seed": seed(task, index), **beside}  # fmt: skip
        made.append({key: values[key] for key in (*keys, *beside) if key in values})
    return made


def error(row: Mapping[str, Any], task: Mapping[str, Any], parameter: Any = None, said: str = "") -> dict[str, Any]:
    """One error; the keys that nothing is known of are left out."""
    told: dict[str, Any] = {"code": row["name"], "message": said or row["text"]}
    parameter = parameter if parameter is not None else row.get("parameter")
    if parameter is not None:
        told["parameter"] = parameter
    if "type" in row:
        told["type"] = row["type"]
    told["documentation"] = DOCUMENTATION
    for key in ("taskUUID", "taskType"):
        if isinstance(task.get(key), str):
            told[key] = task[key]
    return told


def errors(refusal: Refusal, row: Mapping[str, Any], task: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The errors of one task: of the first class of what is wrong, one a parameter."""
    found = [finding for finding in refusal.findings if finding.reason]
    if refusal.reason != "invalid-input" or not found:
        return [error(row, task)]
    first = next((rule for rule in CLASSES if any(each.rule == rule for each in found)), "")
    told = [each for each in found if each.rule == first] if first else found
    return [
        error(row, task, parameter, f"Invalid value for '{parameter}' parameter.") for parameter in map(_dotted, told)
    ]


def _dotted(finding: Any) -> str:
    return ".".join(step for step in finding.where.split("/")[1:] if not step.isdecimal())
