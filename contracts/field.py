"""One field of a schema: what it takes in words, and a value that is right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .finding import shown


def told(field: Mapping[str, Any]) -> str:
    """A field's schema in words."""
    low, high = field.get("minimum"), field.get("maximum")
    parts = [" or ".join(types(field)) or "any value"]
    if "enum" in field:
        parts.append("one of " + ", ".join(map(shown, field["enum"])))
    if low is not None or high is not None:
        parts.append(
            f"{low} to {high}" if None not in (low, high) else f"{low} or more" if high is None else f"up to {high}"
        )
    if "maxLength" in field:
        least = f"{field['minLength']} to" if field.get("minLength") else "up to"
        parts.append(f"{least} {field['maxLength']} characters")
    if "minItems" in field or "maxItems" in field:
        parts.append(f"{field.get('minItems', 0)} to {field.get('maxItems', 'any number of')} items")
    return ", ".join(parts)


def example(field: Mapping[str, Any]) -> Any:
    """A value that a field's schema takes."""
    if "default" in field:
        return field["default"]
    for key in ("enum", "examples"):
        if field.get(key):
            return field[key][0]
    for key in ("anyOf", "oneOf"):
        if field.get(key):
            return example(field[key][0])
    kind = next((word for word in types(field) if word != "null"), "string")
    if kind == "array":
        items: Any = field.get("items")
        own = isinstance(items, dict) and ("x-media" in items or items.get("type") == "object")
        whose = items if own else {**field, "type": "string"}
        return [example(whose)] * max(1, field.get("minItems", 1))
    if media := field.get("x-media") or ("_uri" in (form := field.get("format", "")) and form.partition("_uri")[0]):
        suffix = {"image": "png", "video": "mp4", "audio": "mp3", "any": "png"}.get(media, "bin")
        return f"https://example.com/input.{suffix}"
    within = field.get("properties", {}) if kind == "object" else {}
    whole = {name: example(within[name]) for name in field.get("required", ()) if name in within}
    text = "a red tram in the rain"[: field.get("maxLength")]
    plain: dict[str, Any] = {"string": text, "boolean": True, "object": whole}
    return plain.get(kind, field.get("minimum", 1))


def types(field: Mapping[str, Any]) -> list[str]:
    """The types that it takes."""
    said = field.get("type", [])
    return [said] if isinstance(said, str) else list(said)
