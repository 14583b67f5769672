"""How a graph runs: its nodes one after the other, for how long each, and which of them fails. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import NamedTuple

from ...contracts.comfyui import facts
from ...contracts.graph import Workflow, is_link, links, outputs, upstream, value
from ...contracts.nodes import words

MOST_STEPS = 10_000


class Span(NamedTuple):
    """A node while it runs; a sampler does so in steps."""

    node: str
    begins: float
    ends: float
    steps: int = 0


def order(graph: Workflow) -> list[str]:
    """The nodes that feed one which ends the graph, each after those that it depends on."""
    done: dict[str, None] = {}
    for last in outputs(graph):
        way: dict[str, Iterator[str]] = {last: _before(graph, last)} if last not in done else {}
        while way:
            name = next(reversed(way))
            step = next(way[name], None)
            if step is None:
                done[name] = None
                del way[name]
            elif step not in done and step not in way:
                way[step] = _before(graph, step)
    return list(done)


def _before(graph: Workflow, name: str) -> Iterator[str]:
    return (other for _, other in links(graph[name]) if other in graph)


def steps(graph: Workflow, name: str) -> int:
    """In how many steps a node runs; none, if it is no sampler."""
    inputs = graph[name]["inputs"]
    if "steps" in inputs and "scheduler" not in words(graph[name]["class_type"]):
        return _whole(value(graph, name, "steps"))
    if is_link(inputs.get("sigmas")):  # a scheduler counts them
        counts = (_whole(value(graph, each, "steps")) for each in upstream(graph, name, ("sigmas",)))
        return next((count for count in counts if count), 0)
    return 0


def _whole(said: object) -> int:
    return min(max(said, 0), MOST_STEPS) if type(said) is int else 0


def weight(graph: Workflow, name: str) -> float:
    """How long a node runs beside the others."""
    table = facts("weights")
    if steps(graph, name):
        return float(table["sampler"])
    named = words(graph[name]["class_type"])
    return float(next((much for word, much in table["words"].items() if word in named), table["otherwise"]))


def failing(graph: Workflow) -> str:
    """The node at which a run fails: its first sampler, else the last one that keeps nothing itself, else the last."""
    nodes = order(graph)
    last = set(outputs(graph))
    inner = [name for name in nodes if name not in last]
    sampler = next((name for name in inner if steps(graph, name)), "")
    return sampler or next(reversed(inner or nodes), "")


def spans(graph: Workflow, begins: float, ends: float, until: str = "") -> list[Span]:
    """When each node runs, up to one if that is named. Of a run without end, the first begins and goes on."""
    nodes = order(graph)
    if until:
        nodes = nodes[: nodes.index(until) + 1]
    if ends == inf:
        return [Span(name, begins, inf, steps(graph, name)) for name in nodes[:1]]
    weights = [weight(graph, name) for name in nodes]
    whole, passed, moment = sum(weights), 0.0, begins
    found: list[Span] = []
    for name, much in zip(nodes, weights, strict=True):
        passed += much
        to = ends if name == nodes[-1] else between(moment, ends, begins + (ends - begins) * passed / whole)
        found.append(Span(name, moment, to, steps(graph, name)))
        moment = to
    return found


def between(since: float, until: float, moment: float) -> float:
    """A moment on the clock's grid that lies between two others."""
    return max(since, min(until, round(moment, 6)))
