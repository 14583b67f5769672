"""Short errands to a stand-in, which reach it without a socket."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from understudy.mocks.settings import Settings
from understudy.mocks.stand_in import StandIn, opened

MODEL = "tongyi-mai/z-image/turbo"


def send(handle: StandIn, method: str, path: str, body: Any = None, key: str = "") -> httpx.Response:
    with httpx.Client(transport=handle.transport, base_url="http://understudy") as client:
        headers = {"Authorization": f"Bearer {key or handle.api_key}"}
        return client.request(method, path, json=body, headers=headers)


def submit(handle: StandIn, prompt: Any = "a red tram", key: str = "") -> httpx.Response:
    return send(handle, "POST", f"/v1/models/{MODEL}", {"prompt": prompt}, key)


def finished(handle: StandIn, name: str, query: str = "") -> Any:
    said: Any = {}
    while said.get("status") not in ("succeeded", "failed", "cancelled"):
        said = send(handle, "GET", f"/v1/requests/{name}/result{query}").json()
    return said


@contextmanager
def world(**settings: Any) -> Iterator[StandIn]:
    """A stand-in on a clock that only the test moves, which nobody judges."""
    handle = opened("runcomfy", Settings(clock="manual").but(**settings))
    try:
        yield handle
    finally:
        handle.close()
