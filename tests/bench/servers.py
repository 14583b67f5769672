"""Servers as processes of their own: started on their core, waited for, weighed, and ended by their id."""

from __future__ import annotations

import json
import os
import select
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from ...mocks.server import UVICORN
from . import job
from .client import ask, body, connect
from .load import SERVER_CORE, pinned

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / ".understudy"
BESIDE = Path(sys.executable).parent
OURS = f"{shlex.quote(str(BESIDE / 'understudy'))} serve runcomfy --port {{port}} --clock manual --quiet --json"


class NotStarted(Exception):
    """A server that did not answer in time; the text ends with its last words."""


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """A running server: what to say to it, and its process."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path
    prefix: str = ""
    key: str = "none"
    control: str = ""
    ids: tuple[str, ...] = field(default=(job.SOME_ID,))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    @contextmanager
    def stopped_on_failure(self) -> Iterator[None]:
        """Ends the process when the block fails or is interrupted, so that nothing is left running."""
        try:
            yield
        except BaseException:
            self.stop()
            raise

    def requests(self, operation: str) -> list[bytes]:
        """The raw requests of an operation, as this server wants them."""
        return job.raw(operation, self.port, self.prefix, self.key, self.ids)

    def stop(self) -> None:
        """End the process and its children: the group that it leads, which is ours by birth."""
        for sign in (signal.SIGTERM, signal.SIGKILL):
            if self.process.poll() is None:
                os.killpg(self.process.pid, sign)
                try:
                    self.process.wait(5)
                except subprocess.TimeoutExpired:
                    continue
        if self.process.stdout:
            self.process.stdout.close()

    def tell(self, path: str, message: dict[str, Any] | None = None) -> None:
        """One POST to the control plane."""
        data = json.dumps(message or {}).encode()
        request = Request(self.control + path, data, {"Content-Type": "application/json"}, method="POST")
        with urlopen(request, timeout=30) as answer:
            answer.read()

    def busy(self) -> float:
        """Seconds of a core that the process has used."""
        told = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self, name: str = "Pss") -> float:
        """Megabytes held by the process: Pss now, or with VmHWM the most it ever held."""
        file = "smaps_rollup" if name == "Pss" else "status"
        for line in Path(f"/proc/{self.process.pid}/{file}").read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1]) * 1024 / 1e6
        raise LookupError(f"{name} is not in /proc/{self.process.pid}/{file}")


def start(name: str, command: list[str], port: int, *, wait: float = 60, env: dict[str, str] | None = None) -> Server:
    """Start a command on the server's core and return when it answers a submit with 2xx."""
    server = spawn(name, command, port, env)
    with server.stopped_on_failure():
        last: object = "no answer"
        until = time.monotonic() + wait
        while time.monotonic() < until and server.process.poll() is None:
            try:
                with connect(port) as link:
                    answer = ask(link, server.requests("submit")[0])
                if answer[9:10] == b"2":
                    return server
                last = answer[:200]
            except OSError as error:
                last = error
            time.sleep(0.02)
        wanted = f"wanted a submit answered with 2xx by {name} within {wait:.0f} s, came {last}"
        raise NotStarted(f"{wanted}; {_last_words(server.log)}")


def floor(size: int) -> Server:
    """The floor with an answer of so many bytes."""
    port = free_port()
    command = [sys.executable, str(Path(__file__).with_name("floor.py")), str(port)]
    return start("floor", command, port, env={"FLOOR_BYTES": str(size), "FLOOR_SETTINGS": json.dumps(UVICORN)})


def ours(command: str = OURS, wait: float = 20, provider: str = "runcomfy") -> Server:
    """Our server, as its users start it; its one line on stdout says the address and the key."""
    port = free_port()
    server = spawn("ours", shlex.split(command.format(port=port)), port, None)
    assert server.process.stdout is not None
    with server.stopped_on_failure():
        ready, _, _ = select.select([server.process.stdout], [], [], wait)
        line = server.process.stdout.readline() if ready else b""
        try:
            said = json.loads(line)
            account = said["providers"][provider]
            server.prefix, server.key = account["url"].split(f":{port}", 1)[1], account["api_key"]
            server.control = said.get("control", "")
        except (ValueError, KeyError, IndexError):
            wanted = f"wanted one JSON line of {command!r}, came {line[:200]!r}"
            raise NotStarted(f"{wanted}; {_last_words(server.log)}") from None
    return server


def fill(server: Server, tasks: int = 100) -> list[bytes]:
    """Start the session again, submit some tasks, let them end; returns the bodies of the last three answers."""
    if server.control:
        server.tell("/sessions/default/reset")
    with connect(server.port) as link:
        submits = [body(ask(link, server.requests("submit")[0])) for _ in range(tasks)]
        server.ids = tuple(str(json.loads(each)["request_id"]) for each in submits)
        if server.control:
            # A build whose clock cannot be moved from outside is still measured, on tasks that have not ended.
            with suppress(HTTPError):
                server.tell("/sessions/default/clock", {"advance": 3600})
        looks = [body(ask(link, server.requests(each)[-1])) for each in ("status", "result")]
    return [submits[-1], *looks]


def spawn(name: str, command: list[str], port: int, env: dict[str, str] | None) -> Server:
    """A process of a group of its own, on the server's core."""
    HOME.mkdir(exist_ok=True)
    log = HOME / f"{name}.log"
    with log.open("wb") as words:
        process = subprocess.Popen(
            pinned(command, SERVER_CORE),
            stdin=subprocess.DEVNULL,
            # Only our own server says something on stdout that is wanted; a peer's chatter would fill a pipe.
            stdout=subprocess.PIPE if name == "ours" else words,
            stderr=words,
            cwd=HOME,
            env={**os.environ, **(env or {})},
            start_new_session=True,
        )
    return Server(name, port, process, log)


def _last_words(log: Path) -> str:
    return f"the end of {log.relative_to(ROOT)}: {log.read_text(errors='replace').strip()[-800:] or '(empty)'}"
