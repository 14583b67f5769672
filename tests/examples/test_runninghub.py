"""A client that orders a picture of a model, runs an app, and draws on a ComfyUI; docs/runninghub.md shows it."""

import json

import httpx
import pytest


def make_poster(prompt, base_url, key):
    """The client under test: orders, asks until it is over, and answers the address of what came of it."""
    with httpx.Client(base_url=f"{base_url}/openapi/v2", headers={"Authorization": f"Bearer {key}"}) as api:
        said = api.post("/rhart-image-n-pro/text-to-image", json={"prompt": prompt, "resolution": "1k"}).json()
        while said["status"] in ("QUEUED", "RUNNING"):
            said = api.post("/query", json={"taskId": said["taskId"]}).json()
        if said["errorCode"]:
            raise RuntimeError(f"{said['errorCode']}: {said['errorMessage']}")
        return said["results"][0]["url"]


def test_makes_a_poster(runninghub):
    address = make_poster("a red tram", runninghub.url, runninghub.api_key)
    assert httpx.get(address).content.startswith(b"\x89PNG")


@pytest.mark.parametrize("code", ["1003", "1014", "812"])
def test_a_no_that_comes_with_200_is_one(runninghub, code):
    runninghub.refuse_next(code)
    with pytest.raises(RuntimeError, match=code):
        make_poster("a red tram", runninghub.url, runninghub.api_key)


def test_says_why_it_failed(runninghub):
    runninghub.script(queued=60, running=600, fails="1504")
    with pytest.raises(RuntimeError, match="1504: Model timed out"):
        make_poster("a red tram", runninghub.url, runninghub.api_key)


def test_a_whole_errand_with_an_app(runninghub):
    api, app, key = runninghub.client(), runninghub.prop("draw-a-picture").id, runninghub.api_key
    fields = api.get(f"/api/webapp/apiCallDemo?apiKey={key}&webappId={app}").json()["data"]["nodeInfoList"]
    prompt = next(field for field in fields if field["fieldName"] == "text")
    order = {"apiKey": key, "webappId": app, "nodeInfoList": [{**prompt, "fieldValue": "a blue tram"}]}
    task = api.post("/task/openapi/ai-app/run", json=order).json()["data"]["taskId"]
    about = {"apiKey": key, "taskId": task}
    while (said := api.post("/task/openapi/outputs", json=about).json())["code"] in (804, 813):
        pass
    assert [(file["fileType"], file["nodeId"]) for file in said["data"]] == [("png", "9")]


GRAPH = {
    "1": {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 48, "batch_size": 1, "color": 0}},
    "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "tram"}},
}


@pytest.mark.understudy(allow=["unknown-node"])
@pytest.mark.parametrize(("node", "code"), [("1", 0), ("7", 803)])
def test_a_workflow_of_one_s_own(runninghub, node, code):
    mine = runninghub.add_prop("workflow", name="mine", graph=GRAPH).id
    change = {"nodeId": node, "fieldName": "height", "fieldValue": 96}
    order = {"apiKey": runninghub.api_key, "workflowId": mine, "nodeInfoList": [change]}
    assert runninghub.client().post("/task/openapi/create", json=order).json()["code"] == code


def test_its_end_is_told_to_a_webhook(runninghub):
    order = {"prompt": "a red tram", "resolution": "1k", "webhookUrl": runninghub.webhooks.url}
    task = runninghub.client().post("/openapi/v2/rhart-image-n-pro/text-to-image", json=order).json()["taskId"]
    (event,) = [each.json for each in runninghub.webhooks.wait(1)]
    assert (event["event"], event["taskId"]) == ("TASK_END", task)
    assert json.loads(event["eventData"])["status"] == "SUCCESS"


def test_a_comfyui_stands_behind_a_key(runninghub):
    comfy = httpx.Client(base_url=f"{runninghub.url}/proxy/{runninghub.api_key}")
    name = comfy.post("/prompt", json={"prompt": GRAPH, "client_id": "tram"}).json()["prompt_id"]
    history = {}
    while name not in history:
        history = comfy.get(f"/history/{name}").json()
    (file,) = history[name]["outputs"]["2"]["images"]
    assert comfy.get("/view", params=file).content.startswith(b"\x89PNG")
