"""A local mock-and-contract testing harness for RunningHub, RunComfy and Runware.

`stand_in("runcomfy")` holds a stand-in outside pytest; inside it, ask for the fixture `runcomfy`. `uniform(1, 3)` and
`lognormal(2, 0.5)` are lengths of time that a script or a fault draws; `card_of(data)` reads a file's order back.
Nothing heavy is loaded until one of the names below is used: pytest imports this package for every user.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .mocks.engine.luck import lognormal, uniform
    from .mocks.engine.media.card import card_of
    from .mocks.stand_in import StandIn, stand_in

__version__ = "0.1.0"
__all__ = ["StandIn", "__version__", "card_of", "lognormal", "stand_in", "uniform"]


_HOMES = {"stand_in": "stand_in", "StandIn": "stand_in", "uniform": "engine.luck", "lognormal": "engine.luck",
          "card_of": "engine.media.card"}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f".mocks.{_HOMES[name]}", __package__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
