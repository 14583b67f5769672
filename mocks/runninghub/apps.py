"""AI apps: some fields of a workflow that are open to whoever calls them, and how that is told."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from math import inf
from typing import TYPE_CHECKING, Any

from ...contracts.finding import Finding
from ...contracts.graph import Place, Workflow, prompt_at
from ...contracts.nodes import brings
from ..engine.prop import Prop
from ..engine.refusal import Refusal
from ..engine.shelf import Kept
from ..web.dialect import Answer, Route
from ..web.turn import Turn
from . import keys, nodes, wire, workflows

if TYPE_CHECKING:
    from ..engine.session import Account, Session

KIND = "app"
OWN = ("workflow", "nodes", "name", "says", "tags", "password", "id")
COVER = Kept("image", "png", lasts=inf)  # made up once somebody fetches it
TYPES = {bool: "BOOLEAN", int: "INT", float: "FLOAT"}
Json = dict[str, Any]


def ready(session: Session, account: Account) -> None:
    """Puts the ready ones into a session that has none yet."""
    for name, row in workflows.facts()["apps"].items():
        if row["id"] not in session.props:
            runs = workflows.facts()["workflows"][row["workflow"]]["id"]
            _made(session, account, {**row, "name": name, "workflow": runs})


def given(session: Session, account: Account, said: Mapping[str, Any]) -> Prop:
    """An app as the director wants it; unless told, it opens the words of its workflow and the files that it loads."""
    workflows.checked(KIND, said, OWN, {"nodes": ("a list of {nodeId, fieldName}", _rows), "tags": ("a list", _rows)})
    word = said.get("workflow", next(iter(workflows.facts()["workflows"])))
    own = [prop for prop in session.props.values() if prop.kind == workflows.KIND and word in (prop.id, prop.name)
           and (prop.said["open"] or prop.account is account)]  # fmt: skip
    if not own:
        raise ValueError(f"expected a workflow's id or name; came {word!r:.80}; "
                         f"add it first: add_prop('workflow', graph=...)")  # fmt: skip
    return _made(session, account, {**said, "workflow": own[-1].id, "id": workflows.number(session, said)})


def _rows(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def _made(session: Session, account: Account, row: Mapping[str, Any]) -> Prop:
    graph = session.props[row["workflow"]].said["graph"]
    opens = row.get("nodes") or _usual(graph)
    for finding in nodes.strange(graph, [{"nodeId": "", "fieldName": "", **each} for each in opens], KIND):
        raise ValueError(f"expected {finding.where} to be {finding.expected}; came {finding.came}; {finding.cure}")
    said = {"workflow": row["workflow"], "nodes": [_field(graph, each) for each in opens], "says": row.get("says", ""),
            "tags": row.get("tags", []), "password": row.get("password", ""), "open": True}  # fmt: skip
    prop = session.add_prop(account, KIND, row.get("name", KIND), said, id=row["id"])
    session.props[prop.id] = prop = prop._replace(more=COVER)
    return prop


def _usual(graph: Workflow) -> Iterable[Json]:
    places: dict[Place, None] = {(name, key): None for name, node in graph.items() for key in brings(node["class_type"])
                                 if key in node["inputs"]}  # fmt: skip
    spot = prompt_at(graph)
    return [{"nodeId": node, "fieldName": field} for node, field in (*places, *((spot,) if spot else ()))]


def _field(graph: Workflow, row: Mapping[str, Any]) -> Json:
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


def cover(turn: Turn, prop: Prop) -> str:
    """The address of an app's picture."""
    return f"{turn.base}/media/{COVER.name(prop.id)}"


def app_demo(turn: Turn) -> Answer:
    """Tells how an app is called: its fields, and what is known of it."""
    keys.allowed(turn)
    id = turn.query.get("webappId", "")
    if not id:
        raise Refusal("invalid-input", findings=(Finding(
            "missing-required", "broken", "?webappId", "an app's id", "nothing", "send webappId in the query",
            turn.operation.id, reason="invalid-input", kind="missing"),))  # fmt: skip
    prop = found(turn, id)
    usual, listed = workflows.facts()["app"], prop.said["nodes"]
    body = json.dumps({"apiKey": "<apiKey>", "webappId": prop.id, "nodeInfoList": listed}, ensure_ascii=False)
    url = f"{turn.base}/task/openapi/ai-app/run"
    picture = cover(turn, prop)
    return Answer(200, wire.enveloped({
        "curl": f"curl --location --request POST '{url}' --header 'Content-Type: application/json' --data-raw '{body}'",
        "webappName": prop.name, "statisticsInfo": usual["statistics"], "nodeInfoList": listed,
        "covers": [{"id": prop.id, "objName": COVER.name(prop.id), "url": picture, "thumbnailUri": picture,
                    **usual["cover"]}],
        "tags": prop.said["tags"]}))  # fmt: skip


def quick_params(turn: Turn) -> Answer:
    """The styles that Quick Create offers for an app."""
    first = {"id": "", "type": "", "webappId": found(turn, turn.inputs["webappId"]).id}
    rows = [{**first, **row} for row in workflows.facts()["styles"]["rows"]]
    return Answer(200, wire.enveloped(rows))


ROUTES: dict[str, Route] = {"app_demo": app_demo, "quick_params": quick_params}
