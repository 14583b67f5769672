"""How the toy is spoken to, in a house of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from understudy.mocks.app import App, fresh_name
from understudy.mocks.engine.timeline import State
from understudy.mocks.server import Server
from understudy.mocks.settings import Settings
from understudy.mocks.stand_in import StandIn
from understudy.tests.toy.toy import LIFE, Toy
from understudy.tests.world import WAYS, Ask, Hooks, States


@cache
def server() -> Server:
    return Server(App(Settings(), dialects={"toy": Toy}))


class ToyHooks(Hooks):
    provider = "toy"
    channels = ("look", "files")
    cancellable = frozenset({State.QUEUED, State.RUNNING})
    ways = WAYS  # no fixture, no stand_in and no serve knows it

    def order(self, **more: Any) -> Ask:
        return Ask("POST", "/make/cube", {"text": "a red cube", **more})

    def wrong(self) -> list[Ask]:
        return [Ask("POST", "/make/cube", {"text": 1}), Ask("POST", "/make/ball", {}), Ask("GET", "/jobs/none")]

    def taken(self, said: Any) -> str:
        return str(said["job"])

    def question(self, channel: str, name: str) -> Ask:
        return Ask("GET", f"/jobs/{name}" + ("/files" if channel == "files" else ""))

    def told(self, channel: str, said: Any) -> States:
        return frozenset(State(state) for state, word in LIFE.words[channel].items() if word == said["state"])

    def cancellation(self, name: str) -> Ask:
        return Ask("DELETE", f"/jobs/{name}")

    def accepted(self, said: Any) -> bool:
        return bool(said["stopped"])

    def files(self, said: Any) -> list[str]:
        return list(said["files"])

    def place(self, said: Any) -> int | None:
        return int(said["place"])

    def headers(self, key: str) -> dict[str, str]:
        return {"X-Api-Key": key}

    @contextmanager
    def opened(self, way: str, said: dict[str, Any]) -> Iterator[StandIn]:
        house = server()
        session = house.call(lambda: house.app.open(fresh_name(), Settings().but(**said), loop=house.loop))
        handle = StandIn(house, session, "toy", dict(house.app.keys(session))["toy"])
        try:
            yield handle
        finally:
            handle.close()
