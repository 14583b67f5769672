"""Runware over HTTP: whose request it is, what a list of tasks comes to, and what is no request at all."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from understudy.tests.runware.asking import image, post, runware, uuid

PING = {"taskType": "ping"}
NOBODY = {"authorization": ""}
BAD: list[tuple[Any, int, str]] = [
    (b"", 400, "bad-json"), (b"{", 400, "bad-json"), (b"[NaN]", 400, "bad-json"), (b"\xff", 400, "bad-json"),
    (b'["\\ud800"]', 400, "bad-json"), (b"[" * 100 + b"]" * 100, 400, "bad-json"),
    (b'[{"seed":1' + b"0" * 5000 + b"}]", 400, "bad-json"),
    (b"null", 400, "not-a-list"), (b"{}", 400, "not-a-list"), (b'"x"', 400, "not-a-list"), (b"5", 400, "not-a-list"),
    (b"[]", 400, "empty-batch"), (b"[" + b"0," * 20_000 + b"0]", 400, "too-many-tasks"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "status", "reason"), BAD, ids=lambda value: str(value)[:20])
def test_what_is_no_list_of_tasks(body: bytes, status: int, reason: str) -> None:
    with runware() as handle:
        row = handle.session.cast["runware"].contract.errors[reason]
        answer = post(handle, body)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json")
        assert answer.json() == {"errors": [{"code": row["name"], "message": row["text"]}]}
        assert [finding.severity for finding in handle.requests()[-1].findings] == ["broken"]
        assert post(handle, [PING]).json() == {"data": [{"taskType": "ping", "pong": True}]}


@pytest.mark.parametrize("element", [None, 0, True, "x", [], [[image()]], 1.5])
def test_an_element_that_is_no_task_stops_no_other(element: Any) -> None:
    with runware() as handle:
        answer = post(handle, [element, image(), element])
        assert answer.status_code == 200
        assert [item["taskUUID"] for item in answer.json()["data"]] == [uuid()]
        assert [item["code"] for item in answer.json()["errors"]] == ["validationFailed"] * 2
        assert post(handle, [element]).status_code == 400


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonp"])
def test_a_body_must_say_that_it_is_json(kind: str) -> None:
    with runware() as handle:
        answer = post(handle, b"[]", **{"content-type": kind})
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (415, "validationFailed")
        assert "wrong-content-type" in {finding.rule for finding in handle.findings}
        assert post(handle, [PING], **{"content-type": "application/json; charset=utf-8"}).status_code == 200


def test_a_body_may_be_too_large() -> None:
    with runware(max_body=1000) as handle:
        answer = post(handle, [image(positivePrompt="x" * 1000)])
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (413, "valueTooLarge")


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_every_request_is_a_post(method: str) -> None:
    with runware() as handle:
        answer = handle.client().request(method, handle.url + "/v1")
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
        assert answer.json()["errors"][0]["message"] == "Every request is a POST."
        (finding,) = handle.requests()[-1].findings
        assert "~" not in finding.cure, "no path is proposed that nobody sends"


@pytest.mark.parametrize("path", ["/v2", "/v1/tasks", "/v1/~imageInference/x", "/v1/~ping", "/v1//", "/V1"])
def test_nothing_is_at_other_paths(path: str) -> None:
    with runware() as handle:
        answer = post(handle, [PING], path)
        assert (answer.status_code, list(answer.json())) == (404, ["errors"])


@pytest.mark.parametrize("path", ["", "/", "/v1/", "/v1/v1"])
def test_a_mistaken_base_address_is_let_in_with_the_right_one(path: str) -> None:
    with runware() as handle:
        assert post(handle, [image()], path).status_code == 200
        (finding,) = handle.requests()[-1].findings
        assert (finding.rule, finding.severity, finding.expected) == ("wrong-base", "doubtful", "the path /v1")
        assert post(handle, [image(2)]).status_code == 200
        assert not handle.requests()[-1].findings


def auth(key: Any = None) -> dict[str, Any]:
    return {"taskType": "authentication", **({} if key is None else {"apiKey": key})}


@pytest.mark.parametrize(("tasks", "header", "code"), [
    (["good", 1], False, ""), (["good", "good", 1], False, ""), (["good", 1, "good"], False, ""), (["good"], False, ""),
    (["good", 1], True, ""), ([1, "good"], True, ""), (["none", 1], True, ""),
    ([1], False, "missingApiKey"), ([1, "good"], False, "missingApiKey"), (["none", 1], False, "missingApiKey"),
    (["empty", 1], False, "missingApiKey"),
    (["bad", 1], False, "invalidApiKey"), (["bad", 1], True, "invalidApiKey"), ([1, "bad"], True, "invalidApiKey"),
    (["good", "bad", 1], False, "invalidApiKey"), (["number", 1], False, "invalidApiKey"),
])  # fmt: skip
def test_whose_tasks_they_are(tasks: list[Any], header: bool, code: str) -> None:
    with runware() as handle:
        keys = {"good": auth(handle.api_key), "bad": auth("x"), "none": auth(), "empty": auth(""), "number": auth([7])}
        said = [image(task) if type(task) is int else keys[task] for task in tasks]
        answer = post(handle, said, **({} if header else NOBODY))
        assert answer.status_code == (401 if code else 200)
        if code:
            (told,) = answer.json()["errors"]
            assert list(answer.json()) == ["errors"]
            assert (told["code"], told["taskType"], told["parameter"]) == (code, "authentication", "apiKey")
            assert not handle.tasks, "a key fails everything"
        else:
            assert [item["taskUUID"] for item in answer.json()["data"]] == [uuid(1)] * (1 in tasks)
        assert handle.api_key.encode() not in handle.requests()[-1].request_body


@pytest.mark.parametrize("said", ["Bearer x", "bearer x", "Bearer  ", "Basic eDp4", "x"])
def test_a_bad_header_is_told_before_a_bad_body(said: str) -> None:
    with runware() as handle:
        answer = post(handle, b"{" if said.endswith("x") and " " in said else [image()], authorization=said)
        code = "invalidApiKey" if said.lower() == "bearer x" else "missingApiKey"
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (401, code)


def test_the_header_says_whose_the_tasks_are_if_a_task_says_otherwise() -> None:
    with runware() as handle:
        other = handle.another_key()
        assert post(handle, [auth(other), image()]).status_code == 200
        assert handle.tasks.one().account.key == handle.api_key
        assert post(handle, [auth(other), image(2)], **NOBODY).status_code == 200
        assert handle.tasks[-1].account.key == other
        handle.revoke(other)
        assert post(handle, [auth(other), image(3)]).status_code == 401


BAD_TASK = {"unknown": image(7, wdith=1), "type": {"taskType": "x", "taskUUID": uuid(8)}}


@pytest.mark.parametrize(("tasks", "status", "good", "bad"), [
    ([image(), image(2)], 200, [1, 2], []),
    ([BAD_TASK["unknown"], image(), image(2, model="a:b@1")], 200, [1], [7, 2]),
    ([BAD_TASK["unknown"], BAD_TASK["type"]], 400, [], [7, 8]),
    ([BAD_TASK["type"], PING], 200, [None], [8]),
])  # fmt: skip
def test_tasks_are_independent(tasks: list[Any], status: int, good: list[Any], bad: list[int]) -> None:
    with runware() as handle:
        answer = post(handle, tasks)
        told = answer.json()
        assert answer.status_code == status
        assert [item.get("taskUUID") for item in told["data"]] == [number and uuid(number) for number in good]
        assert [item["taskUUID"] for item in told.get("errors", ())] == [uuid(number) for number in bad]
        assert ("errors" in told) == bool(bad), "an empty list of errors is an error to clients"


def test_the_status_of_a_reply_without_results_is_that_of_its_first_error() -> None:
    with runware() as handle:
        for code, status in (("providerError", 502), ("rateLimitExceeded", 429), ("taskNotFound", 404)):
            handle.refuse_next(code)
            assert post(handle, [image(), BAD_TASK["unknown"]]).status_code == status
            handle.refuse_next(code)
            assert post(handle, [BAD_TASK["unknown"], image()]).status_code == 400
            handle.refuse_next(code)
            assert post(handle, [image(), PING]).status_code == 200


def test_of_two_equal_keys_the_later_counts() -> None:
    with runware() as handle:
        answer = post(handle, b'[{"taskType":"imageInference","taskType":"ping"}]')
        assert answer.json() == {"data": [{"taskType": "ping", "pong": True}]}


def test_a_head_has_no_body() -> None:
    with runware() as handle:
        answer: httpx.Response = handle.client().head(handle.url + "/v1")
        assert (answer.status_code, answer.content) == (405, b"")


def test_a_key_at_the_wrong_place_is_in_no_book() -> None:
    with runware() as handle:
        said = [image(apiKey="sk-mine"), auth("sk-mine"), [auth("sk-mine")], {"taskType": {"apiKey": "sk-mine"}}]
        post(handle, said[:1])
        post(handle, said[1:])
        post(handle, said[0])
        assert [answer.status for answer in handle.requests()] == [400, 401, 400]
        assert "sk-mine" not in json.dumps([said.as_dict() for said in handle.requests()])
