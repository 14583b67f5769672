"""What a workflow promises of the bodies that change it or bring another: what passes, what is refused, and where."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from understudy.contracts.catalogue import Model
from understudy.contracts.checks.asking.bodies import bad_inputs, inputs
from understudy.contracts.checks.asking.edges import bad_edges, good_edges
from understudy.contracts.contract import contract
from understudy.contracts.document import SOURCES, read, workflows
from understudy.contracts.graph import Graph, circle, effective, flaws, form, is_link, outputs, prompt_at, value
from understudy.contracts.nodes import ends, facts, kept
from understudy.contracts.schema import pointer
from understudy.tests.graphs import graphs

READY = workflows("runcomfy", "serverless")
CATALOGUE = contract("runcomfy").apis["serverless"].catalogue
ROW = next(row for row in read("runcomfy", "models", "serverless") if row["id"] == "comfyui")


def graph(name: str) -> dict[str, Any]:
    found: dict[str, Any] = READY[name]["graph"]
    return found


def formed(workflow: Any) -> Graph:
    return form(workflow, ROW, CATALOGUE.recommended)


def refusals(model: Model, body: Any) -> list[tuple[str, str]]:
    return [(found.rule, found.where) for found in model.check(body) if found.reason]


@given(graphs(), st.data())
def test_whatever_stands_there_may_be_sent_as_a_change(workflow: Any, data: st.DataObject) -> None:
    model = formed(workflow)
    chosen = data.draw(st.lists(st.sampled_from(list(workflow)), unique=True))
    body = {"overrides": {name: {"inputs": workflow[name]["inputs"]} for name in chosen}}
    assert model.check(body) == ()
    assert effective(workflow, body) == workflow
    assert refusals(model, {"workflow_api_json": workflow}) == []
    assert effective({}, {"workflow_api_json": workflow}) == workflow
    assert model.check(model.example()) == model.check({}) == ()
    assert effective(workflow, {}) is workflow


@given(graphs(), st.data())
def test_a_change_is_laid_in_and_changes_nothing_else(workflow: Any, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(list(workflow)))
    assume(workflow[name]["inputs"])
    key = data.draw(st.sampled_from(list(workflow[name]["inputs"])))
    before = copy.deepcopy(workflow)
    runs = effective(workflow, {"overrides": {name: {"inputs": {key: "new"}}}})
    assert workflow == before
    assert runs[name]["inputs"] == {**workflow[name]["inputs"], key: "new"}
    assert {other: node for other, node in runs.items() if other != name} == {
        other: node for other, node in workflow.items() if other != name
    }


@given(graphs(), st.data())
def test_what_is_not_there_is_refused_at_its_place(workflow: Any, data: st.DataObject) -> None:
    model, name = formed(workflow), data.draw(st.sampled_from(list(workflow)))
    for body, path in (
        ({"nobody": {"inputs": {}}}, ("nobody",)),
        ({name: {"inputs": {"no/such": 1}}}, (name, "inputs", "no/such")),
        ({name: {"inputs": {}, "class_type": "SaveImage"}}, (name, "class_type")),
    ):
        assert refusals(model, {"overrides": body}) == [("unknown-field", pointer(("overrides", *path)))]
    for key, said in workflow[name]["inputs"].items():
        found = refusals(model, {"overrides": {name: {"inputs": {key: {"an": "object"}}}}})
        assert found == ([] if is_link(said) else [("invalid-type", pointer(("overrides", name, "inputs", key)))])


@given(graphs(), st.data())
def test_a_link_that_leads_nowhere_or_in_a_circle_is_refused_where_it_stands(
    workflow: Any, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(list(workflow)))
    place = pointer((name, "inputs", "x"))
    node = workflow[name]
    astray = {**workflow, name: {**node, "inputs": {**node["inputs"], "x": ["nobody", 0]}}}
    assert [(each.rule, each.where) for each in flaws(astray)] == [("dangling-link", place + "/0")]
    itself = {**workflow, name: {**node, "inputs": {**node["inputs"], "x": [name, 0]}}}
    assert circle(itself) == (name, "x")
    assert [(each.rule, each.where) for each in flaws(itself)] == [("cyclic-workflow", place)]
    assert circle(workflow) is None


@pytest.mark.parametrize("name", READY)
def test_a_ready_workflow_is_sound_and_says_what_it_makes(name: str) -> None:
    row = READY[name]
    assert list(flaws(row["graph"])) == []
    assert row["source"] in SOURCES
    assert row["where"]
    assert row["says"].endswith(".")
    assert len(outputs(row["graph"])) == 1
    model = formed(row["graph"])
    assert model.kind == name.rpartition("-")[2]
    assert model.check(model.example()) == ()


def test_all_facts_about_nodes_say_how_they_are_known() -> None:
    for row in facts().values():
        assert row["source"] in SOURCES
        assert row["where"]


@settings(max_examples=25)
@given(st.data())
@pytest.mark.parametrize("name", ["text-to-image", "image-to-text"])
def test_the_generators_and_the_judge_agree(name: str, data: st.DataObject) -> None:
    model = formed(graph(name))
    assert refusals(model, data.draw(inputs(model))) == []
    body, broken = data.draw(bad_inputs(model))
    if isinstance(body, dict):
        assert broken[:2] in refusals(model, body)


def test_the_edges_and_the_judge_agree() -> None:
    model = formed(graph("text-to-video"))
    good, bad = list(good_edges(model)), list(bad_edges(model))
    assert len(good) > 20
    assert [body for body in good if refusals(model, body)] == []
    places = {broken.where for _, broken in bad}
    assert "/overrides/49/inputs/pingpong" in places
    assert "/overrides/3/inputs/seed" in places


@pytest.mark.parametrize(("change", "taken"), [
    ({"3": {"inputs": {"seed": 7, "cfg": 7.5, "denoise": 0.4}}}, True),  # 8 and 1 stand there, and are 8.0 and 1.0
    ({"3": {"inputs": {"seed": 7.5}}}, False),
    ({"3": {"inputs": {"seed": "7"}}}, False),
    ({"3": {"inputs": {"cfg": True}}}, False),
    ({"3": {"inputs": {"model": ["12", 0]}}}, True),  # what is linked may be anything
    ({"3": {"inputs": {"latent_image": "x"}}}, True),
    ({"6": {"inputs": {"text": 5}}}, False),
    ({"6": {}}, True),
    ({}, True),
    ({"6": {"text": "a tram"}}, False),
    ({"6": "a tram"}, False),
    ([], False),
    (None, False),
])  # fmt: skip
def test_a_change_has_the_type_of_what_stands_there(change: Any, taken: bool) -> None:
    assert bool(refusals(formed(graph("text-to-image")), {"overrides": change})) is not taken


@pytest.mark.parametrize("said", ["https://example.com/a.png", "data:image/png;base64,AAAA", "example.png"])
def test_a_picture_is_an_address_or_data_or_a_name(said: str) -> None:
    model = formed(graph("image-to-image"))
    body = {"overrides": {"189": {"inputs": {"image": said}}}}
    assert refusals(model, body) == []
    assert list(model.brought(body)) == [(("overrides", "189", "inputs", "image"), "image", said)]
    rules = [found.rule for found in model.check(body)]
    assert rules == (["unfetched-input"] if said.startswith("https") else [])


def test_what_is_advised_of_files_holds_for_a_workflow_that_is_sent() -> None:
    sent = copy.deepcopy(graph("image-to-image"))
    sent["189"]["inputs"]["image"] = "http://example.com/a.png"
    (found,) = formed(graph("text-to-image")).check({"workflow_api_json": sent})
    assert (found.rule, found.where) == ("not-https", "/workflow_api_json/189/inputs/image")
    assert found.cure == "send image as https://"


def test_a_file_that_is_too_large_is_told_with_its_place() -> None:
    model = form(graph("image-to-image"), ROW, {"image": 10})
    body = {"overrides": {"189": {"inputs": {"image": "data:image/png;base64," + "A" * 40}}}}
    assert [(f.rule, f.where) for f in model.check(body)] == [("oversized-input", "/overrides/189/inputs/image")]


def test_both_a_workflow_and_changes_are_doubtful() -> None:
    model, body = formed(graph("text-to-image")), {"workflow_api_json": graph("text-to-video")}
    (found,) = model.check({**body, "overrides": {"6": {"inputs": {"text": "a tram"}}}})
    assert (found.rule, found.severity, found.reason) == ("two-workflows", "doubtful", "")
    assert model.check({**body, "overrides": {}}) == ()  # no changes are none


@pytest.mark.parametrize(("node", "flaw"), [
    (None, ("wrong-length", "")),
    ("text", ("invalid-type", "/1")),
    ({"inputs": {}}, ("missing-required", "/1/class_type")),
    ({"class_type": "SaveImage"}, ("missing-required", "/1/inputs")),
    ({"class_type": "", "inputs": {}}, ("invalid-type", "/1/class_type")),
    ({"class_type": 5, "inputs": {}}, ("invalid-type", "/1/class_type")),
    ({"class_type": "SaveImage", "inputs": []}, ("invalid-type", "/1/inputs")),
    ({"class_type": "SaveImage", "inputs": {"x": ["2", 0]}}, ("dangling-link", "/1/inputs/x/0")),
    ({"class_type": "SaveImage", "inputs": {"x": ["1", -1]}}, ("invalid-type", "/1/inputs/x/1")),
    ({"class_type": "SaveImage", "inputs": {"x": ["1", 0.5]}}, ("invalid-type", "/1/inputs/x/1")),
    ({"class_type": "SaveImage", "inputs": {"x": ["1", "0"]}}, ("invalid-type", "/1/inputs/x/1")),
    ({"class_type": "SaveImage", "inputs": {"x": ["1", 0]}}, ("cyclic-workflow", "/1/inputs/x")),
    ({"class_type": "KSampler", "inputs": {}}, ("no-output-node", "")),
])  # fmt: skip
def test_a_workflow_that_cannot_run_is_refused_at_the_node(node: Any, flaw: tuple[str, str]) -> None:
    sent = {} if node is None else {"1": node}
    model = formed(graph("text-to-image"))
    (found,) = [each for each in model.check({"workflow_api_json": sent}) if each.reason]
    assert (found.rule, found.where) == (flaw[0], "/workflow_api_json" + flaw[1])
    assert (found.source, found.severity, found.reason) == ("inferred", "note", "invalid-input")
    assert found.expected
    assert found.cure


@pytest.mark.parametrize("listed", [["a", "b"], ["1", 2, 3], [1, 0], [], ["nobody", "x"]])
def test_a_list_that_is_no_link_is_a_value(listed: list[Any]) -> None:
    assert list(flaws({"1": {"class_type": "SaveImage", "inputs": {"x": listed}}})) == []


def test_a_long_circle_is_found_and_a_long_line_is_none() -> None:
    line: dict[str, Any] = {
        str(at): {"class_type": "SaveImage", "inputs": {"x": [str(at + 1), 0]}} for at in range(5000)
    }
    line["5000"] = {"class_type": "LoadImage", "inputs": {}}
    assert circle(line) is None
    line["5000"]["inputs"] = {"x": ["7", 0]}
    assert circle(line) == ("5000", "x")


@pytest.mark.parametrize(("kind", "known"), [("SaveImage", True), ("KSampler", False), ("Image Saver Simple", True),
                                             ("SomethingElse", None), ("My_ShowText", True)])  # fmt: skip
def test_a_class_ends_a_workflow_or_not_or_nobody_knows(kind: str, known: bool | None) -> None:
    assert ends(kind) is known


@pytest.mark.parametrize(("kind", "made"), [
    ("SaveImage", ("images", "image")), ("VHS_VideoCombine", ("gifs", "video")), ("SaveAudioMP3", ("audio", "audio")),
    ("MyVideoExport", ("gifs", "video")), ("DisplayText", ("text", "text")), ("Odd", ("images", "image")),
    ("Save 3D Mesh", ("3d", "3d")),
])  # fmt: skip
def test_a_class_that_nobody_listed_is_read_by_its_name(kind: str, made: tuple[str, str]) -> None:
    assert kept(kind)[:2] == made


def test_the_nodes_from_which_nothing_leads_on_end_a_workflow_that_has_no_other() -> None:
    made = {"1": {"class_type": "A", "inputs": {}}, "2": {"class_type": "B", "inputs": {"x": ["1", 0]}}}
    assert outputs(made) == ("2",)
    assert outputs({**made, "3": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}}) == ("3",)


def test_the_words_are_those_of_the_positive_side() -> None:
    made = copy.deepcopy(graph("text-to-image"))
    assert prompt_at(made) == ("6", "text")
    made["3"]["inputs"]["positive"], made["3"]["inputs"]["negative"] = ["7", 0], ["6", 0]
    assert prompt_at(made) == ("7", "text")
    made["20"] = {"class_type": "PrimitiveStringMultiline", "inputs": {"value": "from afar"}}
    made["7"]["inputs"]["text"] = ["20", 0]
    assert prompt_at(made) == ("7", "text")
    assert value(made, "7", "text") == "from afar"
    assert prompt_at(graph("image-to-text")) == ("38:41", "prompt")
    assert prompt_at({"1": {"class_type": "SaveImage", "inputs": {}}}) is None


def test_a_cure_names_what_is_there() -> None:
    model = formed(graph("text-to-image"))
    (near,) = model.check({"overrides": {"3": {"inputs": {"sed": 1}}}})
    assert near.cure == "did you mean seed?"
    (far,) = model.check({"overrides": {"77777": {}}})
    assert far.cure == "the nodes of this workflow are 3, 4, 5, 6, 7, 8, 9"
    (typed,) = model.check({"overrides": {"5": {"inputs": {"width": "wide"}}}})
    assert "width of node 5 (EmptyLatentImage)" in typed.cure
    assert typed.severity == "broken"


class Counted(dict[str, Any]):
    """A workflow that counts how often a node of it is looked up."""

    looks = 0

    def __getitem__(self, name: str) -> Any:
        self.looks += 1
        return super().__getitem__(name)


def chain(length: int, kind: str, key: str) -> Counted:
    """So many nodes of a class, each fed by the next."""
    nodes = {str(at): {"class_type": kind, "inputs": {key: [str(at + 1), 0]}} for at in range(length)}
    return Counted(nodes, **{str(length): {"class_type": "EmptyLatentImage", "inputs": {"width": 8, "height": 8}}})


@pytest.mark.parametrize(("kind", "key"), [("SaveImage", "images"), ("X", "positive")])
def test_a_workflow_of_very_many_nodes_takes_no_more_than_its_share_of_looks(kind: str, key: str) -> None:
    many = chain(5000, kind, key)
    assert list(flaws(many)) == []
    assert prompt_at(many) is None
    assert many.looks < 50 * len(many)


def test_who_has_lost_very_many_nodes_is_told_of_all_and_of_a_few_what_is_near() -> None:
    lost = {str(at): {"class_type": "SaveImage", "inputs": {"images": [f"{at}0000", 0]}} for at in range(100, 200)}
    found = list(flaws(lost))
    assert [each.rule for each in found] == ["dangling-link"] * 100
    assert sum("did you mean" in each.cure for each in found) < 20
    assert all(each.cure for each in found)
