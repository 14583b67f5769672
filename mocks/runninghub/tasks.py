"""Tasks, from whichever API they were ordered: how they stand, what came of them, and how they are ended."""

from __future__ import annotations

import json
from typing import Any

from ...contracts.contract import Contract
from ..comfyui.messages import failure
from ..engine.luck import digest
from ..engine.media.speech import reply
from ..engine.refusal import Refusal
from ..engine.session import Session
from ..engine.task import Task, View
from ..engine.timeline import FINAL, State
from ..web.dialect import Answer, Route
from ..web.turn import Turn
from . import nodes, wire
from .own import graph, task_of, why
from .sockets import address

ELDER = "tasks"  # the API with the envelope
STANDING = {State.QUEUED: "still-queued", State.RUNNING: "still-running"}  # by state, the row that says it
REASON = ("current_outputs", "exception_type", "node_name", "current_inputs", "traceback", "node_id",
          "exception_message")  # fmt: skip
INTERRUPTED = {"exception_type": "InterruptProcessingException"}


def query(turn: Turn) -> Answer:
    """Tells how a task stands, and what came of it."""
    return Answer(200, queried(turn.dialect.contract, turn.session, turn.base, _looked(turn, "query")))


def status(turn: Turn) -> Answer:
    """Tells where a task stands, in one word."""
    return wire.yes(turn.dialect.contract.lives["task"].words["status"][_looked(turn, "status").state], "")


def outputs(turn: Turn) -> Answer:
    """Answers the files of a task, or how it stands."""
    return Answer(200, told(turn.dialect.contract, turn.session, turn.base, _looked(turn, "outputs")))


def cancel(turn: Turn) -> Answer:
    """Ends a task that waits or runs; as far as it ran, it is to be paid."""
    task, rule = task_of(turn), turn.dialect.contract.lives["task"].cancel
    done = turn.session.cancel(task, rule["from"], turn.now, billed=rule["billed"])
    if not done and rule["refused"] != rule["accepted"]:
        raise Refusal("too-late")
    return wire.yes(None)


def _looked(turn: Turn, channel: str) -> View:
    task = turn.look(task_of(turn), channel, turn.dialect.contract.lives["task"].words[channel])
    return task.at(turn.now)


def queried(contract: Contract, session: Session, base: str, view: View) -> wire.Json:
    """How a task stands, and what came of it, as the query says it."""
    word = contract.lives["task"].words["query"][view.state]
    said: wire.Json = {"taskId": view.task.id, "status": word, "errorCode": "", "errorMessage": "", "failedReason": {},
                       "usage": None, "results": None, "clientId": "", "promptTips": "", "parentTaskId": None,
                       "taskUsageList": None}  # fmt: skip
    if view.state in (State.FAILED, State.CANCELLED):
        row = why(contract, view)
        said |= {"errorCode": str(row["code"]), "errorMessage": row["text"]}
        if view.task.order.card and view.state is State.FAILED:
            said["failedReason"] = failed(contract, view)
    elif view.state is State.SUCCEEDED:
        rows = results(session, base, view.task)
        said["results"] = [row if row["text"] is None else {**row, "url": None} for row in rows]
    if view.state in FINAL:
        said["usage"] = used = usage(contract, view)
        if contract.facts.openapi["usage"]["listed"]:
            said["taskUsageList"] = [{"taskId": view.task.id, "parentTaskId": None, "taskStatus": word, "usage": used}]
    return said


def told(contract: Contract, session: Session, base: str, view: View) -> wire.Json:
    """The same as the outputs say it, with the code that stands for each state."""
    if view.state is State.SUCCEEDED:
        used = usage(contract, view, written=True)
        return wire.enveloped([wire.file(row, used) for row in results(session, base, view.task) if row["url"]])
    data: wire.Json | None = None
    if view.state is State.RUNNING:
        data = {"netWssUrl": address(base, view.task)}
    elif view.state is not State.QUEUED:
        data = {"failedReason": failed(contract, view)}
    row = contract.apis[ELDER].errors[STANDING.get(view.state, "status-error")]
    return {**wire.enveloped(data, row["text"]), "code": row["code"]}


def results(session: Session, base: str, task: Task) -> list[wire.Json]:
    """The results of a task that has succeeded, each with the node that it comes from; a text may have no file."""
    files = [f"{base}/media/{name}" for name in session.gallery.names(task)]
    if task.order.card is not None:
        return nodes.results(task, files)
    return [wire.result(url, wire.MODEL_NODE, _text(task, at) if task.order.media[at].kind == "text" else None)
            for at, url in enumerate(files)]  # fmt: skip


def _text(task: Task, index: int) -> str:
    """What a model of words says: the director's own text, or what depends on all that was asked."""
    own = task.order.media[index].own.decode("utf-8", "replace")
    prompt = task.inputs.get("prompt")
    word = digest(task.model, json.dumps(task.inputs, sort_keys=True), index)
    return own or reply(task.model, prompt if isinstance(prompt, str) else "nothing", word)


def usage(contract: Contract, view: View, written: bool = False) -> wire.Json:
    """What a task took: of a graph its time, which costs coins; of a model what it costs, or its share of that.
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
    error: dict[str, Any] = {"exception_message": str(why(contract, view)["text"])}
    if view.state is State.CANCELLED:
        error |= INTERRUPTED
    said = failure(graph(view.task), error)
    said["node_name"] = said["node_type"]
    return {key: said[key] if isinstance(said[key], str) else json.dumps(said[key]) for key in REASON}


ROUTES: dict[str, Route] = {"query": query, "status": status, "outputs": outputs, "cancel": cancel}
