"""`serve`: the stand-ins on one port, in the foreground, until a signal ends them."""

from __future__ import annotations

import asyncio
import errno
import gc
import json
import logging
import os
import signal
import socket
import sys
import threading
from importlib.util import find_spec
from typing import Any

import click

from ..app import App, fresh_token
from ..server import listen, new_loop, uvicorn_server
from ..settings import Settings
from ..web.guard import LOOPBACK
from .banner import Front, in_force, line, totals
from .flags import cast, flags, rehearsed, settled
from .log import Handler, Log
from .screen import Screen, fits

CLOCK = "x10"
GRACE = 0.6  # real seconds after a signal for requests that are under way
PATIENCE = 1.4  # real seconds after which whoever has not ended is ended
LOG = logging.getLogger("understudy")


@click.command(epilog="Example: understudy serve runcomfy --port 9000 --clock real")
@click.argument("providers", nargs=-1, metavar="[PROVIDER]...")
@flags("serve")
def serve(providers: tuple[str, ...], **said: Any) -> int:
    """Serve the stand-ins on one port until you stop it."""
    told = settled(said)
    names = cast(providers)
    if told.settings.print_config:
        click.echo("\n".join(in_force(told, CLOCK)))
        return 0
    settings = told.settings.but(clock=told.settings.clock or CLOCK)
    app = rehearsed(App(settings, names, opens_default=True))
    _Service(app, bound(settings)).play()
    return 0


def bound(settings: Settings) -> socket.socket:
    """The socket that listens where it should, or one sentence that says why there is none."""
    host, port = settings.host, settings.port
    try:
        return listen(host, port)
    except (OSError, UnicodeError) as wrong:
        code = getattr(wrong, "errno", None)
        if code == errno.EADDRINUSE:
            why = (f"expected port {port} to be free; came one that is taken; end what listens there, or take another "
                   f"with --port (0 for any)")  # fmt: skip
        elif code == errno.EACCES:
            why = f"expected a port that you may open; came {port}; take one from 1024 on with --port"
        else:
            why = (f"expected host to be an address of this machine; came {host!r} ({wrong}); say --host 127.0.0.1, or "
                   f"0.0.0.0 for every one")  # fmt: skip
        raise click.UsageError(why) from None


class _Service:
    """One run of `serve`, from the socket to the line at the end."""

    def __init__(self, app: App, sock: socket.socket) -> None:
        self._app = app
        self._sock = sock
        self._log = Log(app, app.settings.log_format)
        self._server: Any = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over = False
        self._said = threading.Lock()

    def play(self) -> None:
        """Serves in this thread; returns after a signal, in less than two seconds whoever still holds a connection."""
        LOG.handlers, LOG.propagate = [Handler(self._log)], False
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, self._end)
        server = self._server = uvicorn_server(self._app)
        server.config.timeout_graceful_shutdown = GRACE
        begin = server.startup

        async def startup(sockets: Any = None) -> None:
            self._loop = asyncio.get_running_loop()
            self._app.default()
            await begin(sockets=sockets)
            self._ready()

        server.startup, server.handle_exit = startup, self._end
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(server.serve(sockets=[self._sock]))
        self._last_word()

    def _ready(self) -> None:
        settings = self._app.settings
        front = Front.of(self._app, settings.host, self._sock.getsockname()[1])
        if settings.host not in LOOPBACK:
            if not settings.admin_token:
                self._app.admin_token = fresh_token()
            LOG.warning("expected an address that only this machine reaches; came %s; whoever is on its network can "
                        "use the stand-ins; say --host 127.0.0.1 unless that is wanted; the control plane asks for "
                        "Authorization: Bearer %s", settings.host, self._app.admin_token or "TOKEN")  # fmt: skip
        missing = [name for name in ("uvloop", "httptools") if find_spec(name) is None]
        if missing and sys.platform != "win32":
            LOG.warning(
                "expected %s for speed; came a house without; pip install 'understudy[speed]'", " and ".join(missing)
            )
        if not settings.quiet:
            self._log.watch(front.hint)
            if not settings.json:
                self._log.say(front.banner(), event="ready", url=front.url)
        if settings.json:
            sys.stdout.write(json.dumps(front.as_dict()) + "\n")
            sys.stdout.flush()
        if fits(settings):
            Screen(self._app, self._log).begin(self._loop)
        # What is loaded now stays: collections need not look at it, and need not come as often.
        gc.collect()
        gc.freeze()
        # Tasks hold no cycles and a reset breaks its own: only what is young is looked at, since all takes 0.1 s.
        gc.set_threshold(10_000, 10_000, 10_000)

    def _end(self, number: int, frame: object) -> None:  # noqa: ARG002 - a signal handler is handed both
        """The handler of both signals, ours before uvicorn takes over and in its stead afterwards."""
        if self._server is None:
            raise SystemExit(0)
        if not self._over:
            self._over = True
            logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL + 1)  # it would tell each request it cuts
            watchdog = threading.Timer(PATIENCE, self._cut)
            watchdog.daemon = True
            watchdog.start()
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._app.release)
        elif number == signal.SIGINT:
            self._server.force_exit = True
        self._server.should_exit = True

    def _last_word(self) -> None:
        if self._said.acquire(blocking=False):
            sums = totals(self._app)
            self._log.say(line(sums), event="end", **sums)
            self._log.close()

    def _cut(self) -> None:
        """A picture that is being made, or a reader that does not read, must not keep anybody waiting."""
        self._last_word()
        os._exit(0)
