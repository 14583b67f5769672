"""Tasks, from whichever API they were ordered: how they stand, what came of them, and how they are ended."""

from __future__ import annotations

import json
from typing import Any

from ...contracts.contract import Contract
from ..comfyui.messages import failure
from ..engine.refusal import Refusal
from ..engine.session import Session
from ..engine.task import View
from ..engine.timeline import FINAL, State
from ..web.dialect import Answer, Route
from ..web.turn import Turn
from . import wire
from .own import graph, results, task_of, why
from .sockets import address

ELDER = "tasks"  # the API with the envelope
INTERRUPTED = {"exception_type": "InterruptProcessingException"}


def query(turn: Turn) -> Answer:
    """Tells how a task stands, and what came of it."""
    return Answer(200, queried(turn.dialect.contract, turn.session, turn.base, _looked(turn, "query")))


def status(turn: Turn) -> Answer:
    """Tells where a task stands, in one word."""
    view = _looked(turn, "status")
    return Answer(200, wire.enveloped(turn.dialect.contract.lives["task"].words["status"][view.state], ""))


def outputs(turn: Turn) -> Answer:
    """Answers the files of a task, or how it stands."""
    return Answer(200, told(turn.dialect.contract, turn.session, turn.base, _looked(turn, "outputs")))


def cancel(turn: Turn) -> Answer:
    """Ends a task that waits or runs; as far as it ran, it is to be paid."""
    task, rule = task_of(turn), turn.dialect.contract.lives["task"].cancel
    allowed = tuple(State(name) for name in rule["from"])
    done = turn.session.cancel(task, allowed, turn.now, billed=rule["billed"])
    if not done and rule["refused"] != rule["accepted"]:
        raise Refusal("too-late")
    return Answer(200, wire.enveloped(None))


def _looked(turn: Turn, channel: str) -> View:
    task = turn.look(task_of(turn), channel, turn.dialect.contract.lives["task"].words[channel])
    return task.at(turn.now)


def queried(contract: Contract, session: Session, base: str, view: View) -> wire.Json:
    """How a task stands, and what came of it, as the query says it."""
    life, bad, made, used = contract.lives["task"], ("", ""), None, None
    reason: wire.Json = {}
    if view.state in (State.FAILED, State.CANCELLED):
        row = why(contract, view)
        bad = str(row["code"]), row["text"]
        reason = failed(contract, view) if view.task.order.card and view.state is State.FAILED else {}
    elif view.state is State.SUCCEEDED:
        rows = results(session, base, view.task)
        made = [row if row["text"] is None else {**row, "url": None} for row in rows]
    if view.state in FINAL:
        used = usage(contract, view)
    said = wire.queried(view, life, made, bad, used)
    listed = contract.facts.openapi["usage"]["listed"] and used
    more = [{"taskId": view.task.id, "parentTaskId": None, "taskStatus": said["status"], "usage": used}]
    return {**said, "failedReason": reason, "taskUsageList": more if listed else None}


def told(contract: Contract, session: Session, base: str, view: View) -> wire.Json:
    """The same as the outputs say it, with the code that stands for each state."""
    errors = contract.apis[ELDER].errors
    if view.state is State.SUCCEEDED:
        rows = [row for row in results(session, base, view.task) if row["url"]]
        return wire.enveloped([wire.file(row, usage(contract, view, written=True)) for row in rows])
    if view.state is State.QUEUED:
        return _standing(errors["still-queued"], None)
    if view.state is State.RUNNING:
        return _standing(errors["still-running"], {"netWssUrl": address(base, view.task)})
    return _standing(errors["status-error"], {"failedReason": failed(contract, view)})


def _standing(row: dict[str, Any], data: Any) -> wire.Json:
    return {"code": row["code"], "msg": row["text"], "errorMessages": None, "data": data}


def usage(contract: Contract, view: View, written: bool = False) -> wire.Json:
    """What a task took: of a graph its time, which costs coins; of a model what it costs, or the share of that which ran.
    Numbers are texts, unless the newest reading is not wanted; where they are `written`, always."""
    task, line = view.task, view.task.timeline
    seconds = max(0.0, line.ends - line.starts)
    numbers = contract.facts.openapi["usage"]["numbers"] and not written
    if task.slots.rate is not None:
        return wire.usage(seconds, None, task.due or 0, numbers)
    share = {State.SUCCEEDED: 1.0, State.CANCELLED: task.reached(view.now)}.get(view.state)
    return wire.usage(seconds, None if task.cost is None or share is None else task.cost * share, numbers=numbers)


def failed(contract: Contract, view: View) -> wire.Json:
    """Why a task came to nothing, as the node tells it at which it did; lists and objects are JSON in a text."""
    error = {"exception_message": str(why(contract, view)["text"])}
    if view.state is State.CANCELLED:
        error |= INTERRUPTED
    said = failure(graph(view.task), error)
    return {"current_outputs": json.dumps(said["current_outputs"]), "exception_type": said["exception_type"],
            "node_name": said["node_type"], "current_inputs": json.dumps(said["current_inputs"]),
            "traceback": json.dumps(said["traceback"]), "node_id": said["node_id"],
            "exception_message": said["exception_message"]}  # fmt: skip


ROUTES: dict[str, Route] = {"query": query, "status": status, "outputs": outputs, "cancel": cancel}
