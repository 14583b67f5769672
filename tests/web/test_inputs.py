"""Files that an order brings: ours and this machine's are looked at, nobody else is asked."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from understudy import stand_in
from understudy.contracts.contract import contract
from understudy.contracts.document import workflows
from understudy.contracts.graph import form
from understudy.mocks.stand_in import StandIn
from understudy.mocks.web.inputs import near
from understudy.tests.neighbour import listening


class Files(BaseHTTPRequestHandler):
    """A server of files: /good.png is there, /page is a page, all else is missing."""

    asked: list[str] = []

    def do_GET(self) -> None:
        Files.asked.append(self.path)
        kind, status = {"/good.png": ("image/png", 206), "/page": ("text/html", 200)}.get(self.path, ("", 404))
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def files() -> Iterator[str]:
    with listening(Files) as address:
        yield address


@pytest.fixture
def open_handle() -> Iterator[StandIn]:
    with stand_in("runcomfy", images="plain") as handle:
        yield handle
        handle.allowed.update(("unreachable-input", "not-https"))


def model_with_image(handle: StandIn) -> tuple[str, str, dict[str, Any]]:
    """A model that takes one image, the field that takes it, and the smallest body."""
    for model in handle.session.cast["runcomfy"].contract.catalogue.models.values():
        names = [name for name, place in model.media.items() if place.kind == "image"]
        if model.complete and model.kind == "image" and names:
            return model.id, names[0], model.example()
    raise AssertionError("no model takes an image")


def place(handle: StandIn, address: str) -> str:
    """Places an order with an image and answers how it ended."""
    model, field, body = model_with_image(handle)
    many = isinstance(body.get(field), list) or field.endswith("s")
    client = handle.client()
    taken = client.post(f"/v1/models/{model}", json={**body, field: [address] if many else address})
    assert taken.status_code == 200, taken.text
    handle.settle()
    return str(client.get(taken.json()["result_url"]).json()["status"])


def rules(handle: StandIn) -> list[str]:
    return [finding.rule for finding in handle.findings if finding.rule == "unreachable-input"]


def test_a_file_of_this_machine_is_opened(open_handle: StandIn, files: str) -> None:
    assert place(open_handle, files + "/good.png") == "succeeded"
    assert "/good.png" in Files.asked
    assert not rules(open_handle)


@pytest.mark.parametrize("path", ["/missing.png", "/page"])
def test_a_missing_file_fails_the_order_and_is_told(open_handle: StandIn, files: str, path: str) -> None:
    assert place(open_handle, files + path) == "failed"
    assert rules(open_handle) == ["unreachable-input"]


def test_a_port_where_nobody_listens_fails_the_order(open_handle: StandIn) -> None:
    assert place(open_handle, "http://127.0.0.1:1/x.png") == "failed"
    assert rules(open_handle) == ["unreachable-input"]


def test_a_file_of_ours_is_known_without_being_fetched(open_handle: StandIn) -> None:
    client = open_handle.client()
    taken = client.post("/v1/models/tongyi-mai/z-image/turbo", json={"prompt": "a tram"}).json()
    open_handle.settle()
    made = client.get(taken["result_url"]).json()["output"]["image"]
    assert place(open_handle, made) == "succeeded"
    assert not open_handle.requests(on="media")
    open_handle.clock.advance(700_000)
    assert place(open_handle, made) == "failed"
    assert rules(open_handle) == ["unreachable-input"]


def test_a_file_elsewhere_is_taken_as_good(open_handle: StandIn) -> None:
    assert place(open_handle, "https://example.com/x.png") == "succeeded"
    assert not rules(open_handle)


def test_a_script_says_that_an_input_is_missing(open_handle: StandIn) -> None:
    _, field, _ = model_with_image(open_handle)
    open_handle.script(unreachable=field)
    assert place(open_handle, "https://example.com/x.png") == "failed"
    assert not rules(open_handle)
    result = open_handle.requests(on="result")[-1].json
    assert "downloaded" in str(result["error"])


def test_a_file_that_a_workflow_takes_is_found_at_its_place() -> None:
    graph = workflows("runcomfy", "serverless")["image-to-image"]["graph"]
    api = contract("runcomfy").apis["serverless"]
    row = next(row for row in api.facts.models if row["id"] == "comfyui")
    model = form(graph, row, api.catalogue.recommended)
    here = "http://127.0.0.1:1/a.png"
    body = {"overrides": {"189": {"inputs": {"image": here}}, "6": {"inputs": {"text": here}}}}
    assert near(model, body, "http://127.0.0.1:8383/runcomfy") == [("/overrides/189/inputs/image", "image", here)]
    assert near(model, {}, "http://127.0.0.1:8383/runcomfy") == []
