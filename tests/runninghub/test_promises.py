"""RunningHub's stand-in keeps every promise of the house."""

from __future__ import annotations

from typing import Any

import httpx
from understudy.contracts.contract import contract
from understudy.mocks.engine.timeline import State
from understudy.tests.promises import Promises
from understudy.tests.world import Ask, States

LIFE = contract("runninghub").life
PATHS = {"query": "/openapi/v2/query", "status": "/task/openapi/status", "outputs": "/task/openapi/outputs"}
KEYS = {channel: row["key"].lstrip("/") for channel, row in LIFE.channels.items()}
ORDER = {"prompt": "a red tram", "aspectRatio": "1:1"}


class TestRunningHub(Promises):
    """A no comes with a good status, and says so in its body."""

    provider = "runninghub"
    channels = ("query", "status", "outputs")
    billed = True
    cancellable = frozenset({State.QUEUED, State.RUNNING})

    def good(self, answer: httpx.Response) -> bool:
        if not answer.is_success:
            return False
        said = answer.json()
        return said["code"] in (0, 804, 805, 813) if "code" in said else bool(said["status"])

    def order(self) -> Ask:
        return Ask("POST", "/openapi/v2/rhart-image/z-image/turbo", ORDER)

    def wrong(self) -> list[Ask]:
        return [
            Ask("POST", "/openapi/v2/rhart-image/z-image/turbo", {"prompt": ""}),
            Ask("POST", "/openapi/v2/rhart-image/nobody", ORDER),
            Ask("POST", "/openapi/v2/rhart-image/z-image/turbo", []),
            Ask("GET", "/openapi/v2/rhart-image/z-image/turbo"),
            Ask("POST", "/task/openapi/nothing", {}),
        ]

    def taken(self, said: Any) -> str:
        return str(said["taskId"])

    def question(self, channel: str, name: str) -> Ask:
        return Ask("POST", PATHS[channel], {"taskId": name})

    def told(self, channel: str, said: Any) -> States:
        word = str(said[KEYS[channel]])
        return frozenset(State(state) for state, each in LIFE.words[channel].items() if each == word)

    def cancellation(self, name: str) -> Ask:
        return Ask("POST", "/task/openapi/cancel", {"taskId": name})

    def accepted(self, said: Any) -> bool:
        return bool(said["code"] == 0)

    def cancel(self, world: Any, name: str) -> bool:
        return self.accepted(world.send(self.cancellation(name)).json())

    def files(self, said: Any) -> list[str]:
        return [row["fileUrl"] for row in said["data"]] if said["code"] == 0 else []
