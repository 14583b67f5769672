"""`catalogue`: the models of a provider as we know them, compared with what it serves, and brought up to date."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from ...contracts.catalogue import Catalogue, Model
from ...contracts.comparison import compared, row_of
from ...contracts.contract import contract
from ...contracts.field import told
from ...contracts.finding import shown
from ...contracts.kind import KINDS
from ...contracts.models_file import BadModels
from ..engine.clock import today
from ..settings import Settings
from ..web.egress import Blocked, Unreachable
from .banner import columns
from .flags import cast, flags, settled
from .pulling import BadCatalogue, Foreign, Shelf, fetcher, is_address, pull, saved_in, served_at

DEFAULT_FILE = "understudy-models.json"
BOUNDS = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "enum", "pattern")


@click.group(no_args_is_help=False)
def catalogue() -> None:
    """List, show, compare and pull the models of a provider."""


@catalogue.command("list", epilog="Example: understudy catalogue list runcomfy --kind video --search wan")
@click.argument("provider", metavar="PROVIDER")
@click.option("--kind", metavar="|".join(KINDS), default="", help="Only models that make this kind of file.")
@click.option("--search", metavar="TEXT", default="", help="Only models whose id or title holds this text.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, one row a model.")
@flags("catalogue")
def list_models(provider: str, kind: str, search: str, as_json: bool, **said: Any) -> None:
    """List the models of a provider, with what each makes and where we know it from."""
    if kind and kind not in KINDS:
        raise click.UsageError(f"expected kind to be one of {', '.join(KINDS)}; came {kind!r}; correct it")
    found = [
        model
        for model in _known(provider, said).models.values()
        if kind in ("", model.kind) and search.lower() in " ".join((model.id, model.title, *model.also)).lower()
    ]
    if as_json:
        rows = [{key: value for key, value in {**row_of(model), **beside(model)}.items() if key != "schema"}
                for model in found]  # fmt: skip
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    whole = {True: "whole", False: "not whole"}
    lines = ((model.id, model.kind, whole[model.complete], model.source, _standing(model)) for model in found)
    click.echo("\n".join(columns(lines)))
    noun = "model" if len(found) == 1 else "models"
    click.echo(f"\n{len(found)} {noun}, {sum(not model.complete for model in found)} of them not whole")


@catalogue.command(epilog="Example: understudy catalogue show runcomfy tongyi-mai/z-image/turbo")
@click.argument("provider", metavar="PROVIDER")
@click.argument("model", metavar="MODEL")
@click.option("--json", "as_json", is_flag=True, help="As JSON: the row as a models file has it.")
@flags("catalogue")
def show(provider: str, model: str, as_json: bool, **said: Any) -> None:
    """Show what a model takes: each field with its type, bounds and default."""
    known = _known(provider, said)
    found = known.find(model, guess=False) or next(
        (each for each in known.models.values() if each.title == model), None
    )
    if found is None:
        near = ", ".join(known.nearest(model)) or "none is near; see understudy catalogue list"
        raise click.UsageError(f"expected a model of {provider}; came {model!r}; nearest: {near}")
    if as_json:
        click.echo(json.dumps(row_of(found), indent=2, ensure_ascii=False))
        return
    whole = "its table is whole" if found.complete else "its table is not whole: nothing is refused for what it lacks"
    also = "".join(f"\n  {line}" for line in _more(found))
    click.echo(f"{found.id}\n  makes {found.kind}; {whole}\n  {found.source}: {found.where}{also}\n")
    rows = list(_table(found))
    click.echo("\n".join(columns([("field", "type", "bounds", "default", ""), *rows])) if rows else "  no known fields")


def beside(model: Model) -> dict[str, Any]:
    """What is known of a model beside its row in a models file."""
    said = {"title": model.title, "also": list(model.also), "editions": list(model.editions),
            "successor": model.successor, "deprecated": model.deprecated}  # fmt: skip
    return {key: value for key, value in said.items() if value}


def _standing(model: Model) -> str:
    """How a model stands with its provider's documents, where they come in editions."""
    if model.deprecated:
        return "deprecated"
    after = f", then {model.successor}" if model.successor else ""
    return f"{' and '.join(model.editions)}{after}"


def _more(model: Model) -> Iterator[str]:
    """The same in full: its title and other names, and which field has a second one."""
    if model.title:
        yield f"title: {model.title}"
    if model.editions:
        yield f"stands in the documents of {' and '.join(model.editions)}"
    if model.deprecated:
        yield "deprecated: it is taken with a warning"
    if model.successor:
        yield f"after it comes {model.successor}"
    if model.also:
        yield f"also answers as {', '.join(model.also)}"
    keys = [f"{name} as {field['x-key']}" for name, field in model.fields.items() if "x-key" in field]
    if keys:
        yield f"fields have a second name: {', '.join(keys)}"


def _table(model: Model) -> Iterator[tuple[str, ...]]:
    must = model.schema.get("required", [])
    for name, field in model.fields.items():
        kind = field.get("format", "").replace("_", " ") or told({"type": field.get("type", [])})
        default = shown(field["default"], 40) if "default" in field else ""
        yield name, kind, _bounds(field), default, "required" if name in must else ""


def _bounds(field: dict[str, Any]) -> str:
    bounds = told({"type": [], **{key: field[key] for key in BOUNDS if key in field}})
    return bounds.removeprefix("any value").removeprefix(", ")


@catalogue.command(epilog="Example: understudy catalogue diff runcomfy saved.json")
@click.argument("provider", metavar="PROVIDER")
@click.argument("where", metavar="FILE|URL")
@click.option("--key-env", metavar="VAR", default="", help="The environment variable with the key for a URL.")
@flags("catalogue")
def diff(provider: str, where: str, key_env: str, **said: Any) -> int:
    """Tell what differs between our models and those of a saved or served catalogue. Ends with 1 if something does."""
    ours = {name: row_of(model) for name, model in _known(provider, said).models.items()}
    there = _there(provider, where, key_env, settled(said).settings)
    found = list(compared(ours, there.rows, there.whole))
    click.echo("\n".join([*map(str, found), _count(found, len(there.rows))]))
    return int(bool(found))


@catalogue.command("pull", epilog="Example: understudy catalogue pull runcomfy https://model-api.runcomfy.net")
@click.argument("provider", metavar="PROVIDER")
@click.argument("where", metavar="FILE|URL")
@click.option("--into", metavar="FILE", default=DEFAULT_FILE, help=f"The models file to write; {DEFAULT_FILE}.")
@click.option("--key-env", metavar="VAR", default="", help="The environment variable with the key for a URL.")
def pull_models(provider: str, where: str, into: str, key_env: str) -> None:
    """Bring a models file up to date with a saved or served catalogue: what was seen last counts."""
    cast((provider,))
    with _usage():
        shelf = Shelf(Path(into), provider)
        there = _there(provider, where, key_env, settled({}).settings)
        pulled = pull(shelf, there, today().date().isoformat())
        for change in pulled.changes:
            click.echo(str(change))
        for name in pulled.missing:
            click.echo(f"? {name}\n    missing there; kept")
        click.echo(_count(pulled.changes, len(there.rows)))
        if not pulled.changes:
            click.echo("nothing to write")
            return
        shelf.save()
    use = "it is the house's own table: every session reads it" if shelf.is_ours else f"use it with --models {into}"
    click.echo(f"written to {into}; {use}")


def _count(changes: list[Any], many: int) -> str:
    signs = [change.sign for change in changes]
    new, other, gone = (signs.count(sign) for sign in "+~-")
    return f"{new} new, {other} changed, {gone} missing there, {many - new - other} equal"


def _known(provider: str, said: dict[str, Any]) -> Catalogue:
    """The catalogue that a session with these settings has."""
    cast((provider,))
    settings = settled(said).settings
    return contract(provider, settings.readings.get(provider), settings.models).catalogue


def _there(provider: str, where: str, key_env: str, settings: Settings) -> Foreign:
    """The catalogue at an address or in a file; how far it is read is told on stderr."""

    def say(text: str) -> None:
        click.echo(f"understudy: {text}", err=True)

    with _usage():
        if is_address(where):
            return served_at(provider, where, fetcher(provider, where, key_env, settings), say)
        return saved_in(provider, Path(where), say)


@contextmanager
def _usage() -> Iterator[None]:
    """What cannot be read or written is told in one sentence."""
    try:
        yield
    except (BadCatalogue, BadModels, Blocked, Unreachable) as wrong:
        raise click.UsageError(str(wrong)) from None
    except OSError as wrong:
        raise click.UsageError(f"expected a file that can be written; came {wrong.filename} ({wrong.strerror}); "
                               f"correct the path") from None  # fmt: skip
