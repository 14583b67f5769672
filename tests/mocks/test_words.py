"""The director's words: one truth for keywords, files and pages, and each mistake told so that it can be mended."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, get_type_hints

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as some
from understudy.mocks import words
from understudy.mocks.desk import Bend, Life, Which
from understudy.mocks.engine.fault import CHANNELS, KINDS, Fault
from understudy.mocks.engine.medium import FLAWS, FORMATS
from understudy.mocks.engine.output import KEYS
from understudy.mocks.engine.script import Script
from understudy.mocks.engine.wish import BOOKKEEPING

DEFS = words.schema()["$defs"]


def told(part: str) -> set[str]:
    return set(DEFS[part]["properties"])


def test_the_keywords_of_python_are_the_words_of_a_file() -> None:
    """But for functions, which no file can hold, and for what a wish is, which is said first."""
    assert set(get_type_hints(Life)) - {"when"} == told("script")
    assert set(get_type_hints(Which)) - {"when"} == told("refusal") - {"error"}
    assert set(get_type_hints(Bend)) == told("fault") - {"what"}


def test_a_wish_holds_what_is_said_of_it() -> None:
    own = {row.name for row in fields(Script)} - set(BOOKKEEPING)
    assert own - {"when", "refuses"} == told("script")
    assert {row.name for row in fields(Fault)} - set(BOOKKEEPING) == told("fault")


def test_the_lists_of_words_are_those_of_the_engine() -> None:
    assert DEFS["fault"]["properties"]["what"]["oneOf"][1]["enum"] == list(KINDS)
    assert all(channel in DEFS["fault"]["properties"]["on"]["description"] for channel in CHANNELS)
    output = DEFS["output"]["oneOf"][1]["properties"]
    assert tuple(output) == KEYS
    assert output["kind"]["enum"] == DEFS["output"]["oneOf"][0]["enum"] == list(FORMATS)
    assert output["flaw"]["enum"] == [flaw for flaw in FLAWS if flaw]
    assert set(output["format"]["description"].split()) == {form for forms in FORMATS.values() for form in forms}


def test_the_schema_is_one() -> None:
    jsonschema_rs.meta.validate(words.schema())


@pytest.mark.parametrize(
    ("said", "path", "text"),
    [
        ({"faults": [{"what": 503, "tims": 2}]}, ("faults", 0, "tims"), 'came "tims"; did you mean times?'),
        ({"faults": [{"what": "dorp"}]}, ("faults", 0, "what"), 'came "dorp"; did you mean drop?'),
        ({"faults": [{"what": 399}]}, ("faults", 0, "what"), "expected a whole number from 400 to 599, or one of"),
        ({"faults": [{"on": "poll"}]}, ("faults", 0), "expected what to be there"),
        ({"faults": [{"what": 503, "times": "often"}]}, ("faults", 0, "times"), "1 or more, or always; came"),
        ({"faults": [{"what": 503, "until": 0}]}, ("faults", 0, "until"), "expected a number above 0; came 0"),
        ({"faults": [{"what": 503, "probability": 2}]}, ("faults", 0, "probability"), "above 0, at most 1; came 2"),
        ({"scripts": [{"queued": {"unifrm": [1, 2]}}]}, ("scripts", 0, "queued", "unifrm"), "did you mean uniform?"),
        ({"scripts": [{"running": {"lognormal": [1]}}]}, ("scripts", 0, "running", "lognormal"), "a list of 2"),
        ({"scripts": [{"outputs": [{"flaw": "corupt"}]}]}, ("scripts", 0, "outputs", 0, "flaw"), "mean corrupt?"),
        ({"scripts": [{"outputs": "imag"}]}, ("scripts", 0, "outputs"), "did you mean image?"),
        ({"scripts": None}, ("scripts",), "expected a list; came null; write it behind the colon"),
        ({"webhooks": [{"status": 100}]}, ("webhooks", 0, "status"), "from 200 to 599; came 100; the status"),
        ({"refuse_next": [{}]}, ("refuse_next", 0), "expected error to be there"),
        ([], (), "expected a table of says, provider"),
        (None, (), "came null"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place_and_its_cure(said: Any, path: tuple[Any, ...], text: str) -> None:
    found = [each for each in words.mistakes(said) if each.path == path]
    assert any(text in each.text for each in found), words.mistakes(said)
    assert all(each.text.startswith("expected ") and each.text.count(";") == 2 for each in found)


def test_every_mistake_is_told() -> None:
    said = {"says": 1, "bad": 2, "scripts": [{"nth": 0}, {"times": 0}], "faults": [{"what": "x", "on": 3}]}
    assert len(words.mistakes(said)) == 6


LEAVES = some.sampled_from([None, True, 0, 1, -1, 2.5, 503, "always", "image", "drop", "x", "before"])
NAMES = some.sampled_from([*words.schema()["properties"], *sorted({name for part in DEFS.values()
                           for name in part.get("properties", {})}), "uniform", "lognormal", "x"])  # fmt: skip
VALUES = some.recursive(
    LEAVES, lambda inner: some.lists(inner, max_size=3) | some.dictionaries(NAMES, inner, max_size=4), max_leaves=8
)


WISHES = some.lists(some.dictionaries(NAMES, VALUES, max_size=3), max_size=2)


@given(some.dictionaries(NAMES, VALUES | WISHES, max_size=4))
def test_there_is_a_mistake_where_the_schema_says_so(said: Any) -> None:
    good = jsonschema_rs.Draft202012Validator(words.schema()).is_valid(said)
    assert (not words.mistakes(said)) is good


@pytest.mark.parametrize("part", ["scenario", "script", "refusal", "fault", "output", "answer"])
def test_a_table_has_a_row_of_each_word(part: str) -> None:
    rows = list(words.table(part))[2:]
    assert len(rows) >= 3
    assert all(row.count("|") == 4 and not row.endswith("| |") for row in rows)
