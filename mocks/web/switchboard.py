"""The sockets of a session, and what outlives one: whose it was, and what could not be pushed through it."""

from __future__ import annotations

from collections import Counter, deque
from math import inf
from typing import TYPE_CHECKING, Any

from ...contracts.finding import Finding
from ..engine.courier import Parcel, Receipt
from ..engine.luck import uuid
from ..engine.session import Account, Session
from .line import GONE, Line

if TYPE_CHECKING:
    from collections.abc import Iterator

KEPT = Receipt(202)
MOST_KEPT = 16 * 2**20  # bytes of what was not fetched, of one caller
MOST_PARTED = 1000  # callers without a socket that are remembered


class Connection:
    """A caller, who may come back on another line and name it: it then gets what it missed and has not worn out."""

    def __init__(self, name: str, account: Account, board: Switchboard) -> None:
        self.name = name
        self.account = account
        self.line: Line | None = None
        self.kept: deque[tuple[Parcel, float]] = deque()  # what could not be pushed, and how old the session was then
        self.parted = inf  # how old the session was when its last line was closed
        self.to = ""
        self._board = board
        self._size = 0

    def join(self, line: Line) -> None:
        """Goes on upon a line. Whatever line it had is dead, though nobody has noticed."""
        old, self.line, self.parted = self.line, line, inf
        if old is not None and old is not line:
            old.drop()
        if line.connection is not None and line.connection is not self:
            line.connection.part(line, [])
        line.connection, line.account = self, self.account
        self.to = f"{line.call.way.whole}#{self.name}"

    def part(self, line: Line, left: list[Parcel]) -> None:
        """Its line is closed, and some things were not pushed through it."""
        for parcel in left:
            self._keep(parcel)
        if self.line is line:
            self.line, self.parted = None, self._board.session.clock.age

    async def carry(self, parcel: Parcel, body: bytes, patience: float) -> Receipt:
        """Pushes a parcel, or keeps it until the caller comes back."""
        if self.line is not None:
            receipt = await self.line.carry(parcel, body, patience)
            if receipt is not GONE:
                return receipt
        self._keep(parcel._replace(body=body, fault=None))
        return KEPT

    def send_kept(self) -> None:
        """Pushes what was kept and has not worn out."""
        fresh, courier = self._fresh(), self._board.session.courier
        self._board.lost.update({self.to: len(self.kept) - len(fresh)})
        self.kept.clear()
        self._size = 0
        for parcel in fresh:
            courier.send(parcel._replace(to=self.to), by=self.carry)

    def _keep(self, parcel: Parcel) -> None:
        self.kept.append((parcel, self._board.session.clock.age))
        self._size += len(parcel.body)  # type: ignore[arg-type]  # it was made before it left
        while self._size > MOST_KEPT:
            old, _ = self.kept.popleft()
            self._size -= len(old.body)  # type: ignore[arg-type]
            self._board.lost[self.to] += 1

    def _fresh(self) -> list[Parcel]:
        age, lasts = self._board.session.clock.age, self._board.lasts(self.account.provider)
        return [parcel for parcel, since in self.kept if age - since < lasts]

    @property
    def alive(self) -> bool:
        """Whether its caller may still come back to it."""
        lasts = self._board.lasts(self.account.provider)
        return self.line is not None or bool(self._fresh()) or self._board.session.clock.age - self.parted < lasts


class Switchboard:
    """The open sockets of one session, the oldest first, and its callers by name."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.lines: dict[Line, None] = {}
        self.connections: dict[str, Connection] = {}
        self.lost: Counter[str] = Counter()  # by address, how much was kept and never fetched
        self._made = 0

    def lasts(self, provider: str) -> float:
        """How long what was not pushed is kept."""
        life: Any = self.session.cast[provider].contract.life
        return float(life.buffer)

    def connect(self, line: Line, account: Account, wanted: str = "") -> Connection:
        """The caller that this line is of: the one that it names, if that is its own and not forgotten, else a new
        one."""
        found = self.connections.get(wanted.lower())
        if found is None or found.account is not account or not found.alive:
            self._made += 1
            name = uuid(self.session.seed, "connection", self._made)
            self.connections[name] = found = Connection(name, account, self)
            self._forget()
        found.join(line)
        return found

    def _forget(self) -> None:
        """Drops callers that have gone, the oldest first, where there are too many."""
        if len(self.connections) > MOST_PARTED + len(self.lines):
            gone = [each for each in self.connections.values() if each.line is None]
            for each in gone[: len(gone) - MOST_PARTED // 2]:
                self.lost.update({each.to: len(each.kept)})
                del self.connections[each.name]

    def unfetched(self) -> Iterator[Finding]:
        """What was kept for callers that never came back for it."""
        counts = Counter({each.to: len(each.kept) for each in self.connections.values()})
        for to, count in (counts + self.lost).items():
            yield Finding(
                "unfetched", "note", "", f"a client that comes back for what was pushed to {to}", f"{count} unfetched",
                "name the connection when your client calls again", source="inferred",
            )  # fmt: skip

    def drop(self, provider: str, name: str = "") -> list[Line]:
        """Breaks the lines of a provider's callers, or of the one that bears this name; those that were broken."""
        meant = [line for line in self.lines if line.provider == provider and name in ("", line.name)]
        for line in meant:
            line.drop()
        return meant

    def end(self) -> None:
        """Breaks every line: the session is over."""
        for line in tuple(self.lines):
            line.drop()
