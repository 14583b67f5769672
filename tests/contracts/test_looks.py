"""What looks prove of a life other than RunComfy's: whose words are shared earlier, and whose steps have more ways."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

from understudy.contracts.checks.coverage import Coverage
from understudy.contracts.checks.looks import MOST_LOOKS
from understudy.contracts.contract import Contract
from understudy.contracts.document import document
from understudy.contracts.exchange import Exchange


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


def seen(contract: Contract, *looks: tuple[str, str]) -> Coverage:
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
    coverage = seen(
        contract, ("status", "pending"), ("status", "done"), ("result", "cancelled"), ("status", "cancelled")
    )
    assert counted(coverage, "transitions") == {("SUCCEEDED", "CANCELLED"): 1}
    assert counted(coverage, "states") == {("status", "SUCCEEDED"): 1, ("result", "CANCELLED"): 1,
                                           ("status", "CANCELLED"): 1}  # fmt: skip
    rows = {tuple(row["item"]): row.get("doubted", 0) for row in coverage.as_dict()["groups"]["states"]["rows"]}
    assert rows["model", "status", "QUEUED"] == rows["model", "status", "RUNNING"] == 1


def test_what_comes_later_tells_what_came_before() -> None:
    contract = house(PENDING, {})
    coverage = seen(contract, ("status", "pending"), ("status", "pending"), ("result", "in_queue"))
    assert counted(coverage, "states") == {("status", "QUEUED"): 2, ("result", "QUEUED"): 1}
    more = seen(contract, ("result", "in_progress"), ("status", "pending"))
    assert counted(more, "states") == {("result", "RUNNING"): 1, ("status", "RUNNING"): 1}


def test_a_step_that_may_have_gone_two_ways_was_not_gone_unseen() -> None:
    steps = (("QUEUED", "RUNNING"), ("RUNNING", "SUCCEEDED"), ("QUEUED", "FAILED"), ("FAILED", "SUCCEEDED"))
    two = seen(house({}, {}, *steps), ("result", "in_queue"), ("result", "succeeded"))
    assert counted(two, "transitions") == counted(two, "transitions", "unseen") == {}
    one = seen(house({}, {}, *steps[:2]), ("result", "in_queue"), ("result", "succeeded"))
    assert counted(one, "transitions", "unseen") == {("QUEUED", "RUNNING"): 1, ("RUNNING", "SUCCEEDED"): 1}


def test_looks_in_doubt_do_not_pile_up_and_none_is_forgotten() -> None:
    contract = house(PENDING, PENDING)
    many = 5 * MOST_LOOKS
    coverage = seen(contract, *((("status", "result")[turn % 2], "pending") for turn in range(many)))
    (track,) = coverage._looks._tracks.values()
    assert len(track._looks) <= MOST_LOOKS
    rows = {tuple(row["item"]): row.get("doubted", 0) for row in coverage.as_dict()["groups"]["states"]["rows"]}
    assert rows["model", "status", "QUEUED"] == rows["model", "result", "RUNNING"] == many // 2
    assert counted(coverage, "states") == {}
