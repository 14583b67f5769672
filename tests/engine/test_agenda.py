"""What is going to happen, against a plain list: in order of time, then of booking, without what was dropped."""

from __future__ import annotations

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from understudy.mocks.engine.agenda import Agenda

# What to do: book (at which moment, owed, hasty), drop one of those that are known, or take the next.
steps = st.lists(
    st.tuples(st.just("book"), st.integers(0, 9), st.booleans(), st.booleans())
    | st.tuples(st.just("drop"), st.integers(0, 30), st.just(False), st.just(False))
    | st.tuples(st.just("take"), st.just(0), st.just(False), st.just(False)),
    max_size=60,
)


@given(steps=steps)
def test_it_is_a_list_in_order(steps: list[tuple[str, int, bool, bool]]) -> None:
    agenda = Agenda()
    plain: list[tuple[int, int, bool, bool]] = []  # when, ticket, owed, hasty
    for what, number, owed, hasty in steps:
        if what == "book":
            plain.append((number, agenda.book(number, print, None, owed, hasty), owed, hasty))
        elif what == "drop" and plain:
            agenda.drop(plain.pop(number % len(plain))[1])
        elif what == "take" and plain:
            first = min(plain)
            plain.remove(first)
            assert agenda.due == first[0]
            assert agenda.take()[:2] == first[:2]
        assert agenda.due == min((row[0] for row in plain), default=None)
        assert agenda.owed == min((row[0] for row in plain if row[2] or row[3]), default=None)
        assert agenda.hasty is any(row[3] for row in plain)
        assert agenda.patient == {row[1] for row in plain if row[2] or row[3]}
        for moment in (-1, 0, 5, 9):
            assert agenda.reached(moment) is any(row[0] <= moment for row in plain)


def test_whom_it_is_about_comes_with_it() -> None:
    agenda, told = Agenda(), list[str]()
    agenda.book(1, told.append, "somebody", False, False)
    _, _, call, about = agenda.take()
    call(about)
    assert told == ["somebody"]


@pytest.mark.parametrize("when", [inf, nan])
def test_what_never_happens_is_no_news(when: float) -> None:
    with pytest.raises(ValueError, match=r"^expected a moment that comes; came (inf|nan); what never happens"):
        Agenda().book(when, print, None, False, False)


def test_what_was_dropped_is_forgotten_once_it_was_looked_for() -> None:
    agenda = Agenda()
    for ticket in [agenda.book(1, print, None, False, False) for _ in range(5)]:
        agenda.drop(ticket)
    assert (agenda.due, agenda._entries, agenda._dropped) == (None, [], set())


def test_when_it_is_cleared_nothing_is_left() -> None:
    agenda = Agenda()
    tickets = [agenda.book(at, print, None, True, True) for at in range(5)]
    agenda.drop(tickets[0])
    agenda.clear()
    assert (agenda.due, agenda.owed, agenda.hasty, agenda.reached(9)) == (None, None, False, False)
