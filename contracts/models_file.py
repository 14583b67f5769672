"""Models that a user brings: rows as those of models.json, which may be short, read from files and checked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema_rs
import orjson
import yaml

from . import document
from .catalogue import ANYTHING, Model
from .document import PROVIDERS, SOURCES
from .finding import shown
from .forms import over
from .kind import KINDS, guessed
from .schema import Judge, pointer

KEYS = ("id", "kind", "form", "complete", "schema", "structured", "source", "where", "note")
ABOUT = frozenset({"provider", "models", "made_by", "sha256", "note"})  # what a file of one provider may say
GOOD_ID = re.compile(r"[^\s/?#%\\]+(/[^\s/?#%\\]+)*")
MEANT = {"float": "number", "double": "number", "int": "integer", "bool": "boolean", "str": "string", "list": "array",
         "dict": "object", "map": "object"}  # fmt: skip
TYPES = ("string", "integer", "number", "boolean", "array", "object", "null")
FORM = '{"runcomfy": [{"id": "maker/name/text-to-image"}]}'

Row = dict[str, Any]


class BadModels(ValueError):
    """A models file or a row that cannot be: the message says what was expected, what came and what to do."""


class Version(NamedTuple):
    """A file as it stood when it was looked at."""

    path: str
    changed: int
    size: int


def versions(said: str) -> tuple[Version, ...]:
    """The files that a setting names, with commas between."""
    return tuple(_version(Path(name.strip())) for name in said.split(",") if name.strip())


def _version(path: Path) -> Version:
    try:
        found = path.stat()
    except OSError as wrong:
        raise BadModels(f"expected a models file; came {str(path)!r} ({wrong.strerror}); correct the path, or make "
                        f"one: understudy catalogue pull") from None  # fmt: skip
    return Version(str(path), found.st_mtime_ns, found.st_size)


@lru_cache(32)
def read(version: Version) -> dict[str, tuple[Row, ...]]:
    """The whole rows of a file, by provider; one version of a file is read once."""
    path = Path(version.path)
    found: dict[str, tuple[Row, ...]] = {}
    for provider, rows in shelves(parsed(path), str(path)).items():
        whole = tuple(checked(row, f"row {at} of {path}", path.name) for at, row in enumerate(rows, 1))
        twice = [row["id"] for at, row in enumerate(whole) if row["id"] in {other["id"] for other in whole[:at]}]
        if twice:
            raise BadModels(f"expected each id once in {path}; came {twice[0]!r} twice; take one of the rows out")
        found[provider] = whole
    return found


def parsed(path: Path) -> Any:
    """What stands in a file, which is JSON, or YAML if its name says so."""
    form = "YAML" if path.suffix in (".yaml", ".yml") else "JSON"
    try:
        text = path.read_text(encoding="utf-8-sig")
        return yaml.safe_load(text) if form == "YAML" else orjson.loads(text)
    except OSError as wrong:
        raise BadModels(f"expected {path} to be a file; came {wrong.strerror}; correct the path") from None
    except (ValueError, yaml.YAMLError) as wrong:
        said = " ".join(str(wrong).split())
        raise BadModels(f"expected {path} to be {form}; came {said}; correct the file") from None


def shelves(value: Any, place: str, whose: str = "") -> dict[str, list[Any]]:
    """The rows of a file by provider: {"provider": ..., "models": [...]}, a list for each provider, or, where it is
    known `whose` it is, a list."""
    found: Any = None
    if isinstance(value, list) or (isinstance(value, dict) and "models" in value):
        listed = value if isinstance(value, list) else value["models"]
        strange = [] if isinstance(value, list) else [key for key in value if key not in ABOUT]
        said = (value.get("provider") if isinstance(value, dict) else None) or whose or _whose(listed)
        if not said:
            raise BadModels(f"expected {place} to say whose models it holds; came none; write {FORM}")
        found = {said: listed, **dict.fromkeys(strange)}
    elif isinstance(value, dict):
        found = value
    if not found:
        raise BadModels(f"expected rows of models in {place}; came {shown(value, 40)}; write {FORM}")
    for provider, rows in found.items():
        if provider not in PROVIDERS:
            near = get_close_matches(str(provider), PROVIDERS, 1, 0.4)
            cure = f"did you mean {near[0]}?" if near else f"write {FORM}"
            raise BadModels(f"expected a provider among {', '.join(PROVIDERS)} in {place}; came {provider!r}; {cure}")
        if not isinstance(rows, list):
            raise BadModels(f"expected a list of rows for {provider} in {place}; came {shown(rows, 40)}; write {FORM}")
    return dict(found)


def _whose(rows: Any) -> str:
    """The provider of a list that names none, if one has models with names of such a form."""
    names = [row.get("id") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    for provider in PROVIDERS:
        form = document.read(provider, "openapi").get("bundle", {}).get("names")
        if form and names and all(isinstance(name, str) and re.search(form, name) for name in names):
            return provider
    return ""


def enrolled(
    rows: Iterable[Mapping[str, Any]], tasks: Mapping[str, Any], known: Mapping[str, Model]
) -> Iterator[Mapping[str, Any]]:
    """The rows as a provider's table has them whose models are each for a type of task: `form` says for which, else
    that of the model of this id, or of most that make the same; the schema is laid over what is the same for all."""
    forms = tasks.get("forms", {})
    for row in rows:
        if not forms:
            yield row
            continue
        meant, kind = known.get(row["id"]), row.get("kind")
        kind = kind or _most(model.kind for model in known.values() if model.form == row.get("form"))
        kind = kind or (meant.kind if meant else guessed(row["id"], {}))
        form = row.get("form") or (meant.form if meant and meant.kind == kind else "")
        form = form or _most(model.form for model in known.values() if model.kind == kind)
        if form not in forms:
            near = get_close_matches(str(form), forms, 1, 0.4)
            raise BadModels(f"expected form of {row['id']} to be one of {', '.join(forms)}; came {form!r}; "
                            f"{f'did you mean {near[0]}?' if near else 'correct it, or leave it out'}")  # fmt: skip
        schema = over(forms[form], {"properties": {}, **row["schema"]}, whole=row["complete"])
        yield {**row, "form": form, "kind": kind, "schema": schema}


def _most(words: Iterable[str]) -> str:
    return next((word for word, _ in Counter(words).most_common(1)), "")


def checked(row: Any, place: str, name: str) -> Row:
    """A row with what it leaves out; a kind that it does not name is guessed by the catalogue. `name` is whence."""
    if not isinstance(row, dict) or "id" not in row:
        came = "no id" if isinstance(row, dict) else shown(row, 40)
        raise BadModels(f'expected {place} to be a model; came {came}; write {{"id": "maker/name"}}')
    place = f"{place} ({row['id']})"
    for key in row:
        if key not in KEYS:
            near = get_close_matches(str(key), KEYS, 1)
            cure = f"did you mean {near[0]}?" if near else "take it out"
            raise BadModels(f"expected {place} to have keys among {', '.join(KEYS)}; came {key!r}; {cure}")
    for key, words in (("kind", tuple(KINDS)), ("source", SOURCES)):
        if key in row and row[key] not in words:
            near = get_close_matches(str(row[key]), words, 1)
            cure = f"did you mean {near[0]}?" if near else f"take one of those, or leave {key} out"
            raise BadModels(f"expected {key} of {place} to be one of {', '.join(words)}; came {row[key]!r}; {cure}")
    for wrong in _wrong(row, place):
        raise BadModels(wrong)
    if "schema" in row:
        _judged(row["schema"], place)
    whole = {"complete": "schema" in row, "schema": ANYTHING, "source": "observed", "where": name}
    return {**whole, **row}


def _wrong(row: Row, place: str) -> Iterator[str]:
    name, whole = row["id"], row.get("complete", False)
    if not isinstance(name, str) or not GOOD_ID.fullmatch(name) or {".", ".."} & set(name.split("/")):
        yield f"expected id of {place} to be words with slashes between; came {name!r}; write it as in the path"
    if not isinstance(whole, bool):
        yield f"expected complete of {place} to be true or false; came {whole!r}; correct it"
    elif whole and "schema" not in row:
        yield f"expected complete of {place} to be false without a schema; came true; add the schema, or take it out"
    for key in ("where", "note"):
        if key in row and (not isinstance(row[key], str) or not row[key].strip()):
            yield f"expected {key} of {place} to be text; came {row[key]!r}; correct it"


def _judged(schema: Any, place: str) -> None:
    """Refuses a schema that cannot be compiled, or that no flat body could fit."""
    if not isinstance(schema, dict) or schema.get("type", "object") != "object":
        came = shown(schema.get("type") if isinstance(schema, dict) else schema, 40)
        raise BadModels(f'expected schema of {place} to be one of an object; came {came}; write {{"type": "object", '
                        f'"properties": {{...}}}}')  # fmt: skip
    try:
        orjson.dumps(schema)
        Judge(schema).good({})
    except jsonschema_rs.ValidationError as wrong:
        at = "/schema" + pointer(tuple(wrong.instance_path))
        came = shown(wrong.instance, 40) if at.endswith("/type") else wrong.message
        raise BadModels(f"expected {at} of {place} to be JSON Schema; came {came}; {_meant(wrong)}") from None
    except (TypeError, ValueError) as wrong:
        raise BadModels(f"expected schema of {place} to be JSON; came {wrong}; correct it") from None


def _meant(wrong: jsonschema_rs.ValidationError) -> str:
    word, path = wrong.instance, list(wrong.instance_path)
    if path and path[-1] == "type" and isinstance(word, str):
        near = MEANT.get(word) or next(iter(get_close_matches(word, TYPES, 1)), "")
        return f"did you mean {near}?" if near else f"take one of {', '.join(TYPES)}"
    if "not present in a registry" in wrong.message:
        return "a schema stands by itself: write the part that $ref names into it"
    return "correct it, or leave schema out"


def chosen(provider: str, files: tuple[Version, ...]) -> Iterator[Mapping[str, Any]]:
    """The rows of some files for one provider; of equal ids the later counts."""
    for version in files:
        yield from read(version).get(provider, ())
