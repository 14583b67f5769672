"""All 152 models: what each takes and refuses by its schema, and the files that it makes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image
from understudy.contracts.catalogue import Model
from understudy.contracts.contract import contract
from understudy.mocks.engine.media.card import card_of
from understudy.mocks.settings import Settings
from understudy.mocks.stand_in import StandIn, opened

MODELS = contract("runcomfy").catalogue.models
PLURAL = {"image": "images", "video": "videos", "audio": "audios"}
KINDS = {"image": ("png", "jpg", "webp"), "video": ("mp4",), "audio": ("mp3", "wav", "ogg")}
URL = "https://example.com/a.png"
DATA = "data:image/png;base64,iVBORw0KGgo="
SIZES = contract("runcomfy").facts.media["sizes"]["values"]


class World:
    """One stand-in, asked without a socket; its pictures are plain, which takes no time."""

    def __init__(self, handle: StandIn) -> None:
        self.handle = handle
        headers = {"Authorization": f"Bearer {handle.api_key}"}
        self.client = httpx.Client(transport=handle.transport, base_url=handle.url, headers=headers)

    def submit(self, model: Model, body: dict[str, Any]) -> httpx.Response:
        return self.client.post(f"/v1/models/{model.id}", json=body)

    def made(self, model: Model, body: dict[str, Any]) -> list[tuple[str, bytes]]:
        """The files of an order, by their addresses; one has the singular key, several the plural."""
        answer = self.submit(model, body)
        assert answer.status_code == 200, (model.id, answer.text)
        self.handle.clock.advance(600)
        result = self.client.get(answer.json()["result_url"]).json()
        assert result["status"] == "succeeded"
        ((key, said),) = result["output"].items()
        assert key == (model.kind if isinstance(said, str) else PLURAL[model.kind])
        files = [said] if isinstance(said, str) else said
        assert len(files) == 1 or key == PLURAL[model.kind]
        return [(address, self.client.get(address).content) for address in files]


@contextmanager
def world() -> Iterator[World]:
    handle = opened("runcomfy", Settings(clock="manual", images="plain", slots=0))
    try:
        yield World(handle)
    finally:
        handle.close()


@pytest.fixture(scope="module")
def at() -> Iterator[World]:
    with world() as made:
        yield made


def opens(kind: str, address: str, data: bytes) -> None:
    """A file is one of its kind, says so in its name, and carries the card of its order."""
    assert address.rpartition(".")[2] in KINDS[kind]
    starts = {"mp4": data[4:8] == b"ftyp", "mp3": data[:3] == b"ID3", "wav": data[8:12] == b"WAVE",
              "ogg": data[:4] == b"OggS"}  # fmt: skip
    if kind == "image":
        with Image.open(BytesIO(data)) as picture:
            picture.load()
            assert picture.format is not None
            assert picture.format.lower().startswith(address.rpartition(".")[2][:2])
    else:
        assert starts[address.rpartition(".")[2]]
    assert card_of(data)["provider"] == "runcomfy"


def test_there_are_152() -> None:
    assert len(MODELS) == 152


@pytest.mark.parametrize("name", MODELS)
def test_the_smallest_body_is_taken_and_makes_a_file_that_opens(at: World, name: str) -> None:
    model = MODELS[name]
    ((address, data),) = at.made(model, model.example())
    opens(model.kind, address, data)
    assert card_of(data)["model"] == name
    entry = at.client.get(f"/v1/models/{name}").json()
    assert entry["model_id"] == name
    assert json.dumps(entry["input_schema"]) == json.dumps(model.schema)


def test_every_model_has_its_published_path(at: World) -> None:
    paths = at.client.get("/openapi.json").json()["paths"]
    assert all({"get", "post"} <= set(paths[f"/v1/models/{name}"]) for name in MODELS)
    found, offset = [], 0
    while len(page := at.client.get("/v1/models", params={"limit": 100, "offset": offset}).json()["models"]):
        found += [entry["model_id"] for entry in page]
        offset += 100
    assert found == list(MODELS)


# -- what is refused: each bound, list and type of the schema, one violation at a time

WRONG: dict[str, list[Any]] = {
    "string": [7, True, ["x"], {"a": 1}, None], "integer": ["7", 1.5, True, [1], None],
    "number": ["7", True, [1], None], "boolean": [1, "true", None], "array": ["x", 7, {"0": "x"}, None],
}  # fmt: skip


def violations(field: dict[str, Any]) -> Iterator[tuple[Any, tuple[int, ...], str]]:
    """Values that the field does not take, each with where it is wrong inside, and the word for it."""
    words = {"string": "string", "integer": "int", "number": "float", "boolean": "bool", "array": "list"}
    for value in WRONG[field["type"]]:
        yield value, (), words[field["type"]] + "_type"
    if "enum" in field:
        odd = "no such word" if field["type"] == "string" else 10**30
        yield odd, (), "enum"
    if "minimum" in field:
        yield field["minimum"] - 1, (), "greater_than_equal"
        yield -(10**30), (), "greater_than_equal"
    if "maximum" in field:
        yield field["maximum"] + 1, (), "less_than_equal"
        yield 10**30, (), "less_than_equal"
    if "maxLength" in field:
        yield "x" * (field["maxLength"] + 1), (), "string_too_long"
    address = "_uri" in field.get("format", "")
    if field["type"] == "array":
        good = URL if address else "x"
        if "maxItems" in field:
            yield [good] * (field["maxItems"] + 1), (), "too_long"
        if field.get("minItems"):
            yield [good] * (field["minItems"] - 1), (), "too_short"
        least = max(1, field.get("minItems", 1))
        yield [*[good] * (least - 1), 7], (least - 1,), "string_type"
        if address:
            yield [*[good] * (least - 1), "no address"], (least - 1,), "string_pattern_mismatch"
    elif address:
        yield "no address", (), "string_pattern_mismatch"


@pytest.mark.parametrize("name", [name for name, model in MODELS.items() if model.schema["properties"]])
def test_each_violation_is_refused_with_its_place(at: World, name: str) -> None:
    model, taken = MODELS[name], len(at.handle.tasks)
    asked = 0
    for key, field in model.schema["properties"].items():
        for value, inside, word in violations(field):
            answer = at.submit(model, {**model.example(), key: value})
            assert answer.status_code == 422, (name, key, value, answer.text)
            found = [(row["loc"], row["type"]) for row in answer.json()["detail"]]
            assert (["body", key, *inside], word) in found, (name, key, value, found)
            assert all(row[:2] == ["body", key] for row, _ in found), found
            asked += 1
    for key in model.schema.get("required", []):
        body = {other: value for other, value in model.example().items() if other != key}
        answer = at.submit(model, body)
        assert answer.status_code == 422
        assert [(row["loc"], row["type"]) for row in answer.json()["detail"]] == [(["body", key], "missing")]
    assert asked
    assert len(at.handle.tasks) == taken


def limits(field: dict[str, Any]) -> Iterator[Any]:
    """The outermost values that the field does take."""
    yield from field.get("enum", [])
    yield from (field[key] for key in ("minimum", "maximum", "default") if key in field)
    if "maxLength" in field:
        yield "x" * field["maxLength"]
    if field["type"] == "boolean":
        yield from (True, False)
    if field["type"] == "array":
        yield from ([URL] * field[key] for key in ("minItems", "maxItems") if key in field)


@pytest.mark.parametrize("name", [name for name, model in MODELS.items() if model.schema["properties"]])
def test_what_stands_at_a_bound_is_taken(at: World, name: str) -> None:
    model = MODELS[name]
    for key, field in model.schema["properties"].items():
        for value in limits(field):
            body = {**model.example(), key: value}
            assert not [finding for finding in model.check(body) if finding.reason], (name, key, value)
    everything = {
        key: next(limits(field), model.example().get(key)) for key, field in model.schema["properties"].items()
    }
    body = {key: value for key, value in {**everything, **model.example()}.items() if value is not None}
    assert at.submit(model, body).status_code == 200


@pytest.mark.parametrize("name", [name for name, model in MODELS.items() if not model.complete])
def test_an_incomplete_table_refuses_nothing_that_we_do_not_know(at: World, name: str) -> None:
    model = MODELS[name]
    strange = {"strange": [{"deep": [1, None, "x"]}], "elements": [{"a": 1}], "multi_prompt": ["x"], "keyframes": {}}
    assert at.submit(model, {**model.example(), **strange}).status_code == 200
    assert {finding.severity for finding in model.check({**model.example(), **strange})} == {"note"}
    if not model.schema["properties"]:
        wild: list[dict[str, Any]] = [
            {},
            {"prompt": 7},
            {"width": "wide", "num_images": [], "duration": {}, "size": None},
        ]
        for body in wild:
            assert at.submit(model, body).status_code == 200
            opens(model.kind, *at.made(model, body)[0])


@pytest.mark.parametrize("name", [name for name, model in MODELS.items() if model.complete])
def test_a_complete_table_warns_of_a_field_that_it_does_not_have(name: str) -> None:
    model = MODELS[name]
    found = model.check({**model.example(), "strange": 1})
    (finding,) = [finding for finding in found if finding.rule != "unfetched-input"]
    assert (finding.rule, finding.severity, finding.where, finding.reason) == (
        "unknown-field",
        "doubtful",
        "/strange",
        "",
    )


# -- what is made

IMAGES = [name for name, model in MODELS.items() if model.kind == "image"]


def wanted(model: Model) -> Iterator[tuple[dict[str, Any], Any]]:
    """Inputs about sizes and formats, each with what must be true of the picture's width, height and format."""
    fields = model.schema["properties"]
    for word in fields.get("image_size", {}).get("enum", []):
        yield {"image_size": word}, lambda w, h, f, size=tuple(SIZES[word]): (w, h) == size
    if {"width", "height"} <= set(fields):
        low, high = fields["width"]["minimum"], fields["height"]["maximum"]
        yield {"width": low, "height": high}, lambda w, h, f: (w, h) == (low, high)
        yield {"width": low + 1, "height": low + 2}, lambda w, h, f: (w, h) == (low + 1, low + 2)
    for key in {"aspect_ratio", "size", "ratio"} & set(fields):
        for word in fields[key].get("enum", ["3:2", "9:16"]):
            if ":" in word:
                one, other = map(int, word.split(":"))
                yield {key: word}, lambda w, h, f, share=one / other: abs(w / h / share - 1) < 0.01
    for word in fields.get("resolution", {}).get("enum", []):
        side = float(word[:-1]) * 1024
        yield {"resolution": word}, lambda w, h, f, side=side: abs((w * h) ** 0.5 / side - 1) < 0.01
    for word in fields.get("output_format", {}).get("enum", []):
        yield {"output_format": word}, lambda w, h, f, word=word: f == word


@pytest.mark.parametrize("name", IMAGES)
def test_a_picture_has_the_size_and_the_format_that_was_asked_for(at: World, name: str) -> None:
    model = MODELS[name]
    for inputs, true in wanted(model):
        ((address, data),) = at.made(model, {**model.example(), **inputs})
        with Image.open(BytesIO(data)) as picture:
            form = str(picture.format).lower()
            assert true(*picture.size, form), (inputs, picture.size, form)
            assert address.endswith("." + {"jpeg": "jpg"}.get(form, form))


COUNTED = [(name, key) for name, model in MODELS.items() for key in ("num_images", "number_of_images", "max_images")
           if key in model.known]  # fmt: skip


@pytest.mark.parametrize(("name", "key"), COUNTED)
def test_a_count_gives_so_many_files(at: World, name: str, key: str) -> None:
    model = MODELS[name]
    for count in range(1, model.schema["properties"][key]["maximum"] + 1):
        files = at.made(model, {**model.example(), key: count})
        assert len(files) == len({data for _, data in files}) == len({address for address, _ in files}) == count


@pytest.mark.parametrize("name", [name for name, model in MODELS.items() if model.media])
def test_data_uris_and_addresses_are_taken(at: World, name: str) -> None:
    model = MODELS[name]
    for key in model.media:
        field = model.schema["properties"][key]
        for address in (URL, DATA, "http://127.0.0.1:1/a.png"):
            value = [address] * max(1, field.get("minItems", 1)) if field["type"] == "array" else address
            body = {**model.example(), key: value}
            assert {finding.rule for finding in model.check(body)} <= {"unfetched-input"}
            assert at.submit(model, body).status_code == 200
