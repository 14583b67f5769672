"""Assets and their groups: files at an address that have an id of the account's own, once they are ready."""

from __future__ import annotations

from functools import partial
from string import ascii_lowercase

from ..engine.prop import Prop
from ..engine.refusal import Refusal
from ..web.dialect import Answer, Route
from ..web.turn import Turn
from . import wire

ASSET, GROUP = "asset", "group"
SPREAD, ODD = 26**5, 7368787  # names end in five letters; no factor is shared, so no two are equal


def add(kind: str, turn: Turn) -> Answer:
    """Makes one; an asset takes a while until it is ready."""
    session, now = turn.session, turn.now
    session.made += 1
    number = session.made * ODD % SPREAD
    letters = "".join(ascii_lowercase[number // 26**at % 26] for at in range(5))
    date = "".join(filter(str.isdigit, session.clock.stamp(now)[:19]))
    said = {key: value for key, value in turn.inputs.items() if key != "apiKey"}
    prop = Prop(f"{kind}-{date}-{letters}", kind, turn.account, said.get("name", ""), said, now, now)
    session.props[prop.id] = prop
    if kind == ASSET:
        session.awaited = max(session.awaited, _ready(turn, prop))
    return wire.yes(_told(turn, prop))


def show(kind: str, turn: Turn) -> Answer:
    """Tells of one; asked again, time passes until it is ready."""
    prop = _own(kind, turn)
    ready = _ready(turn, prop) if kind == ASSET else 0.0
    turn.await_((kind, prop.id), lambda: ready if turn.now < ready else None)
    return wire.yes(_told(turn, prop))


def change(kind: str, turn: Turn) -> Answer:
    """Gives one another name."""
    prop = _own(kind, turn)
    said = {**prop.said, **{key: turn.inputs[key] for key in ("name", "description") if key in turn.inputs}}
    turn.session.props[prop.id] = prop = prop.but(turn.now, name=said.get("name", ""), said=said)
    return wire.yes(_told(turn, prop))


def drop(kind: str, turn: Turn) -> Answer:
    """Deletes one; a group goes with what is in it."""
    prop, session = _own(kind, turn), turn.session
    for each in (prop, *(one for one in session.own(turn.account, ASSET) if one.said.get("groupId") == prop.id)):
        session.drop_prop(each)
    return wire.yes(None)


def show_all(kind: str, turn: Turn) -> Answer:
    """A page of those that are asked for."""
    said, every = turn.inputs, [_told(turn, prop) for prop in turn.session.own(turn.account, kind)]
    found = [row for row in every if said.get("name", "").lower() in row["name"].lower()
             and said.get("groupId", row["groupId"]) == row["groupId"]
             and said.get("status", row.get("status", "")).upper() == row.get("status", "")]  # fmt: skip
    items, number, size = wire.cut(found, said.get("pageNumber", 1), said.get("pageSize", wire.SIZE))
    return wire.yes({"items": items, "totalCount": len(found), "pageNumber": number, "pageSize": size})


def _own(kind: str, turn: Turn) -> Prop:
    prop = turn.session.props.get(turn.inputs[f"{kind}Id"])
    if prop is None or prop.kind != kind or prop.account is not turn.account:
        raise Refusal("unknown-asset")
    return prop


def _ready(turn: Turn, prop: Prop) -> float:
    operations = turn.dialect.contract.apis[turn.operation.api].facts.openapi["operations"]
    return prop.made + float(operations["asset_create"]["processing"])


def _told(turn: Turn, prop: Prop) -> wire.Json:
    made = {"name": prop.name, "createTime": wire.moment(turn.session.clock.stamp(prop.made))}
    if prop.kind == GROUP:
        return {"groupId": prop.id, "description": prop.said.get("description", ""), **made}
    status = "PROCESSING" if turn.now < _ready(turn, prop) else "ACTIVE"
    return {"assetId": prop.id, "status": status, "groupId": prop.said.get("groupId", ""),
            "assetType": prop.said["assetType"], "previewUrl": prop.said["url"], **made}  # fmt: skip


VERBS = {"create": add, "query": show, "update": change, "delete": drop, "list": show_all}
ROUTES: dict[str, Route] = {
    f"{kind}_{verb}": partial(does, kind) for kind in (ASSET, GROUP) for verb, does in VERBS.items()
}
