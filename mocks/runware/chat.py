"""The same texts for clients that speak OpenAI's chat completions: tasks like any other, asked and told in its form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...contracts import events
from ...contracts.contract import Contract
from ...contracts.exchange import written
from ..engine.luck import uuid
from ..engine.refusal import Refusal
from ..engine.task import Task
from ..engine.timeline import FINAL
from ..web.dialect import Answer, Route, Wait, Work
from ..web.flow import awaited, flowing
from ..web.turn import Turn
from . import errors, texts, wire
from .orders import placed
from .results import report

NAME = "chat"
TEXT = "textInference"


def refused(contract: Contract, status: int, errors: Sequence[Mapping[str, Any]]) -> Answer:
    """A no in their form: of several things that are wrong, the first."""
    return Answer(status, {"error": _error(contract, status, errors[0])})


def _error(contract: Contract, status: int, row: Mapping[str, Any]) -> dict[str, Any]:
    words, told = _words(contract), row.get("parameter")
    named = ", ".join(told) if isinstance(told, list) else told
    kind = words["types"].get(status, words["otherwise"])
    return {"message": row["message"], "type": kind, "param": named, "code": row["code"]}


def _words(contract: Contract) -> Mapping[str, Any]:
    words: Mapping[str, Any] = contract.facts.openapi["chat"]
    return words


def _broken(turn: Turn, task: Task, late: bool = False) -> dict[str, Any]:
    """A generation that failed is nobody's mistake who asked, whatever its status."""
    contract = turn.dialect.contract
    return {"error": _error(contract, 0, errors.broken(contract, task, late))}


def complete(turn: Turn) -> Answer | Wait | Work:
    """Takes an order of a text, and keeps whoever asked for it until it is written, or writes it before their eyes."""
    contract, inputs = turn.dialect.contract, turn.inputs
    operation = contract.operations[TEXT]
    model = contract.catalogue.find(inputs["model"], turn.dialect.terms.unknown_models == "accept")
    if model is not None and not wire.makes(model, operation):
        model = None
    if model is None:
        found = contract.check_request(operation, inputs["model"], (), {}, None)
        raise Refusal("unknown-model", findings=tuple(replace(each, operation=NAME) for each in found))
    task = _task(contract, inputs, uuid(turn.session.seed, NAME, turn.session.taken + 1))  # its client has no id for it
    made = placed(turn, model, wire.read(contract, operation, model, task, written(task)))
    if inputs.get("stream") and not (made.timeline.at(turn.now) in FINAL and not report(turn, made).good):
        return _streamed(turn, made)
    return awaited(turn, made, lambda task: _over(turn, task))


def _task(contract: Contract, inputs: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The task that a request stands for."""
    settings = {ours: inputs[theirs] for theirs, ours in _words(contract)["settings"].items()
                if inputs.get(theirs) is not None}  # fmt: skip
    if isinstance(stop := settings.get("stopSequences"), str):
        settings["stopSequences"] = [stop]
    task = {"taskType": TEXT, "taskUUID": name, "model": inputs["model"], "messages": inputs["messages"],
            "settings": settings, "numberResults": inputs.get("n") or 1}  # fmt: skip
    if inputs.get("seed") is not None:
        task["seed"] = inputs["seed"]
    form = inputs.get("response_format") or {}
    if form.get("type") == "json_schema":
        task["jsonSchema"] = (form.get("json_schema") or {}).get("schema") or {}
    elif form.get("type") == "json_object":
        task["outputFormat"] = "JSON"
    return task


def _over(turn: Turn, task: Task) -> Answer:
    """The whole answer, or why there is none."""
    told = report(turn, task)
    if not told.good:
        return Answer(told.status, _broken(turn, task))
    said = _said(task)
    choices = [{"index": index, "message": {"role": "assistant", "content": each.text, "refusal": None},
                "logprobs": None, "finish_reason": each.reason} for index, each in enumerate(said)]  # fmt: skip
    return Answer(200, {**_head(turn, task, "chat.completion"), "choices": choices, "usage": _usage(said)})


def _said(task: Task) -> list[texts.Said]:
    return [texts.answered(task, index) for index in range(len(task.order.media))]


def _head(turn: Turn, task: Task, kind: str) -> dict[str, Any]:
    clock = turn.session.clock
    made = int(clock.epoch.timestamp() + task.timeline.asked)
    return {"id": f"chatcmpl-{task.id}", "object": kind, "created": made, "model": task.model}


def _usage(said: Sequence[texts.Said]) -> dict[str, Any]:
    """All answers together; their question is read once."""
    thought = sum(len(each.thoughts) for each in said)
    count = sum(each.written for each in said)
    told = {"prompt_tokens": said[0].asked, "completion_tokens": count, "total_tokens": said[0].asked + count}
    return {**told, "completion_tokens_details": {"reasoning_tokens": thought}}


def _streamed(turn: Turn, task: Task) -> Answer:
    """The answers word by word, side by side."""
    said = _said(task)
    counts = bool((turn.inputs.get("stream_options") or {}).get("include_usage"))
    head = {**_head(turn, task, "chat.completion.chunk"), **({"usage": None} if counts else {})}

    def chunk(index: int, delta: Mapping[str, Any], reason: str | None = None) -> dict[str, Any]:
        return {**head, "choices": [{"index": index, "delta": delta, "logprobs": None, "finish_reason": reason}]}

    pieces = [chunk(index, {"role": "assistant", "content": ""}) for index in range(len(said))]
    pieces += [chunk(index, {"content": word}) for index, word in _interleaved(said)]
    last: list[Mapping[str, Any] | str] = [chunk(index, {}, each.reason) for index, each in enumerate(said)]
    if counts:
        last.append({**head, "choices": [], "usage": _usage(said)})
    return flowing(turn, task, pieces, [*last, events.LAST], lambda task, late: _broken(turn, task, late))


def _interleaved(said: Sequence[texts.Said]) -> Iterator[tuple[int, str]]:
    for at in range(max(len(each.tokens) for each in said)):
        yield from ((index, each.tokens[at]) for index, each in enumerate(said) if at < len(each.tokens))


ROUTES: dict[str, Route] = {NAME: complete}
