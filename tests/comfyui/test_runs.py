"""What a ComfyUI tells of its prompts: each is in the queue or in the history, never in both and never lost."""

from __future__ import annotations

from itertools import pairwise
from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from understudy.contracts.comfyui import tables
from understudy.contracts.document import SOURCES, workflows
from understudy.mocks.comfyui.files import bare, card, media, told, with_card
from understudy.mocks.comfyui.prompt import Prompt, beside, objection
from understudy.mocks.comfyui.runs import Ending, Run, entry, history, left, meant, queue, run_of, turns
from understudy.mocks.engine.task import Order, Task
from understudy.mocks.engine.timeline import Course, State, Timeline

GRAPH = workflows("runcomfy", "serverless")["text-to-image"]["graph"]
FILE = {"filename": "ComfyUI_00001_.png", "subfolder": "", "type": "output"}


def run(name: str, begins: float, ends: float, **said: Any) -> Run:
    return Run(Prompt(0.0, name, GRAPH, {}), begins, ends, **said)


ONE, TWO, THREE = run("a", 0, 5), run("b", 5, 9), run("c", 9, inf)


@st.composite
def lines(draw: st.DrawFn) -> list[Run]:
    """Runs one after the other."""
    moments = sorted(draw(st.lists(st.integers(0, 99), min_size=1, max_size=9)))
    return [
        run(str(at), begins, ends, hidden=draw(st.booleans())) for at, (begins, ends) in enumerate(pairwise(moments))
    ]


@given(lines(), st.integers(0, 99))
def test_each_prompt_runs_waits_or_is_over(runs: list[Run], now: int) -> None:
    said = queue(runs, now)
    waiting = [row[1] for row in said["queue_running"] + said["queue_pending"]]
    assert left(runs, now) == {"exec_info": {"queue_remaining": len(waiting)}}
    over = [each.prompt.id for each in meant(runs, now, "history", {"clear": True})]
    assert sorted(waiting + over) == sorted(each.prompt.id for each in runs)
    assert set(history(runs, now)) == {each.prompt.id for each in runs if each.prompt.id in over and not each.hidden}
    later = turns(runs, now)
    assert later is None or later > now
    assert later is not None or not waiting


def test_a_queue_tells_who_runs_and_who_waits() -> None:
    runs = [ONE, TWO, THREE]
    assert queue(runs, 5) == {"queue_running": [TWO.prompt.row], "queue_pending": [THREE.prompt.row]}
    assert TWO.prompt.row == [0.0, "b", GRAPH, {}, ["9"]]
    assert (turns(runs, 5), turns([ONE], 5)) == (9, None)


def test_the_history_is_all_one_or_the_last() -> None:
    runs = [ONE, TWO, THREE]
    assert list(history(runs, 9)) == ["a", "b"]
    assert list(history(runs, 9, "a")) == ["a"]
    assert list(history(runs, 9, "c")) == []
    assert list(history(runs, 9, most="1")) == ["b"]
    assert list(history(runs, 9, most="0")) == []
    assert list(history(runs, 9, most="many")) == ["a", "b"]


@pytest.mark.parametrize(("ending", "said"), [
    (Ending.SUCCESS, ({"9": {"images": [FILE]}}, "success", True)),
    (Ending.ERROR, ({}, "error", False)),
    (Ending.INTERRUPTED, ({}, "error", False)),
])  # fmt: skip
def test_an_entry_tells_what_was_kept_and_how_it_ended(ending: Ending, said: tuple[Any, str, bool]) -> None:
    told = entry(run("a", 0, 5, ending=ending))
    assert (told["outputs"], told["status"]["status_str"], told["status"]["completed"]) == said


Q, R, S, F, C = State.QUEUED, State.RUNNING, State.SUCCEEDED, State.FAILED, State.CANCELLED


@pytest.mark.parametrize(("times", "states", "more", "said"), [
    ((0, 2, 7), (Q, R, S), {}, (2, 7, Ending.SUCCESS, 7)),
    ((2, 7), (R, F), {}, (2, 7, Ending.ERROR, 7)),
    ((0, 2, 4), (Q, R, C), {}, (2, 4, Ending.INTERRUPTED, 7)),
    ((0, 2), (Q, R), {}, (2, inf, Ending.SUCCESS, 7)),
    ((0,), (Q,), {}, (inf, inf, Ending.SUCCESS, inf)),
    ((0, 1), (Q, C), {}, None),
    ((0, 2, 4, 5, 6), (Q, R, C, Q, C), {"begun": 3}, None),
])  # fmt: skip
def test_a_task_is_a_run_unless_it_left_the_queue(
    times: tuple[float, ...], states: tuple[State, ...], more: dict[str, int], said: tuple[Any, ...] | None
) -> None:
    order = Order("x", "y", "z", b"", ())
    task = Task("t", 1, order, None, Course(2, 5), Timeline(times, states, **more))  # type: ignore[arg-type]
    found = run_of(task, ONE.prompt, {"exception_type": "OSError"})
    assert (None if found is None else (found.begins, found.ends, found.ending, found.meant)) == said
    assert found is None or found.error == {"exception_type": "OSError"}


def test_files_that_the_provider_names_are_those_that_are_told() -> None:
    rows = entry(run("a", 0, 5, files=["x.webp", "y.webp"]))["outputs"]["9"]["images"]
    assert [row["filename"] for row in rows] == ["ComfyUI_00001_.webp", "ComfyUI_00002_.webp"]


def test_only_who_waits_leaves_the_queue_and_only_who_is_over_the_history() -> None:
    runs = [ONE, TWO, THREE]
    every = {"delete": ["a", "b", "c"]}
    assert meant(runs, 5, "queue", every) == [THREE]
    assert meant(runs, 5, "history", every) == [ONE]
    assert meant(runs, 5, "queue", {"clear": True}) == [THREE]
    assert meant(runs, 5, "queue", {"delete": "c"}) == []
    assert meant(runs, 5, "queue", {}) == []


@pytest.mark.parametrize(("said", "others", "expected"), [
    ({}, 3, (3.0, {})),
    ({"front": True}, 3, (-3.0, {})),
    ({"front": True, "number": 7}, 3, (7, {})),
    ({"client_id": "me", "extra_data": {"a": 1}}, 0, (0.0, {"a": 1, "client_id": "me"})),
    ({"extra_data": [1]}, 0, (0.0, {})),
])  # fmt: skip
def test_a_prompt_has_its_number_and_what_was_said_beside_it(said: Any, others: int, expected: Any) -> None:
    assert beside(said, others) == expected
    number, extra = beside(said, others)
    assert Prompt(number, "a", GRAPH, extra).client == said.get("client_id", "")


def test_a_good_prompt_has_nothing_against_it() -> None:
    assert objection({"prompt": GRAPH}) is None
    assert objection({})["error"]["type"] == "no_prompt"  # type: ignore[index]


def test_addresses_are_the_providers_to_tell() -> None:
    said = told(GRAPH, ["https://x.example/a.png"])
    assert said == {"9": {"images": [{"url": "https://x.example/a.png", **FILE}]}}
    assert bare(said) == {"9": {"images": [FILE]}}
    assert bare({"9": {"images": [FILE], "animated": [True], "text": [["a"]]}})["9"]["animated"] == [True]


def test_a_card_is_that_of_the_graph_which_the_body_makes() -> None:
    order = with_card(Order("x", "y", "z", b'{"n": 1}', media(GRAPH)), lambda body: GRAPH if body["n"] == 1 else {})
    assert order.card is not None
    assert order.card() == card(GRAPH)


def test_every_table_says_how_it_is_known() -> None:
    for row in tables().values():
        assert set(row) == {"values", "source", "where"}
        assert row["source"] in SOURCES
        assert row["where"]
