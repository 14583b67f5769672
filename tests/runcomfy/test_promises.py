"""RunComfy's stand-in keeps every promise of the house."""

from __future__ import annotations

from typing import Any

from understudy.contracts.contract import contract
from understudy.mocks.engine.timeline import State
from understudy.tests.promises import Promises
from understudy.tests.world import Ask, States

LIFE = contract("runcomfy").lives["model"]
ORDER = "/v1/models/tongyi-mai/z-image/turbo"


class TestRunComfy(Promises):
    provider = "runcomfy"
    channels = ("status", "result")
    cancellable = frozenset({State.QUEUED})

    def order(self) -> Ask:
        return Ask("POST", ORDER, {"prompt": "a red tram", "image_size": "square"})

    def wrong(self) -> list[Ask]:
        return [
            Ask("POST", ORDER, {"prompt": 1}),
            Ask("POST", "/v1/models/no/such/model", {"prompt": "a red tram"}),
            Ask("GET", "/v1/requests/00000000-0000-4000-a000-000000000000/status"),
            Ask("DELETE", ORDER),
            Ask("GET", "/v1/nothing"),
        ]

    def taken(self, said: Any) -> str:
        return str(said["request_id"])

    def question(self, channel: str, name: str) -> Ask:
        return Ask("GET", f"/v1/requests/{name}/{channel}")

    def told(self, channel: str, said: Any) -> States:
        return frozenset(State(state) for state, word in LIFE.words[channel].items() if word == said["status"])

    def cancellation(self, name: str) -> Ask:
        return Ask("POST", f"/v1/requests/{name}/cancel")

    def accepted(self, said: Any) -> bool:
        return bool(said["outcome"] == "cancelled")

    def files(self, said: Any) -> list[str]:
        output = said.get("output", {})
        return output.get("images") or [output["image"]] if output else []

    def place(self, said: Any) -> int | None:
        return int(said["queue_position"])
