"""Coverage as text: bars that are honest at both ends, what is missing with its reason, and how to see all."""

from __future__ import annotations

import pytest
from understudy.contracts.checks.reaching.coverage import Coverage
from understudy.contracts.checks.reaching.covered import CANNOT
from understudy.contracts.contract import contract
from understudy.contracts.report.coverage import EMPTY, FULL, MOST, WIDE, bar, lines
from understudy.tests.contracts.test_coverage import look, said, submit

HOUSE = contract("runcomfy")


@pytest.mark.parametrize("of", [1, 2, 29, 30, 31, 1000])
def test_a_bar_is_full_when_all_was_reached_and_empty_when_nothing_was(of: int) -> None:
    assert bar(0, of) == EMPTY * WIDE
    assert bar(of, of) == FULL * WIDE
    for reached in range(1, of):
        assert FULL in bar(reached, of)
        assert EMPTY in bar(reached, of)
        assert len(bar(reached, of)) == WIDE


def test_each_group_is_told_with_its_first_missing_rows() -> None:
    coverage = Coverage(HOUSE, CANNOT)
    coverage.saw(submit(), "a")
    coverage.saw(look("status", "QUEUED"), "a")
    told = list(lines(coverage.as_dict()))
    reached, of = coverage.counts()
    assert told[0] == f"runcomfy: {reached} of {of}, {coverage.share()} %"
    heads = [line.split()[0] for line in told if line.startswith("  ") and line[2] != " "]
    assert heads == ["answers", "errors", "parameters", "models", "inputs", "states", "transitions", "channels"]
    assert "    not add_dataset 200: nobody asked for it" in told
    assert "    not model QUEUED -> CANCELLED: nobody looked before and after it" in told
    assert any(line.endswith(" more: --all tells them") for line in told)
    assert all(len(line) <= 120 for line in told)
    every = list(lines(coverage.as_dict(), None))
    assert sum(line.startswith("    not ") for line in every) == len(list(coverage.missing()))
    assert not any("--all" in line for line in every)
    assert "    not cancel 202: nobody asked for it" in every
    assert "    not submit no-money (402 400002 InsufficientResources): the balance cannot be set from here" in every


def test_what_is_documented_nowhere_and_what_was_left_out_are_told() -> None:
    coverage = Coverage(HOUSE)
    coverage.saw(said("submit", {}, 599))
    coverage.left_out = 12
    told = list(lines(coverage.as_dict()))
    assert "  answered, and documented nowhere: submit 599 (1)" in told
    assert "  12 exchanges were no longer kept, and are not counted: raise max_exchanges" in told


def test_no_more_is_promised_than_there_is() -> None:
    coverage = Coverage(HOUSE)
    few = [line for line in lines(coverage.as_dict(), MOST) if line.startswith("    not ")]
    assert len(few) == 7 * MOST
