"""What was put into props that hold files: which files there are, and whether all of them have been looked through."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any

from ...exchange import Exchange
from ...finding import Finding, shown
from ...operation import Operation
from ..props import Sort
from .world import Held, World

OURS = re.compile(rb'--(\S+)\r\n[^\r\n]*filename="([^"\r\n]*)"\r\n[^\r\n]*\r\n\r\n(.*)\r\n--\1--\r\n', re.DOTALL)
EDGE = 0.001  # seconds around a moment in which either is right


@dataclass
class Store:
    """What one prop holds, by the name of the file: its size; what was announced and has not come, and where to."""

    here: dict[str, int] = field(default_factory=dict)
    announced: dict[str, int] = field(default_factory=dict)
    addresses: dict[str, tuple[str, int, float]] = field(default_factory=dict)  # with its size, and until when
    ready: float = 0.0
    sure: bool = True  # as long as only such forms came as everybody reads alike

    def state(self, now: float) -> str:
        """How it stands, by the table `words`; nothing, where either of two is right."""
        if not self.here and not self.announced:
            return "empty"
        if self.announced or now < self.ready - EDGE:
            return "under_way"
        return "good" if now > self.ready + EDGE or now == self.ready else ""


def store(held: Held) -> Store:
    """What a prop holds."""
    found: Store = held.told.setdefault("store", Store())
    return found


def came_in(world: World, said: Exchange, operation: Operation) -> Iterator[Finding]:
    """A file was sent as a form: it is there now, and is told as it is."""
    for held, sort in _held(world, said, operation):
        read = OURS.fullmatch(said.request_body)
        if read is None:
            store(held).sure = False
            continue
        name, size = read[2].decode("utf-8", "replace"), len(read[3])
        arrived(world, held, sort, name, size)
        row, body = sort.row["files"], said.json
        for key, want in ((row["name"], name), (row["size"], size)):
            if isinstance(body, dict) and body.get(key) != want:
                yield _guess("wrong-prop", f"/{key}", shown(want), shown(body.get(key)), operation.id)


def arrived(world: World, held: Held, sort: Sort, name: str, size: int) -> None:
    """A file is here, by whichever way."""
    own = store(held)
    own.here[name] = size
    own.announced.pop(name, None)
    own.ready = world.now + sort.row.get("processing", 0)
    held.told["ready"] = inf if own.announced else own.ready


def announced(world: World, said: Exchange, operation: Operation) -> Iterator[Finding]:
    """Files were announced: each has an address of its own, under its own name."""
    for held, sort in _held(world, said, operation):
        row, own, body = sort.row["announces"], store(held), said.request_json
        sizes = body.get(row["said"]) if isinstance(body, dict) else None
        told = said.json.get(row["told"]) if isinstance(said.json, dict) else None
        if not isinstance(sizes, dict) or not isinstance(told, dict):
            own.sure = False
            continue
        own.announced.update(sizes)
        held.told["ready"] = inf
        place = f"/{row['told']}"
        if set(told) != set(sizes):
            yield _guess("wrong-prop", place, "an address for " + shown(sorted(sizes), 120), shown(sorted(told), 120),
                         operation.id)  # fmt: skip
        found = [each.get(row["address"]) if isinstance(each, dict) else None for each in told.values()]
        known = {address for other in world.props.values() for address, _, _ in store(other).addresses.values()}
        if len(set(map(str, found))) < len(found) or known & set(map(str, found)):
            yield _guess("repeated-id", place, "an address for each file", "one twice", operation.id)
        until = world.now + sort.row["expires"]
        for name, address in zip(told, found, strict=True):
            if name in sizes:
                own.addresses[name] = (str(address), sizes[name], until)


def shown_of(world: World, held: Held, sort: Sort, told: Mapping[str, Any], operation: str, where: str
             ) -> Iterator[Finding]:  # fmt: skip
    """Whether one tells how it stands, and which files it has."""
    if "files" not in sort.row or held.told.get("furnished") or not store(held).sure:
        return
    own, words, row = store(held), sort.row["words"], sort.row["files"]
    state = own.state(world.now) if world.dated else "empty" if not own.here and not own.announced else ""
    if state and told.get("status") != words[state]:
        yield _guess("wrong-prop", f"{where}/status", words[state], shown(told.get("status")), operation)
    files = told.get(row["key"])
    if not isinstance(files, list):
        return
    came = [(each.get(row["name"]), each.get(row["size"])) for each in files if isinstance(each, dict)]
    if sorted(map(str, came)) != sorted(map(str, own.here.items())):
        yield _guess(
            "wrong-prop", f"{where}/{row['key']}", shown(list(own.here.items()), 160), shown(came, 160), operation
        )


def put(world: World, held: Held, name: str, size: int, said: Exchange) -> Iterator[Finding]:
    """A file was put to its address: it is taken if as long as announced, in time, and its prop is still there."""
    sort = world.sorts[held.sort]
    _, want, until = store(held).addresses[name]
    good = size == want and not held.gone and (not world.dated or world.now < until)
    status = world.contract.error("bad-upload", world.contract.operations[sort.row["announces"]["operation"]])["status"]
    if good and said.status != 200:
        yield _guess("wrongly-refused", "", "200: it is what was announced", str(said.status), "upload")
    elif not good and said.status != status:
        yield _guess("not-refused" if said.status < 300 else "wrong-error", "", str(status), str(said.status), "upload")
    if good:
        arrived(world, held, sort, name, size)


def _held(world: World, said: Exchange, operation: Operation) -> Iterator[tuple[Held, Sort]]:
    for held in world.named(operation, said.path):
        if held is not None and "files" in world.sorts[held.sort].row:
            yield held, world.sorts[held.sort]


def _guess(rule: str, where: str, expected: str, came: str, operation: str) -> Finding:
    return Finding(rule, "note", where, expected, came, "tell of each file as it came, and take what was announced",
                   operation, "inferred", "", "files")  # fmt: skip
