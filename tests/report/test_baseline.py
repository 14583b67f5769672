"""The baseline: what is accepted does not fail, what is gone is named, and ids do not make a finding a new one."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from understudy.contracts.checks.case import Case
from understudy.contracts.report.baseline import Accepted, BadBaseline, identity
from understudy.tests.report.made import BASE, IDS, check, finding, no_answer, taken, went_back, wrong_shape

TODAY = date(2026, 9, 1)
LATER = date(2026, 9, 30)


def case(**more: str) -> Case:
    return Case(finding(**more), "drill", (taken(1),), BASE)  # type: ignore[arg-type]


def rows(path: Path) -> list[dict[str, str]]:
    made: list[dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))["entries"]
    return made


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A baseline of two findings."""
    Accepted(tmp_path / "kept.json", TODAY).update(check(went_back(), no_answer()))
    return tmp_path / "kept.json"


def test_what_is_accepted_does_not_fail_and_what_is_new_does(kept: Path) -> None:
    made = Accepted(kept, LATER).judged(check(went_back(), wrong_shape(), no_answer()))
    assert [each.finding.rule for each in made.cases] == ["answer-shape"]
    assert [each.finding.rule for each in made.accepted] == ["illegal-transition", "no-answer"]
    assert made.fails
    assert not Accepted(kept, LATER).judged(check(went_back())).fails


def test_what_nobody_found_again_is_named(kept: Path) -> None:
    made = Accepted(kept, LATER).judged(check(went_back()))
    assert [(row["check"], row["operation"]) for row in made.gone] == [("no-answer", "list_models")]


def test_a_file_that_is_not_there_yet_accepts_nothing(tmp_path: Path) -> None:
    made = Accepted(tmp_path / "none.json", TODAY).judged(check(went_back()))
    assert (len(made.cases), made.accepted, made.gone) == (1, [], [])


@pytest.mark.parametrize(("one", "other"), [
    ({"came": "in_queue"}, {"came": "something else"}),
    ({"where": f"/requests/{IDS[1]}/status"}, {"where": f"/requests/{IDS[2]}/status"}),
    ({"where": "/models/3/id"}, {"where": "/models/17/id"}),
    ({"where": "http://127.0.0.1:40143/files/a"}, {"where": "http://127.0.0.1:50211/files/a"}),
    ({"where": "/files/0123456789abcdef01234567"}, {"where": "/files/ffffffffffffffffffffffff01"}),
])  # fmt: skip
def test_what_differs_from_run_to_run_makes_no_new_finding(one: dict[str, str], other: dict[str, str]) -> None:
    assert identity(case(**one)) == identity(case(**other))


@pytest.mark.parametrize("other", [{"rule": "unknown-word"}, {"operation": "result"}, {"where": "/queue_position"},
                                   {"kind": "missing"}, {"where": "/status/v2"}])  # fmt: skip
def test_what_is_another_finding_is_one(other: dict[str, str]) -> None:
    assert identity(case()) != identity(case(**other))


def test_an_acceptance_ends_on_its_day(kept: Path) -> None:
    book = json.loads(kept.read_text(encoding="utf-8"))
    for row in book["entries"]:
        row["expires"] = "2026-09-15"
    kept.write_text(json.dumps(book), encoding="utf-8")
    assert not Accepted(kept, date(2026, 9, 15)).judged(check(went_back())).fails
    late = Accepted(kept, date(2026, 9, 16))
    assert late.judged(check(went_back())).fails
    assert late.ended(check(went_back(), wrong_shape())) == {went_back().identity: "2026-09-15"}


def test_an_update_keeps_notes_and_days_to_come_and_takes_out_what_is_gone(kept: Path) -> None:
    book = json.loads(kept.read_text(encoding="utf-8"))
    for row in book["entries"]:
        row |= {"note": "known since spring", "expires": "2026-12-01"}
    kept.write_text(json.dumps(book), encoding="utf-8")
    Accepted(kept, LATER).update(check(went_back(), wrong_shape()))
    found = {row["check"]: row for row in rows(kept)}
    assert set(found) == {"illegal-transition", "answer-shape"}
    old, new = found["illegal-transition"], found["answer-shape"]
    assert (old["note"], old["expires"], old["first_seen"], old["last_seen"]) == (
        "known since spring", "2026-12-01", "2026-09-01", "2026-09-30")  # fmt: skip
    assert (new["first_seen"], new["came"], "note" in new) == ("2026-09-30", '"first"', False)


def test_an_update_accepts_anew_what_had_expired(kept: Path) -> None:
    book = json.loads(kept.read_text(encoding="utf-8"))
    for row in book["entries"]:
        row["expires"] = "2026-09-15"
    kept.write_text(json.dumps(book), encoding="utf-8")
    Accepted(kept, LATER).update(check(went_back()))
    assert not Accepted(kept, LATER).judged(check(went_back())).fails


def test_a_check_that_was_cut_short_takes_nothing_out(kept: Path) -> None:
    Accepted(kept, LATER).update(check(went_back(), cut="60 s were over"))
    assert {row["check"] for row in rows(kept)} == {"illegal-transition", "no-answer"}


def test_accepting_twice_changes_nothing(kept: Path) -> None:
    before = kept.read_bytes()
    Accepted(kept, TODAY).update(check(no_answer(), went_back()))
    assert kept.read_bytes() == before


@pytest.mark.parametrize("text", [
    "{", "[]", '{"format_version": 99, "entries": []}', '{"format_version": 1, "entries": [{}]}',
    '{"format_version": 1, "entries": [{"operation": "", "check": "", "failure": "", "signature": "", "expires": 1}]}',
])  # fmt: skip
def test_a_file_that_is_no_baseline_is_told_in_three_parts(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadBaseline, match=r"expected .*bad\.json to be a baseline; came .+; correct it"):
        Accepted(path, TODAY)
