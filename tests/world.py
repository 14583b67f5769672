"""One session and a way to it, and what a provider's test must say for the house to speak to its stand-in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple

import httpx
from understudy.mocks.engine.timeline import FINAL, State
from understudy.mocks.settings import Settings
from understudy.mocks.stand_in import StandIn, opened

WAYS = ("in process", "over a socket")
States = frozenset[State]


class Ask(NamedTuple):
    """A request, as far as a provider's test needs to say it."""

    method: str
    path: str
    body: Any = None


@cache
def wire() -> httpx.Client:
    return httpx.Client(verify=False, trust_env=False, timeout=30)


class World:
    """One session and a way to it."""

    def __init__(self, handle: StandIn, way: str, headers: Callable[[str], dict[str, str]]) -> None:
        self.handle = handle
        self.clock = handle.clock
        self._headers = headers
        self.in_process = way == WAYS[0]
        self.base = "http://understudy" if self.in_process else handle.url
        self._client = httpx.Client(transport=handle.transport) if self.in_process else wire()

    def send(self, ask: Ask, key: str = "") -> httpx.Response:
        headers = self._headers(key or self.handle.api_key)
        return self._client.request(ask.method, self.base + ask.path, json=ask.body, headers=headers)

    def said(self, ask: Ask) -> Any:
        answer = self.send(ask)
        assert answer.is_success, answer.text
        return answer.json()

    def open(self, address: str) -> int:
        """The status of a file's address."""
        return self._client.get(address).status_code

    def async_client(self) -> httpx.AsyncClient:
        headers = self._headers(self.handle.api_key)
        if self.in_process:
            return httpx.AsyncClient(transport=self.handle.transport, base_url=self.base, headers=headers)
        return httpx.AsyncClient(verify=False, trust_env=False, base_url=self.base, headers=headers, timeout=30)

    def facts(self) -> tuple[Any, ...]:
        """All that looking must leave alone."""
        ledger = self.handle.ledger
        tasks = [task._replace(account=None) for task in self.handle.tasks]
        return tasks, ledger.balance, ledger.held, ledger.charged, self.handle.session.clock.due


class Hooks:
    """What a provider's test says: how to ask, and what was answered."""

    provider = ""
    channels: tuple[str, ...] = ()  # the first tells the place in the queue, the last the files
    cancellable: States = frozenset({State.QUEUED})

    def order(self) -> Ask:
        """An order that is taken."""
        raise NotImplementedError

    def wrong(self) -> list[Ask]:
        """Requests that are refused."""
        raise NotImplementedError

    def taken(self, said: Any) -> str:
        """The name by which the order is asked after."""
        raise NotImplementedError

    def question(self, channel: str, name: str) -> Ask:
        raise NotImplementedError

    def told(self, channel: str, said: Any) -> States:
        """The states that an answer may stand for."""
        raise NotImplementedError

    def cancellation(self, name: str) -> Ask:
        raise NotImplementedError

    def accepted(self, said: Any) -> bool:
        raise NotImplementedError

    def files(self, said: Any) -> list[str]:
        """The addresses in an answer of the last channel."""
        raise NotImplementedError

    def place(self, said: Any) -> int | None:
        """The place in the queue in an answer of the first channel, where the provider tells it."""
        return None

    def headers(self, key: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {key}"}

    def handle(self, told: Settings) -> StandIn:
        return opened(self.provider, told)

    # -- what follows from them

    @contextmanager
    def world(self, way: str, **told: Any) -> Iterator[World]:
        handle = self.handle(Settings(images="plain").but(**told))
        try:
            yield World(handle, way, self.headers)
        finally:
            handle.close()

    def submit(self, world: World) -> str:
        return self.taken(world.said(self.order()))

    def look(self, world: World, channel: str, name: str) -> States:
        return self.told(channel, world.said(self.question(channel, name)))

    def cancel(self, world: World, name: str) -> bool:
        return self.accepted(world.said(self.cancellation(name)))

    def outputs(self, world: World, name: str) -> list[str]:
        return self.files(world.said(self.question(self.channels[-1], name)))

    def loop(self, world: World, channel: str, name: str) -> list[States]:
        """Asks until it is over; what was answered."""
        seen: list[States] = []
        while not seen or not seen[-1] <= FINAL:
            seen.append(self.look(world, channel, name))
            assert len(seen) < 100, f"no end of {seen[-1]}"
        return seen

    def play(self, world: World, program: list[tuple[int, int]]) -> None:
        """A program is a list of numbers; the first of each pair says what to do, the second to which task."""
        names: list[str] = []
        for what, which in program:
            if what == 0 or not names:
                names.append(self.submit(world))
                continue
            name = names[which % len(names)]
            if what == 1:
                world.send(self.cancellation(name))
            elif what == 2:
                for address in self.outputs(world, name):
                    assert world.open(address) == 200
            elif what == 3:
                world.send(self.wrong()[which % len(self.wrong())])
            else:
                self.look(world, self.channels[what % len(self.channels)], name)
