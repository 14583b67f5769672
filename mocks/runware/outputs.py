"""What a result has beside its id, its file and its seed, by the type of its task."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ...contracts.contract import Contract
from ..engine.luck import digest
from ..engine.task import Task
from . import pictures, texts, wire

if TYPE_CHECKING:
    from .results import Report

MAKER, MOST_MADE = "understudy", 10**6


def _text(of: Report, index: int) -> dict[str, Any]:
    said = texts.answered(of.task, index)
    told = {"text": said.text, "finishReason": said.reason, "usage": texts.usage(said)}
    return {**told, "reasoningContent": ["".join(said.thoughts)]} if said.thoughts else told


def _caption(of: Report, index: int) -> dict[str, Any]:
    """A text, or what a model that tells ages says instead."""
    row = next((row for row in of.contract.facts.models if row["id"] == of.task.model), {})
    if "structuredData" in row.get("result", ()):
        return {"structuredData": texts.aged(of.task)}
    return {"text": texts.described(of.task, index)}


def _enhanced(of: Report, index: int) -> dict[str, Any]:
    return {"text": texts.enhanced(of.task, index)}


def _files(of: Report, index: int) -> dict[str, Any]:
    id, address = of.file(index)
    return {"outputs": {"files": [{"uuid": id, "url": address}]}}


def _trained(of: Report, index: int) -> dict[str, Any]:
    """The name of the model that came of it: the one that was asked for, or one that is made up."""
    told = of.task.inputs.get("importModel")
    named = told.get("air") if isinstance(told, Mapping) else None
    made = f"{MAKER}:{int(digest('air', of.task.id)[:8], 16) % MOST_MADE}@1"
    return {"air": named if isinstance(named, str) and named else made, **_files(of, index)}


def _source(of: Report, _: int) -> dict[str, Any]:
    return pictures.source(of.task)


def _pictured(of: Report, index: int) -> dict[str, Any]:
    return pictures.source(of.task) if of.task.order.media[index].kind == "image" else {}


def _masked(of: Report, index: int) -> dict[str, Any]:
    return pictures.masked(of.task, index)


def _sources(of: Report, _: int) -> dict[str, Any]:
    return pictures.sources(of.task)


BESIDE: Mapping[str, Callable[[Report, int], dict[str, Any]]] = {
    "textInference": _text, "caption": _caption, "promptEnhance": _enhanced, "3dInference": _files, "tools": _files,
    "training": _trained, "upscale": _pictured, "removeBackground": _pictured, "controlNetPreprocess": _source,
    "imageMasking": _masked, "photoMaker": _sources,
}  # fmt: skip


def beside(of: Report, index: int) -> dict[str, Any]:
    """What it has; of several results that have no id of their own each has its number."""
    order = of.task.order
    numbered = len(order.media) > 1 and "resultIndex" in wire.keys(of.contract, order.operation)
    told = BESIDE[order.operation](of, index) if order.operation in BESIDE else {}
    return {"resultIndex": index, **told} if numbered else told


def begins(contract: Contract, task: Task) -> str:
    """What the keys of its id and file begin with: `image` or `video`, as it makes; or nothing, of what has neither."""
    row, known = contract.facts.openapi["tasks"][task.order.operation], wire.keys(contract, task.order.operation)
    prefix, kind = str(row["gives"]), task.order.media[0].kind
    if kind != prefix and f"{kind}UUID" in known:
        return kind
    return prefix if f"{prefix}UUID" in known else ""


def progress(task: Task, now: float) -> dict[str, int]:
    """How far it has come, of what tells that: a percentage."""
    return {"progress": int(task.reached(now) * 100)} if task.order.operation == "training" else {}
