"""Whose a task is, what it runs, and what came of it: what is not there, and what is another account's, is unknown."""

from __future__ import annotations

import json
from typing import Any

from ...contracts.contract import Contract
from ...contracts.graph import Workflow
from ..comfyui.prompt import Prompt
from ..comfyui.runs import Run, run_of
from ..engine.luck import digest, uuid
from ..engine.media.speech import reply
from ..engine.refusal import Refusal
from ..engine.session import Session
from ..engine.task import Task, View
from ..engine.timeline import State
from ..web.turn import Turn
from . import nodes, wire

# The one node of a model, by what it makes: nobody outside knows of others.
CLASSES = {"video": "SaveVideo", "audio": "SaveAudio", "3d": "SaveGLB", "text": "SaveText"}


def task_of(turn: Turn) -> Task:
    """The task that a body names, if it is there and the asker's own. A number counts as its digits."""
    named = str(turn.inputs["taskId"])
    task = turn.session.tasks.get(named)
    if task is None or task.account is not turn.account or _gone(turn, task):
        raise Refusal("unknown-id")
    turn.task = task.id
    return task


def graph(task: Task) -> Workflow:
    """The graph that a task runs, which stands on its card; a model's is the one node that keeps its files."""
    card = task.order.card
    if card is not None:
        runs: Workflow = card()["workflow"]  # type: ignore[assignment]
        return runs
    kind = task.order.media[0].kind if task.order.media else ""
    return {wire.MODEL_NODE: {"class_type": CLASSES.get(kind, "SaveImage"), "inputs": {"filename_prefix": "ComfyUI"}}}


def why(contract: Contract, view: View) -> dict[str, Any]:
    """The row behind what became of a task that came to nothing; words of a director's own have the usual code."""
    if view.state is State.CANCELLED:
        return contract.failed("task-cancelled")
    row = contract.failed(view.task.course.error)
    return row if row["code"] else {**row, "code": contract.failed("task-failed")["code"]}


def results(session: Session, base: str, task: Task) -> list[wire.Json]:
    """The results of a task that has succeeded, each with the node that it comes from; a text may have no file."""
    files = [f"{base}/media/{name}" for name in session.gallery.names(task)]
    if task.order.card is None:
        said = enumerate(zip(task.order.media, files, strict=True))
        return [wire.result(url, wire.MODEL_NODE, _form(url), _text(task, at) if medium.kind == "text" else None)
                for at, (medium, url) in said]  # fmt: skip
    return nodes.results(task, files)


def _form(url: str) -> str:
    return url.rpartition(".")[2]


def _text(task: Task, index: int) -> str:
    """What a model of words says: the director's own text, or what depends on all that was asked."""
    own = task.order.media[index].own.decode("utf-8", "replace")
    prompt = task.inputs.get("prompt")
    word = digest(task.model, json.dumps(task.inputs, sort_keys=True), index)
    return own or reply(task.model, prompt if isinstance(prompt, str) else "nothing", word)


def prompt_id(session: Session, task: Task) -> str:
    """The id of a task as the ComfyUI of its machine has it."""
    return uuid(session.seed, "prompt", task.number)


def run(contract: Contract, session: Session, task: Task, said: dict[str, Any] | None = None) -> Run | None:
    """The run of a task on its machine, as the ComfyUI there tells it; none of one that was taken out of the queue."""
    prompt = Prompt(task.number, prompt_id(session, task), graph(task), said or {"client_id": wire.client(task.id)})
    text = str(why(contract, task.at(task.timeline.ends))["text"])
    made = run_of(task, prompt, {"exception_message": text})
    return made and made._replace(files=session.gallery.names(task))


def _gone(turn: Turn, task: Task) -> bool:
    """Whether a task has been over for so long that it is kept no more."""
    kept = turn.dialect.contract.lives["task"].kept
    return kept is not None and task.timeline.ends <= turn.now and turn.session.ended_age(task) >= kept
