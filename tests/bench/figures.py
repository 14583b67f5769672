"""The figures that are not rates: neighbours, memory, imports, cold starts, virtual hours, a test's own session."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import httpx

from ... import stand_in
from . import job, servers
from .client import ask, body, connect
from .load import Load, Rate, run
from .servers import Server
from .table import Figure

CROWD, SUBMITS = 100, 100_000
HOURS, TASKS, LOOK_EVERY = 1_000, 100, 10


@dataclass(frozen=True)
class Bench:
    """What every figure is given."""

    rounds: int
    seconds: float
    command: str
    say: Callable[[str], None]


def neighbours(bench: Bench) -> list[Figure]:
    """Another client's p99 with 100 half-sent requests, 100 unread answers, 100 waiting clients, to its p99 alone."""
    raw = []
    for number in range(bench.rounds):
        with servers.ours(bench.command) as server:
            servers.fill(server)
            one_of_each = [server.requests(each)[0] for each in job.OPERATIONS]
            quiet = Load(server.port, one_of_each, 1, bench.seconds)
            run(Load(server.port, one_of_each, 1, 1.0))
            alone = run(quiet)
            crowd = _crowd(server)
            try:
                among = run(quiet)
                there = sum(_open(link) for link in crowd)
            finally:
                for link in crowd:
                    link.close()
        raw.append({"alone": alone.p99, "among": among.p99, "ratio": among.p99 / alone.p99, "there": there})
        came = f"p99 alone {alone.p99:.3f} ms, among {there} still there {among.p99:.3f} ms"
        bench.say(f"round {number + 1}/{bench.rounds}  neighbours  {came}")
    ratio = median(each["ratio"] for each in raw)
    note = f"alone {median(each['alone'] for each in raw):.3f} ms; of {3 * CROWD} at least "
    note += f"{min(each['there'] for each in raw)} were still there at the end"
    return [Figure(f"p99 among {3 * CROWD} hostile neighbours", ratio, "x p99 alone", "<=", 1.5, raw, note)]


def _crowd(server: Server) -> list[socket.socket]:
    """300 connections that ask for something and then do nothing; returns when the server has done what it could."""
    submit, look = server.requests("submit")[0], server.requests("status")[0]
    half_sent = [connect(server.port) for _ in range(CROWD)]
    for link in half_sent:
        link.sendall(submit[: -len(job.BODY) // 2])
    big, times = _big(server)
    unread = [connect(server.port, receive_buffer=4096) for _ in range(CROWD)]
    for link in unread:
        link.settimeout(0.2)
        # The server reads no further while its answers are not read: a time-out is the state wanted.
        with suppress(TimeoutError):
            link.sendall(big * times)
    _settle(server)
    # Last, since an idle connection may be closed after a few seconds.
    waiting = [connect(server.port) for _ in range(CROWD)]
    for link in waiting:
        ask(link, look)
    return half_sent + unread + waiting


def _open(link: socket.socket) -> bool:
    """Whether the server still holds the connection."""
    link.setblocking(False)
    try:
        return link.recv(1, socket.MSG_PEEK) != b""
    except BlockingIOError:
        return True
    except ConnectionError:
        return False


def _big(server: Server) -> tuple[bytes, int]:
    """The request with the biggest answer, and how often makes 4 MB: more than the kernel keeps for a slow reader."""
    biggest, size = server.requests("result")[0], 1
    document = biggest.replace(job.path("result", server.ids[0]).encode(), b"/openapi.json", 1)
    for request in (biggest, document):
        with connect(server.port) as link:
            answer = ask(link, request)
        if answer[9:10] == b"2" and len(body(answer)) > size:
            biggest, size = request, len(body(answer))
    return biggest, max(1, min(500, 4_000_000 // size))


def _settle(server: Server, quiet: float = 0.5) -> None:
    """Wait until the server's processor time stands still, at most a minute."""
    last, until = -1.0, time.monotonic() + 60
    while time.monotonic() < until:
        fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
        spent = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        if spent - last < 0.05:
            return
        last = spent
        time.sleep(quiet)


def _all(load: Load) -> Rate:
    rate = run(load)
    if rate.requests != load.count:
        raise RuntimeError(f"wanted {load.count} answers within {load.seconds:.0f} s, came {rate.requests}")
    return rate


def memory(bench: Bench) -> list[Figure]:
    """What 100,000 submits add, and what another 100,000 add to the peak after a reset."""
    with servers.ours(bench.command) as server:
        submit = server.requests("submit")
        run(Load(server.port, submit, 16, 60, 1_000))
        server.tell("/sessions/default/reset")
        start = server.memory()
        first_rate = _all(Load(server.port, submit, 16, 300, SUBMITS))
        full, peak = server.memory(), server.memory("VmHWM")
        bench.say(f"memory  {start:.0f} MB, after {SUBMITS:,} submits {full:.0f} MB at {first_rate.rps:,.0f}/s")
        server.tell("/sessions/default/reset")
        second_rate = _all(Load(server.port, submit, 16, 300, SUBMITS))
        again = server.memory("VmHWM")
        bench.say(
            f"memory  peak {peak:.0f} MB, after a reset and as many again {again:.0f} MB at {second_rate.rps:,.0f}/s"
        )
    raw = [{"start": start, "full": full, "peak": peak, "peak_again": again, "rps": [first_rate.rps, second_rate.rps]}]
    each = f"{(full - start) * 1e6 / SUBMITS:,.0f} bytes a submit, from {start:.0f} MB"
    return [
        Figure(f"memory for {SUBMITS:,} submits", full - start, "MB", "<=", 200, raw, each),
        Figure(
            "peak after a reset and as many again",
            (again / peak - 1) * 100,
            "%",
            "<=",
            10,
            raw,
            f"{peak:.0f} MB, then {again:.0f} MB",
        ),
    ]


def _clean() -> dict[str, str]:
    """The environment for a measured child: only our own plugin, which is named where it is wanted."""
    return {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def _wall(command: list[str], folder: str) -> float:
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=_clean(), capture_output=True, text=True, timeout=60, check=False)
    spent = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError(
            f"{' '.join(command)} ended with code {done.returncode}: {(done.stdout + done.stderr).strip()[-1000:]}"
        )
    return spent


_IMPORT = """
import time, pytest
start = time.perf_counter()
import understudy.fixtures.plugin
print((time.perf_counter() - start) * 1e3)
"""


def plugin(bench: Bench) -> list[Figure]:
    """What the import of the plugin adds to a process that has pytest."""
    command = [sys.executable, "-c", _IMPORT]
    raw = [
        float(subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout) for _ in range(9)
    ]
    return [Figure("import of the pytest plugin", median(raw), "ms", "<", 15, raw, "beyond pytest itself")]


def help_text(bench: Bench) -> list[Figure]:
    """How long `understudy --help` takes, beside an empty interpreter."""
    with tempfile.TemporaryDirectory() as folder:
        pairs = [
            (_wall([str(servers.BESIDE / "understudy"), "--help"], folder), _wall([sys.executable, "-c", ""], folder))
            for _ in range(9)
        ]
    note = f"an empty interpreter takes {median(empty for _, empty in pairs):.3f} s"
    return [
        Figure(
            "understudy --help", median(each for each, _ in pairs), "s", "<", 0.2, [list(each) for each in pairs], note
        )
    ]


_EMPTY_TEST = "def test_nothing():\n    pass\n"
_FIRST_TEST = f"""
    import json, sys, urllib.request

    def test_first(runcomfy):
        headers = {{"Authorization": "Bearer " + runcomfy.api_key, "Content-Type": "application/json"}}
        order = json.dumps({{"prompt": "a red tram"}}).encode()
        request = urllib.request.Request(runcomfy.url + "{job.path("submit", "")}", order, headers)
        with urllib.request.urlopen(request) as answer:
            assert json.load(answer)["request_id"]
        assert not {{"httpx", "fastapi"}} & set(sys.modules)
"""


def cold(bench: Bench) -> list[Figure]:
    """A first test with the fixture and the standard library's client, beyond a bare pytest run of an empty test."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_empty.py").write_text(_EMPTY_TEST)
        Path(folder, "test_first.py").write_text(textwrap.dedent(_FIRST_TEST))
        pytest = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", folder]
        first = [*pytest, "-p", "understudy.fixtures.plugin", "test_first.py"]
        pairs = [(_wall(first, folder), _wall([*pytest, "test_empty.py"], folder)) for _ in range(5)]
    over = [with_fixture - bare for with_fixture, bare in pairs]
    note = f"bare run {median(bare for _, bare in pairs):.2f} s; neither httpx nor fastapi was imported"
    return [Figure("a cold first test", median(over), "s over bare", "<", 0.7, [list(each) for each in pairs], note)]


def hours(bench: Bench) -> list[Figure]:
    """1,000 virtual hours, an hour at a time, with 100 tasks looked at every tenth hour, in process."""
    with stand_in("runcomfy", clock="manual") as runcomfy:
        # The transport itself: an httpx.Client costs several times what is to be measured.
        send, headers = runcomfy.transport.handle_request, {"Authorization": f"Bearer {runcomfy.api_key}"}
        # Ten at a time, each a hundred hours long: the last ends when the thousand hours do.
        runcomfy.script(running=HOURS / 10 * 3600, times="always")
        order = httpx.Request("POST", runcomfy.url + job.path("submit", ""), headers=headers, json=json.loads(job.BODY))
        ids = [str(send(order).json()["request_id"]) for _ in range(TASKS)]
        looks = [httpx.Request("GET", runcomfy.url + job.path("status", each), headers=headers) for each in ids]
        asked, start = 0, time.perf_counter()
        for hour in range(1, HOURS + 1):
            runcomfy.clock.advance(3600)
            for look in looks if hour % LOOK_EVERY == 0 else ():
                if send(look).status_code != 200:
                    raise RuntimeError(f"wanted 200 for every look, one in hour {hour} was not: {look.url}")
                asked += 1
        spent = time.perf_counter() - start
    bench.say(f"hours  {HOURS:,} virtual hours, {asked:,} looks in {spent:.2f} s")
    note = f"{asked:,} looks through the transport"
    return [Figure(f"{HOURS:,} virtual hours, {TASKS} tasks", spent, "s", "<", 5, [spent], note)]


def session(bench: Bench) -> list[Figure]:
    """What a test's own session costs, made and dropped, when the server of the process already runs."""
    raw = []
    with stand_in("runcomfy", clock="manual"):
        for _ in range(200):
            start = time.perf_counter()
            with stand_in("runcomfy", clock="manual"):
                pass
            raw.append((time.perf_counter() - start) * 1e3)
    return [Figure("a test's own session", median(raw), "ms", "<", 1, raw, "made and dropped, median of 200")]


FIGURES: dict[str, Callable[[Bench], list[Figure]]] = {
    "neighbours": neighbours,
    "memory": memory,
    "plugin": plugin,
    "help": help_text,
    "cold": cold,
    "hours": hours,
    "session": session,
}
