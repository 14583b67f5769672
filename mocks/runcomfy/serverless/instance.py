"""The ComfyUI of an instance, as the proxy hands it on: what it tells of itself, and prompts that are sent to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

from ....contracts.graph import outputs as last_nodes
from ....contracts.nodes import kept
from ...engine.prop import Prop
from ...engine.refusal import Refusal
from ...web import guard
from ...web.dialect import Answer, Route
from ...web.turn import Turn
from . import comfy
from .deployments import alive_instances, found
from .outputs import media, told

KIND = "prompt"  # what is sent to an instance itself is a prop of its account: its state is told by the time
TAKES = ("free", "interrupt", "prompt", "queue", "history")
TEXT = ((b"content-type", b"text/plain; charset=utf-8"),)
EMPTY = Answer(200, body=b"", headers=((b"content-type", b"application/octet-stream"),))


@dataclass(frozen=True, slots=True)
class Run:
    """A prompt with its time: an instance runs one after the other."""

    prompt: comfy.Prompt
    begins: float
    ends: float
    stopped: bool = False
    hidden: bool = False  # taken out of the history


def ask_instance(turn: Turn) -> Answer:
    """Asks the ComfyUI of an instance."""
    prop, instance, path = _named(turn)
    name, slash, rest = path.partition("/")
    if path in comfy.facts("answers"):
        return Answer(200, comfy.facts("answers")[path])
    if path == "system_stats":
        return Answer(200, comfy.system_stats(next(iter(prop.said["hardware"]), "")))
    if path in ("queue", "prompt"):
        runs = _looked(turn, instance, path)
        return Answer(200, _queue(runs, turn.now) if path == "queue" else _left(runs, turn.now))
    if slash and (not rest or "/" in rest):
        return _nothing(404)
    if name == "object_info":
        info = comfy.object_info(prop.more.workflow)
        return Answer(200, info if not rest else {rest: info[rest]} if rest in info else {})
    if name == "history":
        runs = _looked(turn, instance, path)
        return Answer(200, _history(runs, turn.now, rest, turn.query.get("max_items", "")))
    return _nothing(404)


def call_instance(turn: Turn) -> Answer:
    """Hands something to the ComfyUI of an instance."""
    _, instance, path = _named(turn)
    if path not in TAKES:
        return _nothing(405)
    if path == "interrupt":
        return _interrupt(turn, instance)
    try:
        said = guard.loads(turn.body)
    except Refusal:
        return _nothing(500)
    if not isinstance(said, dict):
        return _nothing(500)
    if path == "prompt":
        return _prompt(turn, instance, said)
    return EMPTY if path == "free" else _forget(turn, instance, path, said)


def object_info(turn: Turn) -> Answer:
    """The classes of a deployment's nodes, whether or not an instance lives."""
    return Answer(200, comfy.object_info(found(turn).more.workflow))


def _named(turn: Turn) -> tuple[Prop, str, str]:
    """The deployment, the instance, which must live, and the path behind it."""
    prop, named = found(turn), turn.named
    if named["instance_id"] not in alive_instances(turn.session, prop, turn.now):
        raise Refusal("unknown-id")
    return prop, named["instance_id"], named["comfy_path"].removeprefix("api/")


def _nothing(status: int) -> Answer:
    allow = ((b"allow", b"GET,HEAD"),) if status == 405 else ()
    return Answer(status, body=comfy.facts("refused")[status].encode(), headers=(*TEXT, *allow))


def _interrupt(turn: Turn, instance: str) -> Answer:
    """Stops the prompt that runs; a request of the API is cancelled by its own path."""
    for run in _runs(turn, instance):
        if run.begins <= turn.now < run.ends:
            _change(turn, run, stopped=turn.now)
    return EMPTY


def _change(turn: Turn, run: Run, **said: Any) -> None:
    prop = turn.session.props[run.prompt.id]
    turn.session.props[prop.id] = prop.but(turn.now, said={**prop.said, **said})


def _prompt(turn: Turn, instance: str, said: Mapping[str, Any]) -> Answer:
    if not isinstance(said.get("prompt", {}), dict):
        return _nothing(500)
    if objection := comfy.objection(said):
        return Answer(400, objection)
    number = float(len(_runs(turn, instance)))
    number = (
        said["number"] if isinstance(said.get("number"), (int, float)) else -number if said.get("front") else number
    )
    extra = said["extra_data"] if isinstance(said.get("extra_data"), dict) else {}
    if "client_id" in said:
        extra = {**extra, "client_id": said["client_id"]}
    row = {"graph": said["prompt"], "number": number, "extra": extra}
    prop = turn.session.add_prop(turn.account, KIND, instance, row)
    return Answer(200, {"prompt_id": prop.id, "number": number, "node_errors": {}})


def _forget(turn: Turn, instance: str, path: str, said: Mapping[str, Any]) -> Answer:
    """Takes prompts out of the queue, where they wait, or out of the history, where they are over."""
    named = said.get("delete", ())
    for run in _runs(turn, instance):
        there = run.begins > turn.now if path == "queue" else run.ends <= turn.now
        if not there or not (said.get("clear") or (isinstance(named, list) and run.prompt.id in named)):
            continue
        if path == "queue":
            del turn.session.props[run.prompt.id]
        else:  # it took its time all the same
            _change(turn, run, hidden=True)
    return EMPTY


def _runs(turn: Turn, instance: str) -> list[Run]:
    """The prompts of an instance, in the order in which they came."""
    durations = turn.dialect.contract.of(turn.operation).life.durations
    free = -inf
    runs: list[Run] = []
    for prop in turn.session.own(turn.account, KIND):
        if prop.name != instance:
            continue
        graph = prop.said["graph"]
        begins = max(prop.made, free)
        usual = begins + durations[kept(graph[last_nodes(graph)[0]]["class_type"]).kind][1]
        free = min(usual, prop.said.get("stopped", inf))
        prompt = comfy.Prompt(prop.said["number"], prop.id, graph, prop.said["extra"])
        runs.append(Run(prompt, begins, free, free < usual, prop.said.get("hidden", False)))
    return runs


def _looked(turn: Turn, instance: str, path: str) -> list[Run]:
    """The prompts as this question finds them; in `auto`, asked again at one instant, time moves to the next change."""
    clock, runs = turn.session.clock, _runs(turn, instance)
    if clock.auto:
        question = (KIND, instance, path)
        until = min((t for run in runs for t in (run.begins, run.ends) if t > turn.now), default=None)
        if clock.again(question) and until is not None:
            clock.jump(until)
            turn.now = clock.now
        turn.question = question
    return runs


def _queue(runs: list[Run], now: float) -> dict[str, Any]:
    return {"queue_running": [run.prompt.row for run in runs if run.begins <= now < run.ends],
            "queue_pending": [run.prompt.row for run in runs if run.begins > now]}  # fmt: skip


def _left(runs: list[Run], now: float) -> dict[str, Any]:
    return {"exec_info": {"queue_remaining": sum(run.ends > now for run in runs)}}


def _history(runs: list[Run], now: float, name: str, most: str) -> dict[str, Any]:
    over = [run for run in runs if run.ends <= now and not run.hidden and name in ("", run.prompt.id)]
    if most.isdecimal():
        over = over[max(0, len(over) - int(most[:9])) :]
    return {run.prompt.id: _entry(run) for run in over}


def _entry(run: Run) -> dict[str, Any]:
    made = media(run.prompt.graph, {})
    nodes = {} if run.stopped else told(run.prompt.graph, {}, [f"file.{medium.format}" for medium in made])
    plain = {name: {under: [_bare(each) for each in rows] for under, rows in node.items()}
             for name, node in nodes.items()}  # fmt: skip
    status: dict[str, Any] = {
        "status_str": "error" if run.stopped else "success",
        "completed": not run.stopped,
        "messages": [],
    }
    return {"prompt": run.prompt.row, "outputs": plain, "status": status, "meta": {}}


def _bare(row: Any) -> Any:
    """What ComfyUI itself tells of a file: its address is the provider's."""
    return {key: said for key, said in row.items() if key != "url"} if isinstance(row, dict) else row


ROUTES: dict[str, Route] = {
    "ask_instance": ask_instance,
    "call_instance": call_instance,
    "object_info": object_info,
}
