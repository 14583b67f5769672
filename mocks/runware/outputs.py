"""What a result has beside its id, its file and its seed, by the type of its task."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ...contracts.contract import Contract
from ..engine.luck import digest
from ..engine.medium import Medium
from ..engine.task import Task
from . import pictures, texts, wire

MAKER, MOST_MADE = "understudy", 10**6


class Result(NamedTuple):
    """One result of a task: the how manieth it is, and the id and address of its file."""

    contract: Contract
    task: Task
    index: int  # type: ignore[assignment]  # a tuple's own method of this name is not missed
    name: str
    address: str

    @property
    def medium(self) -> Medium:
        """What its file is."""
        return self.task.order.media[self.index]


def _text(result: Result) -> dict[str, Any]:
    said = texts.answered(result.task, result.index)
    told = {"text": said.text, "finishReason": said.reason, "usage": texts.usage(said)}
    return {**told, "reasoningContent": ["".join(said.thoughts)]} if said.thoughts else told


def _caption(result: Result) -> dict[str, Any]:
    """A text, or what a model that tells ages says instead."""
    row = next((row for row in result.contract.facts.models if row["id"] == result.task.model), {})
    if "structuredData" in row.get("result", ()):
        return {"structuredData": texts.aged(result.task)}
    return {"text": texts.described(result.task, result.index)}


def _files(result: Result) -> dict[str, Any]:
    return {"outputs": {"files": [{"uuid": result.name, "url": result.address}]}}


def _trained(result: Result) -> dict[str, Any]:
    """The name of the model that came of it: the one that was asked for, or one that is made up."""
    told = result.task.inputs.get("importModel")
    named = told.get("air") if isinstance(told, Mapping) else None
    made = f"{MAKER}:{int(digest('air', result.task.id)[:8], 16) % MOST_MADE}@1"
    return {"air": named if isinstance(named, str) and named else made, **_files(result)}


BESIDE: Mapping[str, Callable[[Result], dict[str, Any]]] = {
    "textInference": _text,
    "caption": _caption,
    "promptEnhance": lambda result: {"text": texts.enhanced(result.task, result.index)},
    "3dInference": _files,
    "training": _trained,
    "tools": _files,
    "upscale": lambda result: pictures.source(result.task) if result.medium.kind == "image" else {},
    "removeBackground": lambda result: pictures.source(result.task) if result.medium.kind == "image" else {},
    "controlNetPreprocess": lambda result: pictures.source(result.task),
    "imageMasking": lambda result: pictures.masked(result.task, result.index),
    "photoMaker": lambda result: pictures.sources(result.task),
}


def beside(result: Result) -> dict[str, Any]:
    """What it has; of several results that have no id of their own each has its number."""
    order, most = result.task.order, len(result.task.order.media)
    known = wire.keys(result.contract, order.operation)
    told = BESIDE[order.operation](result) if order.operation in BESIDE else {}
    return {"resultIndex": result.index, **told} if most > 1 and "resultIndex" in known else told


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
