"""On a loop: waiters are answered at their dates, and owed news is carried out though nobody asks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from understudy.mocks.engine import clock as clock_module
from understudy.mocks.engine.clock import Clock, pause


def on_a_loop(story: Callable[[Clock], Awaitable[Any]], mode: str = "auto") -> Any:
    async def told() -> Any:
        clock = Clock(mode)
        clock.loop = asyncio.get_running_loop()
        async with asyncio.timeout(5):
            return await story(clock)

    return asyncio.run(told())


async def asked(clock: Clock, until: float, answers: list[tuple[float, float]]) -> None:
    clock.enter()
    try:
        await clock.wait(until)
        answers.append((until, clock.now))
    finally:
        clock.leave()


def test_waiters_are_answered_at_their_dates_in_order() -> None:
    async def story(clock: Clock) -> list[tuple[float, float]]:
        answers: list[tuple[float, float]] = []
        clock.book(15, lambda: answers.append((15, clock.now)))
        await asyncio.gather(*(asked(clock, until, answers) for until in (30, 10, 20, 10, 0, -1)))
        assert (clock.agenda._entries, clock.agenda._dropped) == ([], set()), "nothing is left behind"
        return answers

    assert on_a_loop(story) == [(0, 0), (-1, 0), (10, 10), (10, 10), (15, 15), (20, 20), (30, 30)]


def test_the_clock_stands_while_somebody_is_still_being_answered() -> None:
    async def story(clock: Clock) -> None:
        answers: list[tuple[float, float]] = []
        clock.enter()
        waiting = asyncio.create_task(asked(clock, 10, answers))
        for _ in range(20):
            await asyncio.sleep(0)
        assert (answers, clock.now) == ([], 0)
        clock.leave()
        await waiting
        assert answers == [(10, 10)]

    on_a_loop(story)


@pytest.mark.parametrize("mode", ["real", "x10"])
def test_a_waiter_is_answered_where_time_flows(mode: str) -> None:
    async def story(clock: Clock) -> None:
        answers: list[tuple[float, float]] = []
        await asked(clock, 0.05, answers)
        assert answers[0][1] >= 0.05

    on_a_loop(story, mode)


def test_a_waiter_that_goes_away_leaves_nothing_behind() -> None:
    async def story(clock: Clock) -> None:
        waiting = asyncio.create_task(clock.wait(10))
        while clock.due is None:
            await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert clock.due is None

    on_a_loop(story, "manual")


@pytest.mark.parametrize("call", ["stir", "release"])
def test_a_waiter_may_be_told_to_ask_again(call: str) -> None:
    async def story(clock: Clock) -> None:
        waiting = asyncio.create_task(clock.wait(10))
        while clock.due is None:
            await asyncio.sleep(0)
        getattr(clock, call)()
        await waiting
        assert clock.now == 0
        assert clock.due is None
        assert clock.closed is (call == "release")
        if clock.closed:
            await clock.wait(99)

    on_a_loop(story, "manual")


def test_a_waiter_that_was_told_to_ask_again_does_so_before_the_clock_moves() -> None:
    async def story(clock: Clock) -> None:
        at: list[float] = []

        async def ask() -> None:
            clock.enter()
            await clock.wait(100)
            at.append(clock.now)
            await clock.wait(50)
            clock.leave()

        clock.enter()
        waiting = asyncio.create_task(ask())
        while clock.due is None:
            await asyncio.sleep(0)
        clock.leave()
        clock.stir()
        await waiting
        assert (at, clock.now) == ([0], 50)

    on_a_loop(story)


def test_the_clock_waits_for_one_that_is_to_ask_again_though_another_waits_already() -> None:
    async def story(clock: Clock) -> None:
        at: list[float] = []

        async def ask() -> None:
            clock.enter()
            await clock.wait(100)
            at.append(clock.now)
            clock.leave()

        clock.enter()
        asking = asyncio.create_task(ask())
        while clock.due is None:
            await asyncio.sleep(0)
        clock.leave()
        clock.stir()
        clock.enter()
        await clock.wait(50)
        await asking
        assert (at, clock.now) == ([0], 50)

    on_a_loop(story)


def test_who_waits_long_on_a_manual_clock_is_named(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(clock_module, "STALLED", 0.001)

    async def story(clock: Clock) -> None:
        waiting = asyncio.create_task(clock.wait(7))
        while not caplog.records:
            await asyncio.sleep(0)
        clock.advance(7)
        await waiting

    with caplog.at_level(logging.WARNING, "understudy"):
        on_a_loop(story, "manual")
    (row,) = caplog.records
    assert (row.name, row.levelname) == ("understudy", "WARNING")
    assert row.getMessage() == ("expected the clock to reach 7.000 s; came 0.001 s of real time without it; call "
                                'clock.advance() or use clock="auto"')  # fmt: skip


@pytest.mark.parametrize(("mode", "after"), [("manual", [2.0]), ("auto", []), ("x1000", [])])
def test_who_waits_on_a_manual_clock_is_named_after_two_seconds_unless_answered(
    mode: str, after: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(clock: Clock) -> None:
        loop, alarms = asyncio.get_running_loop(), list[tuple[float, asyncio.TimerHandle]]()
        later = loop.call_later

        def noted(delay: float, call: Callable[..., None], *more: Any) -> asyncio.TimerHandle:
            alarm = later(delay, call, *more)
            if call is clock_module._say_stalled:
                alarms.append((delay, alarm))
            return alarm

        monkeypatch.setattr(loop, "call_later", noted)
        waiting = asyncio.create_task(clock.wait(7))
        while clock.due is None:
            await asyncio.sleep(0)
        if mode == "manual":
            clock.advance(7)
        await waiting
        assert [delay for delay, _ in alarms] == after
        assert all(alarm.cancelled() for _, alarm in alarms)

    on_a_loop(story, mode)


@pytest.mark.parametrize(("mode", "when"), [("real", 0.03), ("x10", 0.3), ("x1000", 30.0), ("auto", 600.0)])
def test_news_is_handed_to_its_sender_within_a_fifth_of_a_second_though_nobody_asks(mode: str, when: float) -> None:
    async def story(clock: Clock) -> None:
        loop, sent = asyncio.get_running_loop(), asyncio.Event()
        due = loop.time() + (when / clock.factor if clock.factor else 0)
        clock.book(when * 100, lambda: None, owed=True)
        clock.book(when, sent.set, owed=True)
        await sent.wait()
        assert loop.time() - due < 0.2
        assert when <= clock.now < when * 100
        clock.release()

    on_a_loop(story, mode)


def test_owed_news_is_patient() -> None:
    async def story(clock: Clock) -> None:
        sent: list[float] = []
        clock.enter()
        for when in (50, 30, 30, 40):
            clock.book(when, lambda: sent.append(clock.now), owed=True)
        quiet = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(3 * clock_module.PATIENCE, quiet.set_result, None)
        await quiet
        assert sent == []
        clock.leave()
        while len(sent) < 4:
            await asyncio.sleep(0)
        assert sent == [30, 30, 40, 50]

    on_a_loop(story)


def test_when_it_is_over_nothing_is_carried_out_any_more() -> None:
    async def story(clock: Clock) -> None:
        sent: list[float] = []
        clock.book(0.01, lambda: sent.append(clock.now), owed=True)
        clock.release()
        clock.book(0.01, lambda: sent.append(clock.now), owed=True)
        quiet = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(0.05, quiet.set_result, None)
        await quiet
        assert sent == []

    for mode in ("auto", "real"):
        on_a_loop(story, mode)


def test_a_pause_is_real_and_the_story_stands() -> None:
    async def story(clock: Clock) -> None:
        began = asyncio.get_running_loop().time()
        await pause(0.02)
        assert asyncio.get_running_loop().time() - began >= 0.019
        assert clock.now == 0

    on_a_loop(story)
