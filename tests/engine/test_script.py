"""A script bends a life, says what it wants, and refuses what cannot be."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import pytest
from understudy.mocks.engine.medium import Medium
from understudy.mocks.engine.script import NoMore, Script
from understudy.mocks.engine.task import Order
from understudy.mocks.engine.timeline import Course, State

ORDER = Order("toy", "make", "cube", b'{"text": "red"}', Medium("image", "png", 8, 8))
USUAL = (2.0, 10.0)


@pytest.mark.parametrize(
    ("wish", "course"),
    [
        ({}, Course(2, 10)),
        ({"queued": 0}, Course(0, 10)),
        ({"running": 0}, Course(2, 0)),
        ({"queued": 3, "running": 4}, Course(3, 4)),
        ({"fails": True}, Course(2, 10, State.FAILED)),
        ({"fails": "1501", "running": 40}, Course(2, 40, State.FAILED, "1501")),
        ({"stuck": True}, Course(2, inf, State.RUNNING)),
        ({"stuck": True, "queued": 7}, Course(7, inf, State.RUNNING)),
    ],
)
def test_the_life_it_asks_for(wish: dict[str, Any], course: Course) -> None:
    assert Script(**wish).course(USUAL) == course


def test_it_fits_by_model_by_a_question_and_so_often() -> None:
    assert Script().fits(ORDER)
    assert Script(model="cube").fits(ORDER)
    assert not Script(model="ball").fits(ORDER)
    assert Script(when=lambda order: order.inputs["text"] == "red").fits(ORDER)
    assert not Script(when=lambda order: order.inputs["text"] == "blue").fits(ORDER)
    assert not Script(times=2, struck=2).fits(ORDER)
    assert Script(times="always", struck=99).fits(ORDER)


@pytest.mark.parametrize("kind", [Script, lambda **more: NoMore("too-busy", **more)])
def test_it_is_done_when_it_struck_as_often_as_it_wants(kind: Any) -> None:
    for times, struck, done in ((1, 0, False), (1, 1, True), (3, 2, False), (3, 3, True), ("always", 0, False),
                                ("always", 1, True)):  # fmt: skip
        assert kind(times=times, struck=struck).missed is not done


@pytest.mark.parametrize("name", ["queued", "running", "cost"])
@pytest.mark.parametrize("value", [-1, -0.001, inf, nan, "3"])
def test_a_time_or_price_that_cannot_be_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"expected {name} to be a number"):
        Script(**{name: value})


@pytest.mark.parametrize("times", [0, -1, 1.5, True, "allways", None])
def test_a_number_of_times_that_is_none_is_refused(times: Any) -> None:
    for kind in (Script, lambda **more: NoMore("too-busy", **more)):
        with pytest.raises(ValueError, match='or "always"'):
            kind(times=times)


def test_what_is_stuck_does_not_fail() -> None:
    with pytest.raises(ValueError, match="one ending"):
        Script(stuck=True, fails=True)


def test_it_says_what_it_wants() -> None:
    assert str(Script(queued=3, fails="1501", times="always")) == "script(queued=3, fails='1501', times='always')"
    assert str(Script()) == "script()"
    assert str(NoMore("no-money")) == "refuse_next('no-money')"
