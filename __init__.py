"""A local mock-and-contract testing harness for RunningHub, RunComfy and Runware.

`stand_in("runcomfy")` holds a stand-in outside pytest; inside it, ask for the fixture `runcomfy`. `uniform(1, 3)` and
`lognormal(2, 0.5)` are lengths of time that a script or a fault draws.
Nothing heavy is loaded until one of the names below is used: pytest imports this package for every user.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .mocks.engine.luck import lognormal, uniform
    from .mocks.stand_in import StandIn, stand_in

__version__ = "0.1.0"
__all__ = ["StandIn", "__version__", "lognormal", "stand_in", "uniform"]


def __getattr__(name: str) -> Any:
    if name in ("stand_in", "StandIn"):
        from .mocks import stand_in as module

        return getattr(module, name)
    if name in ("uniform", "lognormal"):
        from .mocks.engine import luck

        return getattr(luck, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
