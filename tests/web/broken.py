"""A stand-in and a client that keeps its connection, for what faults do to both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from understudy.contracts.exchange import Exchange
from understudy.mocks.settings import Settings
from understudy.mocks.stand_in import StandIn, opened

TURBO = "/v1/models/tongyi-mai/z-image/turbo"
LIST = "/v1/models/categories"
WAYS = ("in process", "over a socket")
SOON = {"delay": 0.001, "drip": 0.001}  # real seconds
ANSWERED = ["delay", "truncated", "garbled", "drip", "html", "wrong-type", "empty"]
UNANSWERED: dict[str, type[Exception]] = {
    "drop": httpx.RemoteProtocolError, "reset": httpx.ReadError, "garbage": httpx.RemoteProtocolError,
    "malformed": httpx.RemoteProtocolError, "cut": httpx.RemoteProtocolError,
}  # fmt: skip


class World:
    """A stand-in and a client that keeps its connection."""

    def __init__(self, handle: StandIn, way: str) -> None:
        self.handle = handle
        self.way = way
        self.client = self.fresh()

    def fresh(self, **more: Any) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.handle.api_key}"}
        if self.way == "in process":
            return httpx.Client(transport=self.handle.transport, base_url="http://understudy", headers=headers, **more)
        return httpx.Client(base_url=self.handle.url, headers=headers, trust_env=False, verify=False, **more)

    def submit(self) -> httpx.Response:
        return self.client.post(TURBO, json={"prompt": "a red tram"})

    def look(self, name: str) -> httpx.Response:
        return self.client.get(f"/v1/requests/{name}/status")

    def file(self, form: str = "png") -> str:
        """The address of a file that is there."""
        name = self.client.post(TURBO, json={"prompt": "a red tram", "output_format": form}).json()["request_id"]
        self.handle.settle()
        said = self.client.get(f"/v1/requests/{name}/result").json()
        ((_, address),) = said["output"].items()
        return str(address)

    @property
    def last(self) -> Exchange:
        self.handle.call(lambda: None)
        exchanges: list[Exchange] = list(self.handle.journal)
        return exchanges[-1]


def world(way: str, **told: Any) -> World:
    return World(opened("runcomfy", Settings(clock="manual", images="plain").but(**told)), way)


@contextmanager
def opened_world(way: str, **told: Any) -> Iterator[World]:
    made = world(way, **told)
    try:
        yield made
    finally:
        made.client.close()
        made.handle.close()
