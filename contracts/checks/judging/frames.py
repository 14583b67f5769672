"""Whether what comes over a socket is told in frames as documented: one task in each, results and errors apart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ...exchange import Exchange
from ...finding import WEIGHT, Finding, shown
from ..subject import FRAME
from .batch import bundle_of
from .world import World


def framed(world: World, said: Exchange) -> Iterator[Finding]:
    """What is wrong with the frames that answered a frame."""
    bundle = bundle_of(world)
    for frame in (value.decode() for name, value in said.answer_headers if name == FRAME):
        told = _read(frame)
        if not isinstance(told, dict) or len(told) != 1 or next(iter(told)) not in (bundle.data, bundle.errors):
            yield _wrong("", "results, or errors, and not both", frame, "send results and errors in frames of their "
                           "own", "apart")  # fmt: skip
            continue
        items = next(iter(told.values()))
        if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
            yield _wrong("", "at least one item", frame, "send no frame where there is nothing to say", "empty")
            continue
        names = {json.dumps([item.get(bundle.id), item.get(bundle.by)]) for item in items}
        if len(names) > 1:
            yield _wrong("", "one task in a frame", frame, "send the results of each task by themselves", "several")
        for item in items:
            yield from _session(item, frame)


def _session(item: dict[str, Any], frame: str) -> Iterator[Finding]:
    """What is said of the line itself bears no id of a task, and a name once it is known whose it is."""
    if item.get("taskType") == "ping" and item != {"taskType": "ping", "pong": True}:
        yield _wrong("/data/0", '{"taskType": "ping", "pong": true}', frame, "answer a ping so", "ping")
    if item.get("taskType") == "authentication" and "code" not in item:
        name = item.get("connectionSessionUUID")
        if not isinstance(name, str) or not name or "taskUUID" in item:
            want = "the name of the connection, and no task's"
            yield _wrong("/data/0", want, frame, "tell by what it can be taken up again", "handshake")


def _read(frame: str) -> Any:
    try:
        return json.loads(frame)
    except ValueError:
        return None


def _wrong(where: str, expected: str, frame: str, cure: str, kind: str) -> Finding:
    return Finding("wrong-frame", WEIGHT["documented"], where, expected, shown(frame, 200), cure, "tasks", "documented",
                   "", kind)  # fmt: skip
