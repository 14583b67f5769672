"""To which moment the clock's one timer is set, and what its ringing does: on a loop that only notes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from understudy.mocks.engine.clock import Clock


class Alarm:
    """Something that is to be done later."""

    def __init__(self, delay: float, call: Callable[[], None]) -> None:
        self.delay = delay
        self.call = call
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class Loop:
    """Notes what is to be done later, and does it when the test says so."""

    def __init__(self) -> None:
        self.alarms: list[Alarm] = []

    def call_later(self, delay: float, call: Callable[[], None]) -> Alarm:
        self.alarms.append(Alarm(delay, call))
        return self.alarms[-1]

    @property
    def set_to(self) -> list[float]:
        return [round(alarm.delay, 6) for alarm in self.alarms if not alarm.cancelled]

    def ring(self) -> None:
        (alarm,) = [alarm for alarm in self.alarms if not alarm.cancelled]
        alarm.cancelled = True
        alarm.call()


class World:
    """A clock on such a loop, and the real time that it is told."""

    def __init__(self, mode: str) -> None:
        self.real = 1000.0
        self.clock = Clock(mode, tick=lambda: self.real)
        self.loop = Loop()
        said: Any = self.loop
        self.clock.loop = said
        self.told: list[tuple[str, float]] = []

    def book(self, when: float, word: str = "", **more: Any) -> int:
        return self.clock.book(when, lambda: self.told.append((word, self.clock.now)), **more)


# -- on a clock that is moved


@pytest.mark.parametrize(
    ("mode", "news", "set_to"),
    [
        ("auto", {"owed": True}, [0.02]), ("auto", {"hasty": True}, [0.001]), ("auto", {}, []),
        ("manual", {"owed": True}, []), ("manual", {"hasty": True}, [0.001]), ("manual", {}, []),
    ],
)  # fmt: skip
def test_what_is_owed_has_patience_and_who_is_asleep_has_not(mode: str, news: Any, set_to: list[float]) -> None:
    world = World(mode)
    world.book(600, **news)
    assert world.loop.set_to == set_to
    world.clock.enter()
    world.clock.leave()
    assert world.loop.set_to == set_to


def test_the_last_one_to_be_answered_sets_it_anew() -> None:
    world = World("auto")
    world.book(600, owed=True)
    for _ in range(2):
        world.clock.enter()
    world.clock.leave()
    assert len(world.loop.alarms) == 1, "somebody is still being answered"
    world.clock.leave()
    assert (len(world.loop.alarms), world.loop.set_to) == (2, [0.02])
    world.clock.set_off()
    world.book(700, owed=True)
    assert len(world.loop.alarms) == 2, "a delivery is under way"
    world.clock.arrived()
    assert (len(world.loop.alarms), world.loop.set_to) == (3, [0.02])


def test_where_nothing_is_owed_an_answer_sets_none() -> None:
    world = World("auto")
    world.book(600)
    world.clock.enter()
    world.clock.leave()
    assert world.loop.alarms == []


def test_it_brings_what_is_owed_in_turn_and_what_is_due_before() -> None:
    world = World("auto")
    world.book(5, "beside")
    world.book(10, "first", owed=True)
    world.book(20, "second", owed=True)
    world.loop.ring()
    assert (world.told, world.clock.now, world.clock.age) == ([("beside", 5), ("first", 10)], 10, 0)
    world.loop.ring()
    assert world.told[2:] == [("second", 20)]
    assert world.loop.set_to == []


def test_what_is_owed_at_this_moment_is_brought_too() -> None:
    world = World("auto")
    world.book(0, "now", owed=True)
    world.loop.ring()
    assert world.told == [("now", 0)]


@pytest.mark.parametrize("busy", ["enter", "set_off"])
def test_it_rings_in_vain_while_somebody_is_busy(busy: str) -> None:
    world = World("auto")
    world.book(10, "owed", owed=True)
    getattr(world.clock, busy)()
    world.loop.ring()
    assert (world.told, world.clock.now, world.loop.set_to) == ([], 0, [])


def test_it_is_set_again_though_news_has_failed() -> None:
    def fail() -> None:
        raise ZeroDivisionError

    world = World("auto")
    world.clock.book(10, fail, owed=True)
    world.book(20, "next", owed=True)
    with pytest.raises(ZeroDivisionError):
        world.loop.ring()
    assert world.loop.set_to == [0.02]
    world.loop.ring()
    assert world.told == [("next", 20)]


@pytest.mark.parametrize("mode", ["auto", "real"])
def test_when_it_is_over_it_rings_no_more(mode: str) -> None:
    world = World(mode)
    world.book(10, owed=True)
    world.clock.release()
    assert world.loop.set_to == []
    world.book(20, owed=True)
    world.clock.arrived()
    assert (world.loop.set_to, world.clock.closed, world.told) == ([], True, [])
    Clock(mode).release()


# -- where time flows


@pytest.mark.parametrize(("mode", "set_to"), [("real", 30.0), ("x10", 3.0), ("x0.5", 60.0)])
def test_where_time_flows_it_is_set_to_what_is_due_though_nobody_is_owed(mode: str, set_to: float) -> None:
    world = World(mode)
    world.book(30)
    assert world.loop.set_to == [set_to]
    world.real += 1
    world.book(30)
    world.book(40)
    assert len(world.loop.alarms) == 1, "what comes later sets nothing anew"
    world.book(20)
    assert len(world.loop.alarms) == 2
    assert world.loop.set_to == [round(set_to * 2 / 3 - 1, 6)]


def test_where_time_flows_it_rings_for_each_in_turn() -> None:
    world = World("x10")
    world.book(20, "first")
    world.book(50, "second")
    world.real += 2.5
    world.loop.ring()
    assert (world.told, world.loop.set_to) == ([("first", 20)], [2.5])
    world.real += 2.5
    world.loop.ring()
    assert (world.told[1:], world.loop.set_to) == ([("second", 50)], [])


def test_what_is_due_already_is_not_waited_for() -> None:
    world = World("real")
    world.real += 5
    world.book(3, "late")
    assert world.loop.set_to == [0]
    world.loop.ring()
    assert (world.told, world.clock.now) == ([("late", 3)], 5)


@pytest.mark.parametrize("when", [0.25, 0.5])
def test_the_first_news_is_waited_for_however_soon_it_comes(when: float) -> None:
    world = World("real")
    world.book(when)
    assert world.loop.set_to == [when]
    world.book(when / 2)
    assert world.loop.set_to == [when / 2]
