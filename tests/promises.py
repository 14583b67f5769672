"""What every provider's stand-in promises about time, tasks and money, said over the wire in house words.

A provider's test inherits `Promises` and says how it is spoken to; each promise is then tried in every way in which one
comes to a stand-in (tests/ways.py), and keeps to one result in all of them. Answers are judged by the house states that
their words stand for, so that one loop fits all vocabularies.
"""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from understudy.mocks.engine.timeline import FINAL, State
from understudy.tests.parity import Parity, share
from understudy.tests.world import Ask, States, World

MICRO = 1e-6
Q, R, S, C = State.QUEUED, State.RUNNING, State.SUCCEEDED, State.CANCELLED
AHEAD = {Q: frozenset(State), R: frozenset({R, *FINAL}), **{state: frozenset({state}) for state in FINAL}}


lives = st.integers(0, 4_000_000).map(lambda micros: micros / 1e6)


class Promises(Parity):
    """The promises themselves."""

    billed = False  # whether what ran of a task is to be paid though it was cancelled

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "way" in metafunc.fixturenames:
            metafunc.parametrize("way", self.ways, indirect=True, scope="class")

    @pytest.fixture(scope="class")
    @classmethod
    def way(cls, request: pytest.FixtureRequest) -> str:
        if request.param == "serve":
            request.getfixturevalue("served")
        return str(request.param)

    def test_a_loop_sees_each_state_once_and_in_order(self, way: str) -> None:
        for channel in self.channels:
            with self.world(way) as world:
                world.handle.script(queued=3, running=10)
                seen = self.loop(world, channel, self.submit(world))
                places = [[at for at, told in enumerate(seen) if state in told] for state in (Q, R, S)]
                assert all(len(place) == 1 for place in places), seen
                assert places == sorted(places)
                assert places[-1] == [len(seen) - 1]
                assert world.clock.now == 13

    def test_looking_changes_nothing(self, way: str) -> None:
        with self.world(way, clock="manual", slots=1) as world:
            world.handle.script(queued=1, running=4, fails=True)
            world.handle.script(queued=1, stuck=True)
            world.handle.script(queued=1, running=4)
            names = [self.submit(world) for _ in range(3)]
            for _ in range(3):
                world.clock.advance(2)
                before, now = world.facts(), world.clock.now
                first = [[self.look(world, channel, name) for channel in self.channels] for name in names]
                again = [[self.look(world, channel, name) for channel in self.channels] for name in names]
                assert (first, before, now) == (again, world.facts(), world.clock.now)

    @share(0.2)
    @given(looks=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 9)), max_size=12))
    def test_a_life_is_the_same_whoever_looked(self, way: str, looks: list[tuple[int, int]]) -> None:
        def played(looks: list[tuple[int, int]]) -> dict[str, Any]:
            with self.world(way, slots=2) as world:
                world.handle.script(queued=2, running=5, times="always")
                names = [self.submit(world) for _ in range(3)]
                possible = dict.fromkeys(names, AHEAD[Q])
                for which, channel in looks:
                    told = self.look(world, self.channels[channel % len(self.channels)], names[which])
                    ahead = frozenset().union(*(AHEAD[state] for state in possible[names[which]]))
                    possible[names[which]] = ahead & told
                    assert possible[names[which]], "it went back"
                world.handle.settle()
                return world.facts()

        assert played(looks) == played([])

    @share(0.2)
    @given(spans=st.lists(lives, max_size=6))
    def test_spans_add_up(self, way: str, spans: list[float]) -> None:
        def played(spans: list[float]) -> Any:
            with self.world(way, clock="manual", slots=2) as world:
                world.handle.script(queued=1, running=2.5, times=3, cost=1.5)
                names = [self.submit(world) for _ in range(3)]
                for span in spans:
                    world.clock.advance(span)
                told = [self.look(world, channel, name) for channel in self.channels for name in names]
                return told, world.facts(), world.clock.now, world.clock.age

        assert played(spans) == played([sum(round(span * 1e6) for span in spans) / 1e6])

    def test_what_is_due_happens_once(self, way: str) -> None:
        with self.world(way, clock="manual", slots=1) as world:
            world.handle.script(queued=0, running=5, cost=0.1, times=3)
            for _ in range(3):
                self.submit(world)
            spent = []
            for _ in range(8):
                spent.append((float(world.handle.ledger.spent), world.handle.ledger.held))
                world.clock.advance(2.5)
            assert spent == [(0, 0.3)] * 2 + [(0.1, 0.2)] * 2 + [(0.2, 0.1)] * 2 + [(0.3, 0)] * 2
            world.handle.settle()
            assert world.handle.ledger.spent == 0.3

    def test_a_cancel_at_and_around_every_beat_obeys_the_rule(self, way: str) -> None:
        moments = sorted(beat + around for beat in (0.0, 3.0, 13.0) for around in (-MICRO, 0.0, MICRO))[1:]
        with self.world(way, clock="manual", slots=0) as world:
            world.handle.script(queued=3, running=10, cost=1, times="always")
            names = [self.submit(world) for _ in moments]
            stopped = 0
            for name, moment in zip(names, moments, strict=True):
                world.clock.advance(moment - world.clock.now)
                assert world.clock.now == round(moment, 6)
                state = Q if moment < 3 else R if moment < 13 else S
                assert all(state in self.look(world, channel, name) for channel in self.channels)
                accepted = self.cancel(world, name)
                assert accepted is (state in self.cancellable), (moment, state)
                stopped += accepted
                after = C if accepted else state
                assert all(after in self.look(world, channel, name) for channel in self.channels)
                assert not self.cancel(world, name), "nothing is cancelled twice"
            world.clock.advance(100)
            for name, moment in zip(names, moments, strict=True):
                state = Q if moment < 3 else R if moment < 13 else S
                end = C if state in self.cancellable else S
                assert all(end in self.look(world, channel, name) for channel in self.channels)
            ran = [
                (moment - 3) / 10 for moment in moments if self.billed and R in self.cancellable and 3 <= moment < 13
            ]
            assert round(world.handle.ledger.spent, 6) == round(len(moments) - stopped + sum(ran), 6)

    def test_one_look_and_then_cancel_cancels(self, way: str) -> None:
        for channel in self.channels:
            with self.world(way) as world:
                world.handle.script(queued=2, running=10)  # not every provider has its orders wait
                name = self.submit(world)
                assert Q in self.look(world, channel, name)
                assert self.cancel(world, name)
                assert all(C in self.look(world, other, name) for other in self.channels)
                assert world.clock.now == 0

    @pytest.mark.parametrize("fails", [False, True])
    def test_the_channels_of_one_loop_agree(self, way: str, fails: bool) -> None:
        for turn in range(len(self.channels)):
            order = self.channels[turn:] + self.channels[:turn]
            with self.world(way) as world:
                world.handle.script(queued=2, running=6, fails=fails)
                name = self.submit(world)
                told = [frozenset(State)]
                for _ in range(6):
                    told = [self.look(world, channel, name) for channel in order]
                    assert frozenset.intersection(*told), told
                assert all(answer <= FINAL for answer in told)
                assert all((State.FAILED if fails else S) in answer for answer in told)

    def test_no_jump_ages_anything(self, way: str) -> None:
        with self.world(way, media_ttl=60, slots=0) as world:
            world.handle.script(queued=1, running=4)
            world.handle.script(queued=1, running=599)
            quick, slow = self.submit(world), self.submit(world)
            self.loop(world, self.channels[0], slow)
            assert (world.clock.now, world.clock.age) == (600, 0)
            files = [*self.outputs(world, quick), *self.outputs(world, slow)]
            assert files
            assert {world.open(file) for file in files} == {200}
            world.clock.advance(59.999999)
            assert {world.open(file) for file in files} == {200}
            world.clock.advance(MICRO)
            assert 200 not in {world.open(file) for file in files}

    def test_after_settle_all_files_open(self, way: str) -> None:
        with self.world(way, media_ttl=1, slots=1, clock="manual") as world:
            names = [self.submit(world) for _ in range(4)]
            world.handle.settle()
            assert {world.open(file) for name in names for file in self.outputs(world, name)} == {200}
            world.clock.advance(61)
            assert 200 not in {world.open(file) for name in names for file in self.outputs(world, name)}

    def test_a_stuck_task_hangs_nobody(self, way: str) -> None:
        with self.world(way, slots=1) as world:
            world.handle.script(queued=1, stuck=True)
            stuck, behind, last = (self.submit(world) for _ in range(3))
            seen = []
            for channel in self.channels * 3:
                seen.append(self.look(world, channel, stuck))
                assert seen[-1] <= {Q, R}
                assert Q in self.look(world, channel, behind)
            assert self.cancel(world, last) is (Q in self.cancellable)
            world.handle.settle()
            assert world.clock.now == (R not in seen[0]), "it moves to the next word, if there is another one"
            if R in self.cancellable:
                assert self.cancel(world, stuck)
                assert S in self.loop(world, self.channels[0], behind)[-1]

    @pytest.mark.parametrize("slots", [0, 3])
    def test_ten_at_once_all_end(self, way: str, slots: int) -> None:
        async def live(client: httpx.AsyncClient) -> States:
            async def said(ask: Ask) -> Any:
                return (await client.request(ask.method, ask.path, json=ask.body)).raise_for_status().json()

            name, told = self.taken(await said(self.order())), frozenset(State)
            while not told <= FINAL:
                told = self.told(self.channels[0], await said(self.question(self.channels[0], name)))
            return told

        async def ten(world: World) -> list[States]:
            async with world.async_client() as client, asyncio.timeout(20):
                return await asyncio.gather(*(live(client) for _ in range(10)))

        with self.world(way, slots=slots) as world:
            assert all(S in told for told in asyncio.run(ten(world)))
            assert len(world.handle.tasks) == 10

    def test_places_are_true_and_count_down(self, way: str) -> None:
        with self.world(way, clock="manual", slots=2) as world:
            world.handle.script(queued=1, running=4, times="always")
            names = [self.submit(world) for _ in range(7)]
            gone: set[str] = set()
            for step in range(24):
                said = {name: world.said(self.question(self.channels[0], name)) for name in names}
                line = [name for name in names if Q in self.told(self.channels[0], said[name]) and name not in gone]
                places = [self.place(said[name]) for name in line]
                assert places in ([*range(1, len(line) + 1)], [None] * len(line)), f"step {step}"
                if step in (2, 6) and len(line) > 1 and Q in self.cancellable:
                    assert self.cancel(world, line[1])
                    gone.add(line[1])
                    continue
                world.clock.advance(1)
            assert len(gone) == (2 if Q in self.cancellable else 0)
            assert all(S in self.look(world, self.channels[0], name) for name in set(names) - gone)

    def test_another_account_sees_nothing(self, way: str) -> None:
        with self.world(way) as world:
            name, other = self.submit(world), world.handle.another_key()
            before = world.facts()
            for ask in (self.question(self.channels[0], name), self.cancellation(name)):
                assert self.refused(world.send(ask, other))
                assert self.refused(world.send(ask, "0" * 32))
            assert world.facts() == before
            world.handle.revoke()
            assert self.refused(world.send(self.question(self.channels[0], name)))
