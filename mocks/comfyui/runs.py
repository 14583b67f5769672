"""What a ComfyUI tells of the prompts that were sent to it: those that run, wait and are over. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from math import inf
from typing import Any, NamedTuple

from ..engine.task import Task
from ..engine.timeline import State
from .files import bare, media, told
from .prompt import Prompt


class Ending(StrEnum):
    """How a run comes to its end."""

    SUCCESS = "success"
    ERROR = "error"
    INTERRUPTED = "interrupted"


class Run(NamedTuple):
    """A prompt with its times. One that was taken out of the queue is none; a moment that is not known is infinite."""

    prompt: Prompt
    begins: float
    ends: float
    ending: Ending = Ending.SUCCESS
    meant: float | None = None  # when it would have ended, had nobody stopped it
    error: Mapping[str, Any] = {}  # what is known of why it failed, as a failure tells it
    files: Sequence[str] | None = None  # their names or addresses; as many as the graph asks for, unless told
    hidden: bool = False  # taken out of the history
    before: Mapping[tuple[str, ...], int] = {}  # how many files of each name its machine has kept already

    def going(self, now: float) -> bool:
        """Whether it runs."""
        return self.begins <= now < self.ends


ENDINGS = {State.FAILED: Ending.ERROR, State.CANCELLED: Ending.INTERRUPTED, State.PAUSED: Ending.INTERRUPTED}


def run_of(task: Task, prompt: Prompt, error: Mapping[str, Any] | None = None) -> Run | None:
    """The run of a task that a machine was handed as a prompt; none of one that was taken out of the queue."""
    line, course = task.timeline, task.course
    state = line.states[-1]
    ending = ENDINGS.get(state, Ending.SUCCESS)
    if ending is Ending.INTERRUPTED and State.RUNNING not in line.states[line.begun :]:
        return None
    begins = line.starts
    meant = round(begins + course.left, 6) if begins < inf and not course.manual else inf
    return Run(prompt, begins, line.ends, ending, meant, error or {})


def queue(runs: Sequence[Run], now: float) -> dict[str, Any]:
    """Those that run, and those that wait."""
    return {"queue_running": [run.prompt.row for run in runs if run.going(now)],
            "queue_pending": [run.prompt.row for run in runs if run.begins > now]}  # fmt: skip


def left(runs: Sequence[Run], now: float) -> dict[str, Any]:
    """How many are not over."""
    return {"exec_info": {"queue_remaining": sum(run.ends > now for run in runs)}}


def history(runs: Sequence[Run], now: float, name: str = "", most: str = "") -> dict[str, Any]:
    """Those that are over: all, the one of a name, or the last so many."""
    over = [run for run in runs if run.ends <= now and not run.hidden and name in ("", run.prompt.id)]
    if most.isdecimal():
        over = over[max(0, len(over) - int(most[:9])) :]
    return {run.prompt.id: entry(run) for run in over}


def entry(run: Run) -> dict[str, Any]:
    """What the history has of one."""
    done = run.ending is Ending.SUCCESS
    status: dict[str, Any] = {"status_str": "success" if done else "error", "completed": done, "messages": []}
    return {"prompt": run.prompt.row, "outputs": kept(run) if done else {}, "status": status, "meta": {}}


def kept(run: Run) -> dict[str, dict[str, Any]]:
    """What its nodes have kept, once it has succeeded."""
    graph, files = run.prompt.graph, run.files
    if files is None:
        files = [f"file.{medium.format}" for medium in media(graph)]
    return bare(told(graph, files, Counter(run.before)))


def meant(runs: Sequence[Run], now: float, book: str, said: Mapping[str, Any]) -> list[Run]:
    """Those that a client wants out of a book: the queue, where they wait, or the history, where they are over."""
    named = said.get("delete", ())
    there = [run for run in runs if (run.begins > now if book == "queue" else run.ends <= now)]
    return [run for run in there if said.get("clear") or (isinstance(named, list) and run.prompt.id in named)]


def turns(runs: Sequence[Run], now: float) -> float | None:
    """When one of them begins or ends next, if any does."""
    return min((at for run in runs for at in (run.begins, run.ends) if at > now), default=None)
