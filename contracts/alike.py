"""What follows from a schema alone: its fields, the places of files in it, its judge and its rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from .between import Rules
from .brought import ADDRESS_OR_DATA, Place, places
from .schema import Judge
from .spelling import Spelling, judged, published


class Read(NamedTuple):
    """What follows from a schema alone."""

    fields: dict[str, dict[str, Any]]
    media: dict[str, Place]
    known: frozenset[str]
    judge: Judge  # of a body that is spelled plainly
    rules: Rules
    spelling: Spelling
    input_schema: Mapping[str, Any]  # of whatever is taken


class Takes(NamedTuple):
    """What a provider takes, whatever the model: addresses of files, what counts as not sent at all, and fields that stand
    beside each model's own."""

    address: str = ADDRESS_OR_DATA
    absent: tuple[Any, ...] = ()
    beside: Mapping[str, Any] = {}


USUAL = Takes()


def _read(schema: Mapping[str, Any], takes: Takes) -> Read:
    schema = {**schema, "x-absent": list(takes.absent)} if takes.absent else schema
    if takes.beside:
        schema = {**schema, "properties": {**schema.get("properties", {}), **takes.beside}}
    fields, whole, spelling = fields_of(schema), with_addresses(schema, takes.address), Spelling(schema)
    known = frozenset(fields) | frozenset(field["x-key"] for field in fields.values() if "x-key" in field)
    if not spelling:
        return Read(fields, places(schema), known, Judge(whole), Rules(schema), spelling, whole)
    return Read(fields, places(schema), known, Judge(judged(whole)), Rules(schema), spelling, published(whole))


class Alike:
    """What models of one schema share: it is read when the first of them is asked, since few of hundreds are."""

    __slots__ = ("_read", "_schema", "_takes")

    def __init__(self, schema: Mapping[str, Any], takes: Takes) -> None:
        self._schema, self._takes = schema, takes
        self._read: Read | None = None

    def read(self) -> Read:
        """What follows from the schema."""
        if self._read is None:
            self._read = _read(self._schema, self._takes)
        return self._read


def fields_of(schema: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The fields of a schema; one of which it says no more than true or false says nothing here."""
    return {name: field if isinstance(field, dict) else {} for name, field in schema.get("properties", {}).items()}


def with_addresses(schema: Mapping[str, Any], pattern: str) -> dict[str, Any]:
    """The schema with a pattern on each field that takes the address of a file."""
    fields = {}
    for name, field in schema.get("properties", {}).items():
        if not isinstance(field, dict) or "_uri" not in field.get("format", ""):
            fields[name] = field
        elif field.get("type") == "array":
            items = field.get("items", {})
            fields[name] = {**field, "items": {**items, "pattern": pattern} if isinstance(items, dict) else items}
        else:
            fields[name] = {**field, "pattern": pattern}
    return {**schema, "properties": fields}
