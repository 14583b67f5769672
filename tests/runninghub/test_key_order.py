"""The keys of RunningHub's bodies stand in the order in which its pages have them, copied by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from understudy import StandIn, stand_in

WORKFLOW = "1904136902449209346"
APP = "1937084629516193794"
TURBO = "/openapi/v2/rhart-image/z-image/turbo"
ENVELOPE = "code msg errorMessages data"
TASK = "taskId status errorCode errorMessage results clientId promptTips"
TAKEN = "netWssUrl taskId clientId taskStatus promptTips"
QUERY = ("taskId status errorCode errorMessage failedReason usage results clientId promptTips parentTaskId "
         "taskUsageList")  # fmt: skip
FILE = "fileUrl fileType taskCostTime nodeId thirdPartyConsumeMoney consumeMoney consumeCoins"
REASON = "current_outputs exception_type node_name current_inputs traceback node_id exception_message"
PRICE = ("errorCode errorMessage estimatedPrice currency priceText priceTextEn freeLimit freeLimitCount "
         "remainingFreeLimitCount isFreeThisCall")  # fmt: skip
DEMO = "curl webappName statisticsInfo nodeInfoList covers tags"
NODE = "nodeId nodeName fieldName fieldValue fieldData fieldType description descriptionEn"


@pytest.fixture
def hub() -> Iterator[StandIn]:
    with stand_in("runninghub", images="plain") as handle:
        handle.allowed |= {"missing-required"}
        yield handle


def asked(hub: StandIn, path: str, **body: Any) -> Any:
    answer: httpx.Response = hub.client().post(path, json=body)
    return answer.json()


def names(said: dict[str, Any]) -> str:
    return " ".join(said)


def test_a_submit_and_its_no(hub: StandIn) -> None:
    assert names(asked(hub, TURBO, prompt="a tram", aspectRatio="1:1")) == TASK
    assert names(asked(hub, TURBO)) == f"{TASK} failedReason usage"


def test_a_query_from_its_first_look_to_its_last(hub: StandIn) -> None:
    task = asked(hub, TURBO, prompt="a tram", aspectRatio="1:1")["taskId"]
    seen = [asked(hub, "/openapi/v2/query", taskId=task) for _ in range(3)]
    assert [names(said) for said in seen] == [QUERY] * 3
    assert names(seen[-1]["results"][0]) == "url nodeId outputType text"
    assert names(seen[-1]["usage"]) == "consumeMoney consumeCoins taskCostTime thirdPartyConsumeMoney"


def test_a_run_and_its_outputs(hub: StandIn) -> None:
    said = asked(hub, "/task/openapi/create", workflowId=WORKFLOW)
    assert (names(said), names(said["data"])) == (ENVELOPE, TAKEN)
    seen = [asked(hub, "/task/openapi/outputs", taskId=said["data"]["taskId"]) for _ in range(2)]
    assert [names(each) for each in seen] == [ENVELOPE] * 2
    assert names(seen[-1]["data"][0]) == FILE


def test_a_run_that_fails(hub: StandIn) -> None:
    hub.script(fails=True)
    task = asked(hub, "/task/openapi/create", workflowId=WORKFLOW)["data"]["taskId"]
    last = [asked(hub, "/task/openapi/outputs", taskId=task) for _ in range(2)][-1]
    assert (last["code"], names(last), names(last["data"]["failedReason"])) == (805, ENVELOPE, REASON)


def test_accounts_prices_and_apps(hub: StandIn) -> None:
    account = asked(hub, "/uc/openapi/accountStatus", apikey=hub.api_key)
    assert names(account["data"]) == "remainCoins currentTaskCounts remainMoney currency apiType"
    assert (
        names(asked(hub, "/openapi/v2/price-preview/rhart-image/z-image/turbo", prompt="a", aspectRatio="1:1")) == PRICE
    )
    told = hub.client().get("/api/webapp/apiCallDemo", params={"apiKey": hub.api_key, "webappId": APP}).json()
    assert (names(told), names(told["data"]), names(told["data"]["nodeInfoList"][0])) == (ENVELOPE, DEMO, NODE)


def test_uploads(hub: StandIn) -> None:
    file = {"file": ("a.png", b"\x89PNG\r\n\x1a\n123", "image/png")}
    newer = hub.client().post("/openapi/v2/media/upload/binary", files=file).json()
    assert names(newer["data"]) == "type download_url fileName size"
    elder = hub.client().post("/task/openapi/upload", files=file, data={"fileType": "input"}).json()
    assert (names(elder), names(elder["data"])) == (ENVELOPE, "fileName fileType")


def test_events_and_what_is_told_of_them(hub: StandIn) -> None:
    task = asked(hub, TURBO, prompt="a tram", aspectRatio="1:1", webhookUrl=hub.webhooks.url)["taskId"]
    (event,) = hub.webhooks.wait(1)
    assert names(event.json) == "event taskId eventData"
    told = asked(hub, "/task/openapi/getWebhookDetail", taskId=task)
    assert names(told["data"]) == ("id userApiKey taskId webhookUrl eventData callbackStatus callbackResponse "
                                   "retryCount createTime updateTime")  # fmt: skip
