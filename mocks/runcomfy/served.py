"""RunComfy's catalogue as it is served: where its pages lie, and what an entry says in the words of our rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from ...contracts.kind import KINDS
from ..web.dialect import Pairs, Served

LIMIT = 100  # entries of a page; more are refused
PATH = "/v1/models"
DATA = frozenset({"default", "enum", "const", "examples"})  # keys whose values are no schemas


def page(address: str, read: int) -> str:
    """The address of the next page; whoever names the base address alone means its catalogue."""
    scheme, netloc, path, query, _ = urlsplit(address)
    path = path.rstrip("/")
    if not path.endswith(PATH):
        path = path.removesuffix("/v1") + PATH
    asked = {**dict(parse_qsl(query)), "include_schema": "true", "limit": str(LIMIT), "offset": str(read)}
    return urlunsplit((scheme, netloc, path, urlencode(asked), ""))


def entries(said: Any) -> tuple[list[Any], int | None]:
    """The entries of a page, of several in a list, or of a bare list; and how many there are in all, if it says so."""
    pages = said if isinstance(said, list) and said and "models" in said[0] else [said]
    found: list[Any] = []
    total: int | None = None
    for each in pages:
        if isinstance(each, dict) and isinstance(each.get("models"), list):
            found += each["models"]
            total = each["total"] if isinstance(each.get("total"), int) else total
        elif isinstance(each, list):
            found += each
        else:
            raise ValueError('expected {"models": [...], "total": N}')
    return found, total


def row(entry: Any) -> dict[str, Any] | None:
    """A model's row; an entry of another kind is none of ours."""
    if not isinstance(entry, dict) or not isinstance(entry.get("model_id"), str):
        raise ValueError("expected entries with a model_id")
    if entry.get("kind", "model") != "model":
        return None
    made: dict[str, Any] = {"id": entry["model_id"]}
    categories = entry.get("categories")
    for category in categories if isinstance(categories, list) else ():
        word = str(category).rpartition("-")[2]
        if word in KINDS:
            made["kind"] = word
    schema = entry.get("input_schema")
    if isinstance(schema, dict) and schema.get("properties"):
        made["schema"] = plain(schema)
    return made


def plain(schema: Any) -> Any:
    """A schema in JSON Schema's own words: live ones have a type `float` beside them."""
    if isinstance(schema, list):
        return [plain(part) for part in schema]
    if not isinstance(schema, Mapping):
        return schema
    return {key: "number" if key == "type" and part == "float" else part if key in DATA else plain(part)
            for key, part in schema.items()}  # fmt: skip


def headers(key: str) -> Pairs:
    """What a request bears."""
    said: Pairs = ((b"accept", b"application/json"),)
    return (*said, (b"authorization", b"Bearer " + key.encode())) if key else said


SERVED = Served(page, entries, row, headers)
