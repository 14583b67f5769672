"""A model that we do not know: refused with the setting and the nearest ids named, or accepted, by every door."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from understudy.mocks.stand_in import StandIn, stand_in
from understudy.tests.mocks.errands import finished, send, world
from understudy.tests.terminal.test_serving import ended, serving, until

TYPO = "tongyi-mai/z-image/turb"
NEAR = ["tongyi-mai/z-image/turbo", "tongyi-mai/z-image/turbo/inpainting", "openai/gpt-image-2/edit"]
NEW = "acme/brand-new/text-to-video"
FLAT = {"prompt": "x", "n": 1, "deep": {"a": [1, None]}, "yes": True}


def submit(handle: StandIn, model: str, body: Any) -> httpx.Response:
    return send(handle, "POST", f"/v1/models/{model}", body)


@pytest.fixture
def open_handle() -> Iterator[StandIn]:
    with stand_in("runcomfy", unknown_models="accept", images="plain") as handle:
        yield handle


def test_refused_it_is_the_documented_error_and_the_finding_names_setting_and_nearest() -> None:
    with world() as handle:
        answer = submit(handle, TYPO, {"prompt": "x"})
        (finding,) = handle.findings
    assert (answer.status_code, answer.json()["error_code"]) == (400, 400001)
    assert (finding.rule, finding.severity, finding.reason) == ("unknown-model", "broken", "unknown-model")
    assert all(name in finding.cure for name in NEAR)
    assert 'unknown_models = "accept"' in finding.cure
    assert "--models" in finding.cure


def test_accepted_any_flat_body_passes_with_a_warning(open_handle: StandIn) -> None:
    answer = submit(open_handle, NEW, FLAT)
    assert answer.status_code == 200
    done = finished(open_handle, answer.json()["request_id"])
    assert list(done["output"]) == ["video"]
    assert send(open_handle, "GET", done["output"]["video"]).content[4:8] == b"ftyp"
    found = {finding.rule: finding for finding in open_handle.findings}
    assert set(found) == {"unknown-model", "unverified-field"}
    assert (found["unknown-model"].severity, found["unknown-model"].reason) == ("doubtful", "")
    assert "taken to make video" in found["unknown-model"].cure
    assert found["unverified-field"].severity == "note"
    open_handle.assert_clean()
    with pytest.raises(AssertionError, match="unknown-model"):
        open_handle.assert_clean(strict=True)


@pytest.mark.parametrize("body", [[], "x", 7, True])
def test_accepted_a_body_that_is_no_object_is_refused(open_handle: StandIn, body: Any) -> None:
    with open_handle.expect_finding("bad-json"):
        assert submit(open_handle, NEW, body).status_code == 422


def test_accepted_an_id_of_ours_is_judged_as_ever(open_handle: StandIn) -> None:
    with open_handle.expect_finding("missing-required"):
        assert submit(open_handle, NEAR[0], {}).status_code == 422


@pytest.mark.parametrize(("name", "key"), [
    ("acme/x/image-to-3d", "3d"), ("acme/x/speech-to-text", "text"), ("acme/lora-trainer", "lora"),
])  # fmt: skip
def test_accepted_a_kind_that_no_table_of_the_provider_names_is_served(
    open_handle: StandIn, name: str, key: str
) -> None:
    done = finished(open_handle, submit(open_handle, name, {}).json()["request_id"])
    assert list(done["output"]) == [key]


def test_a_client_that_asks_for_the_entry_first_is_answered_where_an_order_would_be(open_handle: StandIn) -> None:
    entry = send(open_handle, "GET", f"/v1/models/{NEW}").json()
    assert (entry["model_id"], entry["price_unit"], entry["base_price_usd"]) == (NEW, "second", 0.0)
    assert NEW not in [row["model_id"] for row in send(open_handle, "GET", "/v1/models?search=acme").json()["models"]]
    with world() as handle:
        assert send(handle, "GET", f"/v1/models/{NEW}").status_code == 400


# -- over the terminal


def order(served: Any, model: str) -> int:
    told = json.loads(served.stdout.readline())["providers"]["runcomfy"]
    request = urllib.request.Request(f"{told['url']}/v1/models/{model}", b'{"any": 1}', method="POST", headers={
        "Authorization": "Bearer " + told["api_key"], "Content-Type": "application/json"})  # fmt: skip
    try:
        with urllib.request.urlopen(request) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


@pytest.mark.usefixtures("alone")
def test_serve_refuses_and_its_log_names_setting_and_nearest() -> None:
    with serving("--json") as served:
        assert order(served, TYPO) == 400
        line = until(served.stderr, "unknown-model")
        assert ended(served)[0] == 0
    assert all(name in line for name in NEAR)
    assert "--unknown-models accept" in line


@pytest.mark.usefixtures("alone")
def test_serve_accepts_where_it_is_told_to() -> None:
    with serving("--json", "--unknown-models", "accept") as served:
        assert order(served, NEW) == 200
        line = until(served.stderr, "unknown-model")
        assert ended(served)[0] == 0
    assert "doubtful unknown-model" in line
    assert "--models FILE" in line


@pytest.mark.usefixtures("alone")
def test_serve_takes_models_from_files(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text(json.dumps({"runcomfy": [{"id": NEW}]}), encoding="utf-8")
    with serving("--json", "--models", str(file)) as served:
        assert order(served, NEW) == 200
        assert ended(served)[0] == 0
