"""Serverless bodies: what is answered of a deployment, and of a request at a moment. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ....contracts.life import Lifecycle
from ...engine.luck import uuid
from ...engine.prop import Prop
from ...engine.task import Task, View
from ...engine.timeline import State


def instance_id(seed: object, deployment: str, number: int) -> str:
    """The id of an instance, which looks as all other ids do."""
    return uuid(seed, deployment, number)


def deployment(prop: Prop, status: str, stamps: tuple[str, str], more: Mapping[str, Any]) -> dict[str, Any]:
    """A deployment, and what was asked for beside it."""
    said = dict(prop.said)
    enabled = said.pop("is_enabled")
    return {"id": prop.id, **said, "status": status, "is_enabled": enabled, "created_at": stamps[0],
            "updated_at": stamps[1], **more}  # fmt: skip


def pages(base: str, life: Lifecycle, task: Task) -> dict[str, str]:
    """The addresses of a request, by the key that tells each."""
    request = f"{base}/deployments/{task.order.model}/requests/{task.id}"
    return {key[1:]: f"{request}/{key[1:].removesuffix('_url')}" for key in life.tells["links"]}


def accepted(task: Task, links: Mapping[str, str]) -> dict[str, Any]:
    """What a submit answers."""
    return {"request_id": task.id, **links}


def status(view: View, life: Lifecycle, links: Mapping[str, str], place: int, instance: str) -> dict[str, Any]:
    """Where a request stands; the place in the queue only while it has one, the instance once there is one."""
    said: dict[str, Any] = {"request_id": view.task.id, "status": life.words["status"][view.state]}
    if place:
        said["queue_position"] = place
    said["status_url"], said["result_url"] = links["status_url"], links["result_url"]
    if instance and life.tells.get("instance"):
        said["instance_id"] = instance
    return said


def result(
    view: View, life: Lifecycle, stamps: tuple[str, str], came: Mapping[str, Any], instance: str
) -> dict[str, Any]:  # fmt: skip
    """How a request ended and what came of it, else how it stands."""
    said = {"request_id": view.task.id, "status": life.words["result"][view.state], **came, "created_at": stamps[0]}
    if stamps[1]:
        said["finished_at"] = stamps[1]
    if instance and life.tells.get("instance"):
        said["instance_id"] = instance
    return said


def cancelled(view: View, life: Lifecycle, accepted: bool) -> dict[str, Any]:
    """What a cancel answers, in time or not: one form tells the outcome beside the state, the other nothing else."""
    rule = life.cancel
    word, key = rule["accepted" if accepted else "refused"], rule["key"][1:]
    if key == "status":
        return {"request_id": view.task.id, "status": word}
    state = rule["accepted_status"] if accepted else life.words["status"][view.state]
    return {"request_id": view.task.id, "status": state, key: word}


def news(task: Task, state: State, life: Lifecycle, came: Mapping[str, Any], stamps: tuple[str, str]) -> dict[str, Any]:
    """What is told unasked."""
    rule = life.deliver
    said = {rule["id"][1:]: task.id, rule["prop"][1:]: task.order.model, rule["key"][1:]: rule["words"][state], **came,
            "created_at": stamps[0]}  # fmt: skip
    return {**said, "finished_at": stamps[1]} if stamps[1] else said


def balance(left: float) -> dict[str, Any]:
    """What is left in the wallet."""
    return {"balance_usd": left, "currency": "USD"}
