"""Who sleeps on a session's clock: sleeps overlap, wake in order, pass in every world that owes, and come to an end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from understudy.mocks.engine import sleepers as module
from understudy.mocks.engine.sleepers import Sleepers, StillWaiting, take_out
from understudy.tests.engine.night import Night, at_night


@pytest.mark.parametrize("mode", ["auto", "manual"])
def test_sleeps_overlap_and_equal_dates_wake_in_order_of_booking(mode: str) -> None:
    async def story(night: Night) -> None:
        night.submit()
        for who, seconds in (("late", 7), ("first", 5), ("second", 5), ("third", 5.0)):
            night.nap(who, seconds)
        assert await night.until(4) == [("first", 5, True), ("second", 5, True), ("third", 5, True), ("late", 7, True)]
        assert (night.clock.slept, night.clock.age) == (7, 0)

    at_night(story, mode)


def test_who_woke_has_time_to_act_before_the_next_wakes() -> None:
    async def story(night: Night) -> None:
        night.submit()
        night.nap("early", 5)
        night.nap("late", 6)
        await night.until(1)
        assert night.clock.out == 1
        night.nap("early", 5)
        assert (night.clock.out, await night.until(3)) == (
            0,
            [("early", 5, True), ("late", 6, True), ("early", 10, True)],
        )
        night.nap("late", 1)
        night.room.gone("early")
        night.room.gone("early")
        assert night.clock.out == 0

    at_night(story)


def test_who_does_not_come_back_holds_nobody_up_for_long() -> None:
    async def story(night: Night) -> None:
        night.submit()
        night.nap("gone", 5)
        night.nap("here", 6)
        assert [who for who, _, _ in await night.until(2)] == ["gone", "here"]

    at_night(story)


def test_the_clock_stands_while_a_request_is_in_flight() -> None:
    async def story(night: Night) -> None:
        night.submit()
        night.clock.enter()
        night.nap("one", 5)
        await asyncio.sleep(0.01)
        assert night.told == []
        night.clock.leave()
        assert await night.until(1) == [("one", 5, True)]

    at_night(story)


def test_where_nothing_is_owed_a_sleep_is_real_and_so_is_its_site_for_good() -> None:
    async def story(night: Night) -> None:
        night.nap("heart", 5)
        night.submit()
        night.nap("heart", 5)
        night.nap("poller", 5)
        night.nap("heart", 5)
        told = await night.until(4)
        assert told == [("heart", 0, False), ("heart", 0, False), ("heart", 0, False), ("poller", 5, True)]

    at_night(story)


def test_owed_news_is_waited_for() -> None:
    async def story(night: Night) -> None:
        carried: list[float] = []
        night.clock.book(30, lambda: carried.append(night.clock.now), owed=True)
        night.nap("one", 60)
        assert await night.until(1) == [("one", 60, True)]
        assert carried == [30]
        night.nap("one", 60)
        assert (await night.until(2))[1] == ("one", 60, False)

    at_night(story)


def test_a_delivery_under_way_is_waited_for() -> None:
    async def story(night: Night) -> None:
        night.clock.set_off()
        night.nap("one", 5)
        await asyncio.sleep(0.01)
        assert night.told == []
        night.clock.arrived()
        assert await night.until(1) == [("one", 5, True)]

    at_night(story)


def test_a_task_that_is_over_is_owed_until_a_client_was_told() -> None:
    async def story(night: Night) -> None:
        task = night.submit(running=12)
        night.asked(task)
        for turn in range(1, 4):  # a client that counts seconds between two polls does not know that it is over
            night.nap("one", 5)
            await night.until(turn)
        night.asked(task, bent="503")
        night.asked(task, status=401)
        night.nap("one", 5)
        assert [at for _, at, _ in await night.until(4)] == [5, 10, 15, 20]
        night.asked(task)
        night.nap("one", 5)
        assert (await night.until(5))[-1] == ("one", 20, False)

    at_night(story)


def test_a_task_that_nobody_asks_for_is_owed_for_a_while_only() -> None:
    async def story(night: Night) -> None:
        night.submit(running=12)
        turn = 0
        while not night.told or night.told[-1][2]:
            turn += 1
            night.nap("heart", 5)
            await night.until(turn)
        assert night.clock.now == 12 + module.LAG + 3  # the first multiple of 5 after it

    at_night(story)


@pytest.mark.parametrize(("running", "told"), [(0, True), (12, False)])
def test_the_answer_to_a_submit_tells_of_an_end_only_if_it_waited_for_it(running: float, told: bool) -> None:
    async def story(night: Night) -> None:
        task = night.submit(running=running)
        night.clock.jump(running)
        night.asked(task, channel="submit")
        night.nap("one", 5)
        assert (await night.until(1))[0][2] is told

    at_night(story)


def test_a_sleep_passes_in_each_world_that_owes_and_in_no_other() -> None:
    async def story(night: Night) -> None:
        other, idle = Night(), Night()
        rooms = [night.room, other.room, idle.room]
        night.submit()
        night.nap("one", 5, rooms=rooms)
        await night.until(1)
        assert (night.clock.now, other.clock.now, idle.clock.now) == (5, 0, 0)
        other.submit()
        night.nap("one", 5, rooms=rooms)
        await night.until(2)
        assert (night.clock.now, other.clock.now, idle.clock.now) == (10, 5, 0)

    at_night(story)


def test_a_sleep_that_is_broken_off_leaves_nothing_behind() -> None:
    async def story(night: Night) -> None:
        night.submit(running=600)
        night.clock.enter()
        nap = night.nap("one", 5)
        assert night.clock.due == 5
        take_out(nap)
        take_out(nap)
        assert (night.clock.due, night.told) == (600, [])
        night.clock.leave()
        night.nap("two", 8)
        assert await night.until(1) == [("two", 8, True)]

    at_night(story)


def test_everybody_wakes_when_the_session_ends() -> None:
    async def story(night: Night) -> None:
        night.submit()
        night.clock.enter()
        for who in ("one", "two"):
            night.nap(who, 5)
        night.session.end()
        assert night.told == [("one", 0, True), ("two", 0, True)]
        night.nap("one", 5)
        assert night.told[-1] == ("one", 0, False)

    at_night(story)


def test_everybody_wakes_when_the_room_closes() -> None:
    async def story(night: Night) -> None:
        night.submit()
        night.nap("one", 5)
        night.room.close()
        assert (night.told, night.clock.now) == ([("one", 0, True)], 0)

    at_night(story)


def test_what_was_spared_counts_once_where_sleeps_overlap() -> None:
    async def story(night: Night) -> None:
        night.submit()
        night.clock.jump(20)  # nobody slept so far
        night.nap("long", 10)
        night.nap("short", 1)
        await night.until(2)
        assert night.clock.slept == 10

    at_night(story)


def test_a_day_of_sleep_in_vain_is_enough() -> None:
    async def story(night: Night) -> None:
        task = night.submit(stuck=True)
        for turn in range(1, 26):
            night.nap("one", 3600)
            await night.until(turn)
        assert [word for _, _, word in night.told[:24]] == [True] * 24
        wrong = night.told[24][2]
        assert isinstance(wrong, StillWaiting)
        assert task.id in str(wrong)
        assert "24 sleeps and 24 h 0 min" in str(wrong)
        assert "cube  RUNNING since 0.000 s, never ends; it is 86400.000 s" in str(wrong)
        night.nap("one", 1e9)
        assert isinstance((await night.until(26))[25][2], StillWaiting)

    at_night(story)


@pytest.mark.parametrize(("wish", "most"), [({"stuck": True}, 150), ({"running": 1e5}, 400)])
def test_so_many_sleeps_in_vain_are_enough(wish: dict[str, Any], most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("understudy.mocks.engine.clock.HASTE", 0)
    monkeypatch.setattr(module, "MOST", 400)
    monkeypatch.setattr(module, "STUCK", 150)

    async def story(night: Night) -> None:
        for _ in range(7):
            night.submit(**wish)
        turn = 0
        while not night.told or night.told[-1][2] is True:
            turn += 1
            night.nap("one", 0.5)
            await night.until(turn)
        assert (turn, night.room.count) == (most + 1, most + 1)
        wrong = night.told[-1][2]
        assert isinstance(wrong, StillWaiting)
        assert str(wrong).endswith("and 2 more")

    at_night(story)


def test_what_happens_begins_the_count_anew() -> None:
    async def story(night: Night) -> None:
        night.submit(stuck=True)
        for turn in range(1, 40):
            night.submit(running=1)
            night.nap("one", 3600)
            await night.until(turn)
        assert all(word is True for _, _, word in night.told)

    at_night(story)


def test_where_nothing_will_ever_end_not_even_a_millisecond_is_waited() -> None:
    async def story(night: Night) -> None:
        night.submit(stuck=True)
        for turn in range(1, module.HASTIER + 1):
            night.nap("one", 1)
            await night.until(turn)
        night.nap("one", 1)
        assert len(night.told) == module.HASTIER + 1
        night.clock.enter()
        night.nap("one", 1)
        assert len(night.told) == module.HASTIER + 1

    at_night(story)


def test_what_was_told_before_anybody_slept_is_known() -> None:
    async def story(night: Night) -> None:
        night.room.close()
        task = night.submit(running=1)
        night.clock.jump(1)
        night.asked(task)
        room = Sleepers(night.session)
        assert not room.owes("here")

    at_night(story)
