"""What the judge of schemas promises: each difference in the house's words, with its place."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from understudy.contracts.document import read
from understudy.contracts.schema import SAYS, Judge, pointer

CASES: dict[str, tuple[dict[str, Any], Any, tuple[str, str, str]]] = {
    "required": ({"required": ["a"]}, {}, ("missing-required", "/a", "missing")),
    "type": ({"type": "integer"}, "x", ("invalid-type", "", "int_type")),
    "types": ({"type": ["string", "null"]}, 1, ("invalid-type", "", "string_type")),
    "enum": ({"enum": ["a", "b"]}, "c", ("not-in-list", "", "enum")),
    "const": ({"const": 1}, 2, ("not-in-list", "", "literal_error")),
    "minimum": ({"minimum": 1}, 0, ("out-of-range", "", "greater_than_equal")),
    "maximum": ({"maximum": 1}, 2, ("out-of-range", "", "less_than_equal")),
    "exclusiveMinimum": ({"exclusiveMinimum": 1}, 1, ("out-of-range", "", "greater_than")),
    "exclusiveMaximum": ({"exclusiveMaximum": 1}, 1, ("out-of-range", "", "less_than")),
    "multipleOf": ({"multipleOf": 8}, 9, ("out-of-range", "", "multiple_of")),
    "minLength": ({"minLength": 2}, "x", ("wrong-length", "", "string_too_short")),
    "maxLength": ({"maxLength": 2}, "xxx", ("wrong-length", "", "string_too_long")),
    "minItems": ({"minItems": 1}, [], ("wrong-length", "", "too_short")),
    "maxItems": ({"maxItems": 1}, [1, 2], ("wrong-length", "", "too_long")),
    "minProperties": ({"minProperties": 1}, {}, ("wrong-length", "", "too_short")),
    "pattern": ({"pattern": "^a"}, "b", ("wrong-form", "", "string_pattern_mismatch")),
    "additionalProperties": (
        {"properties": {"b": {}}, "additionalProperties": False},
        {"a": 1},
        ("unknown-field", "/a", "extra_forbidden"),
    ),
    "oneOf": ({"oneOf": [{"type": "string"}, {"const": 1}]}, 2, ("wrong-form", "", "value_error")),
    "anyOf": ({"anyOf": [{"type": "string"}, {"const": 1}]}, 2, ("wrong-form", "", "value_error")),
    "falseSchema": ({"properties": {"a": False}}, {"a": 1}, ("forbidden-field", "/a", "extra_forbidden")),
}


@pytest.mark.parametrize("name", CASES)
def test_each_keyword_has_its_words(name: str) -> None:
    schema, value, expected = CASES[name]
    judge = Judge(schema)
    assert not judge.good(value)
    (difference,) = judge.differences(value)
    assert (difference.rule, difference.pointer, difference.kind) == expected
    assert difference.expected
    assert len(difference.expected) > 2 or difference.expected.isdigit()


def test_no_keyword_is_left_out() -> None:
    assert set(SAYS) - set(CASES) == {"format"}  # formats are told, not judged: media addresses have patterns


def test_the_place_is_a_json_pointer() -> None:
    schema = {"properties": {"a/b~c": {"type": "array", "items": {"type": "string"}}}}
    (difference,) = Judge(schema).differences({"a/b~c": ["x", 1]})
    assert difference.pointer == "/a~1b~0c/1"
    assert difference.path == ("a/b~c", 1)
    assert pointer(()) == ""


def test_a_limit_is_said() -> None:
    said = {name: Judge(schema).differences(value)[0].expected for name, (schema, value, _) in CASES.items()}
    assert said["minimum"] == "at least 1"
    assert said["maxItems"] == "at most 1 items"
    assert said["enum"] == 'one of "a", "b"'
    assert said["types"] in ("string or null", "null or string")
    assert said["pattern"] == "text that matches ^a"


USED = {
    key
    for row in read("runcomfy", "models")
    for field in (row["schema"], *row["schema"]["properties"].values())
    for key in field
}
SAID_OTHERWISE = {"properties", "items", "title", "description", "default", "format", "validations"}


def test_every_keyword_of_the_catalogue_is_known() -> None:
    """A new keyword of a provider's fails here, so that nobody forgets to give it words."""
    assert not USED - set(SAYS) - SAID_OTHERWISE


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
schemas = st.dictionaries(st.sampled_from("abc"), st.sampled_from([schema for schema, _, _ in CASES.values()])).map(
    lambda fields: {"type": "object", "properties": fields}
)


@given(schemas, values)
@settings(max_examples=200, deadline=None)
def test_good_means_that_there_is_no_difference(schema: dict[str, Any], value: Any) -> None:
    judge = Judge(schema)
    differences = judge.differences(value)
    assert judge.good(value) == (not differences)
    assert all(d.rule and d.expected and d.kind for d in differences)
