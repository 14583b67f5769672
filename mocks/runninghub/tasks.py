"""Tasks, from whichever API they were ordered: how they stand, what came of them, and how they are ended."""

from __future__ import annotations

from typing import Any

from ..engine.refusal import Refusal
from ..engine.task import Task, View
from ..engine.timeline import FINAL, State
from ..web.dialect import Answer, Route
from ..web.turn import Turn
from . import wire
from .own import task_of


def query(turn: Turn) -> Answer:
    """Tells how a task stands, and what came of it."""
    view = _looked(turn, "query")
    life = turn.dialect.contract.lives["task"]
    error = ("", "")
    if view.state in (State.FAILED, State.CANCELLED):
        row = why(turn, view)
        error = str(row["code"]), row["text"]
    results = results_of(turn, view.task) if view.state is State.SUCCEEDED else None
    used = usage(view) if view.state in FINAL else None
    return Answer(200, wire.queried(view, life, results, error, used))


def status(turn: Turn) -> Answer:
    """Tells where a task stands, in one word."""
    view = _looked(turn, "status")
    return Answer(200, wire.enveloped(turn.dialect.contract.lives["task"].words["status"][view.state], ""))


def outputs(turn: Turn) -> Answer:
    """Answers the files of a task, or how it stands."""
    view = _looked(turn, "outputs")
    errors = turn.dialect.contract.apis[turn.operation.api].errors
    if view.state is State.SUCCEEDED:
        return Answer(200, wire.enveloped([_file(view, row) for row in results_of(turn, view.task)]))
    if view.state is State.QUEUED:
        return Answer(200, _standing(errors["still-queued"], None))
    if view.state is State.RUNNING:
        return Answer(200, _standing(errors["still-running"], {"netWssUrl": socket(turn, view.task)}))
    return Answer(200, _standing(errors["status-error"], {"failedReason": reason(turn, view)}))


def cancel(turn: Turn) -> Answer:
    """Ends a task that waits or runs."""
    task, rule = task_of(turn), turn.dialect.contract.lives["task"].cancel
    if not turn.session.cancel(task, tuple(State(name) for name in rule["from"]), turn.now):
        raise Refusal("too-late")
    return Answer(200, wire.enveloped(None))


def _looked(turn: Turn, channel: str) -> View:
    task = turn.look(task_of(turn), channel, turn.dialect.contract.lives["task"].words[channel])
    return task.at(turn.now)


def _standing(row: dict[str, Any], data: Any) -> wire.Json:
    return {"code": row["code"], "msg": row["text"], "errorMessages": None, "data": data}


def results_of(turn: Turn, task: Task) -> list[wire.Json]:
    """The results of a task that has succeeded, each with the node that it comes from."""
    names = turn.session.gallery.names(task)
    return [wire.result(f"{turn.base}/media/{name}", wire.MODEL_NODE, name.rpartition(".")[2]) for name in names]


def _file(view: View, row: wire.Json) -> wire.Json:
    used = usage(view)
    return {"fileUrl": row["url"], "fileType": row["outputType"], "taskCostTime": used["taskCostTime"],
            "nodeId": row["nodeId"], "thirdPartyConsumeMoney": used["thirdPartyConsumeMoney"],
            "consumeMoney": used["consumeMoney"], "consumeCoins": used["consumeCoins"]}  # fmt: skip


def usage(view: View) -> wire.Json:
    """What a task took."""
    line = view.task.timeline
    return wire.usage(max(0.0, line.ends - line.starts), view.task.cost)


def why(turn: Turn, view: View) -> dict[str, Any]:
    """The row behind what became of a task that came to nothing."""
    contract = turn.dialect.contract
    if view.state is State.CANCELLED:
        return contract.failed("task-cancelled")
    return contract.failed(view.task.course.error)


def reason(turn: Turn, view: View) -> wire.Json:
    """Why a task came to nothing, as a node tells it."""
    return {"current_outputs": "{}", "exception_type": "RuntimeError", "node_name": "KSampler", "current_inputs": "{}",
            "traceback": "[]", "node_id": wire.MODEL_NODE,
            "exception_message": str(why(turn, view)["text"])}  # fmt: skip


def socket(turn: Turn, task: Task) -> str:
    """The address of a socket that tells of a task."""
    scheme, _, rest = turn.base.partition("://")
    return f"{'wss' if scheme == 'https' else 'ws'}://{rest}/ws/c_instance?clientId={wire.client(task.id)}"


ROUTES: dict[str, Route] = {"query": query, "status": status, "outputs": outputs, "cancel": cancel}
