"""Frames: what is said on a socket is a list of tasks as over HTTP, and each is answered in frames of its own."""

from __future__ import annotations

from typing import Any

from ...contracts.exchange import Exchange
from ..engine.refusal import Refusal
from ..engine.session import Session
from ..engine.timeline import new
from . import bundle
from .dialect import Answer, Dialect
from .exit import written
from .line import Line
from .turn import Turn

METHOD = "SOCKET"  # in the journal, what came by no method at all


class Frame(Turn):
    """One frame while it is being answered."""

    __slots__ = ()

    def read(self) -> Any:
        """The frame as JSON; it has no headers of its own."""
        return self.loads()

    async def heard_out(self, line: Line, text: str) -> None:
        """Answers one frame and writes both down. What comes later is news, which the courier brings."""
        clock = self.session.clock
        self.line, self.now = line, clock.now
        self.account = line.account  # type: ignore[assignment]  # until it has said a key
        self.body = text.encode("utf-8", "surrogatepass")
        self.operation = next(each for each in self.dialect.contract.operations.values() if each.bundles)
        clock.enter()
        try:
            try:
                bundle.recognise(self)
                answers = await bundle.answers(self)
            except Refusal as no:
                answers = [self._refuse(no)]
            said = [frame for answer in answers for frame in framed(answer)]
            for frame in said:
                await line.say(frame)
            self._noted(answers, said)
        finally:
            clock.leave()

    def _noted(self, answers: list[Answer], said: list[str]) -> None:
        """One exchange a frame; the status is the one that its answer would have had over HTTP."""
        session, operation = self.session, self.operation
        status = next((answer.status for answer in answers if answer.status >= 300), 200)
        if self.question is not None:
            session.clock.answered(self.question)
        session.journal.append(new(Exchange, (
            METHOD, self.way.whole, self.heard.pairs, self.body, status, (), "\n".join(said).encode(),
            self.dialect.provider, operation.id, operation.channel, self.task,
            self.account.name if self.account else "", self.now, session.clock.client_now(), self.findings, self.bent,
            "in", None)))  # fmt: skip


def framed(answer: Answer) -> list[str]:
    """The frames of one task's answer: results and errors apart; an answer without either is none."""
    told = answer.value or {}
    return [written({key: items}).decode() for key, items in told.items() if items]


async def listened(dialect: Dialect, session: Session, line: Line) -> None:
    """Answers one frame after the other, until the line is closed."""
    call = line.call
    async for text in line.texts():
        await Frame(dialect, session, call.scope, call.way, call.base, call.heard).heard_out(line, text)
