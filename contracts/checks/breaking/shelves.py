"""The mutants of the catalogue: its pages, its entries, its categories."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...exchange import Exchange
from ..subject import Ask
from .bending import changed, edited, found, queried, querying
from .mutant import Stage, Table

SHELVES = Table()
TWICE, LOST, MISLED = "a client shows it twice", "a client never sees it", "a user is misled"
REFUSED = "a client orders what is refused"
BOUNDS = ("minimum", "maximum", "enum", "maxItems", "maxLength")
Row = Mapping[str, Any]


def _row(stage: Stage, said: Exchange, what: str) -> Row | None:
    """The contract's row on a part of the catalogue, if this answer shows it."""
    row: Row = stage.contract.facts.openapi["catalogue"][what]
    return row if said.operation == row["operation"] and said.status < 300 else None


def _listed(stage: Stage, ask: Ask) -> Row | None:
    """The row on lists, if a page of the catalogue is asked for."""
    row: Row = stage.contract.facts.openapi["catalogue"]["list"]
    operation, _ = stage.match(ask)
    return row if operation is not None and operation.id == row["operation"] else None


# -- pages


def _page(name: str, why: str, change: Callable[[list[Any]], list[Any]]) -> None:
    """Bends the entries of a page."""

    @SHELVES.behaves(name, "catalogue", why, "catalogue")
    def bend(stage: Stage, ask: Ask) -> Exchange:
        said = stage.send(ask)
        row = _row(stage, said, "list")
        return edited(said, f"/{row['entries']}", changed(change)) if row else said


def _counted(name: str, why: str, count: Callable[[int, int], int]) -> None:
    """Bends the number of all entries, knowing that of the page."""

    @SHELVES.behaves(name, "catalogue", why, "catalogue")
    def bend(stage: Stage, ask: Ask) -> Exchange:
        said = stage.send(ask)
        row = _row(stage, said, "list")
        if row is None:
            return said
        page = len(found(said.json, f"/{row['entries']}"))
        return edited(said, f"/{row['total']}", changed(lambda total: count(total, page)))


_page("a page is told backwards", "a client that pages sees entries twice", lambda page: page[::-1])
_page("a page lacks its last entry", LOST, lambda page: page[:-1])
_page("a page lacks its second entry", LOST, lambda page: [*page[:1], *page[2:]])
_page("a page repeats its first entry at its end", TWICE, lambda page: page + page[:1])
_page("a page has its first entry in the place of the second", TWICE, lambda page: [*page[:1], *page[:1], *page[2:]])
_page("a page is empty", LOST, lambda page: [])
_counted("the catalogue counts an entry too many", "a client that pages never ends", lambda total, page: total + 1)
_counted("the catalogue counts the page alone", "a client believes that this is all", lambda total, page: page)
_counted("the catalogue counts nothing", "a client believes that there is none", lambda total, page: 0)


@SHELVES.behaves("a page begins with the end of the one before", "catalogue", TWICE, "catalogue")
def _overlapping(stage: Stage, ask: Ask) -> Exchange:
    row = _listed(stage, ask)
    offset = queried(ask).get(row["offset"], "") if row else ""
    later = row is not None and offset.isdecimal() and int(offset) > 0
    return stage.send(querying(ask, row["offset"], str(int(offset) - 1)) if row and later else ask)


@SHELVES.behaves("pages behind the last begin anew", "catalogue", "a client that pages never ends", "catalogue")
def _endless(stage: Stage, ask: Ask) -> Exchange:
    said = stage.send(ask)
    row = _row(stage, said, "list")
    if row is None or found(said.json, f"/{row['entries']}") or row["offset"] not in queried(ask):
        return said
    return stage.send(querying(ask, row["offset"], "0"))


@SHELVES.behaves("entries bear their schema unasked", "catalogue", "a page is twenty times as large", "catalogue")
def _heavy(stage: Stage, ask: Ask) -> Exchange:
    row = _listed(stage, ask)
    return stage.send(querying(ask, row["schema"], "true") if row and row["schema"] not in queried(ask) else ask)


# -- entries


def _entry(name: str, key: str, change: Callable[[Any], Any], why: str) -> None:
    """Bends a key of an entry, in the list, where it is the last of its page, and by itself."""
    for what, said_where in (("list", "in the list"), ("entry", "by itself")):
        SHELVES.behaves(f"{name} {said_where}", "catalogue", why, "catalogue")(_bent_entry(what, key, change))


def _bent_entry(what: str, key: str, change: Callable[[Any], Any]) -> Callable[[Stage, Ask], Exchange]:
    def bend(stage: Stage, ask: Ask) -> Exchange:
        said = stage.send(ask)
        row = _row(stage, said, what)
        if row is None:
            return said
        name = stage.contract.facts.openapi["catalogue"]["entry"][key]
        last = len(found(said.json, f"/{row['entries']}")) - 1 if what == "list" else 0
        return edited(said, f"/{row['entries']}/{last}/{name}" if what == "list" else f"/{name}", changed(change))

    return bend


def _unbound(schema: Any) -> Any:
    """The schema without the bounds of its fields."""
    fields = schema.get("properties", {}).items()
    freed = {name: {key: value for key, value in field.items() if key not in BOUNDS} for name, field in fields}
    return {**schema, "properties": freed}


_entry("an entry has another price", "price", lambda price: price + 0.5, MISLED)
_entry("an entry has a negative price", "price", lambda price: -1, MISLED)
_entry("an entry is priced by another unit", "unit", lambda unit: "second" if unit == "output" else "output", MISLED)
_entry("an entry has another id", "id", lambda name: f"{name}-x", REFUSED)
_entry("an entry has no category", "categories", lambda words: [], "a user does not find it")
_entry("an entry has a category too many", "categories", lambda words: [*words, "new"], MISLED)
_entry("an entry's schema asks for nothing", "schema", lambda schema: {**schema, "required": []}, REFUSED)
_entry("an entry's schema has no bounds", "schema", _unbound, REFUSED)
_entry("an entry's schema is empty", "schema", lambda schema: {}, "a client shows an empty form")


@SHELVES.behaves("an entry is that of the model that was asked for before", "catalogue", MISLED, "catalogue")
def _stale(stage: Stage, ask: Ask) -> Exchange:
    said = stage.send(ask)
    if _row(stage, said, "entry") is None:
        return said
    before = stage.memory.get("entry", said)
    stage.memory["entry"] = said
    return said._replace(answer_body=before.answer_body, answer_headers=before.answer_headers)


# -- categories


def _shelf(name: str, why: str, change: Callable[[list[Any]], list[Any]]) -> None:
    @SHELVES.behaves(name, "catalogue", why, "catalogue")
    def bend(stage: Stage, ask: Ask) -> Exchange:
        said = stage.send(ask)
        row = _row(stage, said, "categories")
        return edited(said, f"/{row['entries']}", changed(change)) if row else said


_shelf("a category is listed twice", TWICE, lambda words: [*words, *words[:1]])
_shelf("a category is missing", "a user does not find what is in it", lambda words: words[:-1])
_shelf("a category is listed that is empty", "a user finds nothing in it", lambda words: [*words, "new"])
