"""What faults do to one request on its way: before the work and after it, and what lets time pass that lifts one."""

from __future__ import annotations

from collections.abc import Hashable
from functools import partial
from math import inf
from typing import TYPE_CHECKING

from ..engine.clock import pause
from ..engine.fault import WHOLE, Fault, Place
from . import flow
from .exit import bent

if TYPE_CHECKING:
    from ...contracts.operation import Operation
    from ..engine.session import Session
    from .dialect import Answer, Dialect
    from .line import Line


class Bending:
    """The part of a turn that knows of faults."""

    __slots__ = (
        "bent",
        "body",
        "dialect",
        "fault",
        "line",
        "now",
        "operation",
        "question",
        "seconds",
        "session",
        "task",
        "value",
    )

    dialect: Dialect
    session: Session
    operation: Operation
    now: float
    value: str
    body: bytes
    task: str
    bent: str
    line: Line | None  # the socket that it came by, if it came by one
    fault: Fault | None  # the one that has struck last
    seconds: float  # how long it makes whoever asks wait
    question: Hashable

    def _struck(self, when: str) -> bool:
        """Whether a fault strikes here and now; one that delays does so, and is known to have struck."""
        session, operation = self.session, self.operation
        by = "" if self.line is None else "socket"
        place = Place(when, self.dialect.provider, operation.channel, operation.id, self.now, by)
        fault, self.seconds = session.wishes.fault(place, session.seed)
        if fault is None:
            return False
        self.fault, self.bent = fault, str(fault)
        return True

    def _lift(self) -> None:
        """In `auto`, asking again where a fault struck that lasts until a moment lets time pass to that moment."""
        clock = self.session.clock
        for fault in self.session.wishes.faults if clock.auto else ():
            if fault.until < inf and clock.again(self._about(fault)):
                clock.jump(fault.until)
                self.now = clock.now

    def _about(self, fault: Fault) -> Hashable:
        return (self.operation.id, id(fault), self.value, self.body)

    def _spoilt(self, fault: Fault, answer: Answer | None) -> Answer:
        """What a fault that has struck makes of an answer, or of none; what does not come whole was not answered."""
        if fault.until < inf:
            self.question = self._about(fault)
        elif answer is None or fault.what not in WHOLE:
            self.question = None
        return bent(fault, answer, partial(self.dialect.bent, self))

    async def _bent(self, answer: Answer) -> Answer:
        """The answer as a fault wants it that strikes when the work is done; then it was not given."""
        await self._overtaken()
        if not self._struck("after"):
            return answer
        if self.delayed:
            await pause(self.seconds)
            return answer
        return self._spoilt(self.fault, await flow.gathered(self, answer))  # type: ignore[arg-type]  # it has struck

    @property
    def delayed(self) -> bool:
        """Whether the fault that struck has left the answer as it is."""
        return self.fault is not None and self.fault.what == "delay"

    async def _overtaken(self) -> None:
        """Keeps the answer of a submit back until what was to come after it has been delivered."""
        session = self.session
        task = session.tasks.get(self.task) if self.operation.channel == "submit" else None
        if task is None or not session.follows(task):
            return
        place = Place("after", self.dialect.provider, "webhook", self.operation.id, self.now)
        fault, _ = session.wishes.fault(place, session.seed, early=True)
        if fault is not None:
            await session.clock.wait(task.timeline.ends)
            session.clock.hand_out()
            await session.courier.idle()
