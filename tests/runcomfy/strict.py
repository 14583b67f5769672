"""A client of the older Serverless paths that is as strict as a known one: it takes no key, type or time that it does
not know, and no word that it has not learned.

Written from what is known of iguanesolutions/go-runcomfyserverless: its submit, status and cancel are decoded with
unknown fields forbidden; its result is not, but the stamps in it have one layout.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import httpx

IN_BAND = {"error_code": int, "error_message": str}
SUBMITTED = {"request_id": str, "status_url": str, "result_url": str, "cancel_url": str, **IN_BAND}
STATUS = {"request_id": str, "status": str, "queue_position": int, "status_url": str, "result_url": str, **IN_BAND}
CANCELLED = {"request_id": str, "status": str, **IN_BAND}
RESULT = {"status": str, "created_at": str, "finished_at": str, "outputs": dict, "error": list, **IN_BAND}
FAILURE = {"errorCode": int, "error": str, "debugInfo": str}
STATES = ("in_queue", "in_progress", "completed", "canceled")
ENDS = ("succeeded", "failed", "canceled")
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d:\d\d")


class NotUnderstood(Exception):
    """An answer that the client cannot decode."""


class Refused(Exception):
    """An answer that says no, by its status or in a body that comes with a good one."""


def decoded(text: bytes, fields: Mapping[str, type], strict: bool = True) -> dict[str, Any]:
    """An object of these fields; null is what is not there. Further fields are an error where it is strict."""
    said = json.loads(text)
    if type(said) is not dict:
        raise NotUnderstood(f"no object: {text[:80]!r}")
    for name, value in said.items():
        if name not in fields:
            if strict:
                raise NotUnderstood(f"unknown field {name!r}")
        elif value is not None and type(value) is not fields[name]:
            raise NotUnderstood(f"{name} is {value!r}, no {fields[name].__name__}")
    return said


def stamp(said: Mapping[str, Any], name: str) -> str:
    """A time, in the one layout that is read."""
    value = said.get(name) or ""
    if not STAMP.fullmatch(value):
        raise NotUnderstood(f"{name} is {value!r}, no time of the layout")
    return str(value)


def among(word: str, words: tuple[str, ...]) -> str:
    """A word that the client has learned."""
    if word not in words:
        raise NotUnderstood(f"unknown status {word!r}")
    return word


class StrictClient:
    """One deployment, asked on the older paths, or on others to show that they are not understood."""

    def __init__(self, client: httpx.Client, deployment: str, version: str = "v1") -> None:
        self._client = client
        self._paths = f"/prod/{version}/deployments/{deployment}"

    def _said(self, method: str, path: str, fields: Mapping[str, type], body: Any = None, strict: bool = True) -> Any:
        answer = self._client.request(method, self._paths + path, json=body)
        if not answer.is_success:
            raise Refused(answer.text)
        said = decoded(answer.content, fields, strict)
        if said.get("error_code"):
            raise Refused(said["error_message"])
        return said

    def submit(self, body: Any) -> str:
        """The id of a request that was taken."""
        said = self._said("POST", "/inference", SUBMITTED, body)
        if not all(said.get(name) for name in ("request_id", "status_url", "result_url", "cancel_url")):
            raise NotUnderstood(f"something is missing: {said}")
        return str(said["request_id"])

    def status(self, name: str) -> tuple[str, int]:
        """Where it stands, and its place in the queue."""
        said = self._said("GET", f"/requests/{name}/status", STATUS)
        return among(said["status"], STATES), said.get("queue_position") or 0

    def result(self, name: str) -> dict[str, Any]:
        """How it ended, or how it stands."""
        said: dict[str, Any] = self._said("GET", f"/requests/{name}/result", RESULT, strict=False)
        stamp(said, "created_at")
        if among(said["status"], (*STATES, *ENDS)) in ENDS:
            stamp(said, "finished_at")
        for failure in said.get("error") or ():
            decoded(json.dumps(failure).encode(), FAILURE, strict=False)
        return said

    def cancel(self, name: str) -> bool:
        """Whether a cancel was in time."""
        said = self._said("POST", f"/requests/{name}/cancel", CANCELLED)
        return among(said["status"], ("cancellation_requested", "not_cancellable")) == "cancellation_requested"

    def wait(self, name: str, most: int = 50) -> dict[str, Any]:
        """Asks until it is over, and for what came of it."""
        for _ in range(most):
            if self.status(name)[0] in ("completed", "canceled"):
                return self.result(name)
        raise AssertionError(f"no end after {most} looks")
