"""Frames: what is said on a socket is a list of tasks as over HTTP, and each is answered in frames of its own."""

from __future__ import annotations

from typing import Any

from ...contracts.exchange import Exchange
from ...contracts.finding import Finding
from ..engine.clock import pause
from ..engine.fault import WHOLE
from ..engine.refusal import Refusal
from ..engine.timeline import new
from . import bundle, spoilt
from .dialect import Answer, Dialect
from .exit import SILENT, rendered, written
from .line import Line
from .turn import Turn

METHOD = "SOCKET"  # in the journal, what came by no method at all
TOO_LARGE = 1009  # RFC 6455: a message that is too big to be processed


class Frame(Turn):
    """One frame while it is being answered."""

    __slots__ = ()

    def read(self) -> Any:
        """The frame as JSON; it has no headers of its own."""
        return self.loads()

    async def heard_out(self, line: Line, said: str | bytes) -> None:
        """Answers one frame and writes both down. What comes later is news, which the courier brings."""
        self.line, self.now, self.account = line, self.session.clock.now, line.account  # type: ignore[assignment]
        self.operation = self.dialect.contract.operations[self.dialect.contract.bundle.route]  # type: ignore[union-attr]
        self.elsewhere = line.call.elsewhere if line.account is None else None
        refused: Refusal | None = None
        try:
            self._take(said)
        except Refusal as no:
            refused = no
        clock = self.session.clock
        clock.enter()
        try:
            try:
                if refused is not None:
                    raise refused
                answers = await self._answers()
            except Refusal as no:
                answers = [self._refuse(no)]
            frames = [frame for answer in answers for frame in framed(answer)]
            self._noted(answers, frames)
        finally:
            clock.leave()  # only what is told may have to wait, for a client that does not read
        await self._said(line, frames)
        if refused is not None and refused.reason == "too-large":
            await line.hang_up(TOO_LARGE, "a frame was too large")
        if line.connection is not None and line.connection.kept:
            line.connection.send_kept()

    def _take(self, said: str | bytes) -> None:
        """Reads the frame, and who says it, if that is told in it."""
        most = self.dialect.terms.max_body
        if len(said) > most:
            raise Refusal("too-large", said=f"at most {most} bytes; {len(said)} came")
        if isinstance(said, bytes):
            raise Refusal("bad-json", findings=(Finding(
                "bad-json", "broken", "", "a frame of text", f"{len(said)} bytes in a binary one",
                "send the list of tasks as text"),))  # fmt: skip
        self.body = said.encode("utf-8", "surrogatepass")
        bundle.recognise(self)

    async def _answers(self) -> list[Answer]:
        """What is answered, task by task, unless a fault has its way."""
        wishes = self.session.wishes
        if wishes.faults:
            self._lift()
            if self._struck("before"):
                if not self.delayed:
                    return self._instead()
                await pause(self.seconds)
                self.now = self.session.clock.now
        answers = await bundle.answers(self)
        if wishes.faults and (self.fault is None or self.delayed):
            await self._overtaken()
            # What comes as news is the answer, and will be struck itself.
            if any(answer.value for answer in answers) and self._struck("after"):
                answers = self._bent_each(answers)
        return answers

    def _instead(self) -> list[Answer]:
        """What a fault has every task answered that was not looked at."""
        assert self.fault is not None
        whole = self._spoilt(self.fault, None)
        if whole.body is not None or not isinstance(self.fault.what, int):
            return [] if self.fault.what in SILENT else [whole]
        return [self.dialect.bare(self.fault.what, task) for task in self.inputs]

    def _bent_each(self, answers: list[Answer]) -> list[Answer]:
        """A status instead of each answer; what bends a frame does so as it leaves."""
        fault = self.fault
        assert fault is not None
        if fault.what not in WHOLE:
            self.question = None
        if isinstance(fault.what, int):
            return [self.dialect.bare(fault.what, task) for task in self.inputs]
        return answers

    async def _said(self, line: Line, frames: list[str]) -> None:
        """Sends the frames, in the way that a fault wants it."""
        fault = self.fault
        if fault is None or isinstance(fault.what, int) or (fault.when == "before" and fault.what not in SILENT):
            for frame in frames:
                await line.say(frame)
            return
        for frame in frames or ("",):
            await spoilt.out(line, frame, fault, self.seconds, self.dialect.status)

    def _noted(self, answers: list[Answer], said: list[str]) -> None:
        """One exchange a frame; the status is the one that its answer would have had over HTTP."""
        session, operation = self.session, self.operation
        status = next((answer.status for answer in answers if answer.status >= 300), 200)
        if self.fault is not None and self.fault.what in SILENT:
            status, said = 0, []
        if self.question is not None:
            session.clock.answered(self.question)
        account = self.line.account if self.line else None
        session.journal.append(new(Exchange, (
            METHOD, self.way.whole, self.heard.pairs, self.body, status, (), "\n".join(said).encode(),
            self.dialect.provider, operation.id, operation.channel, self.task,
            account.name if account else "", self.now, session.clock.client_now(), self.findings, self.bent,
            "in", None)))  # fmt: skip


def framed(answer: Answer) -> list[str]:
    """The frames of one task's answer: results and errors apart; an answer without either is none."""
    if answer.body is not None:
        return [rendered(answer)[2].decode("utf-8", "ignore")]
    told = answer.value or {}
    return [written({key: items}).decode() for key, items in told.items() if items]


async def listened(line: Line) -> None:
    """Answers one frame after the other, until the line is closed."""
    call = line.call
    async for said in line.frames():
        session = line.session
        dialect: Dialect = session.cast[line.provider]
        await Frame(dialect, session, call.scope, call.way, call.base, call.heard).heard_out(line, said)
