"""One load run: wrk where it is installed, else our own client, in a process of its own on a core of its own."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

WRK = shutil.which("wrk")
TASKSET = shutil.which("taskset")
_CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
SERVER_CORE, LOAD_CORE = (_CORES[0], _CORES[-1]) if len(_CORES) > 1 and TASKSET else (None, None)
# Nothing here may run away: no run is longer, no run sends more.
MOST_SECONDS, MOST_REQUESTS = 300.0, 1_000_000

_LUA = """
local requests, at = { %s }, 0
request = function() at = at %% #requests + 1; return requests[at] end
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format('\\n{"requests": %%d, "seconds": %%.6f, "p50": %%.4f, "p99": %%.4f, "errors": %%d}\\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""


@dataclass(frozen=True)
class Load:
    """What a run is asked to do: for some seconds or, with a count, until so many requests are answered."""

    port: int
    requests: list[bytes]
    connections: int
    seconds: float
    count: int = 0
    since: int | None = None  # where requests bear a number that comes once, the first of them


@dataclass(frozen=True)
class Rate:
    """What a run came to; latencies in milliseconds, busy is the generator's share of its core."""

    tool: str
    connections: int
    requests: int
    seconds: float
    p50: float
    p99: float
    errors: int
    busy: float

    @property
    def rps(self) -> float:
        """Answers per second."""
        return self.requests / self.seconds


class LoadFailed(Exception):
    """A run that measured nothing, or measured refusals."""


def pinned(command: list[str], core: int | None) -> list[str]:
    """The command on one core, or as it is where cores cannot be had."""
    return command if core is None or TASKSET is None else [TASKSET, "-c", str(core), *command]


def describe() -> str:
    """Which generator runs where, and what it can do at most."""
    where = (
        f"server on core {SERVER_CORE}, load on core {LOAD_CORE}"
        if SERVER_CORE is not None
        else "NOT pinned (needs taskset and two cores): ratios are less steady"
    )
    tool = (
        "wrk, one thread (about 60,000 requests/s on a core)"
        if WRK
        else "our own Python client (about 20,000 to 30,000 requests/s on a core; install wrk for less noise)"
    )
    return f"load: {tool}; one connection and counted runs: our own client; {where}"


def run(load: Load) -> Rate:
    """Do it and return what came; an answer that is not 2xx makes the run worthless and is raised."""
    if load.seconds > MOST_SECONDS or load.count > MOST_REQUESTS:
        raise LoadFailed(
            f"a run is at most {MOST_SECONDS:.0f} s and {MOST_REQUESTS} requests, asked: {load.seconds} s, {load.count}"
        )
    by_wrk = WRK is not None and load.connections > 1 and not load.count and load.since is None
    before, start = _child_cpu(), time.perf_counter()
    output = _wrk(load) if by_wrk else _own(load)
    busy = (_child_cpu() - before) / (time.perf_counter() - start)
    try:
        came = json.loads(output.strip().splitlines()[-1])
    except (ValueError, IndexError):
        raise LoadFailed(f"the load generator said no figures: {output[-300:]!r}") from None
    rate = Rate("wrk" if by_wrk else "own", load.connections, busy=round(busy, 3), **came)
    if rate.errors or not rate.requests:
        first = load.requests[0].split(b"\r\n", 1)[0].decode()
        raise LoadFailed(f"wanted 2xx for every answer, {rate.errors} of {rate.requests} were not: {first}")
    return rate


def _child_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _wrk(load: Load) -> str:
    assert WRK is not None
    # Bytes by number: Lua would turn the CR LF of a long string into LF.
    quoted = ",".join('"' + "".join(f"\\{byte:03d}" for byte in each) + '"' for each in load.requests)
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "job.lua"
        script.write_text(_LUA % quoted)
        length = f"{max(1, round(load.seconds))}s"
        command = [WRK, "-t1", f"-c{load.connections}", f"-d{length}", "--timeout", "10s", "-s", str(script)]
        return _call([*command, f"http://127.0.0.1:{load.port}/"], "", load.seconds)


def _own(load: Load) -> str:
    job = {
        "port": load.port,
        "requests": [each.decode("latin-1") for each in load.requests],
        "connections": load.connections,
        "seconds": load.seconds,
        "count": load.count,
        "since": load.since or 0,
    }
    # By its path, without the package: the client shall not carry our own modules.
    return _call([sys.executable, "-I", str(Path(__file__).with_name("client.py"))], json.dumps(job), load.seconds)


def _call(command: list[str], stdin: str, seconds: float) -> str:
    try:
        done = subprocess.run(
            pinned(command, LOAD_CORE), input=stdin, capture_output=True, text=True, timeout=seconds + 30, check=False
        )
    except subprocess.TimeoutExpired:
        raise LoadFailed(
            f"the load generator was still running {seconds + 30:.0f} s after its start and was ended"
        ) from None
    if done.returncode:
        raise LoadFailed(f"the load generator ended with code {done.returncode}: {done.stderr.strip()[-300:]}")
    return done.stdout
