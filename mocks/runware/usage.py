"""What an account used, as rows of an answer: orders, money, errors and how long its tasks ran."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import tzinfo
from typing import Any

import orjson

from ...contracts.contract import Contract
from ..engine.session import Account, Session
from ..engine.task import Task
from ..engine.timeline import State
from ..engine.usage import Use, mean, moment, percentile, share, taken, times
from .errors import why
from .results import PLACES

Row = dict[str, Any]
MONTH = 30  # days, of what is projected


def uses(contract: Contract, session: Session, account: Account, zone: tzinfo) -> list[Use]:
    """All that an account did, in the order in which it was asked for."""

    def ours(task: Task) -> bool:
        row = why(contract, task)
        return row.get("fault") == "server" or row.get("status", 500) >= 500

    orders = (taken(session, task, zone, ours) for task in session.tasks.values()
              if task.account is account and contract.operations[task.order.operation].orders)  # fmt: skip
    refused = (Use(moment(session, at, zone), model, False, client=status < 500, server=status >= 500)
               for at, model, status in _refused(contract, session, account))  # fmt: skip
    return sorted((*orders, *refused), key=lambda use: use.at)


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
    return error.get("code") in (why(contract, task)["name"], contract.error("timeout")["name"])


def _listed(text: bytes, key: str = "") -> list[Row]:
    try:
        said = orjson.loads(text)
    except ValueError:
        return []
    said = said.get(key) if key and isinstance(said, dict) else said
    return [each for each in said if isinstance(each, dict)] if isinstance(said, list) else []


def total(found: Iterable[Use]) -> Row:
    """Money and orders, added up."""
    told = [use for use in found if use.taken]
    return {"credits": round(sum(use.spend for use in told), PLACES), "requests": len(told)}


def activity(found: Sequence[Use]) -> Row:
    """How much was asked for, and what it cost."""
    told = total(found)
    return {"count": told["requests"], "spend": told["credits"]}


def all_activity(found: Sequence[Use], length: int) -> Row:
    """The same of all, and what a month of such days would cost."""
    told = total(found)
    daily = round(told["credits"] / length, PLACES)
    return {"totalRequests": told["requests"], "totalResults": sum(use.results for use in found),
            "totalSpend": told["credits"], "avgDailySpend": daily,
            "projectedSpend": round(daily * MONTH, PLACES)}  # fmt: skip


def performance(found: Sequence[Use]) -> Row:
    """How long tasks ran."""
    return {"count": len(times(found)), **_inference(times(found), 90, 99)}


def all_performance(found: Sequence[Use], _: int) -> Row:
    """The same of all; of nothing there is no time."""
    ran = times(found)
    return {"totalRequests": len(ran), **(_inference(ran, 50, 90, 99) if ran else {})}


def _inference(ran: Sequence[float], *percents: int) -> Row:
    told = {f"p{percent}InferenceTime": percentile(ran, percent) for percent in percents}
    return {"avgInferenceTime": mean(ran), **told}


def errors(found: Sequence[Use]) -> Row:
    """How many orders came to nothing, and by whose fault."""
    return {"count": len(found), "clientErrors": sum(use.client for use in found),
            "serverErrors": sum(use.server for use in found)}  # fmt: skip


def all_errors(found: Sequence[Use], _: int) -> Row:
    """The same of all."""
    wrong = sum(use.client + use.server for use in found)
    return {"totalRequests": len(found), "totalErrors": wrong, "errorRate": share(wrong, len(found))}


Part = tuple[Callable[[Sequence[Use]], Row], Callable[[Sequence[Use], int], Row]]
PARTS: dict[str, Part] = {
    "getUsageActivity": (activity, all_activity),
    "getUsagePerformance": (performance, all_performance),
    "getUsageErrors": (errors, all_errors),
}
