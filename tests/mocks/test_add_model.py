"""`add_model`: a model for one session alone, judged if it has a schema, gone with a reset."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from understudy.contracts.contract import contract
from understudy.contracts.models_file import BadModels
from understudy.mocks.app import App, fresh_name
from understudy.mocks.server import Server
from understudy.mocks.settings import BadSetting, Settings
from understudy.mocks.stand_in import StandIn
from understudy.tests.mocks.errands import MODEL, finished, send, submit, world
from understudy.tests.toy.toy import PROMISE, Toy

ID = "acme/new/text-to-speech"
SCHEMA: dict[str, Any] = {"type": "object", "required": ["text"], "properties": {
    "text": {"type": "string", "maxLength": 5}, "voice": {"type": "string", "format": "audio_uri"}}}  # fmt: skip


@pytest.fixture
def handle() -> Iterator[StandIn]:
    with world(images="plain") as opened:
        yield opened


def order(handle: StandIn, body: Any, model: str = ID) -> int:
    return send(handle, "POST", f"/v1/models/{model}", body).status_code


def test_without_a_schema_its_orders_are_taken_and_nothing_is_refused(handle: StandIn) -> None:
    model = handle.add_model(ID)
    assert (model.kind, model.complete, model.source, model.where) == ("audio", False, "observed", "add_model")
    assert order(handle, {"anything": [1]}) == 200
    assert [(f.rule, f.severity) for f in handle.findings] == [("unverified-field", "note")]
    handle.assert_clean(strict=True)


def test_with_a_schema_it_is_judged(handle: StandIn) -> None:
    assert handle.add_model(ID, schema=SCHEMA).complete
    assert order(handle, {"text": "hello"}) == 200
    assert order(handle, {}) == 422
    assert order(handle, {"text": "too long"}) == 422
    assert order(handle, {"text": "x", "voice": "no address"}) == 422
    assert order(handle, {"text": "x", "txt": 1}) == 200
    rules = [finding.rule for finding in handle.findings]
    assert rules == ["missing-required", "wrong-length", "wrong-form", "unknown-field"]


def test_its_kind_is_made(handle: StandIn) -> None:
    handle.add_model("acme/x", kind="video")
    name = send(handle, "POST", "/v1/models/acme/x", {}).json()["request_id"]
    handle.settle()
    address = finished(handle, name)["output"]["video"]
    assert send(handle, "GET", address).content[4:8] == b"ftyp"


def test_every_route_of_the_catalogue_lists_it(handle: StandIn) -> None:
    handle.add_model(ID, schema=SCHEMA)
    said = send(handle, "GET", "/v1/models?search=acme&include_schema=true").json()
    assert [row["model_id"] for row in said["models"]] == [ID]
    assert said["models"][0]["input_schema"] == SCHEMA
    assert send(handle, "GET", "/v1/models").json()["total"] == 153
    assert "text-to-speech" in send(handle, "GET", "/v1/models/categories").json()["categories"]
    assert send(handle, "GET", f"/v1/models/{ID}").json()["input_schema"] == SCHEMA
    assert f"/v1/models/{ID}" in send(handle, "GET", "/openapi.json").json()["paths"]


def test_a_document_that_was_asked_for_before_is_written_anew(handle: StandIn) -> None:
    assert f"/v1/models/{ID}" not in send(handle, "GET", "/openapi.json").json()["paths"]
    handle.add_model(ID)
    assert f"/v1/models/{ID}" in send(handle, "GET", "/openapi.json").json()["paths"]


def test_of_the_same_id_the_newer_counts_and_a_known_one_is_replaced(handle: StandIn) -> None:
    handle.add_model(ID, schema=SCHEMA)
    handle.add_model(ID)
    assert order(handle, {}) == 200
    assert submit(handle, prompt=7).status_code == 422
    handle.add_model(MODEL)
    assert submit(handle, prompt=7).status_code == 200


def test_no_other_session_sees_it(handle: StandIn) -> None:
    handle.add_model(ID)
    with world() as other:
        assert order(other, {}) == 400
    assert ID not in contract("runcomfy").catalogue.models


def test_a_reset_forgets_it_but_not_what_the_settings_brought(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text(json.dumps({"runcomfy": [{"id": "acme/lasting"}]}), encoding="utf-8")
    with world(models=str(file)) as handle:
        handle.add_model(ID)
        assert (order(handle, {}), order(handle, {}, "acme/lasting")) == (200, 200)
        handle.reset()
        assert (order(handle, {}), order(handle, {}, "acme/lasting")) == (400, 200)


def test_a_script_may_name_it(handle: StandIn) -> None:
    handle.add_model(ID)
    handle.script(model=ID, fails="no voice today")
    name = send(handle, "POST", f"/v1/models/{ID}", {}).json()["request_id"]
    handle.settle()
    assert finished(handle, name)["error"] == "no voice today"


@pytest.mark.parametrize(("more", "says"), [
    ({"kind": "vidoe"}, "came 'vidoe'; did you mean video?"),
    ({"shcema": {}}, "came 'shcema'; did you mean schema?"),
    ({"schema": {"properties": {"n": {"type": "float"}}}}, 'came "float"; did you mean number?'),
    ({"schema": {"properties": {"n": {"pattern": "("}}}}, "/schema/properties/n/pattern of the model"),
])  # fmt: skip
def test_what_cannot_be_is_told_in_three_parts(handle: StandIn, more: dict[str, Any], says: str) -> None:
    with pytest.raises(BadModels, match=r"expected .*; came .*; ") as wrong:
        handle.add_model(ID, **more)
    assert says in str(wrong.value)
    assert order(handle, {}) == 400, "nothing was added"


def test_a_provider_of_ones_own_has_it_too() -> None:
    house = Server(App(Settings(), dialects={"toy": Toy}))
    try:
        session = house.call(lambda: house.app.open(fresh_name(), Settings(), loop=house.loop))
        toy = StandIn(house, session, "toy", dict(house.app.keys(session))["toy"])
        with httpx.Client(transport=toy.transport, base_url="http://understudy") as client:

            def made(body: Any) -> int:
                return client.post("/make/ball", json=body, headers={"x-api-key": toy.api_key}).status_code

            assert made({}) == 404
            toy.add_model("ball", kind="image", schema={"type": "object", "properties": {"text": {"type": "string"}}})
            assert (made({"text": 7}), made({"text": "x"})) == (422, 200)
        assert "ball" not in PROMISE.catalogue.models
    finally:
        house.stop()


def test_models_are_a_setting_of_a_handle_and_told_when_they_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text('{"runcomfy": [{"id": "acme/x", "kind": "vido"}]}', encoding="utf-8")
    with pytest.raises(BadSetting, match=r"kind of row 1 of .*mine\.json.*did you mean video\?"):
        Settings().but(models=[str(tmp_path / "mine.json")])
