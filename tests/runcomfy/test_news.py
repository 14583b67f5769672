"""News of a request: where to, of what, in which order, and how often where nobody takes it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from urllib.parse import quote

import pytest
from understudy.contracts.contract import contract
from understudy.mocks.runcomfy.serverless.news import waits
from understudy.mocks.stand_in import StandIn
from understudy.tests.mocks.errands import world
from understudy.tests.runcomfy.serverless import OVERRIDES, READY, ask, code, inference, send, submit

DAY = 86_400
ALL = "&webhook_intermediate_status=true"
VERSIONS = pytest.mark.parametrize("version", ["v1", "v2"])


@pytest.fixture
def handle() -> Iterator[StandIn]:
    with world() as handle:
        yield handle


def query(handle: StandIn, more: str = "") -> str:
    return f"?webhook={quote(handle.webhooks.url, safe='')}{more}"


def words(handle: StandIn, name: str = "") -> list[str]:
    return [each.json["status"] for each in handle.webhooks.received if name in ("", each.json["request_id"])]


@VERSIONS
def test_the_end_alone_is_told_unless_more_is_asked_for(handle: StandIn, version: str) -> None:
    submit(handle, version, query=query(handle))
    submit(handle, version, query=query(handle, "&webhook_intermediate_status=false"))
    handle.settle()
    assert words(handle) == ["succeeded", "succeeded"]


@VERSIONS
def test_each_state_is_told_in_its_time_if_it_is_asked_for(handle: StandIn, version: str) -> None:
    handle.script(queued=3, running=10)
    submit(handle, version, query=query(handle, ALL))
    handle.settle()
    assert words(handle) == ["in_queue", "in_progress", "succeeded"]
    assert [each.at for each in handle.webhooks.received] == [0, 3, 13]
    assert {each.json["deployment_id"] for each in handle.webhooks.received} == {READY}


def test_a_result_tells_what_the_news_told(handle: StandIn) -> None:
    name = submit(handle, query=query(handle))
    handle.settle()
    (told,) = handle.webhooks.received
    said = ask(handle, name, "result").json()
    assert {key: told.json[key] for key in ("outputs", "created_at", "finished_at", "status")} == {
        key: said[key] for key in ("outputs", "created_at", "finished_at", "status")}  # fmt: skip
    assert code_of(handle, told.json["outputs"]) == {200}


def code_of(handle: StandIn, outputs: dict[str, Any]) -> set[int]:
    files = [file["url"] for node in outputs.values() for group in node.values() for file in group]
    assert files
    return {send(handle, "GET", file).status_code for file in files}


def test_the_body_may_say_it_as_of_old_and_the_query_wins(handle: StandIn) -> None:
    body = {**OVERRIDES, "webhook": handle.webhooks.url + "/body", "webhook_intermediate_status": True}
    submit(handle, body=body)
    handle.settle()
    assert words(handle) == ["in_queue", "in_progress", "succeeded"]
    submit(handle, body=body, query="?webhook_intermediate_status=false")
    handle.settle()
    assert words(handle)[3:] == ["succeeded"]
    submit(handle, body=body, query=f"?webhook={handle.webhooks.url}/query")
    handle.settle()
    assert {each.path.rpartition("/")[2] for each in handle.webhooks.received[:4]} == {"body"}
    assert {each.path.rpartition("/")[2] for each in handle.webhooks.received[4:]} == {"query"}


@VERSIONS
@pytest.mark.parametrize("address", ["ftp://127.0.0.1/x", "127.0.0.1", "/hook", "http://", "", "javascript:alert(1)"])
def test_an_address_that_is_none_is_refused(handle: StandIn, version: str, address: str) -> None:
    answer = send(handle, "POST", f"{inference(version)}?webhook={quote(address, safe='')}", OVERRIDES)
    assert code(answer) == (422, 422001)
    assert answer.json()["detail"][0]["loc"] == ["query", "webhook"]
    answer = send(handle, "POST", inference(version), {**OVERRIDES, "webhook": address})
    assert code(answer) == (422, 422001)
    assert answer.json()["detail"][0]["loc"] == ["body", "webhook"]
    assert not len(handle.tasks)


def test_an_option_that_is_none_is_refused(handle: StandIn) -> None:
    answer = send(handle, "POST", inference() + query(handle, "&webhook_intermediate_status=1"), OVERRIDES)
    assert code(answer) == (422, 422001)


def test_a_further_look_at_the_same_state_is_no_news(handle: StandIn) -> None:
    handle.script(looks=5)
    submit(handle, query=query(handle, ALL))
    handle.settle()
    assert words(handle) == ["in_queue", "in_progress", "succeeded"]


def test_a_cancel_is_news_and_nothing_comes_after_it(handle: StandIn) -> None:
    name = submit(handle, query=query(handle, ALL))
    handle.clock.advance(5)
    ask(handle, name, "cancel")
    handle.settle()
    assert words(handle) == ["in_queue", "in_progress", "cancelled"]
    assert handle.webhooks.received[-1].at == 5


def test_a_failure_tells_why(handle: StandIn) -> None:
    handle.script(fails="out of memory")
    submit(handle, query=query(handle))
    handle.settle()
    (told,) = handle.webhooks.received
    assert told.json["status"] == "failed"
    assert told.json["error"] == {"type": "GenerationFailed", "message": "out of memory"}


def test_what_is_not_taken_comes_again_after_longer_and_longer(handle: StandIn) -> None:
    handle.script(queued=0, running=10)
    handle.webhooks.answer(500, times=3)
    submit(handle, query=query(handle))
    handle.settle()
    told = [(each.status, each.at) for each in handle.requests(on="webhook")]
    assert told == [(500, 10), (500, 11), (500, 13), (200, 17)]


def test_what_nobody_takes_is_given_up_after_a_day(handle: StandIn) -> None:
    handle.script(queued=0, running=10)
    handle.webhooks.answer(500, times="always")
    name = submit(handle, query=query(handle))
    handle.settle()
    moments = [each.at for each in handle.requests(on="webhook")]
    assert moments[-1] == 10 + DAY
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert all(later == 2 * earlier for earlier, later in pairwise(gaps[:-1]))
    assert [finding.rule for finding in handle.findings] == ["undelivered"]
    assert ask(handle, name, "result").json()["status"] == "succeeded"


@pytest.mark.parametrize(("first", "factor", "most"), [(1, 2, 86400), (5, 3, 100), (10, 1, 25), (7, 2, 7)])
def test_the_waits_fill_the_time_that_there_is(first: float, factor: float, most: float) -> None:
    made = waits({"first": first, "factor": factor, "most": most})
    assert (made[0], sum(made)) == (first, most)


@pytest.mark.parametrize(
    ("what", "seen"),
    [
        ("lost", ["in_progress", "succeeded"]),
        ("duplicated", ["in_queue", "in_queue", "in_progress", "succeeded"]),
        ("reordered", ["in_progress", "in_queue", "succeeded"]),
    ],
)
def test_a_fault_bends_the_news(handle: StandIn, what: str, seen: list[str]) -> None:
    handle.fault(what, on="webhook")
    submit(handle, query=query(handle, ALL))
    handle.settle()
    assert words(handle) == seen


def test_news_of_a_request_outlives_its_deployment(handle: StandIn) -> None:
    submit(handle, query=query(handle))
    send(handle, "DELETE", f"/prod/v2/deployments/{READY}")
    handle.settle()
    assert words(handle) == ["succeeded"]


def test_how_it_is_delivered_is_data() -> None:
    rule = contract("runcomfy").lives["serverless"].deliver
    assert (rule["patience"], rule["retries"]["most"]) == (10, DAY)
    assert contract("runcomfy").lives["serverless_v1"].deliver == rule


def test_who_only_waits_for_the_news_has_it_soon() -> None:
    with world(clock="auto") as handle:
        submit(handle, query=query(handle, ALL))
        assert [each.json["status"] for each in handle.webhooks.wait(3)] == ["in_queue", "in_progress", "succeeded"]
