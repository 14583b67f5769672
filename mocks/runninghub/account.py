"""Accounts: what one has left, how many of its tasks are under way, its keys; and what it may choose from."""

from __future__ import annotations

from collections.abc import Callable, Set
from typing import Any

from ..engine.prop import Prop
from ..engine.shelf import Kept
from ..engine.task import Task
from ..engine.timeline import FINAL, State
from ..web.dialect import Answer, Route
from ..web.media import PREFIX
from ..web.turn import Turn
from . import keys, resources, wire

APP, RESOURCE = "app", "resource"
COINS = "no-coins"  # what a key is told that pays with coins, and is short of them
SIZE = 10  # of a page, unless told


def account(turn: Turn) -> Answer:
    """Tells what is left, and how many tasks are under way; asked again, time passes until one of them is over."""
    live, own = _live(turn), turn.account
    row, balance = keys.kind(turn.dialect.contract, own), own.ledger.balance
    coins, currency = row["money"] == COINS, turn.dialect.contract.facts.prices["placeholder"]["currency"]
    money = f"{balance:.3f}".rstrip("0").rstrip(".")
    return Answer(200, wire.enveloped({
        "remainCoins": str(int(balance)) if coins else "0", "currentTaskCounts": str(len(live)),
        "remainMoney": None if coins else money, "currency": None if coins else currency, "apiType": own.kind,
    }))  # fmt: skip


def queue_status(turn: Turn) -> Answer:
    """Tells how many tasks run and wait."""
    keys.allowed(turn)
    live = _live(turn)
    waiting = sum(task.timeline.at(turn.now) is State.QUEUED for task in live)
    limit = keys.kind(turn.dialect.contract, turn.account)["running"] or turn.account.slots.count or 0
    return Answer(200, wire.enveloped({
        "apiKeyType": turn.account.kind, "concurrentLimit": limit, "runningCount": str(len(live) - waiting),
        "queuedCount": str(waiting), "totalCurrentTasks": str(len(live)),
    }))  # fmt: skip


def _live(turn: Turn) -> list[Task]:
    """The tasks of an account that are not over."""

    def now() -> list[Task]:
        return [task for task in turn.session.tasks.values()
                if task.account is turn.account and task.timeline.at(turn.now) not in FINAL]  # fmt: skip

    if live := now():
        turn.await_((turn.operation.id, turn.account.name), lambda: min(task.timeline.ends for task in live))
        return now()
    return live


def key_list(turn: Turn) -> Answer:
    """Lists the one key of an account, masked."""
    keys.allowed(turn)
    key, clock = turn.account.key, turn.session.clock
    return Answer(200, wire.enveloped([{
        "key": f"****{key[-4:] if len(key) > 8 else ''}", "apiKeyName": turn.account.name, "status": 1,
        "quotaLimit": turn.account.ledger.quota, "quotaUsed": turn.account.ledger.charged, "visible": True,
        "expireAt": None, "expireInMinute": None, "createdAt": moment(clock.stamp(0.0)),
    }]))  # fmt: skip


def moment(stamp: str) -> str:
    """A moment as the provider writes it."""
    return stamp[:19].replace("T", " ")


def app_list(turn: Turn) -> Answer:
    """A page of the apps, as the newer route tells of them."""
    return _page(turn, _apps(turn, "", frozenset()), lambda prop: {
        "title": prop.name, "description": prop.said.get("says", ""), "cover": _cover(turn, prop),
        "invokeExample": f"curl --request POST {turn.base}/openapi/v2/run/ai-app/{prop.id}",
    })  # fmt: skip


def webapp_list(turn: Turn) -> Answer:
    """A page of the apps, as the site tells of them."""
    sought, tags = turn.inputs.get("search", ""), frozenset(map(str, turn.inputs.get("tags", ())))
    return _page(turn, _apps(turn, sought.lower(), tags), lambda prop: {
        "id": prop.id, "name": prop.name, "intro": prop.said.get("says", ""),
        "covers": [{"id": prop.id, "url": _cover(turn, prop)}], "tags": prop.said.get("tags", []),
        "statisticsInfo": {"likeCount": "0", "downloadCount": "0", "useCount": str(_used(turn, prop)), "pv": "0",
                           "collectCount": "0"},
    })  # fmt: skip


def _apps(turn: Turn, sought: str, wanted: Set[str]) -> list[Prop]:
    """Those that a search finds, in the order that is wished for: whoever published them, they are for everybody."""
    rows = []
    for prop in turn.session.props.values():
        if prop.kind != APP or prop.account.provider != turn.dialect.provider:
            continue
        tags = {str(tag.get(key)) for tag in prop.said.get("tags", ()) for key in ("id", "name", "nameEn")}
        text = f"{prop.name}\n{prop.said.get('says', '')}\n{' '.join(tags)}".lower()
        if sought in text and (not wanted or wanted & tags):
            rows.append(prop)
    sort = turn.inputs.get("sort")
    return (
        sorted(rows, key=lambda prop: -_used(turn, prop))
        if sort == "HOTTEST"
        else rows[:: -1 if sort == "NEWEST" else 1]
    )


def _used(turn: Turn, prop: Prop) -> int:
    """How often an app ran here."""
    return sum(task.order.model == prop.id for task in turn.session.tasks.values())


def _cover(turn: Turn, prop: Prop) -> str:
    """The address of an app's picture, if it has one."""
    return f"{turn.base}{PREFIX}{prop.more.name(prop.id)}" if isinstance(prop.more, Kept) else ""


def resource_list(turn: Turn) -> Answer:
    """A page of what workflows may load: the LoRAs that were put here, and what the director has added."""
    said = turn.inputs
    own = [*turn.session.own(turn.account, RESOURCE), *turn.session.own(turn.account, resources.LORA)]
    bases, tags = said.get("baseModels", ()), said.get("tags", ())
    rows = [row for row in (_resource(turn, prop) for prop in own)
            if said.get("resourceType", row["resourceType"]) == row["resourceType"]
            and said.get("resourceName", "").lower() in row["resourceName"].lower()
            and (not bases or any(each.get("baseModel") in bases for each in row["versions"]))
            and (not tags or any(tag.get("id") in tags or tag.get("name") in tags for tag in row["tags"]))]  # fmt: skip
    return _page(turn, rows, lambda row: row)


def _resource(turn: Turn, prop: Prop) -> wire.Json:
    said = prop.said
    return {"id": prop.id, "resourceName": prop.name, "resourceType": said.get("resourceType", "LORA"),
            "createTime": moment(turn.session.clock.stamp(prop.made)), "desc": said.get("desc", ""),
            "nodeModelName": said.get("fileName", prop.name), "posterUrl": None, "thumbnailUrl": None,
            "owner": {"name": prop.account.name, "avatar": None}, "tags": said.get("tags", []),
            "versions": said.get("versions", [])}  # fmt: skip


def _page(turn: Turn, rows: list[Any], told: Callable[[Any], wire.Json]) -> Answer:
    current, size = int(turn.inputs.get("current", 1)), int(turn.inputs.get("size", SIZE))  # 5.0 is a whole number
    pages = -(-len(rows) // size)
    return Answer(200, wire.enveloped({
        "records": [told(row) for row in rows[(current - 1) * size : current * size]], "current": current, "size": size,
        "total": len(rows), "pages": pages, "hasNext": current < pages, "hasPrevious": current > 1,
    }))  # fmt: skip


ROUTES: dict[str, Route] = {
    "account": account, "queue_status": queue_status, "key_list": key_list, "app_list": app_list,
    "webapp_list": webapp_list, "resource_list": resource_list,
}  # fmt: skip
