"""fast_forward: a client's sleeps become waits on its session's clock, for as long as somebody holds it in force.

`time.sleep` and `asyncio.sleep` are replaced wherever a module holds them. Who calls decides: a client's sleep goes to
the sessions in force; a sleep of a server or wire library, or one that waits for nothing of ours, stays real.
"""

from __future__ import annotations

import asyncio
import inspect
import sys
import threading
import time
from collections.abc import Callable, Coroutine
from math import inf
from queue import SimpleQueue
from types import FrameType, ModuleType
from typing import Any, TypeVar
from weakref import WeakSet

from .engine.sleepers import Nap, Sleepers, StillWaiting, put_to_bed, take_out
from .server import Server
from .settings import BadSetting

__all__ = ["FastForward", "StillWaiting"]

T = TypeVar("T")

HOUSE = __name__.rpartition(".")[0] + "."  # our own modules
ANYIO = "anyio"  # its own sleeps are real; a client's anyio.sleep comes by way of it
DEPTH = 8  # callers that make a call site: a helper that sleeps for many is told apart by who asks it
REAL = frozenset({
    "_pytest", "aiohttp", "anyio", "asyncio", "concurrent", "execnet", "fastapi", "gevent", "h11", "h2", "http",
    "httpcore", "httptools", "httpx", "hypercorn", "hypothesis", "multiprocessing", "pluggy", "pytest",
    "pytest_asyncio", "pytest_timeout", "queue", "requests", "schemathesis", "select", "selectors", "socket",
    "socketserver", "ssl", "starlette", "subprocess", "threading", "trio", "urllib", "urllib3", "uvicorn", "uvloop",
    "websocket", "websockets", "wsproto", "xdist",
})  # fmt: skip


class FastForward:
    """Makes the sleeps of this process's clients waits on a session's clock, between begin() and end()."""

    def __init__(self, server: Server, name: str) -> None:
        mode, flows = server.call(lambda: _flows(server, name))
        if flows:
            raise BadSetting(f'expected clock "auto" or "manual" for fast_forward; came "{mode}", whose time flows by '
                             f'itself; ask for clock="auto", or for fast_forward=False')  # fmt: skip
        self.server = server
        self.name = name
        self._begun = False

    def begin(self) -> FastForward:
        """Comes into force."""
        if not self._begun:
            self._begun = True
            FORCE.take(self)
        return self

    def end(self) -> None:
        """Is in force no longer; who still sleeps for this session wakes at once."""
        if self._begun:
            self._begun = False
            FORCE.leave(self)

    @property
    def slept(self) -> float:
        """Seconds that the session's clients were spared to sleep."""
        return self.server.call(lambda: self.server.app.sessions[self.name].clock.slept)


class Force:
    """What is in force in this process: who holds it, the sleepers of each session, and what was replaced."""

    def __init__(self) -> None:
        self.sleep: Callable[[float], None] = time.sleep
        self.asleep: Callable[..., Coroutine[Any, Any, Any]] = asyncio.sleep
        self._lock = threading.RLock()
        self._holders: list[FastForward] = []
        self._rooms: dict[str, Sleepers] = {}
        self._watched: WeakSet[asyncio.Task[Any]] = WeakSet()

    def take(self, holder: FastForward) -> None:
        """Adds a holder; the first replaces what sleeps."""
        with self._lock:
            if self._holders and self._holders[0].server is not holder.server:
                raise RuntimeError("expected one server for all of fast_forward; came a second; end the first one's")
            self._holders.append(holder)
            if len(self._holders) == 1:
                # What lies there may be somebody's own replacement; then that is what stays real.
                self.sleep = self.sleep if time.sleep is sleep else time.sleep
                self.asleep = self.asleep if asyncio.sleep is asleep else asyncio.sleep
                _swap({id(self.sleep): sleep, id(self.asleep): asleep}, spare=REAL - {"asyncio", ANYIO})

    def leave(self, holder: FastForward) -> None:
        """Takes a holder off; the last puts back what was replaced, and what was imported meanwhile."""
        with self._lock:
            self._holders.remove(holder)
            if not self._holders:
                _swap({id(sleep): self.sleep, id(asleep): self.asleep})
            if all(other.name != holder.name for other in self._holders) and holder.server.reachable:
                holder.server.call(lambda: self._empty(holder.name))

    def server(self) -> Server | None:
        """Where sleeps are booked, as seen from a client's thread."""
        for holder in self._holders[:1]:
            if holder.server.reachable:
                return holder.server
        return None

    def book(self, nap: Nap) -> None:
        """Finds a bed, on the server's thread."""
        put_to_bed(nap, self._open_rooms())

    def watch(self, task: asyncio.Task[Any], server: Server) -> None:
        """Hears when a task is done, so that nobody waits for it to sleep again."""
        if task not in self._watched:
            self._watched.add(task)
            task.add_done_callback(lambda done: _post(server, self._gone, done))

    def _gone(self, who: Any) -> None:
        for room in self._rooms.values():
            room.gone(who)

    def _open_rooms(self) -> list[Sleepers]:
        """The sleepers of each session in force; one that was reset has new ones."""
        rooms = {}
        for holder in self._holders[:]:
            session = holder.server.app.sessions.get(holder.name)
            if session is not None and holder.name not in rooms:
                room = self._rooms.get(holder.name)
                rooms[holder.name] = room if room and room.session is session else Sleepers(session)
        self._rooms = rooms
        return list(rooms.values())

    def _empty(self, name: str) -> None:
        room = self._rooms.pop(name, None)
        if room is not None:
            room.close()


FORCE = Force()


def _flows(server: Server, name: str) -> tuple[str, bool]:
    clock = server.app.sessions[name].clock
    return clock.mode, clock.factor is not None


def sleep(seconds: float, /) -> None:
    """What stands in for time.sleep."""
    site = _site(sys._getframe(1), seconds)
    server = FORCE.server() if site else None
    if server is None:
        FORCE.sleep(seconds)
        return
    told: SimpleQueue[bool | BaseException] = SimpleQueue()
    nap = Nap(threading.get_ident(), site, float(seconds), told.put)
    if _post(server, FORCE.book, nap):
        try:
            word = told.get()
        except BaseException:
            _post(server, take_out, nap)
            raise
        if isinstance(word, BaseException):
            raise word
        if word:
            return
    FORCE.sleep(seconds)


def asleep(delay: float, result: Any = None) -> Coroutine[Any, Any, Any]:
    """What stands in for asyncio.sleep: not a coroutine function itself, so as to see who calls it."""
    site = _site(sys._getframe(1), delay)
    server = FORCE.server() if site else None
    return FORCE.asleep(delay, result) if server is None else _asleep(delay, result, site, server)


async def _asleep(delay: float, result: T, site: tuple[Any, ...], server: Server) -> T:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    told: asyncio.Future[bool | BaseException] = loop.create_future()

    def tell(word: bool | BaseException) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(_set, told, word)

    nap = Nap(task, site, float(delay), tell)
    if task is not None:
        FORCE.watch(task, server)
    if not _post(server, FORCE.book, nap):
        return await FORCE.asleep(delay, result)  # type: ignore[no-any-return]
    try:
        word = await told
    except BaseException:  # cancelled, as a task that is given up or timed out is
        _post(server, take_out, nap)
        raise
    if isinstance(word, BaseException):
        raise word
    if not word:
        return await FORCE.asleep(delay, result)  # type: ignore[no-any-return]
    return result


# Who asks whether it is a coroutine function is told yes, as mock.patch("asyncio.sleep") does.
if sys.version_info >= (3, 12):
    inspect.markcoroutinefunction(asleep)
else:
    asleep._is_coroutine = asyncio.coroutines._is_coroutine  # type: ignore[attr-defined]


def _set(told: asyncio.Future[bool | BaseException], word: bool | BaseException) -> None:
    if not told.done():
        told.set_result(word)


def _post(server: Server, work: Callable[..., None], about: Any) -> bool:
    """Has something done on the server's thread; whether there is one."""
    try:
        server.loop.call_soon_threadsafe(work, about)
    except RuntimeError:  # its loop is closed
        return False
    return True


def _site(frame: FrameType | None, seconds: Any) -> tuple[Any, ...]:
    """From where a client sleeps, its callers included; nothing where the sleep is to be real."""
    if not isinstance(seconds, (int, float)) or not 0 < seconds < inf:
        return ()
    while frame is not None and _module(frame).startswith(ANYIO) and frame.f_code.co_name.startswith("sleep"):
        frame = frame.f_back
    site: list[Any] = []
    while frame is not None and len(site) < DEPTH:
        name = _module(frame)
        if name.partition(".")[0] in REAL or name.startswith(HOUSE):
            break
        site.append((frame.f_code.co_filename, frame.f_lineno))
        frame = frame.f_back
    return tuple(site)


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


def _swap(others: dict[int, Any], spare: frozenset[str] = frozenset()) -> None:
    """Puts something else wherever a module holds one of these: who imported a sleep by name holds it itself."""
    for name, module in list(sys.modules.items()):
        if name == __name__ or name.partition(".")[0] in spare or not isinstance(module, ModuleType):
            continue
        space = vars(module)
        for word, value in tuple(space.items()):
            if id(value) in others:
                space[word] = others[id(value)]
