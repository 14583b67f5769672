"""What an order changes in a workflow: its nodeInfoList laid over the graph, and what then runs. Pure functions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from ...contracts.finding import Finding, did_you_mean, shown
from ...contracts.graph import MOST_NAMED, Place, Workflow
from ..comfyui import changes, files
from ..comfyui.prompt import lost, misfits
from ..engine.task import Order, Task
from . import wire

LIST = "nodeInfoList"


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
    """The graph with the values of items in the place of its own."""
    return changes.laid(graph, ((place(row), row["fieldValue"]) for row in rows))


def runs(graph: Workflow, luck: str, replaced: bool, body: Mapping[str, Any]) -> Workflow:
    """What runs of a workflow: its own graph or the one that is sent, with the changes laid into it, without the
    outputs that ComfyUI would not take. Seeds are drawn where nobody gives one."""
    own = body.get("workflow") if replaced else None
    rows = body.get(LIST) or ()
    base: Workflow = json.loads(own) if own else graph
    whole = laid(base, rows)
    gone = lost(misfits(base, whole))
    kept = {name: node for name, node in whole.items() if name not in gone}
    return kept if own else changes.seeded(kept, {place(row) for row in rows}, luck)


def order(order: Order, graph: Workflow, luck: str, replaced: bool) -> Order:
    """The order of a run: its files, and what their cards tell; where its graph may be `replaced`, the body does it."""
    told = files.with_card(order, partial(runs, graph, luck, replaced))
    assert told.card is not None
    return told._replace(media=files.media(told.card()["workflow"]))


def results(task: Task, addresses: Sequence[str]) -> list[wire.Json]:
    """The results of a run, each with the node that keeps it."""
    assert task.order.card is not None
    found: list[wire.Json] = []
    for node, row in files.rows(files.told(task.order.card()["workflow"], addresses)):
        if isinstance(row, dict):
            found.append(wire.result(row["url"], node))
        elif isinstance(row, list):
            found.append(wire.result(None, node, row[0]))
    return found
