"""Each default that the documents leave open, and each other reading of it, by its effect on the wire."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image
from understudy.contracts.document import read
from understudy.mocks.settings import BadSetting, Settings
from understudy.mocks.stand_in import StandIn, stand_in
from understudy.tests.mocks.errands import world
from understudy.tests.runcomfy import serverless_readings

MODEL = "tongyi-mai/z-image/turbo"
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}[+-]\d\d:\d\d")
READINGS = {row["name"]: row for row in read("runcomfy", "readings")}


@pytest.fixture
def handle() -> Iterator[StandIn]:
    with world() as handle:
        yield handle


def ask(handle: StandIn, method: str, path: str, body: Any = None, key: str | None = None, **more: Any) -> Any:
    headers = {"Authorization": f"Bearer {handle.api_key if key is None else key}"}
    with httpx.Client(transport=handle.transport, base_url=handle.url, headers=headers) as client:
        return client.request(method, path, **({} if body is None else {"json": body}), **more)


def submit(handle: StandIn, model: str = MODEL, key: str | None = None, **inputs: Any) -> Any:
    return ask(handle, "POST", f"/v1/models/{model}", inputs, key)


def path_of(answer: Any) -> str:
    assert answer.status_code == 200, answer.text
    return f"/v1/requests/{answer.json()['request_id']}"


def said(answer: Any) -> tuple[int, int]:
    """Status and code of an error, whose body is what all of them are."""
    body = answer.json()
    assert list(body)[:2] == ["error_code", "error_message"]
    assert type(body["error_code"]) is int
    assert body["error_message"]
    assert isinstance(body["error_message"], str)
    return answer.status_code, body["error_code"]


def test_a_bad_token(handle: StandIn) -> None:
    assert said(submit(handle, key="0" * 32, prompt="x")) == (401, 400004)
    assert said(submit(handle, key="", prompt="x")) == (401, 400004)
    handle.revoke()
    assert said(submit(handle, prompt="x")) == (401, 400004)


def test_no_token_at_all(handle: StandIn) -> None:
    with httpx.Client(transport=handle.transport, base_url=handle.url) as client:
        for method, path in [("POST", f"/v1/models/{MODEL}"), ("GET", "/v1/models"), ("GET", "/v1/requests/x/result")]:
            assert said(client.request(method, path)) == (401, 400004)
        basic = client.get("/v1/models", headers={"Authorization": f"Basic {handle.api_key}"})
        assert said(basic) == (401, 400004)
        lower = client.get("/v1/models", headers={"authorization": f"bearer {handle.api_key}"})
        assert lower.status_code == 200


def test_no_balance(handle: StandIn) -> None:
    handle.ledger.set(0)
    assert said(submit(handle, prompt="x")) == (402, 400002)


def test_an_unknown_model(handle: StandIn) -> None:
    assert said(submit(handle, "tongyi-mai/z-image/turbos", prompt="x")) == (400, 400001)
    assert said(ask(handle, "GET", "/v1/models/no-such")) == (400, 400001)
    assert said(submit(handle, MODEL.upper(), prompt="x")) == (400, 400001)  # ids have a case


def test_invalid_input(handle: StandIn) -> None:
    answer = submit(handle, num_images=9, image_size="huge", seed="1")
    assert said(answer) == (422, 422001)
    assert list(answer.json()) == ["error_code", "error_message", "detail"]
    details = {tuple(row["loc"]): row for row in answer.json()["detail"]}
    assert {place: row["type"] for place, row in details.items()} == {
        ("body", "prompt"): "missing",
        ("body", "num_images"): "less_than_equal",
        ("body", "image_size"): "enum",
        ("body", "seed"): "int_type",
    }
    for row in details.values():
        assert list(row) == ["loc", "msg", "type"]
        assert row["msg"]
    assert not len(handle.tasks)


def test_an_unknown_request_and_a_foreign_one(handle: StandIn) -> None:
    path, other = path_of(submit(handle, prompt="x")), handle.another_key()
    for method, end in [("GET", "status"), ("GET", "result"), ("POST", "cancel")]:
        assert said(ask(handle, method, f"/v1/requests/no-such-id/{end}")) == (404, 404001)
        assert said(ask(handle, method, f"{path}/{end}", key=other)) == (403, 403001)
    assert ask(handle, "GET", path + "/status").json()["status"] == "in_queue"


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/", (404, 404001)),
        ("GET", "/v1/nothing", (404, 404001)),
        ("POST", "/v2/models/x", (404, 404001)),
        ("GET", "/v1/requests/x", (404, 404001)),
        ("DELETE", f"/v1/models/{MODEL}", (405, 405001)),
        ("PUT", "/v1/requests/x/status", (405, 405001)),
        ("GET", "/v1/requests/x/cancel", (405, 405001)),
        ("POST", "/v1/models", (405, 405001)),
    ],
)
def test_unknown_paths_and_methods(handle: StandIn, method: str, path: str, expected: tuple[int, int]) -> None:
    answer = ask(handle, method, path)
    assert said(answer) == expected
    assert expected[1] == expected[0] * 1000 + 1


def test_a_failed_error_is_a_string(handle: StandIn) -> None:
    handle.script(fails="the weights melted")
    path = path_of(submit(handle, prompt="x"))
    handle.clock.advance(60)
    result = ask(handle, "GET", path + "/result").json()
    assert (result["status"], result["error"]) == ("failed", "the weights melted")


def test_timestamps_have_microseconds_and_a_numeric_offset(handle: StandIn) -> None:
    path = path_of(submit(handle, prompt="x"))
    handle.clock.advance(60)
    result = ask(handle, "GET", path + "/result").json()
    stamps = [result["created_at"], result["finished_at"]]
    assert all(STAMP.fullmatch(stamp) for stamp in stamps), stamps
    begun, ended = map(datetime.fromisoformat, stamps)
    assert (ended - begun).total_seconds() == 12
    assert begun.isoformat() == "2026-01-01T00:00:00+00:00"


SIZES = {
    "square_hd": (1024, 1024), "square": (512, 512), "portrait_4_3": (768, 1024), "portrait_16_9": (576, 1024),
    "landscape_4_3": (1024, 768), "landscape_16_9": (1024, 576),
}  # fmt: skip


@pytest.mark.parametrize("name", SIZES)
def test_image_size_in_pixels(name: str) -> None:
    with world(images="plain") as handle:
        path = path_of(submit(handle, prompt="x", image_size=name))
        handle.clock.advance(60)
        address = ask(handle, "GET", path + "/result").json()["output"]["image"]
        assert Image.open(BytesIO(ask(handle, "GET", address).content)).size == SIZES[name]


@pytest.mark.parametrize(
    ("model", "unit"),
    [(MODEL, "output"), ("bytedance/seedance-2.5/text-to-video/480p", "second"), ("AUDIO", "output")],
)
def test_a_catalogue_entry(handle: StandIn, model: str, unit: str) -> None:
    if model == "AUDIO":
        model = next(row["id"] for row in read("runcomfy", "models") if row["kind"] == "audio")
    entry = ask(handle, "GET", f"/v1/models/{model}").json()
    assert entry["categories"] == [model.rpartition("/")[2]]
    assert entry["display_name"] == entry["model_id"] == model
    assert entry["kind"] == "model"
    assert (entry["base_price_usd"], type(entry["base_price_usd"])) == (0.0, float)
    assert entry["price_unit"] == unit


def test_an_accepted_cancel(handle: StandIn) -> None:
    path = path_of(submit(handle, prompt="x"))
    answer = ask(handle, "POST", path + "/cancel")
    assert answer.status_code == 202
    assert (answer.json()["status"], answer.json()["outcome"]) == ("completed", "cancelled")


def test_the_body_cap_is_64_mib() -> None:
    assert Settings().max_body == 64 * 2**20
    with world(max_body=1000) as handle:
        assert said(submit(handle, prompt="x" * 1000)) == (413, 413001)
        path_of(submit(handle, prompt="x" * 900))


def test_an_oversized_input_is_a_warning_and_no_refusal() -> None:
    image = "data:image/png;base64," + "A" * 66_666_672  # 50,000,004 bytes: the default cap lets them in
    with world() as handle:
        path_of(submit(handle, IMAGE, prompt="x", image=image))
        assert [(f.rule, f.severity, f.where) for f in handle.findings] == [("oversized-input", "doubtful", "/image")]
        assert "50000004 bytes" in handle.findings[0].came
        handle.assert_clean()
        with pytest.raises(AssertionError, match="oversized-input"):
            handle.assert_clean(strict=True)


# -- every other reading, by what it changes on the wire


def finished(handle: StandIn, channel: str, cancel: bool = False) -> Any:
    path = path_of(submit(handle, prompt="x"))
    if cancel:
        ask(handle, "POST", path + "/cancel")
    handle.clock.advance(60)
    return ask(handle, "GET", f"{path}/{channel}").json()["status"]


def failed(handle: StandIn) -> Any:
    handle.script(fails="broke")
    path = path_of(submit(handle, prompt="x"))
    handle.clock.advance(60)
    return ask(handle, "GET", path + "/result").json()["error"]


def cancel_status(handle: StandIn) -> Any:
    return ask(handle, "POST", path_of(submit(handle, prompt="x")) + "/cancel").json()["status"]


def broke(handle: StandIn) -> Any:
    handle.ledger.set(0)
    return said(submit(handle, prompt="x"))


def foreign(handle: StandIn) -> Any:
    return said(submit_path(handle, handle.another_key()))


def submit_path(handle: StandIn, key: str) -> Any:
    return ask(handle, "GET", path_of(submit(handle, prompt="x")) + "/status", key=key)


def taken(model: str, *bodies: dict[str, Any]) -> Any:
    """A question: which of these bodies the model takes."""
    return lambda handle: [submit(handle, model, **body).status_code == 200 for body in bodies]


def schema(model: str) -> Any:
    return lambda handle: ask(handle, "GET", f"/v1/models/{model}").json()["input_schema"]


IMAGE = "bytedance/seedance-2.5/image-to-video/480p"
URL, DATA = "https://example.com/a.png", "data:image/png;base64,AAAA"
KLEIN, KONTEXT = "blackforestlabs/flux-2-klein/9b/text-to-image", "blackforestlabs/flux-1-kontext/pro/edit"
HORSE, GPT = "happyhorse/happyhorse-1-0/text-to-video", "openai/gpt-image-2/text-to-image"
SEEDANCE, SEEDREAM = "bytedance/seedance-v2/pro", "bytedance/seedream-4-5/edit"
MESSY = {"prompt": "x", "image_url": URL}
ASKED: dict[str, tuple[Any, dict[str, Any]]] = {
    "success_word": (lambda h: finished(h, "result"), {"succeeded": "succeeded", "completed": "completed"}),
    "cancelled_word": (
        lambda h: (finished(h, "status", cancel=True), finished(h, "result", cancel=True)),
        {"cancelled": ("cancelled", "cancelled"), "canceled": ("canceled", "canceled")},
    ),
    "cancel_status": (cancel_status, {"completed": "completed", "cancelled": "cancelled"}),
    "bad_token": (
        lambda h: said(submit(h, key="no", prompt="x")),
        {"401": (401, 400004), "400": (400, 400004), "401001": (401, 401001), "403": (403, 400004)},
    ),
    "no_funds": (broke, {"402": (402, 400002), "400": (400, 400002), "10001": (403, 10001)}),
    "unknown_model": (lambda h: said(submit(h, "no/such", prompt="x")), {"400": (400, 400001), "404": (404, 404001)}),
    "foreign_request": (foreign, {"403001": (403, 403001), "403003": (403, 403003)}),
    "invalid_input": (lambda h: said(submit(h)), {"422": (422, 422001), "400": (400, 422001)}),
    "failed_error": (
        failed,
        {
            "string": "broke",
            "object": {"type": "GenerationFailed", "message": "broke"},
            "array": [{"errorCode": 0, "error": "broke", "debugInfo": ""}],
        },
    ),
    "data_uris": (
        taken(IMAGE, {"prompt": "x", "image": DATA}, {"prompt": "x", "image": URL}),
        {"accept": [True, True], "refuse": [False, True]},
    ),
    "kontext_image_field": (
        taken(KONTEXT, MESSY, {"prompt": "x", "image": URL}),
        {"image_url": [True, False], "image": [False, True]},
    ),
    "klein_steps": (
        taken(KLEIN, *({"prompt": "x", "steps": steps} for steps in (1, 4, 50, 51))),
        {"1-100": [True, True, True, True], "4-50": [False, True, True, False]},
    ),
    "happyhorse_watermark": (
        lambda h: schema(HORSE)(h)["properties"]["watermark"]["default"], {"true": True, "false": False},
    ),
    "seedance_fields": (
        lambda h: [n for n in schema(SEEDANCE)(h)["properties"] if n.startswith(("image", "video", "audio"))],
        {"image_url": ["image_url", "video_url", "audio_url"], "images": ["images", "videos", "audios"]},
    ),
    "seedream_images": (
        taken(SEEDREAM, {"prompt": "x", "image_urls": [URL]}, {"prompt": "x", "images": [URL]}),
        {"image_urls": [True, False], "images": [False, True]},
    ),
    "gpt_image_size": (
        lambda h: [n for n in schema(GPT)(h)["properties"] if n in ("size", "aspect_ratio")],
        {"aspect_ratio": ["aspect_ratio"], "size": ["size"]},
    ),
    **serverless_readings.ASKED,
}  # fmt: skip
ELSEWHERE = {"dataset_list", "missing_dataset"}  # in test_trainer_datasets


def test_no_reading_is_left_out() -> None:
    assert {name: list(expected) for name, (_, expected) in ASKED.items()} == {
        name: [row["default"], *row["choices"]] for name, row in READINGS.items() if name not in ELSEWHERE
    }


@pytest.mark.parametrize(
    ("name", "choice"), [(name, choice) for name, (_, expected) in ASKED.items() for choice in expected]
)
def test_reading(name: str, choice: str) -> None:
    question, expected = ASKED[name]
    with world(**{name: choice}) as handle:
        assert json.loads(json.dumps(question(handle))) == json.loads(json.dumps(expected[choice]))
        assert not [finding for finding in handle.findings if finding.rule in ("answer-shape", "undocumented-status")]
        assert not [finding for finding in handle.findings if finding.rule == "answer-shape"]
    if choice == READINGS[name]["default"]:
        with world() as handle:
            assert json.loads(json.dumps(question(handle))) == json.loads(json.dumps(expected[choice]))


def test_a_reading_is_a_keyword_of_stand_in() -> None:
    with stand_in("runcomfy", bad_token="400") as handle:
        assert said(submit(handle, key="no", prompt="x")) == (400, 400004)
    with pytest.raises(BadSetting, match=r"401, 400, 401001, 403.*came '402'"):
        stand_in("runcomfy", bad_token="402")
    with pytest.raises(BadSetting, match="did you mean bad_token"):
        stand_in("runcomfy", bad_tokens="400")


def test_refuse_next_takes_no_row_that_is_no_refusal(handle: StandIn) -> None:
    with pytest.raises(ValueError, match="expected an error of runcomfy"):
        handle.refuse_next("GenerationFailed")
