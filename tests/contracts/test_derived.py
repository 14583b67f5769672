"""The derived promise: what RunningHub's wire tells in bodies, as plain REST has it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from understudy.contracts.checks.reaching.coverage import Coverage
from understudy.contracts.contract import contract
from understudy.contracts.derived import APART, asked, derived, meant
from understudy.contracts.exchange import Exchange

WIRE = contract("runninghub")
PLAIN = derived(WIRE)
ID = "1904154698679771137"
NO: dict[str, Any] = {"code": 807, "msg": "APIKEY_TASK_NOT_FOUND", "errorMessages": None, "data": None}
FAILED: dict[str, Any] = {
    "taskId": "", "status": "", "errorCode": "1004", "errorMessage": "no", "results": None, "clientId": "",
    "promptTips": "", "failedReason": {}, "usage": None,
}  # fmt: skip


def said(path: str, body: Any, answer: Any, status: int = 200, **more: Any) -> Exchange:
    return Exchange("POST", path, (), json.dumps(body).encode(), status, (), json.dumps(answer).encode(), **more)


def test_where_the_wire_is_plain_there_is_nothing_to_derive() -> None:
    for name in ("runcomfy", "runware"):
        assert derived(contract(name)) is contract(name)
    assert derived(PLAIN) is PLAIN
    assert list(PLAIN.apis) == [""]


def test_each_error_has_the_status_that_it_means() -> None:
    for operation in PLAIN.operations.values():
        for reason in operation.refusals:
            row = PLAIN.error(reason, operation)
            own = WIRE.error(reason, WIRE.operations[operation.id])
            assert row["status"] == own["means"] >= 400, (operation.id, reason)
            assert (row["code"], row["text"]) == (own["code"], own["text"])


def test_what_a_body_names_is_part_of_a_path_and_no_form_has_a_key() -> None:
    for operation in PLAIN.operations.values():
        within = [name for name, row in WIRE.operations[operation.id].parameters.items() if row["in"] == "body"]
        assert operation.path.endswith("".join(f"/{{{name}}}" for name in within))
        assert (APART in operation.path) is bool(within)
        if operation.body is not None:
            assert not {*within, "apiKey", "apikey"} & operation.body.known, operation.id


@pytest.mark.parametrize("name", ["query", "status", "outputs", "cancel"])
def test_a_request_goes_over_the_wire_and_comes_back(name: str) -> None:
    operation = PLAIN.operations[name]
    path = operation.path.replace("{taskId}", ID)
    there, body = asked(PLAIN, "POST", path + "?a=1", b'{"more": 1}')
    assert there == WIRE.operations[name].path + "?a=1"
    assert json.loads(body) == {"taskId": ID, "more": 1}
    back = meant(PLAIN, said(there, json.loads(body), NO))
    assert (back.url, json.loads(back.request_body)) == (path + "?a=1", {"more": 1})
    assert PLAIN.match(back.path)[0]["POST"] is operation


def test_a_body_that_names_a_task_itself_is_heard() -> None:
    path = f"/openapi/v2/query{APART}/{ID}"
    assert json.loads(asked(PLAIN, "POST", path, b'{"taskId": 5}')[1]) == {"taskId": 5}
    for body in (b"[]", b"{", b"3"):
        assert asked(PLAIN, "POST", path, body) == ("/openapi/v2/query", body)


@pytest.mark.parametrize(("sent", "named"), [({}, "~"), ({"taskId": None}, "~"), ({"taskId": 5}, "5"),
                                             ({"taskId": "../x"}, "..%2Fx"), ([], "~")])  # fmt: skip
def test_a_path_can_be_told_of_whatever_body_came(sent: Any, named: str) -> None:
    assert meant(PLAIN, said("/openapi/v2/query", sent, FAILED)).url == f"/openapi/v2/query{APART}/{named}"


def test_an_error_in_a_body_gets_its_status_and_the_true_one_is_kept() -> None:
    back = meant(PLAIN, said("/openapi/v2/query", {"taskId": ID}, FAILED))
    assert back.status == 404
    assert (b"x-wire-status", b"200") in back.answer_headers
    assert back.wire.status == 200


def test_one_code_means_another_thing_elsewhere() -> None:
    assert meant(PLAIN, said("/task/openapi/outputs", {"taskId": ID}, NO)).status == 404
    assert meant(PLAIN, said("/task/openapi/cancel", {"taskId": ID}, NO)).status == 409  # it is over


def test_a_state_that_is_told_as_a_code_is_an_answer() -> None:
    running = {"code": 804, "msg": "APIKEY_TASK_IS_RUNNING", "errorMessages": None, "data": {"netWssUrl": "ws://x/y"}}
    assert meant(PLAIN, said("/task/openapi/outputs", {"taskId": ID}, running)).status == 200


@pytest.mark.parametrize("answer", [{**NO, "code": 99}, {**FAILED, "errorCode": 1004}, {}, [], 5])
def test_what_is_in_no_table_keeps_its_status(answer: Any) -> None:
    assert meant(PLAIN, said("/openapi/v2/query", {"taskId": ID}, answer)).status == 200


def test_an_error_with_another_status_on_the_wire_is_not_put_right() -> None:
    assert meant(PLAIN, said("/openapi/v2/query", {"taskId": ID}, FAILED, 500)).status == 500


def test_paths_and_methods_that_are_none() -> None:
    wrong = {"code": 412, "msg": "TOKEN_INVALID", "errorMessages": None, "data": None}
    assert meant(PLAIN, said("/task/openapi/nothing", {}, wrong)).status == 404
    asked_so = said("/task/openapi/status", {}, wrong)._replace(method="GET")
    assert meant(PLAIN, asked_so).status == 405
    assert PLAIN.match(meant(PLAIN, asked_so).path)[0].keys() == {"POST"}


def test_a_key_in_a_body_stands_in_the_header() -> None:
    back = meant(PLAIN, said("/task/openapi/status", {"taskId": ID, "apiKey": "k" * 32}, NO))
    assert back.header("authorization") == f"Bearer {'k' * 32}"
    assert json.loads(back.request_body) == {}


def test_coverage_of_a_suite_looks_through_the_wire() -> None:
    coverage = Coverage(WIRE, whole=False)
    lost = {**NO, "code": 423, "msg": "TASK_NOT_FOUNED"}
    coverage.saw(said("/~abc/runninghub/task/openapi/status", {"taskId": ID}, lost,
                      operation="status", provider="runninghub", task=ID), "a test")  # fmt: skip
    assert coverage.rows["errors", "status", "unknown-id"].times == 1
