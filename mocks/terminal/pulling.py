"""Reads the catalogue that a provider serves or that somebody saved, and lays it over what a models file holds."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from ...contracts.comparison import Change, compared, row_of
from ...contracts.contract import contract
from ...contracts.models_file import BadModels, Row, checked, parsed, read, shelves, versions
from ..app import DEFAULT, DIALECTS, derived
from ..settings import Settings
from ..web.address import is_loopback, literal
from ..web.dialect import Served
from ..web.egress import Gate, Reply, Target
from ..web.egress import parsed as target_of

MOST = 64 * 2**20  # bytes of a page
PATIENCE = 60.0  # seconds for a page
MOST_PAGES = 1000
HOME = Path(__file__).parents[2] / "contracts"

Fetch = Callable[[str], bytes]
Say = Callable[[str], None]


class BadCatalogue(ValueError):
    """A catalogue that cannot be read: what was expected, what came, what to do."""


class Foreign(NamedTuple):
    """A catalogue that somebody else holds; part of one says nothing of what it leaves out."""

    place: str
    rows: dict[str, Row]
    whole: bool


def is_address(text: str) -> bool:
    """Whether it is a URL, not a file."""
    return text.lower().startswith(("http://", "https://"))


def served_at(provider: str, address: str, fetch: Fetch, say: Say) -> Foreign:
    """The catalogue that is served at an address, page by page."""
    served = manner(provider)
    found, total = _pages(served, address, fetch, say)
    return _foreign(served, found, total, told(target_of(served.page(address, 0))), say)


def saved_in(provider: str, path: Path, say: Say) -> Foreign:
    """The catalogue in a file: as the provider serves it, or a models file of ours."""
    value = parsed(path)
    if _ours(value):
        ours = shelves(value, str(path), provider).get(provider, [])
        return Foreign(path.name, {row["id"]: row for row in _sound(ours, path.name, say)}, True)
    served = manner(provider)
    found, total = _entries(served, value, path.name)
    return _foreign(served, found, total, path.name, say)


def manner(provider: str) -> Served:
    """How a provider serves its catalogue."""
    served = DIALECTS[provider].served
    if served is None:
        raise BadCatalogue(f"expected a provider whose catalogue can be read; came {provider}, of which nobody knows "
                           f"how; write a models file by hand")  # fmt: skip
    return served


def _foreign(served: Served, found: list[Any], total: int | None, place: str, say: Say) -> Foreign:
    try:
        rows = [row for entry in found if (row := served.row(entry))]
    except ValueError as wrong:
        raise _no_catalogue(place, wrong) from None
    if not rows:
        raise _no_catalogue(place, "one without a model")
    whole = total is None or len(found) >= total
    if not whole:
        say(f"{len(found)} of {total} models are there; nothing is said of the others")
    return Foreign(place, {row["id"]: row for row in _sound(rows, place, say)}, whole)


def _entries(served: Served, value: Any, place: str) -> tuple[list[Any], int | None]:
    try:
        return served.entries(value)
    except (ValueError, TypeError) as wrong:
        raise _no_catalogue(place, wrong) from None


def _no_catalogue(place: str, came: object) -> BadCatalogue:
    return BadCatalogue(
        f"expected a catalogue at {place}; came something else ({came}); correct the address or the file"
    )


def _ours(value: Any) -> bool:
    """Whether it is a models file: its rows have an id."""
    rows = value
    if isinstance(value, dict):
        rows = value.get("models") or next(iter(value.values()), None)
    return isinstance(rows, list) and bool(rows) and isinstance(rows[0], dict) and "id" in rows[0]


def _pages(served: Served, address: str, fetch: Fetch, say: Say) -> tuple[list[Any], int | None]:
    """Every page, until all is read or a page brings nothing new."""
    found: list[Any] = []
    last: list[Any] = []
    for _ in range(MOST_PAGES):
        url = served.page(address, len(found))
        place, body = told(target_of(url)), fetch(url)
        try:
            value = orjson.loads(body)
        except ValueError as wrong:
            raise _no_catalogue(place, wrong) from None
        more, total = _entries(served, value, place)
        if more == last or not more:
            return found, total
        found, last = found + more, more
        say(f"{len(found)} of {total or 'nobody knows how many'} models read from {place}")
        if total is not None and len(found) >= total:
            return found, total
    raise BadCatalogue(
        f"expected at most {MOST_PAGES} pages at {told(target_of(address))}; came more; correct the address"
    )


def _sound(rows: list[Any], place: str, say: Say) -> Iterator[Row]:
    """Rows that the house can use; a schema that cannot be compiled is told and left out."""
    for at, row in enumerate(rows, 1):
        try:
            checked(row, f"row {at} of {place}", place)
        except BadModels as wrong:
            if not isinstance(row, dict) or "schema" not in row:
                raise
            bare = {key: value for key, value in row.items() if key not in ("schema", "complete")}
            checked(bare, f"row {at} of {place}", place)
            say(f"left out a schema: {wrong}")
            yield bare
        else:
            yield row


def told(target: Target) -> str:
    """An address without its query, in which a secret may stand."""
    return f"{target.scheme}://{target.netloc}{target.path.partition('?')[0]}"


def fetcher(provider: str, where: str, variable: str, settings: Settings) -> Fetch:
    """Asks for pages, with the key of the environment variable; one of our own on this machine has a key of its own."""
    served, target = manner(provider), target_of(where)
    address = literal(target.host)
    here = target.host == "localhost" or (address is not None and is_loopback(address))
    name = variable or ("" if here else f"{provider.upper()}_API_KEY")
    key = os.environ.get(name, "") if name else _own_key(provider, settings)
    if name and not key:
        raise BadCatalogue(f"expected a key in the environment variable {name}; came none; set it, or name another "
                           f"one with --key-env")  # fmt: skip
    if not here and target.scheme != "https":
        raise BadCatalogue(f"expected https for a key that leaves this machine; came {told(target)}; write https://")
    try:
        gate = Gate(() if here else (target.host,))
    except ValueError as wrong:  # an address that nobody may ask
        raise BadCatalogue(str(wrong)) from None

    def fetch(url: str) -> bytes:
        sent = gate.send("GET", url, served.headers(key), timeout=PATIENCE, most=MOST)
        reply: Reply = asyncio.run(sent)
        if reply.status != 200:
            cure = "try it later" if reply.status >= 500 or reply.status == 429 else "correct the address"
            if reply.status in (401, 403):
                cure = f"look at the key in {name}" if name else "name the variable that holds its key with --key-env"
            raise BadCatalogue(f"expected status 200 of {told(target_of(url))}; came {reply.status}; {cure}")
        return reply.body

    return fetch


def _own_key(provider: str, settings: Settings) -> str:
    """The key of `serve` with the same settings."""
    return settings.keys.split(",")[0] or derived(settings.seed, DEFAULT, provider)


class Shelf:
    """A models file that is being filled: its form stays as it was."""

    def __init__(self, path: Path, provider: str) -> None:
        self.path = path
        self.provider = provider
        self._text = ""
        self._value: Any = {provider: []}
        self._rows: list[Row] = self._value[provider]
        if path.suffix in (".yaml", ".yml"):
            raise BadModels(f"expected a file of JSON to write to; came {str(path)!r}, whose comments would be lost; "
                            f"say --into understudy-models.json")  # fmt: skip
        if path.exists():
            read(versions(str(path))[0])
            self._text = path.read_text(encoding="utf-8-sig")
            self._value = json.loads(self._text)
            found = shelves(self._value, str(path))
            if provider not in found:
                if "models" in self._value:
                    raise BadModels(f"expected {path} to hold models of {provider}; came {', '.join(found)}; name "
                                    f"another file with --into")  # fmt: skip
                found[provider] = self._value[provider] = []
            self._rows = found[provider]

    @property
    def is_ours(self) -> bool:
        """Whether it is the house's own table."""
        return self.path.resolve() == (HOME / self.provider / "models.json").resolve()

    def known(self) -> dict[str, Row]:
        """What is known before: the house's own models, and over them those of the file."""
        promise = contract(self.provider, models=str(self.path) if self._text else "")
        return {name: row_of(model) for name, model in promise.catalogue.models.items()}

    def lay(self, row: Row) -> None:
        """Puts a row in the place of the one with its id, whose note is kept; else behind, or in order of the ids."""
        ids = [old["id"] for old in self._rows]
        if row["id"] in ids:
            at = ids.index(row["id"])
            self._rows[at] = {**row, **{key: self._rows[at][key] for key in ("note",) if key in self._rows[at]}}
            return
        in_order = len(ids) > 1 and ids == sorted(ids)
        at = sum(name < row["id"] for name in ids) if in_order or not self._text else len(ids)
        self._rows.insert(at, row)

    def save(self) -> None:
        """Writes the file at once or not at all."""
        form = re.match(r"[\[{]\r?\n([ \t]+)", self._text or "{\n x")
        text = json.dumps(self._value, ensure_ascii=False, indent=form[1] if form else None) + "\n"
        part = self.path.with_name(self.path.name + ".part")
        part.write_text(text, encoding="utf-8")
        part.replace(self.path)


class Pulled(NamedTuple):
    """What a pull changed, and what it left alone."""

    changes: list[Change]
    missing: list[str]
    equal: int


def pull(shelf: Shelf, there: Foreign, date: str) -> Pulled:
    """Lays what is new or other there on the shelf: what was seen last counts. What is missing there stays."""
    known = shelf.known()
    every = list(compared(known, there.rows, there.whole))
    changes: list[Change] = []
    for change in every:
        if change.sign == "-":
            continue
        old: Mapping[str, Any] = known.get(change.id, {})
        shelf.lay(_merged(shelf, there.rows[change.id], old, f"{there.place}, {date}"))
        was = (f"was {old['source']}: {old['where']}",) if old else ()
        changes.append(change._replace(lines=(*was, *change.lines)))
    missing = [change.id for change in every if change.sign == "-"]
    return Pulled(changes, missing, len(there.rows) - len(changes))


def _merged(shelf: Shelf, row: Row, old: Mapping[str, Any], where: str) -> Row:
    whole = {"schema": row["schema"], "complete": True} if "schema" in row else old
    kind = row.get("kind") or old.get("kind") or contract(shelf.provider).catalogue.guess(row["id"])
    return {"id": row["id"], "kind": kind, "complete": whole.get("complete", False),
            "schema": whole.get("schema", {"type": "object", "properties": {}}), "source": "observed",
            "where": where}  # fmt: skip
