"""`doctor`: whether this machine, its environment and its files are fit for the stand-ins, each with a cure."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from difflib import get_close_matches
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import click

from ...contracts.document import PROVIDERS, read
from ...contracts.finding import did_you_mean
from ..app import DEFAULT, derived
from ..settings import BadSetting, Settings, file_of, told, variable
from ..stand_in import opened
from ..wanted import Wanted, spoken
from ..web.guard import LOOPBACK
from .banner import ANY, columns, example
from .flags import flags
from .running import PROXIES
from .serving import bound

OK, NOTE, WARN, BAD = "ok", "note", "warn", "bad"
OLDEST = (3, 11)


class Checked(NamedTuple):
    """One line: how it is, what was looked at, what was seen, and what to do."""

    how: str
    what: str
    seen: str
    cure: str = ""


@click.command(epilog="Example: understudy doctor --port 9000    understudy doctor runware")
@click.argument("provider", required=False)
@flags("doctor")
def doctor(provider: str | None, **said: Any) -> int:
    """Check whether everything here is fit to run, and tell what a PROVIDER's clients trip over. Ends with 1 if
    something is bad."""
    if provider is not None and provider not in PROVIDERS:
        raise click.UsageError(f"expected a provider among {', '.join(PROVIDERS)}; came {provider!r}; "
                               + did_you_mean(provider, PROVIDERS, "leave it out for all"))  # fmt: skip
    told = {name: value for name, value in said.items() if value is not None}
    lines = list(examined(told, (provider,) if provider else PROVIDERS))
    click.echo("\n".join(columns((line.how, line.what, _sentence(line)) for line in lines)))
    counts = {how: sum(line.how == how for line in lines) for how in (OK, NOTE, WARN, BAD)}
    click.echo("\n" + ", ".join(f"{count} {how}" for how, count in counts.items() if count or how != NOTE))
    return int(counts[BAD] > 0)


def _sentence(line: Checked) -> str:
    return f"{line.seen}; {line.cure}" if line.cure else line.seen


def examined(said: Mapping[str, Any], providers: Sequence[str] = PROVIDERS) -> Iterator[Checked]:
    """Every check, in the order in which a reader would ask."""
    yield _python()
    yield from _packages()
    yield from _speed()
    settings, lines = _settings(said)
    yield from lines
    yield _port(settings)
    yield from _proxies(os.environ)
    yield from _elsewhere(os.environ, settings)
    for provider in providers:
        yield _plays(provider)
        yield from _traps(provider, settings)


def _python() -> Checked:
    seen = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST:
        return Checked(BAD, "Python", seen, "install Python 3.11 or newer")
    return Checked(OK, "Python", seen)


def _packages() -> Iterator[Checked]:
    """The packages that we require, against the versions that we require."""
    try:
        lines = metadata.requires("understudy") or []
    except metadata.PackageNotFoundError:
        yield Checked(WARN, "understudy", "is imported, but not installed", "pip install it, for its pytest plugin")
        return
    for line in lines:
        match = re.match(r"([A-Za-z0-9_.-]+)\s*(?:>=\s*([0-9.]+))?", line)
        if match is None or "extra ==" in line:
            continue
        name, least = match[1], match[2] or "0"
        try:
            seen = metadata.version(name)
        except metadata.PackageNotFoundError:
            yield Checked(BAD, name, "is not installed", f"pip install '{name}>={least}'")
            continue
        fit = _numbers(seen) >= _numbers(least)
        yield Checked(OK if fit else BAD, name, seen, "" if fit else f"pip install -U '{name}>={least}'")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version.partition("+")[0])[:3])


def _speed() -> Iterator[Checked]:
    for name in ("uvloop", "httptools"):
        if find_spec(name) is not None:
            yield Checked(OK, name, metadata.version(name))
        elif sys.platform == "win32" and name == "uvloop":
            yield Checked(OK, name, "does not exist for Windows, and is not missed")
        else:
            yield Checked(WARN, name, "is not installed; serve is slower", "pip install 'understudy[speed]'")


def _settings(said: Mapping[str, Any]) -> tuple[Settings, list[Checked]]:
    """The settings that are in force, or the defaults where they cannot be."""
    lines = [*_strangers(os.environ)]
    try:
        file = file_of(Path.cwd())
        lines.insert(0, Checked(OK, "configuration", str(file[0]) if file else "no file; the defaults are in force"))
        return told(flags=said).settings, lines
    except BadSetting as wrong:
        return Settings(), [*lines, Checked(BAD, "configuration", str(wrong))]


def _strangers(env: Mapping[str, str]) -> Iterator[Checked]:
    known = [variable(name) for name in Settings.__dataclass_fields__ if name != "readings"]
    known += [spoken(row.name) for row in fields(Wanted)]
    known += [variable(row["name"], provider) for provider in PROVIDERS for row in read(provider, "readings")]
    for name in env:
        if name.startswith("UNDERSTUDY_") and name not in known:
            near = get_close_matches(name, known, 1)
            cure = f"did you mean {near[0]}?" if near else "see docs/settings.md"
            yield Checked(WARN, "environment", f"{name} is set, and stands for no setting", cure)


def _port(settings: Settings) -> Checked:
    where = f"{settings.host}:{settings.port}"
    try:
        bound(settings).close()
    except click.UsageError as wrong:
        return Checked(BAD, "port", wrong.message)
    return Checked(OK, "port", f"{where} is free" if settings.port else "any free one is taken")


def _proxies(env: Mapping[str, str]) -> Iterator[Checked]:
    """The classic trap: a client's request to 127.0.0.1 goes to the proxy, which knows another 127.0.0.1."""
    proxies = [name for name in PROXIES if env.get(name)]
    spared = {host.strip() for name in ("no_proxy", "NO_PROXY") for host in env.get(name, "").split(",")}
    if not proxies:
        yield Checked(OK, "proxy", "none is set")
    elif spared & {"*", "127.0.0.1", "127.0.0.0/8"}:
        yield Checked(OK, "proxy", f"{', '.join(proxies)}, and 127.0.0.1 is spared")
    else:
        yield Checked(WARN, "proxy", f"{', '.join(proxies)} would carry requests to 127.0.0.1 away",
                      "export NO_PROXY=127.0.0.1,localhost")  # fmt: skip


def _elsewhere(env: Mapping[str, str], settings: Settings) -> Iterator[Checked]:
    """Variables that known clients read, where they lead somewhere else than here."""
    for provider in PROVIDERS:
        rows = read(provider, "openapi")["variables"]["values"]
        keys = [key for key in settings.keys.split(",") if key] or [derived(settings.seed, DEFAULT, provider)]
        bad = []
        for name, form in rows.items():
            value = env.get(name, "")
            if not value:
                continue
            if "{key}" in form and value not in keys:
                bad.append(Checked(WARN, "environment", f"{name} holds a key that serve did not issue (not shown)",
                                   f'eval "$(understudy env {provider})", or unset it'))  # fmt: skip
            elif "{url}" in form and not _here(value):
                bad.append(Checked(WARN, "environment", f"{name} leads clients to {urlsplit(value).hostname or value}",
                                   f'eval "$(understudy env {provider})", or unset it'))  # fmt: skip
        yield from bad or [Checked(OK, "environment", f"no variable leads clients of {provider} elsewhere")]


def _here(url: str) -> bool:
    return (urlsplit(url).hostname or "") in (*LOOPBACK, *ANY)


def _plays(provider: str) -> Checked:
    """Sends the plainest order to a stand-in of this process, without a socket."""
    settings = Settings()

    def ask() -> int:
        handle = opened(provider, settings)
        try:
            order = example(provider, settings, handle.api_key)
            if order is None:
                return int(handle.client().get("/openapi.json").status_code)
            answer = handle.client().request(order.method, order.path, headers=order.headers, json=order.body)
            return int(answer.status_code)
        finally:
            handle.close()

    return _tried(provider, ask)


def _traps(provider: str, settings: Settings) -> Iterator[Checked]:
    """What known clients of a provider do that nobody expects; one may be none at a port."""
    for row in read(provider, "openapi").get("traps", ()):
        here = settings.port == row.get("unless", {}).get("port")
        seen = f"{row['client']} {row['does']}" + ("; this is the port" if here else "")
        yield Checked(OK if here else NOTE, provider, seen, "" if here else row["cure"])


def _tried(provider: str, ask: Callable[[], int]) -> Checked:
    cure = "report it, with the lines above"
    try:
        status = ask()
    except Exception as wrong:
        return Checked(BAD, provider, f"a stand-in in this process failed: {wrong!r}", cure)
    if status >= 400:
        return Checked(BAD, provider, f"a stand-in in this process answered {status} to the plainest order", cure)
    return Checked(OK, provider, "a stand-in in this process took an order")
