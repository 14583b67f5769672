"""What comes of a task: its results, its error, or that it is under way, as items of a reply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...contracts.contract import Contract
from ..engine.gallery import content_type
from ..engine.session import Session
from ..engine.task import Task
from ..engine.timeline import State
from . import errors, outputs, wire


def good(task: Task) -> bool:
    """Whether a task that is over has come to something."""
    return task.timeline.states[-1] is State.SUCCEEDED


def carried(task: Task) -> list[tuple[Task, int]]:
    """The files of a task that is over whose bytes stand in its results themselves."""
    if not good(task) or wire.asked(task).form == "URL":
        return []
    return [(task, index) for index in range(len(task.order.media))]


def over(
    contract: Contract, session: Session, base: str, task: Task, beside: Mapping[str, Any], made: Sequence[bytes] = ()
) -> dict[str, Any]:  # fmt: skip
    """The results of a task that is over, or its error; `made` are the bytes of the files that it carries."""
    if not good(task):
        return {"errors": [errors.failed(contract, task)]}
    files = made or [b""] * len(task.order.media)
    return {"data": [item(contract, session, base, task, at, beside, data) for at, data in enumerate(files)]}


def item(
    contract: Contract, session: Session, base: str, task: Task, index: int, beside: Mapping[str, Any],
    data: bytes = b"",
) -> dict[str, Any]:  # fmt: skip
    """One result, in which the bytes of its file stand, or the address at which it can be fetched."""
    prefix, name, wants = outputs.begins(contract, task), session.gallery.name(task, index), wire.asked(task)
    medium, address = task.order.media[index], f"{base}/media/{name}"
    result = outputs.Result(contract, task, index, name.rpartition(".")[0], address)
    values: dict[str, Any] = {**wire.acknowledged(task), f"{prefix}UUID": result.name, **outputs.beside(result)}
    if wants.form == "URL":
        values[f"{prefix}URL"] = address
    else:
        values |= wire.inside(prefix, wants.form, content_type(medium), data)
    values["seed"] = wire.seed(session.seed, task, index)
    if wants.checks:
        values["NSFWContent"] = medium.nsfw
    return wire.item(contract, task, {**values, **cost(contract, task), **beside})


def cost(contract: Contract, task: Task) -> dict[str, float]:
    """What a result costs, where somebody wants to know."""
    rule = contract.facts.openapi["bundle"]["cost"]
    if not wire.asked(task).cost and not rule["unasked"]:
        return {}
    whole = contract.facts.prices["placeholder"]["base_price_usd"] if task.cost is None else task.cost
    return {rule["key"]: round(whole / len(task.order.media), 9)}


def under_way(contract: Contract, session: Session, task: Task, beside: Mapping[str, Any]) -> dict[str, Any]:
    """An item a result, each with the id that the result will have, and nothing that a client may take for one."""
    prefix = outputs.begins(contract, task)
    key = f"{prefix}UUID" if prefix else contract.facts.openapi["bundle"]["standing"]["id"]
    told = []
    for name in session.gallery.names(task):
        own = {key: name.rpartition(".")[0]} if key else {}
        told.append({**wire.acknowledged(task), **own, **beside, **outputs.progress(task, session.clock.now)})
    return {"data": told}


def stands(
    contract: Contract, session: Session, base: str, task: Task, beside: Mapping[str, Any], made: Sequence[bytes]
) -> dict[str, Any]:  # fmt: skip
    """The same of a task that is over, told to whoever asks how it stands: a failure in one of two forms."""
    if good(task):
        return over(contract, session, base, task, beside, made)
    told = errors.failed(contract, task, beside)
    if contract.facts.openapi["bundle"]["standing"]["failed"] == "errors":
        return {"data": [], "errors": [told]}
    error = {"code": told["code"], "message": told["message"]}
    return {"data": [{**wire.acknowledged(task), **beside, "error": error}]}
