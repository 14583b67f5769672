"""Accounts: what one has left, how many of its tasks are under way, and its keys."""

from __future__ import annotations

from ..engine.task import Task
from ..engine.timeline import FINAL, State
from ..web.dialect import Answer, Route
from ..web.turn import Turn
from . import keys, wire

COINS = "no-coins"  # what a key is told that pays with coins, and is short of them


def account(turn: Turn) -> Answer:
    """Tells what is left, and how many tasks are under way; asked again, time passes until one of them is over."""
    live, own = _live(turn), turn.account
    row, balance = keys.kind(turn.dialect.contract, own), own.ledger.balance
    coins, currency = row["money"] == COINS, turn.dialect.contract.facts.prices["placeholder"]["currency"]
    money = f"{balance:.3f}".rstrip("0").rstrip(".")
    return wire.yes({
        "remainCoins": str(int(balance)), "currentTaskCounts": str(len(live)),
        "remainMoney": None if coins else money, "currency": None if coins else currency, "apiType": own.kind,
    })  # fmt: skip


def queue_status(turn: Turn) -> Answer:
    """Tells how many tasks run and wait."""
    live = _live(turn)
    waiting = sum(task.timeline.at(turn.now) is State.QUEUED for task in live)
    limit = keys.kind(turn.dialect.contract, turn.account)["running"] or turn.account.slots.count or 0
    return wire.yes({
        "apiKeyType": turn.account.kind, "concurrentLimit": limit, "runningCount": str(len(live) - waiting),
        "queuedCount": str(waiting), "totalCurrentTasks": str(len(live)),
    })  # fmt: skip


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
    own, key = turn.account, turn.account.key
    return wire.yes([{
        "key": f"****{key[-4:] if len(key) > 8 else ''}", "apiKeyName": own.name, "status": 1,
        "quotaLimit": own.ledger.quota, "quotaUsed": own.ledger.charged, "visible": True, "expireAt": None,
        "expireInMinute": None, "createdAt": wire.moment(turn.session.clock.stamp(0.0)),
    }])  # fmt: skip


ROUTES: dict[str, Route] = {"account": account, "queue_status": queue_status, "key_list": key_list}
