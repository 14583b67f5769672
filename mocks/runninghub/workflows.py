"""Workflows: those that every session has, those that a test brings, and copies of either."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...contracts.document import read
from ...contracts.graph import Workflow, flaws
from ..engine.prop import FLAG, NAME, TEXT, Prop, Rule, checked
from ..engine.refusal import Refusal
from ..web.dialect import Answer, Route
from ..web.turn import Turn
from . import wire

if TYPE_CHECKING:
    from ..engine.session import Account, Session

KIND = "workflow"
DIGITS = re.compile(r"[1-9][0-9]{18}", re.ASCII)
# What the director says of one.
OWN: dict[str, Rule] = {
    "graph": ("a graph in API format", lambda value: isinstance(value, Mapping)),
    "name": NAME, "ran": FLAG, "password": TEXT, "id": NAME,
}  # fmt: skip


def facts() -> Mapping[str, Any]:
    """workflows.yaml, as it stands."""
    told: Mapping[str, Any] = read("runninghub", "workflows")
    return told


def ready(session: Session, account: Account) -> None:
    """Puts the ready ones into a session that has none yet; they are open to all its accounts."""
    for name, row in facts()["workflows"].items():
        if row["id"] not in session.props:
            said = {"graph": row["graph"], "ran": True, "password": "", "open": True}
            session.add_prop(account, KIND, name, said, id=row["id"])


def given(session: Session, account: Account, said: Mapping[str, Any]) -> Prop:
    """A workflow as the director wants it."""
    checked(KIND, said, OWN)
    graph: Workflow = said.get("graph", facts()["workflows"]["text-to-image"]["graph"])
    for flaw in flaws(graph, ("graph",)):
        raise flaw.error
    told = {"graph": graph, "ran": said.get("ran", True), "password": said.get("password", ""), "open": False}
    return session.add_prop(account, KIND, said.get("name", KIND), told, id=number(session, said))


def number(session: Session, said: Mapping[str, Any]) -> str:
    """The id that a director wants, or the next one."""
    told = said.get("id", "")
    if told and not DIGITS.fullmatch(told):
        raise ValueError(f"expected id to be 19 digits; came {told!r:.80}; leave it out, and one is made")
    if told in session.props or told in session.dropped:
        raise ValueError(f"expected an id that nothing has; came {told!r}; take another one, or leave it out")
    return told or wire.thing(session.seed, session.made + 1)


def found(turn: Turn, id: object) -> Prop:
    """The workflow of an id, if it is open to the asker and was run before."""
    prop = turn.session.props.get(str(id))
    if prop is None or prop.kind != KIND or not (prop.said["open"] or prop.account is turn.account):
        raise Refusal("unknown-workflow")
    if not prop.said["ran"]:
        raise Refusal("never-run")
    return prop


def workflow_json(turn: Turn) -> Answer:
    """The graph of a workflow, as JSON in a text."""
    graph = found(turn, turn.inputs["workflowId"]).said["graph"]
    return wire.yes({"prompt": json.dumps(graph, ensure_ascii=False, separators=(",", ":"))}, "SUCCESS")


def duplicate(turn: Turn) -> Answer:
    """Makes a copy of a workflow, which is the account's own."""
    prop, session = found(turn, turn.inputs["workflowId"]), turn.session
    copy = session.add_prop(turn.account, KIND, prop.name, {**prop.said, "open": False}, id=number(session, {}))
    return wire.yes({"newWorkflowId": copy.id})


ROUTES: dict[str, Route] = {"workflow_json": workflow_json, "duplicate": duplicate}
