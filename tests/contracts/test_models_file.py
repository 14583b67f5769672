"""Models files: short rows become whole, several forms are read, and what cannot be is told with its row and cure."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from understudy.contracts.contract import contract
from understudy.contracts.models_file import BadModels, checked, read, versions

ID = "acme/new/text-to-video"
SCHEMA = {"type": "object", "required": ["prompt"], "properties": {"prompt": {"type": "string"}}}
LIST = [{"id": ID}]


def written(folder: Path, value: Any, name: str = "m.json") -> str:
    path = folder / name
    value = {"runcomfy": value} if isinstance(value, list) else value  # whose they are is to be said
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("value", [
    LIST, {"provider": "runcomfy", "models": LIST},
    {"provider": "runcomfy", "models": LIST, "made_by": "hand", "sha256": {}},
])  # fmt: skip
def test_the_forms_of_a_file(tmp_path: Path, value: Any) -> None:
    promise = contract("runcomfy", models=written(tmp_path, value))
    model = promise.catalogue.models[ID]
    assert (model.kind, model.complete, model.source, model.where) == ("video", False, "observed", "m.json")
    assert [finding.rule for finding in model.check({"any": 1})] == ["unverified-field"]


def test_yaml_is_read_by_its_name(tmp_path: Path) -> None:
    path = written(tmp_path, f"# mine\nruncomfy:\n  - id: {ID}\n    kind: 3d\n", "m.yaml")
    assert contract("runcomfy", models=path).catalogue.models[ID].kind == "3d"


def test_a_schema_makes_a_model_whole_and_its_bodies_are_judged(tmp_path: Path) -> None:
    model = contract("runcomfy", models=written(tmp_path, [{"id": ID, "schema": SCHEMA}])).catalogue.models[ID]
    assert model.complete
    assert [f.rule for f in model.check({"prompt": 1, "promt": 2})] == ["invalid-type", "unknown-field"]
    assert not model.check({"prompt": "x"})


def test_the_houses_own_table_is_a_models_file() -> None:
    path = Path(__file__).parents[2] / "contracts" / "runcomfy" / "models.json"
    assert len(read(versions(str(path))[0])["runcomfy"]) == 152


def test_of_several_files_the_later_counts_and_a_known_model_is_replaced(tmp_path: Path) -> None:
    turbo = "tongyi-mai/z-image/turbo"
    one = written(tmp_path, [{"id": ID, "kind": "image"}, {"id": turbo}], "one.json")
    two = written(tmp_path, [{"id": ID, "kind": "audio"}], "two.json")
    models = contract("runcomfy", models=f"{one}, {two}").catalogue.models
    assert (models[ID].kind, models[turbo].complete) == ("audio", False)
    assert contract("runcomfy").catalogue.models[turbo].complete


def test_a_file_that_changed_is_read_anew_and_else_once(tmp_path: Path) -> None:
    path = written(tmp_path, LIST)
    assert contract("runcomfy", models=path) is contract("runcomfy", models=path)
    written(tmp_path, [{"id": ID, "kind": "audio"}])
    os.utime(path, (1, 1))
    assert contract("runcomfy", models=path).catalogue.models[ID].kind == "audio"


NONSENSE = {"type": "object", "properties": {"n": {"type": "float"}}}
BAD: list[tuple[Any, str, str]] = [
    ([{"id": ID, "knd": "image"}], "row 1 of", "came 'knd'; did you mean kind?"),
    ([{"id": ID}, {"id": "b", "colour": 1}], "row 2 of", "came 'colour'; take it out"),
    ([{"id": ID, "kind": "vido"}], "kind of row 1", "did you mean video?"),
    ([{"id": ID, "source": "seen"}], "source of row 1", "documented, observed, inferred; came 'seen'"),
    ([{"kind": "image"}], "row 1 of", "came no id"),
    (["acme/x"], "row 1 of", 'came "acme/x"'),
    ([{"id": 7}], "id of row 1", "came 7"),
    ([{"id": "a b"}], "id of row 1", "came 'a b'"),
    ([{"id": "a/../{b}"}], "id of row 1", "write it as in the path"),
    ([{"id": "/a"}], "id of row 1", "came '/a'"),
    ([{"id": ID, "complete": "yes"}], "complete of row 1", "true or false; came 'yes'"),
    ([{"id": ID, "complete": True}], "complete of row 1", "add the schema"),
    ([{"id": ID, "where": ""}], "where of row 1", "to be text"),
    ([{"id": ID, "schema": NONSENSE}], "/schema/properties/n/type of row 1", 'came "float"; did you mean number?'),
    ([{"id": ID, "schema": {"type": "strin"}}], "schema of row 1", 'came "strin"'),
    ([{"id": ID, "schema": {"properties": {"n": {"type": "strin"}}}}], "/schema/properties/n/type", "mean string?"),
    ([{"id": ID, "schema": {"properties": {"n": {"minimum": "x"}}}}], "/schema/properties/n/minimum", "correct it"),
    ([{"id": ID, "schema": {"$ref": "http://127.0.0.1:9/x"}}], "/schema of row 1", "9/x is not fetched"),
    ([{"id": ID, "schema": []}], "schema of row 1", "one of an object; came []"),
    ([{"id": ID}, {"id": ID}], "each id once", "twice"),
    ({"runcmfy": LIST}, "expected a provider", "did you mean runcomfy?"),
    ({"runcomfy": {"id": ID}}, "expected a list of rows for runcomfy", "write {"),
    ({"provider": "runcomfy", "models": LIST, "modles": 1}, "expected a provider", "came 'modles'"),
    ({"models": LIST}, "to say whose models it holds", "write {"), (json.dumps(LIST), "to say whose", "write {"),
    ([], "", ""), ({}, "expected rows of models", "came {}"), ("7", "expected rows of models", "came 7"),
    ("{", "to be JSON", "correct the file"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "what", "cure"), BAD, ids=lambda value: str(value)[:40])
def test_what_cannot_be_is_told_with_its_row_and_cure(tmp_path: Path, value: Any, what: str, cure: str) -> None:
    path = written(tmp_path, value)
    if not what:
        assert read(versions(path)[0]) == {"runcomfy": ()}, "an empty list is a list"
        return
    with pytest.raises(BadModels) as wrong:
        contract("runcomfy", models=path)
    said = str(wrong.value)
    assert said.startswith("expected ")
    assert "; came " in said
    assert what in said
    assert cure in said


@pytest.mark.parametrize("name", ["none.json", "."])
def test_a_file_that_is_none_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadModels, match=r"expected .* file; came"):
        contract("runcomfy", models=str(tmp_path / name))


def test_bad_yaml_and_yaml_that_is_no_json_are_told(tmp_path: Path) -> None:
    with pytest.raises(BadModels, match="to be YAML"):
        contract("runcomfy", models=written(tmp_path, "a: [", "a.yaml"))
    text = f"runcomfy:\n- id: {ID}\n  schema: {{type: object, properties: {{n: {{default: 2026-01-01}}}}, 7: x}}\n"
    with pytest.raises(BadModels, match="to be JSON"):
        contract("runcomfy", models=written(tmp_path, text, "b.yaml"))


def test_a_row_is_left_as_it_came() -> None:
    row = {"id": ID}
    assert checked(row, "the model", "here")["where"] == "here"
    assert row == {"id": ID}
