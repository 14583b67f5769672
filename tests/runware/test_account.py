"""What an account is told of itself, and of its tasks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from understudy.mocks.engine.usage import percentile
from understudy.mocks.runware.account import masked
from understudy.mocks.stand_in import StandIn
from understudy.tests.runware.asked import MODEL, NAME, compare, fetch, golden, judged, made, other, send, task, world
from websockets.sync.client import connect

DAY = 86_400


def manage(operation: str, **said: Any) -> dict[str, Any]:
    return {"taskType": "accountManagement", "taskUUID": NAME, "operation": operation, **said}


def asked(handle: StandIn, operation: str, **said: Any) -> dict[str, Any]:
    (item,) = made(handle, manage(operation, **said))
    return item


def test_an_account_is_told_as_documented() -> None:
    with world() as handle:
        answer = send(handle, manage("getDetails"))
        compare(golden("account"), answer.json(), handle.url)
        assert handle.api_key not in answer.text
        assert not judged(handle)


def test_a_balance_may_be_a_number() -> None:
    with world(balance_form="number") as handle:
        handle.ledger.set(2450.75)
        assert asked(handle, "getDetails")["balance"] == 2450.75
        assert not judged(handle)


def test_money_orders_and_days_are_those_of_the_ledger() -> None:
    with world(clock="manual") as handle:
        for at in range(3):
            made(handle, task(other(at), deliveryMethod="async", numberResults=at + 1))
        handle.settle()
        spent = float(handle.ledger.spent)
        told = asked(handle, "getDetails")
        assert told["balance"]["amount"] == pytest.approx(1_000_000 - spent)
        assert told["usage"]["total"] == told["usage"]["today"] == {"credits": pytest.approx(spent), "requests": 3}
        handle.clock.advance(3 * DAY)
        made(handle, task(other(9), deliveryMethod="async"))
        usage = asked(handle, "getDetails")["usage"]
        assert [usage[name]["requests"] for name in ("today", "last7Days", "last30Days", "total")] == [1, 4, 4, 4]
        handle.clock.advance(20 * DAY)
        usage = asked(handle, "getDetails")["usage"]
        assert [usage[name]["requests"] for name in ("today", "last7Days", "last30Days", "total")] == [0, 0, 4, 4]


def test_an_account_knows_nothing_of_others() -> None:
    with world() as handle:
        made(handle, task())
        (item,) = send(handle, manage("getDetails"), key=handle.another_key()).json()["data"]
        assert item["usage"]["total"]["requests"] == 0
        assert item["balance"]["amount"] == 1_000_000


def test_activity_is_told_by_day() -> None:
    with world() as handle:
        made(handle, task(other(1)), task(other(2), numberResults=2))
        answer = send(handle, manage("getUsageActivity", startDate="2026-01-01", endDate="2026-01-02"))
        compare(golden("activity"), answer.json(), handle.url)
        assert not judged(handle)


def test_performance_is_that_of_the_timelines() -> None:
    with world() as handle:
        for at, seconds in enumerate((4, 10, 40)):
            handle.script(running=seconds)
            made(handle, task(other(at)))
        part = asked(handle, "getUsagePerformance", groupBy=["model"])["usage"]["model"]
        (row,) = part["data"]
        assert row == {"model": MODEL, "modelName": "alibaba-z-image-turbo", "count": 3, "avgInferenceTime": 18.0,
                       "p90InferenceTime": 40.0, "p99InferenceTime": 40.0}  # fmt: skip
        assert part["meta"] == {"totalRequests": 3, "avgInferenceTime": 18.0, "p50InferenceTime": 10.0,
                                "p90InferenceTime": 40.0, "p99InferenceTime": 40.0}  # fmt: skip
        empty = asked(handle, "getUsagePerformance", models=["no:such@model"])["usage"]["timeseries"]
        assert empty["meta"] == {"totalRequests": 0}
        assert empty["data"][0]["avgInferenceTime"] is None


@pytest.mark.parametrize("socket", [False, True])
def test_errors_are_counted_once_by_whose_fault_they_are(socket: bool) -> None:
    wrong = [
        task(other(1), width=1),
        task(other(2), model="no:such@model"),
        task(other(3), positivePrompt=None, width=1),
    ]
    with world(clock="manual") as handle:
        handle.script(fails=True)
        failing = task(other(4), deliveryMethod="async")
        if socket:
            with connect(handle.ws_url) as line:
                line.send(json.dumps([{"taskType": "authentication", "apiKey": handle.api_key}]))
                line.recv(timeout=5)
                line.send(json.dumps([*wrong, failing]))
                for _ in range(4):
                    line.recv(timeout=5)
        else:
            send(handle, *wrong, failing)
        handle.settle()
        for _ in range(3):
            send(handle, {"taskType": "getResponse", "taskUUID": other(4)})
        told = asked(handle, "getUsageErrors", groupBy=["model", "apiKey", "date"])["usage"]
        assert set(told) == {"timeseries", "model", "apiKey"}
        by_model = {row["model"]: (row["clientErrors"], row["serverErrors"]) for row in told["model"]["data"]}
        assert by_model == {MODEL: (2, 1), "no:such@model": (1, 0)}
        assert told["apiKey"]["data"][0]["apiKey"] == masked(handle.api_key)
        assert told["apiKey"]["meta"] == {"totalRequests": 4, "totalErrors": 4, "errorRate": 1.0}


def test_a_day_is_one_of_the_zone_that_is_named() -> None:
    with world(clock="manual") as handle:
        handle.clock.advance(23.5 * 3600)
        made(handle, task(deliveryMethod="async"))

        def days(zone: str) -> list[str]:
            rows = asked(handle, "getUsageActivity", timezone=zone)["usage"]["timeseries"]["data"]
            return [row["date"] for row in rows if row["count"]]

        assert days("UTC") == ["2026-01-01"]
        assert days("Europe/Rome") == ["2026-01-02"]
        assert days("America/New_York") == ["2026-01-01"]


def test_only_what_is_asked_for_is_counted() -> None:
    with world() as handle:
        made(handle, task())
        for said, count in (({"models": [MODEL]}, 1), ({"models": ["other:1@1"]}, 0), ({"apiKeys": ["nobody's"]}, 0),
                            ({"apiKeys": [masked(handle.api_key)]}, 1), ({"endDate": "2025-12-31"}, 0),
                            ({"startDate": "2026-01-01"}, 1), ({"startDate": "2027-01-01"}, 0)):  # fmt: skip
            assert asked(handle, "getUsageActivity", **said)["usage"]["timeseries"]["meta"]["totalRequests"] == count, (
                said
            )


@pytest.mark.parametrize(("said", "name"), [
    ({"startDate": "yesterday"}, "startDate"), ({"endDate": "2026-13-01"}, "endDate"),
    ({"endDate": "0001-01-01"}, "endDate"),
    ({"startDate": "9999-12-31"}, "startDate"), ({"startDate": "2026-01-05", "endDate": "2026-01-01"}, "endDate"),
    ({"startDate": "2026-01-01", "endDate": "2026-02-05"}, "endDate"), ({"timezone": "Mars/Phobos"}, "timezone"),
    ({"timezone": "../../etc/passwd"}, "timezone"), ({"timezone": "/etc/localtime"}, "timezone"),
    ({"groupBy": ["week"]}, "groupBy"), ({"models": "all"}, "models"), ({"timezone": "a\0b"}, "timezone"),
])  # fmt: skip
def test_a_question_that_makes_no_sense_is_refused(said: dict[str, Any], name: str) -> None:
    with world() as handle:
        answer = send(handle, manage("getUsageActivity", **said))
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["parameter"].partition(".")[0] == name


def test_an_operation_that_nobody_knows_is_refused() -> None:
    with world() as handle:
        assert send(handle, manage("getEverything")).status_code == 400
        assert send(handle, {"taskType": "accountManagement", "taskUUID": NAME}).status_code == 400


@given(st.lists(st.floats(0, 1000), min_size=1).map(sorted), st.integers(1, 100))
def test_a_percentile_is_one_of_the_times(times: list[float], percent: int) -> None:
    told = percentile(times, percent)
    assert told in [round(each, 6) for each in times]
    assert sum(round(each, 6) <= told for each in times) >= len(times) * percent / 100


@given(st.text(max_size=60))
def test_no_key_can_be_read_from_what_is_shown(key: str) -> None:
    assert len(masked(key).replace("...", "").replace("***", "")) <= len(key) / 2


def test_a_task_is_told_with_what_was_asked_and_answered() -> None:
    with world() as handle:
        made(handle, task(seed=7))
        answer = send(handle, {"taskType": "getTaskDetails", "taskUUID": NAME})
        compare(golden("details"), answer.json(), handle.url)
        assert fetch(handle, answer.json()["data"][0]["response"]["data"][0]["imageURL"]).status_code == 200
        assert not judged(handle)


def test_details_stand_as_they_are_now() -> None:
    with world(clock="manual") as handle:
        handle.script(fails=True)
        made(handle, task(deliveryMethod="async"))
        ask = {"taskType": "getTaskDetails", "taskUUID": NAME}
        assert made(handle, ask)[0]["response"] == {"data": [{"taskType": "imageInference", "taskUUID": NAME}]}
        handle.settle()
        response = made(handle, ask)[0]["response"]
        assert list(response) == ["errors"]
        assert response["errors"][0]["taskUUID"] == NAME
        made(handle, task(other(1), deliveryMethod="async", outputType="base64Data"))
        handle.settle()
        told = made(handle, {**ask, "taskUUID": other(1)})[0]["response"]["data"][0]
        assert "imageBase64Data" in told
        assert not judged(handle)


def test_a_task_that_nobody_knows_and_anothers_are_not_found() -> None:
    with world() as handle:
        made(handle, task())
        for name, key in ((other(1), ""), (NAME, handle.another_key())):
            answer = send(handle, {"taskType": "getTaskDetails", "taskUUID": name}, key=key)
            (error,) = answer.json()["errors"]
            assert (answer.status_code, error["code"], error["taskUUID"]) == (404, "taskNotFound", name)


def test_a_key_that_stood_in_the_list_is_not_told() -> None:
    with world() as handle:
        bearer = {"taskType": "authentication", "apiKey": handle.api_key}
        send(handle, bearer, task())
        answer = send(handle, {"taskType": "getTaskDetails", "taskUUID": NAME})
        assert handle.api_key not in answer.text


@pytest.mark.parametrize(
    "said", [{"apiKey": ["KEY"]}, {"apiKey": {"is": "KEY"}}, {"apiKey": [["KEY"]]}, {"apiKeys": ["a", "KEY"]}]
)
def test_a_key_in_a_list_or_astray_is_kept_nowhere(said: dict[str, Any]) -> None:
    with world() as handle:
        told = json.loads(json.dumps(said).replace("KEY", handle.api_key))
        for task_type in ("authentication", "accountManagement", "nothing"):
            send(handle, {"taskType": task_type, "taskUUID": other(5), "operation": "getUsageActivity", **told})
            send(handle, {"taskType": "authentication", **told}, key="nobody's")
        shown = json.dumps(handle.journal.as_dicts()) + handle.journal.canonical().decode() + repr(handle.findings)
        assert "***" in shown
        assert handle.api_key not in shown


@pytest.mark.parametrize(("said", "must"), [
    ({"startDate": "2025-10-20", "endDate": "2026-01-05"}, "End date must be a span of at most 30 days."),
    ({"startDate": "yesterday"}, "Start date must be a day, as 2026-01-31."),
])  # fmt: skip
def test_what_is_wrong_with_a_day_is_said(said: dict[str, str], must: str) -> None:
    with world() as handle:
        task = {"taskType": "accountManagement", "taskUUID": NAME, "operation": "getUsageActivity", **said}
        assert must in send(handle, task).json()["errors"][0]["message"]
