"""Stories: each step has its moment, order and word; a long one is shortened without losing count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from understudy.contracts.checks.case import Case
from understudy.contracts.checks.move import Move
from understudy.contracts.exchange import Exchange
from understudy.contracts.report.story import Gap, Step, line, lines, pretty, shortened, steps, timed
from understudy.tests.report.made import (
    BASE,
    IDS,
    PROMISE,
    endless,
    finding,
    looked,
    no_answer,
    passes,
    said,
    taken,
    went_back,
)  # fmt: skip


def test_an_order_bears_its_number_and_its_word() -> None:
    told = steps(went_back(), PROMISE)
    assert [(step.at, step.order, step.word or step.what) for step in told] == [
        (0, 1, "order 1"), (0, 2, "order 2"), (0, 1, "in_queue"), (0, 2, "in_queue"), (0, 0, "2 s pass"),
        (2, 1, "in_progress"), (2, 0, "3 s pass"), (5, 1, "in_queue"),
    ]  # fmt: skip
    assert [step.failing for step in told] == [False] * 7 + [True]
    assert told[2].what == "/v1/requests/<order 1>/status"


def test_an_error_says_its_code_and_text_and_a_silence_says_so() -> None:
    refused = said("GET", "/v1/requests/nobody/status", 404, {"error_code": 404001, "error_message": "not\n found"})
    told = steps(Case(finding(), "drill", (refused,), BASE), PROMISE)
    assert (told[0].word, told[0].order, told[0].what) == ("404001 not found", 0, "/v1/requests/nobody/status")
    silent = steps(no_answer(), PROMISE)[-1]
    assert silent.status == 0
    assert silent.word.startswith("no answer: Remote end closed")


def test_a_cancel_says_what_came_of_it() -> None:
    late = said("POST", f"/v1/requests/{IDS[1]}/cancel", 200, {"outcome": "not_cancellable", "status": "completed"})
    assert steps(Case(finding(), "drill", (taken(1), late), BASE), PROMISE)[-1].word == "not_cancellable"


def test_what_is_repeated_at_once_is_counted() -> None:
    look = looked(1, "in_queue", 0.0)
    told = steps(Case(finding(), "drill", (taken(1), look, look, look, look), BASE), PROMISE)
    assert [(step.times, step.failing) for step in told] == [(1, False), (3, False), (1, True)]


def test_a_server_whose_clock_nobody_reads_has_no_moments() -> None:
    assert not timed(steps(no_answer(), PROMISE))
    assert timed(steps(went_back(), PROMISE))
    waited = Case(finding(), "drill", (taken(1), Move("wait", amount=0.1), looked(1, "in_queue", 0.0)), BASE)
    assert not timed(steps(waited, PROMISE))


def flowing(*words: str) -> Case:
    """An order that is looked at again and again, where time flows by itself."""
    story: list[Exchange | Move] = [taken(1)]
    for word in words:
        story += [looked(1, word, 0.0), Move("wait", amount=0.1)]
    return Case(finding(), "drill", (*story, looked(1, "in_queue", 0.0)), BASE)


def test_what_is_asked_again_while_time_passes_is_one_step() -> None:
    told = steps(flowing(*["in_queue"] * 30, *["in_progress"] * 80), PROMISE)
    assert [(step.word or step.what, step.times, step.passes) for step in told] == [
        ("order 1", 1, 0.0), ("in_queue", 30, 2.9), ("0.1 s pass", 1, 0.1), ("in_progress", 80, 7.9),
        ("0.1 s pass", 1, 0.1), ("in_queue", 1, 0.0)]  # fmt: skip
    assert [step.failing for step in told] == [False] * 5 + [True]
    rows = [row for _, row in lines(told, 16)]
    assert rows[3] == (f"{told[3].number}.", "GET", "/v1/requests/<order 1>/status", "200",
                       "in_progress  (asked 80 times in 7.9 s)")  # fmt: skip


def test_moves_after_the_last_request_do_not_hide_it() -> None:
    told = steps(Case(finding(), "drill", (taken(1), looked(1, "x", 0.0), passes(1)), BASE), PROMISE)
    assert [step.failing for step in told] == [False, True, False]


@given(many=st.integers(0, 60), most=st.integers(5, 40))
def test_a_shortened_story_keeps_what_matters_and_loses_no_count(many: int, most: int) -> None:
    told = steps(endless(many), PROMISE)
    short = shortened(told, most)
    assert len(short) <= most
    kept = [step for step in short if isinstance(step, Step)]
    gaps = [gap for gap in short if isinstance(gap, Gap)]
    assert sum(step.times for step in kept) + sum(gap.many for gap in gaps) == sum(step.times for step in told)
    assert sum(step.passes for step in kept) + sum(gap.passes for gap in gaps) == sum(step.passes for step in told)
    assert kept[-1].failing
    assert any(step.takes and step.order == kept[-1].order for step in kept)
    assert [step.number for step in kept] == sorted(step.number for step in kept)


def test_a_gap_says_how_much_it_hides() -> None:
    assert str(Gap(1)) == "... 1 step left out"
    assert str(Gap(12, 2.5)) == "... 12 steps left out, in which 2.5 s pass"


@pytest.mark.parametrize(("body", "shown"), [
    (b'{"a":[1]}', '{\n  "a": [\n    1\n  ]\n}'),
    (b"not json", "not json"),
    (b"x" * 120, "x" * 100 + "\n... 20 more characters"),
    (b"\x89PNG\xff", "5 bytes that are no text; they begin with 89 50 4e 47 ff"),
    (b"[" * 50_000, "[" * 100 + "\n... 49,900 more characters"),
])  # fmt: skip
def test_a_body_is_shown_as_far_as_it_can_be_read(body: bytes, shown: str) -> None:
    assert pretty(body, 100) == shown


def test_a_body_in_one_line_says_what_it_leaves_out() -> None:
    assert line(b"a\n\n  b", 10) == "a b"
    assert line(b"abcdef", 4) == "abcd... (2 more characters)"
    assert line(b"\xff", 4) == "1 bytes that are no text; they begin with ff"
