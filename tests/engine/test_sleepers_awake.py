"""The clock is held while somebody is known to be awake, for as long as it may matter and no longer."""

from __future__ import annotations

from understudy.contracts.exchange import Exchange
from understudy.mocks.engine.sleepers import Sleepers
from understudy.tests.engine.night import Night, at_night


def test_the_clock_is_held_for_who_was_told_not_yet_and_has_not_slept_since() -> None:
    async def story(night: Night) -> None:
        one, two = night.submit(), night.submit()
        for task in (one, two):
            night.asked(task)
        night.nap("one", 5)
        assert night.clock.out == 1  # the other's client is awake
        night.asked(two)
        night.nap("two", 7)
        assert night.clock.out == 0
        await night.until(1)
        night.asked(one)
        night.nap("one", 5)
        assert night.clock.out == 0
        assert [(who, at) for who, at, _ in await night.until(3)] == [("one", 5), ("two", 7), ("one", 10)]

    at_night(story)


def test_one_client_that_asks_for_many_tasks_is_waited_for_once() -> None:
    async def story(night: Night) -> None:
        tasks = [night.submit() for _ in range(3)]
        for turn in range(1, 4):
            for task in tasks:
                night.asked(task)
            night.nap("one", 5)
            assert night.clock.out == (2 if turn == 1 else 0)
            await night.until(turn)

    at_night(story)


def test_who_has_what_it_waited_for_is_waited_for_no_longer() -> None:
    async def story(night: Night) -> None:
        one, two = night.submit(running=5), night.submit()
        for who, task in (("one", one), ("two", two)):
            night.asked(task)
            night.nap(who, 5)
        await night.until(2)
        assert night.clock.out == 2
        night.asked(one)
        night.asked(two)
        night.nap("two", 5)
        assert night.clock.out == 0

    at_night(story)


def test_an_answer_has_one_reader_though_two_sleep_for_the_same() -> None:
    async def story(night: Night) -> None:
        task, _ = night.submit(running=5), night.submit()
        for who in ("one", "two"):
            night.asked(task)
            night.nap(who, 5)
        await night.until(2)
        assert night.clock.out == 2
        night.asked(task)
        assert night.clock.out == 1  # the other woke, and is yet to ask

    at_night(story)


def test_who_slept_past_the_end_of_a_task_has_its_moment_though_the_task_is_owed_no_longer() -> None:
    async def story(night: Night) -> None:
        over, other = night.submit(running=5), night.submit()
        for who, task in (("late", over), ("often", other)):
            night.asked(task)
            night.nap(who, 70)
        await night.until(2)
        night.asked(other)
        night.nap("often", 10)  # nobody was told of the end within a minute
        assert night.clock.out == 1
        assert night.clock.now == 70

    at_night(story)


def test_whoever_watched_the_journal_before_still_does() -> None:
    async def story(night: Night) -> None:
        night.room.close()
        seen: list[Exchange] = []
        night.session.journal.watch = seen.append
        task = night.submit()
        room = Sleepers(night.session)
        night.asked(task)
        room.close()
        night.asked(task)
        assert (len(seen), night.session.journal.watch) == (2, seen.append)
        assert night.clock.out == 0

    at_night(story)


def test_whose_task_is_whose_is_learnt_anew_after_a_mistake() -> None:
    async def story(night: Night) -> None:
        one, two = night.submit(), night.submit()
        night.asked(one)
        night.asked(two)
        night.nap("two", 8)  # is taken for who asked for the first
        night.nap("one", 5)
        await night.until(1)
        night.asked(one)
        night.nap("one", 5)  # the other is asleep, hence has not asked
        assert night.clock.out == 0
        assert [(who, at) for who, at, _ in await night.until(2)] == [("one", 5), ("two", 8)]
        night.asked(two)
        night.nap("two", 8)
        assert night.clock.out == 0

    at_night(story)
