"""OpenAI's chat completions: the same texts, in its form, whole and word by word; and its way of saying no."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from understudy.contracts import events
from understudy.mocks.stand_in import StandIn
from understudy.tests.runware.asked import compare, golden, judged, polled, world

MODEL = "minimax:m2.7@0"
SAID = [{"role": "system", "content": "Be short."}, {"role": "user", "content": "What is the capital of France?"}]
PLACES = {"choices", "usage"}


def ask(handle: StandIn, key: str = "", body: Any = None, **said: Any) -> httpx.Response:
    whole = {"model": MODEL, "messages": SAID, **said} if body is None else body
    with httpx.Client(transport=handle.transport, base_url="http://understudy") as client:
        headers = {"Authorization": f"Bearer {key or handle.api_key}"}
        return client.post("/v1/chat/completions", json=whole, headers=headers)


def told(handle: StandIn, **said: Any) -> dict[str, Any]:
    answer = ask(handle, **said)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def chunks(handle: StandIn, **said: Any) -> list[Any]:
    answer = ask(handle, stream=True, **said)
    assert answer.status_code == 200, answer.text
    return [word if word == events.LAST else json.loads(word) for word in events.read(answer.content)]


def test_a_whole_answer_is_as_written_down_by_hand() -> None:
    with world() as handle:
        compare(golden("chat_completion"), told(handle, max_completion_tokens=4), handle.url)
        assert not judged(handle)


def test_a_no_is_as_written_down_by_hand() -> None:
    with world() as handle:
        answer = ask(handle, model="no:model@1")
        assert answer.status_code == 400
        compare(golden("chat_error"), answer.json(), handle.url)


def test_it_is_a_task_like_any_other() -> None:
    with world() as handle:
        said = told(handle)
        (task,) = handle.tasks
        assert said["id"] == f"chatcmpl-{task.id}"
        assert task.model == MODEL
        (kept,) = handle.requests(on="chat")
        assert kept.task == task.id
        (item,) = polled(handle, task.id)["data"]
        assert item["text"] == said["choices"][0]["message"]["content"]
        assert handle.clock.now == 2
        assert handle.ledger.unpriced


def test_a_script_of_texts_is_meant_for_it_too() -> None:
    with world() as handle:
        handle.script(operation="textInference", outputs={"text": "Paris."})
        assert told(handle)["choices"][0]["message"]["content"] == "Paris."


@pytest.mark.parametrize("count", [1, 3])
def test_several_answers_are_told_side_by_side(count: int) -> None:
    with world() as handle:
        whole = told(handle, n=count)
        assert [choice["index"] for choice in whole["choices"]] == list(range(count))
        assert len({choice["message"]["content"] for choice in whole["choices"]}) == count
        *pieces, last, word = chunks(handle, n=count, stream_options={"include_usage": True})
        assert word == "[DONE]"
        spoken = ["".join(choice["delta"].get("content", "") for piece in pieces for choice in piece["choices"]
                          if choice["index"] == index) for index in range(count)]  # fmt: skip
        assert spoken == [choice["message"]["content"] for choice in whole["choices"]]
        assert (last["choices"], last["usage"]) == ([], whole["usage"])
        assert not judged(handle)


def test_without_wanting_to_know_nobody_is_told_of_tokens_in_a_stream() -> None:
    with world() as handle:
        assert all("usage" not in chunk for chunk in chunks(handle)[:-1])


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_no_more_than_was_allowed(name: str) -> None:
    with world() as handle:
        said = told(handle, **{name: 5})
        assert said["usage"]["completion_tokens"] == 5
        assert said["choices"][0]["finish_reason"] == "length"


def test_thoughts_are_counted_and_not_told() -> None:
    with world() as handle:
        said = told(handle, reasoning_effort="high")
        thought = said["usage"]["completion_tokens_details"]["reasoning_tokens"]
        assert thought > 0
        assert said["usage"]["completion_tokens"] > thought
        assert set(said["choices"][0]["message"]) == {"role", "content", "refusal"}


def test_content_may_come_in_parts_and_answers_as_json() -> None:
    parts = [{"role": "user", "content": [{"type": "text", "text": "Say it"}, {"type": "image_url", "image_url": {}}]}]
    schema = {"type": "json_schema", "json_schema": {"name": "x", "schema": {
        "type": "object", "properties": {"a": {"type": "integer"}}}}}  # fmt: skip
    with world() as handle:
        assert "Say it" in told(handle, messages=parts)["choices"][0]["message"]["content"]
        assert json.loads(told(handle, response_format=schema)["choices"][0]["message"]["content"]) == {"a": 1}
        loose = told(handle, response_format={"type": "json_object"})["choices"][0]["message"]["content"]
        assert list(json.loads(loose)) == ["text"]


@pytest.mark.parametrize(("status", "said"), [
    (400, {"model": "runware:z-image@turbo"}), (400, {"messages": []}), (400, {"n": 0}), (400, {"max_tokens": -1}),
    (400, {"body": {"model": MODEL}}), (400, {"body": {"messages": SAID}}), (400, {"body": []}),
    (401, {"key": "nobody"}),
])  # fmt: skip
def test_every_no_has_their_form(status: int, said: dict[str, Any]) -> None:
    with world() as handle:
        answer = ask(handle, **said)
        assert answer.status_code == status
        assert list(answer.json()) == ["error"]
        assert list(answer.json()["error"]) == ["message", "type", "param", "code"]
        assert "answer-shape" not in judged(handle)
        assert not handle.tasks


def test_what_fails_and_what_is_bent_has_it_too() -> None:
    with world() as handle:
        handle.script(fails=True, times=2)
        assert ask(handle).json()["error"]["type"] == "server_error"
        *_, last = chunks(handle)
        assert list(last) == ["error"]
        handle.fault(429)
        answer = ask(handle)
        assert (answer.status_code, answer.json()["error"]["type"]) == (429, "rate_limit_error")
        assert not judged(handle)
        handle.ledger.set(0)
        handle.script(cost=1)
        answer = ask(handle)
        assert (answer.status_code, answer.json()["error"]["type"]) == (402, "insufficient_quota")


def test_a_stuck_one_is_ended_at_the_limit() -> None:
    with world() as handle:
        handle.script(stuck=True)
        assert ask(handle).status_code == 504
        assert handle.clock.now == 120
