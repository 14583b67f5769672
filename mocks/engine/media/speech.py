"""Speech: what is said in a model's stead, made from what it was asked and from nothing else, and counted in tokens."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ..luck import digest

# Nobody can count as each model does. A token is here up to eight letters or digits of one word, or any one other
# sign; white space goes with what follows it. Joined, the tokens of a text are the text.
TOKEN = re.compile(r"\s*(?:\w{1,8}|[^\w\s])|\s+")
SHORTEST, LONGEST = 3, 9  # sentences of an answer
LONGEST_QUESTION = 400  # letters of it that are repeated
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
    def written(self) -> int:
        """How many tokens were written; thoughts are, too."""
        return len(self.tokens) + len(self.thoughts)


def tokens(text: str) -> list[str]:
    """A text in tokens, which joined are the text."""
    return TOKEN.findall(text)


def chosen(choices: Sequence[str], word: str, at: int = 0) -> str:
    """The choice that a digest makes with two of its digits."""
    return choices[int(word[at : at + 2], 16) % len(choices)]


def spoken(text: str, asked: Sequence[str], thinks: bool, most: int | None) -> Said:
    """A text as an answer, which ends where it would be longer than the most that may be written."""
    whole, thoughts = tokens(text), tokens(" ".join(THOUGHTS)) if thinks else []
    count = sum(len(tokens(each)) for each in asked)
    if most is None or len(whole) + len(thoughts) <= most:
        return Said(whole, thoughts, "stop", count)
    thoughts = thoughts[: most // 2]
    return Said(whole[: most - len(thoughts)], thoughts, "length", count)


def reply(model: str, question: str, word: str) -> str:
    """Who speaks, what was asked, and some sentences that a digest chooses."""
    count = SHORTEST + int(word[:2], 16) % (LONGEST - SHORTEST + 1)
    first = int(word[2:4], 16)
    rest = [SENTENCES[(first + 5 * at) % len(SENTENCES)] for at in range(count)]
    asked = " ".join(question.split())[:LONGEST_QUESTION]
    return " ".join((f"This is the understudy of {model}. You said: {asked}", *rest))


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


def scene(word: str, question: str = "") -> str:
    """What is to be seen in a picture that nobody looks at: as a digest has it."""
    asked = f" Asked was: {question}" if question else ""
    return f"The picture shows {chosen(SEEN, word)} {chosen(PLACES, word, 2)}, as far as an understudy can see.{asked}"


def elaborated(prompt: str, index: int, most: int) -> str:
    """One of the longer prompts that are made of a prompt: no two are equal, none is longer than so many tokens."""
    start = int(digest("enhance", prompt)[:4], 16)
    details = [DETAILS[(start + 3 * index + 5 * at) % len(DETAILS)] for at in range(4 + index % 3)]
    text = f"{STYLES[(start + index) % len(STYLES)]}: {', '.join((prompt, *details))}"
    return "".join(tokens(text)[:most])
