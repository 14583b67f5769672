"""What an account used, added up by day, by model or by key: orders, money, errors and how long its tasks ran."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta, tzinfo
from math import ceil
from typing import Any, NamedTuple

import orjson

from ...contracts.contract import Contract
from ..engine.session import Account, Session
from ..engine.task import Task
from ..engine.timeline import State
from .errors import why

Row = dict[str, Any]
PLACES = 9  # of money: a price has no more
MONTH = 30  # days, of what is projected


class Use(NamedTuple):
    """One thing that counts: an order that was taken, or one that was refused."""

    at: datetime
    model: str
    taken: bool
    results: int = 0
    spend: float = 0.0
    seconds: float | None = None  # how long it ran, once it has succeeded
    client: int = 0
    server: int = 0


def uses(contract: Contract, session: Session, account: Account, zone: tzinfo) -> list[Use]:
    """All that an account did, in the order in which it was asked for."""

    def moment(at: float) -> datetime:
        return datetime.fromisoformat(session.clock.stamp(at)).astimezone(zone)

    taken = [_of(contract, task, session.clock.now, moment) for task in session.tasks.values()
             if task.account is account and contract.operations[task.order.operation].orders]  # fmt: skip
    refused = [Use(moment(at), model, False, client=status < 500, server=status >= 500)
               for at, model, status in _refused(contract, session, account)]  # fmt: skip
    return sorted((*taken, *refused), key=lambda use: use.at)


def _of(contract: Contract, task: Task, now: float, moment: Callable[[float], datetime]) -> Use:
    line, state = task.timeline, task.timeline.at(now)
    use = Use(moment(line.times[0]), task.model, True)
    if state is State.SUCCEEDED:
        return use._replace(results=len(task.order.media), spend=task.cost or 0.0, seconds=line.ends - line.starts)
    if state is not State.FAILED:
        return use
    row = why(contract, task)
    server = row.get("fault") == "server" or row.get("status", 500) >= 500
    return use._replace(client=not server, server=int(server))


def _refused(contract: Contract, session: Session, account: Account) -> Iterator[tuple[float, str, int]]:
    """When an order was refused, of which model, and with which status; told from what was said on the wire. One that
    failed later counts as that."""
    bundle = contract.bundle
    assert bundle is not None  # its tasks come in lists
    for said in session.journal:
        if said.account != account.name or said.provider != account.provider or b'"errors"' not in said.answer_body:
            continue
        asked = {str(task.get(bundle.id)): task for task in _listed(said.request_body)
                 if (operation := bundle.named(task)) is not None and operation.orders}  # fmt: skip
        wrong = [error for line in said.answer_body.splitlines() for error in _listed(line, bundle.errors)]
        for error in {str(error.get(bundle.id)): error for error in reversed(wrong)}.values():
            task = asked.get(str(error.get(bundle.id)))
            if task is not None and not _failed(contract, session, error):
                status = contract.coded(error.get("code")).get("status", said.status)
                yield said.at, str(task.get(bundle.model, "")), int(status)


def _failed(contract: Contract, session: Session, error: Row) -> bool:
    """Whether an error is that of an order which was taken."""
    task = session.tasks.get(str(error.get("taskUUID")).lower())
    if task is None or task.timeline.states[-1] is not State.FAILED:
        return False
    row = why(contract, task)
    return error.get("code") in (row["name"], contract.error("timeout")["name"])


def _listed(text: bytes, key: str = "") -> list[Row]:
    try:
        said = orjson.loads(text)
    except ValueError:
        return []
    said = said.get(key) if key and isinstance(said, dict) else said
    return [each for each in said if isinstance(each, dict)] if isinstance(said, list) else []


def days(first: date, last: date) -> list[str]:
    """Every day from the first to the last."""
    return [(first + timedelta(at)).isoformat() for at in range((last - first).days + 1)]


def total(found: Iterable[Use]) -> Row:
    """Money and orders, added up."""
    told = [use for use in found if use.taken]
    return {"credits": round(sum(use.spend for use in told), PLACES), "requests": len(told)}


def share(of: float, all: float) -> float:
    """A share, of nothing none."""
    return round(of / all, 6) if all else 0.0


def percentile(sorted_times: Sequence[float], percent: int) -> float | None:
    """The time in which so many of a hundred were over."""
    if not sorted_times:
        return None
    return round(sorted_times[max(0, ceil(len(sorted_times) * percent / 100) - 1)], 6)


def _times(found: Iterable[Use]) -> list[float]:
    return sorted(use.seconds for use in found if use.seconds is not None)


def activity(found: Sequence[Use]) -> Row:
    """How much was asked for, and what it cost."""
    told = total(found)
    return {"count": told["requests"], "spend": told["credits"]}


def performance(found: Sequence[Use]) -> Row:
    """How long tasks ran."""
    times = _times(found)
    mean = round(sum(times) / len(times), 6) if times else None
    return {"count": len(times), "avgInferenceTime": mean, "p90InferenceTime": percentile(times, 90),
            "p99InferenceTime": percentile(times, 99)}  # fmt: skip


def errors(found: Sequence[Use]) -> Row:
    """How many orders came to nothing, and by whose fault."""
    return {"count": len(found), "clientErrors": sum(use.client for use in found),
            "serverErrors": sum(use.server for use in found)}  # fmt: skip


def activity_meta(found: Sequence[Use], length: int) -> Row:
    """The same of all, and what a month of such days would cost."""
    told = total(found)
    daily = round(told["credits"] / length, PLACES)
    return {"totalRequests": told["requests"], "totalResults": sum(use.results for use in found),
            "totalSpend": told["credits"], "avgDailySpend": daily,
            "projectedSpend": round(daily * MONTH, PLACES)}  # fmt: skip


def performance_meta(found: Sequence[Use], _: int) -> Row:
    """The same of all; of nothing there is no time."""
    times = _times(found)
    told: Row = {"totalRequests": len(times)}
    if times:
        told["avgInferenceTime"] = round(sum(times) / len(times), 6)
        told |= {f"p{percent}InferenceTime": percentile(times, percent) for percent in (50, 90, 99)}
    return told


def errors_meta(found: Sequence[Use], _: int) -> Row:
    """The same of all."""
    wrong = sum(use.client + use.server for use in found)
    return {"totalRequests": len(found), "totalErrors": wrong, "errorRate": share(wrong, len(found))}


Part = tuple[Callable[[Sequence[Use]], Row], Callable[[Sequence[Use], int], Row]]
PARTS: dict[str, Part] = {
    "getUsageActivity": (activity, activity_meta),
    "getUsagePerformance": (performance, performance_meta),
    "getUsageErrors": (errors, errors_meta),
}
