"""RunningHub's workflows and AI apps: every answer key for key, what it costs, and what a test puts there."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from understudy.mocks.stand_in import StandIn, stand_in
from understudy.tests.runninghub.flows import (
    APP,
    CREATE,
    DRAW,
    FILM,
    NEWER,
    NEWER_APP,
    OUTPUTS,
    REDRAW,
    RUN,
    TEXT,
    TIPS,
    WORKFLOW,
    Json,
    demo,
    nodes,
    said,
    told,
)


def test_a_run_is_told_as_the_pages_have_it(hub: StandIn) -> None:
    hub.script(queued=5)
    answer = said(hub, CREATE, workflowId=WORKFLOW)
    data = answer.pop("data")
    assert list(answer.items()) == [("code", 0), ("msg", "success"), ("errorMessages", None)]
    assert list(data) == ["netWssUrl", "taskId", "clientId", "taskStatus", "promptTips"]
    assert (data["netWssUrl"], data["taskStatus"], data["promptTips"]) == (None, "QUEUED", TIPS)
    assert len(data["taskId"]) == 19
    assert len(data["clientId"]) == 32


@pytest.mark.parametrize(("path", "body"), [
    (CREATE, {"workflowId": int(WORKFLOW)}), (RUN, {"webappId": int(DRAW), "nodeInfoList": []}),
    ("/task/openapi/quick-ai-app/run", {"webappId": DRAW, "quickCreateCode": "002", "nodeInfoList": TEXT}),
])  # fmt: skip
def test_a_run_that_runs_at_once_has_a_socket(hub: StandIn, path: str, body: Json) -> None:
    data = told(hub, path, **body)
    assert data["taskStatus"] == "RUNNING"
    assert data["netWssUrl"].startswith("ws")
    assert data["promptTips"] == TIPS


@pytest.mark.parametrize("path", [NEWER, NEWER_APP])
def test_the_newer_routes_tell_a_task(hub: StandIn, path: str) -> None:
    answer = said(hub, path, nodeInfoList=TEXT, addMetadata=True, usePersonalQueue="false", instanceType="plus")
    id, client = answer.pop("taskId"), answer.pop("clientId")
    assert answer == {"status": "RUNNING", "errorCode": "", "errorMessage": "", "results": None, "promptTips": TIPS}
    assert len(id) == 19
    assert len(client) == 32


def test_files_bear_the_node_that_keeps_them_and_what_they_cost(hub: StandIn) -> None:
    id = told(hub, CREATE, workflowId=FILM)["taskId"]
    hub.clock.advance(90)
    (row,) = told(hub, OUTPUTS, taskId=id)
    address = row.pop("fileUrl")
    assert row == {"fileType": "mp4", "taskCostTime": "90", "nodeId": "49", "thirdPartyConsumeMoney": None,
                   "consumeMoney": None, "consumeCoins": "18"}  # fmt: skip
    assert hub.client().get(address).headers["content-type"] == "video/mp4"
    query = said(hub, "/openapi/v2/query", taskId=id)
    assert query["results"] == [{"url": address, "nodeId": "49", "outputType": "mp4", "text": None}]
    assert hub.ledger.spent == 18


@pytest.mark.parametrize(("seconds", "coins"), [(32, "7"), (83, "17"), (1, "1"), (5, "1"), (0, "0")])
def test_coins_are_those_of_the_public_samples(hub: StandIn, seconds: int, coins: str) -> None:
    hub.script(running=seconds)
    id = told(hub, CREATE, workflowId=WORKFLOW)["taskId"]
    hub.clock.advance(seconds)
    row = told(hub, OUTPUTS, taskId=id)[0]
    assert (row["consumeCoins"], row["taskCostTime"]) == (coins, str(seconds))
    assert hub.ledger.spent == int(coins)


def test_a_cancelled_run_is_billed_for_the_time_that_it_ran(hub: StandIn) -> None:
    hub.script(queued=10, running=100)
    id = told(hub, CREATE, workflowId=WORKFLOW)["taskId"]
    assert hub.ledger.held == 20
    hub.clock.advance(42)
    told(hub, "/task/openapi/cancel", taskId=id)
    assert hub.ledger.spent == 7
    assert hub.ledger.held == 0
    assert said(hub, "/openapi/v2/query", taskId=id)["usage"]["consumeCoins"] == "7"


def test_a_run_that_fails_or_never_ran_costs_nothing(hub: StandIn) -> None:
    hub.script(fails=True)
    hub.script(queued=10)
    told(hub, CREATE, workflowId=WORKFLOW)
    waits = told(hub, CREATE, workflowId=WORKFLOW)["taskId"]
    hub.clock.advance(5)
    told(hub, "/task/openapi/cancel", taskId=waits)
    hub.clock.advance(100)
    assert hub.ledger.spent == 0
    assert hub.ledger.held == 0


def test_the_directors_beats_are_billed_as_they_were(hub: StandIn) -> None:
    hub.script(manual=True)
    told(hub, CREATE, workflowId=WORKFLOW)
    hub.clock.advance(83)
    hub.cue()
    assert hub.ledger.spent == 17


def test_a_graph_is_told_as_json_in_a_text(hub: StandIn) -> None:
    answer = said(hub, "/api/openapi/getJsonApiFormat", workflowId=WORKFLOW)
    assert (answer["code"], answer["msg"], list(answer["data"])) == (0, "SUCCESS", ["prompt"])
    node = json.loads(answer["data"]["prompt"])["3"]
    assert list(node) == ["inputs", "class_type", "_meta"]
    assert (node["class_type"], node["_meta"]) == ("KSampler", {"title": "KSampler"})


def test_an_app_tells_how_it_is_called(hub: StandIn) -> None:
    answer = demo(hub, webappId=APP, apiKey=hub.api_key)
    data = answer["data"]
    assert (answer["code"], answer["msg"], answer["errorMessages"]) == (0, "success", None)
    assert list(data) == ["curl", "webappName", "statisticsInfo", "nodeInfoList", "covers", "tags"]
    assert list(data["statisticsInfo"]) == ["likeCount", "downloadCount", "useCount", "pv", "collectCount"]
    assert all(isinstance(value, str) for value in data["statisticsInfo"].values())
    assert list(data["covers"][0]) == ["id", "objName", "url", "thumbnailUri", "imageWidth", "imageHeight"]
    assert list(data["tags"][0]) == ["id", "name", "nameEn", "labels"]
    for row in data["nodeInfoList"]:
        assert list(row) == ["nodeId", "nodeName", "fieldName", "fieldValue", "fieldData", "fieldType", "description",
                             "descriptionEn"]  # fmt: skip
        assert isinstance(row["fieldValue"], str)
    kinds = {row["fieldType"]: row for row in data["nodeInfoList"]}
    assert kinds["IMAGE"]["nodeName"] == "LoadImage"
    assert json.loads(kinds["LIST"]["fieldData"])[1] == {"default": "euler"}
    assert hub.api_key not in data["curl"]
    assert hub.client().get(data["covers"][0]["url"]).headers["content-type"] == "image/png"


def test_the_whole_list_may_be_sent_back(hub: StandIn) -> None:
    for id in (DRAW, APP):
        assert told(hub, RUN, webappId=int(id), nodeInfoList=demo(hub, webappId=id)["data"]["nodeInfoList"])["taskId"]


def test_quick_create_lists_its_styles(hub: StandIn) -> None:
    rows = told(hub, "/api/fast/creation/model/params", type=2, webappId=DRAW)
    assert list(rows[0]) == ["id", "type", "webappId", "modelCategory", "modelName", "modelKey", "modelPreviewUrl",
                             "content", "modelTrigger", "modelLoar1FileName", "modelLoar1Weight", "modelLoar2FileName",
                             "modelLoar2Weight"]  # fmt: skip
    assert rows[0]["webappId"] == DRAW


def test_a_copy_is_the_accounts_own(hub: StandIn) -> None:
    data = told(hub, "/api/workflow/copy", workflowId=WORKFLOW, copyMode=1)
    assert list(data) == ["newWorkflowId"]
    assert told(hub, CREATE, workflowId=data["newWorkflowId"], nodeInfoList=TEXT)["taskId"]
    stranger = hub.client().post(CREATE, json={"workflowId": data["newWorkflowId"]},
                                 headers={"authorization": f"Bearer {hub.another_key()}"})  # fmt: skip
    assert stranger.json()["code"] == 380


def test_a_price_is_told_and_nothing_is_made(hub: StandIn) -> None:
    answer = said(hub, f"/openapi/v2/price-preview/run/ai-app/{DRAW}", nodeInfoList=TEXT)
    assert (answer["estimatedPrice"], answer["errorCode"]) == (2, "")
    assert not hub.tasks


def test_a_workflow_of_ones_own(hub: StandIn) -> None:
    graph = {"1": {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 32, "batch_size": 2}},
             "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "a"}},
             "3": {"class_type": "ShowText|pysssss", "inputs": {"text": "words"}}}  # fmt: skip
    prop = hub.add_prop("workflow", graph=graph, name="own", id="1999999999999999999")
    assert hub.prop("own").id == prop.id == "1999999999999999999"
    data = told(hub, CREATE, workflowId=prop.id)
    assert '"outputs_to_execute": ["2", "3"]' in data["promptTips"]
    hub.clock.advance(10)
    assert [row["nodeId"] for row in told(hub, OUTPUTS, taskId=data["taskId"])] == ["2", "2"]
    rows = said(hub, "/openapi/v2/query", taskId=data["taskId"])["results"]
    assert rows[2] == {"url": None, "nodeId": "3", "outputType": "txt", "text": "words"}
    app = hub.add_prop("app", workflow="own", nodes=[{"nodeId": "1", "fieldName": "width"}], name="wide")
    assert [row["fieldType"] for row in demo(hub, webappId=app.id)["data"]["nodeInfoList"]] == ["INT"]


def test_an_output_that_is_not_taken_is_told_beside_those_that_are(hub: StandIn) -> None:
    graph = {"1": {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 32}},
             "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0]}},
             "3": {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 32}},
             "4": {"class_type": "SaveImage", "inputs": {"images": ["3", 0]}}}  # fmt: skip
    prop = hub.add_prop("workflow", graph=graph)
    data = told(hub, CREATE, workflowId=prop.id, nodeInfoList=nodes(("3", "width", "wide")))
    tips = json.loads(data["promptTips"])
    assert tips["outputs_to_execute"] == ["2"]
    assert tips["node_errors"]["3"]["dependent_outputs"] == ["4"]
    assert data["taskStatus"] == "RUNNING"
    hub.clock.advance(10)
    assert [row["nodeId"] for row in told(hub, OUTPUTS, taskId=data["taskId"])] == ["2"]


@pytest.mark.parametrize(("kind", "said", "word"), [
    ("deployment", {}, "kind of prop"), ("workflow", {"graf": {}}, "did you mean graph"),
    ("workflow", {"graph": {}}, "at least 1 node"), ("workflow", {"graph": []}, "API format"),
    ("workflow", {"id": "7"}, "19 digits"), ("workflow", {"id": WORKFLOW}, "nothing has"),
    ("workflow", {"ran": 1}, "true or false"), ("app", {"workflow": "nothing"}, "add it first"),
    ("app", {"nodes": [{"nodeId": "6"}]}, "one of"),
    ("app", {"nodes": [{"nodeId": "66", "fieldName": "text"}]}, "one of"), ("app", {"nodes": "6"}, "a list"),
])  # fmt: skip
def test_a_prop_that_makes_no_sense_is_told_so(hub: StandIn, kind: str, said: Json, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        hub.add_prop(kind, **said)


def test_another_account_finds_the_ready_ones_under_the_same_ids(hub: StandIn) -> None:
    headers = {"authorization": f"Bearer {hub.another_key()}"}
    assert hub.client().post(CREATE, json={"workflowId": WORKFLOW}, headers=headers).json()["code"] == 0
    own = hub.add_prop("workflow")
    assert hub.client().post(CREATE, json={"workflowId": own.id}, headers=headers).json()["code"] == 380
    hub.reset()
    assert [prop.id for prop in hub.props("workflow")] == [WORKFLOW, REDRAW, FILM]


def test_over_a_socket_with_the_key_in_the_body() -> None:
    with stand_in("runninghub") as hub, httpx.Client(base_url=hub.url) as client:
        body = {"apiKey": hub.api_key, "workflowId": WORKFLOW, "nodeInfoList": TEXT}
        id = client.post(CREATE, json=body).json()["data"]["taskId"]
        told = [client.post(OUTPUTS, json={"apiKey": hub.api_key, "taskId": id}).json()["code"] for _ in range(2)]
        assert told == [804, 0]
        assert all(hub.api_key.encode() not in each.request_body for each in hub.requests())


def test_the_same_order_looks_another_way_unless_the_seed_is_told(hub: StandIn) -> None:
    def made(*rows: tuple[str, str, Any]) -> bytes:
        small = nodes(("5", "width", 64), ("5", "height", "64"), *rows)
        id = told(hub, CREATE, workflowId=WORKFLOW, nodeInfoList=small)["taskId"]
        hub.clock.advance(10)
        return bytes(hub.client().get(told(hub, OUTPUTS, taskId=id)[0]["fileUrl"]).content)

    assert made() != made()
    assert made(("3", "seed", 5)) == made(("3", "seed", "5"))
