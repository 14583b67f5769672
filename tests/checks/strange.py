"""A model as others may write one: what a schema may say that RunComfy's do not."""

from __future__ import annotations

from typing import Any

from understudy.contracts.alike import Takes
from understudy.contracts.brought import address
from understudy.contracts.catalogue import Model

STRANGE: dict[str, Any] = {
    "steps": {"type": "integer", "minimum": 5, "maximum": 50, "multipleOf": 4},
    "over": {"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 10},
    "between": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
    "upward": {"type": "number", "exclusiveMinimum": 3},
    "downward": {"type": "integer", "maximum": -3},
    "rest": {"type": "number", "multipleOf": 0.5},
    "maybe": {"type": ["string", "null"], "minLength": 3},
    "code": {"type": "string", "pattern": "^[A-Z]{3}$", "default": "ABC"},
    "either": {"anyOf": [{"type": "string", "enum": ["auto"]}, {"type": "integer", "minimum": 1}]},
    "one": {"const": "v1"},
    "box": {"type": "object", "required": ["x"],
            "properties": {"x": {"type": "number", "minimum": 0}, "on": {"type": "boolean"}}},
    "grid": {"type": "array", "minItems": 2, "maxItems": 4,
             "items": {"type": "array", "items": {"type": "integer"}, "minItems": 1}},
    "a/b": {"type": "boolean"},
    "anything": {},
    "whatever": True,
}  # fmt: skip


def made(schema: dict[str, Any], data_uris: bool = True) -> Model:
    row = {"id": "maker/name", "kind": "image", "complete": True, "source": "documented", "where": "here"}
    return Model({**row, "schema": schema}, {}, Takes(address(data_uris)))


STRANGER = made({"type": "object", "required": ["steps", "grid", "box"], "properties": STRANGE})
