"""What follows from a schema alone: its fields, the places of files in it, its judge and its rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from .between import Rules
from .brought import ADDRESS, ADDRESS_OR_DATA, Place, places
from .schema import Judge


class Read(NamedTuple):
    """What follows from a schema alone."""

    fields: dict[str, dict[str, Any]]
    media: dict[str, Place]
    known: frozenset[str]
    judge: Judge
    rules: Rules


def _read(schema: Mapping[str, Any], data_uris: bool) -> Read:
    fields = fields_of(schema)
    judge = Judge(with_addresses(schema, ADDRESS_OR_DATA if data_uris else ADDRESS))
    return Read(fields, places(schema), frozenset(fields), judge, Rules(schema))


class Alike:
    """What models of one schema share: it is read when the first of them is asked, since few of hundreds are."""

    __slots__ = ("_data_uris", "_read", "_schema")

    def __init__(self, schema: Mapping[str, Any], data_uris: bool) -> None:
        self._schema, self._data_uris = schema, data_uris
        self._read: Read | None = None

    def read(self) -> Read:
        """What follows from the schema."""
        if self._read is None:
            self._read = _read(self._schema, self._data_uris)
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
