"""Whose a task is, and how its machine has it: what is not there, and what is another account's, is unknown."""

from __future__ import annotations

from typing import Any

from ...contracts.contract import Contract
from ...contracts.graph import Workflow
from ..comfyui.prompt import Prompt
from ..comfyui.runs import Run, run_of
from ..engine.luck import uuid
from ..engine.refusal import Refusal
from ..engine.session import Session
from ..engine.task import Task, View
from ..engine.timeline import State
from ..web.turn import Turn
from . import wire

# The one node of a model, by what it makes: nobody outside knows of others.
CLASSES = {"video": "SaveVideo", "audio": "SaveAudio", "3d": "SaveGLB", "text": "SaveText"}


def task_of(turn: Turn, id: str = "") -> Task:
    """The task of an id, or that the body names, if it is there, not too old, and the asker's own."""
    kept = turn.dialect.contract.lives["task"].kept
    task = turn.session.tasks.get(id or str(turn.inputs["taskId"]))  # a number counts as its digits
    if task is None or task.account is not turn.account or turn.session.worn(task, kept, turn.now):
        raise Refusal("unknown-id")
    turn.task = task.id
    return task


def begun(turn: Turn, task: Task) -> str:
    """The word for a task that was just taken: it waits, or it runs."""
    queued = task.timeline.at(turn.now) is State.QUEUED
    return turn.dialect.contract.lives["task"].words["query"][State.QUEUED if queued else State.RUNNING]


def graph(task: Task) -> Workflow:
    """The graph that a task runs, which stands on its card; a model's is the one node that keeps its files."""
    if task.order.card is not None:
        runs: Workflow = task.order.card()["workflow"]
        return runs
    kind = task.order.media[0].kind if task.order.media else ""
    return {wire.MODEL_NODE: {"class_type": CLASSES.get(kind, "SaveImage"), "inputs": {"filename_prefix": "ComfyUI"}}}


def why(contract: Contract, view: View) -> dict[str, Any]:
    """The row behind what became of a task that came to nothing; words of a director's own have the usual code."""
    if view.state is State.CANCELLED:
        return contract.failed("task-cancelled")
    row = contract.failed(view.task.course.error)
    return row if row["code"] else {**row, "code": contract.failed("task-failed")["code"]}


def prompt_id(session: Session, task: Task) -> str:
    """The id of a task as the ComfyUI of its machine has it."""
    return uuid(session.seed, "prompt", task.number)


def run(contract: Contract, session: Session, task: Task, said: dict[str, Any] | None = None) -> Run | None:
    """The run of a task on its machine, as the ComfyUI there tells it; none of one that was taken out of the queue."""
    prompt = Prompt(task.number, prompt_id(session, task), graph(task), said or {"client_id": wire.client(task.id)})
    text = str(why(contract, task.at(task.timeline.ends))["text"])
    made = run_of(task, prompt, {"exception_message": text})
    return made and made._replace(files=session.gallery.names(task))
