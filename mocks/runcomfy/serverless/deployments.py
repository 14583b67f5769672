"""Deployments: made, listed, shown, changed and dropped by their owner, or given to an account by the director."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ....contracts.catalogue import Model
from ....contracts.contract import Contract
from ....contracts.finding import did_you_mean
from ....contracts.graph import Workflow, flaws
from ...engine.fleet import Fleet
from ...engine.luck import uuid
from ...engine.prop import FLAG, Prop, Rule, checked
from ...engine.refusal import Refusal
from ...web.dialect import Answer, Route
from ...web.turn import Turn
from ..own import prop_of
from . import wire
from .kept import Kept, kept
from .workflows import named, saved

if TYPE_CHECKING:
    from ...engine.session import Account, Session

KIND = "deployment"
MOST = 10**9  # seconds or requests, as good as without an end
API = "serverless"
ROOM = {"lowest": "min_instances", "highest": "max_instances", "queue": "queue_size",
        "keep_warm": "keep_warm_duration_in_seconds"}  # fmt: skip
# What the director says beside the kind, and no client can.
OWN: dict[str, Rule] = {
    "workflow": ("a graph in API format, or a ready one's name",
                 lambda value: isinstance(value, (Mapping, str)) and value),
    "schema": ("a JSON schema of the inputs", lambda value: isinstance(value, Mapping) and "properties" in value),
    "cold_start": ("a number of seconds, 0 or more", lambda value: _number(value) and value >= 0),
    "warm": FLAG,
}  # fmt: skip


def add_deployment(turn: Turn) -> Answer:
    """Makes a deployment of a workflow; none of its instances runs yet."""
    assert turn.model is not None  # the contract has refused what is not of this form
    said = {name: _whole(turn.inputs[name]) for name in turn.model.schema["required"]} | {"is_enabled": True}
    contract = turn.dialect.contract.apis[API]
    own = kept(contract, "comfyui", saved(said["workflow_id"]), None)
    prop = _placed(turn.session, turn.account, said, own, contract.life.cold_start)
    return Answer(200, _shown(turn, prop, changed=True))


def list_deployments(turn: Turn) -> Answer:
    """The deployments of the account, or those of them that are named."""
    named = {value for name, value in turn.pairs if name == "ids"}
    own = turn.session.own(turn.account, KIND)
    return Answer(200, [_shown(turn, prop) for prop in own if not named or prop.id in named])


def get_deployment(turn: Turn) -> Answer:
    """One deployment."""
    return Answer(200, _shown(turn, found(turn)))


def change_deployment(turn: Turn) -> Answer:
    """Changes what is said; requests that wait find the room that there is now."""
    prop, session, form = found(turn), turn.session, turn.model
    assert form is not None
    said = {**prop.said, **{name: _whole(value) for name, value in turn.inputs.items() if name in prop.said}}
    # Each bound may be good by itself, and not beside what stands.
    if findings := tuple(form.disordered(said, turn.operation.id)):
        raise Refusal("invalid-input", findings=findings)
    session.props[prop.id] = prop = prop.but(turn.now, name=said["name"], said=said)
    session.refit(prop.slots, turn.now, **_room(said), stopped=not said["is_enabled"])
    return Answer(200, _shown(turn, prop, changed=True))


def drop_deployment(turn: Turn) -> Answer:
    """Deletes a deployment. Its requests live on, and can be asked for."""
    prop = found(turn)
    turn.session.drop_prop(prop)
    form = turn.dialect.contract.apis[API].facts.openapi["delete_answer"]
    if form == "empty":
        return Answer(200, body=b"")
    return Answer(200, _shown(turn, prop) if form == "deployment" else {})


def found(turn: Turn) -> Prop:
    """The deployment that the path names, if it is there and the asker's own."""
    return prop_of(turn, KIND, turn.session.props.get(turn.named["deployment_id"]))


def had(turn: Turn) -> Prop:
    """The same, though it may be deleted: what it was asked is still there."""
    number, session = turn.named["deployment_id"], turn.session
    return prop_of(turn, KIND, session.props.get(number) or session.dropped.get(number))


def open_to(turn: Turn) -> Prop:
    """The deployment that the path names, if it takes requests."""
    prop = had(turn)
    if prop.id in turn.session.dropped:
        raise Refusal("deleted")
    if not prop.said["is_enabled"]:
        raise Refusal("disabled")
    return prop


def alive_instances(session: Session, prop: Prop, now: float) -> dict[str, int]:
    """The ids of a deployment's instances that are up, each with its number."""
    return {wire.instance_id(session.seed, prop.id, number): number for number in prop.slots.ready(now)}


def form(turn: Turn) -> Model:
    """The form of what a deployment takes; one that takes nothing says no at once."""
    own: Kept = open_to(turn).more
    return own.model


def given(contract: Contract, session: Session, account: Account, said: Mapping[str, Any]) -> Prop:
    """A deployment as the director wants it; what is left open is as it is unless told."""
    form = contract.operations["change_deployment"].body
    assert form is not None
    usual = contract.facts.openapi["props"][KIND]["unless_told"]
    checked(KIND, said, OWN, ("kind", *OWN, *form.fields))
    kind = said.get("kind", "comfyui")
    if kind not in contract.catalogue.models:
        raise ValueError(f"expected a kind of deployment, {' or '.join(contract.catalogue.models)}; came {kind!r}; "
                         + did_you_mean(kind, contract.catalogue.models, "say kind='comfyui'"))  # fmt: skip
    body = {**usual, "workflow_id": _workflow_id(session.seed, kind, said), "is_enabled": True,
            **{name: value for name, value in said.items() if name in form.fields}}  # fmt: skip
    for finding in form.check(body):
        raise ValueError(f"expected {finding.where[1:] or 'a deployment'} to be {finding.expected}; came "
                         f"{finding.came}; {finding.cure}")  # fmt: skip
    stranger = {"comfyui": "schema", "lora": "workflow"}[kind]
    if stranger in said:
        raise ValueError(f"expected a deployment of kind {kind} without a {stranger}; came one; take it out, or name "
                         f"the other kind")  # fmt: skip
    if kind == "comfyui":
        asked = said.get("workflow")
        ready = asked is None or isinstance(asked, str)
        graph: Workflow = named(asked) if isinstance(asked, str) else asked or saved(body["workflow_id"])
        for flaw in () if ready else flaws(graph, ("workflow",)):  # the ready ones have none
            raise flaw.error
        own = kept(contract, kind, graph, None)
    else:
        own = kept(contract, kind, {}, said.get("schema"))
        body |= {"workflow_id": None, "workflow_version": None}
    body = {name: body[name] for name in form.fields}
    cold = said.get("cold_start", contract.life.cold_start)
    return _placed(session, account, body, own, cold, said.get("warm", False))


def ready(contract: Contract, session: Session, account: Account, slots: int | None) -> None:
    """Gives a new account what it has from the beginning: warm and with room, for so many orders at once if told."""
    room: dict[str, int] = {}
    if slots != contract.whole.life.slots:
        fields = contract.operations["add_deployment"].body.fields  # type: ignore[union-attr]
        least, most = (fields[ROOM[name]]["maximum"] for name in ("lowest", "highest"))
        room = {ROOM["lowest"]: min(slots or least, least), ROOM["highest"]: min(slots or most, most)}
    for row in contract.facts.openapi["props"][KIND]["ready"]:
        given(contract, session, account, {**row, "warm": True, **room})


def _workflow_id(seed: str, kind: str, said: Mapping[str, Any]) -> str:
    return uuid(seed, "workflow", kind, said.get("name", ""))


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _placed(
    session: Session, account: Account, said: Mapping[str, Any], own: Kept, cold_start: float, warm: bool = False
) -> Prop:  # fmt: skip
    fleet = Fleet(session.tasks.get, **_room(said), cold_start=cold_start, begins=session.clock.now, warm=warm)
    prop = session.add_prop(account, KIND, said["name"], said, fleet)
    session.props[prop.id] = prop = prop._replace(more=own)
    return prop


def _whole(value: Any) -> Any:
    """1.0 is as good a whole number as 1, and shown as that."""
    return int(value) if isinstance(value, float) else value


def _room(said: Mapping[str, Any]) -> dict[str, int]:
    """What a fleet is told; numbers of any length are taken, and time has an end."""
    return {name: min(said[key], MOST) for name, key in ROOM.items()}


def _shown(turn: Turn, prop: Prop, changed: bool = False) -> dict[str, Any]:
    """A deployment as it is shown, with what was asked for beside it."""
    session, facts = turn.session, turn.dialect.contract.apis[API].facts.openapi
    row = facts["props"][KIND]
    alive = prop.slots.alive(turn.now)
    word = "disabled" if not prop.said["is_enabled"] else "running" if alive else "standby"
    includes = {value for name, value in turn.pairs if name == "includes"}
    more: dict[str, Any] = {}
    if "payload" in includes or (changed and facts["change_answer"] == "payload"):
        more["payload"] = _payload(turn, prop)
    if "readme" in includes:
        more["readme"] = f"# {prop.name}\n"
    stamps = (session.clock.stamp(prop.made), session.clock.stamp(prop.changed))
    return wire.deployment(prop, row["status"][word], stamps, more)


def _payload(turn: Turn, prop: Prop) -> dict[str, Any]:
    """The workflow, what may be said of its nodes, and where the nodes that there are can be looked up."""
    workflow = prop.more.workflow
    if not workflow:
        return {}
    plain = {name: {key: value for key, value in node.get("inputs", {}).items() if not isinstance(value, list)}
             for name, node in workflow.items()}  # fmt: skip
    return {"workflow_api_json": workflow,
            "overrides": {name: {"inputs": inputs} for name, inputs in plain.items() if inputs},
            "object_info_url": f"{turn.base}/prod/v2/deployments/{prop.id}/object_info"}  # fmt: skip


ROUTES: dict[str, Route] = {
    "add_deployment": add_deployment,
    "list_deployments": list_deployments,
    "get_deployment": get_deployment,
    "change_deployment": change_deployment,
    "drop_deployment": drop_deployment,
}
