"""RunningHub's data: the counts, the titles of both navigations, fields that fit their defaults, the pages' bodies."""

from __future__ import annotations

import json
import runpy
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from understudy.contracts.kind import KINDS
from understudy.contracts.outcome import Outcomes

ROOT = Path(__file__).parents[2]
HOME, GOLDEN, RECIPE = (
    ROOT / "contracts/runninghub",
    ROOT / "tests/golden/runninghub",
    "docs/recipes/runninghub_data.py",
)
OLD, NEW = "2026-03", "2026-04"

DATA = json.loads((HOME / "models.json").read_bytes())
NAVIGATION = json.loads((HOME / "navigation.json").read_bytes())
MODELS = {row["id"]: row for row in DATA["models"]}
MADE = runpy.run_path(str(ROOT / RECIPE))


def titles(name: str, edition: str) -> list[str]:
    return (GOLDEN / f"{name}_{edition}.txt").read_text("utf-8").splitlines()


def body(name: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_bytes())
    return told


def fields() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for row in MODELS.values():
        for name, field in row["schema"]["properties"].items():
            yield row["id"], name, field


def made(param: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = MADE["field"]({"name": "a", "required": False, **param})
    return schema


def test_the_counts() -> None:
    rows = DATA["models"]
    assert len(rows) == len(MODELS) == len({row["title"] for row in rows}) == 446
    assert Counter(len(row["editions"]) for row in rows) == {2: 199, 1: 62, 0: 185}
    assert Counter(row["kind"] for row in rows) == {"video": 242, "image": 122, "audio": 36, "text": 30, "3d": 16}
    assert Counter(row.get("kind_source") for row in rows) == {None: 427, "inferred": 19}
    assert Counter(row["complete"] for row in rows) == {True: 349, False: 97}
    assert Counter(row["source"] for row in rows) == {"documented": 317, "observed": 129}
    assert {row["kind"] for row in rows} <= set(KINDS)
    assert len(list(fields())) == 2514


def test_every_row_says_where_it_is_from() -> None:
    assert DATA["provider"] == "runninghub"
    assert DATA["made_by"] == NAVIGATION["made_by"] == RECIPE
    assert DATA["sha256"] == NAVIGATION["sha256"]
    assert all(row["where"] and row["family"] for row in MODELS.values())
    assert {len(digest) for digest in DATA["sha256"].values()} == {64}


# Navigation.


@pytest.mark.parametrize("edition", [OLD, NEW])
@pytest.mark.parametrize("name", ["models", "pages", "schemas"])
def test_the_navigation_has_the_titles_in_their_order(edition: str, name: str) -> None:
    listed = titles("navigation" if name == "models" else name, edition)
    assert NAVIGATION["editions"][edition][name] == listed


@pytest.mark.parametrize(("edition", "entries", "different"), [(OLD, 225, 221), (NEW, 239, 239)])
def test_every_title_leads_to_exactly_one_model(edition: str, entries: int, different: int) -> None:
    listed = titles("navigation", edition)
    assert (len(listed), len(set(listed))) == (entries, different)
    for title in listed:
        assert sum(row["title"] == title and edition in row["editions"] for row in MODELS.values()) == 1, title
    assert {row["title"] for row in MODELS.values() if edition in row["editions"]} == set(listed)


def test_four_titles_of_sora_stand_twice() -> None:
    twice = {title: count for title, count in Counter(titles("navigation", OLD)).items() if count > 1}
    assert set(twice.values()) == {2}
    assert sorted(twice) == [
        "sora-2/image-to-video-channel-low-price", "sora-2/image-to-video-pro-channel-low-price",
        "sora-2/text-to-video-channel-low-price", "sora-2/text-to-video-pro-channel-low-price"]  # fmt: skip


def test_what_was_removed_added_and_moved() -> None:
    gone = [row for row in MODELS.values() if row["editions"] == [OLD]]
    come = [row for row in MODELS.values() if row["editions"] == [NEW]]
    moved = [row for row in MODELS.values() if "family_old" in row]
    assert (len(gone), len(come), len(moved)) == (22, 40, 6)
    assert all(row["family_old"] != row["family"] and row["editions"] == [OLD, NEW] for row in moved)


def test_every_page_is_answered_for_and_every_schema_has_a_key_of_its_own() -> None:
    for part in ("pages", "schemas"):
        assert set(NAVIGATION[part]) == {*titles(part, OLD), *titles(part, NEW)}
    assert all(list(page) in (["operation"], ["section"]) for page in NAVIGATION["pages"].values())
    assert NAVIGATION["pages"]["Check Task Output"] == {"operation": "outputs"}
    assert len({page["operation"] for page in NAVIGATION["pages"].values() if "operation" in page}) == 16
    keys = NAVIGATION["schemas"]
    assert len(set(keys.values())) == len(keys) == 25
    assert (keys["R?"], keys["Start ComfyUI Task Request -webhook"]) == ("R", "StartComfyUITaskRequest-webhook")


# Names.


def test_aliases_are_nobodys_own_paths() -> None:
    other = [name for row in MODELS.values() for name in row.get("also", ())]
    assert len(other) == len(set(other)) == 9
    assert not set(other) & set(MODELS)
    assert MODELS["rhart-video/video-upscaler"]["also"] == ["rh/video-upscaler"]


def test_deprecated_models_keep_their_brackets_and_are_what_came_after() -> None:
    old = [name for name, row in MODELS.items() if row["deprecated"]]
    assert old == [name for name in MODELS if name.endswith("-[Deprecated]")]
    assert sorted(old) == ["rhart-image-g-1.5/edit-[Deprecated]", "rhart-image-g-1.5/text-to-image-[Deprecated]"]
    assert {name: row["successor"] for name, row in MODELS.items() if row.get("successor") in old} == {
        name.removesuffix("-[Deprecated]"): name for name in old
    }


def test_a_successor_is_in_the_newer_navigation_and_whom_it_follows_is_not() -> None:
    follows = {name: row["successor"] for name, row in MODELS.items() if "successor" in row}
    assert len(follows) == 8
    for name, other in follows.items():
        assert (MODELS[name]["editions"], MODELS[other]["editions"]) == ([OLD], [NEW])
    fast = follows["rhart-video/sparkvideo-2.0-fast/multimodal-video"]
    assert fast == "bytedance/seedance-2.0-global-fast/multimodal-video"


@pytest.mark.parametrize(("name", "kind"), [
    ("pixverse-v6/extend", "video"), ("vidu/short-play-q3-ad", "video"), ("kling-lip-sync/tts", "audio"),
    ("mureka-ai/stem-song", "audio"), ("rhart-suno-v4.5/single", "audio"), ("mureka-ai/vocal-clone", "text"),
    ("mureka-ai/generate-lyrics", "text"), ("mureka-ai/describe-song", "text"), ("kling-elements", "text"),
    ("rhart-text-qwen-27b/chat", "text"),
])  # fmt: skip
def test_a_model_that_answers_in_words_makes_what_its_name_says(name: str, kind: str) -> None:
    assert MODELS[name]["kind"] == kind
    assert (MODELS[name].get("kind_source") == "inferred") is (kind != "text")


# Fields.


def test_every_default_fits_its_field() -> None:
    wrong = [(model, name, field["default"]) for model, name, field in fields()
             if "default" in field and not jsonschema_rs.validator_for(field).is_valid(field["default"])]  # fmt: skip
    assert not wrong
    assert sum("default" in field for _, _, field in fields()) == 1414


def test_every_schema_is_closed_over_its_required_names_and_compiles() -> None:
    for row in MODELS.values():
        jsonschema_rs.validator_for(row["schema"])
        assert set(row["schema"]["required"]) <= set(row["schema"]["properties"]), row["id"]


def test_models_of_nodes_have_a_key_on_every_field() -> None:
    keyed = [row for row in MODELS.values() if any("x-key" in f for f in row["schema"]["properties"].values())]
    assert len(keyed) == 32
    for row in keyed:
        keys = [field["x-key"] for field in row["schema"]["properties"].values()]
        assert len(set(keys)) == len(keys)
        assert all(key.partition("##")[0].isdecimal() and key.partition("##")[2] for key in keys)
        assert row["complete"]


def test_a_code_of_a_ratio_stands_for_a_word() -> None:
    coded = {model: field for model, name, field in fields() if name == "aspectRatio" and "x-codes" in field}
    assert len(coded) == 29
    for model, field in coded.items():
        assert set(field["enum"]) <= set(field["x-codes"].values()), model
    assert coded["rhart-image/z-image/turbo"]["x-codes"]["4"] == "9:16"


@pytest.mark.parametrize(("param", "schema"), [
    ({"type": "STRING", "maxLength": 9, "has_example_default": True},
     {"type": "string", "maxLength": 9, "x-example-default": True}),
    ({"type": "STRING", "multiple": True, "maxItems": 2},
     {"type": "array", "items": {"type": "string"}, "maxItems": 2}),
    ({"type": "INT", "min": 1, "max": 9, "step": 2, "default": 3},
     {"type": "integer", "minimum": 1, "maximum": 9, "x-ui-step": 2, "default": 3}),
    ({"type": "FLOAT", "max": 1, "default": 0.5}, {"type": "number", "maximum": 1, "default": 0.5}),
    ({"type": "BOOLEAN", "default": False}, {"type": "boolean", "default": False}),
    ({"type": "MODEL", "name": "1##lora_name", "alias": "lora"},
     {"type": "string", "x-lora": True, "x-key": "1##lora_name"}),
    ({"type": "LIST", "enum": [1, 2], "default": 1},
     {"type": "string", "enum": ["1", "2"], "x-words": True, "default": "1"}),
    ({"type": "LIST", "enum": ["1k"], "omit_sentinel": "empty"},
     {"type": "string", "enum": ["1k"], "x-words": True, "x-omit": "empty"}),
    ({"type": "LIST", "enum": ["all"], "wire": "array", "default": "all"},
     {"type": "array", "items": {"type": "string", "enum": ["all"]}, "x-words": True, "x-single": True,
      "default": ["all"]}),
    ({"type": "IMAGE", "accept": ["PNG"], "maxSizeMB": 2},
     {"type": "string", "format": "image_uri", "x-accept": ["PNG"], "x-most-bytes": 2_097_152}),
    ({"type": "AUDIO", "required": True, "multiple": True, "maxItems": 3},
     {"type": "array", "items": {"type": "string"}, "format": "audio_uri", "minItems": 1, "maxItems": 3}),
])  # fmt: skip
def test_a_parameter_becomes_a_field(param: dict[str, Any], schema: dict[str, Any]) -> None:
    assert made(param) == schema


# Pages.


def test_the_bodies_of_the_pages_have_keys_that_are_known() -> None:
    for name, model in (("z_image_turbo", "rhart-image/z-image/turbo"),
                        ("gpt_image_15", "rhart-image-g-1.5-official/text-to-image"),
                        ("gpt_image_2_edit", "rhart-image-g-2-official/image-to-image")):  # fmt: skip
        known = MODELS[model]["schema"]["properties"]
        assert set(body(name)) <= {*known, *(field.get("x-key") for field in known.values())}


@pytest.mark.parametrize(("name", "model"), [
    ("gpt_image_15", "rhart-image-g-1.5-official/text-to-image"),
    ("gpt_image_2_edit", "rhart-image-g-2-official/image-to-image"),
])  # fmt: skip
def test_a_body_with_names_fits_its_schema(name: str, model: str) -> None:
    assert jsonschema_rs.validator_for(MODELS[model]["schema"]).is_valid(body(name))


def test_a_body_with_keys_of_nodes_has_codes_that_are_known() -> None:
    known = {field["x-key"]: field for field in MODELS["rhart-image/z-image/turbo"]["schema"]["properties"].values()}
    told = body("z_image_turbo")
    assert [known[key]["x-codes"][told[key]] for key in ("28##select", "29##file_type")] == ["custom", "png"]


# Media.


def test_the_tables_of_media_can_be_read_and_say_where_they_are_from() -> None:
    media = yaml.safe_load((HOME / "media.yaml").read_bytes())
    Outcomes(media)
    for name, table in media.items():
        assert table["source"] in ("documented", "observed", "inferred"), name
        assert table["where"], name


def test_every_parameter_that_is_said_to_shape_a_file_is_one_of_a_model() -> None:
    known = {name for _, name, _ in fields()}
    media = yaml.safe_load((HOME / "media.yaml").read_bytes())
    told = {name for names in media["names"]["values"].values() for name in names}
    assert {*told, *media["lengths"]["values"], *media["counts"]["values"], *media["finer"]["values"].values()} <= known


def test_every_word_of_a_format_that_a_model_takes_is_in_the_tables() -> None:
    formats = yaml.safe_load((HOME / "media.yaml").read_bytes())["formats"]
    for model, name, field in fields():
        if name in ("outputFormat", "format"):
            missing = set(field["enum"]) - set(formats["values"][MODELS[model]["kind"]])
            assert missing <= {"tiff", "tif", "pcm"}, (model, missing)  # which are not made here
