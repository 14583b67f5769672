"""What a ComfyUI says of itself: its nodes and its machine. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...contracts.comfyui import facts
from ...contracts.graph import Workflow, is_link
from ...contracts.nodes import ends, whole

SOCKET = "*"  # the type of what is linked: a workflow does not tell which it is
GIB = 2**30


def object_info(*workflows: Workflow) -> dict[str, Any]:
    """The classes of the nodes of workflows, as far as these themselves tell what they take and give."""
    used: dict[str, int] = {}
    rows: dict[str, dict[str, Any]] = {}
    for workflow, node in ((each, node) for each in workflows for node in each.values()):
        fields = rows.setdefault(node["class_type"], {})
        for key, said in node["inputs"].items():
            fields.setdefault(key, _socket(key, said))
            if is_link(said) and said[0] in workflow:
                kind = workflow[said[0]]["class_type"]
                used[kind] = max(used.get(kind, 0), said[1] + 1)
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


def system_stats(card: str, vram: int) -> dict[str, Any]:
    """The machine, with one card of so many GiB."""
    total = vram * GIB
    device = {"name": f"cuda:0 {card} : cudaMallocAsync", "type": "cuda", "index": 0, "vram_total": total,
              "vram_free": total - 2 * GIB, "torch_vram_total": 2 * GIB, "torch_vram_free": GIB}  # fmt: skip
    return {"system": facts("system"), "devices": [device]}
