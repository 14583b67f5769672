"""A real run: who asks RunComfy's stand-in for all reaches all, and a poll loop what it saw."""

from __future__ import annotations

import json

import pytest
from understudy.contracts.checks.asking.drill import drill
from understudy.contracts.checks.case import cannot
from understudy.contracts.checks.judging.referee import Referee
from understudy.contracts.checks.reaching.coverage import Coverage
from understudy.contracts.contract import contract
from understudy.mocks.reached import MOST_CONTRACTS, Reached
from understudy.mocks.stand_in import stand_in
from understudy.mocks.subjects import Ours

HOUSE = contract("runcomfy")


@pytest.mark.more
def test_the_drill_reaches_every_answer_error_state_and_step() -> None:
    """One tape of each kind is enough."""
    subject = Ours("runcomfy", socket=False, images="plain")
    coverage = Coverage(HOUSE.alone, cannot(subject))
    referee = Referee(HOUSE, subject, coverage.saw)
    referee.by = "drill"
    try:
        kinds = {name.partition(" of ")[0]: tape for name, tape in reversed(drill(HOUSE, True))}
        for tape in kinds.values():
            referee.begin()
            for move in tape:
                referee.play(move)
    finally:
        subject.close()
    for group in ("answers", "errors", "states", "transitions", "channels"):
        assert [each for each in coverage.missing() if each.group == group] == []
    assert not coverage.beside
    assert {label for row in coverage.rows.values() for label in row.by} == {"drill"}


def test_a_poll_loop_in_auto_sees_each_step() -> None:
    with stand_in("runcomfy") as handle:
        api = handle.client()
        job = api.post("/v1/models/tongyi-mai/z-image/turbo", json={"prompt": "a red tram"}).json()
        while api.get(job["status_url"]).json()["status"] != "completed":
            pass
        api.get(job["result_url"])
        reached = Reached()
        reached.read(handle.session)
    groups = reached.as_dict()["runcomfy"]["groups"]
    rows = {tuple(row["item"]): row["times"] for part in groups.values() for row in part["rows"]}
    assert rows["model", "QUEUED", "RUNNING"] == rows["model", "RUNNING", "SUCCEEDED"] == 1
    assert (groups["states"]["reached"], groups["transitions"]["reached"], groups["channels"]["reached"]) == (4, 2, 3)


def test_each_session_counts_by_its_own_readings() -> None:
    reached = Reached()
    for word in ("succeeded", "completed"):
        with stand_in("runcomfy", success_word=word, clock="manual") as handle:
            api = handle.client()
            job = api.post("/v1/models/tongyi-mai/z-image/turbo", json={"prompt": "a red tram"}).json()
            handle.settle()
            assert api.get(job["result_url"]).json()["status"] == word
            reached.read(handle.session)
    told = reached.as_dict()["runcomfy"]
    (row,) = [row for row in told["groups"]["states"]["rows"] if row["item"] == ["model", "result", "SUCCEEDED"]]
    assert row["times"] == 2
    assert json.loads(json.dumps(told)) == told


def test_contracts_of_many_sessions_are_not_all_held() -> None:
    reached = Reached()
    for number in range(MOST_CONTRACTS + 5):
        with stand_in("runcomfy") as handle:
            handle.add_model(f"acme/{number}/tts", kind="audio")
            handle.client().get("/v1/models")
            reached.read(handle.session)
    assert len(reached._live) <= MOST_CONTRACTS
    told = reached.as_dict()["runcomfy"]
    assert told["groups"]["models"]["of"] == len(HOUSE.catalogue.models) + MOST_CONTRACTS + 5
    (row,) = [row for row in told["groups"]["answers"]["rows"] if row["item"] == ["list_models", "200"]]
    assert row["times"] == MOST_CONTRACTS + 5


@pytest.mark.parametrize("kept", [1, 3])
def test_what_a_journal_left_out_is_counted_as_such(kept: int) -> None:
    reached = Reached()
    with stand_in("runcomfy", max_exchanges=kept) as handle:
        for _ in range(5):
            handle.client().get("/v1/models")
        reached.read(handle.session)
    assert reached.as_dict()["runcomfy"]["left_out"] == 5 - kept
