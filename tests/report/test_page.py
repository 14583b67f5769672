"""The page of a check: one file that needs no other, whose pictures are well-formed and whose words are only words."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from understudy.contracts.checks.case import Case
from understudy.contracts.checks.move import Move
from understudy.contracts.report.page import page
from understudy.contracts.report.picture import picture
from understudy.contracts.report.story import steps
from understudy.tests.report.made import (
    BASE,
    PROMISE,
    check,
    endless,
    finding,
    looked,
    no_answer,
    report,
    said,
    taken,
    went_back,
    wrong_shape,
)  # fmt: skip

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>&amp;<!--"
VOID = {"meta", "img", "br", "hr", "link", "input"}
SHAPES = {"rect", "circle", "path"}


class Read(HTMLParser):
    """What a browser would make of a page: its tags, their attributes, and that each is closed in turn."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def every() -> str:
    gone = [{"check": "unknown-word", "operation": "status"}]
    cases = (went_back(), wrong_shape(), no_answer(), endless())
    return page(report(*cases, accepted=[wrong_shape()], cut="60 s were over", gone=gone))


def test_a_page_needs_nothing_else() -> None:
    read = Read(every())
    assert read.open == []
    assert not {"script", "link", "img", "iframe", "object", "base"} & set(read.tags)
    leads = [value for name, value in read.attributes if name in ("href", "src", "action", "data")]
    assert leads
    assert all(value.startswith("#case-") for value in leads)
    assert "url(" not in every()
    assert "@import" not in every()
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in read.attributes


def test_every_name_is_there_once_and_every_link_leads_to_one() -> None:
    read = Read(every())
    names = [value for name, value in read.attributes if name == "id"]
    assert len(names) == len(set(names))
    wanted = [value.lstrip("#") for name, value in read.attributes if name in ("href", "aria-labelledby")]
    assert set(wanted) <= set(names)


def test_a_page_tells_all_that_the_text_tells() -> None:
    words = "".join(Read(every()).words)
    for text in ("our runcomfy breaks its promise", "1,204 requests, 4 new findings (3 broken, 1 doubtful), 1 accepted",
                 "illegal-transition in status at /status", "an integer of 0 or more", "lifecycle, 3 times",
                 "/v1/requests/<order 1>/status", '"queue_position": "first"', "understudy check runcomfy --seed 7",
                 "$KEY", "60 s were over", "the balance cannot be set from here", "unknown-word in status",
                 "submit no-money: the balance cannot be set from here", "steps left out"):  # fmt: skip
        assert text in words, text


def test_whatever_came_is_shown_as_text() -> None:
    body = {"request_id": HOSTILE, "status": HOSTILE}
    wrong = finding(HOSTILE, where=HOSTILE, expected=HOSTILE, came=HOSTILE, cure=HOSTILE, operation=HOSTILE)
    case = Case(wrong, HOSTILE,
                (taken(1), said("GET", f"/v1/requests/{HOSTILE}/status", 200, body),
                 said("GET", "/v1/models", 500, HOSTILE.encode())), BASE)  # fmt: skip
    made = page(report(case, not_exercised={HOSTILE: HOSTILE}, cut=HOSTILE, gone=[{"check": HOSTILE}],
                       accepted=[case], asked={HOSTILE: 1}))  # fmt: skip
    read = Read(made)
    assert not {"script", "img"} & set(read.tags)
    assert not [name for name, _ in read.attributes if name.startswith("on")]
    assert HOSTILE in "".join(read.words)


@pytest.mark.parametrize("case", [went_back(), wrong_shape(), no_answer(), endless()], ids=lambda case: case.by)
def test_a_picture_is_well_formed_and_within_its_frame(case: Case) -> None:
    root = ElementTree.fromstring(picture(steps(case, PROMISE), "p"))
    width, height = float(root.get("width", 0)), float(root.get("height", 0))
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
    for shape in root.iter():
        if shape.tag == "rect":
            assert 0 <= float(shape.get("x", 0)) <= width - float(shape.get("width", 0))
            assert 0 <= float(shape.get("y", 0)) <= height - float(shape.get("height", 0))
    assert len(root.findall(".//*[@class='mark fails']")) == 1
    assert len(root.findall(".//*[@class='bad']")) == 1
    assert width <= 1006  # as much as a page of 1,200 pixels has for it


def test_a_picture_has_a_lane_for_each_order_and_a_bar_for_each_state() -> None:
    root = ElementTree.fromstring(picture(steps(went_back(), PROMISE), "p"))
    assert [text.text for text in root.findall(".//*[@class='name']")] == ["order 1", "order 2"]
    bars = [group for group in root.iter("g") if "state" in group.get("class", "").split()]
    assert [group.findtext("title") for group in bars] == [
        "taken", "in_queue", "in_progress", "in_queue", "taken", "in_queue"]  # fmt: skip
    tones = {group.findtext("title"): group.get("class") for group in bars}
    assert len(set(tones.values())) == 3
    assert [text.text for text in root.findall(".//*[@class='moment']")] == ["0 s", "2 s", "5 s"]
    assert [group.findtext("text") for group in root.findall(".//*[@class='pass']")] == ["+2 s", "+3 s"]


def test_what_is_waited_is_time_that_passes() -> None:
    story = (taken(1), looked(1, "in_queue", 0.0), Move("wait", amount=0.1), looked(1, "in_progress", 0.0))
    root = ElementTree.fromstring(picture(steps(Case(finding(), "drill", story, BASE), PROMISE), "p"))
    assert [group.findtext("text") for group in root.findall(".//*[@class='pass']")] == ["+0.1 s"]


def test_a_word_that_does_not_fit_is_shortened_and_told_whole_beside() -> None:
    word = "a_state_with_a_very_long_name_indeed"
    case = Case(finding(), "drill", (taken(1), looked(1, word, 0.0), looked(1, "in_queue", 0.0)), BASE)
    bars = [group for group in ElementTree.fromstring(picture(steps(case, PROMISE), "p")).iter("g")
            if "state" in group.get("class", "")]  # fmt: skip
    assert bars[1].findtext("title") == word
    assert str(bars[1].findtext("text")).endswith("…")


def test_a_check_without_findings_has_no_empty_parts() -> None:
    made = page(report(coverage={}, not_exercised={}))
    assert "<article" not in made
    assert "<h2" not in made
    assert "our runcomfy keeps its promise" in made
    assert not check().fails


def test_a_large_body_is_cut_and_counted() -> None:
    case = Case(finding(), "drill", (said("GET", "/v1/models", 200, {"models": ["x" * 50_000]}),), BASE)
    made = page(report(case))
    assert len(made) < 40_000
    assert re.search(r"\.\.\. 46,\d{3} more characters", made)
