"""Runs of workflows and AI apps, by the elder routes and by the newer ones."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from math import inf
from typing import Any, NamedTuple

from ...contracts.finding import Finding, shown
from ...contracts.graph import Place, Workflow, flaws, outputs
from ..comfyui.prompt import lost, misfits
from ..engine.prop import Prop
from ..engine.refusal import Refusal
from ..engine.slots import Slots
from ..engine.task import Order
from ..engine.timeline import State
from ..web import guard
from ..web.dialect import Answer, Route
from ..web.turn import Turn
from . import apps, keys, news, nodes, wire, workflows
from .own import begun
from .sockets import address


class Meant(NamedTuple):
    """What is to run: a workflow as it is saved, which a body may replace, or an app with the fields that it opens."""

    prop: Prop
    graph: Workflow
    opens: tuple[Place, ...] | None = None


def run(what: Callable[[Turn], Meant], turn: Turn) -> Answer:
    """Runs a workflow or an app; the newer routes tell of it as of a task of the Standard Model API."""
    if why := turn.account.ledger.objection(None):
        raise Refusal(why)  # whoever has nothing is told so before it is looked at what is to run
    meant, session = what(turn), turn.session
    if meant.prop.said["password"] and turn.inputs.get("accessPassword") != meant.prop.said["password"]:
        raise Refusal("bad-password")
    wrong = _fits(turn, meant)
    row, slots = keys.kind(turn.dialect.contract, turn.account), keys.line(turn)
    _room(turn, row, slots)
    name = wire.name(session.seed, session.taken + 1)
    order = _order(turn, meant, f"{session.seed} {session.taken + 1}")
    task = turn.submit(order, _usual(turn, order), None, news.teller(turn, order.webhook), slots, name)
    _noted(turn, row)
    assert order.card is not None
    tips = wire.tips(outputs(order.card()["workflow"]), json.dumps(wrong))
    word, waits = begun(turn, task), task.timeline.at(turn.now) is State.QUEUED
    if not turn.operation.api:
        return Answer(200, wire.accepted(name, word, tips))
    return wire.yes({"netWssUrl": None if waits else address(turn.base, task), "taskId": name,
                     "clientId": wire.client(name), "taskStatus": word, "promptTips": tips})  # fmt: skip


def price_app(turn: Turn) -> Answer:
    """Tells what a run of an app would cost."""
    meant, row = _app(turn), turn.dialect.contract.facts.prices["coins"]
    _fits(turn, meant)
    coins = keys.coins(row["a_second"], _usual(turn, _order(turn, meant, ""))[1])
    return Answer(200, wire.priced(coins, row["currency"], f"{coins} RH币/次", f"{coins} RH coins/run"))


def _workflow(turn: Turn) -> Meant:
    prop = workflows.found(turn, {**turn.inputs, **turn.named}["workflowId"])
    return Meant(prop, prop.said["graph"])


def _app(turn: Turn) -> Meant:
    prop = apps.found(turn, {**turn.inputs, **turn.named}["webappId"])
    return Meant(prop, apps.graph(turn.session, prop), tuple(map(nodes.place, prop.said["nodes"])))


def _order(turn: Turn, meant: Meant, luck: str) -> Order:
    hook, prop = turn.inputs.get("webhookUrl"), meant.prop
    order = Order("runninghub", turn.operation.id, prop.id, turn.body, (), webhook=hook or "", called=prop.name)
    return nodes.order(order, meant.graph, luck, meant.opens is None)


def _usual(turn: Turn, order: Order) -> tuple[float, float]:
    return turn.dialect.contract.lives["task"].usual(medium.kind for medium in order.media)


def _fits(turn: Turn, meant: Meant) -> Mapping[str, Any]:
    """Refuses what does not fit the graph; what ComfyUI would not take of it, where something is left to run."""
    own, rows, operation = turn.inputs.get("workflow"), turn.inputs.get(nodes.LIST) or (), turn.operation.id
    graph, opens = meant.graph, meant.opens
    if own and opens is None:
        graph = _read(own, operation)
        _runs(graph, operation)
    if found := tuple(nodes.strange(graph, rows, operation, opens)):
        raise Refusal("bad-nodes", findings=found)
    changed = nodes.laid(graph, rows)
    _runs(changed, operation)
    wrong = misfits(graph, changed)
    if lost(wrong) >= set(outputs(changed)):
        raise Refusal("bad-graph", findings=tuple(_misfit(name, node, operation) for name, node in wrong.items()))
    return wrong


def _runs(graph: Workflow, operation: str) -> None:
    """Refuses a graph that cannot run."""
    if found := tuple(flaws(graph, ("workflow",), operation)):
        raise Refusal("bad-graph", findings=found)


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
    told = node["errors"][0]["extra_info"]
    return Finding("invalid-type", "broken", f"/{nodes.LIST}", f"a number in {told['input_name']} of node {name}",
                   shown(told["received_value"]), "send a number, or its text", operation)  # fmt: skip


def _room(turn: Turn, row: Mapping[str, Any], slots: Slots) -> None:
    """Refuses a run that finds no place, unless it may wait."""
    opens = slots.opens(turn.now)
    if opens <= turn.now:
        return
    full = row["full"]
    if row.get("waits") and _said(turn, "usePersonalQueue"):
        if slots.waiting(turn.now) < row["waits"]:
            return
        full = "personal-queue-full"
    raise Refusal(full, until=opens if opens < inf else None)


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


ROUTES: dict[str, Route] = {**dict.fromkeys(("create", "run_workflow"), partial(run, _workflow)),
                            **dict.fromkeys(("app_run", "quick_run", "run_app"), partial(run, _app)),
                            "price_app": price_app}  # fmt: skip
