"""The stock command is clean, and walks from submit to cancel."""

from __future__ import annotations

import pytest
from understudy.tests.checks.stock import MODEL_API, RUNNINGHUB, RUNWARE, THE_OTHERS, stock

pytestmark = pytest.mark.more


def test_the_generators_own_command_finds_nothing() -> None:
    outcome = stock(*MODEL_API, "--max-time", "60", "--seed", "1")
    assert outcome.code == 0, outcome.text
    for phase in ("Examples", "Coverage", "Fuzzing"):
        assert f"✅ {phase}" in outcome.text, outcome.text


def test_its_walks_lead_from_submit_to_cancel() -> None:
    # On a busy machine the phases before it leave little of a minute: here it has a time of its own.
    outcome = stock(*MODEL_API, "--phases", "stateful", "--max-time", "15", "--seed", "1")
    assert outcome.code == 0, outcome.text
    assert "✅ Stateful" in outcome.text, outcome.text
    assert outcome.walks >= 1


def test_nor_about_the_further_apis_but_for_rules_that_no_schema_tells() -> None:
    outcome = stock(*THE_OTHERS, "--max-time", "30", "--seed", "1")
    assert outcome.code == 0, outcome.text


def test_nor_about_a_route_that_takes_lists_but_for_what_each_model_takes() -> None:
    outcome = stock(*RUNWARE, "--max-time", "30", "--seed", "1", provider="runware")
    assert outcome.code == 0, outcome.text


def test_nor_where_errors_come_with_200_but_for_what_a_status_would_tell() -> None:
    outcome = stock(*RUNNINGHUB, "--max-time", "30", "--seed", "1", provider="runninghub")
    assert outcome.code == 0, outcome.text
