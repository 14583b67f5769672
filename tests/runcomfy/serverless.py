"""The Serverless API as a test asks it: what a fresh account has, and the paths of its requests."""

from __future__ import annotations

from typing import Any

import httpx
from understudy.mocks.engine.luck import digest
from understudy.mocks.stand_in import StandIn
from understudy.tests.runcomfy import test_golden

send = test_golden.ask
OVERRIDES = {"overrides": {"3": {"inputs": {"seed": 7}}}}
LORA = {"prompt": "a red tram"}


def prop_id(number: int, seed: str = "0") -> str:
    """The id of the so-manieth thing that a session's accounts were given."""
    word = digest(seed, "prop", number)
    return f"{word[:8]}-{word[8:12]}-4{word[12:15]}-a{word[15:18]}-{word[18:30]}"


READY, READY_LORA = prop_id(1), prop_id(2)  # what the first account of each session has


def inference(version: str = "v2", deployment: str = READY) -> str:
    return f"/prod/{version}/deployments/{deployment}/inference"


def page(name: str, what: str, version: str = "v2", deployment: str = READY) -> str:
    return f"/prod/{version}/deployments/{deployment}/requests/{name}/{what}"


def submit(handle: StandIn, version: str = "v2", deployment: str = READY, body: Any = None, query: str = "") -> str:
    """A request that was taken; its id."""
    answer = send(handle, "POST", inference(version, deployment) + query, OVERRIDES if body is None else body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["request_id"])


def ask(handle: StandIn, name: str, what: str, version: str = "v2", deployment: str = READY) -> httpx.Response:
    method = "POST" if what == "cancel" else "GET"
    return send(handle, method, page(name, what, version, deployment))


def code(answer: httpx.Response) -> tuple[int, int]:
    """Status and code of a no, whose body is what all of them are."""
    said = answer.json()
    assert list(said)[:2] == ["error_code", "error_message"]
    return answer.status_code, said["error_code"]
