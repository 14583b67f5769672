"""A training job keeps every promise of the house."""

from __future__ import annotations

from typing import Any

from understudy.contracts.contract import contract
from understudy.mocks.engine.timeline import State
from understudy.tests.promises import Promises
from understudy.tests.runcomfy.trainer import CONFIG, JOBS, job
from understudy.tests.ways import IN_PROCESS
from understudy.tests.world import Ask, States, World

LIFE = contract("runcomfy").lives["training"]


class TestTrainer(Promises):
    """A job lives as every order does."""

    provider = "runcomfy"
    ways = (IN_PROCESS, "serve")  # what is the same in all ways, the Model API shows
    channels = ("status", "result")
    cancellable = frozenset({State.QUEUED, State.RUNNING})

    @property
    def readings(self) -> dict[str, Any]:
        return {"readings": {"runcomfy": {"missing_dataset": "accept"}}}

    def opened(self, way: str, said: dict[str, Any]) -> Any:
        return super().opened(way, {**self.readings, **said})

    def order(self) -> Ask:
        return Ask("POST", JOBS, job(CONFIG.replace("64", "8")))

    def wrong(self) -> list[Ask]:
        nobody = "00000000-0000-4000-a000-000000000000"
        return [Ask("POST", JOBS, job("{")), Ask("GET", f"{JOBS}/{nobody}/status"), Ask("DELETE", JOBS)]

    def taken(self, said: Any) -> str:
        return str(said["id"])

    def question(self, channel: str, name: str) -> Ask:
        return Ask("GET", f"{JOBS}/{name}/{channel}")

    def told(self, channel: str, said: Any) -> States:
        return frozenset(State(state) for state, word in LIFE.words[channel].items() if word == said["status"])

    def cancellation(self, name: str) -> Ask:
        return Ask("POST", f"{JOBS}/{name}/cancel")

    def cancel(self, world: World, name: str) -> bool:
        answer = world.send(self.cancellation(name))
        assert answer.status_code in (200, 409)
        return answer.is_success

    def accepted(self, said: Any) -> bool:
        return bool(said.get("status") == "CANCELED")

    def files(self, said: Any) -> list[str]:
        told = said["artifacts"]
        return [row["path"] for row in (*told["checkpoints"], *told["samples"])]
