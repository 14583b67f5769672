"""The reports for other programs: JUnit that a CI can read, and a HAR that holds what went over the wire."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from understudy.contracts.report.files import MOST_BODY, Har, junit
from understudy.contracts.report.veil import Veil
from understudy.tests.report.made import BASE, no_answer, report, said, taken, went_back, wrong_shape


def test_a_ci_sees_a_test_for_each_phase_and_finding_and_for_what_was_not_asked() -> None:
    made = report(went_back(), no_answer(), accepted=[wrong_shape()], cut="60 s were over")
    root = ElementTree.fromstring(junit(made))
    assert {name: root.get(name) for name in ("tests", "failures", "errors", "skipped", "time")} == {
        "tests": "9", "failures": "2", "errors": "1", "skipped": "2", "time": "23.440"}  # fmt: skip
    suite = root.find("testsuite")
    assert suite is not None
    assert (suite.get("name"), suite.get("hostname")) == ("understudy check runcomfy", "localhost")
    assert [case.get("name") for case in suite] == [
        "drill", "lifecycle", "examples", "fuzzing", "lifecycle: illegal-transition in status at /status (1)",
        "fuzzing: no-answer in list_models at ?limit (2)", "accepted: answer-shape in status at /queue_position (1)",
        "not asked: poor", "not everything was asked"]  # fmt: skip
    failure = suite.findall("testcase/failure")[0]
    assert failure.get("message") == "illegal-transition"
    for line in ("expected  CANCELLED, FAILED", "came      in_queue", "do this   look at", "<- here",
                 "again     understudy check runcomfy --seed 7"):  # fmt: skip
        assert line in str(failure.text), line


def test_equal_heads_stay_two_findings() -> None:
    root = ElementTree.fromstring(junit(report(went_back(), went_back())))
    assert root.get("failures") == "2"


def test_what_xml_cannot_hold_is_written_otherwise() -> None:
    case = wrong_shape()
    made = junit(report(type(case)(case.finding, "drill", (said("GET", "/v1/models", 200, b"\x00\x08\x1b["),), BASE)))
    assert ElementTree.fromstring(made).get("failures") == "1"
    assert "\\x00\\x08\\x1b[" in made


def entries(path: Path) -> list[dict[str, Any]]:
    log = json.loads(path.read_text(encoding="utf-8"))["log"]
    assert log["version"] == "1.2"
    rows: list[dict[str, Any]] = log["entries"]
    return rows


def test_a_har_holds_every_exchange_as_it_was(tmp_path: Path) -> None:
    with Har(tmp_path / "run.har", Veil(), BASE) as har:
        har.saw(taken(1))
        har.saw(said("GET", "/v1/models?limit=1&search=a%20b", 400, {"error_code": 1}))
        assert har.count == 2
    first, second = entries(tmp_path / "run.har")
    assert first["request"]["url"] == f"{BASE}/v1/models/tongyi-mai/z-image/turbo"
    assert json.loads(first["request"]["postData"]["text"]) == {"prompt": "a red tram"}
    assert first["request"]["postData"]["mimeType"] == "application/json"
    assert {"name": "Authorization", "value": "Bearer ***"} in first["request"]["headers"]
    assert (first["response"]["status"], first["response"]["statusText"]) == (200, "OK")
    assert json.loads(first["response"]["content"]["text"])["request_id"].startswith("00000001")
    assert first["response"]["content"]["mimeType"] == "application/json"
    assert second["request"]["queryString"] == [{"name": "limit", "value": "1"}, {"name": "search", "value": "a b"}]
    assert second["response"]["status"] == 400


def test_what_had_no_answer_has_none_there(tmp_path: Path) -> None:
    with Har(tmp_path / "run.har", Veil(), BASE) as har:
        har.saw(said("GET", "/v1/models", 0, b"connection reset"))
        har.saw(said("GET", "/v1/models", 299, b""))
    silent, odd = entries(tmp_path / "run.har")
    assert silent["response"]["status"] == 0
    assert (odd["response"]["status"], odd["response"]["statusText"]) == (299, "")


def test_files_are_measured_and_long_bodies_cut_with_a_word(tmp_path: Path) -> None:
    with Har(tmp_path / "run.har", Veil(), BASE) as har:
        har.saw(said("GET", "/files/1.png", 200, b"\x89PNG\xff" * 1000))
        har.saw(said("POST", "/v1/models/a/b", 200, b"x" * (MOST_BODY + 5), sent={"prompt": "y" * MOST_BODY}))
    picture, long = entries(tmp_path / "run.har")
    assert picture["response"]["content"]["size"] == 5000
    assert picture["response"]["content"]["comment"] == "Body truncated: 0 of 5000 bytes recorded"
    assert f"{MOST_BODY} of {MOST_BODY + 5} bytes" in long["response"]["content"]["comment"]
    assert long["request"]["postData"]["text"].endswith("\n... 14 more bytes")
    assert long["request"]["bodySize"] == MOST_BODY + 14


def test_a_run_that_is_ended_early_leaves_a_whole_file(tmp_path: Path) -> None:
    def run() -> None:
        with Har(tmp_path / "run.har", Veil(), BASE) as har:
            har.saw(taken(1))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run()
    assert len(entries(tmp_path / "run.har")) == 1


def test_a_run_without_an_exchange_leaves_a_whole_file_too(tmp_path: Path) -> None:
    with Har(tmp_path / "run.har", Veil(), BASE):
        pass
    assert entries(tmp_path / "run.har") == []
