"""Accounts: what is left and under way, kinds of keys, and the lists, page by page."""

from __future__ import annotations

from typing import Any

import pytest
from understudy.contracts.contract import contract
from understudy.mocks.stand_in import StandIn, stand_in
from understudy.tests.runninghub.asked import world
from understudy.tests.runninghub.forms import UPLOAD, ask, data, form, part, png, send

ACCOUNT, QUEUE, KEYS = "/uc/openapi/accountStatus", "/openapi/v2/queue/status", "/openapi/v2/api-key/list"
SITE, APPS, MODELS = "/api/webapp/list", "/openapi/v2/aiapp/list", "/openapi/v2/resource/list"
TURBO, ORDER = "/openapi/v2/rhart-image/z-image/turbo", {"prompt": "a red tram", "aspectRatio": "1:1"}


def order(handle: StandIn, key: str | None = None) -> str:
    return str(ask(handle, "POST", TURBO, ORDER, key).json()["taskId"])


def status(handle: StandIn, key: str | None = None) -> dict[str, Any]:
    told: dict[str, Any] = data(handle, ACCOUNT, {"apikey": key or handle.api_key}, "")
    return told


def queue(handle: StandIn) -> dict[str, Any]:
    told: dict[str, Any] = ask(handle, "GET", QUEUE).json()["data"]
    return told


def with_apps(handle: StandIn, count: int) -> list[str]:
    """Gives the account apps; each of the ids."""
    tags = [{"id": str(number), "name": f"标签{number}", "nameEn": f"tag{number}"} for number in (0, 1)]
    return [handle.add_prop("app", name=f"Tram {number:02}", says=f"Draws tram {number}.", tags=[tags[number % 2]]).id
            for number in range(count)]  # fmt: skip


def test_what_is_under_way_is_counted_and_time_passes_for_who_waits() -> None:
    with world() as handle:
        assert status(handle)["currentTaskCounts"] == "0"
        order(handle), order(handle)
        counts = [status(handle)["currentTaskCounts"] for _ in range(5)]
        assert counts[0] == "2"
        assert counts[-1] == "0"
        assert status(handle, handle.another_key())["currentTaskCounts"] == "0"
        assert not handle.findings


def test_looking_moves_nobody_on_a_clock_that_is_moved_by_hand() -> None:
    with world(clock="manual") as handle:
        order(handle)
        assert [queue(handle)["runningCount"] for _ in range(3)] == ["1"] * 3
        handle.clock.advance(60)
        assert queue(handle)["totalCurrentTasks"] == "0"


def test_what_is_spent_is_no_longer_there() -> None:
    with world() as handle:
        handle.ledger.set(10)
        handle.script(cost=2.5)
        name = order(handle)
        for _ in range(3):
            ask(handle, "POST", "/openapi/v2/query", {"taskId": name})
        assert status(handle)["remainMoney"] == "7.5"
        assert ask(handle, "GET", KEYS).json()["data"][0]["quotaUsed"] == 2.5


@pytest.mark.parametrize(("kind", "money"), [
    ("SHARED", "1000000"), ("EXCLUSIVE", "1000000"), ("NORMAL", None)])  # fmt: skip
def test_an_account_is_told_as_its_kind_has_it(kind: str, money: str | None) -> None:
    with world() as handle:
        key = handle.another_key(kind=kind)
        told = status(handle, key)
        assert told == {"remainCoins": "1000000", "currentTaskCounts": "0", "remainMoney": money,
                        "currency": "CNY" if money else None, "apiType": kind}  # fmt: skip
        assert ask(handle, "GET", QUEUE, key=key).json()["data"]["apiKeyType"] == kind
        assert ask(handle, "POST", TURBO, ORDER, key).json()["errorCode"] == ("" if kind == "SHARED" else "1014")
        assert not handle.findings


def test_a_free_key_may_call_nothing() -> None:
    with world() as handle:
        key = handle.another_key("FREE")
        for method, path in (("POST", ACCOUNT), ("GET", QUEUE), ("GET", KEYS), ("POST", APPS)):
            assert ask(handle, method, path, {} if method == "POST" else None, key).json()["code"] == 801
        assert send(handle, UPLOAD, form(part("file", png(), "tram.png")), key).json()["code"] == 801
        assert ask(handle, "POST", SITE, {}, key).json()["code"] == 0  # which needs none


def test_a_kind_stays_through_a_reset() -> None:
    with world() as handle:
        key = handle.another_key(kind="NORMAL")
        handle.reset()
        assert status(handle, key)["apiType"] == "NORMAL"
        assert status(handle)["apiType"] == "SHARED"


@pytest.mark.parametrize(("kind", "near"), [("shared", "SHARED"), ("EXCLUSIV", "EXCLUSIVE"), ("gold", "one of these")])
def test_a_kind_that_nobody_knows_names_the_nearest(kind: str, near: str) -> None:
    with world() as handle, pytest.raises(ValueError, match="expected a kind of key") as why:
        handle.another_key(kind=kind)
    assert str(why.value).endswith((f"did you mean {near}?", near))


def test_a_provider_without_kinds_says_so() -> None:
    with stand_in("runcomfy") as handle, pytest.raises(ValueError, match="all of one kind"):
        handle.another_key(kind="NORMAL")


def test_a_key_is_listed_masked() -> None:
    with world() as handle:
        (row,) = ask(handle, "GET", KEYS).json()["data"]
        assert row["key"] == f"****{handle.api_key[-4:]}"
        assert (row["status"], row["createdAt"]) == (1, "2026-01-01 00:00:00")


@pytest.mark.parametrize(("method", "path"), [("GET", QUEUE), ("GET", KEYS), ("POST", APPS), ("POST", MODELS)])
def test_a_bad_key_of_a_newer_path_is_told_in_a_good_status(method: str, path: str) -> None:
    with world() as handle:
        answer = ask(handle, method, path, {} if method == "POST" else None, "0" * 32)
        assert (answer.status_code, answer.json()["code"], answer.json()["data"]) == (200, 401, None)
        assert ask(handle, method, path, {} if method == "POST" else None, "",
                   headers={"Authorization": handle.api_key}).json()["code"] == 0  # fmt: skip


def test_the_site_lists_apps_without_a_key_page_by_page() -> None:
    with world() as handle:
        ready, seen = [row["id"] for row in data(handle, SITE, key="")["records"]], []
        names = [*ready, *with_apps(handle, 7)]
        for current in (1, 2, 3, 4, 5):
            body = {"current": current, "size": 3, "sort": "RECOMMEND", "carefullyChosen": False}
            page = data(handle, SITE, body, "")
            seen += [row["id"] for row in page["records"]]
            assert (page["total"], page["pages"]) == (len(names), -(-len(names) // 3))
            assert (page["hasNext"], page["hasPrevious"]) == (current < page["pages"], current > 1)
        assert seen == names
        (found,) = data(handle, SITE, {"current": 1, "size": 10, "search": "TRAM 05"}, "")["records"]
        assert (found["name"], found["intro"], found["tags"][0]["nameEn"]) == ("Tram 05", "Draws tram 5.", "tag1")
        assert ask(handle, "GET", found["covers"][0]["url"], key="").status_code == 200
        newest = data(handle, SITE, {"sort": "NEWEST", "tags": ["0"]}, handle.another_key())["records"]
        assert [row["name"] for row in newest] == ["Tram 06", "Tram 04", "Tram 02", "Tram 00"]
        assert not handle.findings


def test_the_newer_list_says_where_an_app_runs() -> None:
    with world() as handle:
        names = with_apps(handle, 2)
        body = {"webappId": names[1], "nodeInfoList": []}
        assert ask(handle, "POST", "/task/openapi/ai-app/run", body).json()["code"] == 0
        page = data(handle, APPS, {"current": 1, "size": 50, "sort": "HOTTEST", "days": 7})
        assert page["records"][0]["title"] == "Tram 01"
        assert page["records"][0]["invokeExample"].rpartition("/run/ai-app/")[2] == names[1]
        (used,) = data(handle, SITE, {"search": "tram 01"}, "")["records"]
        assert used["statisticsInfo"]["useCount"] == "1"
        assert ask(handle, "POST", APPS, {"size": 51}).json()["code"] == 301
        assert ask(handle, "POST", APPS, {"current": 0}).json()["code"] == 301
        assert ask(handle, "POST", APPS, {"sort": "BEST"}).json()["message"] == "PARAMS_INVALID"


def test_every_answer_is_as_the_contract_has_it() -> None:
    promise = contract("runninghub")
    own = [each for each in promise.operations.values() if each.api == "account"]
    assert len(own) == 19
    for operation in own:
        row = promise.apis["account"].facts.openapi["operations"][operation.id]["answers"]["200"]
        assert not promise.check_answer(operation, 200, row["example"]), operation.id


@pytest.mark.parametrize(("status", "code"), [(403, 801), (429, 421), (503, 415), (404, 807), (500, 500)])
def test_a_fault_speaks_the_words_of_the_envelope(status: int, code: int) -> None:
    with world() as handle:
        handle.fault(status, on="create")
        answer = handle.client().post("/task/openapi/create", json={"workflowId": "1904136902449209346"})
        assert (answer.status_code, answer.json()["code"]) == (status, code)
