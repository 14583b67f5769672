"""In which sessions a sleep passes, what is replaced for it, and that all of it is put back."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType

import pytest
from understudy.mocks import fast_forward
from understudy.mocks.fast_forward import FastForward
from understudy.mocks.settings import BadSetting, Settings
from understudy.mocks.stand_in import StandIn, opened, stand_in
from understudy.tests.mocks.pollers import ORDER, asleep, moments, poll

REAL = (time.sleep, asyncio.sleep)  # in a tuple, where nobody looks for them


@pytest.fixture
def runcomfy() -> Iterator[StandIn]:
    with stand_in("runcomfy", fast_forward=True) as handle:
        handle.client()
        yield handle


@pytest.mark.parametrize("clock", ["real", "x10"])
def test_a_clock_that_flows_by_itself_is_refused(clock: str) -> None:
    before = len(fast_forward.FORCE._holders)
    with pytest.raises(BadSetting, match=rf'expected clock "auto" or "manual".*came "{clock}".*ask for clock="auto"'):
        stand_in("runcomfy", clock=clock, fast_forward=True).__enter__()
    assert len(fast_forward.FORCE._holders) == before


# -- which session


def test_a_sleep_passes_in_the_sessions_in_force_that_owe_something(runcomfy: StandIn) -> None:
    with stand_in("runcomfy") as without, stand_in("runcomfy", fast_forward=True) as other:
        for handle in (runcomfy, without):
            handle.client().post(ORDER, json={"prompt": "a red tram"})
        time.sleep(5)
        assert (runcomfy.clock.now, without.clock.now, other.clock.now) == (5, 0, 0)
        other.client().post(ORDER, json={"prompt": "a red tram"})
        time.sleep(5)
        assert (runcomfy.clock.now, without.clock.now, other.clock.now) == (10, 0, 5)


@pytest.mark.parametrize("end", ["reset", "close", "end"])
def test_who_sleeps_when_the_test_ends_wakes_at_once(end: str) -> None:
    handle = opened("runcomfy", Settings(fast_forward=True))
    with ThreadPoolExecutor(2) as pool:
        handle.client().post(ORDER, json={"prompt": "a red tram"})
        handle.call(handle.session.clock.enter)

        async def awaited() -> None:
            await asyncio.sleep(3600)

        both = [pool.submit(lambda: time.sleep(3600)), pool.submit(asyncio.run, awaited())]
        asleep(handle, 2)
        {"reset": handle.reset, "close": handle.close, "end": handle.hasten().end}[end]()
        for sleeper in both:
            sleeper.result(5)
    handle.close()


def test_a_session_begun_again_has_sleepers_of_its_own(runcomfy: StandIn) -> None:
    for _ in range(2):
        runcomfy.script(queued=0, running=20)
        assert moments(runcomfy, poll(runcomfy)) == [0, 5, 10, 15, 20]
        assert runcomfy.hasten().slept == 20
        runcomfy.reset()


# -- what is replaced, and put back


@pytest.fixture
def early(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A client's module that was imported before, and holds the sleeps by name."""
    module = ModuleType("early_client")
    source = ("from time import sleep\nfrom asyncio import sleep as later\nfrom anyio import sleep as other\n"
              "def nap(s): sleep(s)\nasync def anap(s): await later(s); await other(s)\n")  # fmt: skip
    exec(source, vars(module))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return module


def test_modules_that_were_imported_before_are_reached_too(early: ModuleType) -> None:
    with stand_in("runcomfy", fast_forward=True) as handle:
        handle.client().post(ORDER, json={"prompt": "a red tram"})
        early.nap(2)
        asyncio.run(early.anap(3))
        assert handle.clock.now == 8
    assert (early.sleep, early.later) == REAL


def test_all_is_put_back_when_the_last_holder_ends(early: ModuleType) -> None:
    late = ModuleType("late_client")
    with stand_in("runcomfy") as handle:
        outer, inner = (FastForward(handle._server, handle.name) for _ in range(2))
        outer.begin().begin()
        inner.begin()
        exec("from time import sleep; from asyncio import sleep as later", vars(late))
        sys.modules["late_client"] = late
        outer.end()
        assert (time.sleep, asyncio.sleep) == (fast_forward.sleep, fast_forward.asleep)
        inner.end()
        inner.end()
        del sys.modules["late_client"]
    for module in (early, late):
        assert (module.sleep, module.later) == REAL
    assert (time.sleep, asyncio.sleep) == REAL


def test_a_sleep_that_somebody_put_there_before_stays_the_real_one(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    with stand_in("runcomfy", fast_forward=True):
        time.sleep(3)  # nothing is owed
    assert slept == [3]
    assert time.sleep == slept.append


def test_what_somebody_puts_there_meanwhile_is_left_alone_and_ours_does_no_harm() -> None:
    with stand_in("runcomfy", fast_forward=True), pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "sleep", print)
        held_back = patch
        handle = stand_in("runcomfy", fast_forward=True)
        handle.__enter__()
        handle.__exit__(None)
        assert time.sleep is print
        assert held_back is patch
    fast_forward.sleep(0.001)
    assert time.sleep is REAL[0]


def test_the_replacement_passes_for_a_coroutine_function(runcomfy: StandIn) -> None:
    assert asyncio.iscoroutinefunction(asyncio.sleep)


def test_holders_come_and_go_in_many_threads() -> None:
    with stand_in("runcomfy") as handle:

        def hold(turn: int) -> None:
            holder = FastForward(handle._server, handle.name)
            holder.begin()
            holder.end()

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(hold, range(64)))
    assert (time.sleep, asyncio.sleep) == REAL
