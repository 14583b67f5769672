"""The flags of the terminal's verbs, made from the fields of Settings: a setting is declared once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import Field, fields
from typing import Any

import click

from ...contracts.document import PROVIDERS
from ..app import App
from ..scenario import BadScenario
from ..settings import BadSetting, Settings, Told, told, variable
from ..wanted import Wanted, spoken

REPEATED = {"allow_host": "HOST", "models": "FILE"}  # each may have a flag of its own
METAVARS = {int: "N", float: "SECONDS", str: "WORD"}


def flags_of(verb: str) -> Iterator[Field[Any]]:
    """The settings that a verb takes as flags."""
    return (row for row in fields(Settings) if verb in row.metadata.get("flag_of", ()))


def flags(verb: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Gives a verb its flags; what is not said stays None, so that files and environment are heard."""

    def given(function: Callable[..., Any]) -> Callable[..., Any]:
        for row in reversed(list(flags_of(verb))):
            function = _option(row)(function)
        return function

    return given


def _option(row: Field[Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    name, says = row.name.replace("_", "-"), f"{row.metadata['says']}  [{variable(row.name)}]"
    if isinstance(row.default, bool):
        return click.option(f"--{name}/--no-{name}", row.name, default=None, help=says)
    if row.name in REPEATED:
        return click.option(f"--{name}", row.name, metavar=REPEATED[row.name], default=None, multiple=True, help=says)
    words = row.metadata.get("words")
    metavar = "|".join(words) if words else METAVARS[type(row.default)]
    return click.option(f"--{name}", row.name, metavar=metavar, default=None, help=says)


def settled(said: dict[str, Any]) -> Told:
    """The settings in force once the flags are heard; one that cannot be is told in one sentence."""
    try:
        return told(flags={name: value for name, value in said.items() if value not in (None, ())})
    except BadSetting as wrong:
        raise click.UsageError(str(wrong)) from None


def rehearsed(app: App) -> App:
    """The same house, whose scenario can be played; one that cannot is told before anything is served."""
    try:
        app.rehearse()
    except BadScenario as wrong:
        raise click.UsageError(str(wrong)) from None
    return app


def cast(names: tuple[str, ...]) -> tuple[str, ...]:
    """The providers that are named, or all."""
    from difflib import get_close_matches

    for name in names:
        if name not in PROVIDERS:
            near = get_close_matches(name, PROVIDERS, 1, 0.3)
            cure = f"did you mean {near[0]}?" if near else "take one of those"
            raise click.UsageError(f"expected a provider among {', '.join(PROVIDERS)}; came {name!r}; {cure}")
    return tuple(dict.fromkeys(names)) or PROVIDERS


def wishes(function: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a verb the flags; what is not said stays None, so that file and environment are heard."""
    for row in reversed(fields(Wanted)):
        function = _wish(row)(function)
    return function


def _wish(row: Field[Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    flag, says = f"--{row.name.replace('_', '-')}", f"{row.metadata['says']}  [{spoken(row.name)}]"
    if isinstance(row.default, bool):
        return click.option(f"{flag}/--no-{flag[2:]}", row.name, default=None, help=says)
    return click.option(flag, row.name, metavar=row.metadata["shown"], default=None, help=says)
