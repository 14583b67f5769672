"""What came of a request: its outputs, or why there are none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ....contracts.contract import Contract
from ...engine.medium import Medium
from ...engine.prop import Prop
from ...engine.task import Task
from ...engine.timeline import State
from .. import wire
from . import outputs
from .kept import Kept

FPS = 24  # of a film of a LoRA's that tells none


def promised(contract: Contract, prop: Prop, body: Mapping[str, Any]) -> tuple[Medium, ...]:
    """The files that a request asks for."""
    kept: Kept = prop.more
    if kept.kind == "comfyui":
        return outputs.media(kept.workflow, body)
    made = contract.catalogue.outcome(kept.model, body)
    frames, fps = (_said(kept, body, name) for name in ("num_frames", "fps"))
    if made.kind == "image" and frames > 1:
        return (Medium("video", "mp4", made.width, made.height, min(max(frames / fps, 0.1), 600.0)),)
    return (Medium(*made[:5]),) * made.count


def _said(kept: Kept, body: Mapping[str, Any], name: str) -> int:
    value = body.get(name, kept.model.fields.get(name, {}).get("default"))
    return min(max(value, 1), 10**6) if type(value) is int else 1


def came(contract: Contract, prop: Prop, task: Task, state: State, base: str, names: list[str], form: str) -> Any:
    """The part of an answer, or of news, that tells it; of a request that is not over, nothing."""
    kept: Kept = prop.more
    if state is State.SUCCEEDED:
        files = [f"{base}/media/{name}" for name in names]
        if kept.kind == "comfyui":
            return {"outputs": outputs.told(kept.workflow, task.inputs, files)}
        return {"output": wire.outputs(task.order, files)}
    if state is State.FAILED:
        own = contract.operations.get(task.order.operation)
        return {"error": wire.failure(form, *contract.failure(task.course.error, own))}
    return {}
