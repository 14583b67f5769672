"""What looks prove: each state and step that was seen, none that was not, in RunComfy's life and in others."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from understudy.contracts.checks.reaching.coverage import Coverage
from understudy.contracts.checks.reaching.looks import MOST_LOOKS
from understudy.contracts.contract import Contract
from understudy.contracts.document import document
from understudy.contracts.exchange import Exchange
from understudy.tests.contracts.test_coverage import HOUSE, LIFE, cancel, look, reached, seen, submit, times


def test_a_poll_loop_and_its_result_prove_each_state_and_step_that_was_seen() -> None:
    coverage = seen(submit(), look("status", "QUEUED"), look("status", "RUNNING"), look("status", "SUCCEEDED"),
                    look("status", "SUCCEEDED"), look("result", "SUCCEEDED"))  # fmt: skip
    asked = {("model", "status", state) for state in ("QUEUED", "RUNNING", "SUCCEEDED")}
    assert reached(coverage, "states") == asked | {("model", "result", "SUCCEEDED")}
    assert times(coverage, "states", "model", "status", "SUCCEEDED") == 2
    assert reached(coverage, "transitions") == {("model", "QUEUED", "RUNNING"), ("model", "RUNNING", "SUCCEEDED")}


def test_a_word_of_two_states_proves_none_until_the_other_channel_tells() -> None:
    story = [submit(), look("status", "RUNNING"), look("status", "FAILED")]
    coverage = seen(*story)
    assert reached(coverage, "states") == {("model", "status", "RUNNING")}
    assert reached(coverage, "transitions") == set()
    whys = {each.name: each.why for each in coverage.missing() if each.group == "states"}
    told = "'completed' was told once, said of another state too; nothing told which"
    assert whys["model status FAILED"] == whys["model status SUCCEEDED"] == told
    coverage.saw(look("result", "FAILED"), "me")
    assert ("model", "status", "FAILED") in reached(coverage, "states")
    assert ("model", "status", "SUCCEEDED") not in reached(coverage, "states")
    assert reached(coverage, "transitions") == {("model", "RUNNING", "FAILED")}
    assert coverage.rows["states", "model", "status", "SUCCEEDED"].doubted == 0


def test_who_asked_first_is_named_when_it_is_proved_later() -> None:
    coverage = Coverage(HOUSE)
    for exchange, by in ((submit(), "a"), (look("status", "SUCCEEDED"), "b"), (look("result", "SUCCEEDED"), "c")):
        coverage.saw(exchange, by)
    assert coverage.rows["states", "model", "status", "SUCCEEDED"].by == {"b": 1}
    assert coverage.rows["states", "model", "result", "SUCCEEDED"].by == {"c": 1}


def test_a_step_between_two_looks_is_not_seen_and_says_so() -> None:
    coverage = seen(submit(), look("result", "QUEUED"), look("result", "SUCCEEDED"))
    assert reached(coverage, "transitions") == set()
    whys = {each.name: each.why for each in coverage.missing() if each.group == "transitions"}
    unseen = "it happened once between two looks, where nobody saw it"
    assert whys["model QUEUED -> RUNNING"] == whys["model RUNNING -> SUCCEEDED"] == unseen
    assert whys["model RUNNING -> FAILED"] == "nobody looked before and after it"


def test_an_accepted_cancel_proves_the_step_and_one_that_came_too_late_does_not() -> None:
    step = {("model", "QUEUED", "CANCELLED")}
    assert reached(seen(submit(), cancel("cancelled")), "transitions") == step
    assert reached(seen(submit(), look("status", "QUEUED"), cancel("cancelled")), "transitions") == step
    late = seen(submit(), look("status", "RUNNING"), cancel("cancelled"))
    assert reached(late, "transitions") == set()
    assert reached(late, "states") == {("model", "status", "RUNNING"), ("model", "cancel", "accepted")}
    refusal = seen(submit(), look("status", "RUNNING"), cancel("not_cancellable"), look("result", "SUCCEEDED"))
    assert reached(refusal, "transitions") == {("model", "RUNNING", "SUCCEEDED")}
    assert ("model", "cancel", "refused") in reached(refusal, "states")


def test_the_same_look_again_counts_again_and_steps_nowhere() -> None:
    coverage = seen(submit(), *(look("status", "QUEUED") for _ in range(3)), look("result", "QUEUED"))
    assert times(coverage, "states", "model", "status", "QUEUED") == 3
    assert times(coverage, "states", "model", "result", "QUEUED") == 1
    assert reached(coverage, "transitions") == set()


def test_an_illegal_story_reaches_no_step() -> None:
    for first, second in permutations(LIFE.reach, 2):
        legal = (first, second) in LIFE.steps
        coverage = seen(submit(), look("result", first), look("result", second))
        assert (("model", first, second) in reached(coverage, "transitions")) is legal
        assert {("model", "result", first), ("model", "result", second)} <= reached(coverage, "states")


def test_tasks_of_one_id_in_two_worlds_are_two() -> None:
    here, there = "/~a/runcomfy", "/~b/runcomfy"
    running, queued = look("result", "RUNNING"), look("result", "QUEUED")
    coverage = seen(queued._replace(url=here), running._replace(url=there))
    assert reached(coverage, "transitions") == set()
    anew = seen(submit(), queued, submit(), running)
    assert reached(anew, "transitions") == set()


def test_a_bent_answer_and_one_of_another_direction_or_provider_prove_no_state() -> None:
    assert reached(seen(look("status", "QUEUED", bent="fault('drip')")), "states") == set()
    other = seen(look("status", "QUEUED", provider="toy"), look("status", "QUEUED", direction="out"))
    assert not any(row.times for row in other.rows.values())


def test_many_tasks_are_forgotten_with_their_doubts_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("understudy.contracts.checks.reaching.looks.MOST_TASKS", 2)
    coverage = seen(*(look("status", "SUCCEEDED", task=str(number)) for number in range(5)))
    assert coverage.rows["states", "model", "status", "FAILED"].doubted == 3
    (row,) = [
        row for row in coverage.as_dict()["groups"]["states"]["rows"] if row["item"] == ["model", "status", "FAILED"]
    ]
    assert row["doubted"] == 5
    assert coverage.rows["states", "model", "status", "FAILED"].doubted == 3


# -- other lives: words that are shared earlier, and steps that have more ways


def house(status: dict[str, str], result: dict[str, str], *steps: tuple[str, str]) -> Contract:
    """RunComfy's contract with other words and, if they are told, other steps."""
    facts = document("runcomfy", {})
    life = copy.deepcopy(facts.lifecycle)
    for channel, words in (("status", status), ("result", result)):
        life["model"]["channels"][channel]["words"].update(words)
    if steps:
        known = life["model"]["transitions"][0]
        life["model"]["transitions"] = [{**known, "from": frm, "to": to} for frm, to in steps]
    return Contract(replace(facts, lifecycle=life))


def looked(contract: Contract, *looks: tuple[str, str]) -> Coverage:
    coverage = Coverage(contract)
    for channel, word in looks:
        body, path = json.dumps({"status": word}).encode(), f"/v1/requests/a/{channel}"
        coverage.saw(Exchange("GET", path, (), b"", 200, (), body, "runcomfy", channel, "poll", "a"), "me")
    return coverage


def counted(coverage: Coverage, group: str, what: str = "times") -> dict[tuple[str, ...], Any]:
    return {item[2:]: getattr(row, what) for item, row in coverage.rows.items()
            if item[0] == group and getattr(row, what)}  # fmt: skip


PENDING = {"QUEUED": "pending", "RUNNING": "pending"}


def test_a_step_counts_once_though_what_was_before_it_stays_in_doubt() -> None:
    steps = (("QUEUED", "RUNNING"), ("RUNNING", "SUCCEEDED"), ("SUCCEEDED", "CANCELLED"), ("QUEUED", "SUCCEEDED"))
    contract = house({**PENDING, "SUCCEEDED": "done"}, {}, *steps)
    coverage = looked(
        contract, ("status", "pending"), ("status", "done"), ("result", "cancelled"), ("status", "cancelled")
    )
    assert counted(coverage, "transitions") == {("SUCCEEDED", "CANCELLED"): 1}
    assert counted(coverage, "states") == {("status", "SUCCEEDED"): 1, ("result", "CANCELLED"): 1,
                                           ("status", "CANCELLED"): 1}  # fmt: skip
    rows = {tuple(row["item"]): row.get("doubted", 0) for row in coverage.as_dict()["groups"]["states"]["rows"]}
    assert rows["model", "status", "QUEUED"] == rows["model", "status", "RUNNING"] == 1


def test_what_comes_later_tells_what_came_before() -> None:
    contract = house(PENDING, {})
    coverage = looked(contract, ("status", "pending"), ("status", "pending"), ("result", "in_queue"))
    assert counted(coverage, "states") == {("status", "QUEUED"): 2, ("result", "QUEUED"): 1}
    more = looked(contract, ("result", "in_progress"), ("status", "pending"))
    assert counted(more, "states") == {("result", "RUNNING"): 1, ("status", "RUNNING"): 1}


def test_a_step_that_may_have_gone_two_ways_was_not_gone_unseen() -> None:
    steps = (("QUEUED", "RUNNING"), ("RUNNING", "SUCCEEDED"), ("QUEUED", "FAILED"), ("FAILED", "SUCCEEDED"))
    two = looked(house({}, {}, *steps), ("result", "in_queue"), ("result", "succeeded"))
    assert counted(two, "transitions") == counted(two, "transitions", "unseen") == {}
    one = looked(house({}, {}, *steps[:2]), ("result", "in_queue"), ("result", "succeeded"))
    assert counted(one, "transitions", "unseen") == {("QUEUED", "RUNNING"): 1, ("RUNNING", "SUCCEEDED"): 1}


def test_looks_in_doubt_do_not_pile_up_and_none_is_forgotten() -> None:
    contract = house(PENDING, {})
    many = 5 * MOST_LOOKS
    coverage = looked(contract, *(("status", "pending") for _ in range(many)))
    (track,) = coverage._looks._tracks.values()
    assert len(track._looks) <= MOST_LOOKS
    rows = {tuple(row["item"]): row.get("doubted", 0) for row in coverage.as_dict()["groups"]["states"]["rows"]}
    assert rows["model", "status", "QUEUED"] == rows["model", "status", "RUNNING"] == many
    assert counted(coverage, "states") == {}
