"""A socket that stays open: what the client says comes in as frames, what is pushed goes out as deliveries."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import suppress
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs

from ..engine.courier import Parcel, Receipt
from ..engine.fault import OF_DELIVERIES
from ..engine.session import Account, Session
from .dialect import Dialect
from .exit import Send, linger_not
from .guard import Receive
from .keyed import masked

if TYPE_CHECKING:
    from .switchboard import Connection
    from .turn import Heard, Way

REFUSED = 1008  # RFC 6455: a policy was violated
LOST = 1011  # what a server that cannot break a connection says instead
MOST_WAITING = 16 * 2**20  # letters that wait for a client that does not read, before its line is cut
GONE = Receipt(trouble="the socket is closed", final=True)
WRITTEN = Receipt(200)
WAITS = Receipt(202)  # it was taken, and is not with the client yet


class Call(NamedTuple):
    """How a socket was called: the scope of the call, where its path leads, the address that was used, its headers, and
    who knows whose key one is, if the path names no session."""

    scope: Mapping[str, Any]
    way: Way
    base: str
    heard: Heard
    elsewhere: Callable[[str], Session | None] | None = None

    def asked(self, name: str) -> str:
        """What it says by a name in its query."""
        query: bytes = self.scope["query_string"]
        return parse_qs(query.decode("latin-1")).get(name, [""])[0]


class Socket(NamedTuple):
    """How an open socket stands, for whoever looks: the name and the account are known once it said whose it is."""

    name: str
    provider: str
    account: str
    path: str
    silent: float  # seconds in which nothing was heard
    waiting: int  # frames that the client has yet to read


class Line:
    """One open socket; the courier pushes through it by `carry`. Its account is known once it has said a key."""

    def __init__(self, receive: Receive, send: Send, call: Call, session: Session) -> None:
        self.open = True
        self.call = call
        self.account: Account | None = None
        self.connection: Connection | None = None  # what outlives it, where its provider has such a thing
        self.busy = False  # something goes out bit by bit: whatever else there is waits
        self.waiting: deque[tuple[Parcel, str]] = deque()  # what is pushed faster than the client reads
        self._letters = 0
        self._unsure: list[Parcel] = []  # what was written, and may still lie in this process
        self._receive = receive
        self._send = send
        self.transport = getattr(getattr(send, "__self__", None), "transport", None)
        self._loop = asyncio.get_running_loop()
        self._works: set[asyncio.Task[None]] = set()
        self._flushing = False
        self._enter(session)

    @property
    def provider(self) -> str:
        """Whose socket it is."""
        return self.call.way.provider

    @property
    def name(self) -> str:
        """By which its provider calls it, once it does."""
        return self.connection.name if self.connection else ""

    @property
    def told(self) -> Socket:
        """How it stands."""
        account = self.account.name if self.account else ""
        return Socket(self.name, self.provider, account, self.call.way.whole, self.ear.silent, len(self.waiting))

    def move(self, session: Session) -> None:
        """Belongs to another session from now on."""
        self._leave()
        self._enter(session)

    def _enter(self, session: Session) -> None:
        dialect = session.cast.get(self.provider)
        limit = dialect.contract.life.idle if dialect else inf
        self.session = session
        self.ear = session.clock.silence.listen(limit, lambda: self.start(self._fall_silent(limit)))
        session.switchboard.lines[self] = None

    def _leave(self) -> None:
        self.ear.stop()
        self.session.switchboard.lines.pop(self, None)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Does something beside whatever else is done on this line, since it may have to wait."""
        task = self._loop.create_task(work)
        self._works.add(task)
        task.add_done_callback(self._works.discard)

    # -- what comes

    async def frames(self) -> AsyncIterator[str | bytes]:
        """What the client says, until it hangs up."""
        receive = self._receive
        while self.open:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                self.end()
                return
            self.ear.hear()
            text = message.get("text")
            yield message["bytes"] if text is None else text

    async def texts(self) -> AsyncIterator[str]:
        """The same without what is no text."""
        async for said in self.frames():
            if isinstance(said, str):
                yield said

    # -- what goes

    async def say(self, frame: str | bytes) -> bool:
        """Sends one frame; for a client that does not read, it waits. Whether there was somebody."""
        if self.open:
            kind = "text" if isinstance(frame, str) else "bytes"
            with suppress(OSError):  # the client went while it was told
                await self._send({"type": "websocket.send", kind: frame})
                return True
        return False

    @property
    def unread(self) -> int:
        """Bytes that the client keeps from leaving this process."""
        return self.transport.get_write_buffer_size() if self.transport is not None else 0

    @property
    def crowded(self) -> bool:
        """Whether a frame would have to wait."""
        return self.busy or bool(self.waiting) or self.unread > 0

    async def carry(self, parcel: Parcel, body: bytes, patience: float) -> Receipt:  # noqa: ARG002 - as every carrier
        """Pushes a parcel; through a line that was closed nothing goes, and nothing will. Nobody else's delivery waits
        for a client that does not read: what is for it is put aside."""
        if not self.open:
            return GONE
        parcel = parcel._replace(body=body)  # it has been made
        if parcel.fault is not None and parcel.fault.what not in OF_DELIVERIES:
            from .spoilt import go  # it stands upon this module

            await go(self, body.decode(), parcel)
            return WRITTEN if self.open else GONE
        if self.crowded:
            self._put(parcel, body.decode())
            return WAITS
        if not await self.say(body.decode()):
            return GONE
        self._written(parcel)
        return WRITTEN

    def _put(self, parcel: Parcel, text: str) -> None:
        self.waiting.append((parcel, text))
        self._letters += len(text)
        if self._letters > MOST_WAITING:
            self.session.warn(f"expected a client that reads; came {len(self.waiting)} frames that wait for it; its "
                              f"socket is cut")  # fmt: skip
            self.drop()
        else:
            self.flush()

    def flush(self) -> None:
        """Sends what waits as soon as the client reads."""
        if self.waiting and not self._flushing and not self.busy and self.open:
            self._flushing = True
            self.start(self._flush())

    async def _flush(self) -> None:
        while self.waiting and not self.busy:
            parcel, text = self.waiting[0]
            if not await self.say(text) or not self.waiting:
                break
            self.waiting.popleft()
            self._letters -= len(text)
            self._written(parcel)
        self._flushing = False

    def _written(self, parcel: Parcel) -> None:
        if self.unread:
            self._unsure.append(parcel)
            self._loop.call_soon(self._look)

    def _look(self) -> None:
        if self.open and not self.unread:
            self._unsure.clear()

    # -- how it ends

    def end(self) -> None:
        """There is no socket any more; what was not pushed through it is left to whatever outlives it."""
        if not self.open:
            return
        self.open = False
        self._leave()
        left = [*self._unsure, *(parcel for parcel, _ in self.waiting)]
        self.waiting.clear()
        if self.connection is not None:
            self.connection.part(self, left)
        elif left:
            self.session.warn(f"expected a client that takes what is pushed; {len(left)} frames are lost with its line")

    async def hang_up(self, code: int, reason: str = "") -> None:
        """Closes it as one does."""
        if self.open:
            self.end()
            with suppress(OSError):
                await self._send({"type": "websocket.close", "code": code, "reason": reason})

    def drop(self, reset: bool = False) -> None:
        """Breaks it, as a network does: without a word."""
        if not self.open:
            return
        self._look()
        self.end()
        if self.transport is None:
            self.start(self._send({"type": "websocket.close", "code": LOST}))  # type: ignore[arg-type]
            return
        if reset:
            linger_not(self.transport.get_extra_info("socket"))
        self.transport.abort()

    async def _fall_silent(self, limit: float) -> None:
        if self.crowded:  # a word of farewell would wait, too
            self.drop()
        code = self.session.cast[self.provider].contract.life.hang_up
        await self.hang_up(code, f"nothing was said for {limit:g} s")

    def close(self) -> None:
        """Its call is over."""
        self.end()
        for work in tuple(self._works):
            work.cancel()


async def answer(
    dialect: Dialect | None, session: Session | None, call: Call, receive: Receive, send: Send
) -> None:  # fmt: skip
    """Takes a socket's call, if the provider speaks over one and the caller has a key; who says it on the line is let
    in without."""
    await receive()
    account = None
    if dialect is not None and session is not None:
        account = dialect.caller(session, call)
    known = account is not None and not account.revoked
    if dialect is None or session is None or not dialect.listens or not (known or dialect.hails):
        why = "no provider here speaks over a socket" if dialect is None or not dialect.listens else "unknown key"
        await send({"type": "websocket.close", "code": REFUSED, "reason": why})
        return
    with suppress(OSError):
        await send({"type": "websocket.accept"})
    if account is not None:  # no book keeps a key, wherever it stood
        call = call._replace(way=call.way._replace(whole=masked(call.way.whole, account.key)))
    line = Line(receive, send, call, session)
    if account is not None and known:
        line.account = account
        if dialect.hails:
            session.switchboard.connect(line, account)
    try:
        await dialect.listen(session, line)
    finally:
        line.close()
