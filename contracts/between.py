"""Rules between the fields of one body, and decimal steps: what a JSON schema cannot say, or not exactly.

A row of `between` has a `kind`, the `fields` that it is about as JSON pointers, and how it is known. `*` in a pointer
stands for each entry of a list. Kinds:

- below, at-most: the first number is below, or at most, the second; nothing is said where one of them is missing.
- alternatives: at most one of the fields is there.
- one-of: at least one of the fields is there.
- dimensions: both fields are there, unless one of `unless` is.
- outpaint: a side that is extended needs one of `needs`, and `sides` are those of that picture plus the extensions.

`x-step` in a schema says that a number is a multiple of a decimal fraction. It is no `multipleOf`, because validators
divide binary floats, and 0.07 / 0.01 is no whole number there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

from .finding import shown
from .schema import NOTHING, pointer

Size = tuple[int, int]
Row = Mapping[str, Any]
Steps = tuple[str | int, ...]


class Breach(NamedTuple):
    """One rule that a body breaks: the house's rule, the kind of the row, the fields that it is about, and the house's
    reason to refuse it."""

    rule: str
    kind: str
    pointers: tuple[str, ...]
    expected: str
    came: str
    reason: str


def broken(rows: Iterable[Row], schema: Row, body: Any, original: Size | None = None) -> Iterator[Breach]:
    """Each rule that a body breaks; `original` is the size of the picture that it extends, where somebody knows it."""
    for row in rows:
        for fields in _each(row["fields"], body):
            yield from JUDGES[row["kind"]](row, fields, body, original)
    yield from _off_step(schema, body, ())


class Rules:
    """The rules of one schema, made ready to be asked often: a body that none of them is about costs little."""

    __slots__ = ("_heads", "_rows", "_steps", "_unasked")

    def __init__(self, schema: Row) -> None:
        self._rows = [(_needed(row), _enough(row), row) for row in schema.get("between", ())]
        self._unasked = [each for each in self._rows if not each[0]]
        self._heads = frozenset().union(*(names for names, _, _ in self._rows))
        self._steps = _stepped(schema)

    def __bool__(self) -> bool:
        return bool(self._rows or self._steps)

    def broken(self, body: Row, original: Size | None = None) -> Iterator[tuple[Row, Breach]]:
        """Each rule that a body breaks, with its row; a step has none, since it stands in the field itself."""
        for names, enough, row in self._unasked if self._heads.isdisjoint(body) else self._rows:
            if names.issubset(body) and not (enough and enough.issubset(body)):
                for breach in broken((row,), {}, body, original):
                    yield row, breach
        if self._steps and not self._steps["properties"].keys().isdisjoint(body):
            for breach in broken((), self._steps, body):
                yield {}, breach


def _needed(row: Row) -> frozenset[str]:
    """The names without which a rule has nothing to say."""
    heads = {field.split("/")[1] for field in row["fields"]}
    if row["kind"] in ("below", "at-most"):
        return frozenset(heads)
    return frozenset(heads if row["kind"] in ("alternatives", "outpaint") and len(heads) == 1 else ())


def _enough(row: Row) -> frozenset[str]:
    """The names with which a rule has nothing to say; none where it has to be asked."""
    flat = [field[1:] for field in row["fields"] if field.count("/") == 1]
    if row["kind"] == "dimensions" and len(flat) == len(row["fields"]):
        return frozenset(flat)
    return frozenset(flat[:1] if row["kind"] == "one-of" else ())


def _stepped(schema: Any) -> dict[str, Any]:
    """What of a schema speaks of steps; nothing where it does not."""
    if not isinstance(schema, Mapping):
        return {}
    found: dict[str, Any] = {"x-step": schema["x-step"]} if "x-step" in schema else {}
    fields = {name: steps for name, field in schema.get("properties", {}).items() if (steps := _stepped(field))}
    if fields:
        found["properties"] = fields
    if items := _stepped(schema.get("items")):
        found["items"] = items
    return found


def completed(rows: Iterable[Row], body: Mapping[str, Any], example: Callable[[str], Any]) -> dict[str, Any]:
    """The body with as few fields more as these rules ask for; `example` has a value for the field at a pointer."""
    whole = dict(body)
    for row in rows:
        if row["kind"] == "one-of" and not any(_there(whole, field) for field in row["fields"]):
            wanted = row["fields"][:1]
        elif row["kind"] == "dimensions" and not any(_there(whole, field) for field in row.get("unless", ())):
            wanted = [field for field in row["fields"] if not _there(whole, field)]
        else:
            wanted = []
        for field in wanted:
            *way, last = field.split("/")[1:]
            place = whole
            for step in way:
                place[step] = place = dict(place.get(step, {}))
            place[last] = example(field)
    return whole


def _below(row: Row, fields: list[str], body: Any, _: Size | None) -> Iterator[Breach]:
    low, high = (_at(body, field) for field in fields)
    strict = row["kind"] == "below"
    if _number(low) and _number(high) and (low >= high if strict else low > high):
        says = f"{_name(fields[0])} {'below' if strict else 'at most'} {_name(fields[1])}"
        yield Breach("out-of-range", row["kind"], tuple(fields), says, f"{shown(low)} and {shown(high)}",
                     "invalid-input")  # fmt: skip


def _alternatives(row: Row, fields: list[str], body: Any, _: Size | None) -> Iterator[Breach]:
    there = [field for field in fields if _there(body, field)]
    if len(there) > 1:
        names = " and ".join(map(_name, there))
        yield Breach("forbidden-field", row["kind"], tuple(there), f"one of {names}", "more than one", "incompatible")


def _one_of(row: Row, fields: list[str], body: Any, _: Size | None) -> Iterator[Breach]:
    if not any(_there(body, field) for field in fields):
        says = " or ".join(map(_name, fields))
        yield Breach("missing-required", row["kind"], tuple(fields), says, "none of them", "missing-required")


def _dimensions(row: Row, fields: list[str], body: Any, _: Size | None) -> Iterator[Breach]:
    missing = [field for field in fields if not _there(body, field)]
    unless = row.get("unless", [])
    if missing and not any(_there(body, field) for field in unless):
        says = " and ".join(map(_name, fields)) + (f", or {_name(unless[0])}" if unless else "")
        came = "neither" if len(missing) == len(fields) else f"no {_name(missing[0])}"
        yield Breach("missing-required", row["kind"], (*fields, *unless[:1]), says, came, "missing-dimensions")


def _outpaint(row: Row, fields: list[str], body: Any, original: Size | None) -> Iterator[Breach]:
    more = [value if _number(value := _at(body, field)) else 0 for field in fields]
    if not any(more):
        return
    if not any(_there(body, field) for field in row["needs"]):
        seed = row["needs"][0]
        yield Breach("missing-required", row["kind"], (seed,), f"{_name(seed)}, which is extended", "none",
                     "missing-required")  # fmt: skip
    left, right, top, bottom = more
    for field, was, wider in zip(row["sides"], original or (), (left + right, top + bottom), strict=False):
        side = _at(body, field)
        if _number(side) and side != was + wider:
            yield Breach("out-of-range", row["kind"], (field,), f"{was + wider}, which is {was} and {wider} more",
                         shown(side), "invalid-input")  # fmt: skip


JUDGES: dict[str, Callable[[Row, list[str], Any, Size | None], Iterator[Breach]]] = {
    "below": _below,
    "at-most": _below,
    "alternatives": _alternatives,
    "one-of": _one_of,
    "dimensions": _dimensions,
    "outpaint": _outpaint,
}


def _off_step(schema: Any, value: Any, path: Steps) -> Iterator[Breach]:
    """Every number below this place that is between two steps."""
    if not isinstance(schema, Mapping):
        return
    step = schema.get("x-step")
    if step is not None and _number(value) and not on_step(value, step):
        yield Breach("out-of-range", "step", (pointer(path),), f"a multiple of {step}", shown(value), "invalid-input")
    if isinstance(value, Mapping):
        for name, field in schema.get("properties", {}).items():
            if name in value:
                yield from _off_step(field, value[name], (*path, name))
    elif isinstance(value, list) and "items" in schema:
        for at, each in enumerate(value):
            yield from _off_step(schema["items"], each, (*path, at))


@lru_cache(4096)
def on_step(value: float, step: float) -> bool:
    """Whether a number, as it is written, is a whole multiple of a step as that is written: 0.07 is one of 0.01."""
    return _as_written(value) % _as_written(step) == 0


def _as_written(value: float) -> Fraction:
    # A whole number of thousands of digits has no short text, and needs none.
    return Fraction(value) if isinstance(value, int) else Fraction(repr(value))


def _each(fields: list[str], body: Any) -> Iterator[list[str]]:
    """The fields as they are, or, where they speak of each entry of a list, once for each entry that there is."""
    starred = next((field for field in fields if "*" in field), None)
    if starred is None:
        yield fields
        return
    entries = _at(body, starred.partition("/*")[0])
    for at in range(len(entries)) if isinstance(entries, list) else ():
        yield [field.replace("*", str(at), 1) for field in fields]


def _at(body: Any, field: str) -> Any:
    """What stands at a pointer, or NOTHING."""
    for step in field.split("/")[1:]:
        if isinstance(body, Mapping):
            body = body.get(step, NOTHING)
        elif isinstance(body, list) and step.isdecimal() and int(step) < len(body):
            body = body[int(step)]
        else:
            return NOTHING
    return body


def _there(body: Any, field: str) -> bool:
    return _at(body, field) is not NOTHING


def _name(field: str) -> str:
    return field[1:].replace("/", ".")


def _number(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)
