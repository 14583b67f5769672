"""What the house keeps of a deployment beside what its owner said, and the form of what it takes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from ....contracts import graph
from ....contracts.catalogue import Model
from ....contracts.contract import Contract
from ...engine.luck import digest

NOTHING: dict[str, Any] = {}


class Kept(NamedTuple):
    """What a deployment runs: a workflow, or a LoRA with inputs of its own."""

    kind: str  # comfyui or lora
    workflow: Mapping[str, Any]
    model: Model


def kept(contract: Contract, kind: str, workflow: Mapping[str, Any], schema: Mapping[str, Any] | None) -> Kept:
    """What is to be kept of a deployment; equal ones of one API share it."""
    return _kept(contract, kind, orjson.dumps(workflow), orjson.dumps(schema) if schema else b"")


@lru_cache(64)
def _kept(contract: Contract, kind: str, workflow: bytes, schema: bytes) -> Kept:
    row, limits = next(row for row in contract.facts.models if row["id"] == kind), contract.catalogue.recommended
    if kind == "comfyui":
        told = orjson.loads(workflow)
        return Kept(kind, told, graph.form(told, row, limits, contract.takes))
    if schema:
        own = orjson.loads(schema)
        # Where a request tells its news goes to is said beside a LoRA's own inputs.
        news = {key: field for key, field in row["schema"]["properties"].items() if key.startswith("webhook")}
        fields = {**own.get("properties", {}), **news}
        row = {**row, "id": f"lora-{digest(schema)[:8]}", "schema": {"type": "object", **own, "properties": fields}}
    return Kept(kind, NOTHING, Model(row, limits, contract.takes))
