"""Texts: what a model of words answers, made from what it was asked and from nothing else, and counted in tokens."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..engine.luck import digest
from ..engine.task import Task

# Nobody can count as each model does. A token is here up to eight letters or digits of one word, or any one other
# sign; white space goes with what follows it. Joined, the tokens of a text are the text.
TOKEN = re.compile(r"\s*(?:\w{1,8}|[^\w\s])|\s+")
LIMITS = ("maxTokens", "maxNewTokens")  # which end an answer, and change no word of it
SHORTEST, LONGEST = 3, 9  # sentences of an answer
SENTENCES = (
    "An understudy knows the lines, not the life behind them.",
    "The lights go up, and somebody has to speak.",
    "What was meant for the lead is said here word by word.",
    "Nothing of this was thought by a model, and nothing of it was paid for.",
    "The scene is short, the pauses are honest.",
    "Whoever listens hears how long an answer is, and how it comes.",
    "A rehearsal is allowed to repeat itself.",
    "The second act has the same beginning as the first.",
    "All that is promised is the form, and the form is kept.",
    "There is a door at the back of the stage; it leads to the next request.",
    "The prompter has read every word of it twice.",
    "Applause is optional, and so is the encore.",
)
THOUGHTS = (
    "First I look at what is asked.",
    "Then I look for what is known of it, which is nothing.",
    "The form of the answer is clear all the same.",
    "So I will say who speaks, and repeat the question.",
)
STYLES = ("Cinematic", "Luminous", "Painterly", "Intricate", "Serene", "Dramatic", "Vivid", "Delicate")
DETAILS = (
    "soft morning light", "a shallow depth of field", "fine textures", "a muted palette", "long shadows",
    "a wide angle", "reflections on wet stone", "drifting mist", "warm highlights", "crisp edges", "a calm horizon",
    "layered clouds", "grain of old film", "balanced composition", "rich contrast", "a hint of rim light",
)  # fmt: skip
SEEN = ("a red tram", "a quiet harbour", "a reading cat", "two bicycles", "a market stall", "a lighthouse",
        "an old piano", "a mountain hut")  # fmt: skip
PLACES = ("in the rain", "at dusk", "under a clear sky", "beside a window", "on a narrow street", "in soft fog")
AGES = ("0-2", "3-9", "10-19", "20-29", "30-39", "40-49", "50-59", "60-69", "70+")
WITHOUT = ("", "none", "off", "disabled", "false")  # levels of thinking that are none


class Said(NamedTuple):
    """An answer: its tokens, those of the thoughts before it, why it ends, and how many tokens the question has."""

    tokens: list[str]
    thoughts: list[str]
    reason: str
    asked: int

    @property
    def text(self) -> str:
        """The answer itself."""
        return "".join(self.tokens)

    @property
    def usage(self) -> dict[str, int]:
        """How many tokens were read and written; thoughts are written, too."""
        written = len(self.tokens) + len(self.thoughts)
        told = {"promptTokens": self.asked, "completionTokens": written, "totalTokens": self.asked + written}
        return {**told, "thinkingTokens": len(self.thoughts)} if self.thoughts else told


def tokens(text: str) -> list[str]:
    """A text in tokens, which joined are the text."""
    return TOKEN.findall(text)


def answered(task: Task, index: int) -> Said:
    """What is said to the messages of a task; the director's own text, where there is one."""
    inputs, own = task.inputs, task.order.media[index].own
    settings = _settings(inputs)
    asked = [*_texts(settings.get("systemPrompt")), *(text for each in _listed(inputs.get("messages"))
                                                      for text in _texts(each.get("content")))]  # fmt: skip
    whole = own.decode("utf-8", "replace") if own else _composed(task.model, inputs, asked, index)
    for stop in _listed(settings.get("stopSequences"), str):
        whole = whole.partition(stop)[0] if stop else whole
    said, thoughts = tokens(whole), tokens(" ".join(THOUGHTS)) if _thinks(settings) else []
    most = _most(settings, inputs)
    count = sum(len(tokens(text)) for text in asked)
    if most is None or len(said) + len(thoughts) <= most:
        return Said(said, thoughts, "stop", count)
    thoughts = thoughts[: most // 2]
    return Said(said[: most - len(thoughts)], thoughts, "length", count)


def _composed(model: str, inputs: Mapping[str, Any], asked: list[str], index: int) -> str:
    """Who speaks, what was asked, and some sentences that depend on both; as JSON where that is wanted."""
    shaping = {name: value for name, value in _settings(inputs).items() if name not in LIMITS}
    word = digest(model, inputs.get("messages"), shaping, inputs.get("seed"), index)
    count = SHORTEST + int(word[:2], 16) % (LONGEST - SHORTEST + 1)
    first = int(word[2:4], 16)
    rest = [SENTENCES[(first + 5 * at) % len(SENTENCES)] for at in range(count)]
    question = " ".join((asked or ["nothing"])[-1].split())[:400]
    text = " ".join((f"This is the understudy of {model}. You said: {question}", *rest))
    schema = inputs.get("jsonSchema")
    if type(schema) is str:
        schema = _read(schema)
    if isinstance(schema, Mapping):
        return json.dumps(filled(schema.get("schema", schema), text), ensure_ascii=False)
    return json.dumps({"text": text}, ensure_ascii=False) if inputs.get("outputFormat") == "JSON" else text


def filled(schema: Any, text: str) -> Any:
    """The smallest value that a schema takes, as far as its plain words tell; every string of it says the same."""
    if not isinstance(schema, Mapping):
        return text
    for key in ("const", "default"):
        if key in schema:
            return schema[key]
    if schema.get("enum"):
        return schema["enum"][0]
    for key in ("anyOf", "oneOf", "allOf"):
        if schema.get(key):
            return filled(schema[key][0], text)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    kind = kind[0] if isinstance(kind, list) and kind else kind
    if kind == "object":
        return {name: filled(field, text) for name, field in schema.get("properties", {}).items()}
    if kind == "array":
        return [filled(schema.get("items", {}), text)] * max(1, schema.get("minItems", 1))
    plain = {"integer": schema.get("minimum", 1), "number": schema.get("minimum", 1), "boolean": True, "null": None}
    return plain.get(str(kind), text)


def described(task: Task, index: int) -> str:
    """What is to be seen in the input of a task."""
    if own := task.order.media[index].own:
        return own.decode("utf-8", "replace")
    inputs = task.inputs
    word = digest("caption", task.model, inputs.get("inputs"), inputs.get("inputImage"), inputs.get("inputImages"))
    thing, place = SEEN[int(word[:2], 16) % len(SEEN)], PLACES[int(word[2:4], 16) % len(PLACES)]
    asked = f" Asked was: {inputs['prompt']}" if inputs.get("prompt") else ""
    return f"The picture shows {thing} {place}, as far as an understudy can see.{asked}"


def aged(task: Task) -> dict[str, Any]:
    """How old somebody in the input of a task looks."""
    inputs = task.inputs
    word = digest("age", task.model, inputs.get("inputs"), inputs.get("inputImage"))
    return {"ageGroup": AGES[int(word[:2], 16) % len(AGES)], "confidence": 0.5 + int(word[2:4], 16) % 50 / 100}


def enhanced(task: Task, index: int) -> str:
    """One of the longer prompts that are made of a prompt: no two are equal, none is longer than was asked."""
    if own := task.order.media[index].own:
        return own.decode("utf-8", "replace")
    inputs = task.inputs
    start = int(digest("enhance", inputs.get("prompt"))[:4], 16)
    details = [DETAILS[(start + 3 * index + 5 * at) % len(DETAILS)] for at in range(4 + index % 3)]
    text = f"{STYLES[(start + index) % len(STYLES)]}: {', '.join((str(inputs.get('prompt', '')), *details))}"
    return "".join(tokens(text)[: int(inputs.get("promptMaxLength", 400))])


def _settings(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    told = inputs.get("settings")
    return told if isinstance(told, Mapping) else {}


def _most(settings: Mapping[str, Any], inputs: Mapping[str, Any]) -> int | None:
    """How many tokens may be written, if anybody says so."""
    told = (each.get(name) for each in (settings, inputs) for name in LIMITS)
    return next((value for value in told if type(value) is int and value > 0), None)


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


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
