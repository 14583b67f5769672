"""Rules between fields: each kind by its cases, decimal steps for every value, and no body that breaks the judge."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from understudy.contracts.between import JUDGES, Breach, broken, on_step

BELOW = {"kind": "below", "fields": ["/a/low", "/a/high"]}
MOST = {"kind": "at-most", "fields": ["/list/*/end", "/steps"]}
OTHER = {"kind": "alternatives", "fields": ["/start", "/startPercentage"]}
ONE = {"kind": "one-of", "fields": ["/inputs/image", "/inputImage"]}
SIDES = {"kind": "dimensions", "fields": ["/width", "/height"], "unless": ["/referenceImages", "/inputs/seedImage"]}
OUTPAINT = {"kind": "outpaint", "fields": [f"/outpaint/{side}" for side in ("left", "right", "top", "bottom")],
            "needs": ["/inputs/seedImage", "/seedImage"], "sides": ["/width", "/height"]}  # fmt: skip
STEP = {"properties": {"scale": {"type": "number", "x-step": 0.01}, "list": {"items": {"properties": {
    "weight": {"x-step": 0.1}}}}}}  # fmt: skip


def told(row: dict[str, Any], body: Any, size: tuple[int, int] | None = None) -> list[Breach]:
    return list(broken([row], {}, body, size))


@pytest.mark.parametrize(("low", "high", "good"), [(0, 1, True), (1, 1, False), (2, 1, False), (0.5, 0.6, True)])
def test_below_is_strict(low: float, high: float, good: bool) -> None:
    found = told(BELOW, {"a": {"low": low, "high": high}})
    assert found == ([] if good else [Breach("out-of-range", "below", ("/a/low", "/a/high"), "a.low below a.high",
                                             f"{low} and {high}", "invalid-input")])  # fmt: skip


@pytest.mark.parametrize("body", [{}, {"a": {"low": 3}}, {"a": {"high": 1}}, {"a": [1]}, {"a": {"low": "9", "high": 1}},
                                  {"a": {"low": True, "high": 0}}, [], None, 7])  # fmt: skip
def test_nothing_is_said_of_what_is_not_there_or_no_number(body: Any) -> None:
    assert told(BELOW, body) == []


def test_each_entry_of_a_list_is_judged_by_itself() -> None:
    body = {"list": [{"end": 4}, {"end": 5}, {}, {"end": 6}], "steps": 4}
    assert [breach.pointers for breach in told(MOST, body)] == [("/list/1/end", "/steps"), ("/list/3/end", "/steps")]
    assert told(MOST, {"list": 3, "steps": 1}) == told(MOST, {"steps": 1}) == told(MOST, {"list": [{"end": 9}]}) == []


def test_alternatives_are_not_both_there() -> None:
    assert told(OTHER, {"start": 1}) == told(OTHER, {"startPercentage": 1}) == told(OTHER, {}) == []
    (found,) = told(OTHER, {"start": 1, "startPercentage": 1})
    assert (found.reason, found.pointers) == ("incompatible", ("/start", "/startPercentage"))


def test_one_of_some_is_there() -> None:
    assert told(ONE, {"inputs": {"image": "x"}}) == told(ONE, {"inputImage": "x"}) == []
    assert told(ONE, {"inputs": {"image": "x"}, "inputImage": "x"}) == []
    (found,) = told(ONE, {"inputs": {"video": "x"}})
    assert (found.reason, found.expected) == ("missing-required", "inputs.image or inputImage")


@pytest.mark.parametrize("body", [{"width": 1, "height": 1}, {"referenceImages": []}, {"inputs": {"seedImage": "x"}},
                                  {"width": 1, "referenceImages": ["x"]}])  # fmt: skip
def test_a_size_is_there_or_what_tells_it(body: dict[str, Any]) -> None:
    assert told(SIDES, body) == []


@pytest.mark.parametrize("body", [{}, {"width": 1}, {"height": 1}, {"inputs": {}}])
def test_half_a_size_is_none(body: dict[str, Any]) -> None:
    (found,) = told(SIDES, body)
    assert found.reason == "missing-dimensions"
    assert found.pointers == ("/width", "/height", "/referenceImages")  # as a live server names them


def test_what_is_extended_is_there() -> None:
    assert told(OUTPAINT, {"outpaint": {"left": 0}}) == told(OUTPAINT, {}) == []
    (found,) = told(OUTPAINT, {"outpaint": {"left": 8}})
    assert (found.reason, found.pointers) == ("missing-required", ("/inputs/seedImage",))
    assert told(OUTPAINT, {"outpaint": {"left": 8}, "seedImage": "x", "width": 7}) == []  # nobody knows its size


@given(st.tuples(*[st.integers(1, 2048)] * 2), st.tuples(*[st.integers(0, 512)] * 4), st.integers(-1, 1))
def test_an_extended_picture_has_the_size_that_adds_up(
    size: tuple[int, int], more: tuple[int, int, int, int], off: int
) -> None:
    left, right, top, bottom = more
    body = {"outpaint": {"left": left, "right": right, "top": top, "bottom": bottom}, "seedImage": "x",
            "width": size[0] + left + right + off, "height": size[1] + top + bottom}  # fmt: skip
    found = told(OUTPAINT, body, size)
    assert [breach.pointers for breach in found] == ([("/width",)] if off and any(more) else [])


def test_every_step_of_a_scale_is_one_and_nothing_between_is() -> None:
    for k in range(2001):
        assert on_step(k / 100, 0.01), k
        assert not on_step(k / 100 + 0.005, 0.01), k
    assert on_step(20, 0.01)
    assert not on_step(3.141, 0.01)


@given(st.integers(-(10**6), 10**6), st.sampled_from(["0.1", "0.01", "0.001", "0.25", "16"]))
def test_a_step_is_judged_as_it_is_written(k: int, step: str) -> None:
    width = Fraction(step)
    assert on_step(float(k * width), float(step))
    assert on_step(float(k * width + width / 2), float(step)) is False


@pytest.mark.parametrize("value", [1e308, 5e-324, 10**400, -(10**400), 2**63])
def test_the_largest_and_smallest_numbers_are_judged(value: float) -> None:
    assert on_step(value, 0.01) is (abs(value) > 1)


def test_steps_are_found_in_every_entry() -> None:
    body = {"scale": 0.005, "list": [{"weight": 0.1}, {"weight": 0.15}, "x"], "other": 0.001}
    assert [breach.pointers for breach in broken([], STEP, body)] == [("/scale",), ("/list/1/weight",)]
    assert list(broken([], STEP, {"scale": "0.005", "list": {"weight": 0.15}})) == []
    assert list(broken([], STEP, {"scale": True})) == []


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["a", "low", "high", "list", "end", "steps", "outpaint", "left", "inputs", "seedImage", "width"]), inner),
    max_leaves=12,
)  # fmt: skip


@given(ANYTHING)
def test_no_body_breaks_the_judge(body: Any) -> None:
    rows = [BELOW, MOST, OTHER, ONE, SIDES, OUTPAINT]
    assert {row["kind"] for row in rows} == set(JUDGES)
    for breach in broken(rows, STEP, body, (8, 8)):
        assert breach.pointers
        assert all(
            isinstance(part, str) and part for part in (breach.rule, breach.expected, breach.came, breach.reason)
        )
