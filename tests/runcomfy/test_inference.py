"""Requests to a deployment: under which id they are found, for how long, how they end, and what is no request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from understudy.mocks.stand_in import StandIn
from understudy.tests.mocks.errands import submit as submit_model
from understudy.tests.mocks.errands import world
from understudy.tests.runcomfy.serverless import (
    LORA,
    OVERRIDES,
    READY,
    READY_LORA,
    ask,
    code,
    inference,
    page,
    send,
    submit,
)

NOBODY = "00000000-0000-4000-a000-000000000000"
WEEK = 604_800
PAGES = pytest.mark.parametrize("what", ["status", "result", "cancel"])
VERSIONS = pytest.mark.parametrize("version", ["v1", "v2"])


@pytest.fixture
def handle() -> Iterator[StandIn]:
    with world() as handle:
        yield handle


@pytest.mark.parametrize(("took", "asked"), [("v1", "v2"), ("v2", "v1")])
def test_each_version_tells_what_the_other_took_in_its_own_form(handle: StandIn, took: str, asked: str) -> None:
    name = submit(handle, took)
    handle.clock.advance(5)
    said = ask(handle, name, "status", asked).json()
    assert said["status"] == "in_progress"
    assert ("instance_id" in said) is (asked == "v2")
    assert all(f"/prod/{asked}/" in said[key] for key in ("status_url", "result_url"))
    assert ask(handle, name, "cancel", asked).json()["status"] in ("completed", "cancellation_requested")
    words = {version: ask(handle, name, "result", version).json()["status"] for version in ("v1", "v2")}
    assert words == {"v1": "canceled", "v2": "cancelled"}
    assert not handle.findings


@VERSIONS
def test_the_addresses_in_an_answer_open(handle: StandIn, version: str) -> None:
    said = send(handle, "POST", inference(version), OVERRIDES).json()
    assert send(handle, "GET", said["status_url"]).json()["status"] == "in_queue"
    assert send(handle, "GET", said["result_url"]).json()["status"] == "in_queue"
    assert send(handle, "POST", said["cancel_url"]).status_code == 202


@VERSIONS
@PAGES
def test_an_id_is_found_under_its_own_deployment_alone(handle: StandIn, version: str, what: str) -> None:
    name, other = submit(handle), handle.another_key()
    model = submit_model(handle).json()["request_id"]
    method = "POST" if what == "cancel" else "GET"
    assert code(ask(handle, name, what, version, READY_LORA)) == (404, 404001)
    assert code(ask(handle, name, what, version, NOBODY)) == (404, 404001)
    assert code(ask(handle, NOBODY, what, version)) == (404, 404001)
    assert code(ask(handle, model, what, version)) == (404, 404001)
    assert code(send(handle, method, page(name, what, version), key=other)) == (403, 403003)
    assert code(send(handle, method, page(NOBODY, what, version), key=other)) == (403, 403003)
    assert code(send(handle, method, page(name, what, version), key="0" * 32)) == (401, 401001)
    assert code(send(handle, method, f"/v1/requests/{name}/{what}")) == (404, 404001)
    assert ask(handle, name, "status").json()["status"] == "in_queue"


@VERSIONS
def test_whether_a_deployment_takes_any_comes_before_what_is_said(handle: StandIn, version: str) -> None:
    bad = {"webhook": 1}
    assert code(send(handle, "POST", inference(version, NOBODY), bad)) == (404, 404001)
    assert code(send(handle, "POST", inference(version), bad, handle.another_key())) == (403, 403003)
    assert code(send(handle, "POST", inference(version), bad)) == (422, 422001)
    handle.ledger.set(0)
    assert code(send(handle, "POST", inference(version), bad)) == (422, 422001)
    assert code(send(handle, "POST", inference(version), OVERRIDES)) == (403, 10001)
    assert not len(handle.tasks)


@VERSIONS
def test_results_are_kept_for_seven_days(handle: StandIn, version: str) -> None:
    name = submit(handle, version)
    handle.clock.advance(11)  # it ends, and is a week old a week from now
    later = submit(handle, version)
    handle.clock.advance(WEEK - 0.000001)
    assert ask(handle, name, "result", version).json()["status"] == "succeeded"
    handle.clock.advance(0.000001)
    for what in ("status", "result", "cancel"):
        assert code(ask(handle, name, what, version)) == (404, 404001)
    assert ask(handle, later, "result", version).json()["status"] == "succeeded"


def test_what_is_not_over_is_kept_for_ever(handle: StandIn) -> None:
    handle.script(stuck=True)
    name = submit(handle)
    handle.clock.advance(3 * WEEK)
    assert ask(handle, name, "status").json()["status"] == "in_progress"
    assert ask(handle, name, "cancel").json()["outcome"] == "cancelled"
    handle.clock.advance(WEEK)
    assert code(ask(handle, name, "status")) == (404, 404001)


def test_a_jump_wears_nothing_out() -> None:
    with world(clock="auto") as handle:
        handle.script(queued=0, running=1)
        handle.script(queued=0, running=2 * WEEK)
        quick, slow = submit(handle), submit(handle)
        while ask(handle, slow, "status").json()["status"] != "completed":
            pass
        assert handle.clock.now >= 2 * WEEK
        assert ask(handle, quick, "result").json()["status"] == "succeeded"


@pytest.mark.parametrize(("reading", "running"), [("yes", True), ("queued only", False)])
@VERSIONS
def test_whether_what_runs_can_be_cancelled_is_a_reading(version: str, reading: str, running: bool) -> None:
    with world(cancel_running=reading) as handle:
        word = {("v1", True): "cancellation_requested", ("v2", True): "cancelled"}.get((version, running))
        name, other = submit(handle, version), submit(handle, version)
        accepted = ask(handle, other, "cancel", version).json()
        assert {"cancellation_requested", "cancelled"} & set(accepted.values())
        handle.clock.advance(5)
        said = ask(handle, name, "cancel", version).json()
        assert (word or "not_cancellable") in said.values()
        assert (ask(handle, name, "status").json()["status"] == "cancelled") is running
        if version == "v2" and not running:
            assert said["status"] == "in_progress"


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ("array", [{"errorCode": 0, "error": "no memory", "debugInfo": ""}]),
        ("object", {"type": "GenerationFailed", "message": "no memory"}),
        ("string", "no memory"),
    ],
)
@VERSIONS
def test_the_form_of_an_error_is_a_reading(version: str, form: str, error: Any) -> None:
    with world(serverless_failed_error=form) as handle:
        handle.script(fails="no memory")
        name = submit(handle, version)
        handle.clock.advance(60)
        assert ask(handle, name, "result", version).json()["error"] == error
        assert not handle.findings


def test_how_a_cancelled_one_is_spelled_is_a_reading() -> None:
    with world(serverless_cancelled_word="canceled") as handle:
        name = submit(handle)
        ask(handle, name, "cancel")
        assert {ask(handle, name, what).json()["status"] for what in ("status", "result")} == {"canceled"}
        assert not handle.findings


@pytest.mark.parametrize(("form", "said"), [("401", (401, 401001)), ("403", (403, 401001)), ("400004", (401, 400004))])
def test_how_a_bad_token_is_refused_is_a_reading(form: str, said: tuple[int, int]) -> None:
    with world(serverless_bad_token=form) as handle:
        for path in ("/prod/v2/deployments", "/prod/v2/balance", page(NOBODY, "status", "v1")):
            assert code(send(handle, "GET", path, key="0" * 32)) == said
        assert code(send(handle, "GET", "/v1/models", key="0" * 32)) == (401, 400004)


def test_one_ledger_pays_for_all(handle: StandIn) -> None:
    handle.ledger.set(10)
    handle.script(cost=4, times=2)
    submit_model(handle)
    submit(handle)
    handle.settle()
    assert send(handle, "GET", "/prod/v2/balance").json() == {"balance_usd": 2.0, "currency": "USD"}
    other = handle.another_key()
    assert send(handle, "GET", "/prod/v2/balance", key=other).json()["balance_usd"] == 1_000_000


def test_a_film_of_a_lora_is_as_long_as_its_frames_and_takes_as_long_as_films_do(handle: StandIn) -> None:
    name = submit(handle, deployment=READY_LORA, body={**LORA, "num_frames": 48, "fps": 16})
    (medium,) = handle.tasks.one().order.media
    assert (medium.kind, medium.seconds) == ("video", 3.0)
    handle.clock.advance(90.5)
    assert ask(handle, name, "status", deployment=READY_LORA).json()["status"] == "in_progress"
    handle.clock.advance(1)
    assert ask(handle, name, "status", deployment=READY_LORA).json()["status"] == "completed"


def test_what_a_script_makes_of_a_lora_is_told_by_kind(handle: StandIn) -> None:
    handle.script(outputs=2)
    name = submit(handle, deployment=READY_LORA, body=LORA)
    handle.clock.advance(60)
    assert list(ask(handle, name, "result", deployment=READY_LORA).json()["output"]) == ["images"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ([], (422, 422001)),
        (7, (422, 422001)),
        ({"overrides": []}, (422, 422001)),
        ({"workflow_api_json": "graph"}, (422, 422001)),
        ({"extra_data": 1}, (422, 422001)),
        ({"webhook_intermediate_status": "true"}, (422, 422001)),
    ],
)
@VERSIONS
def test_what_is_no_request_is_refused(handle: StandIn, version: str, body: Any, said: tuple[int, int]) -> None:
    assert code(send(handle, "POST", inference(version), body)) == said
    assert not len(handle.tasks)


@pytest.mark.parametrize(
    ("body", "loc"),
    [
        ({"overrides": {"66": {"inputs": {}}}}, ["body", "overrides", "66"]),
        ({"overrides": {"6": {"inputs": {"txt": "x"}}}}, ["body", "overrides", "6", "inputs", "txt"]),
        ({"workflow_api_json": {"1": {"class_type": "SaveImage", "inputs": {"images": ["2", 0]}}}},
         ["body", "workflow_api_json", "1", "inputs", "images", 0]),
    ],
)  # fmt: skip
def test_a_node_is_named_by_a_text_and_a_place_in_a_list_by_a_number(handle: StandIn, body: Any, loc: Any) -> None:
    said = send(handle, "POST", inference("v2"), body)
    assert [row["loc"] for row in said.json()["detail"]] == [loc]


numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
words = st.text(max_size=5)
values = st.recursive(st.none() | st.booleans() | numbers | words,
                      lambda some: st.lists(some, max_size=3) | st.dictionaries(words, some, max_size=3),
                      max_leaves=8)  # fmt: skip
fields = st.sampled_from(["overrides", "workflow_api_json", "extra_data", "webhook", "webhook_intermediate_status",
                          "prompt", "num_frames", "fps", "width", "seed", "name", "hardware", "min_instances",
                          "max_instances", "is_enabled"])  # fmt: skip
bodies = st.dictionaries(fields | words, values, max_size=5)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(body=bodies | values, which=st.integers(0, 4))
def test_a_hostile_body_is_taken_or_refused_and_never_more(handle: StandIn, body: Any, which: int) -> None:
    own = f"/prod/v2/deployments/{READY}"
    path = [inference(), inference("v1"), inference("v2", READY_LORA), "/prod/v2/deployments", own][which]
    answer = send(handle, "PATCH" if path == own else "POST", path, {"any": 0} if body is None else body)
    assert answer.status_code in (200, 403, 413, 422), answer.text
    if answer.status_code != 200:
        assert code(answer)[1] in (422001, 10002, 413001)
    elif which < 3:
        name, deployment = answer.json()["request_id"], READY_LORA if which == 2 else READY
        handle.settle()
        assert ask(handle, name, "result", deployment=deployment).json()["status"] == "succeeded"


@pytest.mark.parametrize(("word", "failure"), [
    ("ValidationError", (422001, "The body does not match the schema.")),  # the Model API has other words for it
    ("404001", (404001, "The deployment, its version or the request does not exist.")),
    ("InsufficientResources", (400002, "The account has no remaining balance.")),  # and a name that none here has
    ("out of memory", (0, "out of memory")),
])  # fmt: skip
def test_a_failure_is_told_in_the_words_of_this_api(handle: StandIn, word: str, failure: tuple[int, str]) -> None:
    handle.script(fails=word)
    name = submit(handle)
    handle.clock.advance(20)
    (told,) = ask(handle, name, "result").json()["error"]
    assert (told["errorCode"], told["error"]) == failure


@pytest.mark.parametrize(("channel", "method", "path"), [
    ("proxy", "GET", f"/prod/v2/deployments/{READY}/instances/{NOBODY}/proxy/queue"),
    ("deployments", "GET", "/prod/v2/deployments"),
    ("account", "GET", "/prod/v2/balance"),
])  # fmt: skip
def test_a_fault_strikes_on_a_channel_that_only_this_provider_has(
    handle: StandIn, channel: str, method: str, path: str
) -> None:
    handle.fault(503, on=channel)
    assert [send(handle, method, path).status_code == 503 for _ in range(2)] == [True, False]


def test_a_script_is_for_the_orders_of_a_deployment_by_its_name_or_id(handle: StandIn) -> None:
    handle.script(model="text-to-image-lora", fails="of the ready one")
    mine = handle.add_prop("deployment", name="mine", warm=True, min_instances=1)
    handle.script(model="mine", fails="by name")
    handle.script(model=mine.id, fails="by id")
    asked = [(READY, None), (READY_LORA, LORA), (mine.id, None), (mine.id, None)]
    names = [(submit(handle, deployment=where, body=body), where) for where, body in asked]
    handle.clock.advance(300)
    said = [ask(handle, name, "result", deployment=where).json() for name, where in names]
    told = [each["error"][0]["error"] if "error" in each else "" for each in said]
    assert told == ["", "of the ready one", "by name", "by id"]
    with pytest.raises(ValueError, match="expected a model of runcomfy; came 'nobody'"):
        handle.script(model="nobody")
