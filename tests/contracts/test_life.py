"""What a lifecycle promises: it finds each illegal story, and never one in a story that is legal."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from understudy.contracts.contract import contract
from understudy.contracts.exchange import Exchange

HOUSE = contract("runcomfy")
LIFE = HOUSE.lives["model"]
LIVES = [
    ["QUEUED", "RUNNING", "SUCCEEDED"], ["QUEUED", "RUNNING", "FAILED"], ["QUEUED", "CANCELLED"], ["QUEUED", "RUNNING"],
    ["QUEUED"],
]  # fmt: skip


def said(operation: str, body: Any, status: int = 200) -> Exchange:
    return Exchange("GET", "/", (), b"", status, (), json.dumps(body).encode(), "runcomfy", operation)


def look(channel: str, word: str) -> Exchange:
    return said(channel, {"request_id": "a", "status": word})


def cancel(outcome: str, status: str = "completed") -> Exchange:
    return said("cancel", {"request_id": "a", "status": status, "outcome": outcome}, 202)


def rules(*told: Exchange) -> list[str]:
    return [finding.rule for finding in HOUSE.check_life(told)]


TAKEN, LATE = cancel("cancelled"), cancel("not_cancellable")
ILLEGAL: dict[str, list[Exchange]] = {
    "back to the queue": [look("status", "in_progress"), look("status", "in_queue")],
    "back to running": [look("status", "completed"), look("status", "in_progress")],
    "back to the queue by the other channel": [look("result", "in_progress"), look("status", "in_queue")],
    "succeeded, then failed": [look("result", "succeeded"), look("result", "failed")],
    "failed, then succeeded": [look("result", "failed"), look("result", "succeeded")],
    "completed, then cancelled": [look("status", "completed"), look("status", "cancelled")],
    "cancelled, then completed": [look("status", "cancelled"), look("result", "succeeded")],
    "running, then cancelled": [look("status", "in_progress"), look("status", "cancelled")],
    "completed, but the result still runs": [look("status", "completed"), look("result", "in_progress")],
    "cancelled while it ran": [look("status", "in_progress"), TAKEN],
    "cancelled when it was over": [look("result", "succeeded"), TAKEN],
    "cancelled twice": [TAKEN, TAKEN],
    "cancelled, and yet it runs": [TAKEN, look("status", "in_progress")],
    "cancelled, and yet it queues": [TAKEN, look("status", "in_queue")],
    "cancelled, and yet it succeeded": [TAKEN, look("result", "succeeded")],
    "failed, and completed hides it": [
        look("result", "failed"),
        look("status", "completed"),
        look("result", "succeeded"),
    ],
    "ran, and too late hides it": [look("status", "in_progress"), LATE, look("status", "cancelled")],
    "too late to cancel, and yet it queues": [LATE, look("status", "in_queue")],
}


@pytest.mark.parametrize("name", ILLEGAL)
def test_an_illegal_story_is_found(name: str) -> None:
    findings = HOUSE.check_life(ILLEGAL[name])
    assert [finding.rule for finding in findings] == ["illegal-transition"], name
    assert findings[0].severity == "broken"
    assert findings[0].expected
    assert findings[0].cure


@pytest.mark.parametrize(
    "told", [look("status", "succeeded"), look("result", "completed"), look("status", "canceled"),
             look("result", ""), cancel("done"), said("status", {}), said("status", {"status": None})],
)  # fmt: skip
def test_an_unknown_word_is_found(told: Exchange) -> None:
    assert rules(told) == ["unknown-word"]
    assert rules(look("status", "in_queue"), told, look("status", "in_progress")) == ["unknown-word"]


def test_a_story_goes_on_after_what_was_found() -> None:
    story = [look("status", "completed"), look("status", "in_queue"), look("status", "in_progress")]
    assert rules(*story) == ["illegal-transition"]
    assert rules(*story, look("status", "in_queue")) == ["illegal-transition", "illegal-transition"]


def test_what_is_no_answer_tells_nothing() -> None:
    gone = said("status", {"error_code": 404001, "error_message": "x"}, 404)
    page = Exchange("GET", "/", (), b"", 504, (), b"<html>", "runcomfy", "status")
    other = said("get_model", {"status": "completed"})
    text = Exchange("GET", "/", (), b"", 200, (), b"[]", "runcomfy", "status")
    assert rules(look("status", "in_queue"), gone, page, other, text, look("status", "in_progress")) == []
    assert HOUSE.check_life([]) == []


def test_the_steps_are_closed_over() -> None:
    assert LIFE.reach["QUEUED"] == frozenset(LIFE.states)
    assert LIFE.reach["RUNNING"] == {"RUNNING", "SUCCEEDED", "FAILED"}
    assert all(LIFE.reach[state] == {state} for state in ("SUCCEEDED", "FAILED", "CANCELLED"))


@st.composite
def stories(draw: Any) -> tuple[list[str], list[Exchange]]:
    """A legal life, and what somebody who looked now and then was told of it."""
    life = draw(st.sampled_from(LIVES))
    told: list[Exchange] = []
    for before, state in pairwise([*life, life[-1]]):
        for channel in draw(st.lists(st.sampled_from(["status", "result", "lost"]), max_size=3)):
            told.append(said(channel, {}, 503) if channel == "lost" else look(channel, LIFE.words[channel][before]))
        if before != "QUEUED" and draw(st.booleans()):
            told.append(cancel("not_cancellable", LIFE.words["status"][before]))
        elif before == "QUEUED" and state == "CANCELLED" and draw(st.booleans()):
            told.append(TAKEN)
    return life, told


@given(stories())
@settings(max_examples=500, deadline=None)
def test_a_legal_story_gives_no_alarm(story: tuple[list[str], list[Exchange]]) -> None:
    assert HOUSE.check_life(story[1]) == []


@given(stories(), st.sampled_from(["status", "result"]))
@settings(max_examples=300, deadline=None)
def test_a_step_that_no_life_has_is_found(story: tuple[list[str], list[Exchange]], channel: str) -> None:
    life, told = story
    words = LIFE.words[channel]
    known = [*told, look("result", LIFE.words["result"][life[-1]])]
    for state in LIFE.states:
        legal = state in LIFE.reach[life[-1]] or words[state] in {words[reached] for reached in LIFE.reach[life[-1]]}
        assert (rules(*known, look(channel, words[state])) == []) == legal


def test_other_readings_have_other_words() -> None:
    other = contract("runcomfy", {"success_word": "completed", "cancelled_word": "canceled"})
    assert other.check_life([look("result", "completed")]) == []
    assert [f.rule for f in other.check_life([look("result", "succeeded")])] == ["unknown-word"]
    assert other.check_life([TAKEN, look("status", "canceled")]) == []
