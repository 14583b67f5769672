"""What each reading of Serverless does to the wire: how it is asked, and what each choice answers."""

from __future__ import annotations

from typing import Any

from understudy.mocks.stand_in import StandIn
from understudy.tests.runcomfy.serverless import READY, ask, code, inference, send, submit
from understudy.tests.runcomfy.test_golden import golden

OWN = f"/prod/v2/deployments/{READY}"
FAILED = [{"errorCode": 0, "error": "broke", "debugInfo": ""}]


def bounds(handle: StandIn) -> list[int]:
    """Which of these ranges of instances are taken."""
    said = golden("serverless/new_deployment")
    ranges = [(3, 10), (4, 10), (3, 11), (30, 60), (31, 60), (30, 61)]
    rows = [{**said, "min_instances": least, "max_instances": most} for least, most in ranges]
    return [send(handle, "POST", "/prod/v2/deployments", row).status_code for row in rows]


def words(handle: StandIn) -> list[str]:
    name = submit(handle)
    ask(handle, name, "cancel")
    return [
        ask(handle, name, what, version).json()["status"] for version in ("v1", "v2") for what in ("status", "result")
    ]


def forms(handle: StandIn) -> list[list[str]]:
    """The keys of the older paths' answers about what runs, and of a cancel."""
    name = submit(handle)
    handle.clock.advance(5)
    return [list(ask(handle, name, what, "v1").json()) for what in ("status", "result", "cancel")]


def errors(handle: StandIn) -> list[Any]:
    handle.script(fails="broke")
    name = submit(handle)
    handle.clock.advance(60)
    return [ask(handle, name, "result", version).json()["error"] for version in ("v1", "v2")]


def broke(handle: StandIn) -> Any:
    handle.ledger.set(0)
    return code(send(handle, "POST", inference(), {}))


def late(handle: StandIn) -> list[Any]:
    """What each version says, one after the other, of one that runs."""
    name = submit(handle)
    handle.clock.advance(5)
    return [ask(handle, name, "cancel", "v1").json()["status"], ask(handle, name, "cancel").json()["outcome"]]


def workflows(handle: StandIn) -> list[bool]:
    """Whether a workflow is told by making, by changing, and where nobody asked for it."""
    made = send(handle, "POST", "/prod/v2/deployments", golden("serverless/new_deployment")).json()
    own = f"/prod/v2/deployments/{made['id']}"
    others = (send(handle, "PATCH", own, {"name": "two"}).json(), send(handle, "GET", own).json())
    return ["workflow_api_json" in each.get("payload", {}) for each in (made, *others)]


def dropped(handle: StandIn) -> Any:
    answer = send(handle, "DELETE", OWN)
    assert answer.status_code == 200
    return list(answer.json()) if answer.content else None


STATUS = ["request_id", "status", "status_url", "result_url"]
RESULT = ["request_id", "status", "created_at"]
ASKED: dict[str, tuple[Any, dict[str, Any]]] = {
    "instance_bounds": (bounds, {"0-30": [200] * 4 + [422] * 2, "0-3": [200] + [422] * 5}),
    "serverless_cancelled_word": (
        words, {"cancelled": ["canceled"] * 2 + ["cancelled"] * 2, "canceled": ["canceled"] * 4},
    ),
    "serverless_v1_form": (
        forms,
        {
            "strict": [STATUS, RESULT, ["request_id", "status"]],
            "documented": [[*STATUS, "instance_id"], [*RESULT, "instance_id"], ["request_id", "status", "outcome"]],
        },
    ),
    "serverless_failed_error": (
        errors,
        {"array": [FAILED] * 2, "object": [{"type": "GenerationFailed", "message": "broke"}] * 2,
         "string": ["broke"] * 2},
    ),
    "serverless_no_funds": (broke, {"403": (403, 10001), "402": (402, 10001), "200": (200, 10001)}),
    "serverless_bad_token": (
        lambda h: code(send(h, "GET", OWN, key="no")),
        {"401": (401, 401001), "403": (403, 401001), "400004": (401, 400004)},
    ),
    "cancel_running": (
        late, {"yes": ["cancellation_requested", "not_cancellable"], "queued only": ["not_cancellable"] * 2},
    ),
    "change_answer": (workflows, {"settings": [False] * 3, "payload": [True, True, False]}),
    "delete_answer": (
        dropped, {"object": [], "empty": None, "deployment": list(golden("serverless/deployment"))},
    ),
}  # fmt: skip
