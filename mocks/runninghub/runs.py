"""Runs of workflows and AI apps, by the elder routes and by the newer ones."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

from ...contracts.finding import Finding, shown
from ...contracts.graph import Place, Workflow, flaws, outputs
from ..engine.prop import Prop
from ..engine.refusal import Refusal
from ..engine.slots import Slots
from ..engine.task import Order, Task
from ..engine.timeline import State
from ..web import guard
from ..web.dialect import Answer, Route
from ..web.turn import Turn
from . import apps, keys, news, nodes, wire, workflows
from .sockets import address

Begun = tuple[Task, tuple[str, ...], str]  # the task, the nodes that keep something, and what is wrong with others


def create(turn: Turn) -> Answer:
    """Runs a workflow."""
    return _told(turn, *_workflow(turn, turn.inputs["workflowId"]))


def app_run(turn: Turn) -> Answer:
    """Runs an app."""
    return _told(turn, *_app(turn, turn.inputs["webappId"]))


def run_workflow(turn: Turn) -> Answer:
    """The same as create, told as a task of the Standard Model API."""
    return _newer(*_workflow(turn, turn.named["workflowId"]), turn.now)


def run_app(turn: Turn) -> Answer:
    """The same as app_run, told likewise."""
    return _newer(*_app(turn, turn.named["webappId"]), turn.now)


def price_app(turn: Turn) -> Answer:
    """Tells what a run of an app would cost."""
    prop, price = apps.found(turn, turn.named["webappId"]), turn.dialect.contract.facts.prices
    graph = apps.graph(turn.session, prop)
    _fits(turn, graph, opens=[nodes.place(row) for row in prop.said["nodes"]])
    made = nodes.order(Order("runninghub", turn.operation.id, prop.id, turn.body, ()), graph, "", replaced=False)
    coins = keys.coins(price["coins"]["a_second"], _usual(turn, made)[1])
    return Answer(200, wire.priced(coins, price["coins"]["currency"], f"{coins} RH币/次", f"{coins} RH coins/run"))


def _workflow(turn: Turn, id: object) -> Begun:
    _funded(turn)
    prop = workflows.found(turn, id)
    return _started(turn, prop, prop.said["graph"])


def _app(turn: Turn, id: object) -> Begun:
    _funded(turn)
    prop = apps.found(turn, id)
    return _started(turn, prop, apps.graph(turn.session, prop), [nodes.place(row) for row in prop.said["nodes"]])


def _funded(turn: Turn) -> None:
    """Whoever has nothing is told so before it is looked at what is to run."""
    if why := turn.account.ledger.objection(None):
        raise Refusal(why)


def _started(turn: Turn, prop: Prop, graph: Workflow, opens: Sequence[Place] | None = None) -> Begun:
    """Takes the order."""
    if prop.said["password"] and turn.inputs.get("accessPassword") != prop.said["password"]:
        raise Refusal("bad-password")
    wrong = _fits(turn, graph, opens)
    row = keys.kind(turn.dialect.contract, turn.account)
    slots = keys.line(turn)
    _room(turn, row, slots)
    session, where = turn.session, turn.inputs.get("webhookUrl")
    number = session.taken + 1
    meant = Order("runninghub", turn.operation.id, prop.id, turn.body, (), webhook=where or "", called=prop.name)
    order = nodes.order(meant, graph, f"{session.seed} {number}", opens is None)
    assert order.card is not None
    task = turn.submit(
        order, _usual(turn, order), None, news.teller(turn, order.webhook), slots, name=wire.name(session.seed, number)
    )
    _noted(turn, row)
    return task, outputs(order.card()["workflow"]), json.dumps(wrong)


def _fits(turn: Turn, graph: Workflow, opens: Sequence[Place] | None = None) -> Mapping[str, Any]:
    """Refuses what does not fit the graph; what ComfyUI would not take of it, where something is left to run."""
    own, rows, operation = turn.inputs.get("workflow"), turn.inputs.get(nodes.LIST) or (), turn.operation.id
    if own and opens is None:
        graph = _read(own, operation)
        if found := tuple(flaws(graph, ("workflow",), operation)):
            raise Refusal("bad-graph", findings=found)
    if found := tuple(nodes.strange(graph, rows, operation, opens)):
        raise Refusal("bad-nodes", findings=found)
    changed = nodes.laid(graph, rows)
    wrong = nodes.wrong(graph, changed)
    lost = {last for node in wrong.values() for last in node["dependent_outputs"]}
    if found := tuple(flaws(changed, ("workflow",), operation)):
        raise Refusal("bad-graph", findings=found)
    if lost >= set(outputs(changed)):
        raise Refusal("bad-graph", findings=tuple(_misfit(name, node, operation) for name, node in wrong.items()))
    return wrong


def _read(text: str, operation: str) -> Workflow:
    """A graph that is sent as JSON in a text."""
    try:
        graph = guard.loads(text.encode("utf-8", "surrogatepass"))
    except Refusal:
        graph = None
    if type(graph) is dict:
        return graph
    raise Refusal("invalid-input", findings=(Finding(
        "invalid-type", "broken", "/workflow", "a graph in API format, as JSON in a text", shown(text),
        "export it with Export (API) and send json.dumps of it", operation, reason="invalid-input"),))  # fmt: skip


def _misfit(name: str, node: Mapping[str, Any], operation: str) -> Finding:
    error = node["errors"][0]
    expected = f"a number in {error['extra_info']['input_name']} of node {name}"
    return Finding("invalid-type", "broken", f"/{nodes.LIST}", expected, shown(error["extra_info"]["received_value"]),
                   "send a number, or its text", operation)  # fmt: skip


def _room(turn: Turn, row: Mapping[str, Any], slots: Slots) -> None:
    """Refuses a run that finds no place, unless it may wait."""
    opens = slots.opens(turn.now)
    if opens <= turn.now:
        return
    until = opens if opens < inf else None
    if row.get("waits") and _said(turn, "usePersonalQueue"):
        if slots.waiting(turn.now) >= row["waits"]:
            raise Refusal("personal-queue-full", until=until)
        return
    raise Refusal(row["full"], until=until)


def _said(turn: Turn, name: str) -> bool:
    return str(turn.inputs.get(name, "")).lower() == "true"


def _noted(turn: Turn, row: Mapping[str, Any]) -> None:
    """Tells what has no effect with this kind of key."""
    waits = "waits" in row or not _said(turn, "usePersonalQueue")
    asked = {"retainSeconds": "retains" in row, "usePersonalQueue": waits}
    turn.findings += tuple(
        Finding("not-for-this-key", "note", f"/{name}", "a kind of key for which it is there", turn.account.kind,
                f"take {name} out, or use another key", turn.operation.id, "inferred")
        for name, fits in asked.items() if name in turn.inputs and not fits)  # fmt: skip


def _usual(turn: Turn, order: Order) -> tuple[float, float]:
    durations = turn.dialect.contract.lives["task"].durations
    return max((durations[medium.kind] for medium in order.media), key=sum, default=durations["image"])


def _word(task: Task, now: float) -> str:
    return "QUEUED" if task.timeline.at(now) is State.QUEUED else "RUNNING"


def _told(turn: Turn, task: Task, last: tuple[str, ...], wrong: str) -> Answer:
    word = _word(task, turn.now)
    return Answer(200, wire.enveloped({
        "netWssUrl": None if word == "QUEUED" else address(turn.base, task), "taskId": task.id,
        "clientId": wire.client(task.id), "taskStatus": word, "promptTips": wire.tips(last, wrong)}))  # fmt: skip


def _newer(task: Task, last: tuple[str, ...], wrong: str, now: float) -> Answer:
    return Answer(200, wire.accepted(task.id, _word(task, now), wire.tips(last, wrong)))


ROUTES: dict[str, Route] = {"create": create, "app_run": app_run, "quick_run": app_run, "run_workflow": run_workflow,
                            "run_app": run_app, "price_app": price_app}  # fmt: skip
