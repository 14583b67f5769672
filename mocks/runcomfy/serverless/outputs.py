"""What a body makes of a deployment's workflow: its files, how they are told, and what their cards say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ....contracts.graph import Workflow, effective
from ...comfyui import files as made
from ...engine.medium import Medium
from ...engine.task import Order


def media(workflow: Workflow, body: Mapping[str, Any]) -> tuple[Medium, ...]:
    """The files that a body asks of a workflow, node by node; text is told, and is no file."""
    return made.media(effective(workflow, body))


def told(workflow: Workflow, body: Mapping[str, Any], files: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The outputs by node; `files` are the addresses of the media, in their order."""
    return made.told(effective(workflow, body), files)


def card(workflow: Workflow, body: Mapping[str, Any]) -> dict[str, Any]:
    """What the files of an order tell of it, the workflow that ran among it."""
    return made.card(effective(workflow, body))


def with_card(order: Order, workflow: Workflow) -> Order:
    """The order with the words and the seed of its workflow on the cards of its files."""
    return made.with_card(order, partial(effective, workflow))
