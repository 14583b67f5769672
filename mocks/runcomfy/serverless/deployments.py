"""Deployments: which one a path names, and which of its instances live."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...engine.luck import digest
from ...engine.prop import Prop
from ...engine.refusal import Refusal
from ...web.turn import Turn

if TYPE_CHECKING:
    from ...engine.session import Session

KIND = "deployment"


def found(turn: Turn) -> Prop:
    """The deployment that the path names, if it is there and the asker's own."""
    prop = turn.session.props.get(turn.named["deployment_id"])
    if prop is None or prop.kind != KIND:
        raise Refusal("unknown-id")
    if prop.account is not turn.account:
        raise Refusal("foreign-id")
    return prop


def alive_instances(session: Session, prop: Prop, now: float) -> dict[str, int]:
    """The ids of a deployment's instances that are up, each with its number."""
    numbers = prop.slots.ready(now) if prop.slots is not None else ()
    return {digest(session.seed, prop.id, number): number for number in numbers}
