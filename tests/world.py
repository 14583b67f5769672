"""One session and a way to it, and what a provider's test must say for the house to speak to its stand-in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from typing import Any, NamedTuple

import httpx
from understudy.mocks.engine.task import Task
from understudy.mocks.engine.timeline import FINAL, State
from understudy.mocks.stand_in import StandIn
from understudy.tests.remote import Remote
from understudy.tests.ways import DOORS, IN_PROCESS, plain

WAYS = (IN_PROCESS, "over a socket")  # to a handle, however one came by it
MONEY = ("balance", "held", "charged", "quota", "unpriced")
CLIENT_STEPS = 7  # so many kinds of things a client does
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
    """One session and a way to it. The handle is a StandIn, or a Remote, which has what promises need of one."""

    def __init__(
        self, handle: Any, way: str, headers: Callable[[str], dict[str, str]], good: Callable[[httpx.Response], bool]
    ) -> None:
        self.handle = handle
        self.clock = handle.clock
        self._headers = headers
        self._good = good
        self.in_process = way == IN_PROCESS
        self.base = "http://understudy" if self.in_process else handle.url
        self._client = httpx.Client(transport=handle.transport) if self.in_process else wire()

    def send(self, ask: Ask, key: str = "") -> httpx.Response:
        headers = self._headers(key or self.handle.api_key)
        return self._client.request(ask.method, self.base + ask.path, json=ask.body, headers=headers)

    def said(self, ask: Ask) -> Any:
        answer = self.send(ask)
        assert self._good(answer), answer.text
        return answer.json()

    def fetch(self, address: str) -> httpx.Response:
        return self._client.get(address)

    def open(self, address: str) -> int:
        """The status of a file's address."""
        return self.fetch(address).status_code

    def async_client(self) -> httpx.AsyncClient:
        headers = self._headers(self.handle.api_key)
        if self.in_process:
            return httpx.AsyncClient(transport=self.handle.transport, base_url=self.base, headers=headers)
        return httpx.AsyncClient(verify=False, trust_env=False, base_url=self.base, headers=headers, timeout=30)

    def facts(self) -> dict[str, Any]:
        """All that looking must leave alone, in words that are the same whatever the way."""
        handle: StandIn | Remote = self.handle
        ledger = handle.ledger
        money = {name: getattr(ledger, name) for name in MONEY}
        if isinstance(handle, Remote):
            return {"tasks": [_row(task) for task in handle.tasks], "money": money, "due": handle.clock.due}
        return {**handle.call(lambda: _own(handle)), "money": money}


def _row(told: dict[str, Any]) -> dict[str, Any]:
    """A task as the control plane tells it, without what follows from the rest."""
    beats = [[beat["at"], beat["state"]] for beat in told["timeline"]]
    return {**told, "timeline": beats, "outputs": [address.rpartition("/")[2] for address in told["outputs"]]}


def _own(handle: StandIn) -> dict[str, Any]:
    """The same of a session that lives in this process."""
    session, now = handle.session, handle.session.clock.now

    def row(task: Task) -> dict[str, Any]:
        order, state = task.order, task.timeline.at(now)
        return {
            "id": task.id, "number": task.number, "provider": order.provider, "account": task.account.name,
            "operation": order.operation, "model": order.model, "state": str(state),
            "place": session.place(task, now), "error": task.course.error, "cost": task.cost, "inputs": task.inputs,
            "client_id": order.client_id, "webhook": order.webhook, "delivery": order.delivery,
            "timeline": [[at, str(state)] for at, state in task.timeline.beats],
            "outputs": list(session.gallery.names(task)) if state is State.SUCCEEDED else [],
        }  # fmt: skip

    return {"tasks": [row(task) for task in handle.tasks], "due": session.clock.due}


class Hooks:
    """What a provider's test says: how to ask, and what was answered."""

    provider = ""
    channels: tuple[str, ...] = ()  # the first tells the place in the queue, the last the files
    cancellable: States = frozenset({State.QUEUED})
    ways: tuple[str, ...] = tuple(DOORS)  # of a provider of the tests' own: those that there can be

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

    def good(self, answer: httpx.Response) -> bool:
        """Whether an answer is a yes; of some providers its status alone does not say."""
        return answer.is_success

    def refused(self, answer: httpx.Response) -> bool:
        """Whether an answer tells nothing of what was asked after."""
        return not self.good(answer)

    def files(self, said: Any) -> list[str]:
        """The addresses in an answer of the last channel."""
        raise NotImplementedError

    def place(self, said: Any) -> int | None:
        """The place in the queue in an answer of the first channel, where the provider tells it."""
        return None

    def headers(self, key: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {key}"}

    def opened(self, way: str, said: dict[str, Any]) -> AbstractContextManager[Any]:
        """A handle that one comes by in this way."""
        return DOORS.get(way, plain)(self.provider, said)

    # -- what follows from them

    @contextmanager
    def world(self, way: str, **told: Any) -> Iterator[World]:
        with self.opened(way, {"images": "plain", **told}) as handle:
            yield World(handle, way, self.headers, self.good)

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
            self.step(world, names, what, which)

    def step(self, world: World, names: list[str], what: int, which: int) -> list[httpx.Response]:
        """One thing that a client does; what it was answered. An order that was taken adds its name."""
        if what == 0 or not names:
            answer = world.send(self.order())
            names += [self.taken(answer.json())] if _whole(answer) and self.good(answer) else []
            return [answer]
        name = names[which % len(names)]
        if what == 1:
            return [world.send(self.cancellation(name))]
        if what == 2:
            answer = world.send(self.question(self.channels[-1], name))
            files = self.files(answer.json()) if _whole(answer) and self.good(answer) else []
            return [answer, *map(world.fetch, files)]
        if what == 3:
            return [world.send(self.wrong()[which % len(self.wrong())])]
        return [world.send(self.question(self.channels[what % len(self.channels)], name))]


def _whole(answer: httpx.Response) -> bool:
    """Whether it is a good answer that no fault has bent."""
    try:
        answer.json()
    except ValueError:
        return False
    return answer.is_success
