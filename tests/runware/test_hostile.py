"""Requests that mean no good: each is answered in the documented way, and the server goes on."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from understudy.contracts.contract import contract
from understudy.mocks.runware.dialect import Runware
from understudy.tests.parity import share
from understudy.tests.runware.asking import image, post, runware, uuid

PROMISE = contract("runware")
PING = {"taskType": "ping"}
TYPES = st.sampled_from([*Runware.routes, "x", ""])
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9)
)
WORDS = st.text(max_size=9)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3), max_leaves=8
)
NAMES = sorted({name for form in PROMISE.forms.values() for name in form.fields} - {"apiKey"})
TASKS = st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=9), VALUES, max_size=5)


@share(0.5)
@given(st.lists(st.tuples(TYPES, st.integers(0, 3), TASKS) | VALUES, max_size=4))
def test_whatever_comes_the_answer_is_an_envelope(said: list[Any]) -> None:
    tasks = [{"taskType": each[0], "taskUUID": uuid(each[1]), **each[2]} if isinstance(each, tuple) else each
             for each in said]  # fmt: skip
    with runware() as handle:
        answer = post(handle, tasks)
        told = answer.json()
        assert told.keys() <= {"data", "errors"}
        assert told.get("errors", True), "an empty list of errors is an error to clients"
        if "errors" in told:
            assert not PROMISE.refused.differences(told)
            assert answer.status_code < 500
        assert post(handle, [PING]).status_code == 200


@pytest.mark.parametrize("body", [
    b"[" * 100_000, b'{"a":' * 100_000, b"[" + b"[]," * 100_000 + b"[]]", b'[{"taskType":"' + b"x" * 1_000_000 + b'"}]',
    b'[{"taskType":"imageInference","model":"' + b"x" * 1_000_000 + b'"}]', b"\x00" * 1000,
    b"[" + b"1" * 100_000 + b"]",
    json.dumps([{f"key{at}": at for at in range(50_000)}]).encode(),
    json.dumps([image(**{f"key{at}": at for at in range(50_000)})]).encode(),
    json.dumps([image(lora=[{"x": 1}] * 20_000)]).encode(),
    json.dumps([image(lora=[{"model": "a:b@1", "weight": 0.001}] * 20_000)]).encode(),
    json.dumps([image(positivePrompt="\ufffd\u202e" * 100_000)]).encode(),
], ids=lambda body: str(body[:24]))  # fmt: skip
def test_a_monstrous_body_is_refused_in_time(body: bytes) -> None:
    with runware() as handle:
        begun = time.monotonic()
        answer = post(handle, body)
        assert time.monotonic() - begun < 5
        assert answer.status_code == 400
        assert len(answer.content) < 2_200_000
        assert not PROMISE.refused.differences(answer.json())
        assert post(handle, [PING]).status_code == 200


@pytest.mark.parametrize("task", [
    lambda at: image(at + 1), lambda at: image(at + 1, wdith=at), lambda at: image(at + 1, model=f"acme:{at % 50}@1"),
    lambda at: {"taskType": "getResponse", "taskUUID": uuid(at)}, lambda _: None, lambda at: {"taskType": f"x{at}"},
], ids=["right", "unknown key", "unknown model", "asked after", "nothing", "unknown type"])  # fmt: skip
def test_ten_thousand_tasks_hold_up_nobody_else(task: Any) -> None:
    with runware() as handle:
        body = json.dumps([task(at) for at in range(10_000)]).encode()
        done = threading.Event()
        told: list[Any] = []

        def all_of_them() -> None:
            said = {"authorization": f"Bearer {handle.api_key}", "content-type": "application/json"}
            told.append(handle.client().post(handle.url + "/v1", content=body, headers=said, timeout=60))
            done.set()

        other = threading.Thread(target=all_of_them)
        other.start()
        waited, started = [], time.monotonic()
        with httpx.Client(trust_env=False) as client:
            while not done.is_set():
                begun = time.monotonic()
                client.post(handle.url + "/v1", json=[PING], headers={"authorization": f"Bearer {handle.api_key}"})
                waited.append(time.monotonic() - begun)
        other.join()
        items = [item for items in told[0].json().values() for item in items]
        assert len(items) == 10_000 or task(0) == {"taskType": "getResponse", "taskUUID": uuid(0)}
        assert len(handle.requests()[0].findings) <= 1000
        assert max(waited) < max(1, (time.monotonic() - started) / 2), "whoever holds all up is waited for to the end"
