"""Which orders of workflows and AI apps RunningHub refuses, how, and when not."""

from __future__ import annotations

import pytest
from understudy.mocks.stand_in import StandIn, stand_in
from understudy.tests.runninghub.flows import (
    APP,
    CREATE,
    DRAW,
    NEWER,
    NEWER_APP,
    RUN,
    TEXT,
    TIPS,
    WORKFLOW,
    Json,
    code,
    demo,
    kind,
    nodes,
    said,
    told,
)
from understudy.tests.ways import ALL

REFUSED: dict[str, tuple[str, Json, int]] = {
    "no id": (CREATE, {}, 301),
    "an empty id": (CREATE, {"workflowId": ""}, 301),
    "the id 0": (CREATE, {"workflowId": "0"}, 301),
    "an id that nobody has": (CREATE, {"workflowId": "1"}, 380),
    "an app's id": (CREATE, {"workflowId": APP}, 380),
    "a node that is not there": (CREATE, {"workflowId": WORKFLOW, "nodeInfoList": nodes(("99", "text", ""))}, 803),
    "a field that is not there": (CREATE, {"workflowId": WORKFLOW, "nodeInfoList": nodes(("6", "txt", ""))}, 803),
    "a text for a number": (CREATE, {"workflowId": WORKFLOW, "nodeInfoList": nodes(("3", "steps", "many"))}, 433),
    "a link that leads nowhere": (
        CREATE, {"workflowId": WORKFLOW, "nodeInfoList": nodes(("9", "images", ["99", 0]))}, 433),
    "an item without a value": (
        CREATE, {"workflowId": WORKFLOW, "nodeInfoList": [{"nodeId": "6", "fieldName": "text"}]}, 301),
    "a graph that is no JSON": (CREATE, {"workflowId": WORKFLOW, "workflow": "{"}, 301),
    "a graph that is a list": (CREATE, {"workflowId": WORKFLOW, "workflow": "[]"}, 301),
    "a graph without nodes": (CREATE, {"workflowId": WORKFLOW, "workflow": "{}"}, 433),
    "a graph of a workflow that is not there": (CREATE, {"workflowId": "1", "workflow": "{}"}, 380),
    "a machine that nobody has": (CREATE, {"workflowId": WORKFLOW, "instanceType": "huge"}, 301),
    "too short a time": (CREATE, {"workflowId": WORKFLOW, "retainSeconds": 9}, 301),
    "an app that nobody has": (RUN, {"webappId": "1", "nodeInfoList": []}, 901),
    "an app without a list": (RUN, {"webappId": DRAW}, 301),
    "a field that the app keeps": (RUN, {"webappId": DRAW, "nodeInfoList": nodes(("3", "steps", 1))}, 803),
    "no code": ("/task/openapi/quick-ai-app/run", {"webappId": DRAW, "nodeInfoList": []}, 301),
    "styles of an app that nobody has": ("/api/fast/creation/model/params", {"type": 2, "webappId": "1"}, 901),
    "the graph of nothing": ("/api/openapi/getJsonApiFormat", {"workflowId": "1"}, 380),
    "a copy of nothing": ("/api/workflow/copy", {"workflowId": "1"}, 380),
    "newer: an id that nobody has": ("/openapi/v2/run/workflow/1", {}, 380),
    "newer: an app that nobody has": ("/openapi/v2/run/ai-app/1", {}, 901),
    "newer: a node that is not there": (NEWER, {"nodeInfoList": nodes(("99", "text", ""))}, 1101),
    "newer: a field that the app keeps": (NEWER_APP, {"nodeInfoList": nodes(("3", "steps", 1))}, 1101),
    "newer: a graph without nodes": (NEWER, {"workflow": "{}"}, 433),
    "newer: a graph that is no JSON": (NEWER, {"workflow": "{"}, 1007),
    "newer: a price of nothing": ("/openapi/v2/price-preview/run/ai-app/1", {}, 901),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_fit_is_refused_and_costs_nothing(hub: StandIn, name: str) -> None:
    path, body, want = REFUSED[name]
    assert code(hub, path, **body) == want
    assert not hub.tasks
    assert hub.ledger.held == 0


def test_an_app_ignores_a_graph_that_is_sent_along(hub: StandIn) -> None:
    assert said(hub, NEWER_APP, workflow="{", nodeInfoList=TEXT)["promptTips"] == TIPS


def test_a_demo_of_nothing(hub: StandIn) -> None:
    assert demo(hub)["code"] == 301
    assert demo(hub, webappId="1")["code"] == 901


def test_a_workflow_that_never_ran(hub: StandIn) -> None:
    prop = hub.add_prop("workflow", ran=False)
    assert code(hub, CREATE, workflowId=prop.id) == 810
    assert code(hub, "/api/openapi/getJsonApiFormat", workflowId=prop.id) == 810
    assert code(hub, f"/openapi/v2/run/workflow/{prop.id}") == 810


def test_a_password(hub: StandIn) -> None:
    prop = hub.add_prop("workflow", password="sesame")
    app = hub.add_prop("app", password="sesame")
    for path, body in ((CREATE, {"workflowId": prop.id}), (RUN, {"webappId": app.id, "nodeInfoList": []})):
        assert code(hub, path, **body) == 802
        assert code(hub, path, **body, accessPassword="simsim") == 802
        assert code(hub, path, **body, accessPassword="sesame") == 0


@pytest.mark.parametrize(("word", "want"), [("NORMAL", 414), ("EXCLUSIVE", 416), ("SHARED", 812)])
def test_who_has_nothing_is_told_before_it_is_looked_for(hub: StandIn, word: str, want: int) -> None:
    kind(hub, word)
    hub.ledger.set(0)
    for id in (WORKFLOW, "1"):
        assert code(hub, CREATE, workflowId=id) == want
        assert code(hub, RUN, webappId=id, nodeInfoList=[]) == want
        assert code(hub, f"/openapi/v2/run/workflow/{id}") == want
    assert code(hub, CREATE, workflowId="0") == 301


def test_a_free_user_may_call_nothing(hub: StandIn) -> None:
    kind(hub, "FREE")
    assert code(hub, CREATE, workflowId=WORKFLOW) == 801
    assert code(hub, NEWER) == 801
    assert code(hub, "/api/openapi/getJsonApiFormat", workflowId=WORKFLOW) == 801
    assert demo(hub, webappId=APP)["code"] == 801


def test_one_more_than_a_key_may_run_is_refused_until_one_is_over(hub: StandIn) -> None:
    kind(hub, "NORMAL")
    first = told(hub, CREATE, workflowId=WORKFLOW)["taskId"]
    assert code(hub, CREATE, workflowId=WORKFLOW) == 421
    assert code(hub, RUN, webappId=DRAW, nodeInfoList=[]) == 421
    assert code(hub, NEWER) == 1520
    told(hub, "/task/openapi/cancel", taskId=first)
    assert code(hub, CREATE, workflowId=WORKFLOW) == 0


def test_a_client_that_tries_again_gets_through() -> None:
    with stand_in("runninghub", slots=1) as hub:
        hub.allowed |= ALL
        assert [code(hub, CREATE, workflowId=WORKFLOW) for _ in range(3)] == [0, 421, 0]


def test_a_personal_queue_holds_a_thousand() -> None:
    with stand_in("runninghub", clock="manual", slots=1) as hub:
        hub.allowed |= ALL
        kind(hub, "EXCLUSIVE")
        assert code(hub, CREATE, workflowId=WORKFLOW) == 0
        assert code(hub, CREATE, workflowId=WORKFLOW) == 415
        data = told(hub, CREATE, workflowId=WORKFLOW, usePersonalQueue="true")
        assert (data["taskStatus"], data["netWssUrl"]) == ("QUEUED", None)
        for _ in range(999):
            assert code(hub, CREATE, workflowId=WORKFLOW, usePersonalQueue=True) == 0
        assert code(hub, CREATE, workflowId=WORKFLOW, usePersonalQueue=True) == 814


@pytest.mark.parametrize(("error", "want"), [
    ("TASK_INSTANCE_MAXED", 415), ("TASK_USER_EXCLAPI_INSTANCE_NOT_FOUND", 435), ("TASK_USER_EXCLAPI_REQUIRED", 436),
    ("TASK_QUEUE_MAXED", 421), ("PERSONAL_QUEUE_COUNT_LIMIT", 814),
])  # fmt: skip
def test_what_a_script_refuses(hub: StandIn, error: str, want: int) -> None:
    hub.refuse_next(error)
    assert [code(hub, CREATE, workflowId=WORKFLOW) for _ in range(2)] == [want, 0]


def test_what_a_key_has_not_is_noted_and_taken(hub: StandIn) -> None:
    def rules() -> list[str]:
        return [each.where for each in hub.findings if each.rule == "not-for-this-key"]

    told(hub, CREATE, workflowId=WORKFLOW, retainSeconds=60, usePersonalQueue=False)
    assert rules() == []
    told(hub, CREATE, workflowId=WORKFLOW, usePersonalQueue=True)
    kind(hub, "NORMAL")
    hub.clock.advance(60)
    told(hub, CREATE, workflowId=WORKFLOW, retainSeconds=60)
    assert rules() == ["/usePersonalQueue", "/retainSeconds"]
