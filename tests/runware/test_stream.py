"""Text while it is written: what is streamed is what is told otherwise, and what goes wrong is told where it does."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from understudy.contracts import events
from understudy.contracts.contract import contract
from understudy.mocks.runware import texts
from understudy.mocks.stand_in import StandIn
from understudy.tests.runware.asked import GOLDEN, judged, made, other, polled, send, world
from understudy.tests.runware.kinds import SAID
from websockets.sync.client import connect


def task(number: int = 1, **said: Any) -> dict[str, Any]:
    return {"taskType": "textInference", "taskUUID": other(number), "model": "minimax:m2.7@0", "messages": SAID, **said}


def streamed(handle: StandIn, path: str = "/v1", **said: Any) -> list[Any]:
    """The events of a stream; the last word as it stands."""
    with httpx.Client(transport=handle.transport, base_url="http://understudy") as client:
        headers = {"Authorization": f"Bearer {handle.api_key}", "Accept": "text/event-stream"}
        answer = client.post(path, json=[task(deliveryMethod="stream", **said)], headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/event-stream"
    return [said if said == events.LAST else json.loads(said) for said in events.read(answer.content)]


def test_a_stream_is_as_written_down_by_hand() -> None:
    with world() as handle:
        handle.script(outputs={"text": "Paris."})
        answer = send(handle, task(deliveryMethod="stream", includeCost=True))
        assert answer.content == (GOLDEN / "text_stream.txt").read_bytes()


@pytest.mark.parametrize("path", ["/v1", "/"])
def test_what_is_streamed_is_what_is_told_otherwise(path: str) -> None:
    with world() as handle:
        (whole,) = made(handle, task(2, includeCost=True))
        *pieces, last, word = streamed(handle, path, includeCost=True)
        assert word == "[DONE]"
        assert "".join(piece["delta"]["text"] for piece in pieces) == whole["text"]
        assert all(list(piece) == ["taskType", "taskUUID", "delta"] for piece in pieces)
        assert list(last) == ["taskType", "taskUUID", "finishReason", "usage", "cost"]
        assert {key: last[key] for key in ("finishReason", "usage")} == {
            key: whole[key] for key in ("finishReason", "usage")
        }
        assert len(pieces) == whole["usage"]["completionTokens"]
        (item,) = polled(handle, other(1))["data"]
        assert (item["status"], item["text"]) == ("success", whole["text"])
        assert not judged(handle)


def test_pieces_are_spread_over_the_run() -> None:
    with world(clock="manual") as handle:
        handle.script(queued=1, running=10)
        headers = {"Authorization": f"Bearer {handle.api_key}"}
        said = [task(deliveryMethod="stream", settings={"maxTokens": 10})]
        with httpx.stream("POST", handle.url + "/v1", json=said, headers=headers, timeout=5, trust_env=False) as answer:
            lines = (line for line in answer.iter_lines() if line)
            handle.clock.advance(1)
            for _ in range(10):
                handle.clock.advance(1)
                assert "delta" in next(lines)
            assert '"finishReason":"length"' in next(lines)
            assert next(lines) == "data: [DONE]"
        assert handle.clock.now == 11


@given(most=st.integers(1, 200), thinks=st.booleans())
def test_no_more_tokens_than_were_allowed(most: int, thinks: bool) -> None:
    with world() as handle:
        settings = {"maxTokens": most, **({"thinking": True} if thinks else {})}
        (item,) = made(handle, task(settings=settings))
        (whole,) = made(handle, task(2, settings={**settings, "maxTokens": 9999}))
        usage = item["usage"]
        thought = len(texts.tokens("".join(item.get("reasoningContent", []))))
        assert usage["completionTokens"] == len(texts.tokens(item["text"])) + thought
        assert usage["completionTokens"] <= most
        assert (item["finishReason"] == "length") == (whole["usage"]["completionTokens"] > most)
        assert whole["text"].startswith(item["text"])
        assert usage["totalTokens"] == usage["promptTokens"] + usage["completionTokens"]
        assert usage.get("thinkingTokens", 0) == thought


def test_a_model_that_thinks_does_so_before_it_speaks() -> None:
    with world() as handle:
        *pieces, last, _ = streamed(handle, settings={"thinkingLevel": "high"})
        kinds = [next(iter(piece["delta"])) for piece in pieces]
        assert kinds == sorted(kinds), "reasoningContent, then text"
        assert kinds.count("reasoningContent") == last["usage"]["thinkingTokens"]
        assert "thinkingTokens" not in streamed(handle, taskUUID=other(9), settings={"thinking": "none"})[-2]["usage"]


def test_a_run_that_fails_breaks_off_half_way() -> None:
    with world() as handle:
        handle.script(fails=True)
        *pieces, last = streamed(handle, settings={"maxTokens": 20})
        assert len(pieces) == 10
        assert list(last) == ["taskType", "taskUUID", "error"]
        assert last["error"]["taskUUID"] == other(1)
        assert last["error"]["message"]
        assert not judged(handle)


def test_one_that_fails_at_once_is_an_error_of_its_own() -> None:
    with world() as handle:
        handle.script(fails=True, running=0)
        answer = send(handle, task(deliveryMethod="stream"))
        assert answer.status_code == contract("runware").failed("")["status"]
        assert answer.json()["errors"][0]["taskUUID"] == other(1)


def test_a_stuck_one_is_ended_at_the_limit() -> None:
    with world() as handle:
        handle.script(stuck=True)
        (last,) = streamed(handle)
        assert last["error"]["code"]
        assert handle.clock.now == 120


def test_one_that_waits_for_the_director_goes_on_with_the_cue() -> None:
    with world(clock="manual") as handle:
        handle.script(manual=True)
        headers = {"Authorization": f"Bearer {handle.api_key}"}
        said = [task(deliveryMethod="stream")]
        with httpx.stream("POST", handle.url + "/v1", json=said, headers=headers, timeout=5, trust_env=False) as answer:
            handle.cue(handle.tasks[0])
            assert list(events.read("\n".join(answer.iter_lines()).encode() + b"\n\n"))[-1] == "[DONE]"


@pytest.mark.parametrize("said", [{"numberResults": 2}, {"messages": "hello"}, {"model": "no:model@1"}])
def test_what_is_wrong_is_said_before_the_stream(said: dict[str, Any]) -> None:
    with world() as handle:
        answer = send(handle, task(deliveryMethod="stream", **said))
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["code"]
        assert not handle.tasks


def test_a_stream_is_alone_in_its_request() -> None:
    with world() as handle:
        answer = send(handle, task(1, deliveryMethod="stream"), task(2))
        assert [error["taskUUID"] for error in answer.json()["errors"]] == [other(1)]
        assert [item["taskUUID"] for item in answer.json()["data"]] == [other(2)]


def test_nothing_is_streamed_over_a_socket() -> None:
    with world() as handle, connect(handle.ws_url) as line:
        line.send(json.dumps([{"taskType": "authentication", "apiKey": handle.api_key}]))
        line.recv(5)
        line.send(json.dumps([task(deliveryMethod="stream")]))
        (error,) = json.loads(line.recv(5))["errors"]
        assert error["parameter"] == "deliveryMethod"
        assert "sync or async here" in error["message"]
        assert "allowedValues" not in error  # stream is one of them


def test_the_directors_own_text_is_said_word_by_word() -> None:
    with world() as handle:
        handle.script(outputs={"text": "Paris,  of course.\n"})
        *pieces, _, _ = streamed(handle)
        assert "".join(piece["delta"]["text"] for piece in pieces) == "Paris,  of course.\n"


def test_a_piece_that_is_not_as_promised_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    said = texts.Said(["a"], [], "enough", 1)
    monkeypatch.setattr(texts, "answered", lambda *_: said)
    with world() as handle:
        streamed(handle)
        assert "answer-shape" in judged(handle)


@given(st.text())
def test_the_tokens_of_a_text_are_the_text(text: str) -> None:
    assert "".join(texts.tokens(text)) == text
    assert all(len(token.strip()) <= 8 for token in texts.tokens(text))


def test_a_schema_is_filled() -> None:
    schema = {"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 3},
                                               "tags": {"type": "array", "items": {"enum": ["a", "b"]}}}}  # fmt: skip
    with world() as handle:
        (item,) = made(handle, task(jsonSchema=schema, model="anthropic:claude@fable-5"))
        came = json.loads(item["text"])
        assert list(came) == ["name", "age", "tags"]
        assert (came["age"], came["tags"]) == (3, ["a"])
