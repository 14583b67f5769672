"""A fleet's rules, one by one, in figures that one can check by hand."""

from __future__ import annotations

from math import inf
from typing import Any

import pytest
from understudy.mocks.engine.clock import Clock
from understudy.mocks.engine.fleet import Fleet
from understudy.mocks.engine.gallery import Gallery
from understudy.mocks.engine.medium import Medium
from understudy.mocks.engine.script import Script
from understudy.mocks.engine.session import Session
from understudy.mocks.engine.task import Order, Task
from understudy.mocks.engine.timeline import Course, State

ORDER = Order("toy", "make", "cube", b"{}", (Medium("image", "png", 8, 8),))


def world(lowest: int = 0, highest: int = 1, queue: int = 1, keep: float = 60, **more: Any) -> tuple[Session, Fleet]:
    session = Session("line", Clock("manual"), Gallery(), None)
    session.open_account("toy", "key", 1)
    return session, Fleet(session.tasks.get, lowest, highest, queue, keep, 240.0, 0.0, **more)


def ask(session: Session, fleet: Fleet, running: float = 10.0, **script: Any) -> Task:
    """One more order; it queues a second once it has an instance."""
    session.wishes.scripts = [Script(**script)] if script else []
    (account,) = session.accounts.values()
    return session.submit(account, ORDER, (1.0, running), None, session.clock.now, slots=fleet)


def lives(session: Session, *tasks: Task) -> list[tuple[float, float]]:
    return [(now.timeline.starts, now.timeline.ends) for now in (session.tasks[task.id] for task in tasks)]


def test_the_first_order_waits_for_a_cold_start_and_the_next_finds_it_warm() -> None:
    session, fleet = world()
    assert (fleet.alive(0), fleet.ready(0)) == ([], [])
    first = ask(session, fleet)
    assert lives(session, first) == [(241, 251)]
    assert (fleet.alive(0), fleet.ready(239.999999), fleet.ready(240)) == ([1], [], [1])
    assert [fleet.instance(first, at) for at in (0, 240.999999, 241, 251, 10**6)] == [None, None, 1, 1, 1]
    session.clock.advance(260)
    assert lives(session, second := ask(session, fleet)) == [(261, 271)]
    assert fleet.instance(second, 261) == 1


def test_a_second_order_starts_a_second_instance_where_the_queue_is_to_be_one() -> None:
    """The documented example: with 1, the arrival of a second request triggers an additional instance."""
    session, fleet = world(highest=3)
    first, second = ask(session, fleet), ask(session, fleet)
    assert fleet.alive(0) == [1, 2]
    assert lives(session, first, second) == [(241, 251), (241, 251)]
    others = [ask(session, fleet) for _ in range(3)]
    assert fleet.alive(0) == [1, 2, 3]
    assert lives(session, *others) == [(241, 251), (252, 262), (252, 262)]
    assert [session.place(task, 0) for task in (first, second, *others)] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(("queue", "instances"), [(0, 6), (1, 6), (2, 3), (3, 2), (5, 2), (6, 1)])
def test_so_many_instances_start_for_six_orders(queue: int, instances: int) -> None:
    session, fleet = world(highest=10, queue=queue)
    for _ in range(6):
        ask(session, fleet)
    assert len(fleet.alive(0)) == instances


def test_who_waits_moves_to_an_instance_that_starts_for_another() -> None:
    session, fleet = world(highest=2, queue=2, lowest=1, warm=True)
    first, second = ask(session, fleet, 1000.0), ask(session, fleet)
    assert lives(session, first, second) == [(1, 1001), (1002, 1012)]
    third = ask(session, fleet)
    assert fleet.grew
    assert lives(session, first, second, third) == [(1, 1001), (241, 251), (252, 262)]
    assert [fleet.instance(session.tasks[task.id], 300) for task in (first, second, third)] == [1, 2, 2]


@pytest.mark.parametrize(("after", "found"), [(59.999999, 1), (60.0, 2), (60.000001, 2)])
def test_an_idle_instance_lingers_to_the_microsecond(after: float, found: int) -> None:
    session, fleet = world()
    ask(session, fleet)
    session.clock.advance(251 + after)
    assert fleet.alive(session.clock.now) == ([1] if found == 1 else [])
    task = ask(session, fleet)
    assert fleet.instance(session.tasks[task.id], 10**6) == found
    assert task.timeline.starts == round(session.clock.now + (1 if found == 1 else 241), 6)


@pytest.mark.parametrize(("at", "alive"), [(299.999999, [1, 2]), (300.0, [1])])
def test_an_instance_that_nobody_needs_in_the_end_lingers_from_its_readiness_on(at: float, alive: list[int]) -> None:
    session, fleet = world(lowest=1, highest=2, warm=True)
    ask(session, fleet), session.cancel(ask(session, fleet), (State.QUEUED,), 0.0)
    assert fleet.alive(at) == alive


def test_the_lowest_never_go_and_the_others_do() -> None:
    session, fleet = world(lowest=2, highest=3)
    assert (fleet.alive(0), fleet.ready(239), fleet.ready(240)) == ([1, 2], [], [1, 2])
    for _ in range(3):
        ask(session, fleet)
    assert (fleet.alive(310.999999), fleet.alive(300), fleet.alive(10**9)) == ([1, 2, 3], [1, 2, 3], [1, 2])
    _, warm = world(lowest=2, highest=3, warm=True)
    assert warm.ready(0) == [1, 2]


def test_a_higher_floor_starts_instances_and_a_lower_one_lets_them_go() -> None:
    session, fleet = world(lowest=1, highest=3, warm=True)
    session.clock.advance(10)
    session.refit(fleet, 10.0, lowest=3)
    assert (fleet.alive(10), fleet.ready(249), fleet.ready(250)) == ([1, 2, 3], [1], [1, 2, 3])
    session.clock.advance(300)
    session.refit(fleet, 310.0, lowest=0, keep_warm=61)
    assert (fleet.alive(310), fleet.alive(310.999999), fleet.alive(311)) == ([2, 3], [2, 3], [])


def test_a_lower_ceiling_lets_the_surplus_finish() -> None:
    session, fleet = world(lowest=3, highest=3, warm=True)
    long, short, last = (ask(session, fleet, length) for length in (100.0, 50.0, 200.0))
    waits = ask(session, fleet)
    assert lives(session, waits) == [(52, 62)]
    session.refit(fleet, 0.0, lowest=0, highest=1)
    assert lives(session, long, short, last, waits) == [(1, 101), (1, 51), (1, 201), (202, 212)]
    assert [fleet.alive(at) for at in (50, 51, 100, 101, 271, 272)] == [[1, 2, 3], [1, 3], [1, 3], [3], [3], []]


def test_a_stopped_fleet_ends_what_runs_and_starts_nothing_more() -> None:
    session, fleet = world(lowest=1, highest=2, queue=2, warm=True)
    runs, waits = ask(session, fleet, 100.0), ask(session, fleet)
    session.refit(fleet, 0.0, stopped=True)
    assert lives(session, runs, waits) == [(1, 101), (inf, inf)]
    assert [session.place(waits, at) for at in (0, 1)] == [2, 1]
    assert (fleet.alive(100), fleet.alive(101)) == ([1], [])
    session.clock.advance(500)
    late = ask(session, fleet)
    assert lives(session, waits, late) == [(inf, inf), (inf, inf)]
    session.refit(fleet, 500.0, stopped=False)
    assert fleet.alive(500) == [2], "one for the floor, and two orders are not more than it is to queue"
    assert lives(session, waits, late) == [(741, 751), (752, 762)]
    assert fleet.instance(session.tasks[waits.id], 741) == 2


def test_those_that_wait_start_what_a_wider_fleet_allows() -> None:
    session, fleet = world()
    tasks = [ask(session, fleet, cold=100), ask(session, fleet, cold=7), ask(session, fleet)]
    assert lives(session, *tasks) == [(101, 111), (112, 122), (123, 133)]
    session.clock.advance(1)
    session.refit(fleet, 1.0, highest=3)
    assert (fleet.alive(1), fleet.ready(8), fleet.ready(240), fleet.ready(241)) == ([1, 2, 3], [2], [], [3])
    assert lives(session, *tasks) == [(9, 19), (20, 30), (31, 41)]


def test_what_a_fleet_does_not_know_cannot_be_changed() -> None:
    _, fleet = world()
    with pytest.raises(TypeError, match=r"^expected lowest, .*; came find; say one of those"):
        fleet.change(0.0, find=None)


def test_an_order_says_how_long_the_instance_boots_that_starts_for_it() -> None:
    session, fleet = world(highest=2)
    first, second = ask(session, fleet, cold=5), ask(session, fleet, cold=0)
    assert lives(session, first, second) == [(1, 11), (6, 16)], "the line is one: who came first takes what is ready"
    assert (fleet.alive(0), fleet.ready(0), fleet.ready(5)) == ([1, 2], [2], [1, 2])
    assert lives(session, ask(session, fleet, cold=0)) == [(12, 22)], "it starts none"


def test_a_cue_lets_an_order_in_whose_instance_is_still_starting() -> None:
    session, fleet = world()
    task = ask(session, fleet, manual=True)
    session.clock.advance(3)
    assert fleet.ready(3) == []
    session.cue(task, 3.0)
    assert (fleet.ready(3), fleet.instance(session.tasks[task.id], 3)) == ([1], 1)
    session.clock.advance(2)
    session.cue(task, 5.0)
    assert (fleet.alive(64.999999), fleet.alive(65)) == ([1], [])


def test_a_cue_lets_an_order_in_beside_another_and_where_there_is_no_instance() -> None:
    session, fleet = world(lowest=1, warm=True)
    runs, waits = ask(session, fleet), ask(session, fleet, manual=True)
    last = ask(session, fleet)
    session.clock.advance(2)
    session.cue(waits, 2.0)
    assert [fleet.instance(session.tasks[task.id], 2) for task in (runs, waits)] == [1, 1]
    assert lives(session, last) == [(inf, inf)]
    session.cue(waits, 2.0)
    assert lives(session, last) == [(12, 22)]
    session.refit(fleet, 2.0, stopped=True)
    session.clock.advance(100)
    stray = ask(session, fleet, manual=True)
    session.cue(stray, 102.0)
    assert fleet.instance(session.tasks[stray.id], 102) == 2
    session.cue(stray, 102.0)
    assert fleet.alive(102) == []


def test_who_is_cancelled_before_its_turn_ran_nowhere() -> None:
    session, fleet = world()
    task = ask(session, fleet)
    session.cancel(task, (State.QUEUED,), 0.0)
    assert fleet.instance(session.tasks[task.id], 1000) is None
    assert fleet.alive(299.999999) == [1], "what has started boots all the same"


def test_looking_changes_nothing() -> None:
    session, fleet = world(highest=3)
    tasks = [ask(session, fleet) for _ in range(5)]
    for at in (0.0, 10.0**6, 300.0, 0.0):
        fleet.alive(at), fleet.ready(at), [(fleet.instance(task, at), fleet.place(task, at)) for task in tasks]
    assert fleet.alive(0) == [1, 2, 3]
    assert lives(session, *tasks) == [(241, 251)] * 3 + [(252, 262)] * 2


def test_of_many_orders_nobody_is_looked_up_twice() -> None:
    """Counted, since a test has no clock: what a plan costs does not grow with what was before."""
    tasks: dict[str, Task] = {}
    asked: list[str] = []

    def find(name: str) -> Task | None:
        asked.append(name)
        return tasks.get(name)

    fleet, course = Fleet(find, 0, 10, 1, 60.0, 240.0, 0.0), Course(1.0, 10.0)
    for number in range(20_000):
        name, now = f"order-{number}", number * 2.0
        timeline, _ = fleet.plan(name, number, course, now)
        tasks[name] = Task(name, number, ORDER, None, course, timeline)
        for task, moved in fleet.lay_anew(now) if fleet.grew else ():
            tasks[task.id] = task._replace(timeline=moved)
        tasks.pop(f"order-{number - 5000}", None)
    assert len(asked) <= 2 * 20_000
    books = (fleet._seats, fleet._line, fleet._ends, fleet._ran)
    assert [len(book) < 12_000 for book in books] == [True] * 4
    assert fleet.instance(tasks["order-19000"], now) in fleet.alive(now)


def test_a_fleet_that_is_closed_holds_on_to_nobody() -> None:
    session, fleet = world()
    task = ask(session, fleet)
    fleet.close()
    assert list(fleet.lay_anew(0.0)) == []
    assert fleet.instance(task, 0) is None


def test_whoever_waits_for_an_order_asks_again_when_its_fleet_changes() -> None:
    """In `auto` a blocked request waits for its order's end; a change may bring that nearer."""
    session, fleet = world(lowest=1, highest=1, warm=True)
    ask(session, fleet, 1000.0)
    waits = ask(session, fleet)
    stirred: list[float] = []
    session.clock.stir = lambda: stirred.append(session.clock.now)  # type: ignore[method-assign]
    session.refit(fleet, 0.0, highest=2)
    assert stirred == [0.0]
    assert lives(session, waits) == [(241, 251)]
    session.clock.advance(251)
    (account,) = session.accounts.values()
    assert account.ledger.held == 0 or session.tasks[waits.id].timeline.at(251.0) is State.SUCCEEDED


def test_where_one_has_to_go_and_another_may_the_youngest_idle_one_is_first() -> None:
    """At one moment, those above the ceiling leave before those that have lingered; both are idle here."""
    session, fleet = world(lowest=1, highest=1, warm=True)
    session.clock.advance(60)
    session.refit(fleet, 60.0, lowest=2, highest=2, keep_warm=60)
    session.clock.advance(240)
    session.refit(fleet, 300.0, lowest=0, highest=1)
    assert fleet.alive(300) == []


def test_the_story_of_the_page() -> None:
    """docs/instances.md draws it."""
    session, fleet = world(highest=2)
    for now in (0, 1, 2):
        session.clock.advance(now - session.clock.now)
        ask(session, fleet, queued=0, running=30)
    assert lives(session, *session.tasks.values()) == [(240, 270), (241, 271), (270, 300)]
    assert [fleet.instance(task, 1000) for task in session.tasks.values()] == [1, 2, 1]
    assert [fleet.alive(at) for at in (0, 2, 330, 331, 359, 360)] == [[1, 2], [1, 2], [1, 2], [1], [1], []]
    session.clock.advance(308)
    assert fleet._first(310.0) is fleet._up[1]
    session.clock.advance(50)
    late = ask(session, fleet)
    assert fleet.instance(late, 10**6) == 3


def test_who_is_over_counts_no_more_when_an_instance_is_to_be_started() -> None:
    session, fleet = world(lowest=1, highest=3, queue=3, warm=True)
    for _ in range(3):
        ask(session, fleet)
    session.clock.advance(33)
    assert [fleet.alive(session.clock.now) for _ in range(3) if ask(session, fleet)] == [[1], [1], [1]]
    ask(session, fleet)
    assert fleet.alive(33.0) == [1, 2]


def test_who_lingered_long_enough_is_gone_though_another_is_still_busy() -> None:
    session, fleet = world(highest=2)
    ask(session, fleet)
    ask(session, fleet, 1000.0)
    session.clock.advance(252)
    assert fleet.instance(ask(session, fleet), 1000) == 1
    session.clock.advance(148)
    late = ask(session, fleet)
    assert fleet.instance(late, 1000) == 3
    assert lives(session, late) == [(641, 651)]


def test_less_than_a_microsecond_is_nothing() -> None:
    session, fleet = world(keep=0.0000004)
    ask(session, fleet, cold=0.0000004)
    assert fleet.ready(0) == [1]
    assert (fleet.alive(10.999999), fleet.alive(11)) == ([1], [])
    session.clock.advance(11)
    assert fleet.instance(ask(session, fleet), 1000) == 2
