"""RunComfy's Serverless API keeps every promise of the house, in both of its versions, of workflows and of LoRAs."""

from __future__ import annotations

from typing import Any

from understudy.contracts.contract import contract
from understudy.mocks.engine.timeline import State
from understudy.tests.promises import Promises
from understudy.tests.runcomfy.serverless import LORA, OVERRIDES, READY, READY_LORA, inference, page
from understudy.tests.ways import IN_PROCESS
from understudy.tests.world import Ask, States

NOBODY = "00000000-0000-4000-a000-000000000000"


class TestServerless(Promises):
    """On the newer paths, a workflow."""

    provider = "runcomfy"
    channels = ("status", "result")
    cancellable = frozenset({State.QUEUED, State.RUNNING})
    version, life, deployment = "v2", contract("runcomfy").lives["serverless"], READY
    body: Any = OVERRIDES

    def order(self) -> Ask:
        return Ask("POST", inference(self.version, self.deployment), self.body)

    def wrong(self) -> list[Ask]:
        return [
            Ask("POST", inference(self.version, self.deployment), {"webhook": 1}),
            Ask("POST", inference(self.version, NOBODY), self.body),
            Ask("GET", page(NOBODY, "status", self.version, self.deployment)),
            Ask("DELETE", inference(self.version, self.deployment)),
            Ask("GET", f"/prod/{self.version}/nothing"),
        ]

    def taken(self, said: Any) -> str:
        return str(said["request_id"])

    def question(self, channel: str, name: str) -> Ask:
        return Ask("GET", page(name, channel, self.version, self.deployment))

    def told(self, channel: str, said: Any) -> States:
        return frozenset(State(state) for state, word in self.life.words[channel].items() if word == said["status"])

    def cancellation(self, name: str) -> Ask:
        return Ask("POST", page(name, "cancel", self.version, self.deployment))

    def accepted(self, said: Any) -> bool:
        return bool(said[self.life.cancel["key"][1:]] == self.life.cancel["accepted"])

    def files(self, said: Any) -> list[str]:
        nodes = said.get("outputs", {}).values()
        return [file["url"] for node in nodes for files in node.values() for file in files]

    def place(self, said: Any) -> int | None:
        return int(said["queue_position"])


class TestServerlessV1(TestServerless):
    """On the older paths, a LoRA."""

    ways = (IN_PROCESS, "serve")  # what is the same in all ways was shown above
    version, life, deployment = "v1", contract("runcomfy").lives["serverless_v1"], READY_LORA
    body = LORA

    def files(self, said: Any) -> list[str]:
        output = said.get("output", {})
        return output.get("images") or [output["image"]] if output else []
