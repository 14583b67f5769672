"""A local mock-and-contract testing harness for RunningHub, RunComfy and Runware.

`stand_in("runcomfy")` holds a stand-in outside pytest; inside it, ask for the fixture `runcomfy`.
Nothing heavy is loaded until one of the names below is used: pytest imports this package for every user.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .mocks.stand_in import StandIn, stand_in

__version__ = "0.1.0"
__all__ = ["StandIn", "__version__", "stand_in"]


def __getattr__(name: str) -> Any:
    if name in ("stand_in", "StandIn"):
        from .mocks import stand_in as module

        return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
