"""What an order of RunningHub makes is what its parameters asked for, in the words of its own models."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from understudy.contracts.catalogue import Model
from understudy.contracts.checks.reading.files import told
from understudy.contracts.contract import contract
from understudy.contracts.kind import WITH_A_SIDE
from understudy.contracts.outcome import FINER, MOST_SECONDS, MOST_SIDE, Outcome
from understudy.mocks.engine.media.file import file_of
from understudy.mocks.engine.medium import FORMATS, Card
from understudy.mocks.runninghub import wire

CATALOGUE = contract("runninghub").catalogue
MODELS = list(CATALOGUE.models.values())


def made(name: str, **inputs: Any) -> Outcome:
    model = CATALOGUE.models[name]
    body = {**model.example(), **{key.replace("_ns_", "##"): value for key, value in inputs.items()}}
    assert not [finding for finding in model.check(body) if finding.reason], body
    return CATALOGUE.outcome(model, model.plain(body))


@pytest.mark.parametrize(("name", "inputs", "size"), [
    ("rhart-image-g-1.5-official/text-to-image", {"size": "1024*1536"}, (1024, 1536)),
    ("rhart-video-s-official/text-to-video", {"size": "720x1280"}, (720, 1280)),
    ("rhart-video/wan-2.2/text-to-video", {"resolution": "832\u00d7480"}, (832, 480)),
    ("rhart-image-g/text-to-image", {"aspectRatio": "1168x784"}, (1168, 784)),
    ("rhart-video/wan-2.2/image-to-video", {"resolution": "auto"}, (1280, 720)),
    ("seedance-v1.5-pro/image-to-video", {"aspectRatio": "adaptive", "resolution": "480p"}, (854, 480)),
    ("seedance-v1.5-pro/image-to-video", {"aspectRatio": "9:16", "resolution": "1080P"}, (1080, 1920)),
    ("rhart-image-g-2-official/image-to-image", {"aspectRatio": "1:1", "resolution": "2K"}, (2048, 2048)),
    ("kling-v3-4k/text-to-video", {"aspectRatio": "16:9"}, (3840, 2160)),
    ("rhart-image/z-image/turbo", {"aspectRatio": "8"}, (1024, 1024)),
    ("rhart-image/z-image/turbo", {"aspectRatio": 9}, (1024, 1024)),
    ("rhart-image/z-image/turbo", {"28_ns_select": "5", "aspectRatio": None}, (1366, 768)),
])  # fmt: skip
def test_a_size_is_as_it_was_asked(name: str, inputs: dict[str, Any], size: tuple[int, int]) -> None:
    assert made(name, **inputs)[2:4] == size


def having(*fields: str, kind: str = "") -> list[Model]:
    found = [model for model in MODELS if kind in ("", model.kind) and all(name in model.fields for name in fields)]
    assert found, fields
    return found


@pytest.mark.parametrize("height", ["customHeight", "customHight"])
def test_a_size_of_ones_own_counts_where_the_ratio_says_so(height: str) -> None:
    for model in having("customWidth", height):
        own = {"customWidth": 640, height: 512}
        assert made(model.id, aspectRatio="1:1", **own)[2:4] == (1024, 1024)
        if "custom" in model.fields["aspectRatio"]["enum"]:
            assert made(model.id, aspectRatio="Custom", **own)[2:4] == (640, 512)
            assert made(model.id, aspectRatio="custom", **{height: 512})[2:4] == (1024, 512)
            assert made(model.id, aspectRatio="8", **own)[2:4] == (640, 512)


def test_a_width_by_default_does_not_outdo_a_resolution() -> None:
    for model in having("width", "height", "resolution"):
        words = model.fields["resolution"]["enum"]
        sides = {made(model.id, resolution=word)[2] for word in words}
        assert len(sides) == len(words), model.id
        least, most = model.fields["width"]["minimum"], model.fields["height"]["maximum"]
        assert made(model.id, resolution=words[0], width=least, height=most)[2:4] == (least, most)
    for model in having("outputWidth", "outputHeight"):
        usual = tuple(model.fields[name]["default"] for name in ("outputWidth", "outputHeight"))
        assert made(model.id)[2:4] == usual


@pytest.mark.parametrize(("name", "inputs", "seconds"), [
    ("vidu/image-to-video-q3-pro-fast", {"duration": "16"}, 16),
    ("vidu/image-to-video-q3-pro-fast", {"duration": 7}, 7),
    ("vidu/image-to-video-q3-pro-fast", {}, 5),
])  # fmt: skip
def test_a_film_is_as_long_as_was_asked(name: str, inputs: dict[str, Any], seconds: float) -> None:
    assert made(name, **inputs).seconds == seconds


def test_minus_one_leaves_the_length_to_the_model() -> None:
    those = [model for model in having("duration") if "-1" in map(str, model.fields["duration"].get("enum", ()))]
    assert those
    for model in those:
        assert made(model.id, duration="-1").seconds == 5


def test_a_text_counts_as_its_number() -> None:
    for name in ("imageNum", "numImages"):
        for model in having(name):
            assert made(model.id, **{name: "3"}).count == 3
    for model in having("n"):
        assert made(model.id, n=1).count == 1
    for model in having("targetFps"):
        assert made(model.id, targetFps="60").finer[0] == 60
    for model in having("sampleRate", kind="audio"):
        assert made(model.id, sampleRate="44100").finer[1] == 44_100
    for model in having("bitrate", kind="audio"):
        assert made(model.id, bitrate="128000").finer[3] == 128  # they count bits, the house thousands


def test_most_images_count_where_they_are_made_in_a_row() -> None:
    for model in having("maxImages", "sequentialImageGeneration"):
        assert made(model.id, maxImages=4).count == 1
        assert made(model.id, maxImages=4, sequentialImageGeneration="disabled").count == 1
        assert made(model.id, maxImages=4, sequentialImageGeneration="auto").count == 4


@pytest.mark.parametrize(("name", "form"), [("webp(lossless)", "webp"), ("WEBP(lossy)", "webp"), ("PNG", "png"),
                                            ("JPEG", "jpeg")])  # fmt: skip
def test_a_picture_has_the_form_that_was_asked(name: str, form: str) -> None:
    assert made("rhart-image/z-image/turbo", outputFormat=name).format == form


def test_a_sound_has_the_form_that_was_asked() -> None:
    for model in having("format", kind="audio"):
        assert {made(model.id, format=word).format for word in model.fields["format"]["enum"]} <= {"mp3", "wav", "ogg"}
        if "ogg_opus" in model.fields["format"]["enum"]:
            assert made(model.id, format="ogg_opus").format == "ogg"


def test_what_makes_no_picture_has_no_size() -> None:
    assert {(made(model.id).kind, made(model.id).format) for model in MODELS if model.kind in ("3d", "text")} == {
        ("3d", "glb"), ("text", "txt")}  # fmt: skip
    assert all(made(model.id)[2:4] == (0, 0) for model in MODELS if model.kind not in WITH_A_SIDE)


def bodies(model: Model) -> st.SearchStrategy[dict[str, Any]]:
    """Bodies that a model takes."""

    def values(field: dict[str, Any]) -> st.SearchStrategy[Any]:
        kind = field.get("type")
        if kind == "array":
            inner = field["items"] if "enum" in field.get("items", {}) else None
            return st.lists(values(inner), max_size=2) if inner else st.none()
        if "enum" in field:
            return st.sampled_from([*field["enum"], *field.get("x-codes", ())])
        if kind == "integer":
            return st.integers(field.get("minimum", -(10**30)), field.get("maximum", 10**30))
        if kind == "number":
            return st.floats(field.get("minimum", -1e30), field.get("maximum", 1e30))
        if kind == "boolean":
            return st.booleans()
        return st.none() if "format" in field else st.sampled_from(["24000", "1920*1080", "16:9", "-1", "a tram"])

    told = {name: values(field) for name, field in model.fields.items()}
    return st.fixed_dictionaries({}, optional=told).map(lambda body: {**model.example(), **body})


@given(st.data())
def test_any_body_that_is_taken_leads_to_a_file_that_can_be(data: st.DataObject) -> None:
    model = data.draw(st.sampled_from(MODELS))
    body = data.draw(bodies(model))
    if any(finding.reason for finding in model.check(body)):
        return
    outcome = CATALOGUE.outcome(model, model.plain(body))
    assert outcome.kind == model.kind
    assert outcome.format in FORMATS[model.kind]
    assert 1 <= outcome.count <= 15
    if model.kind in WITH_A_SIDE:
        assert 1 <= min(outcome[2:4]) <= max(outcome[2:4]) <= MOST_SIDE
    assert (0 < outcome.seconds <= MOST_SECONDS) == (model.kind in ("image", "video", "audio"))
    for value, (low, high) in zip(outcome.finer or (0,) * len(FINER), FINER.values(), strict=True):
        assert value == 0 or low <= value <= high


@pytest.mark.parametrize(("name", "inputs"), [
    ("rhart-image/z-image/turbo", {"aspectRatio": "2:3", "outputFormat": "webp(lossless)"}),
    ("rhart-image-g-1.5-official/text-to-image", {"size": "1024*1536"}),
    ("rhart-video/wan-2.2/text-to-video", {"resolution": "480\u00d7832"}),
    ("vidu/image-to-video-q3-pro-fast", {"duration": "2", "resolution": "720P"}),
    ("minimax/music-2.6", {"sampleRate": "16000", "bitrate": "64000", "format": "mp3"}),
    ("bytedance/doubao-seed-audio-1.0", {"format": "ogg_opus"}),
])  # fmt: skip
def test_the_file_is_what_was_promised(name: str, inputs: dict[str, Any]) -> None:
    outcome = made(name, **inputs)
    (medium, *_) = wire.read(
        CATALOGUE, CATALOGUE.models[name], {**CATALOGUE.models[name].example(), **inputs}, b""
    ).media
    file = told(file_of(medium, Card("runninghub", name, inputs, 1, 0)))
    assert file.format == outcome.format
    if outcome.width:
        assert (file.width, file.height) == outcome[2:4]
    if outcome.kind != "image":
        assert file.seconds == pytest.approx(outcome.seconds, abs=0.3)
