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
from ..engine.task import Order, Task
from ..engine.timeline import new

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
    return {**task, "prompt": task.get("positivePrompt", task.get("prompt", ""))}


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
