"""Pictures made from pictures: which input each comes from, what was found in it, and how large it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..engine.luck import digest
from ..engine.task import Task

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
MOST_FOUND = 6  # unless told
SMALLEST, LARGEST = 0.1, 0.4  # of a side of the picture, what is found in it has as its own


def brought(inputs: Mapping[str, Any]) -> str:
    """The one file that a task works on: as an address, an id or the file itself."""
    nested = inputs.get("inputs")
    told = nested if isinstance(nested, Mapping) else {}
    names = ("image", "video")
    found = (*(told.get(name) for name in names), inputs.get("inputImage"), inputs.get("inputVideo"))
    return next((text for each in found if (text := _text(each))), "")


def _text(value: Any) -> str:
    """An input may be a text, or an object that holds it."""
    if isinstance(value, Mapping):
        value = next((each for each in value.values() if isinstance(each, str)), "")
    return value if isinstance(value, str) else ""


def known_as(text: str) -> str:
    """The id of an input: its own, if it came by one or its address ends in one; else one that is made of it."""
    stem = text.partition("?")[0].rpartition("/")[2].partition(".")[0] if "://" in text[:16] else text
    if UUID.fullmatch(stem):
        return stem.lower()
    word = digest("input", text)
    return f"{word[:8]}-{word[8:12]}-4{word[12:15]}-a{word[15:18]}-{word[18:30]}"


def source(task: Task) -> dict[str, Any]:
    """Which picture it comes from."""
    return {"inputImageUUID": known_as(brought(task.inputs))}


def sources(task: Task) -> dict[str, Any]:
    """Which pictures it comes from."""
    return {"inputImagesUUID": [known_as(_text(each)) for each in task.inputs.get("inputImages", ())]}


def masked(task: Task, index: int) -> dict[str, Any]:
    """What was found in a picture: boxes that lie within it, at least one, the same for the same picture."""
    inputs, medium = task.inputs, task.order.media[index]
    settings = inputs.get("settings")
    told = {**inputs, **settings} if isinstance(settings, Mapping) else inputs
    most = told.get("maxDetections", MOST_FOUND)
    word = digest("found", task.model, brought(inputs))
    count = 1 + int(word[:2], 16) % max(1, min(most if type(most) is int else MOST_FOUND, MOST_FOUND))
    return {"detections": [_box(digest(word, at), medium.width, medium.height) for at in range(count)], **source(task)}


def _box(word: str, width: int, height: int) -> dict[str, int]:
    shares = [int(word[at : at + 4], 16) / 0xFFFF for at in range(0, 16, 4)]
    wide, high = (max(1, round(side * (SMALLEST + (LARGEST - SMALLEST) * share)))
                  for side, share in zip((width, height), shares, strict=False))  # fmt: skip
    left, top = round((width - wide) * shares[2]), round((height - high) * shares[3])
    return {"x_min": left, "y_min": top, "x_max": left + wide, "y_max": top + high}
