"""A script bends a life, says what it wants, and refuses what cannot be."""

from __future__ import annotations

from itertools import combinations
from math import inf, nan
from typing import Any

import pytest
from understudy.mocks.engine.luck import lognormal, uniform
from understudy.mocks.engine.medium import Medium
from understudy.mocks.engine.output import Output
from understudy.mocks.engine.script import ENDINGS, MOST_LOOKS, Script
from understudy.mocks.engine.task import Order
from understudy.mocks.engine.timeline import Course, State
from understudy.mocks.engine.wishes import Wishes

ORDER = Order("toy", "make", "cube", b'{"text": "red"}', (Medium("image", "png", 8, 8),))
USUAL = (2.0, 10.0)
FAILED, RUNNING = State.FAILED, State.RUNNING


@pytest.mark.parametrize(
    ("wish", "course"),
    [
        ({}, Course(2, 10)), ({"queued": 0}, Course(0, 10)), ({"running": 0}, Course(2, 0)),
        ({"queued": 3, "running": 4}, Course(3, 4)), ({"fails": True}, Course(2, 10, FAILED)),
        ({"fails": "1501", "running": 40}, Course(2, 40, FAILED, "1501")),
        ({"fails": 1501}, Course(2, 10, FAILED, "1501")),
        ({"fails": 0}, Course(2, 10, FAILED, "0")), ({"fails": False, "cost": 0}, Course(2, 10)),
        ({"stuck": True}, Course(2, inf, RUNNING)), ({"stuck": True, "queued": 7}, Course(7, inf, RUNNING)),
        ({"cancelled": True}, Course(2, 10, State.CANCELLED)), ({"position": 4}, Course(2, 10, position=4)),
        ({"cold": 7}, Course(2, 10, cold=7)), ({"cold": 0, "looks": 5}, Course(1, 4, looks=5, cold=0)),
        ({"cold": 7, "manual": True}, Course(inf, inf, manual=True, cold=7)),
        ({"unreachable": True}, Course(2, 10, FAILED, "unreachable-input")),
        ({"unreachable": "text", "running": 1}, Course(2, 1, FAILED, "unreachable-input")),
        ({"manual": True}, Course(inf, inf, manual=True)),
        ({"manual": True, "fails": "1501"}, Course(inf, inf, FAILED, "1501", manual=True)),
        ({"looks": 0}, Course(0, 0)), ({"looks": 1}, Course(1, 0, looks=1)), ({"looks": 5}, Course(1, 4, looks=5)),
        ({"looks": 5, "stuck": True}, Course(1, inf, RUNNING, looks=5)),
        ({"looks": 5, "position": 2, "cancelled": True}, Course(1, 4, State.CANCELLED, looks=5, position=2)),
    ],
)  # fmt: skip
def test_the_life_it_asks_for(wish: dict[str, Any], course: Course) -> None:
    assert Script(**wish).course(USUAL, "0", 1) == course


@pytest.mark.parametrize(
    ("wish", "course"),
    [
        ({"looks": 0}, Course(0, 0)), ({"looks": 3}, Course(0, 3, looks=3)),
        ({"manual": True}, Course(0, inf, manual=True)), ({"queued": 3}, Course(3, 10)), ({}, Course(0, 10)),
    ],
)  # fmt: skip
def test_where_nothing_queues(wish: dict[str, Any], course: Course) -> None:
    assert Script(**wish).course((0.0, 10.0), "0", 1) == course


def test_what_is_left_to_chance_is_drawn_for_each_order_and_follows_from_the_seed() -> None:
    wish = Script(queued=uniform(1, 9), running=lognormal(10, 1), times="always")
    lives = [[wish.course(USUAL, seed, number) for number in range(50)] for seed in ("0", "0", "1")]
    assert lives[0] == lives[1]
    assert not {life.queued for life in lives[0]} & {life.queued for life in lives[2]}
    assert len({life.running for life in lives[0]}) == len({life.queued for life in lives[0]}) == 50
    assert all(1 <= life.queued <= 9 for life in lives[0])
    colds = {Script(cold=uniform(1, 9)).course(USUAL, "0", number).cold for number in range(50)}
    assert len(colds) == 50
    assert not colds & {life.queued for life in lives[0]}, "each word has a luck of its own"
    read = Script(queued={"uniform": [1, 9]}, running={"lognormal": [10, 1]})
    assert [read.course(USUAL, "0", number) for number in range(50)] == lives[0]


def test_it_meets_by_model_operation_provider_and_a_question_and_so_often() -> None:
    assert Script().meets(ORDER)
    right: list[dict[str, Any]] = [{"model": "cube"}, {"operation": "make"}, {"provider": "toy"}]
    wrong: list[dict[str, Any]] = [{"model": "ball"}, {"operation": "bake"}, {"provider": "other"}]
    assert all(Script(**said).meets(ORDER) for said in right)
    assert not any(Script(**said).meets(ORDER) for said in wrong)
    assert Script(when=lambda order: order.inputs["text"] == "red").meets(ORDER)
    assert not Script(when=lambda order: order.inputs["text"] == "blue").meets(ORDER)
    assert Script(unreachable="text").meets(ORDER)
    assert not Script(unreachable="image_url").meets(ORDER)
    assert Script(unreachable=True).meets(ORDER)
    assert not Script(times=2, struck=2).meets(ORDER)
    assert Script(times="always", struck=99).meets(ORDER)


def test_a_question_that_fails_is_told_and_answers_no() -> None:
    wish = Script(when=lambda order: order.inputs["missing"])
    assert not wish.meets(ORDER)
    assert wish.trouble == "KeyError from when=: 'missing'"
    wish.struck = 1
    assert wish.missed


@pytest.mark.parametrize(
    ("wish", "strikes"),
    [
        ({"nth": 1}, "1000000"), ({"nth": 3}, "0010000"), ({"nth": 3, "times": 2}, "0011000"),
        ({"nth": 2, "times": "always"}, "0111111"), ({"times": 2}, "1100000"), ({"nth": 9}, "0000000"),
        ({"nth": 2, "when": lambda order: int(order.client_id) % 2 == 1}, "0001000"),
    ],
)  # fmt: skip
def test_from_the_nth_on_so_often(wish: dict[str, Any], strikes: str) -> None:
    script = Script(**wish)
    wishes = Wishes([script])
    for at, struck in enumerate(strikes):
        found = wishes.script(ORDER._replace(client_id=str(at)))
        script.struck += found is not None
        assert (found is script) is (struck == "1"), at
    assert script.missed is ("1" not in strikes)


def test_every_script_counts_each_order_that_it_is_for() -> None:
    first, second, other = Script(times="always"), Script(nth=2), Script(model="ball")
    wishes = Wishes([first, second, other])
    assert [wishes.script(ORDER) for _ in range(3)] == [first] * 3
    assert [wish.met for wish in (first, second, other)] == [3, 3, 0]


def test_a_refusal_comes_before_all_others() -> None:
    life, no = Script(times="always"), Script(refuses="too-busy", nth=2, times=2)
    wishes = Wishes([life, no])
    told = []
    for _ in range(5):
        script = wishes.script(ORDER)
        assert script is not None
        script.struck += 1
        told.append(script.refuses)
    assert told == ["", "too-busy", "too-busy", "", ""]
    assert wishes.unstruck() == []


@pytest.mark.parametrize(
    ("said", "formats"),
    [(2, ["png", "png"]), ("video", ["mp4"]), (["image", {"format": "wav"}], ["png", "wav"])],
)
def test_what_comes_out(said: Any, formats: list[str]) -> None:
    order = Script(outputs=said).order(ORDER)
    assert [medium.format for medium in order.media] == formats
    assert Script().order(ORDER) is ORDER
    read = (Output("3d"),)
    assert Script(outputs=read).outputs is read


@pytest.mark.parametrize("name", ["queued", "running", "cost"])
@pytest.mark.parametrize("value", [-1, -0.001, inf, nan, "3"])
def test_a_time_or_price_that_cannot_be_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"^expected {name} to be a number.+; came .+; .*say") as no:
        Script(**{name: value})
    assert ("stuck=True" in str(no.value)) is (name != "cost")


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("looks", [-1, 1.5, True, "3", MOST_LOOKS + 1]), ("position", [0, -1, 1.5, True]), ("nth", [0, -3, 2.0, True]),
        ("manual", [1, "yes"]), ("stuck", ["no", 0, None]), ("cancelled", ["no", 2]), ("optional", ["yes", 1]),
        ("unreachable", [3, None, ["image"]]), ("cost", [True]), ("fails", [None, 1.5, [1]]), ("when", ["x", 3]),
        ("outputs", [-1, "vidoe", [3]]),
    ],
)  # fmt: skip
def test_a_word_that_cannot_be_is_refused_in_three_parts(name: str, values: list[Any]) -> None:
    for value in values:
        with pytest.raises(ValueError, match=r"^expected .+; came .+; .+"):
            Script(**{name: value})
    assert Script(looks=MOST_LOOKS)


SAID: dict[str, Any] = {"fails": "1501", "stuck": True, "cancelled": True, "unreachable": True, "looks": 0,
                        "manual": True, "queued": 0, "running": 3, "pauses": 0.4}  # fmt: skip
PACE = ("looks", "manual", "queued", "running")


@pytest.mark.parametrize("pair", [*combinations(ENDINGS, 2), *combinations(PACE, 2)], ids="-".join)
def test_two_endings_or_two_paces_exclude_each_other(pair: tuple[str, str]) -> None:
    both = {name: SAID[name] for name in pair}
    if pair == ("queued", "running"):
        assert Script(**both)
        return
    what = "ending" if pair[0] in ENDINGS else "pace"
    with pytest.raises(ValueError, match=f"^expected one {what}; came .+; .+, take one out") as no:
        Script(**both)
    assert all(name in str(no.value) for name in pair)


def test_endings_and_paces_go_together_but_for_what_is_not_said() -> None:
    for ending in ENDINGS:
        for pace in PACE:
            assert Script(**{ending: SAID[ending], pace: SAID[pace]})
    assert Script(stuck=True, fails=False, cancelled=False, unreachable="", looks=None, manual=False, queued=1)


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (Script(), "script()"),
        (Script(queued=3, fails="1501", times="always"), "script(queued=3, fails='1501', times='always')"),
        (Script(running=uniform(1, 5), position=2), "script(running=uniform(1, 5), position=2)"),
        (Script(looks=0, cost=0), "script(looks=0, cost=0)"),
        (Script(manual=True, nth=2), "script(manual=True, nth=2)"),
        (Script(outputs={"text": "x" * 999}),
         "script(outputs=(Output(kind='text', format='txt', own='999 bytes'),))"),
        (Script(optional=True, when=lambda order: True, met=3, struck=1), "script()"),
        (Script(unreachable="image", model="cube", operation="make"),
         "script(unreachable='image', model='cube', operation='make')"),
        (Script(refuses="no-money", times=3), "refuse_next('no-money')"),
    ],
)  # fmt: skip
def test_it_says_what_it_wants(script: Script, told: str) -> None:
    assert str(script) == told
