"""Answers that flow: a body that comes in pieces, as the story goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from ...contracts import events
from .dialect import Answer
from .exit import Send, pour

if TYPE_CHECKING:
    from .bending import Bending
    from .turn import Turn


async def poured(turn: Turn, answer: Answer, send: Send) -> Answer:
    """Sends an answer as it comes; what is given back holds what went out. It is held against what is promised of its
    pieces, as any other answer is against what is promised of it."""
    body = await pour(send, answer, _pieces(turn, answer))
    turn.findings += events.check(turn.operation, body)
    return answer._replace(body=body)


async def gathered(turn: Bending, answer: Answer) -> Answer:
    """The same as an answer that comes at once, for a fault that must have the whole."""
    if answer.stream is None:
        return answer
    body = b"".join([piece async for piece in _pieces(turn, answer)])
    return answer._replace(body=body, stream=None)


async def _pieces(turn: Bending, answer: Answer) -> AsyncIterator[bytes]:
    """Each piece when its time has come; at shutdown there are no more."""
    clock = turn.session.clock
    for piece in answer.stream or ():
        if isinstance(piece, bytes):
            yield piece
            continue
        await clock.wait(piece)
        turn.now = clock.now
        if clock.closed:
            return
