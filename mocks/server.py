"""The socket: one thread with one loop owns the engine; uvicorn serves it, and handles post to it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from .app import App

T = TypeVar("T")

# Measured: an access log costs a factor of 1.4, h11 instead of httptools one of 2.
UVICORN: dict[str, Any] = {
    "access_log": False, "log_level": "error", "lifespan": "off", "proxy_headers": False, "server_header": False,
    "timeout_graceful_shutdown": 1, "ws_max_size": 64 * 2**20, "backlog": 2048, "log_config": None,
    "ws_ping_interval": None,  # who says nothing is the provider's to judge: a client may stand at a breakpoint
}  # fmt: skip


def listen(host: str, port: int) -> socket.socket:
    """A socket that already listens: a client may connect from this moment on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    sock.listen(2048)
    sock.set_inheritable(True)
    return sock


def uvicorn_server(app: Any) -> Any:
    """A uvicorn server with our settings."""
    import uvicorn  # a fifth of a second to load; a handle that never opens a socket does not need it

    return uvicorn.Server(uvicorn.Config(app, **UVICORN))


class Server:
    """A house with a loop on a thread of its own; the socket opens when somebody asks for its address."""

    def __init__(self, app: App, host: str = "127.0.0.1", port: int = 0) -> None:
        self.app = app
        self._where = (host, port)
        self._sock: socket.socket | None = None
        self._web: Any = None
        self._opening = threading.Lock()
        self.loop = new_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="understudy", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The address, which answers as soon as it is known."""
        with self._opening:
            if self._sock is None:
                sock = listen(*self._where)
                self._web = uvicorn_server(self.app)
                self.post(self._web.serve(sockets=[sock]))
                self._sock = sock
        host, port = self._sock.getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    @property
    def reachable(self) -> bool:
        """Whether its thread runs, and is another one than this."""
        return self._thread.is_alive() and threading.current_thread() is not self._thread

    def post(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Starts work on the loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def call(self, work: Callable[[], T]) -> T:
        """Does something on the loop, and answers what came of it. On the loop itself, does it at once."""
        if threading.current_thread() is self._thread:
            return work()

        async def run() -> T:
            return work()

        return self.run(run)

    def run(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Does something on the loop that may take its time; the loop itself cannot wait for that."""
        if threading.current_thread() is self._thread:
            raise RuntimeError("expected a thread that may wait; came the loop's own; ask from another thread")
        if not self._thread.is_alive():
            raise RuntimeError("expected the thread of the stand-ins; came a process without it, as after os.fork(); "
                               "open a stand-in in the process that uses it")  # fmt: skip
        return self.post(work()).result()

    def stop(self) -> None:
        """Answers whoever waits, ends what runs, and closes the socket and the thread."""
        if not self._thread.is_alive():
            return
        with contextlib.suppress(TimeoutError):
            self.post(self._end()).result(2)
        if self._sock is not None:
            self._sock.close()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(2)
        if not self._thread.is_alive():
            self.loop.close()

    async def _end(self) -> None:
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL + 1)  # it would tell each request it cuts
        self.app.release()
        for _ in range(8):
            await asyncio.sleep(0)  # some turns of the loop, in which whoever was woken answers
        others = asyncio.all_tasks(self.loop) - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for listening in getattr(self._web, "servers", ()):  # uvicorn was cut off before it closed them itself
            listening.close()
        await asyncio.sleep(0)  # a turn of the loop, in which their handles go


def new_loop() -> asyncio.AbstractEventLoop:
    """The fastest loop that is to be had."""
    try:
        import uvloop  # faster by a tenth, and not to be had everywhere
    except ImportError:
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop
