"""Judges a value against a JSON schema and says each difference in the house's words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import jsonschema_rs

from .finding import shown

# keyword -> (rule, what was expected, the type word that pydantic-like answers give it)
SAYS: dict[str, tuple[str, Callable[[Any], str], str]] = {
    "required": ("missing-required", lambda want: "the field to be there", "missing"),
    "type": ("invalid-type", lambda want: " or ".join([want] if isinstance(want, str) else want), "{0}_type"),
    "enum": ("not-in-list", lambda want: "one of " + ", ".join(map(shown, want)), "enum"),
    "const": ("not-in-list", shown, "literal_error"),
    "minimum": ("out-of-range", lambda want: f"at least {want}", "greater_than_equal"),
    "maximum": ("out-of-range", lambda want: f"at most {want}", "less_than_equal"),
    "exclusiveMinimum": ("out-of-range", lambda want: f"more than {want}", "greater_than"),
    "exclusiveMaximum": ("out-of-range", lambda want: f"less than {want}", "less_than"),
    "multipleOf": ("out-of-range", lambda want: f"a multiple of {want}", "multiple_of"),
    "minLength": ("wrong-length", lambda want: f"at least {want} characters", "string_too_short"),
    "maxLength": ("wrong-length", lambda want: f"at most {want} characters", "string_too_long"),
    "minItems": ("wrong-length", lambda want: f"at least {want} items", "too_short"),
    "maxItems": ("wrong-length", lambda want: f"at most {want} items", "too_long"),
    "minProperties": ("wrong-length", lambda want: f"at least {want} keys", "too_short"),
    "pattern": ("wrong-form", lambda want: f"text that matches {want}", "string_pattern_mismatch"),
    "format": ("wrong-form", lambda want: f"a {want}", "value_error"),
    "additionalProperties": ("unknown-field", lambda want: "no other field", "extra_forbidden"),
    "oneOf": ("wrong-form", lambda want: "one of the forms that it may have", "value_error"),
    "anyOf": ("wrong-form", lambda want: "one of the forms that it may have", "value_error"),
    "falseSchema": ("forbidden-field", lambda want: "the field to be absent in this state", "extra_forbidden"),
}


NOTHING = object()  # what comes where something is missing; null would be something


class Difference(NamedTuple):
    """One way in which a value is not what its schema says."""

    rule: str
    path: tuple[str | int, ...]
    expected: str
    came: Any
    kind: str

    @property
    def pointer(self) -> str:
        """Where, as a JSON pointer."""
        return pointer(self.path)


def pointer(path: tuple[str | int, ...]) -> str:
    """A path as a JSON pointer."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


class Judge:
    """A schema, compiled when it is first asked; most values are good, so that question is the cheap one."""

    __slots__ = ("_compiled", "schema")

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.schema = schema
        self._compiled: Any = None

    def good(self, value: Any) -> bool:
        """Whether the value is what the schema says."""
        if self._compiled is None:
            self._compiled = jsonschema_rs.Draft202012Validator(dict(self.schema), retriever=_nowhere)
        return bool(self._compiled.is_valid(value))

    def differences(self, value: Any) -> list[Difference]:
        """Every way in which it is not."""
        return list(self.told(value))

    def told(self, value: Any) -> Iterator[Difference]:
        """The same one by one, for who does not want to know of all."""
        return iter(()) if self.good(value) else _told(self._compiled.iter_errors(value))


def within(schema: Any, place: str) -> Mapping[str, Any]:
    """The schema of what stands at a JSON pointer; empty where nothing is said of it."""
    for step in place.split("/")[1:]:
        below = schema.get("properties", {}) if isinstance(schema, Mapping) else {}
        name = step.replace("~1", "/").replace("~0", "~")
        schema = below[name] if name in below else schema.get("items") if isinstance(schema, Mapping) else None
    return schema if isinstance(schema, Mapping) else {}


def _nowhere(address: str) -> Any:
    """A schema that leads elsewhere is not followed: nothing here opens a connection."""
    raise ValueError(f"a schema stands by itself; {address} is not fetched")


def _told(errors: Any) -> Iterator[Difference]:
    for error in errors:
        keyword = error.kind.name
        path: tuple[str | int, ...] = tuple(error.instance_path)
        if keyword not in SAYS:  # anyOf, not, dependentRequired: schemas that others wrote
            yield Difference("wrong-form", path, f"what {keyword} of the schema says", error.instance, "value_error")
            continue
        limit = error.kind.as_dict()
        want = limit.get("limit", limit.get("options", limit.get("types", limit.get("pattern", limit.get("format")))))
        came = error.instance
        if keyword == "additionalProperties":  # each at its own place
            rule, says, kind = SAYS[keyword]
            yield from (Difference(rule, (*path, name), says(name), came[name], kind) for name in limit["unexpected"])
            continue
        if keyword == "required":
            path, came = (*path, str(limit.get("property", ""))), NOTHING
        if want is None:
            want = next(iter(limit.values()), "")
        rule, says, kind = SAYS[keyword]
        yield Difference(rule, path, says(want), came, kind.format(*_types(want)))


def _types(want: Any) -> list[str]:
    words = {"string": "string", "integer": "int", "number": "float", "boolean": "bool", "array": "list",
             "object": "dict", "null": "none"}  # fmt: skip
    named = [want] if isinstance(want, str) else [word for word in want if word != "null"] if type(want) is list else []
    return [words.get(str(named[0]), "value") if named else "value"]
