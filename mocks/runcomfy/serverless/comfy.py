"""What a ComfyUI says of itself: its nodes, its machine, and why it does not take a prompt. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from ....contracts.document import read
from ....contracts.graph import MOST_NAMED, Workflow, flaws, is_link, outputs, upstream
from ....contracts.nodes import ends, whole

SOCKET = "*"  # the type of what is linked: a workflow does not tell which it is
GIB = 2**30


@lru_cache
def facts(what: str) -> Any:
    """One table of comfyui.yaml."""
    return read("runcomfy", "comfyui", "serverless")[what]["values"]


class Prompt(NamedTuple):
    """A graph that was sent to an instance itself."""

    number: float
    id: str
    graph: Workflow
    extra: Mapping[str, Any]

    @property
    def row(self) -> list[Any]:
        """As the queue and the history have it."""
        return [self.number, self.id, self.graph, self.extra, list(outputs(self.graph))]


def object_info(workflow: Workflow) -> dict[str, Any]:
    """The classes of a workflow's nodes, as far as the workflow itself tells what they take and give."""
    used: dict[str, int] = {}
    for node in workflow.values():
        for said in node["inputs"].values():
            if is_link(said) and said[0] in workflow:
                kind = workflow[said[0]]["class_type"]
                used[kind] = max(used.get(kind, 0), said[1] + 1)
    rows: dict[str, dict[str, Any]] = {}
    for node in workflow.values():
        fields = rows.setdefault(node["class_type"], {})
        for key, said in node["inputs"].items():
            fields.setdefault(key, _socket(key, said))
    return {kind: _class(kind, fields, used.get(kind, 0)) for kind, fields in rows.items()}


def _class(kind: str, fields: Mapping[str, Any], gives: int) -> dict[str, Any]:
    return {
        "input": {"required": fields},
        "input_order": {"required": list(fields)},
        "output": [SOCKET] * gives,
        "output_is_list": [False] * gives,
        "output_name": [SOCKET] * gives,
        "name": kind,
        "display_name": kind,
        "description": "",
        "python_module": "nodes",
        "category": "",
        "output_node": bool(ends(kind)),
    }


def _socket(key: str, said: Any) -> list[Any]:
    if isinstance(said, bool):
        return ["BOOLEAN", {"default": said}]
    if isinstance(said, int) and whole(key):
        return ["INT", {"default": said}]
    if isinstance(said, (int, float)):
        return ["FLOAT", {"default": said}]
    return ["STRING", {"default": said}] if isinstance(said, str) else [SOCKET]


def system_stats(hardware: str) -> dict[str, Any]:
    """The machine of an instance."""
    card = facts("hardware").get(hardware, {"name": hardware, "vram": 24})
    total = card["vram"] * GIB
    device = {"name": f"cuda:0 {card['name']} : cudaMallocAsync", "type": "cuda", "index": 0, "vram_total": total,
              "vram_free": total - 2 * GIB, "torch_vram_total": 2 * GIB, "torch_vram_free": GIB}  # fmt: skip
    return {"system": facts("system"), "devices": [device]}


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
    error = {"type": "exception_during_validation", "message": facts("errors")["exception_during_validation"],
             "details": f"expected {wrong.expected}; came {wrong.came}", "extra_info": {}}  # fmt: skip
    node = {"errors": [error], "dependent_outputs": _dependent(graph, name), "class_type": graph[name]["class_type"]}
    return {**_refused("prompt_outputs_failed_validation"), "node_errors": {name: node}}


def _dependent(graph: Workflow, name: str) -> list[str]:
    if not all(isinstance(node.get("inputs"), dict) for node in graph.values()):
        return []
    return [last for last in outputs(graph)[:MOST_NAMED] if name in upstream(graph, last)]


def _refused(kind: str, details: str = "") -> dict[str, Any]:
    error = {"type": kind, "message": facts("errors")[kind], "details": details, "extra_info": {}}
    return {"error": error, "node_errors": {}}
