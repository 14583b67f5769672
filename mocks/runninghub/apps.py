"""AI apps: some fields of a workflow that are open to whoever calls them, and how that is told."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from math import inf
from typing import TYPE_CHECKING, Any

from ...contracts.finding import Finding
from ...contracts.graph import Place, Workflow, prompt_at
from ...contracts.nodes import brings
from ..engine.prop import NAME, Prop, Rule, checked
from ..engine.refusal import Refusal
from ..engine.shelf import Kept
from ..web.dialect import Answer, Route
from ..web.media import PREFIX
from ..web.turn import Turn
from . import nodes, wire, workflows

if TYPE_CHECKING:
    from ..engine.session import Account, Session

KIND = "app"
COVER = Kept("image", "png", lasts=inf)  # made up once somebody fetches it
TYPES = {bool: "BOOLEAN", int: "INT", float: "FLOAT"}


def ready(session: Session, account: Account) -> None:
    """Puts the ready ones into a session that has none yet."""
    for name, row in workflows.facts()["apps"].items():
        if row["id"] not in session.props:
            runs = workflows.facts()["workflows"][row["workflow"]]["id"]
            _made(session, account, {**row, "name": name, "workflow": runs})


def given(session: Session, account: Account, said: Mapping[str, Any]) -> Prop:
    """An app as the director wants it; unless told, it opens the words of its workflow and the files that it loads."""
    checked(KIND, said, OWN)
    word = said.get("workflow", next(iter(workflows.facts()["workflows"])))
    own = [prop for prop in session.props.values() if prop.kind == workflows.KIND and word in (prop.id, prop.name)
           and (prop.said["open"] or prop.account is account)]  # fmt: skip
    if not own:
        raise ValueError(f"expected a workflow's id or name; came {word!r:.80}; "
                         f"add it first: add_prop('workflow', graph=...)")  # fmt: skip
    return _made(session, account, {**said, "workflow": own[-1].id, "id": workflows.number(session, said)})


def _rows(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


# What the director says of one.
OWN: dict[str, Rule] = {
    "workflow": NAME, "nodes": ("a list of {nodeId, fieldName}", _rows), "name": NAME, "says": NAME,
    "tags": ("a list", _rows), "password": NAME, "id": NAME,
}  # fmt: skip


def _made(session: Session, account: Account, row: Mapping[str, Any]) -> Prop:
    graph = session.props[row["workflow"]].said["graph"]
    opens = row.get("nodes") or _usual(graph)
    for finding in nodes.strange(graph, [{"nodeId": "", "fieldName": "", **each} for each in opens], KIND):
        raise finding.error
    said = {"workflow": row["workflow"], "nodes": [_field(graph, each) for each in opens], "says": row.get("says", ""),
            "tags": row.get("tags", []), "password": row.get("password", ""), "open": True}  # fmt: skip
    prop = session.add_prop(account, KIND, row.get("name", KIND), said, id=row["id"])
    session.props[prop.id] = prop = prop._replace(more=COVER)
    return prop


def _usual(graph: Workflow) -> Iterable[wire.Json]:
    places: dict[Place, None] = {(name, key): None for name, node in graph.items() for key in brings(node["class_type"])
                                 if key in node["inputs"]}  # fmt: skip
    spot = prompt_at(graph)
    return [{"nodeId": node, "fieldName": field} for node, field in (*places, *((spot,) if spot else ()))]


def _field(graph: Workflow, row: Mapping[str, Any]) -> wire.Json:
    """One field as it is told: what is not said of it is told by the node."""
    name, field = nodes.place(row)
    node = graph[name]
    value = node["inputs"][field]
    kind = brings(node["class_type"]).get(field, "").upper() or TYPES.get(type(value), "STRING")
    text = value if isinstance(value, str) else json.dumps(value)
    return {"nodeId": name, "nodeName": node["class_type"], "fieldName": field, "fieldValue": text, "fieldData": None,
            "fieldType": kind, "description": field, "descriptionEn": field, **row}  # fmt: skip


def found(turn: Turn, id: object) -> Prop:
    """The app of an id, whoever has published it."""
    prop = turn.session.props.get(str(id))
    if prop is None or prop.kind != KIND:
        raise Refusal("unknown-app")
    return prop


def graph(session: Session, prop: Prop) -> Workflow:
    """The workflow that an app runs; its owner may have let go of it."""
    whole: Prop = session.props.get(prop.said["workflow"]) or session.dropped[prop.said["workflow"]]
    told: Workflow = whole.said["graph"]
    return told


def app_demo(turn: Turn) -> Answer:
    """Tells how an app is called: its fields, and what is known of it."""
    id = turn.query.get("webappId", "")
    if not id:
        raise Refusal("invalid-input", findings=(Finding(
            "missing-required", "broken", "?webappId", "an app's id", "nothing", "send webappId in the query",
            turn.operation.id, reason="invalid-input", kind="missing"),))  # fmt: skip
    prop = found(turn, id)
    usual, listed, picture = workflows.facts()["app"], prop.said["nodes"], _cover(turn, prop)
    body = json.dumps({"apiKey": "<apiKey>", "webappId": prop.id, "nodeInfoList": listed}, ensure_ascii=False)
    url = f"{turn.base}/task/openapi/ai-app/run"
    return wire.yes({
        "curl": f"curl --location --request POST '{url}' --header 'Content-Type: application/json' --data-raw '{body}'",
        "webappName": prop.name, "statisticsInfo": usual["statistics"], "nodeInfoList": listed,
        "covers": [{"id": prop.id, "objName": COVER.name(prop.id), "url": picture, "thumbnailUri": picture,
                    **usual["cover"]}],
        "tags": prop.said["tags"]})  # fmt: skip


def quick_params(turn: Turn) -> Answer:
    """The styles that Quick Create offers for an app."""
    first = {"id": "", "type": "", "webappId": found(turn, turn.inputs["webappId"]).id}
    return wire.yes([{**first, **row} for row in workflows.facts()["styles"]["rows"]])


def app_list(turn: Turn) -> Answer:
    """A page of the apps, as the newer route tells of them."""
    return wire.page(_sought(turn, "", frozenset()), turn.inputs, lambda prop: {
        "title": prop.name, "description": prop.said["says"], "cover": _cover(turn, prop),
        "invokeExample": f"curl --request POST {turn.base}/openapi/v2/run/ai-app/{prop.id}",
    })  # fmt: skip


def webapp_list(turn: Turn) -> Answer:
    """A page of the apps, as the site tells of them."""
    sought, tags = turn.inputs.get("search", ""), frozenset(map(str, turn.inputs.get("tags", ())))
    none = dict.fromkeys(("likeCount", "downloadCount", "pv", "collectCount"), "0")
    return wire.page(_sought(turn, sought.lower(), tags), turn.inputs, lambda prop: {
        "id": prop.id, "name": prop.name, "intro": prop.said["says"], "tags": prop.said["tags"],
        "covers": [{"id": prop.id, "url": _cover(turn, prop)}],
        "statisticsInfo": {**none, "useCount": str(_used(turn, prop))},
    })  # fmt: skip


def _sought(turn: Turn, sought: str, wanted: frozenset[str]) -> list[Prop]:
    """Those that a search finds, in the order that is wished for: whoever published them, they are for everybody."""
    rows = []
    for prop in (prop for prop in turn.session.props.values() if prop.kind == KIND):
        tags = {str(tag.get(key)) for tag in prop.said["tags"] for key in ("id", "name", "nameEn")}
        text = f"{prop.name}\n{prop.said['says']}\n{' '.join(tags)}".lower()
        if sought in text and (not wanted or wanted & tags):
            rows.append(prop)
    sort = turn.inputs.get("sort")
    if sort == "HOTTEST":
        return sorted(rows, key=lambda prop: -_used(turn, prop))
    return rows[::-1] if sort == "NEWEST" else rows


def _used(turn: Turn, prop: Prop) -> int:
    """How often an app ran here."""
    return sum(task.order.model == prop.id for task in turn.session.tasks.values())


def _cover(turn: Turn, prop: Prop) -> str:
    """The address of an app's picture."""
    return f"{turn.base}{PREFIX}{COVER.name(prop.id)}"


ROUTES: dict[str, Route] = {"app_demo": app_demo, "quick_params": quick_params, "app_list": app_list,
                            "webapp_list": webapp_list}  # fmt: skip
