"""YAML with places: values as YAML 1.2 means them, a line and a column for each, and nothing that bites."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from understudy.mocks.marked import LARGEST, Mark, Unreadable, marked


def said(text: str) -> Any:
    return marked(text.encode()).said


@pytest.mark.parametrize(
    ("word", "means"),
    [
        ("true", True), ("False", False), ("TRUE", True), ("yes", "yes"), ("on", "on"), ("null", None), ("~", None),
        ("", None), ("12", 12), ("-3", -3), ("007", 7), ("1e3", 1000.0), (".5", 0.5), ("1.", 1.0), ("1_000", "1_000"),
        ("12:30", "12:30"), ("0x1f", "0x1f"), ("2026-01-01", "2026-01-01"), (".inf", ".inf"), ("1e999", "1e999"),
        ("'12'", "12"), ('"true"', "true"), ("tRue", "tRue"), ("9" * 16, 1e16), ("out of memory", "out of memory"),
    ],
)  # fmt: skip
def test_a_word_means_what_it_means_in_yaml_1_2(word: str, means: Any) -> None:
    made = said(f"a: {word}\n")["a"]
    assert made == means
    assert type(made) is type(means)


def test_each_key_and_each_value_has_its_place() -> None:
    text = marked(b"says: x\nfaults:\n  - what: 503\n    on: poll\n  - {what: drop,\n     on: submit}\n")
    assert text.said == {"says": "x", "faults": [{"what": 503, "on": "poll"}, {"what": "drop", "on": "submit"}]}
    assert text.key(("faults",)) == Mark(2, 1)
    assert text.value(("faults", 0)) == Mark(3, 5)
    assert text.key(("faults", 0, "on")) == Mark(4, 5)
    assert text.value(("faults", 0, "on")) == Mark(4, 9)
    assert text.value(("faults", 1, "on")) == Mark(6, 10)


def test_what_is_not_there_is_where_it_should_be() -> None:
    text = marked(b"a:\n  - {b: 1}\n")
    assert text.value(("a", 0, "c", 3)) == text.value(("a", 0)) == text.key(("a", 0)) == Mark(2, 5)
    assert marked(b"").value(("a",)) == Mark(1, 1)


@pytest.mark.parametrize(
    ("text", "says", "mark"),
    [
        ("a: &x 1\n", "came &x", Mark(1, 4)),
        ("a: &x [1]\nb: *x\n", "came &x", Mark(1, 4)),
        ("&x a: 1\n", "as a key", Mark(1, 1)),
        ("a: !!python/object:os.system 1\n", "without a tag", Mark(1, 4)),
        ("a: !int 1\n", "without a tag", Mark(1, 4)),
        ("a: 1\nb: 2\na: 3\n", "came 'a' again, which line 1 has", Mark(3, 1)),
        ("a: 1\n---\nb: 2\n", "expected one document", Mark(2, 1)),
        ("[1]: 2\n", "expected a word as a key", Mark(1, 1)),
        ("a: [1\nb: 2\n", "expected YAML", Mark(2, 2)),
        ("a:\n\t- 1\n", "expected YAML", Mark(2, 1)),
        ("a: \x01\n", "expected YAML", None),
        ("[" * 200 + "]" * 200, "expected at most 32 levels", None),
        ("#" * (LARGEST + 1), f"at most {LARGEST} bytes", Mark(1, 1)),
    ],
)
def test_what_bites_or_cannot_be_read_is_refused_with_its_place(text: str, says: str, mark: Mark | None) -> None:
    with pytest.raises(Unreadable) as wrong:
        marked(text.encode())
    assert says in str(wrong.value)
    assert str(wrong.value).count(";") >= 2
    assert mark is None or wrong.value.mark == mark


def test_what_is_no_text_is_refused_with_its_line() -> None:
    with pytest.raises(Unreadable, match="expected UTF-8") as wrong:
        marked(b"a: 1\nb: \xff\n")
    assert wrong.value.mark.line == 2


TEXT = some.text(some.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_categories=("C", "Zl", "Zp")))
JSON = some.recursive(
    some.none() | some.booleans() | some.integers(-(10**14), 10**14) | some.floats(-1e9, 1e9) | TEXT,
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_what_json_says_it_says_as_well(value: Any) -> None:
    assert said(json.dumps(value, ensure_ascii=False)) == value


@given(some.binary(max_size=200) | some.text("ab:-{}[]&*!|>\n ,#'\"?%@`~", max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(Unreadable):  # anything else is a fault of ours
        assert marked(data).value(()).line >= 1
