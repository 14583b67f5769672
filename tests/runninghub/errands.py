"""Short errands to RunningHub's stand-in, in process and over the wire."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import httpx
from understudy.contracts.document import workflows
from understudy.mocks.stand_in import StandIn
from understudy.tests.runninghub.asked import world
from websockets.sync.client import ClientConnection, connect

MODEL = "rhart-image-n-pro/text-to-image"
INPUT = {"prompt": "a red tram", "resolution": "1k"}
GRAPH: dict[str, Any] = workflows("runninghub", "native")["text-to-image"]["graph"]
PATHS = {"status": "/task/openapi/status", "outputs": "/task/openapi/outputs", "cancel": "/task/openapi/cancel",
         "detail": "/task/openapi/getWebhookDetail", "query": "/openapi/v2/query"}  # fmt: skip


def runninghub(**said: Any) -> AbstractContextManager[StandIn]:
    """A handle whose verdict nobody asks for, on a clock that only the test moves."""
    return world(**{"clock": "manual", "images": "plain", **said})


def post(handle: StandIn, path: str, body: Any, key: str = "") -> Any:
    headers = {"Authorization": f"Bearer {key or handle.api_key}"}
    with httpx.Client(transport=handle.transport, base_url=handle.url, headers=headers) as client:
        return client.post(path, json=body).json()


def submit(handle: StandIn, model: str = MODEL, **more: Any) -> str:
    said = post(handle, f"/openapi/v2/{model}", {**INPUT, **more})
    assert said["errorCode"] == "", said
    return str(said["taskId"])


def ask(handle: StandIn, what: str, task: Any, key: str = "") -> Any:
    return post(handle, PATHS[what], {"taskId": task}, key)


def native(handle: StandIn, size: str = "proxy") -> httpx.Client:
    """A client of the ComfyUI behind the handle's key."""
    return httpx.Client(transport=handle.transport, base_url=f"{handle.url}/{size}/{handle.api_key}")


def prompt(handle: StandIn, graph: Any = None, **more: Any) -> str:
    """Sends a graph to the ComfyUI; the 19-digit id of its task."""
    with native(handle) as comfy:
        answer = comfy.post("prompt", json={"prompt": graph or GRAPH, **more})
    assert answer.status_code == 200, answer.text
    return list(handle.tasks)[-1].id


@contextmanager
def listening(address: str) -> Iterator[ClientConnection]:
    with connect(address, proxy=None) as socket:
        yield socket


def hear(socket: ClientConnection) -> Any:
    return json.loads(socket.recv(5))


def until_over(socket: ClientConnection) -> list[Any]:
    """What comes until a run is over, without what is told of the queue."""
    seen: list[Any] = []
    while not seen or seen[-1]["type"] != "executing" or seen[-1]["data"]["node"] is not None:
        said = hear(socket)
        if said["type"] != "status":
            seen.append(said)
    return seen
