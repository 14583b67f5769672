"""For how long nobody said anything."""

from __future__ import annotations

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st
from understudy.mocks.engine.clock import Clock, pause, real

LIMIT = 120.0


class Hand:
    """Real time, as a test wants it."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@settings(max_examples=100, deadline=None)
@given(steps=st.lists(st.tuples(st.booleans(), st.integers(0, 130)), max_size=12))
def test_silence_adds_up_until_something_is_said(steps: list[tuple[bool, int]]) -> None:
    """Whether a silence was waited for or played, and in how many parts, does not matter."""

    async def story() -> None:
        clock, gone, silent = Clock("manual", tick=hand), [], 0.0
        ear = clock.silence.listen(LIMIT, lambda: gone.append(clock.now))
        story = 0.0
        for speaks, seconds in steps:
            if speaks and not gone:
                ear.hear()
                silent = 0.0
            if not gone and silent + seconds >= LIMIT:
                wanted = story + LIMIT - silent
                clock.advance(seconds, idle=True)
                assert gone == [wanted]
            else:
                clock.advance(seconds, idle=True)
            story, silent = story + seconds, silent + seconds
            assert len(gone) <= 1
            assert clock.now == clock.age == story
        assert bool(gone) is not (ear in clock.silence.ears)
        ear.stop()

    hand = Hand()
    asyncio.run(story())


def test_real_seconds_count_and_a_plain_advance_does_not() -> None:
    async def story() -> None:
        hand = Hand()
        clock, gone = Clock("manual", tick=hand), []
        ear = clock.silence.listen(LIMIT, lambda: gone.append(1))
        clock.advance(1000)
        hand.at = 119
        clock.advance(0, idle=True)
        assert (gone, ear.silent, ear.left) == ([], 119, 1)
        hand.at = 119.5
        clock.advance(0.5, idle=True)
        assert gone == [1]
        ear.ring()
        assert gone == [1]

    asyncio.run(story())


def test_who_has_no_limit_is_never_given_up() -> None:
    async def story() -> None:
        clock = Clock("manual")
        gone: list[int] = []
        ear = clock.silence.listen(float("inf"), lambda: gone.append(1))
        clock.advance(1e9, idle=True)
        ear.stop()
        assert not gone

    asyncio.run(story())


def test_one_timer_lasts_for_all_that_is_said() -> None:
    async def story() -> None:
        clock, gone = Clock("auto"), asyncio.Event()
        ear = clock.silence.listen(0.05, gone.set)
        began = real()
        while real() < began + 0.12:
            await pause(0)
            ear.hear()
        assert not gone.is_set()
        await asyncio.wait_for(gone.wait(), 5)

    asyncio.run(story())
