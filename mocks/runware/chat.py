"""The same texts for clients that speak OpenAI's chat completions: tasks like any other, asked and told in its form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...contracts import events
from ...contracts.exchange import written
from ..engine.luck import digest
from ..engine.refusal import Refusal
from ..engine.task import Task
from ..engine.timeline import FINAL
from ..web.dialect import Answer, Route, Wait
from ..web.turn import Turn
from . import errors, results, stream, texts, wire

NAME = "chat"
TEXT = "textInference"
SETTINGS = {"temperature": "temperature", "top_p": "topP", "reasoning_effort": "thinkingLevel",
            "max_tokens": "maxTokens", "max_completion_tokens": "maxTokens", "stop": "stopSequences"}  # fmt: skip
TYPES = {400: "invalid_request_error", 401: "authentication_error", 402: "insufficient_quota", 403: "permission_error",
         404: "not_found_error", 429: "rate_limit_error"}  # fmt: skip
OTHERWISE = "server_error"


def refused(status: int, errors: Sequence[Mapping[str, Any]]) -> Answer:
    """A no in their form: of several things that are wrong, the first."""
    return Answer(status, {"error": _error(status, errors[0])})


def _error(status: int, row: Mapping[str, Any]) -> dict[str, Any]:
    told = row.get("parameter")
    named = ", ".join(told) if isinstance(told, list) else told
    return {"message": row["message"], "type": TYPES.get(status, OTHERWISE), "param": named, "code": row["code"]}


def _failed(row: Mapping[str, Any]) -> dict[str, Any]:
    """A generation that failed is nobody's mistake who asked, whatever its status."""
    return {"error": {**_error(0, row), "type": OTHERWISE}}


def complete(turn: Turn) -> Answer | Wait:
    """Takes an order of a text, and keeps whoever asked for it until it is written, or writes it before their eyes."""
    contract, inputs = turn.dialect.contract, turn.inputs
    operation = contract.operations[TEXT]
    model = contract.catalogue.find(inputs["model"], turn.dialect.terms.unknown_models == "accept")
    if model is not None and not wire.makes(model, operation):
        model = None
    if model is None:
        found = contract.check_request(operation, inputs["model"], (), {}, None)
        raise Refusal("unknown-model", findings=tuple(replace(each, operation=NAME) for each in found))
    name = _fresh(turn)
    task = _task(inputs, name)
    order = wire.read(contract, operation, model, task, written(task))
    price = contract.price(model.id)
    cost = None if price is None else price * len(order.media)
    made = turn.submit(order, contract.life.durations[model.kind], cost, name=name)
    if inputs.get("stream") and not (made.timeline.at(turn.now) in FINAL and not results.good(made)):
        return _streamed(turn, made)
    return _awaited(turn, made, turn.now + float(contract.life.patience))


def _fresh(turn: Turn) -> str:
    """The id of a task for which its client has none."""
    word = digest(turn.session.seed, NAME, turn.session.taken + 1)
    return f"{word[:8]}-{word[8:12]}-4{word[12:15]}-a{word[15:18]}-{word[18:30]}"


def _task(inputs: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The task that a request stands for."""
    settings = {ours: inputs[theirs] for theirs, ours in SETTINGS.items() if inputs.get(theirs) is not None}
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


def _awaited(turn: Turn, task: Task, limit: float) -> Answer | Wait:
    """The whole answer once it is written."""
    contract, clock = turn.dialect.contract, turn.session.clock
    task = turn.session.tasks.get(task.id, task)
    if task.timeline.at(clock.now) in FINAL:
        if results.good(task):
            return Answer(200, _completion(turn, task))
        status = int(errors.why(contract, task)["status"])
        return Answer(status, _failed(errors.failed(contract, task)))
    if clock.now >= limit:
        raise Refusal("timeout")
    return Wait(min(task.timeline.ends, limit), lambda: _awaited(turn, task, limit))


def _completion(turn: Turn, task: Task) -> dict[str, Any]:
    said = [texts.answered(task, index) for index in range(len(task.order.media))]
    choices = [{"index": index, "message": {"role": "assistant", "content": each.text, "refusal": None},
                "logprobs": None, "finish_reason": each.reason} for index, each in enumerate(said)]  # fmt: skip
    return {**_head(turn, task, "chat.completion"), "choices": choices, "usage": _usage(said)}


def _head(turn: Turn, task: Task, kind: str) -> dict[str, Any]:
    clock = turn.session.clock
    made = int(clock.epoch.timestamp() + task.timeline.asked)
    return {"id": f"chatcmpl-{task.id}", "object": kind, "created": made, "model": task.model}


def _usage(said: Sequence[texts.Said]) -> dict[str, Any]:
    """All answers together; their question is read once."""
    thought = sum(len(each.thoughts) for each in said)
    count = sum(len(each.tokens) for each in said) + thought
    told = {"prompt_tokens": said[0].asked, "completion_tokens": count, "total_tokens": said[0].asked + count}
    return {**told, "completion_tokens_details": {"reasoning_tokens": thought}}


def _streamed(turn: Turn, task: Task) -> Answer:
    """The answers word by word, side by side."""
    said = [texts.answered(task, index) for index in range(len(task.order.media))]
    counts = bool((turn.inputs.get("stream_options") or {}).get("include_usage"))
    head = {**_head(turn, task, "chat.completion.chunk"), **({"usage": None} if counts else {})}

    def chunk(index: int, delta: Mapping[str, Any], reason: str | None = None) -> dict[str, Any]:
        return {**head, "choices": [{"index": index, "delta": delta, "logprobs": None, "finish_reason": reason}]}

    pieces = [chunk(index, {"role": "assistant", "content": ""}) for index in range(len(said))]
    pieces += [chunk(index, {"content": word}) for index, word in _interleaved(said)]
    last: list[Mapping[str, Any] | str] = [chunk(index, {}, each.reason) for index, each in enumerate(said)]
    if counts:
        last.append({**head, "choices": [], "usage": _usage(said)})
    return stream.flowing(turn, task, pieces, [*last, events.LAST], _failed)


def _interleaved(said: Sequence[texts.Said]) -> Iterator[tuple[int, str]]:
    for at in range(max(len(each.tokens) for each in said)):
        yield from ((index, each.tokens[at]) for index, each in enumerate(said) if at < len(each.tokens))


ROUTES: dict[str, Route] = {NAME: complete}
