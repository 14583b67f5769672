"""Ordinary values of a schema: what a body holds wherever nothing is tried out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import ceil
from typing import Any

Schema = Mapping[str, Any]
Path = tuple[str | int, ...]

TEXT = "a red tram in the rain"
SUFFIX = {"image": "png", "video": "mp4", "audio": "mp3"}
BRANCHES = ("anyOf", "oneOf")


def types(schema: Schema) -> list[str]:
    """The JSON types that a schema names."""
    said = schema.get("type", [])
    return [said] if isinstance(said, str) else list(said)


def narrowed(schema: Schema) -> Iterator[Schema]:
    """The forms among which a schema leaves the choice, each with what holds for all of them."""
    for key in BRANCHES:
        rest = {name: value for name, value in schema.items() if name not in BRANCHES}
        yield from ({**rest, **branch} for branch in schema.get(key, ()) if isinstance(branch, Mapping))


def plain_body(schema: Schema, whole: bool = False) -> dict[str, Any]:
    """An object with ordinary values: the required fields, or all."""
    fields = schema.get("properties", {})
    names = [*fields, *(name for name in schema.get("required", ()) if name not in fields)] if whole else (
        schema.get("required", ()))  # fmt: skip
    said = {name: fields.get(name, {}) for name in names}
    return {name: ordinary(field if isinstance(field, Mapping) else {}) for name, field in said.items()}


def ordinary(schema: Schema) -> Any:
    """One value that a schema takes: its smallest list, its least number, a listed word, a plain text."""
    for key in ("enum", "examples"):
        if schema.get(key):
            return schema[key][0]
    if "const" in schema:
        return schema["const"]
    for branch in narrowed(schema):
        return ordinary(branch)
    word = next((word for word in types(schema) if word != "null"), "string")
    if word == "string":
        return _text(schema)
    if word in ("integer", "number"):
        return _number(schema, word == "integer")
    if word == "array":
        items = schema.get("items", {})
        item = {"type": "string", **({"format": schema["format"]} if "format" in schema else {}),
                **(items if isinstance(items, Mapping) else {})}  # fmt: skip
        return [ordinary(item) for _ in range(schema.get("minItems", 1))]
    return plain_body(schema) if word == "object" else True


def _text(schema: Schema) -> str:
    kind, media, _ = schema.get("format", "").partition("_uri")
    if media:
        return f"https://example.com/input.{SUFFIX.get(kind, 'bin')}"
    if "pattern" in schema and isinstance(schema.get("default"), str):
        return str(schema["default"])  # nobody can tell from a pattern alone what it means
    text = TEXT.ljust(schema.get("minLength", 0), "x")
    return text[: schema.get("maxLength", len(text))]


def _number(schema: Schema, whole: bool) -> float:
    step = schema.get("multipleOf", 1)
    low = schema.get("minimum", schema.get("exclusiveMinimum", None))
    high = schema.get("maximum", schema.get("exclusiveMaximum", None))
    if low is None:
        number: float = step if high is None or high >= step else high
    else:
        number = ceil(low / step) * step if whole or "multipleOf" in schema else low
        if number == schema.get("exclusiveMinimum"):
            number += step if whole or high is None else (high - low) / 2
    return int(number) if whole else number


def wrong_addresses(right: str) -> Iterator[tuple[str, str]]:
    """Texts that are no address of a file, and why."""
    name = right.rpartition("/")[2]
    yield "", "no address at all"
    yield name, "the name of a file"
    yield f"/home/me/{name}", "a path of one's own disk"
    yield f"file:///home/me/{name}", "the address of one's own disk"
    yield f"ftp://example.com/{name}", "another scheme"
    yield f"example.com/{name}", "an address without its scheme"
    yield "https://", "a scheme without an address"
    yield f" {right}", "an address with a space before it"
    yield "AAAA", "bare base64"
    yield "data:image/png;base64", "a data URI without its data"
    yield "data:image/png;base64,AAAA", "a data URI where an address is asked for"
