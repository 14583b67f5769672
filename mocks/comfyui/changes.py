"""What is laid into a graph by node and field: values, read as what stood in their place, and seeds that are drawn."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from math import isfinite
from typing import Any

from ...contracts import graph as graphs
from ...contracts.graph import Place, Workflow
from ...contracts.nodes import reads
from ..engine.luck import digest


def laid(graph: Workflow, values: Iterable[tuple[Place, Any]]) -> Workflow:
    """The graph with values in the place of its own; the last one of a field counts."""
    changes: dict[str, dict[str, Any]] = {}
    for (node, field), value in values:
        if node in graph:
            changes.setdefault(node, {})[field] = read(value, graph[node]["inputs"].get(field))
    return graphs.laid(graph, changes)


def read(value: Any, stood: Any) -> Any:
    """A value as the type that stood in its place, where its text is one: many clients send texts alone."""
    if type(value) is not str or not isinstance(stood, (bool, int, float)):
        return value
    if type(stood) is bool:
        return {"true": True, "false": False}.get(value.lower(), value)
    for kind in (int, float) if value.strip().lstrip("+-")[:1].isdigit() else ():
        with suppress(ValueError):
            number = kind(value)
            return number if kind is int or isfinite(number) else value
    return value


def seeded(graph: Workflow, given: Collection[Place], luck: str) -> Workflow:
    """The graph with seeds that are drawn, but for those that were given."""
    drawn: dict[str, dict[str, Any]] = {}
    for name, node in graph.items():
        for field in reads("seeds"):
            if type(node["inputs"].get(field)) is int and (name, field) not in given:
                drawn.setdefault(name, {})[field] = int(digest(luck, name, field)[:12], 16)
    return graphs.laid(graph, drawn)
