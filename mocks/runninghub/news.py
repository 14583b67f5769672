"""News of a task's end, brought to the address that its submit named: how that went, and how it is sent again."""

from __future__ import annotations

from typing import Any

from ...contracts.contract import Contract
from ..engine.refusal import Refusal
from ..engine.session import Session, Tell
from ..engine.task import Task
from ..engine.timeline import FINAL, State
from ..web import post
from ..web.dialect import Answer, Route
from ..web.exit import written
from ..web.turn import Turn
from . import tasks, wire
from .own import task_of

SECOND = len("2025-03-25T16:05:07")  # as far as a moment is told
NEXT = 1  # what makes the id of an event of its task's


def teller(turn: Turn, where: str) -> Tell | None:
    """Who tells of the end of an order, if there is an address to tell it to."""
    session, base, contract = turn.session, turn.base, turn.dialect.contract

    def tell(task: Task, state: State) -> None:
        if state in FINAL:
            post.call(session, contract, task, written(_event(task, _data(contract, session, base, task))))

    return tell if where else None


def _event(task: Task, data: str) -> wire.Json:
    return {"event": "TASK_END", "taskId": task.id, "eventData": data}


def _data(contract: Contract, session: Session, base: str, task: Task) -> str:
    """What an event says: how the task would be told to whoever asked, as a text. Seconds are numbers in it."""
    view = task.at(task.timeline.ends)
    ordered = contract.operations[task.order.operation].api
    if ordered != tasks.ELDER and contract.life.brings["webhook"]["shape"] == "query":
        return written(tasks.queried(contract, session, base, view)).decode()
    said = tasks.told(contract, session, base, view)
    if said["code"] == 0:
        said = {**said, "data": [{**row, "taskCostTime": int(row["taskCostTime"])} for row in said["data"]]}
    return written({key: said[key] for key in ("code", "msg", "data")}).decode()


def detail(turn: Turn) -> Answer:
    """Tells of the event of a task, and how its delivery stands."""
    return wire.yes(_told(turn, _ended(turn, str(turn.inputs["taskId"]))))


def retry(turn: Turn) -> Answer:
    """Sends an event again, elsewhere if another address is named."""
    task = _ended(turn, str(int(turn.inputs["webhookId"]) - NEXT))
    where = turn.inputs.get("webhookUrl") or task.order.webhook
    again = task._replace(order=task.order._replace(webhook=where))
    post.call(turn.session, turn.dialect.contract, again, written(_event(task, _told(turn, task)["eventData"])))
    return wire.yes(None, "")


def _ended(turn: Turn, id: str) -> Task:
    """The task of an id, of whose end there is an event."""
    try:
        task = task_of(turn, id)
    except Refusal:
        raise Refusal("no-webhook") from None
    if not task.order.webhook or task.timeline.ends > turn.now:
        raise Refusal("no-webhook")
    return task


def _told(turn: Turn, task: Task) -> dict[str, Any]:
    session, sent = turn.session, post.delivery(turn.session, task)
    last, made = sent.last, session.clock.stamp(task.timeline.ends)
    data = last.request_json["eventData"] if last else _data(turn.dialect.contract, session, turn.base, task)
    return {"id": str(int(task.id) + NEXT), "userApiKey": "***", "taskId": task.id,
            "webhookUrl": last.url if last else task.order.webhook, "eventData": data,
            "callbackStatus": sent.standing,
            "callbackResponse": last.answer_body.decode("utf-8", "replace") if last else None,
            "retryCount": sent.again, "createTime": made[:SECOND],
            "updateTime": (session.clock.stamp(last.at) if last else made)[:SECOND]}  # fmt: skip


ROUTES: dict[str, Route] = {"webhook_detail": detail, "webhook_retry": retry}
