"""The text of a check: what a person reads, kept as a file; the last line is the verdict.

UNDERSTUDY_SNAPSHOTS=write makes the file anew; read the difference before you keep it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from understudy.contracts.checks.case import Case, Checked
from understudy.contracts.report.report import Report
from understudy.contracts.report.text import MOST, text, told
from understudy.tests.report.made import (
    BASE,
    PROMISE,
    check,
    endless,
    finding,
    no_answer,
    report,
    said,
    taken,
    went_back,
    wrong_shape,
)  # fmt: skip

SNAPSHOT = Path(__file__).parents[1] / "snapshots" / "check.txt"


def test_a_report_is_as_it_was_kept() -> None:
    gone = [{"check": "unknown-word", "operation": "result", "signature": "/status"}]
    made = text(report(no_answer(), went_back(), endless(), accepted=[wrong_shape()], gone=gone)) + "\n"
    if os.environ.get("UNDERSTUDY_SNAPSHOTS") == "write":
        SNAPSHOT.write_text(made, encoding="utf-8")
    assert made == SNAPSHOT.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", [went_back(), wrong_shape(), no_answer(), endless()], ids=lambda case: case.by)
def test_a_case_says_all_that_is_needed_at_two_in_the_morning(case: Case) -> None:
    lines = told(case, report(case)).splitlines()
    assert len(lines) <= 30
    assert lines[0].startswith(f"{case.finding.severity}: {case.finding.rule} in {case.finding.operation} at ")
    for name in ("expected", "came", "do this", "found by", "story", "answer", "curl", "again", "accept"):
        assert sum(line.startswith(f"  {name:<10}") for line in lines) == 1, name
    assert sum(line.endswith("<- here") for line in lines) == 1
    assert "  again     understudy check runcomfy --seed 7" in lines
    assert "$KEY" in "\n".join(lines)


def test_the_worst_comes_first_and_the_rest_is_told_in_a_line_each() -> None:
    cases = [Case(finding(f"rule-{at}", "note" if at < 4 else "broken"), "drill", (taken(1),), "") for at in range(8)]
    made = text(report(*cases))
    heads = [line for line in made.splitlines() if line.startswith(("broken: ", "note: "))]
    assert [head.partition(":")[0] for head in heads] == ["broken"] * 4 + ["note"]
    assert f"and {8 - MOST} more, which --json, --junit and --html tell in full:" in made
    assert made.count("\n  note: rule-") == 8 - MOST


@pytest.mark.parametrize(("checked", "verdict"), [
    (check(), "our runcomfy keeps its promise: 1,204 requests, 0 new findings"),
    (check(asked={"drill": 1}), "our runcomfy keeps its promise: 1 request, 0 new findings"),
    (check(asked={}), "our runcomfy was not asked: 0 requests, 0 new findings"),
    (check(went_back(), no_answer()),
     "our runcomfy breaks its promise: 1,204 requests, 2 new findings (1 broken, 1 doubtful)"),
    (check(no_answer()), "our runcomfy may break its promise: 1,204 requests, 1 new finding (1 doubtful)"),
    (check(accepted=[went_back()], cut="60 s were over"),
     "our runcomfy keeps its promise so far: 1,204 requests, 0 new findings, 1 accepted, not everything was asked"),
])  # fmt: skip
def test_the_last_line_is_the_verdict(checked: Checked, verdict: str) -> None:
    assert text(Report(checked, PROMISE, "again")).splitlines()[-1] == f"understudy: {verdict}"


def test_a_summary_tells_what_was_not_asked_and_why() -> None:
    made = text(report(cut="60 s were over"))
    assert "not asked   the refusal for an empty balance: the balance cannot be set from here (poor)" in made
    assert "cut short   60 s were over" in made
    assert "asked       1,204 requests: drill 312, lifecycle 640, examples 40, fuzzing 212" in made
    assert "covered     87.1 %: answers 7 of 7, errors 20 of 24" in made


def test_how_to_accept_names_the_file_that_is_known_and_the_day_on_which_it_ended() -> None:
    case = went_back()
    plain = "understudy check runcomfy --seed 7"
    known = Report(check(case), PROMISE, f"{plain} --baseline kept.json", "kept.json", {case.identity: "2026-09-15"})
    assert report().accepts(case) == f"{plain} --baseline FILE --update-baseline"
    wanted = f"{plain} --baseline kept.json --update-baseline  (it was accepted until 2026-09-15)"
    assert known.accepts(case) == wanted
    assert f"  accept    {wanted}" in told(case, known).splitlines()


def test_a_very_long_path_widens_no_line_but_its_curl() -> None:
    path = f"/v1/requests/{'a' * 250}/status"
    case = Case(finding(), "drill", (taken(1), said("GET", path, 404, {})), BASE)
    made = told(case, report(case)).splitlines()
    assert max(len(line) for line in made if not line.startswith("  curl")) < 120
    assert any(f"/v1/requests/{'a' * 22}...{'a' * 25}/status" in line for line in made)
    assert any(line.startswith("  curl") and path in line for line in made)


def test_for_programs_it_is_the_same() -> None:
    made = report(went_back(), accepted=[no_answer()]).as_dict()
    assert (made["fails"], made["requests"], made["again"]) == (True, 1204, "understudy check runcomfy --seed 7")
    row = made["cases"][0]
    assert (row["finding"]["rule"], row["by"], row["times"]) == ("illegal-transition", "lifecycle", 3)
    assert len(row["story"]) == 8
    assert row["exchange"]["request"]["headers"][0] == ("Authorization", "***")
    assert made["accepted"][0]["finding"]["rule"] == "no-answer"
