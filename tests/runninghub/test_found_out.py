"""What a demanding client found out: where a stand-in stumbled, or said what is not so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from understudy.mocks.stand_in import StandIn
from understudy.tests.runninghub.asked import PROMISE, TURBO, example, post, world
from understudy.tests.runninghub.errands import native
from understudy.tests.runninghub.flows import CREATE, DRAW, NEWER, NEWER_APP, RUN, WORKFLOW
from understudy.tests.runninghub.forms import MEDIA, ask, form, part, png, send

SUBMIT, APPS = f"/openapi/v2/{TURBO}", "/openapi/v2/aiapp/list"
ORDERS = {
    SUBMIT: example(), NEWER: {}, NEWER_APP: {}, CREATE: {"workflowId": WORKFLOW},
    RUN: {"webappId": DRAW, "nodeInfoList": []},
}  # fmt: skip
REASONS = sorted({reason for part in PROMISE.apis.values() for reason, row in part.errors.items() if "status" in row})
GRAPH = {"1": {"class_type": "EmptyImage", "inputs": {"width": 8, "height": 8, "batch_size": 1, "color": 0}},
         "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "tram"}}}  # fmt: skip


@pytest.fixture
def handle() -> Iterator[StandIn]:
    with world(clock="manual") as handle:
        yield handle


@pytest.mark.parametrize("path", ORDERS)
def test_any_order_can_be_refused_for_any_reason_in_its_own_envelope(handle: StandIn, path: str) -> None:
    for reason in REASONS:
        handle.refuse_next(reason)
        said = post(handle, path, ORDERS[path]).json()
        if path.startswith("/openapi/v2"):
            assert isinstance(said["errorCode"], str), reason
            assert (said["errorCode"] not in ("", "0"), said["taskId"]) == (True, ""), reason
        else:
            assert isinstance(said["code"], int), reason
            assert (said["code"] != 0, said["msg"] != "") == (True, True), reason
    assert not list(handle.tasks)


@pytest.mark.parametrize("wrong", [0, True, 1.5, [], {}, ["a"], "no app has this word"])
@pytest.mark.parametrize("field", ["search", "tags"])
def test_what_the_list_of_apps_does_not_know_is_let_be(handle: StandIn, field: str, wrong: Any) -> None:
    told = ask(handle, "POST", APPS, {field: wrong}).json()
    assert (told["code"], told["data"]["total"]) == (0, 3)


@pytest.mark.parametrize(("number", "said"), [(True, 1), (False, 0), (-3, -3), (2.5, 2.5), ("x", 0), (None, 0)])
def test_a_prompt_of_any_number_leaves_its_machine_in_order(handle: StandIn, number: Any, said: float) -> None:
    with native(handle) as comfy:
        sent = comfy.post("prompt", json={"prompt": GRAPH, "number": number}).json()
        assert sent["number"] == said
        handle.settle()
        assert comfy.get("history").json()[sent["prompt_id"]]["prompt"][0] == said
        assert comfy.get("queue").status_code == 200


@pytest.mark.parametrize(("path", "severity"), [
    (f"/{TURBO}", "note"), (f"/openapi/v2{SUBMIT}", "doubtful"), ("/query", "note"),
    ("/openapi/v2/openapi/v2/query", "doubtful"),
])  # fmt: skip
def test_a_base_that_is_left_out_or_doubled_is_told_of(handle: StandIn, path: str, severity: str) -> None:
    body = {"taskId": post(handle, SUBMIT, example()).json()["taskId"]} if path.endswith("query") else example()
    assert post(handle, path, body).json()["errorCode"] == ""
    (finding,) = handle.requests()[-1].findings
    assert (finding.rule, finding.severity) == ("wrong-base", severity)
    assert finding.cure.startswith("end the base address in /openapi/v2;")


def test_an_upload_without_the_base_is_taken_and_media_are_still_found(handle: StandIn) -> None:
    said = send(handle, MEDIA.removeprefix("/openapi/v2"), form(part("file", png(), "tram.png"))).json()
    assert said["code"] == 0
    assert httpx.get(said["data"]["download_url"]).content == png()
    assert ask(handle, "GET", "/media/upload/binary").status_code == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_wrong_method_is_told_the_right_one_of_its_path(handle: StandIn, method: str) -> None:
    assert ask(handle, method, SUBMIT).json()["errorCode"] == "1009"
    (finding,) = handle.requests()[-1].findings
    assert finding.cure == "did you mean POST /openapi/v2/{model}?"


def test_forks_of_the_skill_are_pointed_at_what_they_read(handle: StandIn) -> None:
    base, account = handle.env["RUNNINGHUB_BASE_URL"], handle.env["RUNNINGHUB_ACCOUNT_URL"]
    assert (base, handle.env["RH_API_BASE_URL"]) == (handle.url, f"{handle.url}/openapi/v2")
    order = {"prompt": "a tram", "aspectRatio": "1:1"}
    for end in ("", "/openapi/v2"):  # some clients add it, some have it in their base
        bearing = {"Authorization": f"Bearer {handle.api_key}"}
        assert httpx.post(f"{base}{end}/rhart-image/z-image/turbo", json=order, headers=bearing).json()["taskId"]
    assert [finding.rule for finding in handle.findings] == ["wrong-base"]
    said = httpx.post(account, json={"apikey": handle.api_key}).json()
    assert said["data"]["apiType"] == "SHARED"


@pytest.mark.parametrize(("value", "code"), [
    ("1e400", 433), ("-1e400", 433), ("nan", 433), ("-inf", 433), ("9" * 5000, 433), ("9" * 400, 0), ("-5", 0),
    ("0", 0), (1e308, 0), (-1e308, 0),
])  # fmt: skip
def test_a_side_of_any_size_is_refused_or_makes_a_picture(handle: StandIn, value: Any, code: int) -> None:
    change = {"nodeId": "5", "fieldName": "width", "fieldValue": value}
    said = post(handle, CREATE, {"workflowId": WORKFLOW, "nodeInfoList": [change]}).json()
    assert said["code"] == code
    if code == 0:
        handle.settle()
        (file,) = post(handle, "/task/openapi/outputs", {"taskId": said["data"]["taskId"]}).json()["data"]
        assert httpx.get(file["fileUrl"]).content.startswith(b"\x89PNG")


@pytest.mark.parametrize("code", ["1000", "1006", "1504", "1516"])
def test_an_error_of_tasks_refuses_no_order_and_is_told_where_it_belongs(handle: StandIn, code: str) -> None:
    with pytest.raises(ValueError, match=rf"came '{code}'; a task fails with it.*script\(fails='{code}'\)"):
        handle.refuse_next(code)
    handle.script(fails=code)
    task = post(handle, SUBMIT, example()).json()["taskId"]
    handle.settle()
    said = post(handle, "/openapi/v2/query", {"taskId": task}).json()
    assert (said["status"], said["errorCode"]) == ("FAILED", code)
