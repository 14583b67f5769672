"""News of a task's end: its form, its retries, how its delivery is told, and that it is sent again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from understudy.mocks.stand_in import StandIn
from understudy.tests.runninghub.errands import ask, post, runninghub, submit

NONE = {"code": 1, "msg": "webhook event not exists", "errorMessages": None, "data": None}
RETRY = "/task/openapi/retryWebhook"


@pytest.fixture
def handle() -> Any:
    with runninghub() as handle:
        yield handle


def told(handle: StandIn, at: int = 0) -> Any:
    """The event that came, and what its data says."""
    event = handle.webhooks.received[at].json
    return event, json.loads(event["eventData"])


def detail(handle: StandIn, task: str) -> Any:
    return ask(handle, "detail", task)["data"]


def again(handle: StandIn, number: Any, **more: Any) -> Any:
    return post(handle, RETRY, {"webhookId": number, **more})


def test_the_end_is_told_as_the_query_tells_it(handle: StandIn) -> None:
    task = submit(handle, webhookUrl=handle.webhooks.url)
    assert handle.webhooks.received == []
    handle.settle()
    (event,) = handle.webhooks.received
    assert list(event.json) == ["event", "taskId", "eventData"]
    assert (event.json["event"], event.json["taskId"], event.at) == ("TASK_END", task, 10)
    assert told(handle)[1] == ask(handle, "query", task)


def test_it_may_be_told_as_the_outputs_tell_it() -> None:
    with runninghub(webhook_shape="outputs") as handle:
        handle.script(queued=0, running=5)
        task = submit(handle, webhookUrl=handle.webhooks.url)
        handle.settle()
        _, data = told(handle)
        assert list(data) == ["code", "msg", "data"]
        assert data["data"][0]["taskCostTime"] == 5
        (file,) = ask(handle, "outputs", task)["data"]
        assert data == {"code": 0, "msg": "success", "data": [{**file, "taskCostTime": 5}]}


@pytest.mark.parametrize("shape", ["query", "outputs"])
@pytest.mark.parametrize("how", ["fails", "cancel"])
def test_a_bad_end_is_told_once(shape: str, how: str) -> None:
    with runninghub(webhook_shape=shape) as handle:
        handle.script(queued=2, running=10, fails="1501" if how == "fails" else False)
        task = submit(handle, webhookUrl=handle.webhooks.url)
        handle.clock.advance(5)
        if how == "cancel":
            ask(handle, "cancel", task)
        handle.settle()
        (event,) = handle.webhooks.received
        assert event.at == (12 if how == "fails" else 5)
        said = ask(handle, shape, task)
        data = told(handle)[1]
        assert data == (said if shape == "query" else {key: said[key] for key in ("code", "msg", "data")})
        assert data["status" if shape == "query" else "code"] == ("FAILED" if shape == "query" else 805)


def test_without_an_address_there_is_no_event(handle: StandIn) -> None:
    task = submit(handle)
    handle.settle()
    assert handle.webhooks.received == []
    assert ask(handle, "detail", task) == NONE
    assert again(handle, str(int(task) + 1)) == NONE


def test_before_the_end_there_is_no_event(handle: StandIn) -> None:
    task = submit(handle, webhookUrl=handle.webhooks.url)
    assert ask(handle, "detail", task) == NONE
    assert again(handle, str(int(task) + 1)) == NONE


def test_an_event_is_its_accounts_own(handle: StandIn) -> None:
    task = submit(handle, webhookUrl=handle.webhooks.url)
    handle.settle()
    other = handle.another_key()
    assert ask(handle, "detail", task, other) == NONE
    assert post(handle, RETRY, {"webhookId": detail(handle, task)["id"]}, other) == NONE
    assert len(handle.webhooks.received) == 1


def test_a_delivery_is_told_key_for_key(handle: StandIn) -> None:
    task = submit(handle, webhookUrl=handle.webhooks.url)
    handle.settle()
    assert detail(handle, task) == {
        "id": str(int(task) + 1), "userApiKey": "***", "taskId": task, "webhookUrl": handle.webhooks.url,
        "eventData": told(handle)[0]["eventData"], "callbackStatus": "SUCCESS", "callbackResponse": '{"received": true}',
        "retryCount": 0, "createTime": "2026-01-01T00:00:10", "updateTime": "2026-01-01T00:00:10"}  # fmt: skip
    assert not handle.findings


def test_what_nobody_takes_is_tried_three_times_more_in_three_minutes(handle: StandIn) -> None:
    handle.webhooks.answer(500, times="always")
    handle.script(queued=0, running=10)
    task = submit(handle, webhookUrl=handle.webhooks.url)
    seen = []
    for span in (10, 60, 60, 60):
        handle.clock.advance(span)
        handle.webhooks.wait(len(seen) + 1)
        handle.run(handle.session.courier.idle)
        said = detail(handle, task)
        seen.append((said["callbackStatus"], said["retryCount"], said["updateTime"][-5:]))
    assert seen == [
        ("RETRYING", 0, "00:10"),
        ("RETRYING", 1, "01:10"),
        ("RETRYING", 2, "02:10"),
        ("FAILED", 3, "03:10"),
    ]
    assert said["createTime"] == "2026-01-01T00:00:10"
    handle.settle()
    assert [each.at for each in handle.webhooks.received] == [10, 70, 130, 190]
    assert [finding.rule for finding in handle.findings] == ["undelivered"]


def test_one_that_is_taken_later_is_a_success(handle: StandIn) -> None:
    handle.webhooks.answer(503, times=2)
    task = submit(handle, webhookUrl=handle.webhooks.url)
    handle.settle()
    said = detail(handle, task)
    assert (said["callbackStatus"], said["retryCount"]) == ("SUCCESS", 2)


@pytest.mark.parametrize("number", [str, int])
def test_an_event_is_sent_again(handle: StandIn, number: Any) -> None:
    handle.webhooks.answer(500, times=4)
    task = submit(handle, webhookUrl=handle.webhooks.url)
    handle.settle()
    failed = detail(handle, task)
    assert failed["callbackStatus"] == "FAILED"
    assert again(handle, number(failed["id"])) == {"code": 0, "msg": "", "errorMessages": None, "data": None}
    handle.settle()
    assert detail(handle, task)["callbackStatus"] == "SUCCESS"
    assert [each.body for each in handle.webhooks.received] == [handle.webhooks.received[0].body] * 5


def test_it_is_sent_elsewhere_if_another_address_is_named(handle: StandIn) -> None:
    task = submit(handle, webhookUrl=f"{handle.webhooks.url}/one")
    handle.settle()
    again(handle, detail(handle, task)["id"], webhookUrl=f"{handle.webhooks.url}/two")
    handle.settle()
    assert [each.path.rpartition("/")[2] for each in handle.webhooks.received] == ["one", "two"]
    assert detail(handle, task)["webhookUrl"] == f"{handle.webhooks.url}/two"


@pytest.mark.parametrize("body", [{}, {"webhookId": "x"}, {"webhookId": "1", "webhookUrl": "ftp://127.0.0.1/x"}])
def test_a_retry_that_names_nothing_is_refused(handle: StandIn, body: Any) -> None:
    assert post(handle, RETRY, body)["code"] == 301


@pytest.mark.parametrize(("what", "times"), [("lost", 0), ("duplicated", 2), ("late", 1)])
def test_faults_bend_the_news(handle: StandIn, what: str, times: int) -> None:
    handle.fault(what, on="webhook", **({"seconds": 30} if what == "late" else {}))
    task = submit(handle, webhookUrl=handle.webhooks.url)
    handle.settle()
    assert len(handle.webhooks.received) == times
    if what == "late":
        assert handle.webhooks.received[0].at == 40
    assert detail(handle, task)["callbackStatus"] == ("FAILED" if what == "lost" else "SUCCESS")


def test_the_news_may_come_before_the_answer_to_the_submit() -> None:
    with runninghub(clock="auto") as handle:
        handle.fault("early", on="webhook")
        task = submit(handle, webhookUrl=handle.webhooks.url)
        assert [each.json["taskId"] for each in handle.webhooks.received] == [task]


def test_an_address_elsewhere_is_never_called(handle: StandIn) -> None:
    task = submit(handle, webhookUrl="https://example.com/hook")
    handle.settle()
    assert detail(handle, task)["callbackStatus"] == "FAILED"
    assert "blocked-delivery" in [finding.rule for finding in handle.findings]


def test_who_only_waits_for_the_news_has_it_soon() -> None:
    with runninghub(clock="auto") as handle:
        task = submit(handle, webhookUrl=handle.webhooks.url)
        assert [each.json["taskId"] for each in handle.webhooks.wait()] == [task]
        handle.run(handle.session.courier.idle)
        assert detail(handle, task)["callbackStatus"] == "SUCCESS"
