"""Lists of tasks over HTTP beside the floor: what a job costs where it comes as one task of a list."""

from __future__ import annotations

import json
import shlex
from contextlib import ExitStack
from statistics import median
from typing import Any, NamedTuple

from . import servers
from .client import NUMBER, ask, body, connect
from .figures import Bench
from .load import Load, run
from .servers import BESIDE, Server
from .sockets import ID, TASK
from .table import Figure

# In auto, who is answered when the task is over does not wait for it.
OURS = f"{shlex.quote(str(BESIDE / 'understudy'))} serve runware --port {{port}} --clock auto --quiet --json"
TARGETS = {1: 0.55, 64: 0.55}
OVER = ID.format("f" * 12)  # a task that is over, of which getResponse asks
FRESH = ID.format(NUMBER.decode())
JOBS: dict[str, dict[str, Any]] = {
    "sync": {**TASK, "taskUUID": FRESH, "deliveryMethod": "sync"},
    "async submit": {**TASK, "taskUUID": FRESH},
    "getResponse": {"taskType": "getResponse", "taskUUID": OVER},
}


class Pair(NamedTuple):
    """One job at so many connections in one round: requests a second, and microseconds of a core for each."""

    mine: float
    floor: float
    mine_us: float
    floor_us: float


def lists(bench: Bench) -> list[Figure]:
    """Each job at one connection and at 64, ours and the floor in turn."""
    came: dict[tuple[str, int], list[Pair]] = {}
    for number in range(bench.rounds):
        with ExitStack() as stack:
            ours = stack.enter_context(servers.ours(OURS, provider="runware"))
            requests = {name: _request(ours, [task]) for name, task in JOBS.items()}
            with connect(ours.port) as link:
                ask(link, _request(ours, [{**TASK, "taskUUID": OVER, "deliveryMethod": "sync"}]))
                sizes = {name: len(body(ask(link, request))) for name, request in requests.items()}
            since = 1
            for name, request in requests.items():
                floor = stack.enter_context(servers.floor(sizes[name]))
                for count in TARGETS:
                    told = [_measured(each, request, count, bench.seconds, since) for each in (floor, ours)]
                    since += int(told[1][2]) + count
                    pair = Pair(told[1][0], told[0][0], told[1][1], told[0][1])
                    came.setdefault((name, count), []).append(pair)
                    bench.say(f"round {number + 1}/{bench.rounds}  list of one, {name:12} {count:2} conn  "
                              f"ours {pair.mine:8,.0f}/s  floor {pair.floor:8,.0f}/s  {pair.mine / pair.floor:.2f}  "
                              f"cpu {pair.mine_us:.0f} and {pair.floor_us:.0f} us")  # fmt: skip
    return [_figure(name, count, pairs) for (name, count), pairs in came.items()]


def _figure(name: str, count: int, pairs: list[Pair]) -> Figure:
    raw = [pair.mine / pair.floor for pair in pairs]
    note = (f"of a core, ours {median(pair.mine_us for pair in pairs):.0f} us, floor "
            f"{median(pair.floor_us for pair in pairs):.0f} us: "
            f"{median(pair.floor_us / pair.mine_us for pair in pairs):.2f}")  # fmt: skip
    return Figure(f"list of one: {name}, {count} connection{'s' if count > 1 else ''}", median(raw), "of the floor",
                  ">=", TARGETS[count], raw, note)  # fmt: skip


def _measured(server: Server, request: bytes, count: int, seconds: float, since: int) -> tuple[float, float, int]:
    """Requests a second, microseconds of the server's core a request, and how many there were."""
    before = server.busy()
    rate = run(Load(server.port, [request], count, seconds, since=since))
    return rate.rps, (server.busy() - before) / rate.requests * 1e6, rate.requests


def _request(server: Server, tasks: list[dict[str, Any]]) -> bytes:
    said = json.dumps(tasks).encode()
    lines = [f"POST {server.prefix}/v1 HTTP/1.1", f"Host: 127.0.0.1:{server.port}",
             f"Authorization: Bearer {server.key}", "Content-Type: application/json",
             f"Content-Length: {len(said)}"]  # fmt: skip
    return "\r\n".join([*lines, "", ""]).encode() + said
