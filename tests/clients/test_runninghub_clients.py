"""RunningHub's public clients, unmodified, and a plain one of ComfyUI: errands end well, nobody leaves this machine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from understudy import StandIn, stand_in
from understudy.tests.clients.environments import ERRANDS as GUARDED
from understudy.tests.clients.environments import HERE, RUNNINGHUB, NotMade, all_of_them
from understudy.tests.clients.process import told_by

pytestmark = pytest.mark.more

ERRANDS = HERE / "runninghub"
RUN: Any = {"queued": 0, "running": 3}  # each look sees a state once; the command line does not know the queue's
PICTURE = {"files": 1, "file": "PNG"}
SEEN: dict[tuple[str, str], Any] = {
    ("rh_cli", "account"): {"coins": True, "tasks": "0", "type": "SHARED"},
    ("rh_cli", "apps"): {"records": 1, "total": True, "id": True, "named": True},
    ("rh_cli", "app_info"): {"kinds": True, "id": True},
    ("rh_cli", "app"): {"status": "SUCCESS", "task": 19, "type": "png", "file": "PNG"},
    ("rh_cli", "app_file"): {"status": "SUCCESS", "files": 1},
    ("rh_cli", "app_batch"): {"success": 2, "failed": 0, "files": 2},
    ("rh_cli", "model_run"): {"status": "SUCCESS", **PICTURE},
    ("rh_cli", "model_file"): {"status": "SUCCESS", "files": 1},
    ("rh_cli", "task"): {"status": "SUCCESS", "same": True, "file": "PNG"},
    ("rh_sdk", "account"): {"coins": True, "tasks": "0", "type": "SHARED", "money": True, "currency": "CNY"},
    ("rh_sdk", "queue"): {"type": "SHARED", "limit": True, "now": "0"},
    ("rh_sdk", "keys"): {"keys": 1, "enabled": True, "masked": True},
    ("rh_sdk", "valid"): {"valid": True},
    ("rh_sdk", "models"): {"page": [5, 1], "counted": True},
    ("rh_sdk", "demo"): {"named": True, "curl": True, "nodes": True},
    ("rh_sdk", "app"): {"first": "QUEUED", "states": ["QUEUED", "RUNNING", "SUCCESS"], "type": "png", "node": True,
                        "file": "PNG"},
    ("rh_sdk", "workflow"): {"files": True, "file": "PNG"},
    ("rh_sdk", "model"): {"code": "", "type": "png", "file": "PNG", "usage": True},
    ("rh_sdk", "model_file"): {"type": "image", "size": "69", "files": 1},
    ("rh_sdk", "price"): {"code": "", "price": True, "currency": "CNY"},
    ("rh_sdk", "upload"): {"same": True, "again": True, "files": 1},
    ("rh_sdk", "lora"): {"named": True},
    ("rh_sdk", "both"): {"files": 1, "type": "SHARED"},
    ("comfy_ws", "tram"): {"types": ["executed", "executing", "execution_cached", "execution_start",
                                     "execution_success", "progress", "status"],
                           "nodes": [*"3456789"], "where": ["9"], "status": "success", **PICTURE},
    ("comfy_ws", "picture"): {"type": "input", "same": True, "files": 1},
    ("comfy_ws", "polled"): {"files": 1, "looks": True},
    ("comfy_ws", "machine"): {"stats": True, "queue": ["queue_pending", "queue_running"], "sampler": True},
}  # fmt: skip
REFUSED: dict[tuple[str, str], str] = {
    ("rh_cli", "failed"): r"task_failed: .*APIKEY_TASK_STATUS_ERROR \(code=805\)",
    ("rh_cli", "queued"): r"task_failed: .*APIKEY_TASK_IS_QUEUED \(code=813\)",  # its bug: docs/runninghub_clients.md
    ("rh_cli", "queue_full"): r"http_error: run app: TASK_QUEUE_MAXED \(code=421\)",
    ("rh_cli", "no_money"): r"(http_error|auth_failed): .*(NOT_ENOUGH|INSUFFICIENT_FUNDS)",  # 812 has "apikey" in it
    ("rh_cli", "wrong_node"): r"auth_failed: .*APIKEY_INVALID_NODE_INFO",  # so has 803
    ("rh_cli", "unknown_app"): r"http_error: app info: WEBAPP_NOT_EXISTS \(code=901\)",
    ("rh_cli", "unknown_task"): r"FAILED: (APIKEY_TASK_NOT_FOUND|TASK_NOT_FOUNED)",
    ("rh_cli", "bad_key"): r"auth_failed: Invalid API key",
    ("rh_cli", "bad_key_upload"): r"upload_failed: ",
    ("rh_cli", "model_failed"): r"task_failed: out of memory",
    ("rh_cli", "model_no_money"): r"insufficient_balance: ",
    ("rh_cli", "model_bad_key"): r"http_error: .*\(code=1002\)|auth_failed: ",
    ("rh_cli", "model_wrong"): r"http_error: .*field 'resolution'.*\(code=1007\)",
    ("rh_sdk", "failed"): r"RunningHubError: \[805\] APIKEY_TASK_STATUS_ERROR",
    ("rh_sdk", "model_failed"): r"TaskError: \[805\] out of memory",
    ("rh_sdk", "cancel"): r"RunningHubError: \[805\] APIKEY_TASK_STATUS_ERROR",
    ("rh_sdk", "queue_full"): r"RunningHubError: \[421\] TASK_QUEUE_MAXED",
    ("rh_sdk", "no_money"): r"RunningHubError: \[(414|416|812)\] .*(NOT_ENOUGH|INSUFFICIENT_FUNDS)",
    ("rh_sdk", "model_no_money"): r"\[812\] .*INSUFFICIENT",
    ("rh_sdk", "unknown_model"): r"\[1001\] ",
    ("rh_sdk", "wrong_value"): r"\[1007\] field 'resolution' value 77k is not in the allowed options",
    ("rh_sdk", "model_bad_key"): r"\[1002\] ",
    ("rh_sdk", "unknown_app"): r"RunningHubError: \[901\] WEBAPP_NOT_EXISTS",
    ("rh_sdk", "wrong_node"): r"RunningHubError: \[803\] APIKEY_INVALID_NODE_INFO",
    ("rh_sdk", "unknown_task"): r"RunningHubError: \[(807\] APIKEY_TASK_NOT_FOUND|423\] TASK_NOT_FOUNED)",
    ("rh_sdk", "unknown_task_v2"): r"TaskError: \[805\] Task not found",
    ("rh_sdk", "no_webhook"): r"RunningHubError: \[1\] webhook event not exists",
    ("rh_sdk", "bad_key"): r"NetworkError: \[-1\] HTTP错误: 401|RunningHubError: \[(801|802|806|811)\]",
    ("rh_sdk", "bad_key_upload"): r"RunningHubError: \[401\] ApiKey verification failed",
    ("comfy_ws", "failed"): r"out of memory",
    ("comfy_ws", "wrong_graph"): r"prompt_outputs_failed_validation",
    ("comfy_ws", "empty_graph"): r"prompt_no_outputs",
    ("comfy_ws", "bad_key"): r"(?i)key",
}
UNQUEUED: Callable[[StandIn], object] = lambda runninghub: runninghub.script(**RUN)  # noqa: E731
FAILS: Callable[[StandIn], object] = lambda runninghub: runninghub.script(fails="out of memory", **RUN)  # noqa: E731
BROKE: Callable[[StandIn], object] = lambda runninghub: runninghub.ledger.set(0)  # noqa: E731
BEFORE: dict[tuple[str, str], Callable[[StandIn], object]] = {
    **{("rh_cli", errand): UNQUEUED for errand in ("app", "app_file", "task", "model_run", "model_file")},
    ("rh_cli", "app_batch"): lambda runninghub: runninghub.script(times=2, **RUN),
    ("rh_cli", "queued"): lambda runninghub: runninghub.script(queued=10, running=3),
    ("rh_sdk", "app"): lambda runninghub: runninghub.script(queued=10, running=3),
    **{(who, "queue_full"): lambda runninghub: runninghub.refuse_next(421) for who in ("rh_cli", "rh_sdk")},
    **{each: FAILS for each in [*REFUSED] if each[1] in ("failed", "model_failed")},
    **{each: BROKE for each in [*REFUSED] if each[1].endswith("no_money")},
}
ALLOWED = {"unknown-model", "not-in-list", "unknown-node"}


@pytest.fixture(scope="session")
def homes() -> dict[str, Path]:
    """Every client's environment."""
    try:
        return all_of_them(RUNNINGHUB)
    except NotMade as no:
        pytest.fail(str(no))


@pytest.fixture
def runninghub() -> Iterator[StandIn]:
    with stand_in("runninghub") as handle:
        handle.allowed |= ALLOWED
        yield handle


def sent(homes: dict[str, Path], client: str, errand: str, runninghub: StandIn, *more: str) -> dict[str, Any]:
    """What a client tells of its errand; what is asked of it in any case is asked here."""
    where = [runninghub.url, runninghub.api_key]
    if client == "comfy_ws":
        where = ["/".join([runninghub.url, "proxy", runninghub.api_key])]
    told = told_by([str(homes[client]), f"{client}.py", errand, *where, *more], ERRANDS, PYTHONPATH=str(GUARDED))
    assert told["outside"] == []
    assert [call for call in told["calls"] if call["seconds"] > call["at_least"] + 2] == []
    return told


@pytest.mark.parametrize(("client", "errand"), [each for each in SEEN if each != ("rh_sdk", "workflow")])
def test_a_client_does_its_errand(runninghub: StandIn, homes: dict[str, Path], client: str, errand: str) -> None:
    if (client, errand) in BEFORE:
        BEFORE[client, errand](runninghub)
    assert sent(homes, client, errand, runninghub)["seen"] == SEEN[client, errand]


@pytest.mark.parametrize(("client", "errand"), REFUSED)
def test_a_client_is_told_why_not(runninghub: StandIn, homes: dict[str, Path], client: str, errand: str) -> None:
    if (client, errand) in BEFORE:
        BEFORE[client, errand](runninghub)
    seen = sent(homes, client, errand, runninghub)["seen"]
    assert re.search(REFUSED[client, errand], str(seen["refused"]))
    if client == "rh_cli":
        assert seen["exit"] == (0 if errand == "unknown_task" else 1)


def test_the_sdk_runs_a_workflow(runninghub: StandIn, homes: dict[str, Path]) -> None:
    workflow = runninghub.props("workflow")[0]
    seen = sent(homes, "rh_sdk", "workflow", runninghub, workflow.id)["seen"]
    assert seen == SEEN["rh_sdk", "workflow"]


def test_what_a_client_changes_is_what_is_ordered(runninghub: StandIn, homes: dict[str, Path]) -> None:
    runninghub.script(**RUN)
    sent(homes, "rh_cli", "app", runninghub)
    (order,) = runninghub.requests(on="submit")
    (node,) = order.request_json["nodeInfoList"]
    assert (node["fieldValue"], {*node}) == ("a red tram", {"nodeId", "fieldName", "fieldValue"})
    assert len(runninghub.tasks) == 1


def test_what_is_refused_makes_no_task(runninghub: StandIn, homes: dict[str, Path]) -> None:
    runninghub.refuse_next(421)
    sent(homes, "rh_cli", "queue_full", runninghub)
    assert len(runninghub.tasks) == 0


@pytest.mark.parametrize(("client", "script", "story", "every"), [
    ("rh_cli", "fast_forward.py", 300, 5),
    ("rh_sdk", "fast_forward_sdk.py", 120, 2),
])  # fmt: skip
def test_minutes_of_waiting_pass_in_a_moment(
    homes: dict[str, Path], client: str, script: str, story: int, every: int
) -> None:
    told = told_by([str(homes[client]), script], ERRANDS, PYTHONPATH=str(GUARDED))
    seen = told["seen"]
    assert told["outside"] == []
    assert seen["story"] >= story
    assert seen["seconds"] < story / 10
    assert story / every <= seen["looks"] <= story / every + 2, "each look was taken"
