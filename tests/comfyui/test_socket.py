"""Who listens on a socket is told of runs as they go, on any clock, and of nothing once the line is closed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from understudy.contracts.comfyui import facts
from understudy.contracts.document import workflows
from understudy.mocks.app import App, fresh_name
from understudy.mocks.comfyui.messages import Message, messages
from understudy.mocks.comfyui.prompt import Prompt
from understudy.mocks.comfyui.runs import Run, run_of
from understudy.mocks.comfyui.socket import Listener, follow
from understudy.mocks.engine.session import Session
from understudy.mocks.engine.timeline import State
from understudy.mocks.server import Server
from understudy.mocks.settings import Settings
from understudy.mocks.stand_in import StandIn
from understudy.mocks.web.dialect import Answer
from understudy.mocks.web.line import Line
from understudy.mocks.web.turn import Turn
from understudy.tests.toy.toy import Toy, make
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

PICTURE = workflows("runcomfy", "serverless")["text-to-image"]["graph"]


def submit(turn: Turn) -> Answer:
    answer = make(turn)
    turn.session.clock.stir()
    return answer


def runs(session: Session) -> list[Run]:
    """Each order is of the client that its text names."""
    told = ((task, {"client_id": task.inputs.get("text")}) for task in session.tasks.values())
    found = (run_of(task, Prompt(task.number, task.id, PICTURE, extra)) for task, extra in told)
    return [run for run in found if run is not None]


class Comfy(Toy):
    """The toy, with a ComfyUI behind it."""

    routes = {**Toy.routes, "make": submit}

    async def listen(self, session: Session, line: Line) -> None:
        said = parse_qs(line.call.scope["query_string"].decode())
        client, prompt = (said.get(name, [""])[0] for name in ("clientId", "prompt"))
        await follow(line, Listener(client, lambda: runs(session), prompt, "look"))


class World:
    def __init__(self, handle: StandIn) -> None:
        self.handle = handle

    def asking(self) -> httpx.Client:
        headers = {"X-Api-Key": self.handle.api_key}
        return httpx.Client(transport=self.handle.transport, base_url=self.handle.url, headers=headers)

    def order(self, client: str = "me") -> str:
        with self.asking() as asked:
            answer = asked.post("/make/cube", json={"text": client})
        return str(answer.json()["job"])

    def stop(self, job: str) -> None:
        with self.asking() as asked:
            assert asked.delete(f"/jobs/{job}").json() == {"stopped": True}

    def cue(self, job: str) -> None:
        session = self.handle.session
        self.handle.call(lambda: session.cue(session.tasks[job], session.clock.now))

    @contextmanager
    def socket(self, query: str = "clientId=me") -> Iterator[ClientConnection]:
        with connect(f"{self.handle.ws_url}/ws?{query}", additional_headers={"X-Api-Key": self.handle.api_key},
                     proxy=None) as open_:  # fmt: skip
            yield open_

    def run(self, job: str) -> list[Any]:
        """All that is to be told of a run, as it now stands."""
        return [each.said for each in self.messages(job)]

    def moments(self, job: str) -> list[float]:
        return [each.at for each in self.messages(job)]

    def messages(self, job: str) -> list[Message]:
        def read() -> list[Message]:
            session = self.handle.session
            (run,) = (run for run in runs(session) if run.prompt.id == job)
            return messages(run, session.clock.epoch.timestamp())

        said: list[Message] = self.handle.call(read)
        return said


@contextmanager
def opened(house: Server, **said: Any) -> Iterator[World]:
    session = house.call(lambda: house.app.open(fresh_name(), Settings().but(**said), loop=house.loop))
    handle = StandIn(house, session, "toy", dict(house.app.keys(session))["toy"])
    try:
        yield World(handle)
    finally:
        handle.close()


@pytest.fixture(scope="module")
def house() -> Iterator[Server]:
    server = Server(App(Settings(), dialects={"toy": Comfy}))
    yield server
    server.stop()


def read(socket: ClientConnection) -> Any:
    return json.loads(socket.recv(5))


def until_over(socket: ClientConnection) -> list[Any]:
    """What comes until a run is over, without what is told of the queue."""
    seen: list[Any] = []
    while not seen or seen[-1]["data"].get("node", "") is not None or seen[-1]["type"] != "executing":
        said = read(socket)
        if said["type"] != "status":
            seen.append(said)
    return seen


def left(said: Any) -> int:
    return int(said["data"]["status"]["exec_info"]["queue_remaining"])


def test_a_client_that_only_listens_is_told_all_of_a_run_that_comes_later(house: Server) -> None:
    with opened(house, clock="auto") as world, world.socket() as socket:
        first = read(socket)
        assert (first["type"], first["data"]["sid"], left(first)) == ("status", "me", 0)
        world.handle.script(queued=1, running=20)
        job = world.order()
        assert left(read(socket)) == 1
        assert until_over(socket) == world.run(job)
        assert world.handle.clock.now == 21


def test_what_is_pushed_stands_in_the_journal_at_its_moment(house: Server) -> None:
    with opened(house, clock="auto") as world, world.socket() as socket:
        world.handle.script(queued=0, running=20)
        job = world.order()
        seen = until_over(socket)
        world.handle.settle()
        pushed = [each for each in world.handle.requests(on="push") if each.task == job]
        assert [json.loads(each.request_body) for each in pushed] == seen
        assert [each.at for each in pushed] == sorted(each.at for each in pushed)
        assert (pushed[0].at, pushed[-1].at) == (0, 20)
        assert {(each.operation, each.direction, each.status) for each in pushed} == {("look", "out", 200)}
        assert not world.handle.findings


def test_on_a_manual_clock_each_message_comes_in_its_time(house: Server) -> None:
    with opened(house, clock="manual") as world, world.socket() as socket:
        read(socket)
        world.handle.script(queued=5, running=20)
        job = world.order()
        assert left(read(socket)) == 1
        world.handle.clock.advance(5)
        begun = [read(socket) for _ in range(3)]
        assert [each["type"] for each in begun] == ["execution_start", "execution_cached", "executing"]
        world.handle.settle()
        assert begun + until_over(socket) == world.run(job)


def test_the_queue_is_told_as_it_grows_and_shrinks(house: Server) -> None:
    with opened(house, clock="auto", slots=1) as world, world.socket() as socket:
        jobs = [world.order() for _ in range(2)]
        seen = [read(socket) for _ in range(3)]
        while [each["data"].get("node", "") for each in seen if each["type"] == "executing"].count(None) < 2:
            seen.append(read(socket))
        counts = [left(each) for each in seen if each["type"] == "status"]
        assert counts == [0, 1, 2, 1, 0]
        ends = [each["type"] for each in seen[-3:]]
        assert ends == ["execution_success", "status", "executing"]
        order = [each["data"]["prompt_id"] for each in seen if each["type"] == "execution_start"]
        assert order == jobs


def test_another_clients_runs_are_its_own(house: Server) -> None:
    with opened(house, clock="auto") as world, world.socket() as mine, world.socket("clientId=you") as yours:
        own = world.order("you")
        assert {each["data"]["prompt_id"] for each in until_over(yours)} == {own}
        job = world.order()
        assert until_over(mine) == world.run(job)


def test_a_run_under_way_is_summed_up_for_who_comes_late(house: Server) -> None:
    with opened(house, clock="manual") as world:
        world.handle.script(queued=0, running=20)
        job = world.order()
        world.handle.clock.advance(10)
        whole = world.run(job)
        with world.socket() as socket:
            assert left(read(socket)) == 1
            start, node = read(socket), read(socket)
            assert start == whole[0]
            assert (node["type"], node["data"]["node"]) == ("executing", "3")
            world.handle.settle()
            rest = until_over(socket)
            assert rest == whole[-len(rest) :]
            assert rest[0]["type"] == "progress"


def test_who_comes_at_the_moment_of_a_message_is_told_it(house: Server) -> None:
    with opened(house, clock="manual") as world:
        world.handle.script(queued=0, running=20)
        job = world.order()
        whole = world.run(job)
        with world.socket() as socket:
            assert left(read(socket)) == 1
            assert [read(socket) for _ in range(3)] == whole[:3]
        second = world.moments(job)[3]
        world.handle.clock.advance(second)
        with world.socket() as socket:
            assert left(read(socket)) == 1
            assert [read(socket) for _ in range(3)] == [whole[0], whole[2], whole[3]]


def test_of_a_run_that_is_over_the_end_is_told_to_who_asks_for_it(house: Server) -> None:
    with opened(house, clock="manual") as world:
        job = world.order()
        world.handle.settle()
        with world.socket(f"clientId=me&prompt={job}") as socket:
            assert left(read(socket)) == 0
            assert [read(socket), read(socket)] == world.run(job)[-2:]
        with world.socket() as socket:
            assert left(read(socket)) == 0
            other = world.order()
            world.handle.settle()
            assert {each["data"]["prompt_id"] for each in until_over(socket)} == {other}


@pytest.mark.parametrize("clock", ["auto", "manual"])
def test_a_cancelled_run_is_told_as_interrupted(house: Server, clock: str) -> None:
    with opened(house, clock=clock) as world, world.socket() as socket:
        world.handle.script(queued=0, stuck=True)
        job = world.order()
        world.handle.script(queued=0, running=5)
        seen = [read(socket) for _ in range(5)]
        assert seen[-1]["data"]["node"] == "4"
        world.stop(job)
        last = until_over(socket)
        assert [each["type"] for each in last] == ["execution_interrupted", "executing"]
        assert (last[0]["data"]["node_id"], last[0]["data"]["prompt_id"]) == ("4", job)


def test_a_run_that_the_director_cancels_is_told_at_once(house: Server) -> None:
    with opened(house, clock="manual") as world, world.socket() as socket:
        world.handle.script(queued=0, running=20)
        job = world.order()
        world.handle.clock.advance(10)
        world.handle.call(lambda: world.handle.session.cancel(
            world.handle.session.tasks[job], (State.RUNNING,), world.handle.session.clock.now))  # fmt: skip
        seen = until_over(socket)
        assert seen == world.run(job)
        assert seen[-2]["data"]["node_id"] == "3"
        world.handle.settle()
        assert world.handle.clock.now == 10


def test_one_that_is_taken_out_of_the_queue_is_never_told_of(house: Server) -> None:
    with opened(house, clock="manual", slots=1) as world, world.socket() as socket:
        world.order()
        waits = world.order()
        world.stop(waits)
        world.handle.settle()
        assert waits not in {each["data"]["prompt_id"] for each in until_over(socket)}


def test_a_run_that_fails_says_at_which_node(house: Server) -> None:
    with opened(house, clock="auto") as world, world.socket() as socket:
        world.handle.script(queued=0, running=10, fails="broken")
        job = world.order()
        seen = until_over(socket)
        assert seen == world.run(job)
        assert seen[-2]["type"] == "execution_error"
        assert seen[-2]["data"]["node_id"] == "3"


def test_a_run_that_waits_for_its_cue_goes_on_when_it_comes(house: Server) -> None:
    with opened(house, clock="manual") as world, world.socket() as socket:
        world.handle.script(manual=True)
        job = world.order()
        assert [left(read(socket)) for _ in range(2)] == [0, 1]
        world.cue(job)
        seen = [read(socket) for _ in range(3)]
        assert seen[-1]["data"]["node"] == "4"
        world.handle.clock.advance(30)
        world.cue(job)
        assert seen + until_over(socket) == world.run(job)


def test_a_closed_line_books_nothing_more(house: Server) -> None:
    with opened(house, clock="manual") as world:
        world.handle.script(queued=0, running=20)
        with world.socket() as socket:
            read(socket)
            world.order()
            assert world.handle.session.clock.watchers
        while world.handle.session.clock.watchers:
            pass
        assert not world.handle.session.clock.agenda.owes
        before = len(world.handle.requests(on="push"))
        world.handle.settle()
        assert len(world.handle.requests(on="push")) == before


def test_a_session_that_ends_ends_what_is_told(house: Server) -> None:
    with opened(house, clock="manual") as world, world.socket() as socket:
        world.order()
        world.handle.reset()
        with pytest.raises(ConnectionClosed):
            until_over(socket)


def test_faults_strike_what_is_pushed(house: Server) -> None:
    with opened(house, clock="auto") as world, world.socket() as socket:
        read(socket)
        world.handle.fault("lost", on="push", times=3)  # how many are left, that it began, and what was cached
        job = world.order()
        assert until_over(socket) == world.run(job)[2:]


def test_who_brings_no_id_is_given_one_and_flags_are_answered_in_kind(house: Server) -> None:
    with opened(house, clock="manual") as world, world.socket("") as socket, world.socket("") as other:
        sids = [read(each)["data"]["sid"] for each in (socket, other)]
        assert len(set(sids)) == 2
        assert {len(sid) for sid in sids} == {32}
        for said in ("{", "[]", "5", '{"type": "hello"}', '{"type": "feature_flags", "data": {}}'):
            socket.send(said)
        assert read(socket) == {"type": "feature_flags", "data": facts("answers")["features"]}
