"""Bodies in other spellings than the plain one: what a provider takes for the same, and for nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ...catalogue import Model
from .values import Schema, ordinary, plain_body

PLAIN = re.compile(r"true|false|0|[1-9]\d{0,9}")  # a word that may be told as the number or the truth that it spells


def walked(model: Model) -> Schema:
    """The schema at whose edges a model's bodies are: what is meant, where it may be spelled in several ways."""
    if not model.spelling:
        return model.input_schema
    fields = {name: field for name, field in model.judge.schema.get("properties", {}).items() if name in model.fields}
    return {**model.judge.schema, "properties": fields}


def otherwise(model: Model) -> Iterator[dict[str, Any]]:
    """The least body in other spellings: a field under its other name, or with what counts as not sent; its words as
    codes, as the numbers and truths that they spell, in other letters, and alone where a list of one is meant."""
    if not model.spelling:
        return
    least = plain_body(walked(model))
    for name, field in model.fields.items():
        value = least.get(name, ordinary(field))
        if "x-key" in field:
            yield {**{key: each for key, each in least.items() if key != name}, field["x-key"]: value}
        yield from ({**least, name: way} for way in _ways(field, value))
        yield from ({**least, name: nothing} for nothing in _absent(model))


def _ways(field: Schema, value: Any) -> Iterator[Any]:
    if not {"x-words", "x-codes"} & field.keys():
        return
    words = [word for word in (value if isinstance(value, list) else [value]) if isinstance(word, str)]
    for word in (*field.get("x-codes", ()), *words):
        for way in (word, word.upper(), word.lower(), *([json.loads(word)] if PLAIN.fullmatch(word) else [])):
            yield [way] if isinstance(value, list) else way
            if isinstance(value, list) and "x-single" in field:
                yield way


def voided(model: Model) -> Iterator[tuple[dict[str, Any], str]]:
    """The least body with what counts as not sent in the place of each field that has to be; and that field."""
    least = plain_body(walked(model)) if model.spelling else {}
    for name in model.schema.get("required", ()):
        for nothing in _absent(model):
            yield {**least, name: nothing}, name


def _absent(model: Model) -> list[Any]:
    return list(model.judge.schema.get("x-absent", ())) if model.spelling else []
