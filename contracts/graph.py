"""A workflow as a graph of nodes: whether it can run, what a body changes in it, and the form that bodies have."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from . import brought
from .alike import USUAL, Takes
from .brought import Path
from .catalogue import Model
from .finding import WEIGHT, Finding, did_you_mean, shown
from .nodes import brings, ends, kept, reads, whole
from .schema import NOTHING, pointer

Workflow = Mapping[str, Any]  # by the id of a node: {"class_type": ..., "inputs": {...}}
Place = tuple[str, str]  # a node and one of its inputs

MOST_NAMED = 12  # nodes or inputs that a cure lists
MOST_SEEN = 500  # nodes that are looked through before one
SAVED, SENT = "overrides", "workflow_api_json"
TYPES: dict[type, str] = {str: "string", bool: "boolean", float: "number"}


class Graph(Model):
    """The form of a body that changes a saved workflow, or brings one of its own."""

    __slots__ = ("workflow",)

    def __init__(
        self, workflow: Workflow, row: Mapping[str, Any], limits: Mapping[str, int], takes: Takes = USUAL
    ) -> None:
        fields = row["schema"]["properties"]
        schema = {**row["schema"], "properties": {
            **fields, SAVED: {**fields[SAVED], **_changes(workflow)},
            SENT: {**fields[SENT], "examples": [workflow]}}}  # fmt: skip
        last = outputs(workflow)
        kind = kept(workflow[last[0]]["class_type"]).kind if last else row["kind"]
        super().__init__({**row, "kind": kind, "schema": schema}, limits, takes)
        self.workflow = workflow
        # Either may bring files; which, `brought` tells.
        self.media = dict.fromkeys((SAVED, SENT), brought.Place("", False, {}))

    def check(
        self, body: Mapping[str, Any], operation: str = "submit", plain: Mapping[str, Any] | None = None
    ) -> tuple[Finding, ...]:  # fmt: skip
        """What is wrong with a body: what the schema says, and what is wrong with a workflow that it brings."""
        found = super().check(body, operation, plain)
        sent = body.get(SENT)
        if not isinstance(sent, dict):
            return found
        found += tuple(flaws(sent, (SENT,), operation))
        if body.get(SAVED):
            found += (Finding("two-workflows", "doubtful", f"/{SAVED}", f"{SAVED} or {SENT}", "both",
                              f"leave {SAVED} out where the whole workflow is sent", operation),)  # fmt: skip
        return found

    def brought(self, body: Mapping[str, Any]) -> Iterator[tuple[Path, str, str]]:
        """The files that a body brings, in what it changes and in a workflow of its own."""
        for part in (SAVED, SENT):
            for name, node in _nodes(body.get(part)):
                own = self.workflow.get(name, {}) if part == SAVED else node
                for key, kind in brings(str(own.get("class_type"))).items():
                    text = node["inputs"].get(key)
                    if type(text) is str:
                        yield (part, name, "inputs", key), kind, text

    def example(self) -> dict[str, Any]:
        """A body that changes the words which the picture is made of, where there are any."""
        spot = prompt_at(self.workflow)
        if spot is None:
            return {}
        name, key = spot
        return {SAVED: {name: {"inputs": {key: "a red tram in the rain"}}}}

    def _cure(self, path: Path) -> str:
        if path[:1] != (SAVED,) or len(path) == 1:
            return super()._cure(path)
        name = str(path[1])
        if name not in self.workflow:
            return did_you_mean(name, self.workflow, f"the nodes of this workflow are {_listed(self.workflow)}")
        node = self.workflow[name]
        if len(path) > 3 and path[3] in node["inputs"]:
            return f"send {path[3]} of node {name} ({node['class_type']}) as it stands there: " + shown(
                node["inputs"][str(path[3])]
            )
        if len(path) > 3:
            own = f"the inputs of node {name} ({node['class_type']}) are {_listed(node['inputs'])}"
            return did_you_mean(path[3], node["inputs"], own)
        return f'write {{"{name}": {{"inputs": {{...}}}}}}; nothing else of a node can be changed'


def form(workflow: Workflow, row: Mapping[str, Any], limits: Mapping[str, int], takes: Takes = USUAL) -> Graph:
    """The form of the bodies that a saved workflow without flaws takes; `row` is the catalogue's row of its kind."""
    return Graph(workflow, row, limits, takes)


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    more = f" and {len(every) - MOST_NAMED} more" if len(every) > MOST_NAMED else ""
    return ", ".join(every[:MOST_NAMED]) + more


def _nodes(part: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The nodes of a part of a body that are of the right form."""
    for name, node in part.items() if isinstance(part, dict) else ():
        if isinstance(node, dict) and isinstance(node.get("inputs"), dict):
            yield name, node


def _changes(workflow: Workflow) -> dict[str, Any]:
    """The schema of what may be changed: the inputs that are there, each of the type that stands there."""

    def closed(fields: dict[str, Any]) -> dict[str, Any]:
        return {"type": "object", "properties": fields, "additionalProperties": False}

    return closed({name: closed({"inputs": closed({key: _type(key, value) for key, value in node["inputs"].items()})})
                   for name, node in workflow.items()})  # fmt: skip


def _type(key: str, value: Any) -> dict[str, Any]:
    """The type of an input, as far as its value tells: 8.0 is written as 8, so a whole number may have a fraction."""
    if type(value) is int:
        return {"type": "integer" if whole(key) else "number", "examples": [value]}
    return {"type": TYPES[type(value)], "examples": [value]} if type(value) in TYPES else {}


def is_link(value: Any) -> bool:
    """Whether an input's value leads to another node's output."""
    return (type(value) is list and len(value) == 2 and type(value[0]) is str
            and type(value[1]) in (int, float))  # fmt: skip


def links(node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The inputs of a node that lead to others, and where to."""
    return ((key, value[0]) for key, value in node["inputs"].items() if is_link(value))


def flaws(workflow: Workflow, path: Path = (), operation: str = "submit") -> Iterator[Finding]:
    """Why a workflow cannot run: a node without its form, a link that leads nowhere, a circle, nothing that is kept."""
    found = list(_misshapen(workflow, path, operation))
    if not found:
        found = list(_astray(workflow, path, operation))
    if not found and (closing := circle(workflow)):
        name, key = closing
        found = [_finding("cyclic-workflow", (*path, name, "inputs", key), "a link to a node before",
                          workflow[name]["inputs"][key], "lead it to one that does not depend on it",
                          operation)]  # fmt: skip
    if not found and not outputs(workflow):
        found = [_finding("no-output-node", path, "a node that saves, such as SaveImage",
                          sorted({node["class_type"] for node in workflow.values()}), "add one",
                          operation)]  # fmt: skip
    yield from found


def _finding(rule: str, path: Path, expected: str, came: Any, cure: str, operation: str) -> Finding:
    kind = "missing" if rule == "missing-required" else "value_error"
    return Finding(rule, WEIGHT["inferred"], pointer(path), expected, shown(came), cure, operation, "inferred",
                   "invalid-input", kind)  # fmt: skip


def _misshapen(workflow: Workflow, path: Path, operation: str) -> Iterator[Finding]:
    cure = "export the workflow with Export (API) and send it as it is"
    if not workflow:
        yield _finding("wrong-length", path, "at least 1 node", workflow, cure, operation)
    for name, node in workflow.items():
        if not isinstance(node, dict):
            yield _finding("invalid-type", (*path, name), "a node: class_type and inputs", node, cure, operation)
            continue
        for key, kind, said in (("class_type", str, "the name of a class"), ("inputs", dict, "an object")):
            if key not in node:
                yield _finding("missing-required", (*path, name, key), said, NOTHING, cure, operation)
            elif not isinstance(node[key], kind) or node[key] == "":
                yield _finding("invalid-type", (*path, name, key), said, node[key], cure, operation)


def _astray(workflow: Workflow, path: Path, operation: str) -> Iterator[Finding]:
    told = 0
    for name, node in workflow.items():
        for key, value in node["inputs"].items():
            pair = type(value) is list and len(value) == 2 and type(value[0]) is str
            if not is_link(value) and not (pair and value[0] in workflow):
                continue
            place = (*path, name, "inputs", key)
            if value[0] not in workflow:
                told += 1
                near = workflow if told <= MOST_NAMED else ()  # who has lost many nodes has not mistyped each
                cure = did_you_mean(value[0], near, f"its nodes are {_listed(workflow)}")
                yield _finding("dangling-link", (*place, 0), "a node of this workflow", value[0], cure, operation)
            if type(value[1]) is not int or value[1] < 0:
                yield _finding("invalid-type", (*place, 1), "the number of an output, from 0", value[1],
                               f"write {shown([value[0], 0])}", operation)  # fmt: skip


def circle(workflow: Workflow) -> Place | None:
    """The link that closes a circle, if there is one."""
    done: set[str] = set()
    for start in workflow:
        open_: dict[str, Iterator[tuple[str, str]]] = {} if start in done else {start: links(workflow[start])}
        while open_:
            name = next(reversed(open_))
            step = next(open_[name], None)
            if step is None:
                done.add(name)
                del open_[name]
            elif step[1] in open_:
                return name, step[0]
            elif step[1] not in done:
                open_[step[1]] = links(workflow[step[1]])
    return None


def outputs(workflow: Workflow) -> tuple[str, ...]:
    """The nodes that end a workflow, in its order: those that are known to, else those from which nothing leads on."""
    sure = [name for name, node in workflow.items() if ends(node["class_type"])]
    if not sure:
        used = {other for node in workflow.values() for _, other in links(node)}
        sure = [name for name, node in workflow.items() if name not in used and ends(node["class_type"]) is None]
    return tuple(sure)


def effective(workflow: Workflow, body: Mapping[str, Any]) -> Workflow:
    """The workflow that runs: the saved one or the one that was sent, with the changes laid into it."""
    runs: Workflow = body[SENT] if isinstance(body.get(SENT), dict) else workflow
    changes = {name: node["inputs"] for name, node in _nodes(body.get(SAVED)) if name in runs and node["inputs"]}
    return laid(runs, changes) if changes else runs


def laid(workflow: Workflow, changes: Mapping[str, Mapping[str, Any]]) -> Workflow:
    """A workflow with other values at some inputs of some of its nodes."""
    return {name: {**node, "inputs": {**node["inputs"], **changes[name]}} if name in changes else node
            for name, node in workflow.items()}  # fmt: skip


def upstream(workflow: Workflow, name: str, keys: tuple[str, ...] = ()) -> Iterator[str]:
    """A node and those that feed it, the nearest first; with keys, only what comes through these inputs."""
    seen, line = {name}, deque([name])
    while line:
        name = line.popleft()
        yield name
        if len(seen) > MOST_SEEN:
            continue
        there = dict(links(workflow[name]))
        for key in keys or there:
            other = there.get(key)
            if other is not None and other in workflow and other not in seen:
                seen.add(other)
                line.append(other)


def value(workflow: Workflow, name: str, key: str) -> Any:
    """What stands at an input, looked up where it is linked to a node that holds no more than a value; else None."""
    seen: set[Place] = set()
    while (name, key) not in seen:
        seen.add((name, key))
        said = workflow[name]["inputs"].get(key)
        if not is_link(said):
            return said
        name = said[0]
        own = workflow[name]["inputs"] if name in workflow else {}
        key = "value" if "value" in own else next(iter(own), "") if len(own) == 1 else ""
        if not key:
            return None
    return None


def prompt_at(workflow: Workflow) -> Place | None:
    """Where the words stand that the first output is made of, if there are any."""
    for last in outputs(workflow)[:MOST_NAMED]:
        feeding, barren = list(upstream(workflow, last)), set[str]()
        for key in reads("conditions"):
            for name in feeding:
                led = dict(links(workflow[name])).get(key)
                if led in workflow and led not in barren:
                    above = list(upstream(workflow, str(led)))
                    if spot := _words_at(workflow, above):
                        return spot
                    barren.update(above)
        if spot := _words_at(workflow, feeding):
            return spot
    return None


def _words_at(workflow: Workflow, names: Iterable[str]) -> Place | None:
    for name in names:
        for key in reads("prompts"):
            if isinstance(value(workflow, name, key), str) and not ends(workflow[name]["class_type"]):
                return name, key
    return None
