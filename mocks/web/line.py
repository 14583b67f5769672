"""A socket that stays open: what the client says comes in as texts, what is pushed goes out as deliveries."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from ..engine.courier import Parcel, Receipt
from ..engine.session import Session
from .dialect import Dialect
from .exit import Send
from .guard import Receive

REFUSED = 1008  # RFC 6455: a policy was violated


class Line:
    """One open socket of an account; the courier pushes through it by `carry`."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self.open = True
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

    async def carry(self, parcel: Parcel, body: bytes, patience: float) -> Receipt:  # noqa: ARG002 - as every carrier
        """Pushes a parcel; through a line that was closed nothing goes, and nothing will."""
        if not self.open:
            return Receipt(trouble="the socket is closed", final=True)
        await self._send({"type": "websocket.send", "text": body.decode()})
        return Receipt(200)


async def answer(
    dialect: Dialect | None, session: Session | None, headers: Mapping[bytes, bytes], receive: Receive, send: Send
) -> None:
    """Takes a socket's call, if the provider speaks over one and the caller has a key."""
    await receive()
    account = None
    if dialect is not None and session is not None:
        account = session.accounts.get((dialect.provider, dialect.key(headers)))
    if dialect is None or session is None or not dialect.listens or account is None or account.revoked:
        why = "no provider here speaks over a socket" if dialect is None or not dialect.listens else "unknown key"
        await send({"type": "websocket.close", "code": REFUSED, "reason": why})
        return
    await send({"type": "websocket.accept"})
    await dialect.listen(session, account, Line(receive, send))
