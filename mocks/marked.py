"""A YAML file as plain values, with the line and column of each: what a person wrote and will correct."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import isfinite
from typing import Any, NamedTuple

import yaml

LARGEST = 2**20
DEEPEST = 32
WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
WHOLE = re.compile(r"[-+]?[0-9]{1,15}")
NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
PLAIN = "write it out: anchors, tags and a second document are not read here"

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Path = tuple[str | int, ...]


class Mark(NamedTuple):
    """A place in a text, counted from 1."""

    line: int
    column: int


class Unreadable(ValueError):
    """A text that is no YAML, or more than is read of it."""

    def __init__(self, text: str, mark: Mark) -> None:
        super().__init__(text)
        self.mark = mark


class Marked(NamedTuple):
    """What a text says; `keys` and `values` tell where each key and each value begins, by the path that leads to it."""

    said: Any
    keys: dict[Path, Mark]
    values: dict[Path, Mark]

    def key(self, path: Path) -> Mark:
        """Where a key stands, or else the nearest thing around it."""
        return self.keys.get(path) or self.value(path)

    def value(self, path: Path) -> Mark:
        """Where a value begins, or else the nearest thing around it."""
        while path not in self.values and path:
            path = path[:-1]
        return self.values.get(path, Mark(1, 1))


def marked(data: bytes) -> Marked:
    """Reads one document. Booleans are `true` and `false`, and a key is text: `on` is a word here, as in YAML 1.2."""
    if len(data) > LARGEST:
        raise Unreadable(
            f"expected a file of at most {LARGEST} bytes; came {len(data)}; take something out", Mark(1, 1)
        )
    try:
        return _Reader(yaml.parse(data.decode(), Loader=_Loader)).document()
    except UnicodeDecodeError as wrong:
        raise Unreadable(f"expected UTF-8; came {wrong.reason} at byte {wrong.start}; save it as UTF-8",
                         Mark(data[: wrong.start].count(b"\n") + 1, 1)) from None  # fmt: skip
    except yaml.YAMLError as wrong:
        why = getattr(wrong, "problem", None) or getattr(wrong, "reason", None) or "something else"
        at = getattr(wrong, "problem_mark", None)
        raise Unreadable(f"expected YAML; came {why}; correct what stands there",
                         _mark(at) if at else Mark(1, 1)) from None  # fmt: skip


def _mark(at: Any) -> Mark:
    return Mark(at.line + 1, at.column + 1)


class _Reader:
    """One walk over the events of a text."""

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events
        self._keys: dict[Path, Mark] = {}
        self._values: dict[Path, Mark] = {}

    def document(self) -> Marked:
        """The only document of the text; of an empty text, nothing."""
        said: Any = None
        began = False
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if began:
                    raise Unreadable(f"expected one document; came another; {PLAIN}", _mark(event.start_mark))
                began = True
                said = self._value(next(self._events), ())
        return Marked(said, self._keys, self._values)

    def _value(self, event: Any, path: Path) -> Any:
        mark = _mark(event.start_mark)
        self._values[path] = mark
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            name = f"{'*' if isinstance(event, yaml.AliasEvent) else '&'}{event.anchor}"
            raise Unreadable(f"expected a value; came {name}; {PLAIN}", mark)
        if event.tag is not None:
            raise Unreadable(f"expected a value without a tag; came {event.tag}; {PLAIN}", mark)
        if len(path) > DEEPEST:
            raise Unreadable(f"expected at most {DEEPEST} levels; came one more; take something out", mark)
        if isinstance(event, yaml.MappingStartEvent):
            return dict(self._pairs(path))
        if isinstance(event, yaml.SequenceStartEvent):
            return list(self._items(path))
        return event.value if event.style else _plain(event.value)

    def _items(self, path: Path) -> Iterator[Any]:
        for at, event in enumerate(self._events):
            if isinstance(event, yaml.SequenceEndEvent):
                return
            yield self._value(event, (*path, at))

    def _pairs(self, path: Path) -> Iterator[tuple[str, Any]]:
        seen: dict[str, Mark] = {}
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                return
            mark = _mark(event.start_mark)
            if not isinstance(event, yaml.ScalarEvent) or event.anchor is not None or event.tag is not None:
                raise Unreadable(f"expected a word as a key; came something else; {PLAIN}", mark)
            name = event.value
            if name in seen:
                raise Unreadable(f"expected each key once; came {name!r} again, which line {seen[name].line} has; "
                                 f"take one out", mark)  # fmt: skip
            seen[name] = self._keys[(*path, name)] = mark
            yield name, self._value(next(self._events), (*path, name))


def _plain(text: str) -> Any:
    """What a word without quotes stands for."""
    if text.lower() in WORDS and text in (text.lower(), text.upper(), text.capitalize()):
        return WORDS[text.lower()]
    if WHOLE.fullmatch(text):
        return int(text)
    if NUMBER.fullmatch(text) and isfinite(number := float(text)):
        return number
    return text
