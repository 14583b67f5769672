"""How RunComfy is spoken to: where its token stands, and how it says no."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from ...contracts.catalogue import Model
from ...contracts.finding import Finding
from ...contracts.operation import Operation
from ..engine.refusal import Refusal
from ..web.dialect import Answer, Dialect, Maker
from .routes import ROUTES
from .served import SERVED
from .serverless import deployments
from .trainer import datasets
from .trainer.given import given as datasets_given

if TYPE_CHECKING:
    from ..engine.prop import Prop
    from ..engine.session import Account, Session
    from ..web.turn import Turn

SAID = {"missing": "Field required", "extra_forbidden": "Extra inputs are not permitted"}  # by the type of an error
NODES = ("overrides", "workflow_api_json")  # fields that hold nodes by their names
FAULTS = {400: "Bad request.", 401: "Unauthorized.", 403: "Forbidden.", 404: "Not found.", 408: "Request timeout.",
          409: "Conflict.", 429: "Too many requests.", 500: "Internal error.", 502: "Bad gateway.",
          503: "Service unavailable.", 504: "Gateway timeout."}  # fmt: skip


class RunComfy(Dialect):
    """RunComfy's manners, the same in all of its APIs but for what an error is called."""

    provider = "runcomfy"
    routes = ROUTES
    served = SERVED

    def form(self, turn: Turn) -> Model | None:
        """A deployment says which form a request to it has; whether it takes any comes first."""
        if turn.operation.model == "deployment_id":
            return deployments.form(turn)
        if "deployment_id" in turn.operation.parameters:
            deployments.found(turn)
        return super().form(turn)

    def furnish(self, session: Session, account: Account) -> None:
        """Two deployments that are ready."""
        deployments.ready(self.contract.apis[deployments.API], session, account, self.terms.slots)

    def makers(self) -> Mapping[str, Maker]:
        """Deployments and data sets, as the director wants them."""
        apis = self.contract.apis
        return {deployments.KIND: partial(deployments.given, apis[deployments.API]),
                datasets.KIND: partial(datasets_given, apis["trainer"])}  # fmt: skip

    def stands_for(self, prop: Prop) -> str:
        """A deployment runs a workflow, or a LoRA."""
        return prop.more.kind if prop.kind == deployments.KIND else ""

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


def _name(text: str) -> str:
    return text.replace("~1", "/").replace("~0", "~")


def _step(text: str) -> str | int:
    return int(text) if text.isdecimal() and len(text) < 10 else _name(text)


def _detail(finding: Finding) -> dict[str, Any]:
    place = finding.where
    if place.startswith("?"):
        loc: list[str | int] = ["query", place[1:]]
    else:
        steps = place.split("/")[1:]
        # What looks like a number is a place in a list, but for the nodes of a workflow, which are named by texts.
        named = 2 if steps[:1] and steps[0] in NODES else 0
        loc = ["body", *map(_name, steps[:named]), *map(_step, steps[named:])]
    return {
        "loc": loc,
        "msg": SAID.get(finding.kind, f"Input should be {finding.expected}"),
        "type": finding.kind,
    }
