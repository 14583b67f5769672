"""A schema in plain words, as a sentence ends with it: of which type a value is to be, and between which bounds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

Schema = Mapping[str, Any]
Words = Mapping[str, Mapping[str, str]]  # a provider's own: its nouns and types by type, its forms by format

BOUNDS = (("minimum", "maximum", ""), ("minLength", "maxLength", " characters"), ("minItems", "maxItems", " items"))


def must(schema: Schema, words: Words) -> str:
    """What a value must be; nothing where the schema does not tell."""
    if "enum" in schema:
        return f"one of {quoted(schema['enum'])}"
    if "const" in schema:
        return f"'{schema['const']}'"
    if schema.get("format") in words["forms"]:
        return words["forms"][schema["format"]]
    kinds = _kinds(schema)
    noun = " or ".join(words["nouns"].get(kind, kind) for kind in kinds)
    if kinds == ["array"] and (items := _kinds(schema.get("items", {}))):
        noun = f"an array of {items[0]}s"
    said = " ".join(filter(None, (noun, *(_span(schema, *bounds) for bounds in BOUNDS))))
    step = schema.get("multipleOf", schema.get("x-step"))
    return said + (f", in multiples of {step}" if step is not None and said else "")


def _span(schema: Schema, low: str, high: str, unit: str) -> str:
    least, most = schema.get(low), schema.get(high)
    if least is None and most is None:
        return ""
    if least is None or most is None:
        one = unit.removesuffix("s") if 1 in (least, most) else unit
        return f"of at least {least}{one}" if most is None else f"of at most {most}{one}"
    return f"of {least} to {most}{unit}" if unit else f"between {least} and {most}"


def types(schemas: list[Schema], words: Words) -> str:
    """The types that are expected at some places, each once; of a list that stands alone, those of its items."""
    told = []
    for schema in schemas:
        kinds, items = _kinds(schema), _kinds(schema.get("items", {}))
        listed = kinds == ["array"] and bool(items) and len(schemas) == 1
        said = "|".join(words["types"].get(kind, kind) for kind in (items if listed else kinds))
        told.append(said + "[]" if listed else said)
    return "|".join(dict.fromkeys(filter(None, told)))


def _kinds(schema: Any) -> list[str]:
    said = schema.get("type", []) if isinstance(schema, Mapping) else []
    return [said] if isinstance(said, str) else list(said)


def quoted(values: Iterable[Any]) -> str:
    """Each value in quotes."""
    return _quoted(tuple(map(str, values)))


@lru_cache(256)
def _quoted(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)
