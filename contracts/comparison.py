"""What differs between two catalogues: models that came, went or changed, told field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from .alike import fields_of
from .catalogue import Model
from .field import told
from .finding import shown

# What a schema says that decides whether a value is taken; the rest is told to people.
JUDGING = ("type", "format", "enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
           "multipleOf", "minLength", "maxLength", "pattern", "minItems", "maxItems", "items", "anyOf", "oneOf",
           "allOf", "$ref", "default")  # fmt: skip
PROSE = frozenset({"title", "description", "properties", "required", "type", "$schema", "examples"})

Row = Mapping[str, Any]


class Change(NamedTuple):
    """One model that differs: + is new there, - is missing there, ~ is another there; the lines say in what."""

    sign: str
    id: str
    lines: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join([f"{self.sign} {self.id}", *(f"    {line}" for line in self.lines)])


def row_of(model: Model) -> dict[str, Any]:
    """A model as a row of a models file."""
    return {"id": model.id, "kind": model.kind, "complete": model.complete, "schema": model.schema,
            "source": model.source, "where": model.where}  # fmt: skip


def compared(ours: Mapping[str, Row], theirs: Mapping[str, Row], whole: bool = True) -> Iterator[Change]:
    """Every difference of two catalogues; a part of one says nothing of what it leaves out."""
    for name, row in theirs.items():
        if name not in ours:
            count = len(fields_of(row["schema"])) if "schema" in row else 0
            yield Change("+", name, (f"makes {row.get('kind') or 'what its name says'}, {count or 'no known'} fields",))
        elif lines := tuple(_lines(ours[name], row)):
            yield Change("~", name, lines)
    if whole:
        yield from (Change("-", name) for name in ours if name not in theirs)


def _lines(ours: Row, theirs: Row) -> Iterator[str]:
    if theirs.get("kind", ours["kind"]) != ours["kind"]:
        yield f"~ makes {ours['kind']} -> {theirs['kind']}"
    if "schema" not in theirs:
        return
    mine, other = ours["schema"], theirs["schema"]
    before, after = fields_of(mine), fields_of(other)
    must, now_must = set(mine.get("required", ())), set(other.get("required", ()))
    for name, field in after.items():
        if name not in before:
            yield f"+ {name}  {told(field)}{', required' if name in now_must else ''}"
        else:
            yield from (f"~ {name}  {line}" for line in _changed(before[name], field, name in must | now_must))
    yield from (f"- {name}" for name in before if name not in after)
    yield from (f"~ {name}  now required" for name in sorted((now_must - must) & set(before)))
    yield from (f"~ {name}  no longer required" for name in sorted((must - now_must) & set(after)))
    for key in sorted({*mine, *other} - PROSE):
        if mine.get(key) != other.get(key):
            yield f"~ schema {key}  {_value(mine.get(key))} -> {_value(other.get(key))}"


def _changed(before: Row, after: Row, required: bool) -> Iterator[str]:
    for key in JUDGING:
        if key == "default" and required:
            continue  # what must be sent has no default; what stands there is a sample
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        if key == "enum" and isinstance(old, list) and isinstance(new, list):
            words = [f"+ {shown(word)}" for word in new if word not in old]
            words += [f"- {shown(word)}" for word in old if word not in new]
            if words:
                yield f"enum {', '.join(words)}"
            continue
        yield f"{key} {_value(old)} -> {_value(new)}"


def _value(value: Any) -> str:
    return "nothing" if value is None else shown(value, 60)
