"""What text and drawings promise: the asked size, the prompt in readable letters, and nothing that breaks them."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from understudy.mocks.engine.media.file import file_of
from understudy.mocks.engine.media.writing import LONGEST_SIDE
from understudy.mocks.engine.medium import Card, Medium

NAMES = {"svg": "http://www.w3.org/2000/svg"}
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


def order(prompt: str, **inputs: object) -> Card:
    return Card("runware", "runware:100@1", {"prompt": prompt, **inputs}, 42, 0)


def drawn(prompt: str, width: int = 640, height: int = 360) -> ElementTree.Element:
    return ElementTree.fromstring(file_of(Medium("image", "svg", width, height), order(prompt)))


@given(prompt=texts, width=st.integers(1, 5000), height=st.integers(1, 5000))
def test_drawing_is_xml_of_the_asked_size(prompt: str, width: int, height: int) -> None:
    root = drawn(prompt, width, height)
    assert (root.get("width"), root.get("height")) == (str(width), str(height))
    assert root.get("viewBox") == f"0 0 {width} {height}"


def test_prompt_stands_on_the_drawing() -> None:
    root = drawn("a <red> & fox")
    assert [text.text for text in root.findall(".//svg:text", NAMES)] == ["a <red>", "& fox"]
    assert root.findtext("svg:title", namespaces=NAMES) == "a <red> & fox"
    many = [text.text or "" for text in drawn("word " * 4_000).findall(".//svg:text", NAMES)]
    assert len(many) <= 12
    assert "word word" in many[0]


def test_lines_of_a_prompt_stay_lines_and_what_has_no_room_is_counted() -> None:
    assert [text.text for text in drawn("one\ntwo").findall(".//svg:text", NAMES)] == ["one", "two"]
    rows = [text.text or "" for text in drawn("line\n" * 40).findall(".//svg:text", NAMES)]
    assert rows == ["line"] * 11 + ["[+156 characters]"]


@pytest.mark.parametrize(("width", "height"), [(0, 8), (8, -1), (LONGEST_SIDE + 1, 8)])
def test_impossible_drawing_is_refused(width: int, height: int) -> None:
    with pytest.raises(ValueError, match=r"^expected an svg of .+; came .+; ask for"):
        drawn("a", width, height)


@given(prompt=texts)
def test_text_says_the_prompt(prompt: str) -> None:
    data = file_of(Medium("text", "txt"), order(prompt))
    assert data.startswith(b"runware   runware:100@1\n\n")
    assert (prompt or '{\n "prompt": ""\n}') in data.decode()


def test_order_without_a_prompt_shows_its_inputs() -> None:
    data = file_of(Medium("text", "txt"), Card("p", "m", {"image": "https://example.com/a.png"}, None, 0))
    assert b'"image": "https://example.com/a.png"' in data.partition(b"\nunderstudy: ")[0]


def test_json_has_the_text_and_the_card() -> None:
    read = json.loads(file_of(Medium("text", "json"), order("a fox")))
    assert "a fox" in read["text"]
    assert read["understudy"]["prompt"] == "a fox"
