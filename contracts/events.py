"""Events: an answer that is written piece by piece (server-sent events), and whether each piece is as promised."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .finding import WEIGHT, Finding, shown

if TYPE_CHECKING:
    from .operation import Operation

KIND = "text/event-stream"
LAST = "[DONE]"


def written(value: Any) -> bytes:
    """One event: a value, or the word that there are no more."""
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return f"data: {said}\n\n".encode("utf-8", "surrogatepass")


def read(body: bytes) -> Iterator[str]:
    """What the events of a body say, each as it stands; of one that was cut off there is none."""
    whole, _, _ = body.decode("utf-8", "replace").replace("\r\n", "\n").rpartition("\n\n")
    for event in whole.split("\n\n"):
        lines = [line[5:].removeprefix(" ") for line in event.split("\n") if line.startswith("data:")]
        if lines:
            yield "\n".join(lines)


def check(operation: Operation, body: bytes) -> tuple[Finding, ...]:
    """What is wrong with the pieces of an answer: each is JSON of the promised form, or the last word."""
    judge, found = operation.streams, []
    for at, said in enumerate(read(body)) if judge is not None else ():
        if said == LAST:
            continue
        try:
            value = json.loads(said)
        except ValueError:
            value = said
        if judge is not None and not judge.good(value):
            found += [Finding("answer-shape", WEIGHT[operation.source], f"/{at}{d.pointer}", d.expected, shown(d.came),
                              "the answer is not what the documents promise", operation.id, operation.source)
                      for d in judge.differences(value)]  # fmt: skip
    return tuple(found)
