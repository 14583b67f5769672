"""For how long nobody said anything: real seconds in every mode of the clock, since heartbeats are real."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from math import inf


class Silence:
    """Everybody who is listened to. Time that a test plays counts as if it had passed."""

    def __init__(self, tick: Callable[[], float]) -> None:
        self.played = 0.0
        self.ears: dict[Ear, None] = {}  # in the order in which they were opened
        self._tick = tick

    @property
    def now(self) -> float:
        """Real seconds, and those that were played."""
        return self._tick() + self.played

    def listen(self, limit: float, call: Callable[[], None]) -> Ear:
        """Calls once nothing was heard for so long."""
        ear = Ear(self, limit, call)
        if limit < inf:
            self.ears[ear] = None
            ear.wait(limit)
        return ear

    def play(self, seconds: float) -> None:
        """So many seconds passed in silence, though they did not."""
        self.played += seconds
        for ear in self.ears:
            ear.wait(max(0.0, ear.left))

    def within(self, seconds: float) -> list[tuple[float, Callable[[], None]]]:
        """Who would be given up if so many seconds passed in silence, and after how many."""
        return [(max(0.0, ear.left), ear.ring) for ear in self.ears if ear.left <= seconds]


class Ear:
    """Somebody who is listened to, until nothing was heard for too long, or nobody wants to know."""

    __slots__ = ("_call", "_limit", "_silence", "_timer", "heard")

    def __init__(self, silence: Silence, limit: float, call: Callable[[], None]) -> None:
        self.heard = silence.now
        self._silence = silence
        self._limit = limit
        self._call = call
        self._timer: asyncio.TimerHandle | None = None

    @property
    def silent(self) -> float:
        """For how long nothing was heard."""
        return self._silence.now - self.heard

    @property
    def left(self) -> float:
        """How much longer that may last."""
        return self._limit - self.silent

    def hear(self) -> None:
        """Something was said."""
        self.heard = self._silence.now

    def wait(self, seconds: float) -> None:
        """Looks again after so many real seconds; one timer lasts for all that is said meanwhile."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._look)

    def _look(self) -> None:
        if self.left > 0:
            self.wait(self.left)
        else:
            self.ring()

    def ring(self) -> None:
        """Gives up, if it is not yet."""
        if self in self._silence.ears:
            self.stop()
            self._call()

    def stop(self) -> None:
        """Listens no more."""
        self._silence.ears.pop(self, None)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
