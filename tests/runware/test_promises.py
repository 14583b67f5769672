"""Runware's stand-in keeps every promise of the house."""

from __future__ import annotations

from typing import Any

import httpx
from understudy.contracts.contract import contract
from understudy.mocks.engine.timeline import State
from understudy.tests.promises import Promises
from understudy.tests.world import Ask, States, World

LIFE = contract("runware").life
ORDER = {"taskType": "imageInference", "deliveryMethod": "async", "model": "runware:z-image@turbo",
         "positivePrompt": "a red tram", "width": 128, "height": 128}  # fmt: skip


def uuid(number: int) -> str:
    """The id of a client's so-and-so-manieth task."""
    return f"5f0c1e7a-0000-4000-8000-{number:012x}"


class TestRunware(Promises):
    """Nothing is cancelled at Runware: who tries is refused, and nothing changes."""

    provider = "runware"
    channels = ("getResponse",)
    cancellable = frozenset()
    test_one_look_and_then_cancel_cancels = None  # type: ignore[assignment]  # what it says is not so here

    def opened(self, way: str, said: dict[str, Any]) -> Any:
        self.ordered = 0  # in each way a client counts its tasks from the first one
        return super().opened(way, said)

    def order(self) -> Ask:
        self.ordered += 1
        return Ask("POST", "/v1", [{**ORDER, "taskUUID": uuid(self.ordered)}])

    def wrong(self) -> list[Ask]:
        return [
            Ask("POST", "/v1", [{**ORDER, "taskUUID": "1"}]),
            Ask("POST", "/v1", [{**ORDER, "taskUUID": uuid(0), "model": "nobody:1@1"}]),
            Ask("POST", "/v1", {}),
            Ask("GET", "/v1"),
            Ask("POST", "/v1/nothing", []),
        ]

    def taken(self, said: Any) -> str:
        return str(said["data"][0]["taskUUID"])

    def question(self, channel: str, name: str) -> Ask:
        return Ask("POST", "/v1", [{"taskType": channel, "taskUUID": name}])

    def told(self, channel: str, said: Any) -> States:
        (item,) = said.get("errors") or said["data"]
        return frozenset(State(state) for state, word in LIFE.words[channel].items() if word == item["status"])

    def cancellation(self, name: str) -> Ask:
        return Ask("POST", "/v1", [{"taskType": "cancel", "taskUUID": name}])

    def cancel(self, world: World, name: str) -> bool:
        assert world.send(self.cancellation(name)).json()["errors"][0]["code"] == "unsupportedTaskType"
        return False

    def refused(self, answer: httpx.Response) -> bool:
        return not answer.is_success or answer.json() == {"data": []}

    def files(self, said: Any) -> list[str]:
        return [item["imageURL"] for item in said["data"] if "imageURL" in item]
