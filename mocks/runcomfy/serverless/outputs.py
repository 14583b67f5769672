"""What a workflow makes, and how that is told by node."""

# ruff: noqa: ARG001
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...engine.medium import Medium

IMAGE = (Medium("image", "png", 1024, 1024),)


def media(workflow: Mapping[str, Any], body: Mapping[str, Any]) -> tuple[Medium, ...]:
    """The files that are promised."""
    return IMAGE


def told(workflow: Mapping[str, Any], body: Mapping[str, Any], files: list[str]) -> dict[str, Any]:
    """The addresses of the files, by the node that made them."""
    rows = [{"url": file, "filename": file.rpartition("/")[2], "subfolder": "", "type": "output"} for file in files]
    return {"9": {"images": rows}}
