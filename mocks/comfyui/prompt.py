"""A prompt: a graph that was handed to a ComfyUI, and why one is not taken. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ...contracts.comfyui import facts
from ...contracts.graph import MOST_NAMED, Workflow, flaws, is_link, outputs, upstream

NUMBERS = (int, float)


class Prompt(NamedTuple):
    """A graph that was sent to a ComfyUI, with its place in the line and what was said beside it."""

    number: float
    id: str
    graph: Workflow
    extra: Mapping[str, Any]

    @property
    def row(self) -> list[Any]:
        """As the queue and the history have it."""
        return [self.number, self.id, self.graph, self.extra, list(outputs(self.graph))]

    @property
    def client(self) -> str:
        """Who is told of it on a socket, if anybody is named."""
        return str(self.extra.get("client_id", ""))


def beside(said: Mapping[str, Any], others: int) -> tuple[float, dict[str, Any]]:
    """The number of a prompt that comes after so many others, and what is said beside its graph."""
    number = float(-others if said.get("front") else others)
    if isinstance(said.get("number"), (int, float)):
        number = float(said["number"])
    extra = said["extra_data"] if isinstance(said.get("extra_data"), dict) else {}
    return number, {**extra, "client_id": said["client_id"]} if "client_id" in said else extra


def objection(said: Mapping[str, Any]) -> dict[str, Any] | None:
    """Why a prompt is not taken, in ComfyUI's own form; nothing for one that is."""
    if "prompt" not in said:
        return _refused("no_prompt", facts("errors")["no_prompt"])
    graph = said["prompt"]
    if not graph:
        return _refused("prompt_no_outputs")
    for name, node in graph.items():
        if not isinstance(node, dict) or not isinstance(node.get("class_type"), str):
            return _refused("invalid_prompt", f"Node ID '#{name}'")
    wrong = next(flaws(graph), None)
    if wrong is None:
        return None
    if wrong.rule == "no-output-node":
        return _refused("prompt_no_outputs")
    name = wrong.where.split("/")[1].replace("~1", "/").replace("~0", "~")
    error = _error("exception_during_validation", f"expected {wrong.expected}; came {wrong.came}")
    node = {"errors": [error], "dependent_outputs": _dependent(graph, name), "class_type": graph[name]["class_type"]}
    return {**_refused("prompt_outputs_failed_validation"), "node_errors": {name: node}}


def _dependent(graph: Workflow, name: str) -> list[str]:
    if not all(isinstance(node.get("inputs"), dict) for node in graph.values()):
        return []
    return [last for last in outputs(graph)[:MOST_NAMED] if name in upstream(graph, last)]


def _refused(kind: str, details: str = "") -> dict[str, Any]:
    return {"error": _error(kind, details), "node_errors": {}}


def _error(kind: str, details: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "message": facts("errors")[kind], "details": details, "extra_info": more}


def misfits(graph: Workflow, changed: Workflow) -> dict[str, dict[str, Any]]:
    """The nodes of a changed graph that are not taken, and why: a text in the place of a number."""
    found: dict[str, dict[str, Any]] = {}
    for name, node in changed.items():
        for field, value in node["inputs"].items():
            stood = graph[name]["inputs"].get(field)
            if type(stood) in NUMBERS and type(value) not in NUMBERS and not is_link(value):
                row = found.setdefault(name, {"errors": [], "dependent_outputs": [], "class_type": node["class_type"]})
                row["errors"].append(_error("invalid_input_type", f"{field}, {value}", input_name=field,
                                            received_value=value))  # fmt: skip
    for last in outputs(changed) if found else ():
        for name in upstream(changed, last):
            if name in found:
                found[name]["dependent_outputs"].append(last)
    return found


def lost(misfits: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """The outputs that nodes which are not taken take with them."""
    return {last for row in misfits.values() for last in row["dependent_outputs"]}
