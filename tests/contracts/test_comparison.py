"""What differs between two catalogues is told model by model and field by field."""

from __future__ import annotations

from typing import Any

import pytest
from understudy.contracts.comparison import compared, row_of
from understudy.contracts.contract import contract

FIELD = {"type": "integer", "minimum": 1, "maximum": 30, "default": 8}


def model(required: tuple[str, ...] = (), **fields: Any) -> dict[str, Any]:
    return {"id": "a/b", "kind": "image", "complete": True, "source": "observed", "where": "here",
            "schema": {"type": "object", "required": list(required), "properties": fields}}  # fmt: skip


def lines(ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    return [line for change in compared({"a/b": ours}, {"a/b": theirs}) for line in change.lines]


def test_a_catalogue_is_equal_to_itself() -> None:
    rows = {name: row_of(model) for name, model in contract("runcomfy").catalogue.models.items()}
    assert not list(compared(rows, rows))


def test_models_that_came_and_went() -> None:
    row = model(n=FIELD)
    told = [(change.sign, change.id) for change in compared({"a": row, "b": row}, {"b": row, "c": row})]
    assert told == [("+", "c"), ("-", "a")]
    assert [change.sign for change in compared({"a": row}, {"c": row}, whole=False)] == ["+"]


@pytest.mark.parametrize(("theirs", "line"), [
    (model(n=FIELD, m={"type": "string"}), "+ m  string"),
    (model(("m",), n=FIELD, m={"type": "string"}), "+ m  string, required"),
    (model(), "- n"),
    (model(n={**FIELD, "type": "number"}), '~ n  type "integer" -> "number"'),
    (model(n={**FIELD, "maximum": 50}), "~ n  maximum 30 -> 50"),
    (model(n={**FIELD, "default": 9}), "~ n  default 8 -> 9"),
    (model(n={"type": "integer", "maximum": 30, "default": 8}), "~ n  minimum 1 -> nothing"),
    (model(n={**FIELD, "enum": [1]}), "~ n  enum nothing -> [1]"),
    (model(("n",), n=FIELD), "~ n  now required"),
    ({**model(n=FIELD), "kind": "video"}, "~ makes image -> video"),
    ({**model(n=FIELD), "schema": {**model(n=FIELD)["schema"], "additionalProperties": False}},
     "~ schema additionalProperties  nothing -> false"),
])  # fmt: skip
def test_a_difference_is_one_line(theirs: dict[str, Any], line: str) -> None:
    assert lines(model(n=FIELD), theirs) == [line]


def test_a_list_of_words_is_told_by_its_words() -> None:
    old, new = model(n={"enum": ["a", "b"]}), model(n={"enum": ["c", "b"]})
    assert lines(old, new) == ['~ n  enum + "c", - "a"']
    assert not lines(old, model(n={"enum": ["b", "a"]}))


def test_prose_and_the_sample_of_what_must_be_sent_are_no_difference() -> None:
    old = model(("n",), n={"type": "string"})
    assert not lines(old, model(("n",), n={"type": "string", "default": "a tram", "title": "N", "description": "x"}))


def test_a_row_without_a_schema_says_nothing_of_fields() -> None:
    assert not lines(model(n=FIELD), {"id": "a/b"})
