"""Round trips over a socket, beside a bare echo on the same server: the price of our work on a frame."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from ...mocks.server import UVICORN
from . import servers
from .client import connect
from .figures import Bench
from .load import LOAD_CORE, pinned
from .servers import BESIDE, Server
from .table import Figure

OURS = f"{shlex.quote(str(BESIDE / 'understudy'))} serve runware --port {{port}} --clock manual --quiet --json"
TARGETS = {1: 0.55, 64: 0.65}
PING = '[{"taskType":"ping","ping":true}]'
ID = "7a0d7a7e-9c7d-4e0b-9d0a-{}"  # its end is a number that comes once
TASK = {"taskType": "imageInference", "taskUUID": ID, "model": "runware:z-image@turbo", "width": 1024, "height": 768,
        "positivePrompt": "a red tram at night, rain on the rails", "deliveryMethod": "async"}  # fmt: skip
ASKED = ID.format("0" * 12)
JOBS = {
    "ping": PING,
    "async submit": json.dumps([TASK]),
    "getResponse": json.dumps([{"taskType": "getResponse", "taskUUID": ASKED}]),
}


def sockets(bench: Bench) -> list[Figure]:
    """Each job at one connection and at 64, ours and the echo in turn."""
    rates: dict[tuple[str, int], list[tuple[float, float]]] = {}
    for number in range(bench.rounds):
        with _echo() as echo, _ours() as ours:
            said = json.dumps([{"taskType": "authentication", "apiKey": ours.key}])
            _load(ours, JOBS["async submit"].replace("{}", "0" * 12), 1, 0.0, first=[said])
            ours.tell("/sessions/default/clock", {"advance": 3600})
            since = 1
            for name, text in JOBS.items():
                for count in TARGETS:
                    floor = _load(echo, text, count, bench.seconds, good="")
                    came = _load(ours, text, count, bench.seconds, since, [said])
                    since += int(came["requests"]) + count
                    pair = came["requests"] / came["seconds"], floor["requests"] / floor["seconds"]
                    rates.setdefault((name, count), []).append(pair)
                    bench.say(f"round {number + 1}/{bench.rounds}  socket {name:12} {count:2} conn  "
                              f"ours {pair[0]:8,.0f}/s  echo {pair[1]:8,.0f}/s  {pair[0] / pair[1]:.2f}")  # fmt: skip
    return [_figure(name, count, pairs) for (name, count), pairs in rates.items()]


def _figure(name: str, count: int, pairs: list[tuple[float, float]]) -> Figure:
    raw = [mine / floor for mine, floor in pairs]
    note = f"ours {median(mine for mine, _ in pairs):,.0f}/s, echo {median(floor for _, floor in pairs):,.0f}/s"
    return Figure(f"socket: {name}, {count} connection{'s' if count > 1 else ''}", median(raw), "of the echo", ">=",
                  TARGETS[count], raw, note)  # fmt: skip


def _load(
    server: Server, text: str, connections: int, seconds: float, since: int = 0, first: list[str] | None = None,
    good: str = '"data"',
) -> dict[str, Any]:  # fmt: skip
    job = {"port": server.port, "path": f"{server.prefix}/v1", "text": text, "good": good, "first": first or [],
           "connections": connections, "seconds": seconds, "since": since}  # fmt: skip
    command = pinned([sys.executable, "-m", "understudy.tests.bench.socket_client"], LOAD_CORE)
    done = subprocess.run(command, input=json.dumps(job), capture_output=True, text=True, timeout=60, check=True)
    came: dict[str, Any] = json.loads(done.stdout)
    if came["errors"]:
        raise RuntimeError(f"wanted data in every frame, {came['errors']} of {came['requests']} had none: {text[:80]}")
    return came


@contextmanager
def _ours() -> Iterator[Server]:
    with servers.ours(OURS, provider="runware") as server:
        yield server


@contextmanager
def _echo() -> Iterator[Server]:
    port = servers.free_port()
    command = [sys.executable, str(Path(__file__).with_name("echo.py")), str(port)]
    server = servers.spawn("echo", command, port, {"FLOOR_SETTINGS": json.dumps(UVICORN)})
    with server, server.stopped_on_failure():
        until = time.monotonic() + 20
        while True:
            try:
                connect(port).close()
            except OSError:
                if time.monotonic() > until:
                    raise
            else:
                break
        yield server
