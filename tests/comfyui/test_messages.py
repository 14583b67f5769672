"""What a ComfyUI tells of a run on a socket: in order, once, and to one end."""

from __future__ import annotations

from itertools import pairwise
from math import inf
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from understudy.contracts.comfyui import facts
from understudy.contracts.document import workflows
from understudy.contracts.graph import links, outputs, upstream
from understudy.mocks.comfyui.files import bare, media, told
from understudy.mocks.comfyui.messages import Message, due, failure, messages, next_after, running, status
from understudy.mocks.comfyui.plan import failing, order, spans, steps, weight
from understudy.mocks.comfyui.prompt import Prompt
from understudy.mocks.comfyui.runs import Ending, Run
from understudy.tests.graphs import LAST, graphs

READY = {name: row["graph"] for name, row in workflows("runcomfy", "serverless").items()}
PICTURE = READY["text-to-image"]
EPOCH = 1_767_225_600.0
ENDS = ("execution_success", "execution_error", "execution_interrupted")


def run(graph: Any = PICTURE, begins: float = 2, ends: float = 12, **said: Any) -> Run:
    return Run(Prompt(0.0, "p", graph, {"client_id": "me"}), begins, ends, **said)


def kinds(told: list[Message]) -> list[str]:
    return [message.kind for message in told]


@st.composite
def stepping(draw: st.DrawFn) -> dict[str, Any]:
    """A graph of which some nodes run in steps, as many as they say or as another node tells."""
    made = draw(graphs(LAST))
    said = st.sampled_from([1, 2, 7, 20, 500, 0, -3, "many", 2.5])
    names = list(made)
    for at, name in enumerate(names):
        linked = [[other, 0] for other in names[:at]]
        if draw(st.booleans()):
            made[name]["inputs"]["steps"] = draw(st.one_of(said, *([st.sampled_from(linked)] if linked else [])))
    return made


@st.composite
def lives(draw: st.DrawFn) -> Run:
    begins = draw(st.integers(0, 10**9)) / 1e6
    ends = begins + draw(st.integers(0, 10**8)) / 1e6
    meant = draw(st.none() | st.integers(0, 10**8).map(lambda more: round(ends + more / 1e6, 6)) | st.just(inf))
    return run(draw(stepping()), begins, round(ends, 6), ending=draw(st.sampled_from(Ending)), meant=meant)


@given(lives())
def test_whatever_runs_is_told_in_order_and_once_to_one_end(life: Run) -> None:
    said = messages(life, EPOCH)
    assert said == messages(life, EPOCH)
    assert [each.at for each in said] == sorted(each.at for each in said)
    assert said[0].at == life.begins
    assert said[-1].at == life.ends
    assert kinds(said)[:2] == ["execution_start", "execution_cached"]
    assert [each for each in kinds(said) if each in ENDS] == [kinds(said)[-2]]
    assert [each.last for each in said].count(True) == 1 == said[-1].last
    assert len({each.key for each in said}) == len(said)
    for each in said:
        assert {*each.data, *({"display_node"} if each.last else ())} == set(facts("messages")[each.kind])
        assert orjson.loads(orjson.dumps(each.said)) == each.said


@given(lives())
def test_a_node_runs_after_those_it_depends_on_and_only_if_it_feeds_what_is_kept(life: Run) -> None:
    graph = life.prompt.graph
    begun = [each.data["node"] for each in messages(life) if each.kind == "executing" and not each.last]
    assert len(set(begun)) == len(begun)
    for name in begun:
        assert all(begun.index(other) < begun.index(name) for _, other in links(graph[name]))
        assert any(name in upstream(graph, last) for last in outputs(graph))
    if life.ending is Ending.SUCCESS:
        assert set(begun) == {name for last in outputs(graph) for name in upstream(graph, last)}


@given(lives())
def test_progress_rises_to_the_last_step_of_each_sampler_that_came_to_its_end(life: Run) -> None:
    graph, said = life.prompt.graph, messages(life)
    for name in order(graph):
        own = [each for each in said if each.data.get("node") == name]
        values = [each.data["value"] for each in own if each.kind == "progress"]
        assert all(0 < one < two for one, two in pairwise([0.5, *values]))
        assert len(values) <= facts("progress")["most"]
        assert all(each.data["max"] == steps(graph, name) for each in own if each.kind == "progress")
        if life.ending is Ending.SUCCESS:
            assert values[-1:] == ([steps(graph, name)] if steps(graph, name) else [])
        assert kinds(own) == sorted(kinds(own), key=["executing", "progress", "executed"].index)


@given(lives(), st.floats(0, 1))
def test_what_was_told_before_a_run_was_stopped_stays_told(life: Run, share: float) -> None:
    life = life._replace(ending=Ending.SUCCESS, meant=None)
    at = round(life.begins + (life.ends - life.begins) * share, 6)
    stopped = life._replace(ends=min(at, life.ends), ending=Ending.INTERRUPTED, meant=life.ends)
    before = [each for each in messages(life) if each.at <= stopped.ends and not each.last and each.kind not in ENDS]
    assert messages(stopped)[:-2] == before


@given(lives(), st.floats(0, 1))
def test_the_node_that_runs_is_the_last_that_was_told_of(life: Run, share: float) -> None:
    now = life.begins + (life.ends - life.begins) * share
    told_of = [each.data["node"] for each in messages(life) if each.kind == "executing" and each.at <= now]
    assert running(life, now) == (told_of[-1] if life.going(now) else "")
    assert running(life, life.ends) == running(life, life.begins - 1) == ""


@given(lives(), st.floats(0, 2000), st.floats(0, 2000))
def test_what_is_due_is_taken_moment_by_moment_without_loss(life: Run, one: float, two: float) -> None:
    said = messages(life)
    first, second = sorted((one, two))
    assert due(said, -1, first) + due(said, first, second) + due(said, second, inf) == said
    moment, seen = -1.0, list[Message]()
    while (after := next_after(said, moment)) is not None:
        seen += due(said, moment, after)
        moment = after
    assert seen == said


def test_a_picture_is_told_as_it_is_made() -> None:
    said = messages(run(), EPOCH)
    start = {"type": "execution_start", "data": {"prompt_id": "p", "timestamp": 1_767_225_602_000}}
    assert said[0].said == start
    assert [each.data["node"] for each in said if each.kind == "executing"] == ["4", "6", "7", "5", "3", "8", "9", None]
    progress = [each.data for each in said if each.kind == "progress"]
    assert [each["value"] for each in progress] == [2 * number for number in range(1, 11)]
    assert progress[0] == {"node": "3", "value": 2, "max": 20, "prompt_id": "p"}
    (done,) = (each.data for each in said if each.kind == "executed")
    assert done == {"node": "9", "display_node": "9", "prompt_id": "p", "output": bare(told(PICTURE, ["a.png"]))["9"]}
    (long,) = (span.ends - span.begins for span in spans(PICTURE, 2, 12) if span.node == "3")
    assert long > 7


@pytest.mark.parametrize("name", READY)
def test_every_ready_workflow_tells_of_all_that_it_keeps(name: str) -> None:
    graph = READY[name]
    said = messages(run(graph))
    kept = {each.data["node"]: each.data["output"] for each in said if each.kind == "executed"}
    assert kept == bare(told(graph, [f"file.{medium.format}" for medium in media(graph)]))


def test_a_sampler_that_fails_says_so_and_nothing_behind_it_is_told() -> None:
    assert failing(PICTURE) == "3"
    life = run(ending=Ending.ERROR, error={"exception_type": "torch.OutOfMemoryError", "exception_message": "no room"})
    said = messages(life, EPOCH)
    assert kinds(said)[-2:] == ["execution_error", "executing"]
    wrong = said[-2].data
    assert (wrong["node_id"], wrong["node_type"], wrong["executed"]) == ("3", "KSampler", ["4", "6", "7", "5"])
    assert (wrong["exception_type"], wrong["exception_message"]) == ("torch.OutOfMemoryError", "no room")
    assert wrong["traceback"] == facts("failure")["traceback"]
    assert wrong["current_inputs"]["seed"] == [42]
    assert "model" not in wrong["current_inputs"]
    assert max(each.data["value"] for each in said if each.kind == "progress") < 20
    assert "executed" not in kinds(said)
    assert failure(PICTURE, {})["exception_type"] == facts("failure")["exception_type"]


@pytest.mark.parametrize(("graph", "node"), [
    ({"1": {"class_type": "LoadImage", "inputs": {}}, "2": {"class_type": "Odd", "inputs": {"image": ["1", 0]}},
      "3": {"class_type": "SaveImage", "inputs": {"images": ["2", 0]}}}, "2"),
    ({"3": {"class_type": "SaveImage", "inputs": {}}}, "3"),
    ({}, ""),
])  # fmt: skip
def test_without_a_sampler_the_last_inner_node_fails_and_else_the_last(graph: dict[str, Any], node: str) -> None:
    assert failing(graph) == node
    life = run(graph, ending=Ending.ERROR)
    assert [each.data["node_id"] for each in messages(life) if each.kind == "execution_error"] == [node]


def test_an_interrupted_run_tells_where_it_was_stopped() -> None:
    life = run(ends=7, ending=Ending.INTERRUPTED, meant=12)
    said = messages(life)
    assert running(life, 6.9) == "3"
    assert said[-2].data["node_id"] == "3"
    assert said[-2].data["executed"] == ["4", "6", "7", "5"]
    assert running(life, 7) == ""


def test_a_run_without_end_begins_and_one_that_waits_tells_nothing() -> None:
    assert kinds(messages(run(ends=inf))) == ["execution_start", "execution_cached", "executing"]
    assert messages(run(begins=inf, ends=inf)) == []
    stopped = messages(run(ends=9, ending=Ending.INTERRUPTED, meant=inf))
    assert kinds(stopped)[2:] == ["executing", "execution_interrupted", "executing"]


def test_a_scheduler_counts_the_steps_of_a_sampler_and_is_none() -> None:
    graph = {"1": {"class_type": "BasicScheduler", "inputs": {"steps": 4}},
             "2": {"class_type": "SamplerCustomAdvanced", "inputs": {"sigmas": ["1", 0]}},
             "3": {"class_type": "KSamplerSelect", "inputs": {}},
             "4": {"class_type": "SaveImage", "inputs": {"images": ["2", 0]}}}  # fmt: skip
    assert [steps(graph, name) for name in graph] == [0, 4, 0, 0]
    assert weight(graph, "2") > 10 * weight(graph, "1")
    assert order(graph) == ["1", "2", "4"]


def test_how_many_are_left_is_told_with_the_clients_id_at_first() -> None:
    first = status([run(), run(ends=inf)], 5, "me")
    assert first.said == {"type": "status", "data": {"status": {"exec_info": {"queue_remaining": 2}}, "sid": "me"}}
    assert status([run()], 12).said == {"type": "status", "data": {"status": {"exec_info": {"queue_remaining": 0}}}}


def test_a_very_long_graph_is_no_trouble() -> None:
    graph: dict[str, Any] = {"0": {"class_type": "LoadImage", "inputs": {}}}
    for at in range(1, 3000):
        graph[str(at)] = {"class_type": "Odd", "inputs": {"image": [str(at - 1), 0]}}
    graph["last"] = {"class_type": "SaveImage", "inputs": {"images": ["2999", 0]}}
    assert order(graph) == list(graph)
