"""What the edges promise: every word and bound of every model, each body right or wrong in the one way that it says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from understudy.contracts.catalogue import Model
from understudy.contracts.checks.asking.edges import (
    Broken,
    bad_edges,
    bad_values,
    bounds,
    breaks,
    good_edges,
    good_values,
    sound,
)
from understudy.contracts.checks.asking.values import ordinary, plain_body
from understudy.contracts.checks.subject import Ask
from understudy.contracts.contract import contract
from understudy.contracts.schema import Judge
from understudy.mocks.subjects import Ours, bearing
from understudy.tests.checks.strange import STRANGE, STRANGER, made

MODELS = list(contract("runcomfy").catalogue.models.values())
RULES = {
    "invalid-type": ["type"], "not-in-list": ["enum"], "wrong-length": ["maxLength", "maxItems"],
    "out-of-range": ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
}  # fmt: skip


@pytest.mark.parametrize("model", [*MODELS, STRANGER], ids=lambda model: model.id)
def test_every_word_and_bound_is_reached_and_every_field_left_out(model: Model) -> None:
    bodies = list(good_edges(model))
    assert all(sound(model, body) for body in bodies)
    assert len({json.dumps(body, sort_keys=True) for body in bodies}) == len(bodies)
    for name, field in model.fields.items():
        said = [body[name] for body in bodies if name in body]
        assert said, name
        assert all(word in said for word in field.get("enum", ())), name
        assert all(bound in said for key in ("minimum", "maximum") if (bound := field.get(key)) is not None
                   and not bound % field.get("multipleOf", 1)), name  # fmt: skip
        lengths = {len(value) for value in said if isinstance(value, (str, list))}
        assert {field[key] for key in ("minLength", "maxLength", "minItems", "maxItems") if key in field} <= lengths
        if name in model.media:
            texts = [text for value in said for text in (value if type(value) is list else [value])]
            assert {text[:5].lower() for text in texts} >= {"https", "data:"}
        assert any(name not in body for body in bodies) == (name not in model.schema.get("required", ())), name


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_nothing_that_is_proposed_for_a_known_model_is_thrown_away(model: Model) -> None:
    proposed = list(good_values(model.input_schema))
    assert all(sound(model, body) for body in proposed)


@pytest.mark.parametrize("model", [*MODELS, STRANGER], ids=lambda model: model.id)
def test_every_rule_of_a_model_is_broken_and_no_other_with_it(model: Model) -> None:
    seen = set()
    for body, broken in bad_edges(model):
        assert breaks(model, body, broken)
        assert broken.what
        seen.add((broken.rule, broken.where))
    assert seen >= set(owed(model.schema))


def owed(schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The rules that a schema's keywords make, told without the generator's own tables."""
    yield "bad-json", ""
    for name in schema.get("required", ()):
        yield "missing-required", f"/{name}"
    for name, field in schema["properties"].items():
        said = field if isinstance(field, dict) else {}
        where = "/" + name.replace("/", "~1")
        yield from ((rule, where) for rule, keys in RULES.items() if any(key in said for key in keys))
        if said.get("minLength") or said.get("minItems"):
            yield "wrong-length", where
        if "_uri" in said.get("format", ""):
            yield "wrong-form", where + ("/0" if said["type"] == "array" else "")
        if said.get("type") == "array" and "type" in said.get("items", {}):
            yield "invalid-type", f"{where}/0"


def test_edges_of_what_others_may_write() -> None:
    said = {name: [value[name] for value in good_edges(STRANGER) if name in value] for name in STRANGE}
    assert {8, 48} <= set(said["steps"])
    assert {1, 9} <= set(said["over"])
    assert bounds(STRANGE["between"]) == (5e-324, 0.9999999999999999)
    assert None in said["maybe"]
    assert set(said["code"]) == {"ABC"}
    assert {"auto", 1} <= set(said["either"])
    wrong = {(broken.rule, broken.where) for _, broken in bad_edges(STRANGER)}
    assert {("missing-required", "/box/x"), ("out-of-range", "/box/x"), ("invalid-type", "/box/on"),
            ("wrong-length", "/grid/0"), ("invalid-type", "/grid/0/0"), ("wrong-form", "/code"),
            ("not-in-list", "/one"), ("invalid-type", "/a~1b")} <= wrong  # fmt: skip


@pytest.mark.parametrize("name", [name for name in STRANGE if name != "whatever"])
def test_an_ordinary_value_is_a_right_one(name: str) -> None:
    assert Judge(STRANGE[name]).good(ordinary(STRANGE[name]))
    assert Judge(STRANGER.schema).good(plain_body(STRANGER.schema, whole=True))


def test_where_no_data_uri_is_taken_none_is_right() -> None:
    field = {"type": "string", "format": "image_uri"}
    model = made({"type": "object", "properties": {"image": field}}, data_uris=False)
    assert not [body for body in good_edges(model) if body.get("image", "").lower().startswith("data:")]
    assert "a data URI where an address is asked for" in [broken.what for _, broken in bad_edges(model)]


def test_a_body_that_breaks_two_rules_or_another_one_is_none_of_ours() -> None:
    model = contract("runcomfy").catalogue.models["tongyi-mai/z-image/turbo"]
    right = {"prompt": "a tram", "num_images": 1}
    assert breaks(model, {**right, "num_images": 9}, Broken("out-of-range", "/num_images", ""))
    assert not breaks(model, {**right, "num_images": 9}, Broken("out-of-range", "/seed", ""))
    assert not breaks(model, {**right, "num_images": 9, "seed": "5"}, Broken("out-of-range", "/num_images", ""))
    assert not breaks(model, {**right, "num_imagse": 1}, Broken("unknown-field", "/num_images", ""))
    assert not breaks(model, right, Broken("out-of-range", "/num_images", ""))


@pytest.mark.more
def test_the_stand_in_takes_and_refuses_them_all() -> None:
    ours = Ours("runcomfy", socket=False)
    headers = (*bearing("runcomfy", ours.key).items(), ("Content-Type", "application/json"))
    try:
        for model in MODELS[::3]:
            asked = [*((body, None) for body in good_edges(model)), *bad_edges(model)]
            for body, broken in asked:
                said = ours.send(Ask("POST", f"/v1/models/{model.id}", headers, json.dumps(body).encode()))
                assert said.status == (422 if broken else 200), (model.id, body, said.json)
    finally:
        ours.close()


def test_a_bad_value_names_its_place() -> None:
    assert {broken.where for _, broken in bad_values({"type": "integer", "maximum": 3}, ("a/b", 0))} == {"/a~1b/0"}
