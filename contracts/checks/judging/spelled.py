"""How requests are spelled for one server: whose key they bear, and what stands in them for what only it knows."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ...catalogue import Model
from ...contract import Contract
from ...graph import outputs
from ...operation import Operation
from ..move import BARE, CASED, HOOKS, LONGER, NONE, ODD, OTHER, OWN, SHORTER, WRONG
from ..props import of_path
from ..subject import Ask, Subject
from .reference import Known
from .world import World

NAMED = re.compile(r"\{(\w+)\}")  # what stands in a path for an id
FILTERED = "prop"  # the name that stands for it in a query
Pairs = tuple[tuple[str, str], ...]


def keys(contract: Contract, subject: Subject) -> dict[str, Pairs]:
    """What bears each key: the subject's own, another account's, none, wrong ones, and some that are nearly right."""
    door = contract.facts.openapi["security"]
    words = {OWN: subject.key, OTHER: subject.other_key, NONE: "", WRONG: "0" * 32}
    words |= {name: nearly(subject.key, name) for name in (LONGER, SHORTER, CASED)}
    said = {name: f"{door.get('scheme', '')} {word}".strip() if word else "" for name, word in words.items()}
    said |= {BARE: subject.key, ODD: f"Token {subject.key}"} if door.get("scheme") else {}
    return {name: ((door["name"], text),) if text else () for name, text in said.items()}


def nearly(word: str, how: str) -> str:
    """A word that is not quite the one that is known; for no way, the word itself."""
    return {LONGER: word + "x", SHORTER: word[:-1], CASED: word.swapcase()}.get(how, word)


def example(operation: Operation) -> bytes:
    """The body with which an operation on an order is asked, unless another one is tried."""
    return b"" if operation.body is None else json.dumps(operation.body.example()).encode()


def shaped(ask: Ask, form: Model | None) -> Ask:
    """A request with changes to a workflow in the place of their names: right ones, and one that is wrong."""
    if form is None or b'"{' not in ask.body:
        return ask
    right = form.example().get("overrides", {})
    name, node = next(iter(right.items()), ("", {"inputs": {"": ""}}))
    key = next(iter(node["inputs"]))
    named: dict[str, Any] = {
        "overrides": right, "others": {name: {"inputs": {key: "a blue boat at night"}}} if name else {},
        "stranger": {name: {"inputs": {"no_such_input": 1}}}, "mistyped": {name: {"inputs": {key: 5}}},
        "workflow": getattr(form, "workflow", {}), "another": _another(getattr(form, "workflow", {})),
    }  # fmt: skip
    body = ask.body
    for word, value in named.items():
        body = body.replace(f'"{{{word}}}"'.encode(), json.dumps(value).encode())
    return ask._replace(body=body)


def _another(workflow: Mapping[str, Any]) -> dict[str, Any]:
    """A workflow that makes more than this one: two of each, of another size, kept twice, in folders of their own."""
    made = {name: {**node, "inputs": dict(node["inputs"])} for name, node in workflow.items()}
    for node in made.values():
        inputs = node["inputs"]
        inputs.update({key: 2 for key in ("batch_size",) if type(inputs.get(key)) is int})
        inputs.update({key: 320 for key in ("width",) if type(inputs.get(key)) is int})
    for nth, name in enumerate(outputs(workflow)):
        if "filename_prefix" in made[name]["inputs"]:
            inputs = {**made[name]["inputs"], "filename_prefix": f"trams/second_{nth}"}
            made[f"9{nth}9"] = {**made[name], "inputs": inputs}
    return made


def hooked(ask: Ask, address: str) -> Ask:
    """A request with the address of deliveries in the place of its name."""
    path = ask.path.replace(quote(HOOKS, safe=""), quote(address, safe=""))
    return ask._replace(path=path, body=ask.body.replace(HOOKS.encode(), address.encode()))


def unhooked(ask: Ask, address: str) -> Ask:
    """A request with a name in the place of the address of deliveries, which is another one elsewhere."""
    if not address:
        return ask
    path = ask.path.replace(quote(address, safe=""), quote(HOOKS, safe=""))
    return ask._replace(path=path, body=ask.body.replace(address.encode(), HOOKS.encode()))


def filled(world: World, path: str, order: Known | None, prop: int) -> str | None:
    """A path with the ids that its names stand for in this world; nothing, where one of them is not there."""
    tasks = {each.task for each in world.contract.operations.values()}
    for name in NAMED.findall(path):
        value = ""
        if any(name in (sort.row["parameter"], FILTERED) for sort in world.sorts.values()):
            held = world.numbers.get(prop)
            value = held.id if held is not None else order.prop if order is not None and prop < 0 else ""
        elif order is not None:
            value = order.id if name in tasks else order.named.get(name, "")
        if not value:
            return None
        path = path.replace("{" + name + "}", value)
    return path


def number_of(world: World, prop: str) -> int:
    """The number by which moves name a prop."""
    return world.props[prop].number if prop in world.props else -1


def numbered(world: World, ask: Ask, operation: Operation | None) -> tuple[int, str]:
    """The number of the prop that a path names, if it is known here, and the path with a name in its place."""
    if operation is not None:
        for name, prop in operation.named(ask.path.partition("?")[0]).items():
            if prop in world.props and name in of_path(operation):
                return number_of(world, prop), ask.path.replace(f"/{prop}", "/{" + name + "}", 1)
    return -1, ask.path
