"""`coverage` at a terminal: what it reads, what it tells, and when it ends with 1."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from understudy.cli import main
from understudy.contracts.checks.reaching.coverage import Coverage
from understudy.contracts.contract import contract
from understudy.tests.contracts.test_coverage import look, said, submit

HOUSE = contract("runcomfy")
pytestmark = pytest.mark.usefixtures("alone")


def played(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["coverage", *words], standalone_mode=False)
    out, err = capsys.readouterr()
    return code, out, err


def written(place: str, *exchanges: Any, **more: Any) -> dict[str, Any]:
    coverage = Coverage(HOUSE)
    for exchange in exchanges:
        coverage.saw(exchange, place)
    file = Path(place)
    file.parent.mkdir(parents=True, exist_ok=True)
    told = {**coverage.as_dict(), **more}
    file.write_text(json.dumps({"version": 1, "providers": {told["provider"]: told}}), encoding="utf-8")
    return told


def test_every_file_below_the_folder_counts_once(capsys: pytest.CaptureFixture[str]) -> None:
    one = written(".understudy/coverage.json", submit())
    two = written(".understudy/check/coverage-runcomfy.json", look("status", "QUEUED"))
    Path(".understudy/other.json").write_text("no")
    code, out, _ = played(capsys, "--json")
    told = json.loads(out)["providers"]["runcomfy"]
    assert code == 0
    assert told == Coverage.merged([one, two])
    assert played(capsys, ".understudy/coverage.json", "--json")[1] != out


def test_the_text_tells_each_group_and_all_if_all_is_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = written("here/coverage.json", submit())
    code, out, err = played(capsys, "here")
    assert (code, err) == (0, "")
    assert out.startswith(f"runcomfy: {told['reached']} of {told['of']}, {told['share']} %\n  answers")
    assert "more: --all tells them" in out
    every = played(capsys, "here", "--all")[1]
    assert every.count("\n    not ") == sum(part["of"] - part["reached"] for part in told["groups"].values())
    monkeypatch.setenv("UNDERSTUDY_COVERAGE_ALL", "1")
    monkeypatch.setenv("UNDERSTUDY_REPORT", "here")
    assert played(capsys)[1] == every


@pytest.mark.parametrize(("off", "code"), [(-0.1, 0), (0.0, 0), (0.1, 1)])
def test_a_share_below_the_limit_ends_with_1(capsys: pytest.CaptureFixture[str], off: float, code: int) -> None:
    share = written(".understudy/coverage.json", submit(), look("status", "QUEUED"))["share"]
    limit = round(share + off, 1)
    ended, out, err = played(capsys, "--fail-under", str(limit))
    assert ended == code
    assert err == (f"expected {limit:g} % to be reached; came {share:g} %; --all tells what was not\n" if code else "")
    assert out


def test_the_limit_holds_for_each_provider_that_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    written("a/coverage.json", submit())
    written("b/coverage.json", provider="toy")
    assert played(capsys, "--fail-under", "1", ".")[0] == 1
    assert played(capsys, "--fail-under", "1", ".", "--provider", "runcomfy")[0] == 0


def test_a_run_that_asked_nobody_is_told_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    Path("coverage.json").write_text('{"version": 1, "providers": {}}')
    assert played(capsys, ".")[:2] == (0, "nobody asked a provider for anything\n")
    assert played(capsys, ".", "--fail-under", "1")[0] == 1
    written("coverage.json", said("submit", {}, 599))
    assert "documented nowhere: submit 599 (1)" in played(capsys, ".")[1]


def test_no_file_is_told_with_its_cure(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = played(capsys)
    assert code == 2
    assert (
        "expected a file coverage*.json below .understudy; came none; make one with pytest --understudy-report" in err
    )


PARTS = [
    "[]",
    '{"a": 1}',
    '{"a": {"version": 2}}',
    '{"a": {"version": 1}}',
    '{"a": {"version": 1, "groups": {"b": 1}}}',
]


@pytest.mark.parametrize("text", ["", "no", "[]", "{}", b"\xff", *(f'{{"providers": {part}}}' for part in PARTS)])
def test_a_file_that_is_none_of_ours_is_told_and_named(capsys: pytest.CaptureFixture[str], text: str | bytes) -> None:
    Path("coverage.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    code, out, err = played(capsys, ".")
    assert (code, out) == (2, "")
    assert err.startswith("understudy: expected coverage.json to be a file of coverage; came ")
    assert "take it away, or make one with" in err


def test_a_flag_that_cannot_be_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert "expected a provider among runcomfy, runware, runninghub; came 'runcomfi'; did you mean runcomfy?" in played(
        capsys, "--provider", "runcomfi")[2]  # fmt: skip
    assert played(capsys, "--fail-under", "101")[0] == 2
