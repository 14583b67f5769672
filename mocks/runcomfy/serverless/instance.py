"""The ComfyUI of an instance, as the proxy shows it."""

# ruff: noqa: ARG001
from __future__ import annotations

from ...engine.refusal import Refusal
from ...web.dialect import Answer
from ...web.turn import Turn


def ask_instance(turn: Turn) -> Answer:
    """Asks an instance; none can be asked yet."""
    raise Refusal("unknown-id")


def call_instance(turn: Turn) -> Answer:
    """Calls an instance; none can be called yet."""
    raise Refusal("unknown-id")
