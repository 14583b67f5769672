"""A configuration that is sent as YAML within a body: read safely, held against its schema, and what it asks for."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

import yaml

from .contract import Contract
from .document import Loader
from .finding import WEIGHT, Finding, shown
from .operation import Operation
from .schema import Judge, pointer

NOTHING: Mapping[str, Any] = {}


class Unreadable(ValueError):
    """Text that is no YAML, or more of it than is read: what was expected, and what came."""

    def __init__(self, expected: str, came: str) -> None:
        super().__init__(f"expected {expected}; came {came}")
        self.expected = expected
        self.came = came


class Config(NamedTuple):
    """What a configuration asks for, as far as it can be told; what it leaves open is as its schema has it."""

    name: str
    steps: int
    save_every: int
    sample_every: int
    width: int
    height: int
    prompts: tuple[str, ...]
    datasets: tuple[tuple[str, str], ...]  # the place of each, and the name of the data set


def check(contract: Contract, operation: Operation, text: str) -> tuple[Config | None, tuple[Finding, ...]]:
    """What a configuration says, and what is wrong with it, with its place; what is wrong is not read."""
    return _checked(contract.of(operation), operation, text)


@lru_cache(64)
def _checked(api: Contract, operation: Operation, text: str) -> tuple[Config | None, tuple[Finding, ...]]:
    rules = api.facts.openapi["config"]
    place = f"/{rules['field']}"
    try:
        value = loaded(text, rules["most_bytes"], rules["most_depth"], rules["most_nodes"])
    except Unreadable as wrong:
        return None, (_finding("wrong-form", place, wrong.expected, wrong.came, operation, "value_error"),)
    judge = _judge(api)
    found = tuple(_finding(d.rule, place + d.pointer, d.expected, shown(d.came), operation, d.kind)
                  for d in judge.differences(value))  # fmt: skip
    return (None, found) if found else (_read(value, rules, judge.schema), ())


def missing(config: Config, ready: set[str], operation: Operation, field: str) -> tuple[Finding, ...]:
    """The data sets that a configuration names and the account has not, or not yet: no mistake of a body's form."""
    known = ", ".join(sorted(ready)) or "none is ready"
    return tuple(replace(_finding("wrong-form", f"/{field}{place}", f"a data set that is ready: {known}", shown(name),
                                  operation, "value_error"), severity="note")
                 for place, name in config.datasets if name not in ready)  # fmt: skip


def renamed(config: Config, name: str, operation: Operation, rules: Mapping[str, Any]) -> tuple[Finding, ...]:
    """That a configuration which takes another one's place bears another name."""
    if config.name == name:
        return ()
    place = f"/{rules['field']}{rules['name']}"
    return (_finding("not-in-list", place, shown(name), shown(config.name), operation, "literal_error"),)


def _finding(rule: str, where: str, expected: str, came: str, operation: Operation, kind: str) -> Finding:
    cure = f"send {where} as {expected}"
    return Finding(rule, WEIGHT[operation.source], where, expected, came, cure, operation.id, operation.source,
                   "invalid-input", kind)  # fmt: skip


@lru_cache(16)
def _judge(api: Contract) -> Judge:
    return Judge(api.schemas[api.facts.openapi["config"]["schema"]])


def loaded(text: str, most: int, deep: int, many: int) -> Any:
    """A YAML document as plain JSON values; one that is too large, too deep, or grows by its aliases is not read."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > most:
        raise Unreadable(f"at most {most} bytes", str(size))
    try:
        _shallow(text, deep)
        node = yaml.compose(text, Loader=Loader)
        if node is None:
            raise Unreadable("a YAML mapping", "nothing")
        if _grown(node, {}, many) > many:
            raise Unreadable(f"at most {many} values, aliases counted out", "more")
        loader = Loader("")
        return _plain(loader.construct_document(node))
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as wrong:
        if isinstance(wrong, Unreadable):
            raise
        told = " ".join(str(wrong).split())
        raise Unreadable("text that is YAML", told[:200] or type(wrong).__name__) from None


def _shallow(text: str, deep: int) -> None:
    """Read by events first, which do not nest, so that no depth is too much for the reader."""
    depth = 0
    for event in yaml.parse(text, Loader=Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > deep:
            raise Unreadable(f"at most {deep} levels", "more")


def _grown(node: yaml.Node, known: dict[int, float], most: int) -> float:
    """How many values a node stands for, each alias counted out; one that holds itself has no end."""
    if id(node) in known:
        return known[id(node)]
    known[id(node)] = math.inf
    size = 1.0
    if isinstance(node, yaml.CollectionNode):
        for child in node.value:
            pair = child if isinstance(child, tuple) else (child,)
            size += sum(_grown(each, known, most) for each in pair)
    known[id(node)] = size
    return size


def _plain(value: Any) -> Any:
    """As JSON has it: dates and whatever else it has no word for are text."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if value is None or isinstance(value, (str, int, float)) else str(value)


def _read(value: Mapping[str, Any], rules: Mapping[str, Any], schema: Mapping[str, Any]) -> Config:
    """The first process is the one that trains."""
    process = _at(value, rules["process"])
    form = schema["properties"]["config"]["properties"]["process"]["items"]["properties"]

    def said(part: str, name: str) -> int:
        told = process.get(part, NOTHING).get(name)
        return int(form[part]["properties"][name]["default"] if told is None else told)

    sample = process.get("sample", NOTHING)
    prompts = [*sample.get("prompts", ()), *(str(each.get("prompt", "")) for each in sample.get("samples", ()))]
    return Config(_at(value, rules["name"]), said("train", "steps"), said("save", "save_every"),
                  said("sample", "sample_every"), said("sample", "width"), said("sample", "height"), tuple(prompts),
                  tuple(_datasets(process, rules)))  # fmt: skip


def _datasets(process: Mapping[str, Any], rules: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    row = rules["datasets"]
    listed = process[row["key"]]
    for at, each in enumerate(listed if isinstance(listed, list) else (listed,)):
        path = (row["key"], at, row["path"]) if isinstance(listed, list) else (row["key"], row["path"])
        yield rules["process"] + pointer(path), each[row["path"]].removeprefix(row["prefix"]).rstrip("/")


def _at(value: Any, place: str) -> Any:
    for step in place.split("/")[1:]:
        value = value[int(step) if isinstance(value, list) else step]
    return value
