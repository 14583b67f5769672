"""Runware's bodies: from a task to an order, and from an order to the items of a reply. Pure functions."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from ...contracts.catalogue import Model
from ...contracts.contract import Contract
from ...contracts.operation import Operation
from ...contracts.outcome import MOST_COUNT
from ..engine.luck import digest, uuid
from ..engine.medium import Card, Medium
from ..engine.task import Order, Task
from ..engine.timeline import new
from ..web.promised import media

LARGEST_DRAWN = 2**32 - MOST_COUNT  # of seeds that nobody named: those that are counted up from one have 32 bits, too
LONGEST_KEPT = 16_384  # of bodies: what was read from a longer one is not kept
# What a task says of itself and of its delivery, and nothing of what is to be seen; its file says in which form it is.
ASIDE = frozenset({
    "taskType", "taskUUID", "model", "seed", "numberResults", "deliveryMethod", "webhookURL", "uploadEndpoint", "ttl",
    "includeCost", "routing", "outputType", "outputFormat", "outputQuality", "safety", "checkNSFW",
})  # fmt: skip
ANY_KIND = ("tools",)  # whose format tells of which kind a file is


class Asked(NamedTuple):
    """What a task wants of the delivery of its results."""

    form: str  # URL, base64Data or dataURI
    cost: bool
    checks: bool  # whether somebody is to look at what is shown
    seed: int | None
    ttl: float | None
    upload: str


def makes(model: Model, operation: Operation) -> bool:
    """Whether a model is for tasks of this type."""
    return model.form in ("", operation.within)


def read(contract: Contract, operation: Operation, model: Model, task: Mapping[str, Any], said: bytes) -> Order:
    """The order that a task is. Where the documents name no way of delivery, it is the first one of its type."""
    outcome = contract.catalogue.outcome(model, task)
    if operation.id in ANY_KIND:
        outcome = contract.catalogue.of_format(outcome, task.get("outputFormat"))
    files = media(outcome)
    usual = contract.facts.openapi["tasks"][operation.id]["delivers"][0]
    delivery = task.get("deliveryMethod") or model.fields.get("deliveryMethod", {}).get("default", usual)
    return order(operation.id, task.get("model") or model.id, task, said, files, delivery)


def order(
    operation: str, model: str, task: Mapping[str, Any], said: bytes, media: tuple[Medium, ...], delivery: str
) -> Order:  # fmt: skip
    """An order of these media, told of where its task wants it."""
    return new(Order, ("runware", operation, model, said, media, delivery, task.get("webhookURL") or "",
                       task["taskUUID"], None, task["taskType"]))  # fmt: skip


def asked(task: Task) -> Asked:
    """What a task wants of the delivery of its results."""
    said = task.order.said
    return _asked(said) if len(said) < LONGEST_KEPT else _asked.__wrapped__(said)


@lru_cache(1024)
def _asked(said: bytes) -> Asked:
    task = orjson.loads(said)  # it was read by the strict reader before
    form, seed = task.get("outputType") or "URL", task.get("seed")
    whole = type(seed) in (int, float) and seed % 1 == 0  # 7.0 is an integer, too
    return Asked(form, bool(task.get("includeCost")), _checked(task), int(seed) if whole else None,
                 task.get("ttl") if form == "URL" else None, task.get("uploadEndpoint") or "")  # fmt: skip


def _checked(task: Mapping[str, Any]) -> bool:
    """Whether somebody is to look at what is shown: a mode says so for itself."""
    said = task.get("safety")
    safety: Mapping[str, Any] = said if isinstance(said, dict) else {}
    if safety.get("mode"):
        return bool(safety["mode"] != "none")
    return bool(safety.get("checkContent", task.get("checkNSFW")))


def name(secret: str, task: Task, index: int) -> str:
    """The UUID of a result: a function of the session's seed, the task and the result's place."""
    return uuid(secret, "result", task.id, index)


def seed(secret: str, task: Task, index: int) -> int:
    """The seed of a result: the one that was asked for, counted up, or one that was drawn."""
    said = asked(task).seed
    return (int(digest(secret, "seed", task.id)[:16], 16) % LARGEST_DRAWN if said is None else said) + index


def card(secret: str, task: Task, index: int) -> Card:
    """The card of a file: what shapes it, so that equal wishes and seeds give equal files, in whatever task."""
    said = {key: value for key, value in task.inputs.items() if key not in ASIDE}
    shown = {"prompt": said["positivePrompt"], **said} if "positivePrompt" in said else said
    return Card(task.order.provider, task.model, shown, seed(secret, task, index), 0)


def acknowledged(task: Task) -> dict[str, Any]:
    """That an order was taken; nothing more, since clients take more for a result."""
    return {"taskType": task.order.called, "taskUUID": task.order.client_id}


def inside(prefix: str, form: str, kind: str, data: bytes) -> dict[str, str]:
    """A file that stands in its result itself."""
    said = b64encode(data).decode()
    if form == "dataURI":
        return {f"{prefix}DataURI": f"data:{kind.partition(';')[0]};base64,{said}"}
    return {f"{prefix}Base64Data": said}


def keys(contract: Contract, operation: str) -> Mapping[str, Any]:
    """The keys that a result of this type has, in their order."""
    known: Mapping[str, Any] = contract.facts.tasks["results"][operation]["properties"]
    return known


def titles(contract: Contract) -> dict[str, str]:
    """What each model of the catalogue is called."""
    return {row["id"]: row.get("slug", row["id"]) for row in contract.facts.models}


def told(contract: Contract, operation: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """One result: of what can be said, the keys that the documents have; then how its task stands."""
    said = {key: values[key] for key in keys(contract, operation) if key in values}
    if "status" in values:
        said["status"] = values["status"]  # where the documents have it among them, it keeps its place
    return said
