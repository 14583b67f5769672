"""Runware's data: the counts, every row of the published page, what wins over what, and numbers at their edges."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # its stubs are not among what this house asks for
import jsonschema_rs
import pytest
import yaml
from understudy.contracts.between import JUDGES, broken
from understudy.contracts.forms import formed, over
from understudy.contracts.kind import KINDS

ROOT = Path(__file__).parents[2]
HOME = ROOT / "contracts" / "runware"
TURBO = "runware:z-image@turbo"
UUID = "f340734a-e1b5-4720-8a2f-108418dc9b14"
ORDER = {"taskType": "imageInference", "taskUUID": UUID, "model": TURBO, "positivePrompt": "a red tram in the rain",
         "width": 1024, "height": 768}  # fmt: skip
ROWS = [line for line in (ROOT / "tests/golden/runware_page.txt").read_text("utf-8").splitlines() if line[0] != "#"]
BESIDE = ("source", "where", "x-media")

TASKS = json.loads((HOME / "tasks.json").read_bytes())
MODELS = json.loads((HOME / "models.json").read_bytes())
ALL = {row["id"]: row for row in formed(MODELS, TASKS)}
ERRORS, CODES = (yaml.safe_load((HOME / f"{name}.yaml").read_bytes()) for name in ("errors", "codes"))


def judge(schema: dict[str, Any]) -> Any:
    return jsonschema_rs.Draft202012Validator(schema)


def turbo() -> dict[str, Any]:
    schema: dict[str, Any] = ALL[TURBO]["schema"]
    return schema


def found(schema: dict[str, Any], name: str) -> tuple[dict[str, Any], bool]:
    """The field at `a.b` or `a[].b`, and whether what it stands in requires it."""
    needed = False
    for step in name.replace("[]", ".[]").split("."):
        if step == "[]":
            schema = schema["items"]
            continue
        needed = step in schema.get("required", [])
        schema = schema["properties"][step]
    return schema, needed


def expected(row: str) -> tuple[str, bool, dict[str, Any]]:
    """A row of the page as the schema that stands for it."""
    name, _, told = row.partition(": ")
    kind, *words = told.split()
    said = dict(word.split("=", 1) for word in words if "=" in word)
    schema: dict[str, Any] = {"type": {"float": "number", "objects": "array"}.get(kind, kind)}
    bounds = ("minLength", "maxLength") if kind == "string" else ("minimum", "maximum")
    keys = dict(zip(("min", "max", "step", "items", "default", "value"),
                    (*bounds, "multipleOf" if kind == "integer" else "x-step", "minItems", "default", "const"),
                    strict=True))  # fmt: skip
    for word, value in said.items():
        if word == "words":
            schema["enum"] = TASKS["enums"]["scheduler75"] if value == "(75)" else value.split(",")
        else:
            schema[keys[word]] = value if kind == "string" and word in ("default", "value") else json.loads(value)
    for form in {"uuid4", "uri"} & set(words):
        schema["format"] = form
    return name, "required" in words, schema


@pytest.mark.parametrize("row", ROWS)
def test_every_row_of_the_page_is_in_the_table_as_it_stands_there(row: str) -> None:
    name, required, schema = expected(row)
    field, needed = found(turbo(), name)
    below = ("properties", "required", "items", "additionalProperties", "pattern", *BESIDE)
    assert {key: value for key, value in field.items() if key not in below} == schema
    assert needed is required


def test_the_page_has_67_rows_and_the_table_three_names_more() -> None:
    def names(schema: dict[str, Any], at: str = "") -> Iterator[str]:
        for name, field in schema.get("properties", {}).items():
            yield at + name
            yield from names(field, f"{at}{name}.")
            yield from names(field.get("items", {}), f"{at}{name}[].")

    own = next(row for row in MODELS["models"] if row["id"] == TURBO)["schema"]
    listed = [row.partition(":")[0] for row in ROWS]
    assert len(listed) == len(set(listed)) == 67
    assert set(names(own)) - set(listed) == {"inputs", "routing", "advancedFeatures", "ultralytics.inpaintSize"}


def test_the_counts() -> None:
    assert (len(ALL), len(MODELS["architectures"]), len(TASKS["forms"]), len(TASKS["results"])) == (363, 15, 24, 24)
    assert len(set(TASKS["enums"]["scheduler75"])) == 75
    assert Counter(row["form"] for row in ALL.values()) == {
        "imageInference": 140, "videoInference": 98, "textInference": 22, "audioInference": 20, "upscale": 15,
        "imageMasking": 15, "removeBackground": 13, "controlNetPreprocess": 12, "3dInference": 7, "caption": 7,
        "training": 6, "vectorize": 6, "tools": 1, "promptEnhance": 1}  # fmt: skip
    quoted = {"invalidSeedImage", "failedToTransferImage"}  # by public clients, beside those of the SDKs
    assert len({row["name"] for row in ERRORS} - {"missingTaskType"} - quoted) == 114
    assert len({row["reason"] for row in ERRORS}) == len(ERRORS) == 127


def test_equal_parameters_stand_once() -> None:
    told = [json.dumps(shape, sort_keys=True) for shape in MODELS["shapes"].values()]
    assert len(told) == len(set(told))
    used = {row.get("shape") for row in (*MODELS["models"], *MODELS["architectures"].values())}
    assert used - {None} == set(MODELS["shapes"])


@pytest.mark.parametrize("name", list(TASKS["forms"]))
def test_every_form_and_result_is_a_schema_and_says_where_it_is_from(name: str) -> None:
    for part in ("forms", "results"):
        schema = TASKS[part][name]
        jsonschema.Draft202012Validator.check_schema(schema)
        judge(schema)
        assert schema["source"] in ("documented", "observed", "inferred")
        assert schema["where"]
    assert {row["kind"] for row in TASKS["forms"][name].get("between", ())} <= set(JUDGES)


@pytest.mark.parametrize("part", ["forms", "results"])
def test_the_last_key_of_a_result_is_what_it_cost_and_the_first_what_it_is(part: str) -> None:
    for name, schema in TASKS[part].items():
        assert next(iter(schema["properties"])) == "taskType", name
    for name, schema in TASKS["results"].items():
        assert "cost" not in list(schema["properties"])[:-1], name
    assert list(TASKS["results"]["imageInference"]["properties"]) == [
        "taskType", "taskUUID", "imageUUID", "imageURL", "imageBase64Data", "imageDataURI", "seed", "NSFWContent",
        "cost"]  # fmt: skip


def test_every_models_schema_compiles_and_its_kind_is_the_houses() -> None:
    for row in ALL.values():
        judge(row["schema"])
        assert row["kind"] in KINDS
        assert {each["kind"] for each in row["schema"]["between"]} <= set(JUDGES)
        assert not {"width", "height"} & set(row["schema"]["required"]), row["id"]


def test_the_kind_of_a_model_is_what_it_makes() -> None:
    kinds = {name: ALL[name]["kind"] for name in (TURBO, "bria:51@1", "bria:2@1", "recraft:1@1", "runware:ffmpeg@0")}
    assert list(kinds.values()) == ["image", "video", "image", "image", "video"]
    assert {row["kind"] for row in ALL.values() if row["form"] == "upscale"} == {"image", "video"}


def test_models_that_their_makers_judge_take_any_key() -> None:
    loose = {name.split("@")[0].split(":")[0] for name, row in ALL.items()
             if row["schema"].get("additionalProperties") is not False}  # fmt: skip
    assert loose == {"google", "luma", "sourceful", "vidu"}
    assert ALL["google:veo@3.1-lite"]["schema"]["additionalProperties"] is False  # none of those that were seen
    assert [name for name in ALL if name.startswith("vidu:") and not ALL[name]["schema"].get("additionalProperties", 1)]


# What wins: the model's bounds, then its types, then the form's, then names of elder documents.


def test_the_page_wins_whole() -> None:
    fields = turbo()["properties"]
    assert fields["safety"]["properties"]["mode"]["enum"] == ["none", "fast"]  # the form has full as well
    assert fields["steps"]["maximum"] == 50  # 100 in elder documents
    assert "default" not in fields["CFGScale"]
    assert "clipSkip" not in fields


def test_a_type_takes_nothing_from_elder_documents_and_bounds_from_the_form() -> None:
    fields = ALL["klingai:kling-video@3-standard"]["schema"]["properties"]
    assert fields["width"] == {"type": "integer"}
    assert fields["numberResults"] == {"type": "integer", "minimum": 1, "maximum": 4, "default": 1}
    assert fields["deliveryMethod"]["enum"] == ["async"]


def test_an_elder_name_is_known_to_a_model_where_it_leads_to_one_of_today() -> None:
    assert {"seedImage", "maskImage", "checkNSFW"} <= set(turbo()["properties"])
    assert not {"referenceImages", "puLID", "vae"} & set(turbo()["properties"])
    assert "referenceImages" in ALL["runware:101@1"]["schema"]["properties"]
    assert "puLID" in ALL["runware:101@1"]["schema"]["properties"]  # which has pulid


def test_an_elder_name_is_never_required_and_brings_its_own_bounds() -> None:
    for name, form in TASKS["forms"].items():
        elder = {key for key, field in form["properties"].items() if field.get("x-legacy")}
        assert not elder & set(form["required"]), name
    assert TASKS["forms"]["imageInference"]["properties"]["steps"]["maximum"] == 100
    assert TASKS["forms"]["photoMaker"]["required"] == [
        "taskType", "taskUUID", "inputImages", "positivePrompt", "width", "height"]  # fmt: skip


def test_laying_over_keeps_what_the_model_says() -> None:
    form = {"properties": {"a": {"type": "integer", "maximum": 9}, "b": {"maximum": 9, "x-legacy": True}}}
    own = {"properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}}
    assert over(form, own, whole=False)["properties"] == {
        "a": {"type": "integer", "maximum": 9},
        "b": {"type": "integer"},
    }
    assert over(form, own, whole=True)["properties"] == own["properties"]


# Values.


def taken(**more: Any) -> bool:
    schema, body = turbo(), ORDER | more
    return bool(judge(schema).is_valid(body)) and not list(broken(schema["between"], schema, body))


def test_the_examples_of_the_page_are_taken() -> None:
    for width, height, seed, scale in ((1024, 768, 96688, 3.5), (1344, 768, 73536, 3.5), (1024, 768, 33933, 2.5)):
        assert taken(width=width, height=height, seed=seed, CFGScale=scale, steps=4)


BOUNDED = [expected(row)[::2] for row in ROWS if " min=" in row or " max=" in row]


@pytest.mark.parametrize(("name", "schema"), BOUNDED, ids=[name for name, _ in BOUNDED])
def test_a_bound_is_taken_and_what_is_past_it_is_not(name: str, schema: dict[str, Any]) -> None:
    field, step = found(turbo(), name)[0], schema.get("multipleOf", schema.get("x-step", 1))
    text = schema["type"] == "string"
    for word, past in (("min", -1), ("max", 1)):
        bound = schema.get(f"{word}Length" if text else f"{word}imum")
        if bound is not None:
            beyond = bound + past * (1 if text else Fraction(str(step)))
            number = int(beyond) if beyond == int(beyond) else float(beyond)
            values = ("x" * bound, "x" * int(beyond)) if text else (bound, number)
            assert [judge(field).is_valid(value) for value in values] == [True, False]


def test_every_scheduler_is_taken_and_no_other() -> None:
    assert all(taken(scheduler=word) for word in TASKS["enums"]["scheduler75"])
    assert not taken(scheduler="euler")


def test_all_2001_scales_are_taken_by_two_validators_and_nothing_between() -> None:
    schema = turbo()
    field = {**schema["properties"]["CFGScale"]}
    other = jsonschema.Draft202012Validator(field)
    for k in range(2001):
        assert judge(field).is_valid(k / 100), k
        assert other.is_valid(k / 100), k
        assert not list(broken([], schema, {"CFGScale": k / 100})), k
    for off in (0.005, 3.141, 0.001):
        assert list(broken([], schema, {"CFGScale": off}))


@pytest.mark.parametrize("seed", [0, 1, 2**53 + 1, 2**63 - 1])
def test_a_seed_of_63_bits_is_taken(seed: int) -> None:
    assert taken(seed=seed)


@pytest.mark.parametrize("seed", [-1, 2**63, 2**64, 10**30, 0.5, "1"])
def test_another_seed_is_not(seed: Any) -> None:
    assert not taken(seed=seed)
    assert not jsonschema.Draft202012Validator(turbo()["properties"]["seed"]).is_valid(seed)


@pytest.mark.parametrize("more", [
    {"taskUUID": "f340734a-e1b5-1720-8a2f-108418dc9b14"}, {"taskUUID": UUID[:-1]}, {"webhookURL": "ftp://a"},
    {"webhookURL": ""}, {"inputs": {"referenceImages": []}}, {"clipSkip": 1}, {"lora": []}, {"lora": [{"weight": 1}]},
    {"lora": [{"model": "a", "weight": 0.005}]}, {"controlNet": [{"model": "a"}]}, {"ultralytics": {"CFGScale": 0.05}},
    {"width": 1000}, {"safety": {"mode": "full"}}, {"acceleratorOptions": {"cacheStartStep": 3, "cacheEndStep": 3}},
    {"acceleratorOptions": {"cacheEndStep": 5}, "steps": 4}, {"outpaint": {"left": 64}},
    {"acceleratorOptions": {"cacheEndStep": 5, "cacheEndStepPercentage": 50}},
    {"controlNet": [{"model": "a", "guideImage": "b", "startStep": 4, "endStep": 4}]},
])  # fmt: skip
def test_what_the_page_forbids_is_refused(more: dict[str, Any]) -> None:
    assert not taken(**more)


@pytest.mark.parametrize("more", [
    {"taskUUID": UUID.upper()}, {"webhookURL": "HTTPS://a"}, {"ultralytics": {"CFGScale": 0.3}},
    {"acceleratorOptions": {"cacheStartStep": 3, "cacheEndStep": 4}, "steps": 4},
    {"lora": [{"model": "a", "weight": -3.99}]},
    {"outpaint": {"left": 64}, "inputs": {"seedImage": UUID}}, {"seedImage": UUID, "checkNSFW": True},
    {"routing": {"anything": 1}}, {"advancedFeatures": {"anything": 1}},
])  # fmt: skip
def test_what_the_page_allows_is_taken(more: dict[str, Any]) -> None:
    assert taken(**more)


def test_a_size_is_needed_unless_a_picture_tells_it() -> None:
    body = {key: value for key, value in ORDER.items() if key != "height"}
    schema = turbo()
    (breach,) = broken(schema["between"], schema, body)
    assert (breach.reason, breach.pointers[:2]) == ("missing-dimensions", ("/width", "/height"))
    assert not list(broken(schema["between"], schema, body | {"inputs": {"seedImage": UUID}}))


@pytest.mark.parametrize(("form", "body", "good"), [
    ("caption", {"inputImage": UUID}, True), ("caption", {"model": "a", "inputs": {"video": UUID}}, True),
    ("caption", {"inputs": {"image": UUID}}, False), ("caption", {"model": "a"}, False),
    ("controlNetPreprocess", {"inputImage": UUID, "preProcessorType": "canny"}, True),
    ("imageMasking", {"model": "a", "inputImage": UUID}, True), ("imageMasking", {"model": "a"}, False),
])  # fmt: skip
def test_the_flat_form_of_elder_clients_will_do(form: str, body: dict[str, Any], good: bool) -> None:
    schema = TASKS["forms"][form]
    for word in schema["properties"]["taskType"]["enum"]:
        whole = {"taskType": word, "taskUUID": UUID, **body}
        assert judge(schema).is_valid(whole)
        assert bool(list(broken(schema.get("between", ()), schema, whole))) is not good


def test_elder_names_of_tasks_are_in_their_forms() -> None:
    assert {form["title"]: form["x-also"] for form in TASKS["forms"].values() if "x-also" in form} == {
        "caption": ["imageCaption"], "upscale": ["imageUpscale"], "removeBackground": ["imageBackgroundRemoval"],
        "controlNetPreprocess": ["imageControlNetPreProcess"]}  # fmt: skip


def test_a_bit_of_a_schema_that_is_a_file_says_of_which_kind() -> None:
    assert turbo()["properties"]["inputs"]["properties"]["maskImage"]["x-media"] == "image"
    assert turbo()["properties"]["controlNet"]["items"]["properties"]["guideImage"]["x-media"] == "image"
    video = ALL["klingai:kling-video@3-standard"]["schema"]["properties"]
    assert video["inputs"]["properties"]["frameImages"]["items"]["properties"]["image"]["x-media"] == "image"
    assert video["referenceVideos"]["items"]["x-media"] == "video"


# Errors.


def test_every_family_leads_to_a_row_and_its_code() -> None:
    rows = {row["reason"]: row for row in ERRORS}
    assert set(CODES["families"]) == {"usual", *CODES["elder"]}
    for family in (row for rows in CODES["families"].values() for row in rows):
        assert rows[family["reason"]]["name"] == family["code"], family
        assert family["source"] in ("documented", "observed", "inferred")
        assert family["where"]


def test_a_code_is_first_told_by_the_row_that_is_its_own() -> None:
    first = {row["name"]: row["reason"] for row in reversed(ERRORS)}
    assert first["invalidValue"] == "invalid-input"
    assert first["validationFailed"] == "validation-failed"
    assert first["mediaExpired"] == "media-expired"
