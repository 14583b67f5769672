"""Paths: which operations are at a path, and what the path names."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .operation import Operation

# A poll loop asks for one path again and again: so many short ones are remembered.
MOST_PATHS, LONGEST_PATH = 4096, 256

Found = tuple[dict[str, Operation], str]


class _Node:
    __slots__ = ("ends", "named", "rest", "wild")

    def __init__(self) -> None:
        self.named: dict[str, _Node] = {}
        self.wild: _Node | None = None
        self.ends: dict[str, Operation] = {}
        self.rest: dict[str, Operation] = {}


class Paths:
    """The paths of some operations. `base` is the end of a base address that clients double, or leave out; what they
    leave it out of is let in where it is `known` there."""

    def __init__(self, operations: Iterable[Operation], base: str, known: Callable[[str], bool]) -> None:
        self._base = base
        self._known = known
        self._matched: dict[str, Found] = {}
        self._meant: dict[str, str] = {}
        self._root = _Node()
        for operation in operations:
            for path in (operation.path, *operation.elsewhere):
                self._plant(path, operation)

    def _plant(self, path: str, operation: Operation) -> None:
        node = self._root
        for part in path.split("/")[1:]:
            if part.startswith("{"):
                if operation.parameters[part[1:-1]].get("slashes"):
                    node.rest[operation.method] = operation
                    return
                node.wild = node.wild or _Node()
                node = node.wild
            else:
                node = node.named.setdefault(part, _Node())
        node.ends[operation.method] = operation

    def match(self, path: str) -> Found:
        """The operations at a path, by method, and the one thing that the path names; none for an unknown path."""
        found = self._matched.get(path)
        if found is None:
            found = self._match(self.straight(path))
            if len(self._matched) > MOST_PATHS:
                self._matched.clear()
            if len(path) < LONGEST_PATH:
                self._matched[path] = found
        return found

    def straight(self, path: str) -> str:
        """The path that was meant, where the end of the base address stands in it twice, or not at all."""
        if not self._base:
            return path
        meant = self._meant.get(path)
        if meant is None:
            meant = self._straight(path)
            if len(self._meant) > MOST_PATHS:
                self._meant.clear()
            if len(path) < LONGEST_PATH:
                self._meant[path] = meant
        return meant

    def _straight(self, path: str) -> str:
        base = self._base
        if path.startswith(f"{base}{base}/"):
            return path[len(base) :]
        if path.startswith(f"{base}/") or self._match(path)[0]:
            return path
        there, value = self._match(base + path)
        models = [each for each in there.values() if each.parameters.get(each.model, {}).get("slashes")]
        return base + path if there and (not models or self._known(value)) else path

    def _match(self, path: str) -> Found:
        node, value, rest, start = self._root, "", None, 0
        at = 1
        for part in path[1:].split("/"):
            if node.rest:
                rest, start = node.rest, at
            step = node.named.get(part)
            if step is None:
                if node.wild is None or not part:
                    return (rest, path[start:]) if rest and path[start:].strip("/") else ({}, "")
                step, value = node.wild, part
            node = step
            at += len(part) + 1
        if node.ends:
            return node.ends, value
        return (rest, path[start:]) if rest else ({}, "")
