"""Whether the catalogue that is shown is the catalogue: its pages, its entries, its categories."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from ...catalogue import Model
from ...exchange import Exchange
from ...finding import WEIGHT, Finding, shown
from ...operation import Operation
from .world import World

Told = Iterator[tuple[str, str, str, str]]


def shelved(world: World, said: Exchange, operation: Operation, value: str) -> Iterator[Finding]:
    """What is wrong with an answer of the catalogue's operations."""
    rows: Mapping[str, Any] = world.contract.facts.openapi.get("catalogue", {})
    body = said.json
    if not isinstance(body, dict):
        return
    query = dict(parse_qsl(said.url.partition("?")[2], keep_blank_values=True))
    judges: dict[str, Callable[[], Told]] = {
        "list": lambda: _page(world, rows, body, query),
        "categories": lambda: _categories(world, rows, body),
        "entry": lambda: _one(world, rows, body, value),
    }
    for what, judge in judges.items():
        if rows.get(what, {}).get("operation") == operation.id:
            for where, expected, came, cure in judge():
                yield Finding("wrong-catalogue", WEIGHT[rows["source"]], where, expected, came, cure, operation.id,
                              rows["source"], "", where.rpartition("/")[2])  # fmt: skip


def _page(world: World, rows: Mapping[str, Any], body: dict[str, Any], query: dict[str, str]) -> Told:
    row, entry = rows["list"], rows["entry"]
    found = [
        model for model in world.contract.catalogue.models.values() if _asked(model, row, rows["model_word"], query)
    ]
    parameters = world.contract.operations[row["operation"]].parameters
    first, most = (
        int(query.get(row[name]) or parameters[row[name]]["schema"]["default"]) for name in ("offset", "limit")
    )
    page = found[first : first + most]
    entries = body.get(row["entries"])
    if not isinstance(entries, list):
        return
    names = [each.get(entry["id"]) if isinstance(each, dict) else None for each in entries]
    if names != [model.id for model in page]:
        want = f"{len(page)} entries from {page[0].id} to {page[-1].id}" if page else "no entry"
        yield (f"/{row['entries']}", want, f"{len(names)}: {shown(names, 160)}", "answer the page that was asked for")
    if body.get(row["total"]) != len(found) or type(body.get(row["total"])) is not int:
        yield (f"/{row['total']}", f"{len(found)}, on every page", shown(body.get(row["total"])), "count all that fit")
    for model, each in zip(page, entries, strict=False):
        if isinstance(each, dict):
            yield from _entry(world, rows, model, each, query.get(row["schema"]) == "true", f"/{row['entries']}/0")


def _asked(model: Model, row: Mapping[str, Any], word: str, query: Mapping[str, str]) -> bool:
    return (query.get(row["search"], "").lower() in model.id.lower()
            and query.get(row["category"], "") in ("", _category(model))
            and query.get(row["kind"], word) in ("", word))  # fmt: skip


def _categories(world: World, rows: Mapping[str, Any], body: dict[str, Any]) -> Told:
    key = rows["categories"]["entries"]
    want = list(dict.fromkeys(_category(model) for model in world.contract.catalogue.models.values()))
    if body.get(key) != want:
        yield f"/{key}", f"{len(want)} categories, each once", shown(body.get(key), 160), "list those of the models"


def _one(world: World, rows: Mapping[str, Any], body: dict[str, Any], value: str) -> Told:
    model = world.contract.catalogue.models.get(value)
    if model is not None:
        yield from _entry(world, rows, model, body, True, "")


def _entry(world: World, rows: Mapping[str, Any], model: Model, said: dict[str, Any], whole: bool, where: str) -> Told:
    row, prices = rows["entry"], world.contract.facts.prices
    price = world.contract.price(model.id)
    want = {
        row["id"]: model.id,
        row["kind"]: rows["model_word"],
        row["categories"]: [_category(model)],
        row["price"]: prices["placeholder"][row["price"]] if price is None else price,
        row["unit"]: prices["units"]["values"].get(model.kind, "output"),
    }
    if whole:
        want[row["schema"]] = model.schema
    elif row["schema"] in said:
        yield f"{where}/{row['schema']}", "no schema, since nobody asked for it", "one", "send it where it is asked for"
    for key, value in want.items():
        if said.get(key) != value or isinstance(said.get(key), bool):
            yield (
                f"{where}/{key}",
                f"{shown(value, 120)} for {model.id}",
                shown(said.get(key), 120),
                "compare with models.json",
            )


def _category(model: Model) -> str:
    return model.id.rpartition("/")[2]
