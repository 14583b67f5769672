"""The form of what is sent to a deployment of a workflow."""

# ruff: noqa: ARG001
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .catalogue import Model


def form(workflow: Mapping[str, Any], row: Mapping[str, Any], limits: Mapping[str, int]) -> Model:
    """The form that a row says, whatever the workflow."""
    return Model(row, limits)
