"""How RunComfy is spoken to: where its token stands, and how it says no."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from ...contracts.finding import Finding
from ...contracts.operation import Operation
from ..engine.refusal import Refusal
from ..web.dialect import Answer, Dialect
from .routes import ROUTES
from .served import SERVED

FAULTS = {400: "Bad request.", 401: "Unauthorized.", 403: "Forbidden.", 404: "Not found.", 408: "Request timeout.",
          409: "Conflict.", 429: "Too many requests.", 500: "Internal error.", 502: "Bad gateway.",
          503: "Service unavailable.", 504: "Gateway timeout."}  # fmt: skip


class RunComfy(Dialect):
    """RunComfy's Model API."""

    provider = "runcomfy"
    routes = ROUTES
    served = SERVED

    @classmethod
    def key(cls, headers: Mapping[bytes, bytes]) -> str:
        """The token of `Authorization: Bearer`, whose scheme is read without regard to case."""
        return _token(headers.get(b"authorization", b""))

    def refuse(self, refusal: Refusal, operation: Operation | None = None) -> Answer:
        """An error body with the row's code; input that does not match is told field by field."""
        row = self.contract.error(refusal.reason, operation)
        said: dict[str, Any] = {"error_code": row["code"], "error_message": row["text"]}
        if refusal.reason == "invalid-input":
            said["detail"] = [_detail(finding) for finding in refusal.findings if finding.reason]
        return Answer(row["status"], said)

    def status(self, status: int) -> Answer:
        """A bare status: its code is the status with a one behind it."""
        return Answer(
            status, {"error_code": status * 1000 + 1, "error_message": FAULTS.get(status, f"Error {status}.")}
        )


def _step(text: str) -> str | int:
    return int(text) if text.isdecimal() and len(text) < 10 else text.replace("~1", "/").replace("~0", "~")


@lru_cache(256)
def _token(header: bytes) -> str:
    scheme, _, token = header.decode("latin-1").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _detail(finding: Finding) -> dict[str, Any]:
    place = finding.where
    if place.startswith("?"):
        loc: list[str | int] = ["query", place[1:]]
    else:
        loc = ["body", *map(_step, place.split("/")[1:])]
    missing = finding.rule == "missing-required"
    return {
        "loc": loc,
        "msg": "Field required" if missing else f"Input should be {finding.expected}",
        "type": finding.kind,
    }
