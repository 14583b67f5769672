"""Events: what was written is read, whatever it says, and a piece that was cut off is none."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from understudy.contracts import events
from understudy.contracts.contract import contract

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
STREAM = contract("runware").operations["textInference"]
FIRST = {"taskType": "textInference", "taskUUID": "a"}
LAST = {**FIRST, "finishReason": "stop", "usage": {"promptTokens": 1, "completionTokens": 1, "totalTokens": 2}}


@given(st.lists(VALUES, max_size=5))
def test_what_was_written_is_read(values: list[object]) -> None:
    body = b"".join(map(events.written, ({"value": value} for value in values)))
    assert [json.loads(said)["value"] for said in events.read(body)] == values
    assert list(events.read(body + events.written(events.LAST)))[-1] == "[DONE]"


@given(st.lists(VALUES, min_size=1, max_size=5), st.integers(1, 10))
def test_a_piece_that_was_cut_off_is_none(values: list[object], gone: int) -> None:
    body = b"".join(events.written({"value": value}) for value in values)
    assert len(list(events.read(body[:-gone]))) == len(values) - 1


def test_lines_may_end_in_any_way_and_comments_are_no_events() -> None:
    assert list(events.read(b": hello\r\n\r\ndata: 1\r\n\r\ndata:2\ndata: 3\n\n")) == ["1", "2\n3"]


def test_each_piece_is_judged() -> None:
    good = [{**FIRST, "delta": {"text": "a"}}, {**FIRST, "delta": {"reasoningContent": "a"}}, LAST,
            {**FIRST, "error": {"code": "x", "message": "y"}}]  # fmt: skip
    body = b"".join(map(events.written, good)) + events.written(events.LAST)
    assert events.check(STREAM, body) == ()
    for bad in (
        {},
        FIRST,
        {**FIRST, "delta": {}},
        {**LAST, "finishReason": "enough"},
        {**LAST, "resultIndex": 0},
        "no",
    ):
        (found, *_) = events.check(STREAM, events.written(bad))
        assert found.rule == "answer-shape"
        assert found.where.startswith("/0")


def test_what_is_not_promised_in_pieces_is_not_judged() -> None:
    assert events.check(contract("runware").operations["imageInference"], b"data: {}\n\n") == ()
