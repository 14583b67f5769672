"""The workflows that stand for those which a user has saved in the cloud."""

# ruff: noqa: ARG001
from __future__ import annotations

from typing import Any

TEXT_TO_IMAGE: dict[str, Any] = {
    "3": {"class_type": "KSampler", "inputs": {"seed": 1, "steps": 20, "model": ["4", 0]}},
    "9": {"class_type": "SaveImage", "inputs": {"filename_prefix": "ComfyUI", "images": ["3", 0]}},
}


def workflow_of(number: str) -> dict[str, Any]:
    """The workflow of an id; of one that nobody knows, the first."""
    return TEXT_TO_IMAGE
