"""What is told of tasks, key for key, and how they are ended."""

from __future__ import annotations

import json
from typing import Any

import pytest
from understudy.mocks.stand_in import StandIn
from understudy.tests.runninghub.errands import GRAPH, ask, post, prompt, runninghub, submit

CANCEL, STATUS, OUTPUTS = "cancel", "status", "outputs"
FAILED = [
    "current_outputs",
    "exception_type",
    "node_name",
    "current_inputs",
    "traceback",
    "node_id",
    "exception_message",
]


@pytest.fixture
def handle() -> Any:
    with runninghub() as handle:
        yield handle


def no(code: int, text: str, data: Any = None) -> Any:
    return {"code": code, "msg": text, "errorMessages": None, "data": data}


def queried(task: str, status: str, **more: Any) -> Any:
    return {"taskId": task, "status": status, "errorCode": "", "errorMessage": "", "failedReason": {}, "usage": None,
            "results": None, "clientId": "", "promptTips": "", "parentTaskId": None, "taskUsageList": None,
            **more}  # fmt: skip


def test_a_life_is_told_by_each_channel_in_its_own_words(handle: StandIn) -> None:
    handle.script(queued=5, running=10, cost=0.12)
    task = submit(handle)
    assert ask(handle, "query", task) == queried(task, "QUEUED")
    assert ask(handle, STATUS, task) == {**no(0, ""), "data": "QUEUED"}
    assert ask(handle, OUTPUTS, task) == no(813, "APIKEY_TASK_IS_QUEUED")
    handle.clock.advance(5)
    assert ask(handle, "query", task) == queried(task, "RUNNING")
    assert ask(handle, STATUS, task)["data"] == "RUNNING"
    running = ask(handle, OUTPUTS, task)
    assert list(running["data"]) == ["netWssUrl"]
    assert running == no(804, "APIKEY_TASK_IS_RUNNING", running["data"])
    handle.settle()
    file = f"{handle.url}/media/{task}-0.png"
    took = {"consumeMoney": None, "consumeCoins": None, "taskCostTime": "10", "thirdPartyConsumeMoney": "0.120"}
    made = [{"url": file, "nodeId": "4", "outputType": "png", "text": None}]
    assert ask(handle, "query", task) == queried(task, "SUCCESS", usage=took, results=made)
    assert ask(handle, STATUS, task)["data"] == "SUCCESS"
    assert ask(handle, OUTPUTS, task) == no(0, "success", [
        {"fileUrl": file, "fileType": "png", "taskCostTime": "10", "nodeId": "4", "thirdPartyConsumeMoney": "0.120",
         "consumeMoney": None, "consumeCoins": None}])  # fmt: skip
    assert handle.client().get(file).status_code == 200
    assert not handle.findings


def test_a_number_is_as_good_an_id_as_its_text(handle: StandIn) -> None:
    task = submit(handle)
    for what in ("query", STATUS, OUTPUTS, CANCEL):
        assert ask(handle, what, int(task)).get("code", 0) in (0, 804), what


@pytest.mark.parametrize(("setting", "codes"), [("newest", (423, 423, 807)), ("elder", (807, 807, 807))])
def test_what_is_unknown_is_told_as_the_reading_has_it(setting: str, codes: tuple[int, ...]) -> None:
    with runninghub(not_found=setting) as handle:
        other = handle.another_key()
        for task, key in (("4", ""), (submit(handle), other)):
            assert tuple(ask(handle, what, task, key)["code"] for what in (CANCEL, STATUS, OUTPUTS)) == codes
            said = ask(handle, "query", task, key)
            assert (said["errorCode"], said["errorMessage"]) == ("1004", "Task not found, please check the task ID")


@pytest.mark.parametrize("wrong", ["aic-connection-test", "12x", [], {}, True, 1.5, "", None])
def test_an_id_that_is_no_number_is_refused(handle: StandIn, wrong: Any) -> None:
    said = ask(handle, "query", wrong)
    missing = "field 'taskId' is required, can not be empty"
    text = missing if wrong in ("", None) and not isinstance(wrong, list) else "failed to parse request body"
    assert (said["errorCode"], said["errorMessage"]) == ("1007", text)
    for what in (STATUS, OUTPUTS, CANCEL):
        assert ask(handle, what, wrong) == no(301, "PARAMS_INVALID"), what


def test_zero_is_no_id_on_the_elder_routes(handle: StandIn) -> None:
    assert {ask(handle, STATUS, zero)["code"] for zero in (0, "0")} == {301}


@pytest.mark.parametrize(("setting", "code"), [("807", 807), ("423", 423), ("0", 0)])
def test_a_late_cancel_is_told_as_the_reading_has_it(setting: str, code: int) -> None:
    with runninghub(late_cancel=setting) as handle:
        task = submit(handle)
        handle.settle()
        assert ask(handle, CANCEL, task)["code"] == code
        assert ask(handle, STATUS, task)["data"] == "SUCCESS"
        assert not handle.findings


@pytest.mark.parametrize(("setting", "word"), [("FAILED", "FAILED"), ("CANCEL", "CANCEL")])
def test_a_cancelled_task_shows_as_failed_unless_told(setting: str, word: str) -> None:
    with runninghub(cancel_word=setting) as handle:
        task = submit(handle)
        assert ask(handle, CANCEL, task) == no(0, "success")
        assert ask(handle, "query", task)["status"] == word
        assert ask(handle, STATUS, task)["data"] == "FAILED"
        assert ask(handle, OUTPUTS, task)["code"] == 805


@pytest.mark.parametrize(
    ("queued", "ran", "paid"), [(0, 0, 0.0), (0, 2.5, 0.25), (4, 2, 0.0), (2, 7, 0.5), (0, 9.999999, 1.0)]
)
def test_a_cancel_bills_what_ran(handle: StandIn, queued: float, ran: float, paid: float) -> None:
    handle.script(queued=queued, running=10, cost=1)
    task = submit(handle)
    handle.clock.advance(ran)
    ask(handle, CANCEL, task)
    assert handle.ledger.spent == pytest.approx(paid, abs=1e-6)
    assert handle.ledger.held == 0
    assert ask(handle, "query", task)["usage"]["thirdPartyConsumeMoney"] == f"{paid:.3f}"
    handle.settle()
    assert handle.ledger.spent == pytest.approx(paid, abs=1e-6)


def test_what_an_unpriced_task_ran_stays_unpriced(handle: StandIn) -> None:
    for ran, known in ((0, 0), (3, 1)):
        task = submit(handle)
        handle.clock.advance(ran)
        ask(handle, CANCEL, task)
        assert sum(handle.ledger.unpriced.values()) == known


@pytest.mark.parametrize(
    ("fails", "code", "text"),
    [
        (True, "1000", "unknown error"),
        ("1501", "1501", "Content verification failed, please modify your prompt or images"),
        ("1504", "1504", "Model timed out, please retry later"),
        ("out of memory", "1000", "out of memory"),
    ],
)
def test_a_failure_tells_its_code_and_text(handle: StandIn, fails: Any, code: str, text: str) -> None:
    handle.script(fails=fails)
    task = submit(handle)
    handle.settle()
    said = ask(handle, "query", task)
    assert said == queried(task, "FAILED", errorCode=code, errorMessage=text, usage=said["usage"])
    said = ask(handle, OUTPUTS, task)
    assert said == no(805, "APIKEY_TASK_STATUS_ERROR", said["data"])
    assert list(said["data"]["failedReason"]) == FAILED
    assert said["data"]["failedReason"]["exception_message"] == text


def test_a_graph_that_fails_says_at_which_node(handle: StandIn) -> None:
    handle.script(fails="CUDA out of memory")
    task = prompt(handle)
    handle.settle()
    reason = ask(handle, "query", task)["failedReason"]
    assert list(reason) == FAILED
    assert (reason["node_id"], reason["node_name"], reason["exception_type"]) == ("3", "KSampler", "RuntimeError")
    assert json.loads(reason["current_inputs"])["steps"] == [20]
    assert json.loads(reason["current_outputs"]) == ["4", "6", "7", "5"]
    assert isinstance(json.loads(reason["traceback"]), list)
    assert ask(handle, OUTPUTS, task)["data"] == {"failedReason": reason}


def test_a_graph_is_paid_by_its_time_and_its_results_bear_their_nodes(handle: StandIn) -> None:
    two = {**GRAPH, "10": {"class_type": "PreviewImage", "inputs": {"images": ["8", 0]}},
           "11": {"class_type": "PreviewAny", "inputs": {"source": ["6", 0]}}}  # fmt: skip
    handle.script(running=83)
    task = prompt(handle, two)
    handle.settle()
    said = ask(handle, "query", task)
    assert said["usage"] == {
        "consumeMoney": None,
        "consumeCoins": "17",
        "taskCostTime": "83",
        "thirdPartyConsumeMoney": None,
    }
    told = [(row["nodeId"], row["outputType"], row["url"] is None, row["text"]) for row in said["results"]]
    assert told == [
        ("9", "png", False, None),
        ("10", "png", False, None),
        ("11", "txt", True, GRAPH["6"]["inputs"]["text"]),
    ]
    assert [(row["nodeId"], row["consumeCoins"]) for row in ask(handle, OUTPUTS, task)["data"]] == [
        ("9", "17"),
        ("10", "17"),
    ]
    assert not handle.findings


def test_a_model_of_words_tells_them_and_names_no_file(handle: StandIn) -> None:
    with runninghub(unknown_models="accept") as handle:
        handle.add_model(
            "some/words", kind="text", schema={"type": "object", "properties": {"prompt": {"type": "string"}}}
        )
        said = post(handle, "/openapi/v2/some/words", {"prompt": "a red tram"})
        handle.settle()
        (row,) = ask(handle, "query", said["taskId"])["results"]
        assert row == {"url": None, "nodeId": "4", "outputType": "txt", "text": row["text"]}
        assert row["text"]
        (file,) = ask(handle, OUTPUTS, said["taskId"])["data"]
        assert file["fileType"] == "txt"


def test_figures_may_be_numbers_and_listed() -> None:
    with runninghub(usage_numbers="numbers", usage_list="task") as handle:
        handle.script(cost=0.12)
        task = submit(handle)
        assert ask(handle, "query", task)["taskUsageList"] is None
        handle.settle()
        said = ask(handle, "query", task)
        took = {"consumeMoney": None, "consumeCoins": None, "taskCostTime": 10, "thirdPartyConsumeMoney": 0.12}
        assert said["usage"] == took
        assert said["taskUsageList"] == [{"taskId": task, "parentTaskId": None, "taskStatus": "SUCCESS", "usage": took}]
        assert ask(handle, OUTPUTS, task)["data"][0]["taskCostTime"] == "10"
        assert not handle.findings


def test_a_loop_that_asks_again_sees_each_state_once() -> None:
    with runninghub(clock="auto") as handle:
        handle.script(queued=3, running=10)
        task = submit(handle)
        assert [ask(handle, OUTPUTS, task)["code"] for _ in range(3)] == [813, 804, 0]
        assert handle.clock.now == 13
