"""The director's wishes: which order gets which durations and which ending."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from .task import Order
from .timeline import Course, State
from .wish import Wish


@dataclass(slots=True)
class Script(Wish):
    """How orders are to live; `times` is how many of them."""

    queued: float | None = None
    running: float | None = None
    fails: str | bool = False
    stuck: bool = False
    cost: float | None = None
    model: str = ""
    when: Callable[[Order], bool] | None = None

    def __post_init__(self) -> None:
        Wish.__post_init__(self)
        for name in ("queued", "running", "cost"):
            value = getattr(self, name)
            if value is not None and not (isinstance(value, (int, float)) and 0 <= value < inf):
                more = "" if name == "cost" else "; for a life without end say stuck=True"
                raise ValueError(f"expected {name} to be a number, 0 or more; came {value!r}{more}")
        if self.stuck and self.fails:
            raise ValueError("expected one ending; came stuck=True and fails; what is stuck never fails, take one out")
        if self.when is not None and not callable(self.when):
            raise ValueError(f"expected when to be a function of an order; came {self.when!r}")
        if not isinstance(self.fails, (bool, str)):
            self.fails = str(self.fails)  # a code may be said as a number

    def fits(self, order: Order) -> bool:
        """Whether it is for this order."""
        if not self.live:
            return False
        if self.model and self.model != order.model:
            return False
        try:
            return self.when is None or bool(self.when(order))
        except Exception as wrong:  # the client must not see what the test's own code did; the verdict tells it
            self.trouble = f"{type(wrong).__name__} from when=: {wrong}"
            return False

    def course(self, usual: tuple[float, float]) -> Course:
        """The life that it asks for; what it leaves open is as usual."""
        queued = usual[0] if self.queued is None else self.queued
        running = usual[1] if self.running is None else self.running
        if self.stuck:
            return Course(queued, inf, State.RUNNING)
        if self.fails:
            return Course(queued, running, State.FAILED, "" if self.fails is True else self.fails)
        return Course(queued, running)

    def __str__(self) -> str:
        return "script(" + _said(self, ("queued", "running", "fails", "stuck", "cost", "model", "times")) + ")"


@dataclass(slots=True)
class NoMore(Wish):
    """The next submit is refused for a reason."""

    reason: str

    def __str__(self) -> str:
        return f"refuse_next({self.reason!r})"


def _said(wish: object, names: tuple[str, ...]) -> str:
    default = {name: field.default for name, field in type(wish).__dataclass_fields__.items()}  # type: ignore[attr-defined]
    return ", ".join(f"{name}={getattr(wish, name)!r}" for name in names if getattr(wish, name) != default[name])
