"""`python -m understudy.tests.bench`: measure, show every figure beside its target, keep the raw numbers."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from . import job
from .figures import FIGURES as OTHERS
from .figures import Bench
from .lists import lists
from .load import describe
from .rounds import Rounds, answers_of, peers_at_hand
from .servers import HOME, OURS
from .sockets import sockets
from .table import Figure, missed, table
from .three import three

FIGURES = {**OTHERS, "lists": lists, "sockets": sockets, "three": three}
NAMES = (*job.OPERATIONS, *FIGURES)


def arguments() -> argparse.Namespace:
    """The flags, each with what it does."""
    parser = argparse.ArgumentParser(
        prog="make bench", description="Measure our server beside a floor and its peers, on this machine only."
    )
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="interleaved rounds (3)")
    parser.add_argument("--seconds", type=float, default=3, metavar="S", help="length of one run (3)")
    parser.add_argument("--only", default="", metavar="NAMES", help=f"comma-separated, of: {', '.join(NAMES)}")
    parser.add_argument("--no-peers", action="store_true", help="neither install nor measure the peers")
    parser.add_argument(
        "--json", type=Path, default=HOME / "bench.json", metavar="FILE", help="where the raw numbers go"
    )
    parser.add_argument("--check", action="store_true", help="end with code 1 when a target is missed")
    parser.add_argument("--server", default=OURS, metavar="COMMAND", help="the server to measure, {port} is put in")
    chosen = parser.parse_args()
    chosen.only = [each.strip() for each in chosen.only.split(",") if each.strip()] or list(NAMES)
    if unknown := set(chosen.only) - set(NAMES):
        parser.error(f"--only knows {', '.join(NAMES)}; came {', '.join(sorted(unknown))}")
    if not (1 <= chosen.rounds <= 50 and 1 <= chosen.seconds <= 60):
        parser.error("--rounds is 1 to 50, --seconds 1 to 60")
    return chosen


_START = time.monotonic()


def say(line: str) -> None:
    """Progress goes to stderr, so that stdout holds the table alone."""
    print(f"[{time.monotonic() - _START:6.0f} s] {line}", file=sys.stderr, flush=True)


def main() -> int:
    """Measure what was asked for; 1 only with --check and a missed target."""
    chosen = arguments()
    say(describe())
    bench = Bench(chosen.rounds, chosen.seconds, chosen.server, say)
    figures: list[Figure] = []
    raw: dict[str, Any] = {"machine": machine(), "load": describe(), "rounds": chosen.rounds, "seconds": chosen.seconds}
    operations = tuple(each for each in job.OPERATIONS if each in chosen.only)
    if operations:
        missing: dict[str, str] = {}
        peers = [] if chosen.no_peers else peers_at_hand(say, missing)
        answers = answers_of(chosen.server, say)
        rounds = Rounds(bench, operations, answers, missing)
        rounds.measure(peers)
        figures += rounds.figures()
        raw |= {"rows": [each.as_json() for each in rounds.rows], "missing": rounds.missing}
    for name in (each for each in FIGURES if each in chosen.only):
        say(name)
        try:
            figures += FIGURES[name](bench)
        except Exception as error:
            say(f"MISSING {name}: {error!r}")
            figures.append(Figure(name, None, "", note=repr(error)))
    chosen.json.parent.mkdir(parents=True, exist_ok=True)
    chosen.json.write_text(json.dumps(raw | {"figures": [each.as_json() for each in figures]}, indent=1) + "\n")
    print(table(figures))
    bad = missed(figures)
    print(f"\n{len(figures)} figures, {len(bad)} missed or not measured; raw numbers: {os.path.relpath(chosen.json)}")
    print(f"{raw['machine']['cpu']}; {describe()}")
    if operations:
        print(rounds.generator())
    return 1 if bad and chosen.check else 0


def machine() -> dict[str, Any]:
    """What was measured on: ratios may be compared between machines, figures may not."""
    cpu = platform.processor()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        cpu = next(
            (line.partition(": ")[2] for line in info.read_text().splitlines() if line.startswith("model name")), cpu
        )
    versions = {}
    for name in ("uvicorn", "uvloop", "httptools"):
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = "not installed"
    load = os.getloadavg() if hasattr(os, "getloadavg") else ()
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load_at_start": load,
        **versions,
    }


if __name__ == "__main__":
    sys.exit(main())
