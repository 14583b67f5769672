"""Reads a provider's facts from its data files and lays the chosen readings over them."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

import orjson
import yaml

from .bundle import spelled
from .forms import filled, formed

PARTS = ("openapi", "lifecycle", "errors", "media", "prices", "readings", "models", "tasks", "codes")
OF_AN_API = ("openapi", "lifecycle", "errors", "models")  # what each API has of its own, or takes over from another
PROVIDERS = ("runcomfy", "runware", "runninghub")
# What an API says of itself beside its operations and schemas, where it does.
OWN = ("catalogue", "props", "shelf", "chat", "search", "keys", "editions", "absent", "base", "usage", "beside",
       "machines")  # fmt: skip
# What a lifecycle says beside its channels, steps and durations.
RULES = ("cancel", "resume", "edit", "slots", "media_ttl", "kept", "cold_start", "tells", "deliver", "patience",
         "buffer", "idle", "brings")  # fmt: skip
SOURCES = ("documented", "observed", "inferred")

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Fact(NamedTuple):
    """One thing that is known: what kind it is of, its name, how well it is known, and where it stands."""

    kind: str
    name: str
    source: str
    where: str


@dataclass(frozen=True, slots=True)
class Document:
    """All that is written of one API of a provider, the chosen readings laid over it; `others` are its further ones."""

    provider: str
    openapi: dict[str, Any]
    lifecycle: dict[str, Any]
    errors: list[dict[str, Any]]
    media: dict[str, Any]
    prices: dict[str, Any]
    readings: list[dict[str, Any]]
    models: list[dict[str, Any]]
    tasks: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, Any] = field(default_factory=dict)
    api: str = ""
    others: tuple[Document, ...] = ()

    def facts(self) -> Iterator[Fact]:
        """Every fact with its source and place; one without either has an empty word there."""
        yield _fact("security", "key", self.openapi["security"])
        yield _fact("clients", "variables", self.openapi["variables"])
        for row in self.openapi.get("traps", ()):
            yield _fact("trap", row["client"], row)
        told = list(self._of_the_api())
        yield from told
        if self.codes:
            yield from (_fact("codes", name, self.codes[name]) for name in ("order", "words"))
        for name, rows in self.codes.get("families", {}).items():
            for row in rows:
                yield _fact("code", f"{name} {row['rule']} {row.get('parameter', '*')}", row)
        for name, row in self.media.items():
            yield _fact("media", name, row)
        for name in ("placeholder", "units", "coins"):
            if name in self.prices:
                yield _fact("price rule", name, self.prices[name])
        for row in self.prices["models"]:
            yield _fact("price", row["id"], row)
        for row in self.readings:
            yield _fact("reading", row["name"], row)
        for other in self.others:
            own = [fact for fact in other._of_the_api() if fact not in told]  # the rest is as it was told before
            told += own
            for fact in own:
                yield fact._replace(name=f"{other.api}/{fact.name}")

    def _of_the_api(self) -> Iterator[Fact]:
        """What each API has of its own."""
        for name in OWN:
            if name in self.openapi:
                yield _fact(name, "keys", self.openapi[name])
        for name, row in self.openapi["operations"].items():
            yield _fact("operation", name, row)
            for key, parameter in row.get("parameters", {}).items():
                yield _fact("parameter", f"{name}.{key}", {**_of(row), **parameter})
        for name, row in self.openapi["schemas"].items():
            yield _fact("schema", name, row)
        for name, life in self.lifecycle.items():
            for part in ("channels", "durations"):
                for key, row in life[part].items():
                    yield _fact(f"lifecycle {part}", f"{name}.{key}", row)
            for row in life["transitions"]:
                yield _fact("lifecycle transition", f"{name}.{row['from']}-{row['to']}", row)
            for part in RULES:
                if part in life:
                    yield _fact("lifecycle rule", f"{name}.{part}", life[part])
        for row in self.errors:
            yield _fact("error", row["reason"], row)
        for name in ("forms", "results"):
            for word, row in self.tasks.get(name, {}).items():
                yield _fact(name[:-1], word, row)
        told: set[int] = set()
        for row in self.models:
            yield _fact("model", row["id"], row)
            fresh = id(row["schema"]) not in told  # models of one shape share its inputs
            told.add(id(row["schema"]))
            for key, parameter in row["schema"].get("properties", {}).items() if fresh else ():
                yield _fact("input", f"{row['id']}.{key}", {**_of(row), **parameter})


def _of(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in ("source", "where") if key in row}


def _fact(kind: str, name: str, row: Mapping[str, Any]) -> Fact:
    return Fact(kind, name, row.get("source", ""), row.get("where", ""))


@lru_cache
def read(provider: str, part: str, api: str = "") -> Any:
    """One data file of a provider, or of one of its further APIs, as it stands; None for one that the API has not."""
    package = files(__name__.rpartition(".")[0]) / provider
    if not (package / "models.json").is_file():
        raise ValueError(f"expected a provider among {', '.join(PROVIDERS)}; came {provider!r}")
    package = package / api if api else package
    if part == "models" and not api:
        return formed(_table(provider, part), _table(provider, "tasks"), _filled(provider))
    if part == "tasks":
        return {} if api else _table(provider, part)
    file = package / f"{part}.yaml"
    if not file.is_file():
        return {} if part == "codes" else None
    return yaml.load(file.read_bytes(), Loader=Loader)  # noqa: S506 - it is the safe one, in C


@lru_cache
def _table(provider: str, name: str) -> Any:
    """What is too large for YAML; empty where a provider has none."""
    file = files(__name__.rpartition(".")[0]) / provider / f"{name}.json"
    return orjson.loads(file.read_bytes()) if file.is_file() else {}


@lru_cache
def _filled(provider: str) -> dict[str, Any]:
    return filled(_table(provider, "tasks"))


def apis(provider: str) -> tuple[str, ...]:
    """The further APIs of a provider, each with a folder of its own beside the files of the first one."""
    return tuple(read(provider, "openapi").get("apis", ()))


@lru_cache
def architectures(provider: str) -> dict[str, dict[str, Any]]:
    """What models of an architecture take, by its name; nothing where users bring no models of their own."""
    table = _table(provider, "models")
    rows = [{"id": name, "complete": False, **row} for name, row in table.get("architectures", {}).items()]
    return {row["id"]: row for row in formed({**table, "models": rows}, _table(provider, "tasks"))}


def workflows(provider: str, api: str) -> dict[str, dict[str, Any]]:
    """The ready workflows of an API by name: `graph` is the workflow, beside it what it makes and how that is known."""
    found: dict[str, dict[str, Any]] = (read(provider, "workflows", api) or {"workflows": {}})["workflows"]
    return found


def document(provider: str, chosen: Mapping[str, str]) -> Document:
    """A provider's facts with the chosen readings (name to choice); an unknown name or choice is a ValueError."""
    parts = {part: read(provider, part) for part in PARTS}
    further = {api: {part: read(provider, part, api) for part in OF_AN_API} for api in apis(provider)}
    changes = dict(_changes(parts["readings"], chosen))
    if changes:
        parts, further = copy.deepcopy(parts), copy.deepcopy(further)
        for place, value in changes.items():
            api, _, rest = place.partition("/")
            _change(further[api], rest, value) if api in further else _change(parts, place, value)
        if any(place.startswith("tasks/") for place in changes):
            parts["models"] = formed(_table(provider, "models"), parts["tasks"])
    if "bundle" in parts["openapi"]:
        parts["tasks"] = filled(parts["tasks"]) if changes else _filled(provider)
        operations, schemas = spelled(parts["openapi"], parts["tasks"])
        parts["openapi"] = {**parts["openapi"], "operations": {**parts["openapi"]["operations"], **operations},
                            "schemas": {**parts["openapi"]["schemas"], **schemas}}  # fmt: skip
    others: dict[str, Document] = {}
    for api, own in further.items():
        like = others.get(own["openapi"].get("like", ""))
        others[api] = _beside(Document(provider, **parts), like, api, own)
    return Document(provider, **parts, others=tuple(others.values()))


def _beside(first: Document, like: Document | None, api: str, own: dict[str, Any]) -> Document:
    """A further API: what it does not say itself is as in the one that it is `like`, else as in the first."""
    shared = {
        key: row for key, row in first.openapi.items() if key not in ("operations", "schemas", "catalogue", "apis")
    }
    schemas = {"Error": first.openapi["schemas"]["Error"], **(like.openapi["schemas"] if like else {})}
    openapi = {**shared, **own["openapi"], "schemas": {**schemas, **own["openapi"].get("schemas", {})}}
    errors = {row["reason"]: row for row in (*(like or first).errors, *(own["errors"] or ()))}
    lives = first.lifecycle if own["lifecycle"] is None else own["lifecycle"]
    if like is not None:
        model = next(iter(like.lifecycle.values()))
        lives = {name: _merged(model, row) for name, row in lives.items()}
    models = own["models"] or (like.models if like else [])
    return replace(first, api=api, openapi=openapi, lifecycle=lives, errors=list(errors.values()), models=models)


def _merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """A table with another one laid over it, table by table; null takes a row away."""
    both = {**one, **other}
    for key, row in other.items():
        if isinstance(row, Mapping) and isinstance(one.get(key), Mapping):
            both[key] = _merged(one[key], row)
    return {key: row for key, row in both.items() if row is not None}


def _changes(readings: list[dict[str, Any]], chosen: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    known = {row["name"]: row for row in readings}
    for name, choice in chosen.items():
        if name not in known:
            raise ValueError(f"expected a setting among {', '.join(known)}; came {name!r}; see docs/defaults.md")
        row = known[name]
        if choice == row["default"]:
            continue
        if choice not in row["choices"]:
            names = ", ".join([row["default"], *row["choices"]])
            raise ValueError(f"expected {name} to be one of {names}; came {choice!r}; see docs/defaults.md")
        yield from row["choices"][choice].items()


def _change(parts: dict[str, Any], place: str, value: Any) -> None:
    part, _, rest = place.partition("/")
    if part == "models":
        name, _, what = rest.partition("#")
        _change_model(next(row for row in parts["models"] if row["id"] == name), what, value)
        return
    node = {row["reason"]: row for row in parts["errors"]} if part == "errors" else parts[part]
    *way, last = rest.split("/")
    for key in way:
        node = node[key]
    node[last] = value


def _change_model(row: dict[str, Any], what: str, value: Any) -> None:
    schema = row["schema"]
    if what == "rename":
        schema["properties"] = {value.get(name, name): field for name, field in schema["properties"].items()}
        schema["required"] = [value.get(name, name) for name in schema["required"]]
    elif what == "properties":
        for name, patch in value.items():
            merged = {**schema["properties"][name], **patch}
            schema["properties"][name] = {key: kept for key, kept in merged.items() if kept is not None}
    else:
        schema[what] = value
