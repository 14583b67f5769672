"""The Trainer's bodies: from a task to what is answered. Pure functions."""

from __future__ import annotations

from typing import Any

from ....contracts.life import Lifecycle
from ...engine.task import Task
from ...engine.timeline import State

JOBS = "/prod/v1/trainers/ai-toolkit/jobs"


def file(name: str, size: int) -> dict[str, Any]:
    """A file of a data set."""
    return {"filename": name, "size_bytes": size}


def job(task: Task, name: str, word: str, stamp: str) -> dict[str, Any]:
    """A job as it is answered when something was done with it."""
    return {"id": task.id, "name": name, "status": word, "created_at": stamp}


def progress(task: Task, steps: int, now: float) -> dict[str, Any]:
    """How far a job is: the last step is told once it has succeeded."""
    share = task.reached(now)
    current = steps if share == 1 else min(int(share * steps + 1e-6), steps - 1)
    return {"percent": 100 * current // steps, "current_step": current, "total_steps": steps}


def stamps(task: Task, now: float) -> tuple[float | None, float | None]:
    """When it left the queue the first time, and when it ended, if it is over now."""
    line = task.timeline
    started = next((at for at, state in line.beats if state is State.RUNNING and at <= now), None)
    return started, line.ends if line.ends <= now else None


def result(task: Task, life: Lifecycle, files: list[tuple[str, str, str]], error: dict[str, str] | None,
           now: float) -> dict[str, Any]:  # fmt: skip
    """The files so far: of each its kind, its own name and its address."""
    rows: dict[str, list[dict[str, str]]] = {"lora": [], "image": [], "text": []}
    for kind, name, address in files:
        rows.get(kind, rows["image"]).append({"name": name, "path": address})
    artifacts: dict[str, Any] = {"checkpoints": rows["lora"], "samples": rows["image"]}
    if rows["text"]:
        artifacts["config"] = rows["text"][0]
    said = {"id": task.id, "status": life.words["result"][task.timeline.at(now)], "artifacts": artifacts}
    return {**said, "error": error} if error else said
