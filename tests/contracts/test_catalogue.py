"""A catalogue with more models than its table: what is shared, what is new, and what each kind makes."""

from __future__ import annotations

from typing import Any

import pytest
from understudy.contracts.catalogue import Catalogue, Model
from understudy.contracts.contract import contract
from understudy.contracts.models_file import checked

HOUSE = contract("runcomfy")
TURBO = "tongyi-mai/z-image/turbo"


def row(name: str, **more: Any) -> dict[str, Any]:
    return checked({"id": name, **more}, "the model", "test")


def test_another_model_is_added_and_all_else_is_shared() -> None:
    more = HOUSE.with_models([row("acme/new/text-to-video")])
    assert set(more.catalogue.models) - set(HOUSE.catalogue.models) == {"acme/new/text-to-video"}
    assert more.catalogue.models[TURBO] is HOUSE.catalogue.models[TURBO], "no validator is compiled anew"
    assert more.operations is HOUSE.operations
    assert "acme/new/text-to-video" not in HOUSE.catalogue.models


def test_the_newer_counts_and_what_was_worked_out_for_the_older_does_not() -> None:
    older = HOUSE.with_models([row("acme/new", kind="image")])
    assert older.catalogue.outcome(older.catalogue.models["acme/new"], {}).kind == "image"
    newer = older.with_models([row("acme/new", kind="audio")])
    assert newer.catalogue.outcome(newer.catalogue.models["acme/new"], {}).format == "mp3"
    assert older.catalogue.models["acme/new"].kind == "image"


@pytest.mark.parametrize(("kind", "form", "sized", "lasts"), [
    ("image", "png", True, True), ("video", "mp4", True, True), ("audio", "mp3", False, True),
    ("3d", "glb", False, False), ("text", "txt", False, False), ("lora", "safetensors", False, False),
])  # fmt: skip
def test_every_kind_has_an_outcome_though_no_table_of_the_provider_names_it(
    kind: str, form: str, sized: bool, lasts: bool
) -> None:
    house = HOUSE.with_models([row("acme/new", kind=kind)]).catalogue
    made = house.outcome(house.models["acme/new"], {"width": 64, "height": 32, "duration": 7})
    assert (made.kind, made.format, made.count) == (kind, form, 1)
    assert (made.width, made.height) == ((64, 32) if sized else (0, 0))
    assert made.seconds == (7 if lasts else 0)


def test_a_guessed_model_is_made_once_and_so_many_are_kept() -> None:
    house = HOUSE.catalogue.plus([])
    found = house.find("acme/some/t2v", guess=True)
    assert found is not None
    assert (found.kind, found.complete, found.listed, found.source) == ("video", False, False, "inferred")
    assert house.find("acme/some/t2v", guess=True) is found
    assert house.find("acme/some/t2v", guess=False) is None
    for number in range(3000):
        house.find(f"acme/{number}", guess=True)
    assert len(house._guessed) < 2000


ODD: list[Any] = [
    True, {}, {"anyOf": [{"type": "integer", "minimum": 3}, {"type": "null"}]}, {"type": ["string", "null"]},
    {"type": "object"}, {"type": "array"}, {"$ref": "#/$defs/part"}, {"format": "image_uri"},
    {"format": "image_uris", "type": "array"}, {"const": 3}, {"enum": []}, {"examples": ["x"]},
]  # fmt: skip


@pytest.mark.parametrize("field", ODD, ids=str)
def test_fields_as_others_write_them_are_understood(field: Any) -> None:
    schema = {"type": "object", "required": ["a"], "properties": {"a": field}, "$defs": {"part": {"type": "integer"}}}
    model = Model({**row("acme/new", kind="image"), "complete": True, "schema": schema}, {})
    house = Catalogue([], HOUSE.facts.media)
    assert set(model.example()) == {"a"}
    assert model.shape[0] == "image"
    values: list[Any] = [1, "x", None, ["x"], {}]
    for value in values:
        model.check({"a": value})
        house.outcome(model, {"a": value})
    assert [finding.rule for finding in model.check({})] == ["missing-required"]
