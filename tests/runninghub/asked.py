"""How RunningHub's Standard Model API is asked, in process: a submit, a query, and what came of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import orjson
from understudy.contracts.catalogue import Model
from understudy.contracts.contract import contract
from understudy.mocks.settings import Settings
from understudy.mocks.stand_in import StandIn, opened

PROMISE = contract("runninghub")
MODELS = PROMISE.catalogue.models
TURBO = "rhart-image/z-image/turbo"
NO: dict[str, Any] = {"taskId": "", "status": "", "results": None, "clientId": "", "promptTips": "",
                      "failedReason": {}, "usage": None}  # fmt: skip


@contextmanager
def world(**settings: Any) -> Iterator[StandIn]:
    """A stand-in that nobody judges; on its clock asking again lets time pass, unless told."""
    handle = opened("runninghub", Settings().but(**{"clock": "auto", **settings}))
    try:
        yield handle
    finally:
        handle.close()


def example(name: str = TURBO) -> dict[str, Any]:
    """The smallest body that a model takes."""
    return MODELS[name].example()


def post(handle: StandIn, path: str, body: Any = None, key: str = "", **headers: str) -> httpx.Response:
    """A request as clients send it; bytes are sent as they are."""
    said = {"authorization": f"Bearer {key or handle.api_key}", "content-type": "application/json", **headers}
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    with httpx.Client(transport=handle.transport, base_url=handle.url) as client:
        return client.post(path, headers=said, content=content)


def submit(handle: StandIn, name: str = TURBO, body: Any = None, key: str = "") -> dict[str, Any]:
    """What an order is answered."""
    answer = post(handle, f"/openapi/v2/{name}", example(name) if body is None else body, key)
    assert answer.status_code == 200
    said: dict[str, Any] = answer.json()
    return said


def query(handle: StandIn, task: str) -> dict[str, Any]:
    """How a task stands."""
    said: dict[str, Any] = post(handle, "/openapi/v2/query", {"taskId": task}).json()
    return said


def ended(handle: StandIn, task: str) -> dict[str, Any]:
    """The same once it is over."""
    while (said := query(handle, task))["status"] in ("QUEUED", "RUNNING"):
        pass
    return said


def judged(handle: StandIn) -> list[str]:
    """The rules that were broken, by whomever; a note breaks none."""
    found = handle.session.journal.findings.values()
    return [finding.rule for finding, _ in found if finding.severity != "note"]


def refused(code: str, text: str) -> dict[str, Any]:
    """A no in full."""
    return {"taskId": "", "status": "", "errorCode": code, "errorMessage": text, **NO}


def titled(title: str, edition: str) -> Model:
    """The model of a title of a navigation."""
    (model,) = (model for model in MODELS.values() if model.title == title and edition in model.editions)
    return model
