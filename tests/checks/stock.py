"""The stock command: `schemathesis run`, all checks on, against a fresh `serve`; as a program, it takes its flags."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

SERVE = [sys.executable, "-m", "understudy.cli", "serve", "--port", "0", "--json", "--quiet"]
STOCK = [sys.executable, "-m", "schemathesis.cli", "run", "--checks", "all"]
WALK = {"submit", "status", "result", "cancel"}
# The Model API's rules can all be said in a schema, so no check is off. Some of the others' cannot: that a maximum is
# not below its minimum, that the links of a workflow lead somewhere, what stands in a configuration's text.
MODEL_API = ("--exclude-path-regex", "/prod/")
# Runware's one route takes tasks whose models differ in what they take: a document of one schema a type cannot tell.
RUNWARE = ("--exclude-checks", "positive_data_acceptance,negative_data_rejection")
# RunningHub says its errors with HTTP 200, so that no status tells a refusal; what a ComfyUI answers is its own.
RUNNINGHUB = ("--exclude-checks", "negative_data_rejection,ignored_auth,unsupported_method",
              "--exclude-path-regex", "/proxy")  # fmt: skip
THE_OTHERS = ("--include-path-regex", "/prod/", "--exclude-checks", "positive_data_acceptance,negative_data_rejection")


class Outcome(NamedTuple):
    """What came of a run: its exit code, what it printed, and how many orders were asked everything."""

    code: int
    text: str
    walks: int


@contextmanager
def served(folder: str) -> Iterator[dict[str, Any]]:
    """A house of its own, whose clock runs as it does for everybody."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("UNDERSTUDY_")}
    house = subprocess.Popen(SERVE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=folder, env=ours)
    try:
        assert house.stdout is not None
        yield json.loads(house.stdout.readline())
    finally:
        house.terminate()
        house.communicate(timeout=30)


def stock(*words: str, provider: str = "runcomfy") -> Outcome:
    """Runs it, with more words if there are any."""
    with TemporaryDirectory() as folder, served(folder) as house:
        at = house["providers"][provider]
        command = [*STOCK, at["url"] + "/openapi.json", "--header", f"Authorization: Bearer {at['api_key']}", *words]
        done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
        return Outcome(done.returncode, done.stdout + done.stderr, walks(house["control"]))


def walks(control: str) -> int:
    """Of how many orders the journal holds all four operations, answered as they should be, by one and the same id."""
    with urllib.request.urlopen(control + "/sessions/default/journal") as answer:
        told = json.load(answer)["exchanges"]
    met: dict[str, set[str]] = defaultdict(set)
    for each in told:
        if each["answer"]["status"] in (200, 202):
            met[each["task"]].add(each["operation"])
    return sum(met[task] >= WALK for task in met if task)


if __name__ == "__main__":
    first, second = stock(*MODEL_API, *sys.argv[1:]), stock(*THE_OTHERS, *sys.argv[1:])
    third = stock(*RUNWARE, *sys.argv[1:], provider="runware")
    fourth = stock(*RUNNINGHUB, *sys.argv[1:], provider="runninghub")
    print(f"{first.text}\n{second.text}\n{third.text}\n{fourth.text}")
    print(f"{first.walks} orders were submitted, looked at, fetched and asked to be cancelled")
    sys.exit(first.code or second.code or third.code or fourth.code or not first.walks)
