"""The account, told to itself: who it is, what it has left, and what it used."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ...contracts.finding import shown
from ..engine.luck import uuid
from ..engine.refusal import Refusal
from ..engine.usage import days, moment
from ..web.dialect import Answer, Route
from ..web.turn import Turn
from . import errors, newcomers, usage, wire
from .results import PLACES, answer

Row = dict[str, Any]
LONGEST = 30  # days of one question
SHOWN = 4  # letters of a key, at each end
UNTIL_NOW = {"last7Days": 7, "last30Days": 30}
GROUPS = {"date": "timeseries", "model": "model", "apiKey": "apiKey"}


def manage(turn: Turn) -> Answer:
    """Answers one of the questions that an account has of itself."""
    said = turn.inputs
    values = details(turn) if said["operation"] == "getDetails" else used(turn)
    return answer(turn, operation=said["operation"], **values)


def masked(key: str) -> str:
    """A key as it is shown: nobody can use it, and its owner knows it."""
    return f"{key[:SHOWN]}...{key[-SHOWN:]}" if len(key) > 4 * SHOWN else "***"


def details(turn: Turn) -> Row:
    """Who the account is, its balance, its key, and its totals."""
    session, account, contract = turn.session, turn.account, turn.dialect.contract
    told = usage.uses(contract, session, account, UTC)
    today = moment(session, turn.now, UTC).date()
    ago = {name: today - timedelta(length - 1) for name, length in (("today", 1), *UNTIL_NOW.items())}
    rolling = {name: usage.total(use for use in told if use.at.date() >= first) for name, first in ago.items()}
    amount = round(account.ledger.balance, PLACES)
    form = wire.keys(contract, turn.operation.id)["balance"]["type"]
    opened, last = _stamp(session.clock.epoch), max((use.at for use in told), default=None)
    key = {"apiKey": masked(account.key), "name": account.name, "description": "", "enabled": not account.revoked,
           "createdAt": opened, "requests": len([use for use in told if use.taken]),
           **({"lastUsedAt": _stamp(last)} if last is not None else {})}  # fmt: skip
    return {
        "organizationName": "Understudy", "AIRSource": newcomers.SOURCE,
        "organizationUUID": uuid(session.seed, "organization", account.name),
        "balance": amount if form == "number" else {"amount": amount, "currency": "USD"},
        "team": [{"name": "Understudy", "email": "owner@example.com", "roles": ["Owner"], "joinedAt": opened}],
        "apiKeys": [key], "usage": {**rolling, "total": usage.total(told)},
    }  # fmt: skip


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def used(turn: Turn) -> Row:
    """What was used in a span of days, in the groups that are asked for."""
    said, session, account, contract = turn.inputs, turn.session, turn.account, turn.dialect.contract
    zone = _zone(turn, said.get("timezone") or "UTC")
    today = moment(session, turn.now, zone).date()
    first, last = _span(turn, said, today)
    mine = not said.get("apiKeys") or {account.key, masked(account.key), account.name} & set(said["apiKeys"])
    meant = said.get("models")
    every = usage.uses(contract, session, account, zone) if mine else []
    told = [use for use in every if first <= use.at.date() <= last and (not meant or use.model in meant)]
    each, all_of = usage.PARTS[said["operation"]]
    names = wire.titles(contract)
    models = sorted({use.model for use in told})
    rows: dict[str, list[Row]] = {
        "date": [{"date": day, **each([use for use in told if use.at.date().isoformat() == day])}
                 for day in days(first, last)],
        "model": [{"model": name, "modelName": names.get(name, name), **each(own)}
                  for name in models if (own := [use for use in told if use.model == name])],
        "apiKey": [{"apiKey": masked(account.key), **each(told)}] if mine else [],
    }  # fmt: skip
    meta = all_of(told, (last - first).days + 1)
    groups = dict.fromkeys(said.get("groupBy") or ["date"])
    return {"startDate": first.isoformat(), "endDate": last.isoformat(),
            "usage": {GROUPS[group]: {"data": rows[group], "meta": meta} for group in groups}}  # fmt: skip


def _zone(turn: Turn, name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _bad(turn, "timezone", "the name of a time zone, as Europe/Rome", name) from None


def _span(turn: Turn, said: Mapping[str, Any], today: date) -> tuple[date, date]:
    """From which day to which; what is not said is the month that ends today, or that is next to the other end."""
    given = {name: _day(turn, name, said[name]) for name in ("startDate", "endDate") if name in said}
    month = timedelta(LONGEST - 1)
    start = given.get("startDate")
    last = given.get("endDate") or (min(today, start + month) if start and start <= today else start or today)
    first = start or last - month
    if first > last:
        raise _bad(turn, "endDate", f"a day that is not before {first}", str(last))
    if (last - first).days >= LONGEST + 1:
        raise _bad(turn, "endDate", f"a span of at most {LONGEST} days", f"{(last - first).days} days")
    return first, last


def _day(turn: Turn, name: str, text: str) -> date:
    try:
        day = datetime.fromisoformat(text).date()
    except ValueError:
        raise _bad(turn, name, "a day, as 2026-01-31", text) from None
    if not timedelta(2 * LONGEST) <= day - date.min <= date.max - date.min - timedelta(2 * LONGEST):
        raise _bad(turn, name, "a day of our times", text)
    return day


def _bad(turn: Turn, name: str, expected: str, came: str) -> Refusal:
    cure = f"send {name} as {expected}"
    return errors.invalid(turn.operation, f"/{name}", expected, shown(came), cure)


ROUTES: dict[str, Route] = {"accountManagement": manage}
