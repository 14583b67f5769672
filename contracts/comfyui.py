"""What is known of ComfyUI itself, whichever provider it stands behind."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from .document import Loader


@lru_cache
def tables() -> dict[str, dict[str, Any]]:
    """comfyui.yaml, as it stands."""
    text = (files(__package__) / "comfyui.yaml").read_bytes()
    read: dict[str, dict[str, Any]] = yaml.load(text, Loader=Loader)  # noqa: S506 - it is the safe one, in C
    return read


def facts(what: str) -> Any:
    """What one table says."""
    return tables()[what]["values"]
