"""What a check is told: by flag, by environment variable, or in the table [check] of the house's file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from .settings import BadSetting, checked, file_of, variable

TABLE = "check"
FILES = ("junit", "html", "har", "baseline")  # named as seen from the folder of the file that names them


def _wish(default: Any, says: str, shown: str = "", **more: Any) -> Any:
    return field(default=default, metadata={"says": says, "shown": shown, **more})


@dataclass(frozen=True)
class Wanted:
    """How a check is to go. A word's environment variable is UNDERSTUDY_CHECK_ and its name in capitals."""

    url: str = _wish("", "The server to check, on this machine; without, the stand-in of this house.", "URL")
    key_env: str = _wish("", "The environment variable with the key for --url; PROVIDER_API_KEY unless told.", "VAR")
    other_key_env: str = _wish("", "The environment variable with the key of another account of --url.", "VAR")
    json: bool = _wish(False, "Print one JSON document on stdout, instead of the text.")
    junit: str = _wish("", "Write the report as JUnit into this file.", "FILE")
    html: str = _wish("", "Write the report as one page for a browser into this file.", "FILE")
    har: str = _wish("", "Write every exchange of the check into this file.", "FILE")
    baseline: str = _wish("", "The file of findings that are accepted, and do not fail.", "FILE")
    update_baseline: bool = _wish(False, "Accept all that is found, and write the baseline.")
    max_time: float = _wish(0.0, "Ask for at most so many seconds; 0: 90, and with --long without end.", "SECONDS",
                            least=0)  # fmt: skip
    seed: int = _wish(0, "What is asked at random follows from it: the same seed asks the same.", "N", least=0)
    long: bool = _wish(False, "Ask all operations of all models, and 500 walks of 50 steps.")
    score: bool = _wish(False, "Print how many broken servers the check has found out; with --long, count anew.")
    quiet: bool = _wish(False, "No progress on stderr.")


def spoken(name: str) -> str:
    """The environment variable of a word."""
    return variable(f"{TABLE}_{name}")


def wanted(said: Mapping[str, Any], env: Mapping[str, str] | None = None, folder: Path | None = None) -> Wanted:
    """What is wanted: the flags, over them nothing, below them the environment, below that the nearest file."""
    env = os.environ if env is None else env
    made = _but(Wanted(), *_filed(folder or Path.cwd()))
    for row in fields(Wanted):
        if value := env.get(spoken(row.name)):  # a variable that is set to nothing says nothing
            made = _but(made, {row.name: value}, f"environment variable {spoken(row.name)}")
    for name, value in said.items():
        if value is not None:
            made = _but(made, {name: value}, called=f"--{name.replace('_', '-')}")
    return made


def _filed(folder: Path) -> tuple[dict[str, Any], str]:
    file = file_of(folder)
    table = file[1].get(TABLE, {}) if file else {}
    if file is None or not table:
        return {}, ""
    if not isinstance(table, dict):
        raise BadSetting(f"expected [{TABLE}] of {file[0]} to be a table; came {table!r}; correct the file")
    flat = {name.replace("-", "_"): value for name, value in table.items()}
    paths = {name: str(file[0].parent / flat[name]) for name in FILES if isinstance(flat.get(name), str) and flat[name]}
    return {**flat, **paths}, f"in {file[0]}"


def _but(made: Wanted, changes: Mapping[str, Any], whence: str = "", called: str = "") -> Wanted:
    rows = {row.name: row for row in fields(Wanted)}
    try:
        for name, value in changes.items():
            if name not in rows:
                near = get_close_matches(name, rows, 1)
                cure = f"did you mean {near[0]}?" if near else "see docs/check.md"
                raise BadSetting(f"expected a word of a check; came {name!r}; {cure}")
            made = replace(made, **{name: checked(rows[name], value, called)})
    except BadSetting as wrong:
        raise BadSetting(f"{wrong} ({whence})" if whence else str(wrong)) from None
    return made
