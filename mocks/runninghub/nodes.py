"""What an order changes in a workflow: its nodeInfoList laid over the graph, and what then runs. Pure functions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from math import isfinite
from typing import Any

from ...contracts.comfyui import facts
from ...contracts.finding import Finding, did_you_mean, shown
from ...contracts.graph import MOST_NAMED, Place, Workflow, is_link, outputs, upstream
from ...contracts.nodes import reads
from ..comfyui import files
from ..engine.luck import digest
from ..engine.task import Order, Task
from . import wire

LIST = "nodeInfoList"
NUMBERS = (int, float)
Json = dict[str, Any]


def place(row: Mapping[str, Any]) -> Place:
    """The node and the field that an item names; a number counts as its digits."""
    return str(row["nodeId"]), row["fieldName"]


def strange(
    graph: Workflow, rows: Sequence[Mapping[str, Any]], operation: str, opens: Iterable[Place] | None = None
) -> Iterator[Finding]:  # fmt: skip
    """What items name that is not there: in the graph, or among the fields that an app opens."""
    known = {(node, field) for node, row in graph.items() for field in row["inputs"]} if opens is None else set(opens)
    nodes = {node for node, _ in known}
    for at, row in enumerate(rows):
        node, field = place(row)
        if (node, field) in known:
            continue
        fields = sorted(name for own, name in known if own == node)
        word, words, came = ("fieldName", fields, field) if fields else ("nodeId", sorted(nodes), node)
        listed = ", ".join(words[:MOST_NAMED])
        cure = did_you_mean(came, words, f"name one that is there: {listed}")
        yield Finding("unknown-node", "broken", f"/{LIST}/{at}/{word}", f"one of {listed}", shown(came), cure,
                      operation, reason="bad-nodes")  # fmt: skip


def laid(graph: Workflow, rows: Iterable[Mapping[str, Any]]) -> Workflow:
    """The graph with values in the place of its own; the last one of a field counts."""
    changes: dict[str, Json] = {}
    for row in rows:
        node, field = place(row)
        if node in graph:
            changes.setdefault(node, {})[field] = _read(row["fieldValue"], graph[node]["inputs"].get(field))
    return {name: {**node, "inputs": {**node["inputs"], **changes[name]}} if name in changes else node
            for name, node in graph.items()}  # fmt: skip


def _read(value: Any, stood: Any) -> Any:
    """A value as the type that stood in its place, where its text is one: many clients send texts alone."""
    if type(value) is not str or isinstance(stood, (str, list, dict)) or stood is None:
        return value
    if type(stood) is bool:
        return {"true": True, "false": False}.get(value.lower(), value)
    try:
        return int(value)
    except ValueError:
        pass
    try:
        number = float(value)
    except ValueError:
        return value
    return number if isfinite(number) else value


def wrong(graph: Workflow, changed: Workflow) -> Json:
    """The nodes that ComfyUI would not take, and why: a text in the place of a number."""
    found: Json = {}
    for name, node in changed.items():
        for field, value in node["inputs"].items():
            stood = graph[name]["inputs"].get(field)
            if type(stood) in NUMBERS and type(value) not in NUMBERS and not is_link(value):
                error = {"type": "invalid_input_type", "message": facts("errors")["invalid_input_type"],
                         "details": f"{field}, {value}",
                         "extra_info": {"input_name": field, "received_value": value}}  # fmt: skip
                row = found.setdefault(name, {"errors": [], "dependent_outputs": [], "class_type": node["class_type"]})
                row["errors"].append(error)
    for last in outputs(changed) if found else ():
        for name in upstream(changed, last):
            if name in found:
                found[name]["dependent_outputs"].append(last)
    return found


def runs(graph: Workflow, luck: str, replaced: bool, body: Mapping[str, Any]) -> Workflow:
    """What runs of a workflow: its own graph or the one that is sent, with the changes laid into it, without the
    outputs that ComfyUI would not take. Seeds are drawn where nobody gives one."""
    own = body.get("workflow") if replaced else None
    rows = body.get(LIST) or ()
    base: Workflow = json.loads(own) if own else graph
    whole = laid(base, rows)
    lost = {last for node in wrong(base, whole).values() for last in node["dependent_outputs"]}
    kept = {name: node for name, node in whole.items() if name not in lost}
    return kept if own else _seeded(kept, {place(row) for row in rows}, luck)


def _seeded(graph: Workflow, given: set[Place], luck: str) -> Workflow:
    told: dict[str, Json] = {}
    for name, node in graph.items():
        for field in reads("seeds"):
            if type(node["inputs"].get(field)) is int and (name, field) not in given:
                told.setdefault(name, dict(node["inputs"]))[field] = int(digest(luck, name, field)[:12], 16)
    return {name: {**node, "inputs": told[name]} if name in told else node for name, node in graph.items()}


def order(order: Order, graph: Workflow, luck: str, replaced: bool) -> Order:
    """The order of a run: its files, and what their cards tell; where its graph may be `replaced`, the body does it."""
    told = files.with_card(order, partial(runs, graph, luck, replaced))
    assert told.card is not None
    return told._replace(media=files.media(told.card()["workflow"]))


def results(task: Task, addresses: Sequence[str]) -> list[Json]:
    """The results of a run, each with the node that keeps it."""
    assert task.order.card is not None
    rows: list[Json] = []
    for node, told in files.told(task.order.card()["workflow"], addresses).items():
        for each in (each for row in told.values() for each in row):
            if isinstance(each, dict):
                rows.append(wire.result(each["url"], node, each["url"].rpartition(".")[2]))
            elif isinstance(each, list):
                rows.append(wire.result(None, node, "txt", each[0]))
    return rows
