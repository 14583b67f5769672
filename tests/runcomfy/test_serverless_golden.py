"""The Serverless wire, compared with bodies that were written by hand: keys, their order, spelling and types."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from understudy.mocks.stand_in import StandIn
from understudy.tests.mocks.errands import world
from understudy.tests.runcomfy.serverless import LORA, OVERRIDES, READY, READY_LORA, ask, inference, page, send, submit
from understudy.tests.runcomfy.test_golden import compare, golden

DEPLOYMENTS = "/prod/v2/deployments"
VERSIONS = pytest.mark.parametrize(("version", "form"), [("v2", ""), ("v1", "v1_")])
NOBODY = "00000000-0000-4000-a000-000000000000"


@pytest.fixture
def handle() -> Iterator[StandIn]:
    with world() as handle:
        yield handle


def same(name: str, said: Any, handle: StandIn, request: str = "", deployment: str = READY) -> None:
    """What was said is the golden body of this name."""
    known = {"base": handle.url, "deployment_id": deployment} | ({"request_id": request} if request else {})
    compare(golden(f"serverless/{name}"), said, known)


def check(name: str, answer: httpx.Response, status: int, handle: StandIn, **known: str) -> None:
    """An answer is the golden body of this name, JSON, and small enough to be just that."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    same(name, json.loads(answer.content), handle, **known)


@VERSIONS
def test_a_life_to_a_good_end(handle: StandIn, version: str, form: str) -> None:
    answer = send(handle, "POST", inference(version), OVERRIDES)
    name = answer.json()["request_id"]
    check(form + "submitted", answer, 200, handle, request=name)
    handle.clock.advance(5)
    check(form + "status_in_progress", ask(handle, name, "status", version), 200, handle, request=name)
    check(form + "result_in_progress", ask(handle, name, "result", version), 200, handle, request=name)
    handle.clock.advance(20)
    check(form + "status_completed", ask(handle, name, "status", version), 200, handle, request=name)
    check(form + "result_succeeded", ask(handle, name, "result", version), 200, handle, request=name)
    check(form + "cancel_refused", ask(handle, name, "cancel", version), 202, handle, request=name)


@VERSIONS
def test_one_that_queues(version: str, form: str) -> None:
    with world(slots=1) as handle:
        *_, name = [submit(handle, version) for _ in range(3)]
        check(form + "status_in_queue", ask(handle, name, "status", version), 200, handle, request=name)
        check(form + "result_in_queue", ask(handle, name, "result", version), 200, handle, request=name)


@VERSIONS
def test_one_that_failed(handle: StandIn, version: str, form: str) -> None:
    handle.script(fails=True)
    name = submit(handle, version)
    handle.clock.advance(60)
    check(form + "status_completed", ask(handle, name, "status", version), 200, handle, request=name)
    check(form + "result_failed", ask(handle, name, "result", version), 200, handle, request=name)


@VERSIONS
def test_one_that_was_cancelled(handle: StandIn, version: str, form: str) -> None:
    name = submit(handle, version)
    check(form + "cancel_accepted", ask(handle, name, "cancel", version), 202, handle, request=name)
    check(form + "status_cancelled", ask(handle, name, "status", version), 200, handle, request=name)
    check(form + "result_cancelled", ask(handle, name, "result", version), 200, handle, request=name)


@pytest.mark.parametrize(
    ("body", "form"), [(LORA, "result_lora"), ({**LORA, "num_frames": 16, "fps": 8}, "result_lora_film")]
)
def test_a_lora_has_the_outputs_of_a_model(handle: StandIn, body: dict[str, Any], form: str) -> None:
    name = submit(handle, deployment=READY_LORA, body=body)
    handle.clock.advance(120)
    result = ask(handle, name, "result", deployment=READY_LORA)
    check(form, result, 200, handle, request=name, deployment=READY_LORA)
    (address,) = result.json()["output"].values()
    assert send(handle, "GET", address).status_code == 200


def test_deployments(handle: StandIn) -> None:
    said = golden("serverless/new_deployment")
    made = send(handle, "POST", DEPLOYMENTS, said)
    check("deployment", made, 200, handle)
    own = f"{DEPLOYMENTS}/{made.json()['id']}"
    check("deployment", send(handle, "GET", own), 200, handle)
    check("deployments", send(handle, "GET", f"{DEPLOYMENTS}?ids={made.json()['id']}"), 200, handle)
    change = {"name": "tram", "max_instances": 4, "is_enabled": False}
    check("deployment_changed", send(handle, "PATCH", own, change), 200, handle)
    check("dropped", send(handle, "DELETE", own), 200, handle)


def test_balance(handle: StandIn) -> None:
    handle.ledger.set(12.5)
    check("balance", send(handle, "GET", "/prod/v2/balance"), 200, handle)


def test_errors(handle: StandIn) -> None:
    own, other = f"{DEPLOYMENTS}/{READY}", handle.another_key()
    check("error_unauthorized", send(handle, "GET", own, key="nobody"), 401, handle)
    check("error_forbidden", send(handle, "GET", own, key=other), 403, handle)
    check("error_not_found", send(handle, "GET", page(NOBODY, "status")), 404, handle)
    said = golden("serverless/new_deployment")
    del said["name"]
    check("error_validation", send(handle, "POST", DEPLOYMENTS, said), 422, handle)
    handle.ledger.set(0)
    check("error_no_funds", send(handle, "POST", inference(), OVERRIDES), 403, handle)
    send(handle, "PATCH", own, {"name": "off", "is_enabled": False})
    check("error_disabled", send(handle, "POST", inference(), OVERRIDES), 403, handle)
    send(handle, "DELETE", own)
    check("error_deleted", send(handle, "POST", inference(), OVERRIDES), 403, handle)
    check("error_not_found", send(handle, "GET", own), 404, handle)


@pytest.mark.parametrize(
    ("deployment", "body", "script", "forms"),
    [
        (READY, OVERRIDES, {}, ["news_in_queue", "news_in_progress", "news_succeeded"]),
        (READY, OVERRIDES, {"fails": True}, ["news_in_queue", "news_in_progress", "news_failed"]),
        (READY, OVERRIDES, {"cancelled": True}, ["news_in_queue", "news_in_progress", "news_cancelled"]),
        (READY_LORA, LORA, {}, ["news_in_queue", "news_in_progress", "news_lora"]),
    ],
)
def test_news(handle: StandIn, deployment: str, body: Any, script: dict[str, Any], forms: list[str]) -> None:
    handle.script(**script)
    query = f"?webhook={handle.webhooks.url}&webhook_intermediate_status=true"
    name = submit(handle, deployment=deployment, body=body, query=query)
    handle.settle()
    assert [each.method for each in handle.webhooks.received] == ["POST"] * len(forms)
    for form, each in zip(forms, handle.webhooks.received, strict=True):
        assert (b"content-type", b"application/json") in each.headers
        same(form, each.json, handle, name, deployment)
