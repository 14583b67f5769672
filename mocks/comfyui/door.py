"""The paths of a ComfyUI: what is answered to whoever asks it, or hands it something."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, Protocol

from ...contracts.comfyui import facts
from ...contracts.graph import Workflow
from ..engine.refusal import Refusal
from ..web import guard
from ..web.dialect import Answer
from ..web.turn import Turn
from .info import object_info, system_stats
from .prompt import beside, objection
from .runs import Run, history, left, meant, queue, turns

TAKES = ("free", "interrupt", "prompt", "queue", "history")
TEXT = ((b"content-type", b"text/plain; charset=utf-8"),)
EMPTY = Answer(200, body=b"", headers=((b"content-type", b"application/octet-stream"),))


class Machine(Protocol):
    """One ComfyUI, as its provider keeps it: what runs there, and what can be done with that."""

    @property
    def name(self) -> str:
        """By which its provider tells it from others."""

    @property
    def graphs(self) -> list[Workflow]:
        """Graphs of the nodes that it knows."""

    @property
    def card(self) -> tuple[str, int]:
        """What it computes with, and the memory of that in GiB."""

    def runs(self) -> list[Run]:
        """The prompts that were sent to it, in the order in which they came."""

    def take(self, graph: Workflow, number: float, extra: Mapping[str, Any]) -> str:
        """Takes a prompt; answers its id."""

    def stop(self, run: Run) -> None:
        """Interrupts a run."""

    def drop(self, run: Run) -> None:
        """Takes one that waits out of the queue."""

    def hide(self, run: Run) -> None:
        """Takes one that is over out of the history."""


def ask(turn: Turn, machine: Machine, path: str) -> Answer:
    """Asks a ComfyUI."""
    path = path.removeprefix("api/")
    name, slash, rest = path.partition("/")
    if path in facts("answers"):
        return Answer(200, facts("answers")[path])
    if path == "system_stats":
        return Answer(200, system_stats(*machine.card))
    if path in ("queue", "prompt"):
        runs = looked(turn, (machine.name, path), machine.runs)
        return Answer(200, queue(runs, turn.now) if path == "queue" else left(runs, turn.now))
    if slash and (not rest or "/" in rest):
        return nothing(404)
    if name == "object_info":
        info = object_info(*machine.graphs)
        return Answer(200, info if not rest else {rest: info[rest]} if rest in info else {})
    if name == "history":
        runs = looked(turn, (machine.name, path), machine.runs)
        return Answer(200, history(runs, turn.now, rest, turn.query.get("max_items", "")))
    return nothing(404)


def call(turn: Turn, machine: Machine, path: str) -> Answer:
    """Hands something to a ComfyUI."""
    path = path.removeprefix("api/")
    if path not in TAKES:
        return nothing(405)
    if path == "interrupt":
        for run in machine.runs():
            if run.going(turn.now):
                machine.stop(run)
        turn.session.clock.stir()
        return EMPTY
    try:
        said = guard.loads(turn.body)
    except Refusal:
        return nothing(500)
    if not isinstance(said, dict):
        return nothing(500)
    if path == "prompt":
        answer = _prompt(machine, said)
    else:
        answer = EMPTY
        for run in meant(machine.runs(), turn.now, path, said) if path != "free" else ():
            machine.drop(run) if path == "queue" else machine.hide(run)
    turn.session.clock.stir()  # whoever listens on a socket is told
    return answer


def nothing(status: int) -> Answer:
    """How it says that there is no answer."""
    allow = ((b"allow", b"GET,HEAD"),) if status == 405 else ()
    return Answer(status, body=facts("refused")[status].encode(), headers=(*TEXT, *allow))


def looked(turn: Turn, about: Hashable, runs: Callable[[], list[Run]]) -> list[Run]:
    """The prompts as this question finds them; in `auto`, asked again at one instant, time moves to the next change."""
    clock, found = turn.session.clock, runs()
    if clock.auto:
        question, until = ("comfyui", about), turns(found, turn.now)
        if clock.again(question) and until is not None:
            clock.jump(until)
            turn.now, found = clock.now, runs()
        turn.question = question
    return found


def _prompt(machine: Machine, said: Mapping[str, Any]) -> Answer:
    if not isinstance(said.get("prompt", {}), dict):
        return nothing(500)
    if wrong := objection(said):
        return Answer(400, wrong)
    number, extra = beside(said, len(machine.runs()))
    return Answer(200, {"prompt_id": machine.take(said["prompt"], number, extra), "number": number, "node_errors": {}})
