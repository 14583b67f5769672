"""What a server says steers no terminal, turns no line of a page around, and can be written into any file."""

from __future__ import annotations

import json

import pytest
from understudy.contracts.checks.case import Case
from understudy.contracts.report.page import page
from understudy.contracts.report.plain import STEERING, plain
from understudy.contracts.report.story import line, pretty, steps
from understudy.contracts.report.text import brief, text, told
from understudy.tests.report.made import BASE, PROMISE, finding, report, said, taken

NASTY = "\x1b[31m \x1b]0;pwn\x07 \u202e \x9b2J \x7f \r \ud800"
CODES = ("\\x1b[31m", "\\x1b]0;pwn\\x07", "\\u202e", "\\x9b2J")


def nasty() -> Case:
    """A server whose every word is hostile."""
    wrong = finding(NASTY, where=NASTY, expected=NASTY, came=NASTY, cure=NASTY, operation=NASTY)
    body = NASTY.encode("utf-8", "replace")
    return Case(wrong, NASTY, (taken(1), said("GET", f"/v1/requests/{NASTY}/status", 200, {"status": NASTY}),
                               said("GET", "/v1/models", 500, {"error_code": NASTY, "error_message": NASTY}),
                               said("GET", f"/v1/{NASTY}", 500, body)), BASE)  # fmt: skip


@pytest.mark.parametrize(("came", "shown"), [
    ("\x1b[31m", "\\x1b[31m"), ("\x1b]0;pwn\x07", "\\x1b]0;pwn\\x07"), ("a\u202eb", "a\\u202eb"), ("\x9b", "\\x9b"),
    ("\ud800", "\\ud800"), ("a\tb\nc é 東京 🚋", "a\tb\nc é 東京 🚋"),
])  # fmt: skip
def test_what_steers_is_shown_as_a_code(came: str, shown: str) -> None:
    assert plain(came) == shown
    assert plain(shown) == shown


def test_the_long_form_is_json() -> None:
    document = json.dumps({"a": NASTY}, ensure_ascii=False)
    assert json.loads(plain(document, short=False)) == {"a": NASTY}
    assert not STEERING.search(plain(document, short=False))


def test_no_report_is_steered_by_what_came() -> None:
    made = report(nasty(), cut=NASTY, subject=NASTY, not_exercised={NASTY: NASTY}, gone=[{"check": NASTY}],
                  accepted=[nasty()])  # fmt: skip
    for whole in (text(made), told(nasty(), made), brief(nasty()), page(made)):
        assert not STEERING.search(whole)
        for code in CODES:
            assert code in whole


def test_no_line_of_a_story_is() -> None:
    for step in steps(nasty(), PROMISE):
        assert not STEERING.search(step.what + step.word + step.state)
    assert line(NASTY.encode("utf-8", "replace"), 100).startswith("\\x1b[31m")
    assert pretty(b"\x1b[31m", 100) == "\\x1b[31m"
