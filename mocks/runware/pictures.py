"""Pictures made from pictures: which input each comes from, what was found in it, and how large it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ...contracts.brought import ID, Size
from ...contracts.schema import pointer
from ..engine.luck import digest, uuid
from ..engine.media.look import Area, spots
from ..engine.media.scaling import larger
from ..engine.medium import Medium
from ..engine.refusal import Refusal
from ..engine.task import Order, Task
from ..web.inputs import size as sight
from ..web.turn import Turn

MOST_FOUND = 6  # unless told
FACTOR, LONGEST = 2, 4096  # of what is made larger: how many times unless told, and a side at most
FITTED = frozenset({"upscale", "removeBackground", "controlNetPreprocess", "imageMasking", "vectorize"})
SIDES = ("x_min", "y_min", "x_max", "y_max")
GUIDES = {"depth": "grey", "normalbae": "soft", "tile": "soft", "seg": "blocks", "shuffle": "blocks"}


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
    return stem if ID.fullmatch(stem) else uuid("input", text)


def source(task: Task) -> dict[str, Any]:
    """Which picture it comes from."""
    return {"inputImageUUID": known_as(brought(task.inputs))}


def sources(task: Task) -> dict[str, Any]:
    """Which pictures it comes from."""
    return {"inputImagesUUID": [known_as(_text(each)) for each in task.inputs.get("inputImages", ())]}


def fitted(turn: Turn, order: Order) -> Order:
    """The order of a picture that is made from another one: as large as that, as far as anybody knows, and with the
    look that its task gives it."""
    kind, inputs = turn.operation.id, turn.inputs
    if kind == "imageInference":
        return _begun(turn, order)
    if kind not in FITTED or order.media[0].kind not in ("image", "video"):
        return order
    width, height = _size(turn, order.media[0])
    if kind == "upscale":
        factor = _said(inputs, "upscaleFactor")
        known = isinstance(factor, (int, float)) and not isinstance(factor, bool) and factor >= 1
        width, height = larger(width, height, factor if known else FACTOR, LONGEST)
    detail = order.media[0].detail
    if kind == "controlNetPreprocess":
        detail = detail._replace(look=GUIDES.get(_guide(inputs), "edges"))
    elif kind == "imageMasking":
        detail = detail._replace(look="mask", areas=_found(order.model, inputs, width, height))
    elif kind == "removeBackground":
        ground = _said(inputs, "rgba")
        detail = detail._replace(look="mask" if _said(inputs, "returnOnlyMask") is True else "cut-out",
                                 ground=_colour(ground) if isinstance(ground, list) else ())  # fmt: skip
    return order._replace(media=tuple(replace(medium, width=width, height=height, detail=detail)
                                      for medium in order.media))  # fmt: skip


def _begun(turn: Turn, order: Order) -> Order:
    """The order of a picture that begins with another one: as large as that, unless it says how large; what extends it
    has to fit."""
    model = turn.model
    if model is None or not ("inputs" in turn.inputs or "seedImage" in turn.inputs):
        return order
    seen = _seen(turn, [pointer(path) for path, _, _ in model.brought(turn.inputs) if path[-1] == "seedImage"])
    if seen is None:
        return order
    if found := model.between(turn.inputs, turn.operation.id, seen):
        raise Refusal("invalid-input", findings=turn.dialect.contract.codes.sorted(found))
    if not order.media or "width" in turn.inputs or "height" in turn.inputs:
        return order
    width, height = larger(*seen, 1, LONGEST)
    return order._replace(media=tuple(replace(medium, width=width, height=height) for medium in order.media))


def _size(turn: Turn, medium: Medium) -> tuple[int, int]:
    """That of the input; what a task says itself goes before it."""
    if {"width", "height"} <= turn.inputs.keys() or turn.model is None:
        return medium.width, medium.height
    places = [pointer(path) for path, kind, _ in turn.model.brought(turn.inputs) if kind in ("image", "video")]
    return _seen(turn, places) or (medium.width, medium.height)


def _seen(turn: Turn, places: list[str]) -> Size | None:
    """How large the first picture is of which somebody knows."""
    return next((size for place in places if (size := sight(turn, place))), None)


def _guide(inputs: Mapping[str, Any]) -> str:
    """Which kind of guide is asked for: the last word of its model, or the elder name of it."""
    told = inputs.get("preProcessorType")
    word = told if isinstance(told, str) else str(inputs.get("model", "")).rpartition("@")[2]
    return word.replace("-", "_")


def _colour(parts: list[Any]) -> tuple[int, ...]:
    """A colour of which each part is told as a number up to 255; how solid it is, as one up to 1 or to 255."""
    numbers = [part if isinstance(part, (int, float)) and not isinstance(part, bool) else 0 for part in parts[:4]]
    if len(numbers) == 4 and 0 < numbers[3] <= 1:
        numbers[3] *= 255
    return tuple(int(min(max(number, 0), 255)) for number in numbers)


def _said(inputs: Mapping[str, Any], name: str) -> Any:
    """A setting, which elder clients send beside the others."""
    settings = inputs.get("settings")
    told = settings.get(name) if isinstance(settings, Mapping) else None
    return inputs.get(name) if told is None else told


def masked(task: Task, index: int) -> dict[str, Any]:
    """What was found in a picture, and which one that was."""
    areas = task.order.media[index].detail.areas
    return {"detections": [dict(zip(SIDES, area, strict=True)) for area in areas], **source(task)}


def _found(model: str, inputs: Mapping[str, Any], width: int, height: int) -> tuple[Area, ...]:
    """Where things are in a picture: at least one, the same for the same picture."""
    most = _said(inputs, "maxDetections")
    most = min(most, MOST_FOUND) if type(most) is int and most > 0 else MOST_FOUND
    return spots(digest("found", model, brought(inputs)), most, width, height)
