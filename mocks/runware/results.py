"""What comes of a task: its results, its error, or that it is under way, as items of a reply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...contracts.contract import Contract
from ..engine.session import Session
from ..engine.task import Task
from ..engine.timeline import State
from . import errors, wire


def gives(contract: Contract, task: Task) -> str:
    """What the keys of a task's results begin with."""
    return str(contract.facts.openapi["tasks"][task.order.operation]["gives"])


def over(contract: Contract, session: Session, base: str, task: Task, beside: Mapping[str, Any]) -> dict[str, Any]:
    """The results of a task that is over, or its error."""
    if task.timeline.at(session.clock.now) is not State.SUCCEEDED:
        return {"errors": [errors.failed(contract, task)]}
    files = [(name.rpartition(".")[0], f"{base}/media/{name}") for name in session.gallery.names(task)]
    if task.inputs.get("includeCost") and task.cost is not None:
        beside = {**beside, "cost": task.cost / len(files)}
    return {"data": wire.items(contract, task, gives(contract, task), files, beside)}


def under_way(contract: Contract, session: Session, task: Task, beside: Mapping[str, Any]) -> dict[str, Any]:
    """An item a result, each with the id that the result will have, and nothing that a client may take for one."""
    prefix = gives(contract, task)
    names = session.gallery.names(task)
    return {"data": [{**wire.acknowledged(task), f"{prefix}UUID": name.rpartition(".")[0], **beside} for name in names]}
