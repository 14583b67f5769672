"""What a ComfyUI tells of one run on a socket: each message and its moment, computed and never kept. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import inf
from typing import Any, NamedTuple

from ...contracts.comfyui import facts
from ...contracts.graph import Workflow, is_link
from .plan import Span, between, failing, order, spans
from .runs import Ending, Run, kept, left

STAMPED = frozenset(name for name, keys in facts("messages").items() if "timestamp" in keys)


class Message(NamedTuple):
    """One message, and the moment at which it is told."""

    at: float
    kind: str
    data: Mapping[str, Any]

    @property
    def key(self) -> tuple[Any, ...]:
        """What tells it from every other message of its run, whenever that comes to its end."""
        return self.kind, self.data.get("node"), self.data.get("value")

    @property
    def last(self) -> bool:
        """Whether nothing comes behind it."""
        return self.kind == "executing" and self.data["node"] is None

    @property
    def said(self) -> dict[str, Any]:
        """As it goes over the wire."""
        return {"type": self.kind, "data": self.data}


def status(runs: Sequence[Run], now: float, client: str = "") -> Message:
    """How many runs are not over; a client is told its own id once, at first."""
    said: dict[str, Any] = {"status": left(runs, now)}
    return Message(now, "status", {**said, "sid": client} if client else said)


def messages(run: Run, epoch: float = 0.0) -> list[Message]:
    """All that is told of a run, in order; `epoch` is the second of the calendar at which time began. Of a run that has
    no end yet, as much as is known."""
    if run.begins == inf:
        return []
    told = [Message(run.begins, "execution_start", {}), Message(run.begins, "execution_cached", {"nodes": []})]
    told += _on_the_way(run)
    if run.ends < inf:
        told += [_end(run), Message(run.ends, "executing", {"node": None})]
    return [_whole(run, message, epoch) for message in told]


def _whole(run: Run, message: Message, epoch: float) -> Message:
    data = {**message.data, "prompt_id": run.prompt.id}
    if message.kind in STAMPED:
        data["timestamp"] = int((epoch + message.at) * 1000)
    return message._replace(data=data)


def planned(run: Run) -> list[Span]:
    """When each of its nodes runs; one that was stopped would have gone on, and one that fails comes no further."""
    if run.ending is Ending.INTERRUPTED:
        return spans(run.prompt.graph, run.begins, run.ends if run.meant is None else max(run.meant, run.ends))
    broken = failing(run.prompt.graph) if run.ending is Ending.ERROR else ""
    return spans(run.prompt.graph, run.begins, run.ends, broken)


def running(run: Run, now: float) -> str:
    """The node that runs at a moment; none before its begin and after its end."""
    begun = [span.node for span in planned(run) if span.begins <= now] if run.going(now) else []
    return begun[-1] if begun else ""


def _on_the_way(run: Run) -> Iterator[Message]:
    nodes = kept(run)
    broken = failing(run.prompt.graph) if run.ending is Ending.ERROR else ""
    for span in planned(run):
        name = span.node
        told = [Message(span.begins, "executing", {"node": name, "display_node": name}),
                *_progress(span, fails=name == broken)]  # fmt: skip
        if name in nodes and name != broken and span.ends < inf:
            told.append(Message(span.ends, "executed", {"node": name, "display_node": name, "output": nodes[name]}))
        # What comes behind the moment at which it was stopped does not come.
        yield from (each for each in told if run.ending is not Ending.INTERRUPTED or each.at <= run.ends)


def _progress(span: Span, fails: bool) -> Iterator[Message]:
    """Some steps of a sampler, evenly spread; one that fails does not come to its last."""
    if span.ends == inf:
        return
    many = min(span.steps, facts("progress")["most"])
    for number in range(1, many + 1):
        step = -(-span.steps * number // many)
        if not (fails and number == many):
            at = between(span.begins, span.ends, span.begins + (span.ends - span.begins) * step / span.steps)
            yield Message(at, "progress", {"node": span.node, "value": step, "max": span.steps})


def _end(run: Run) -> Message:
    if run.ending is Ending.SUCCESS:
        return Message(run.ends, "execution_success", {})
    if run.ending is Ending.ERROR:
        return Message(run.ends, "execution_error", failure(run.prompt.graph, run.error))
    past = [span for span in planned(run) if span.begins <= run.ends]
    node = past[-1].node if past else ""
    return Message(run.ends, "execution_interrupted", {
        "node_id": node, "node_type": _class(run.prompt.graph, node),
        "executed": [span.node for span in past[:-1]]})  # fmt: skip


def failure(graph: Workflow, error: Mapping[str, Any]) -> dict[str, Any]:
    """What is told of a node that failed, with what is known of why."""
    node = failing(graph)
    nodes = order(graph)
    done = nodes[: nodes.index(node)] if node else []
    return {"node_id": node, "node_type": _class(graph, node), "executed": done, **facts("failure"), **error,
            "current_inputs": _inputs(graph, node), "current_outputs": done}  # fmt: skip


def _inputs(graph: Workflow, node: str) -> dict[str, list[Any]]:
    """What a node was given, as far as the graph itself says it: what came by a link is not known."""
    given = graph[node]["inputs"] if node else {}
    return {key: [said] for key, said in given.items() if not is_link(said)}


def _class(graph: Workflow, node: str) -> str:
    return graph[node]["class_type"] if node else ""


def due(told: Sequence[Message], since: float, until: float) -> list[Message]:
    """Those whose moment comes after one and not after another."""
    return [message for message in told if since < message.at <= until]


def next_after(told: Sequence[Message], moment: float) -> float | None:
    """When the next one comes, if any does."""
    return min((message.at for message in told if message.at > moment), default=None)
