"""How tests ask Runware's stand-in: one client, fresh ids, and what is alike in tasks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from understudy.contracts.explain import table
from understudy.mocks.settings import Settings
from understudy.mocks.stand_in import StandIn, opened

TURBO = "runware:z-image@turbo"
PROVIDER_MODEL = "luma:uni@1"  # one that passes on what it does not know


def uuid(number: int = 1) -> str:
    return f"5f0c1e7a-0000-4000-8000-{number:012x}"


def image(number: int = 1, **more: Any) -> dict[str, Any]:
    """A task that is right; None takes a key out."""
    task = {"taskType": "imageInference", "taskUUID": uuid(number), "model": TURBO, "positivePrompt": "a red tram",
            "width": 128, "height": 128, **more}  # fmt: skip
    return {key: value for key, value in task.items() if value is not None}


@contextmanager
def runware(**told: Any) -> Iterator[StandIn]:
    """A stand-in whose findings fail no test."""
    handle = opened("runware", Settings().but(images="plain", **told))
    handle.allowed |= {*table()["rules"], "not-struck"}
    try:
        yield handle
    finally:
        handle.close()


def post(handle: StandIn, body: Any, path: str = "/v1", **headers: str) -> httpx.Response:
    """What is answered to a body: a list or anything else as JSON, bytes as they are."""
    said = {"authorization": f"Bearer {handle.api_key}", "content-type": "application/json"} | headers
    client = httpx.Client(transport=handle.transport, headers={k: v for k, v in said.items() if v})
    if isinstance(body, bytes):
        return client.post("http://understudy" + path, content=body)
    return client.post("http://understudy" + path, json=body)


def wrong(handle: StandIn, task: Any, **headers: str) -> list[dict[str, Any]]:
    """The errors of one task that comes to nothing."""
    answer = post(handle, [task], **headers)
    said: list[dict[str, Any]] = answer.json()["errors"]
    assert answer.json() == {"data": [], "errors": said}
    assert answer.status_code == handle.session.cast["runware"].contract.coded(said[0]["code"])["status"]
    return said
