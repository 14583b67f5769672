"""Time goes forward only, news is handed out once and in order, and a jump ages nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from math import inf, nan
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from understudy.mocks.engine import clock as clock_module
from understudy.mocks.engine.clock import EPOCH, Clock, today

micros = st.integers(0, 20_000_000)
FLOWING = ("real", "x10", "x0.5", "x1000")


class Tick:
    """Real time as a test wants it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def flowing(mode: str) -> tuple[Clock, Tick]:
    tick = Tick()
    return Clock(mode, tick=tick), tick


def noted(clock: Clock, ran: list[float]) -> None:
    ran.append(clock.now)


# -- the agenda


@given(
    bookings=st.lists(st.tuples(micros, st.booleans(), st.none() | micros), max_size=12),
    spans=st.lists(micros, max_size=6),
    mode=st.sampled_from(["manual", "auto", "x2"]),
)
def test_what_is_due_runs_once_and_in_order(bookings: Any, spans: list[int], mode: str) -> None:
    tick = Tick()
    clock = Clock(mode, tick=tick)
    ran: list[tuple[float, int]] = []
    number = 0

    def booked(when: float, child: int | None) -> int:
        nonlocal number
        number += 1
        mine = number

        def run() -> None:
            assert clock.now == max(when, made), "to whoever is handed news it is the moment of that news"
            ran.append((clock.now, mine))
            if child is not None:
                booked(round(clock.now + child / 1e6, 6), None)

        made = clock.now
        return clock.book(when, run)

    kept = []
    for when, dropped, child in bookings:
        ticket = booked(when / 1e6, child)
        if dropped:
            clock.drop(ticket)
        else:
            kept.append((when / 1e6, child))
    for span in spans:
        if mode == "x2":
            tick.now += span / 2e6
            _ = clock.now
        else:
            clock.advance(span / 1e6)
    clock.hand_out()
    end = clock.now
    due = [when for when, _ in kept] + [round(when + child / 1e6, 6) for when, child in kept if child is not None]
    assert sorted(round(at, 6) for at, _ in ran) == sorted(when for when in due if when <= end)
    assert [at for at, _ in ran] == sorted(at for at, _ in ran)
    assert len({who for _, who in ran}) == len(ran)
    if not any(child is not None for _, child in kept):
        assert ran == sorted(ran), "of the same moment, what was booked first"


@given(a=micros, b=micros, news=st.lists(micros, max_size=8))
def test_two_spans_are_their_sum(a: int, b: int, news: list[int]) -> None:
    told = []
    for spans in ([a, b], [a + b], [0, a, 0, b]):
        ran: list[float] = []
        clock = Clock("manual")
        for when in news:
            clock.book(when / 1e6, partial(noted, clock, ran))
        for span in spans:
            clock.advance(span / 1e6)
        told.append((ran, clock.now, clock.age, clock.due))
    assert told[0] == told[1] == told[2]


@given(moves=st.lists(st.tuples(st.booleans(), micros), max_size=12), looks=st.lists(st.floats(0, 1), max_size=6))
def test_only_advancing_ages(moves: list[tuple[bool, int]], looks: list[float]) -> None:
    clock, known, age = Clock("auto"), [(0.0, 0.0)], 0.0
    for advances, span in moves:
        before = clock.now
        if advances:
            clock.advance(span / 1e6)
            known += [(round(before + part * span / 1e6, 6), round(age + part * span / 1e6, 6)) for part in looks]
            age = round(age + span / 1e6, 6)
        else:
            clock.jump(clock.now + span / 1e6)
            known += [(round(before + part * span / 1e6, 6), age) for part in looks]
        assert clock.now >= before
        assert clock.age == pytest.approx(age, abs=2e-6)
    for moment, then in known:
        assert clock.age_at(moment) == pytest.approx(then, abs=3e-6)


def test_a_minute_is_worn_out_after_a_minute_whatever_was_jumped() -> None:
    clock = Clock("auto")
    for step in range(1, 500):
        clock.jump(step * 0.1)
        clock.advance(0.12)
    assert clock.age == 59.88
    clock.advance(0.12)
    assert clock.age == 60


def test_news_that_looks_at_the_time_is_not_handed_out_within_itself() -> None:
    clock, tick = flowing("real")
    ran: list[float] = []
    for number in range(5000):
        clock.book(number / 1e6, lambda: ran.append(clock.now))
    tick.now += 10
    assert clock.now == 10
    assert ran == [round(number / 1e6, 6) for number in range(5000)]


def test_news_that_moves_the_clock_keeps_the_order() -> None:
    ran: list[float] = []
    clock = Clock("auto")
    clock.book(1, lambda: clock.jump(5))
    for when in (1, 2, 4):
        clock.book(when, partial(ran.append, when))
    clock.advance(1)
    assert (ran, clock.now) == ([1, 2, 4], 5)


def test_news_is_not_handed_out_within_other_news() -> None:
    ran: list[str] = []
    clock = Clock("auto")

    def first() -> None:
        ran.append("begins")
        clock.jump(5)
        ran.append("ends")

    clock.book(1, first)
    clock.book(2, lambda: ran.append("second"))
    clock.advance(1)
    assert ran == ["begins", "ends", "second"]


def test_news_that_fails_is_told_and_the_rest_is_still_handed_out() -> None:
    def fail() -> None:
        raise ZeroDivisionError

    ran: list[float] = []
    clock = Clock("manual")
    clock.book(1, fail)
    clock.book(2, lambda: ran.append(2))
    with pytest.raises(ZeroDivisionError):
        clock.advance(5)
    clock.advance(5)
    assert ran == [2]


def test_news_that_books_itself_for_ever_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock_module, "ENDLESS", 100)
    moves: list[Callable[[Clock], None]] = [lambda clock: clock.advance(1), lambda clock: clock.settle()]
    for move in moves:
        for later in (0, 0.001):
            clock = Clock("manual")

            def again(clock: Clock = clock, later: float = later) -> None:
                clock.book(clock.now + later, again)

            clock.book(0, again)
            with pytest.raises(RuntimeError) as told:
                move(clock)
            assert str(told.value) == (
                "expected the agenda to end; came 100 pieces of news; look for news that books itself")  # fmt: skip


def test_settle_ends_when_nothing_is_left() -> None:
    ran: list[float] = []
    clock = Clock("auto")

    def first() -> None:
        clock.book(900, partial(noted, clock, ran))

    clock.book(600, first)
    clock.drop(clock.book(10_000, lambda: ran.append(0)))
    clock.settle()
    clock.settle()
    assert (ran, clock.now, clock.age, clock.due) == ([900], 900, 0, None)
    clock.book(900, partial(noted, clock, ran))
    clock.book(5, partial(noted, clock, ran))
    clock.settle()
    assert (ran, clock.now) == ([900, 900, 900], 900), "what is due already is handed out too"


def test_dropping_what_was_handed_out_is_harmless() -> None:
    ran: list[float] = []
    clock = Clock("manual")
    ticket = clock.book(1, lambda: ran.append(1))
    clock.advance(1)
    clock.drop(ticket)
    clock.book(2, lambda: ran.append(2))
    clock.advance(1)
    assert ran == [1, 2]


@pytest.mark.parametrize("span", [-1, -1e-9, inf, nan])
def test_a_span_that_is_none_is_refused(span: float) -> None:
    clock = Clock("manual")
    with pytest.raises(ValueError, match="time goes forward") as told:
        clock.advance(span)
    assert str(told.value) == f"expected a span of 0 s or more; came {span}; time goes forward, and never ends"
    assert clock.now == 0


@pytest.mark.parametrize("when", [inf, nan])
def test_what_never_happens_is_no_news(when: float) -> None:
    with pytest.raises(ValueError, match="is no news"):
        Clock().book(when, lambda: None)


def test_a_jump_goes_forward_to_a_whole_microsecond() -> None:
    clock = Clock("auto")
    for to, now in (
        (0.30000018, 0.300001),
        (1.00000012, 1.000001),
        (0.5, 1.000001),
        (inf, 1.000001),
        (nan, 1.000001),
        (12.3, 12.3),
    ):
        clock.jump(to)
        assert clock.now == now


def test_a_moment_is_a_whole_microsecond() -> None:
    clock, (flows, tick) = Clock("manual"), flowing("real")
    clock.advance(0.12345678)
    tick.now += 0.12345678
    assert (clock.now, clock.age, flows.now) == (0.123457, 0.123457, 0.123457)


# -- modes


@pytest.mark.parametrize("mode", FLOWING)
def test_where_time_flows_it_follows_real_time(mode: str) -> None:
    clock, tick = flowing(mode)
    factor = float(mode[1:]) if mode != "real" else 1.0
    ran: list[float] = []
    clock.book(3 * factor, lambda: ran.append(clock.now))
    tick.now += 2.5
    assert (clock.now, clock.age, clock.client_now()) == (2.5 * factor, 2.5, 2.5)
    tick.now -= 1
    assert clock.now == 2.5 * factor, "a real clock that is set back sets nothing back"
    tick.now += 2
    assert (clock.now, ran) == (3.5 * factor, [3 * factor])
    assert clock.age_at(clock.now) == 3.5
    moves: dict[str, Callable[[], Any]] = {
        "advance": lambda: clock.advance(1), "settle": clock.settle, "jump": lambda: clock.jump(99),
    }  # fmt: skip
    for verb, move in moves.items():
        with pytest.raises(RuntimeError) as told:
            move()
        assert str(told.value) == (f'expected clock "manual" or "auto" for {verb}(); came "{mode}", whose time flows '
                                   f'by itself; ask for clock="manual"')  # fmt: skip
    assert clock.now == 3.5 * factor


@pytest.mark.parametrize("mode", ["", "fast", "x", "x0", "x-1", "xnan", "x1e9", "x1000000.5", "10x"])
def test_no_such_mode(mode: str) -> None:
    with pytest.raises(ValueError, match="expected clock") as told:
        Clock(mode)
    assert str(told.value) == f"expected clock real, xN (as x10), manual or auto; came {mode!r}"


def test_the_fastest_is_a_million_times_as_fast() -> None:
    assert Clock("x1000000").factor == 1_000_000


def test_a_story_that_is_told_begins_with_the_year_and_one_that_flows_begins_today() -> None:
    assert datetime(2026, 1, 1, tzinfo=UTC) == EPOCH == Clock().epoch == Clock("manual").epoch
    before = datetime.now(UTC)
    assert before <= today() <= datetime.now(UTC)
    assert before <= Clock("real").epoch <= datetime.now(UTC)
    then = EPOCH + timedelta(days=400)
    assert {Clock(mode, then).epoch for mode in ("auto", "manual", "real")} == {then}


def test_the_client_time_is_real_time_and_what_was_spared() -> None:
    tick = Tick()
    clock = Clock("auto", tick=tick)
    clock.jump(600)
    tick.now += 2
    clock.slept += 5
    assert clock.client_now() == 7


@given(micros=st.integers(0, 10**13), off=st.floats(0, 4e-7))
def test_stamps_never_go_back(micros: int, off: float) -> None:
    clock = Clock()
    assert clock.stamp(micros / 1e6) <= clock.stamp(micros / 1e6 + off) <= clock.stamp((micros + 1) / 1e6)


def test_a_stamp_carries_over() -> None:
    assert Clock().stamp(1.9999999) == "2026-01-01T00:00:02.000000+00:00"
    assert Clock().stamp(59.000001) == "2026-01-01T00:00:59.000001+00:00"


def test_a_question_is_remembered_for_one_instant() -> None:
    clock = Clock("auto")
    moves: list[Callable[[], None]] = [lambda: clock.advance(1), lambda: clock.jump(9), clock.settle]
    for move in moves:
        clock.book(clock.now + 2, lambda: None)
        clock.answered("how?")
        assert clock.again("how?")
        clock.advance(0)
        clock.book(clock.now, lambda: None)
        clock.hand_out()
        assert clock.again("how?")
        move()
        assert not clock.again("how?")


def test_the_profile_sets_no_deadline() -> None:
    assert settings().deadline is None
