"""The mutants that a bundle's own data make: each key of each type's results, of errors, of what is acknowledged."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ...contract import Contract
from ...exchange import Exchange
from ...operation import Operation
from ..props import offered
from .bending import WAYS, Edit, told
from .mutant import Bend, Mutant, Stage

ENDS = ("UUID", "URL", "Base64Data", "DataURI")  # of the keys that tell a file
SOMETIMES = ("seed", "cost", "detections", "usage", "finishReason", "text", "outputs", "air", "structuredData")
# What is told of a bundle's tasks beside their results; and why tasks are refused by whom a drill asks.
TOLD = ("batch", "session", "upload", "catalogue", "chat")
OF_TASKS, OF_ORDERS = (
    ("bad-key", "wrong-type"),
    ("invalid-input", "unknown-model", "taken-id", "no-money", "bad-task-id"),
)
OF_THE_PLAIN = ("incompatible", "missing-dimensions", "missing-required", "unknown-parameter")
When = Callable[[Stage, Exchange], bool]


def of_tasks(contract: Contract) -> Iterator[Mutant]:
    """All of them."""
    for operation in contract.operations.values():
        if operation.within and operation.orders:
            yield from _results(contract, operation)
    yield from _errors(contract)


def each(said: Exchange, key: str, change: Callable[[list[Any]], Any]) -> Exchange:
    """The answer with another list under a key; as it was, where there is none, or an empty one."""
    body = said.json
    if not isinstance(body, dict) or not isinstance(body.get(key), list) or not body[key]:
        return said
    made = change([dict(item) if isinstance(item, dict) else item for item in body[key]])
    same = json.dumps(made) == json.dumps(body[key])  # the order of keys is told as well
    return said if same else told(said, {**body, key: made})


def result(contract: Contract, operation: Operation) -> list[str]:
    """The keys of a type's results that are told wherever it makes something."""
    known = contract.facts.tasks["results"][operation.within]
    gives = str(contract.facts.openapi["tasks"][operation.within].get("gives", ""))
    files = [f"{gives}{end}" for end in ENDS]
    return [key for key in known["properties"] if key in (*known["required"], *files, *SOMETIMES)]


def _results(contract: Contract, operation: Operation) -> Iterator[Mutant]:
    """Each key of the results of a type, whether they come at once or are asked for."""
    told_by = {operation.id, *(row["operation"] for row in contract.life.channels.values())}
    words = (operation.within, *operation.also)
    for key in result(contract, operation):
        for way, (edit, why) in WAYS.items():
            place = f"{operation.id} /data/*/{key}"

            def bend(stage: Stage, ask: Any, key: str = key, edit: Edit = edit) -> Exchange:
                said = stage.send(ask)
                if said.operation not in told_by or said.status >= 300:
                    return said
                return each(said, "data", lambda items: [_edited(item, key, edit, words) for item in items])

            yield Mutant(f"{place} {way}", "key", place, why, bend)


def _edited(item: Any, key: str, edit: Edit, words: Sequence[str]) -> Any:
    if isinstance(item, dict) and key in item and item.get("taskType") in words:
        edit(item, key)
    return item


def _errors(contract: Contract) -> Iterator[Mutant]:
    """Each key of an error of a task that was refused for its input, for its model, for its id, for its key."""
    codes = {"invalid-input": ("code", "message", "parameter", "taskUUID", "taskType"),
             "unknown-model": ("code", "message", "taskUUID", "taskType"),
             "taken-id": ("code", "message", "taskUUID", "taskType"),
             "no-money": ("code", "message", "taskUUID", "taskType"),
             "bad-key": ("code", "message")}  # fmt: skip
    for reason, keys in codes.items():
        row = contract.errors[reason]
        for key in keys:
            for way, (edit, why) in WAYS.items():
                place = f"error {reason} /errors/0/{key}"
                yield Mutant(f"{place} {way}", "key", place, why, _error(row["name"], key, edit))


def _error(code: str, key: str, edit: Edit) -> Bend:
    def change(items: list[Any]) -> list[Any]:
        for item in items:
            if isinstance(item, dict) and item.get("code") == code and key in item:
                edit(item, key)
        return items

    def bend(stage: Stage, ask: Any) -> Exchange:
        said = stage.send(ask)
        return each(said, "errors", change) if said.status >= 400 else said

    return bend


def provoked(contract: Contract, name: str, reason: str) -> bool:
    """Whether a drill makes an operation say no for a reason: of tasks, not each reason at each type."""
    operation = contract.operations.get(name)
    if operation is None or not operation.within:
        return reason != "too-many-tasks"  # so many are sent by nobody here
    plain = next(model for model in offered(contract) if model.complete)
    orders = (*OF_ORDERS, *(OF_THE_PLAIN if operation.within == plain.form else ())) if operation.orders else ()
    asks = ("bad-task-id", "unknown-id") if operation.task else ()
    named = operation.model or reason != "unknown-model"
    return reason in (*OF_TASKS, *orders, *asks) and bool(named)
