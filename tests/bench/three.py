"""RunningHub's orders beside the floor, with all three providers served by one house."""

from __future__ import annotations

import json
import shlex
from contextlib import ExitStack
from statistics import median

from . import servers
from .client import ask, body, connect
from .figures import Bench
from .job import PROMPT
from .load import Load, run
from .servers import BESIDE, Server
from .table import Figure

# Any number runs at once: else the 1,501st order finds no room.
HOUSE = shlex.quote(str(BESIDE / "understudy"))
OURS = f"env UNDERSTUDY_SLOTS=0 {HOUSE} serve --port {{port}} --clock auto --quiet --json"
MODEL = "/openapi/v2/rhart-image/z-image/turbo"
ORDER = {"10##text": PROMPT, "28##select": "8", "29##file_type": "PNG"}  # as the page has it
TARGETS = {"submit": 0.6, "query": None, "outputs": None}
CONNECTIONS = (1, 64)


def three(bench: Bench) -> list[Figure]:
    """Each operation at one connection and at 64, ours and the floor in turn."""
    came: dict[tuple[str, int], list[tuple[float, float]]] = {}
    for number in range(bench.rounds):
        with ExitStack() as stack:
            ours = stack.enter_context(servers.ours(OURS, provider="runninghub"))
            for name, request in _requests(ours).items():
                with connect(ours.port) as link:
                    size = len(body(ask(link, request)))
                floor = stack.enter_context(servers.floor(size))
                for count in CONNECTIONS:
                    rates = [run(Load(each.port, [request], count, bench.seconds)).rps for each in (floor, ours)]
                    came.setdefault((name, count), []).append((rates[1], rates[0]))
                    bench.say(f"round {number + 1}/{bench.rounds}  RunningHub {name:8} {count:2} conn  "
                              f"ours {rates[1]:8,.0f}/s  floor {rates[0]:8,.0f}/s  "
                              f"{rates[1] / rates[0]:.2f}")  # fmt: skip
    return [_figure(name, count, pairs) for (name, count), pairs in came.items()]


def _figure(name: str, count: int, pairs: list[tuple[float, float]]) -> Figure:
    raw = [mine / floor for mine, floor in pairs]
    note = f"{median(mine for mine, _ in pairs):,.0f} requests/s; three providers are served"
    sign = ">=" if TARGETS[name] else ""
    return Figure(f"RunningHub {name}, {count} connection{'s' if count > 1 else ''}", median(raw), "of the floor", sign,
                  TARGETS[name], raw, note)  # fmt: skip


def _requests(server: Server) -> dict[str, bytes]:
    """An order, and what is asked of one that is over."""
    submit = _request(server, MODEL, ORDER)
    with connect(server.port) as link:
        task = json.loads(body(ask(link, submit)))["taskId"]
        asked = {"query": _request(server, "/openapi/v2/query", {"taskId": task}),
                 "outputs": _request(server, "/task/openapi/outputs",
                                     {"apiKey": server.key, "taskId": task})}  # fmt: skip
        while json.loads(body(ask(link, asked["query"])))["status"] != "SUCCESS":
            pass
    return {"submit": submit, **asked}


def _request(server: Server, path: str, said: object) -> bytes:
    sent = json.dumps(said).encode()
    lines = [f"POST {server.prefix}{path} HTTP/1.1", f"Host: 127.0.0.1:{server.port}",
             f"Authorization: Bearer {server.key}", "Content-Type: application/json",
             f"Content-Length: {len(sent)}"]  # fmt: skip
    return "\r\n".join([*lines, "", ""]).encode() + sent
