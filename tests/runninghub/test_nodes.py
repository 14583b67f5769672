"""A nodeInfoList laid over graphs of any form: what is named is changed, nothing else is, and seeds are drawn."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from understudy.contracts.graph import Place, Workflow
from understudy.mocks.comfyui.prompt import misfits
from understudy.mocks.runninghub import nodes

SAMPLER = {"1": {"class_type": "KSampler", "inputs": {"seed": 7, "steps": 20}},
           "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0]}}}  # fmt: skip
VALUES = st.one_of(st.integers(), st.text(max_size=5), st.booleans(), st.floats(allow_nan=False, allow_infinity=False))
FIELDS = st.sampled_from(["a", "b", "c", "text"])


@st.composite
def graphs(draw: st.DrawFn) -> Workflow:
    names = draw(st.lists(st.integers(1, 99).map(str), min_size=1, max_size=6, unique=True))
    return {name: {"class_type": draw(st.sampled_from(["SaveImage", "Any", "KSampler"])),
                   "inputs": draw(st.dictionaries(FIELDS, VALUES, max_size=4))} for name in names}  # fmt: skip


@st.composite
def laid(draw: st.DrawFn) -> tuple[Workflow, list[dict[str, Any]]]:
    """A graph, and items some of which name what is there."""
    graph = draw(graphs())
    node = st.one_of(st.sampled_from(list(graph)), st.integers(1, 99))
    row = st.fixed_dictionaries({"nodeId": node, "fieldName": FIELDS, "fieldValue": VALUES})
    return graph, draw(st.lists(row, max_size=8))


def places(graph: Workflow) -> set[Place]:
    return {(name, field) for name, node in graph.items() for field in node["inputs"]}


@given(laid())
def test_what_is_not_there_is_told_and_nothing_else(case: tuple[Workflow, list[dict[str, Any]]]) -> None:
    graph, rows = case
    told = [int(finding.where.split("/")[2]) for finding in nodes.strange(graph, rows, "create")]
    assert told == [at for at, row in enumerate(rows) if nodes.place(row) not in places(graph)]
    opens = {nodes.place(row) for row in rows}
    assert not list(nodes.strange(graph, rows, "app_run", opens))


@given(laid())
def test_only_what_is_named_is_changed(case: tuple[Workflow, list[dict[str, Any]]]) -> None:
    graph, rows = case
    rows = [row for row in rows if nodes.place(row) in places(graph)]
    before = json.dumps(graph)
    made, last = nodes.laid(graph, rows), {nodes.place(row): row["fieldValue"] for row in rows}
    assert json.dumps(graph) == before
    assert places(made) == places(graph)
    for name, field in places(graph):
        value, stood = made[name]["inputs"][field], graph[name]["inputs"][field]
        if (name, field) not in last:
            assert value is stood
        elif type(last[name, field]) is not str or isinstance(stood, str):
            assert value is last[name, field]
        else:
            assert value == last[name, field] or isinstance(value, (int, float))


@given(st.integers(-(10**18), 10**18) | st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([1, 0.5]))
def test_a_number_may_be_sent_as_its_text(number: float, stood: float) -> None:
    graph = {"1": {"class_type": "Any", "inputs": {"a": stood}}}
    for sent in (number, str(number)):
        made = nodes.laid(graph, [{"nodeId": 1, "fieldName": "a", "fieldValue": sent}])
        assert made["1"]["inputs"]["a"] == number
        assert not misfits(graph, made)


@given(st.text(min_size=1).filter(lambda text: not any(sign.isdecimal() for sign in text)))
def test_a_text_in_the_place_of_a_number_is_told_with_what_depends_on_it(text: str) -> None:
    made = nodes.laid(SAMPLER, [{"nodeId": "1", "fieldName": "steps", "fieldValue": text}])
    row = misfits(SAMPLER, made)["1"]
    assert (row["dependent_outputs"], row["class_type"]) == (["2"], "KSampler")
    assert row["errors"][0]["extra_info"] == {"input_name": "steps", "received_value": text}


def test_a_seed_is_drawn_unless_somebody_gives_one() -> None:
    def seed(luck: str, body: dict[str, Any], replaced: bool = True) -> int:
        told: int = nodes.runs(SAMPLER, luck, replaced, body)["1"]["inputs"]["seed"]
        return told

    item = [{"nodeId": "1", "fieldName": "seed", "fieldValue": 5}]
    drawn = [seed(luck, {}) for luck in ("a", "b", "a")]
    assert drawn[0] == drawn[2] != drawn[1]
    assert 7 not in drawn
    assert seed("a", {"nodeInfoList": item}) == 5
    assert seed("a", {"workflow": json.dumps(SAMPLER)}) == 7
    assert seed("a", {"workflow": json.dumps(SAMPLER)}, replaced=False) == drawn[0]
