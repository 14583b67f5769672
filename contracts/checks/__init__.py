"""Checks: whether a server, or a client, keeps a provider's promise. What they need is handed to them.

`inputs` and `bad_inputs` are strategies of hypothesis, `schema` is one of schemathesis: they are loaded when they are
asked for, and need the extra `understudy[contracts]`. `good_edges` and `bad_edges` need nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .edges import Broken, bad_edges, good_edges
    from .files import File, told
    from .inputs import bad_inputs, inputs
    from .published import schema

__all__ = ["Broken", "File", "bad_edges", "bad_inputs", "good_edges", "inputs", "schema", "told"]

_HOMES = {"Broken": "edges", "bad_edges": "edges", "good_edges": "edges", "File": "files", "told": "files",
          "bad_inputs": "inputs", "inputs": "inputs", "schema": "published"}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __package__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
