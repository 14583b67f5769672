"""What a task must be, whatever its type: forms, models of one's own, and models that nobody knows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from understudy.contracts.codes import Codes
from understudy.contracts.contract import contract
from understudy.contracts.document import read
from understudy.contracts.finding import Finding
from understudy.contracts.models_file import BadModels
from understudy.mocks.runware.dialect import Runware
from understudy.tests.runware.asking import image, post, runware, uuid, wrong

PROMISE = contract("runware")
ODD: tuple[Any, ...] = (None, True, -1, 1.5, 10**30, "", "\x00", [], [[]], {}, {"": {}}, [None, {}])
OWN = "acme:7@1"
SCHEMA = {"type": "object", "required": ["positivePrompt"], "additionalProperties": False,
          "properties": {"positivePrompt": {"type": "string", "maxLength": 10}}}  # fmt: skip


@pytest.mark.parametrize("name", PROMISE.forms)
def test_a_task_of_any_type_is_refused_without_an_id(name: str) -> None:
    if name in PROMISE.bundle.idless:  # type: ignore[union-attr]  # it has one
        return
    with runware() as handle:
        assert "invalidTaskUUID" in {each["code"] for each in wrong(handle, {"taskType": name})}


@pytest.mark.parametrize("name", [name for name in PROMISE.forms if name in Runware.routes])
def test_no_value_of_a_wrong_type_is_a_fault_of_ours(name: str) -> None:
    fields = PROMISE.forms[name].fields
    with runware() as handle:
        for field in fields:
            for at, value in enumerate(ODD):
                task = {"taskType": name, "taskUUID": uuid(at), field: value}
                if field == "apiKey":
                    continue
                answer = post(handle, [task])
                assert answer.status_code < 500, task
                assert answer.json().keys() <= {"data", "errors"}


def test_each_way_to_be_wrong_has_a_code_of_its_own_and_a_row() -> None:
    for family in (row for rows in read("runware", "codes")["families"].values() for row in rows):
        assert PROMISE.errors[family["reason"]]["name"] == family["code"]


def test_where_no_order_is_known_findings_are_told_as_they_come() -> None:
    one, two = (Finding("unknown-field", "broken", f"/{name}", "", "", "", reason="invalid-input") for name in "ab")
    assert Codes({}).sorted([two, one]) == (two, one)
    assert Codes({}).first([two, one, two]) == [two, one]
    assert not Codes({}).billing_first


def test_a_model_of_ones_own_is_taken_and_judged() -> None:
    with runware() as handle:
        assert wrong(handle, image(model=OWN, width=None, height=None))[0]["code"] == "invalidModel"
        model = handle.add_model(OWN, kind="image", schema=SCHEMA)
        assert (model.form, model.kind) == ("imageInference", "image")
        task = image(model=OWN, width=None, height=None)
        assert wrong(handle, {**task, "colour": 1})[0]["parameter"] == "colour"
        assert wrong(handle, {**task, "positivePrompt": "x" * 11})[0]["code"] == "invalidPositivePrompt"
        assert post(handle, [task]).status_code == 200


def test_a_model_without_a_schema_takes_what_all_of_its_type_take_and_more() -> None:
    with runware() as handle:
        handle.add_model(OWN)
        assert post(handle, [image(model=OWN, colour="red")]).status_code == 200
        assert wrong(handle, image(2, model=OWN, numberResults=0))[0]["code"] == "invalidValue"
        handle.reset()
        assert wrong(handle, image(3, model=OWN))[0]["code"] == "invalidModel"


@pytest.mark.parametrize(("row", "form", "kind"), [
    ({"id": OWN, "kind": "video"}, "videoInference", "video"), ({"id": OWN, "kind": "3d"}, "3dInference", "3d"),
    ({"id": OWN, "form": "upscale"}, "upscale", "image"), ({"id": OWN}, "imageInference", "image"),
    ({"id": "acme:text-to-video@2"}, "videoInference", "video"), ({"id": OWN, "kind": "lora"}, "training", "lora"),
    ({"id": "bria:2@1"}, "removeBackground", "image"), ({"id": "bria:2@1", "kind": "text"}, "textInference", "text"),
])  # fmt: skip
def test_which_tasks_a_model_of_a_file_is_for(tmp_path: Path, row: dict[str, Any], form: str, kind: str) -> None:
    path = tmp_path / "models.json"
    path.write_text(json.dumps([row]), encoding="utf-8")  # a list whose names are Runware's needs no provider
    model = contract("runware", models=str(path)).catalogue.models[row["id"]]
    assert (model.form, model.kind) == (form, kind)
    assert row["id"] not in contract("runcomfy", models=str(path)).catalogue.models


def test_a_type_of_task_that_nobody_knows_is_told_with_the_nearest() -> None:
    with runware() as handle, pytest.raises(BadModels, match=r"came 'imageInferense'; did you mean imageInference\?"):
        handle.add_model(OWN, form="imageInferense")


def test_unknown_models_may_be_let_in() -> None:
    with runware(unknown_models="accept") as handle:
        assert post(handle, [image(model=OWN)]).status_code == 200
        (finding,) = handle.requests()[-1].findings
        assert (finding.rule, finding.severity) == ("unknown-model", "doubtful")
        assert handle.tasks.one().order.media[0].kind == "image"
        for name in ("acme", "acme:1", "a b:1@1", "@", ""):
            assert wrong(handle, image(2, model=name))[0]["code"] == "invalidModel"
        assert wrong(handle, image(2, model="klingai:kling-video@3-standard"))[0]["code"] == "invalidModel"
        assert wrong(handle, image(2, model=OWN, taskUUID="x"))[0]["code"] == "invalidTaskUUID"


def test_a_model_of_another_type_is_told_with_its_own() -> None:
    with runware() as handle:
        wrong(handle, image(model="klingai:kling-video@3-standard"))
        (finding,) = (each for each in handle.requests()[-1].findings if each.rule == "unknown-model")
        assert finding.cure.startswith("send it as a task of videoInference; nearest for imageInference: ")


def test_what_a_type_was_called_before_is_taken_as_it_is() -> None:
    with runware() as handle:
        (said,) = wrong(handle, {"taskType": "imageUpscale", "taskUUID": uuid(), "model": "nobody:1@1"})
        assert (said["code"], said["taskType"]) == ("invalidModel", "imageUpscale")
