"""A socket that stays open: what the client says comes in as texts, what is pushed goes out as deliveries."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ..engine.courier import Parcel, Receipt
from ..engine.session import Account, Session
from .dialect import Dialect
from .exit import Send
from .guard import Receive

if TYPE_CHECKING:
    from .turn import Heard, Way

REFUSED = 1008  # RFC 6455: a policy was violated


class Call(NamedTuple):
    """How a socket was called: the scope of the call, where its path leads, the address that was used, its headers."""

    scope: Mapping[str, Any]
    way: Way
    base: str
    heard: Heard


class Line:
    """One open socket; the courier pushes through it by `carry`. Its account is known once it has said a key."""

    def __init__(self, receive: Receive, send: Send, call: Call) -> None:
        self.open = True
        self.call = call
        self.account: Account | None = None
        self.name = ""  # by which its provider calls it
        self._receive = receive
        self._send = send

    async def texts(self) -> AsyncIterator[str]:
        """What the client says, until it hangs up."""
        while self.open:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                self.open = False
            elif message.get("text") is not None:
                yield message["text"]

    async def say(self, text: str) -> None:
        """Sends one frame, if there is still somebody."""
        if self.open:
            await self._send({"type": "websocket.send", "text": text})

    async def hang_up(self, code: int, reason: str = "") -> None:
        """Closes it."""
        if self.open:
            self.open = False
            await self._send({"type": "websocket.close", "code": code, "reason": reason})

    async def carry(self, parcel: Parcel, body: bytes, patience: float) -> Receipt:  # noqa: ARG002 - as every carrier
        """Pushes a parcel; through a line that was closed nothing goes, and nothing will."""
        if not self.open:
            return Receipt(trouble="the socket is closed", final=True)
        await self._send({"type": "websocket.send", "text": body.decode()})
        return Receipt(200)


async def answer(
    dialect: Dialect | None, session: Session | None, call: Call, receive: Receive, send: Send
) -> None:  # fmt: skip
    """Takes a socket's call, if the provider speaks over one and the caller has a key; who says it on the line is let
    in without."""
    await receive()
    account = None
    if dialect is not None and session is not None:
        account = session.accounts.get((dialect.provider, dialect.key(call.heard.by_name)))
    known = account is not None and not account.revoked
    if dialect is None or session is None or not dialect.listens or not (known or dialect.hails):
        why = "no provider here speaks over a socket" if dialect is None or not dialect.listens else "unknown key"
        await send({"type": "websocket.close", "code": REFUSED, "reason": why})
        return
    await send({"type": "websocket.accept"})
    line = Line(receive, send, call)
    line.account = account if known else None
    try:
        await dialect.listen(session, line)
    finally:
        line.open = False
