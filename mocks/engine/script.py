"""The director's wishes: which order gets which durations, which ending and which outputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Any

from .luck import span
from .output import NOTHING_ASKED, Output, outputs
from .task import Order
from .timeline import Course, State
from .wish import Wish, flag, whole

ENDINGS = ("fails", "stuck", "cancelled", "unreachable", "pauses")
PACES = ("looks", "manual")
FLAGS = ("manual", "stuck", "cancelled")
MOST_LOOKS = 10_000  # each is a beat that is kept
UNREACHABLE = "unreachable-input"  # the reason behind an input that cannot be fetched


@dataclass(slots=True)
class Script(Wish):
    """How orders are to live; `times` is how many of them."""

    queued: Any = None
    running: Any = None
    looks: int | None = None
    manual: bool = False
    position: int | None = None
    cold: Any = None
    fails: str | bool = False
    stuck: bool = False
    cancelled: bool = False
    pauses: float | bool = False
    unreachable: bool | str = False
    outputs: Any = None
    cost: float | None = None
    model: str = ""
    operation: str = ""
    nth: int | None = None
    when: Callable[[Order], bool] | None = None
    refuses: str = ""

    def __post_init__(self) -> None:
        Wish.__post_init__(self)
        for name in FLAGS:
            flag(name, getattr(self, name))
        if not isinstance(self.unreachable, str):
            flag("unreachable", self.unreachable)
        for name in ("queued", "running", "cold"):
            value = getattr(self, name)
            if value is not None:
                try:
                    setattr(self, name, span(value, name))
                except ValueError as wrong:
                    raise ValueError(f"{wrong}; for a life without end say stuck=True") from None
        if self.cost is not None and (
            isinstance(self.cost, bool) or not isinstance(self.cost, (int, float)) or not 0 <= self.cost < inf
        ):
            raise ValueError(f"expected cost to be a number, 0 or more; came {self.cost!r}; say cost=0.5")
        self._share()
        for name, least, most in (("looks", 0, MOST_LOOKS), ("position", 1, inf), ("nth", 1, inf)):
            if getattr(self, name) is not None:
                whole(name, getattr(self, name), least, most)
        self._one_of(ENDINGS, "ending", "what ends in one way does not end in another")
        self._one_of((*PACES, "queued", "running"), "pace", "looks and manual stand for queued and running")
        if self.when is not None and not callable(self.when):
            raise ValueError(f"expected when to be a function of an order; came {self.when!r}; say a lambda")
        if type(self.fails) is int:
            self.fails = str(self.fails)  # a code may be said as a number
        if not isinstance(self.fails, (bool, str)):
            raise ValueError(
                f"expected fails to be true, a name, a code or a text; came {self.fails!r}; say fails=True"
            )
        if self.outputs is not None and not _read(self.outputs):
            self.outputs = outputs(self.outputs)

    def _share(self) -> None:
        """Half of the run, unless a share is told."""
        if self.pauses is True:
            self.pauses = 0.5
        told = self.pauses
        if told is not False and (not isinstance(told, (int, float)) or not 0 < told < 1):
            raise ValueError(f"expected pauses to be true, or a share of the run between 0 and 1; came {told!r}; say "
                             f"pauses=0.4")  # fmt: skip

    def _one_of(self, names: tuple[str, ...], what: str, why: str) -> None:
        values = {name: getattr(self, name) for name in names}
        said = [name for name, value in values.items() if value is not None and value is not False and value != ""]
        if len(said) > 1 and set(said) != {"queued", "running"}:
            raise ValueError(f"expected one {what}; came {' and '.join(said)}; {why}, take one out")

    def meets(self, order: Order) -> bool:
        """Whether it is about this order; the order is counted for `nth`."""
        if not self.live or (self.model and self.model not in (order.model, order.called)):
            return False
        if self.provider not in ("", order.provider) or self.operation not in ("", order.operation):
            return False
        try:
            meant = self.when is None or bool(self.when(order))
            if isinstance(self.unreachable, str) and self.unreachable:
                meant = meant and _there(order.inputs, self.unreachable)
        except Exception as wrong:  # the client must not see what the test's own code did; the verdict tells it
            self.trouble = f"{type(wrong).__name__} from when=: {wrong}"
            return False
        self.met += meant
        return meant and (self.nth is None or self.met >= self.nth)

    def course(self, usual: tuple[float, float], seed: object, number: int, since: float = 0.0) -> Course:
        """The life that it asks for; what it leaves open is as usual, what it leaves to chance is drawn. One that is
        taken up again goes on `since` a share of its run; what is said of it is said of the rest."""
        share = since + (1 - since) * self.pauses if self.pauses else 1.0
        told = self._course(usual, seed, number)
        if (since or self.pauses) and (self.running is not None or self.looks is not None) and told.running < inf:
            part = (1 - since) if self.looks is None else share - since
            told = told._replace(running=told.running / part if part else 0.0)  # how long the whole of it takes
        return told._replace(since=since, share=share) if since or self.pauses else told

    def _course(self, usual: tuple[float, float], seed: object, number: int) -> Course:
        ending, error = self._ending()
        place = self.position or 0
        cold = None if self.cold is None else self.cold.draw(seed, "cold", number)
        if self.manual:
            return Course(inf if usual[0] else 0.0, inf, ending, error, 0, place, True, cold)
        if self.looks is not None:
            first = 1 if usual[0] and self.looks else 0  # where orders queue, the first look finds them queued
            running = inf if self.stuck else float(self.looks - first)
            return Course(float(first), running, ending, error, self.looks, place, False, cold)
        queued, running = (
            usual[at] if told is None else told.draw(seed, name, number)
            for at, (name, told) in enumerate((("queued", self.queued), ("running", self.running)))
        )
        return Course(queued, inf if self.stuck else running, ending, error, 0, place, False, cold)

    def _ending(self) -> tuple[State, str]:
        if self.stuck:
            return State.RUNNING, ""
        if self.cancelled:
            return State.CANCELLED, ""
        if self.unreachable:
            return State.FAILED, UNREACHABLE
        if self.pauses:
            return State.PAUSED, ""
        if self.fails:
            return State.FAILED, "" if self.fails is True else self.fails
        return State.SUCCEEDED, ""

    def order(self, order: Order) -> Order:
        """The order with the outputs that it asks for."""
        if self.outputs is None:
            return order
        own = tuple(medium for medium in order.media if medium.own)  # what was sent along is no output
        asked = next((medium for medium in order.media if not medium.own), NOTHING_ASKED)
        return order._replace(media=(*own, *(output.medium(asked) for output in self.outputs)))

    def __str__(self) -> str:
        if self.refuses:
            return f"refuse_next({self.refuses!r})"
        told = (f"{name}={value!r}" for name, value in self.said().items() if name not in ("when", "optional"))
        return f"script({', '.join(told)})"


def _there(inputs: Any, name: str) -> bool:
    """Whether there is an input of a name; one that lies deeper is named with dots."""
    head, _, rest = name.partition(".")
    if not isinstance(inputs, dict) or name in inputs or head not in inputs:
        return isinstance(inputs, dict) and name in inputs
    return bool(rest) and _there(inputs[head], rest)


def _read(said: object) -> bool:
    return isinstance(said, tuple) and all(isinstance(each, Output) for each in said)
