"""Checks: whether a server, or a client, keeps a provider's promise. What they need is handed to them.

For suites elsewhere: `inputs` and `bad_inputs` are strategies of hypothesis, `machine` makes one of its state machines,
`schema` one of schemathesis; they need the extra `contracts`. `good_edges`, `bad_edges`, `told` and `Coverage` need
nothing more. All of them are loaded when they are asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .extra import missing

if TYPE_CHECKING:
    from .asking.bodies import bad_inputs, inputs
    from .asking.edges import Broken, bad_edges, good_edges
    from .asking.lifecycle import machine
    from .published import schema
    from .reaching.coverage import Coverage
    from .reading.files import File, told

__all__ = ["Broken", "Coverage", "File", "bad_edges", "bad_inputs", "good_edges", "inputs", "machine", "schema", "told"]

# No name here is a module's too: whichever is loaded last would hide the other.
_HOMES = {"Broken": "asking.edges", "bad_edges": "asking.edges", "good_edges": "asking.edges",
          "bad_inputs": "asking.bodies", "inputs": "asking.bodies", "machine": "asking.lifecycle",
          "Coverage": "reaching.coverage", "File": "reading.files", "told": "reading.files",
          "schema": "published"}  # fmt: skip
_EXTRA = ("hypothesis", "schemathesis")


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(f".{_HOMES[name]}", __package__), name)
    except ImportError as wrong:
        if wrong.name not in _EXTRA:
            raise
        raise missing(name, wrong.name) from None
