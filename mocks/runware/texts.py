"""Texts: what a task asks of a model of words, and what is said to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..engine.luck import digest
from ..engine.media.speech import Said, chosen, elaborated, filled, reply, scene, spoken, tokens
from ..engine.task import Task

__all__ = ["Said", "aged", "answered", "described", "enhanced", "tokens", "usage"]

LIMITS = ("maxTokens", "maxNewTokens")  # which end an answer, and change no word of it
AGES = ("0-2", "3-9", "10-19", "20-29", "30-39", "40-49", "50-59", "60-69", "70+")
WITHOUT = ("", "none", "off", "disabled", "false")  # levels of thinking that are none


def answered(task: Task, index: int) -> Said:
    """What is said to the messages of a task; the director's own text, where there is one."""
    inputs = task.inputs
    told = inputs.get("settings")
    settings: Mapping[str, Any] = told if isinstance(told, Mapping) else {}
    asked = [*_texts(settings.get("systemPrompt")), *(text for each in _listed(inputs.get("messages"))
                                                      for text in _texts(each.get("content")))]  # fmt: skip
    whole = _own(task, index) or _composed(task.model, inputs, settings, asked, index)
    for stop in _listed(settings.get("stopSequences"), str):
        whole = whole.partition(stop)[0] if stop else whole
    limits = (each.get(name) for each in (settings, inputs) for name in LIMITS)
    most = next((limit for limit in limits if type(limit) is int and limit > 0), None)
    return spoken(whole, asked, _thinks(settings), most)


def usage(said: Said) -> dict[str, int]:
    """How many tokens were read and written."""
    told = {"promptTokens": said.asked, "completionTokens": said.written, "totalTokens": said.asked + said.written}
    return {**told, "thinkingTokens": len(said.thoughts)} if said.thoughts else told


def described(task: Task, index: int) -> str:
    """What is to be seen in the input of a task."""
    inputs = task.inputs
    word = digest("caption", task.model, inputs.get("inputs"), inputs.get("inputImage"), inputs.get("inputImages"))
    return _own(task, index) or scene(word, inputs.get("prompt") or "")


def aged(task: Task) -> dict[str, Any]:
    """How old somebody in the input of a task looks."""
    word = digest("age", task.model, task.inputs.get("inputs"), task.inputs.get("inputImage"))
    return {"ageGroup": chosen(AGES, word), "confidence": 0.5 + int(word[2:4], 16) % 50 / 100}


def enhanced(task: Task, index: int) -> str:
    """One of the longer prompts that are made of a prompt."""
    inputs = task.inputs
    most = int(inputs.get("promptMaxLength", 400))
    return _own(task, index) or elaborated(str(inputs.get("prompt", "")), index, most)


def _own(task: Task, index: int) -> str:
    """The director's own text, where there is one."""
    return task.order.media[index].own.decode("utf-8", "replace")


def _composed(model: str, inputs: Mapping[str, Any], settings: Mapping[str, Any], asked: list[str], index: int) -> str:
    """What depends on all that is asked; as JSON where that is wanted."""
    shaping = {name: value for name, value in settings.items() if name not in LIMITS}
    word = digest(model, inputs.get("messages"), shaping, inputs.get("seed"), index)
    text = reply(model, (asked or ["nothing"])[-1], word)
    schema = inputs.get("jsonSchema")
    if type(schema) is str:
        try:
            schema = json.loads(schema)
        except ValueError:
            schema = None
    if isinstance(schema, Mapping):
        return json.dumps(filled(schema.get("schema", schema), text), ensure_ascii=False)
    return json.dumps({"text": text}, ensure_ascii=False) if inputs.get("outputFormat") == "JSON" else text


def _thinks(settings: Mapping[str, Any]) -> bool:
    """Whether a model is to think aloud."""
    told = settings.get("thinkingLevel", settings.get("thinking", False))
    return told is True or (isinstance(told, str) and told.lower() not in WITHOUT)


def _listed(value: Any, kind: type = dict) -> list[Any]:
    return [each for each in value if isinstance(each, kind)] if isinstance(value, list) else []


def _texts(content: Any) -> list[str]:
    """The texts of a message, whose content may be one, or a list of parts."""
    if isinstance(content, str):
        return [content]
    return [each["text"] for each in _listed(content) if isinstance(each.get("text"), str)]
