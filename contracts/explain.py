"""`explain`: what an error of a provider or a rule of ours means, why it is there, and how to provoke or to cure it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files
from typing import Any

import click
import yaml

from .contract import Contract, contract
from .document import PROVIDERS, read

WIDTH = 100
NAMES = ("name", "code", "status", "reason")  # of an error, each of which may be asked for


@lru_cache
def table() -> dict[str, dict[str, dict[str, str]]]:
    """rules.yaml: our rules by slug, and the reasons for which providers say no."""
    text = (files(__name__.rpartition(".")[0]) / "rules.yaml").read_bytes()
    tables: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(text)
    return tables


@click.command(epilog="Example: understudy explain runcomfy 401    understudy explain missing-required")
@click.argument("words", nargs=-1, metavar="[PROVIDER] [CODE|RULE]")
def explain(words: tuple[str, ...]) -> None:
    """Explain an error of a provider, by its code, name or status, or a rule of ours; without a word, list all."""
    provider, asked = _split(words)
    if not asked:
        click.echo("\n".join(listed((provider,) if provider else PROVIDERS)))
        return
    told = [text for name in ((provider,) if provider else PROVIDERS) for text in errors(name, asked)]
    rule = table()["rules"].get(asked)
    if rule is not None:
        told.insert(0, _block(f"rule {asked}", rule.items()))
    if not told:
        raise click.UsageError(_nothing(provider, asked))
    click.echo("\n\n".join(told))


def _split(words: tuple[str, ...]) -> tuple[str, str]:
    if len(words) > 2:
        raise click.UsageError(f"expected a provider and one word; came {len(words)} words; say: understudy explain "
                               f"{PROVIDERS[0]} 401")  # fmt: skip
    if words and words[0] in PROVIDERS:
        return words[0], words[1] if len(words) == 2 else ""
    if len(words) == 2:
        near = get_close_matches(words[0], PROVIDERS, 1, 0.3)
        cure = f"did you mean {near[0]}?" if near else "take one of those"
        raise click.UsageError(f"expected a provider among {', '.join(PROVIDERS)}; came {words[0]!r}; {cure}")
    return "", words[0] if words else ""


def errors(provider: str, word: str) -> Iterator[str]:
    """What is known of each error that a code, a name, a status or a reason stands for."""
    found = [(promise, row) for promise, row in rows(provider)
             if word.lower() in {str(row[key]).lower() for key in NAMES if key in row}]  # fmt: skip
    found += [pair for pair in _otherwise(provider, word, bool(found)) if pair not in found]
    for promise, row in found:
        head = f"{provider} {row['name']}" + (f" {row['code']}" if "code" in row else "")
        yield _block(head + (f" ({promise.api})" if promise.api else ""), _about(promise, row))


def rows(provider: str) -> Iterator[tuple[Contract, Mapping[str, Any]]]:
    """Every row of errors with the API whose it is; one that several APIs share is the first one's. What some
    operations say by another code is a row of its own."""
    told: list[Mapping[str, Any]] = []
    for promise in contract(provider).apis.values():
        for row in (each for plain in promise.errors.values() for each in (plain, *_otherwise_said(plain))):
            if row not in told:
                told.append(row)
                yield promise, row


def _otherwise_said(row: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What operations say in a row's place, where they do so by another code."""
    return ({**row, **other} for other in row.get("of", {}).values() if "code" in other)


def _otherwise(provider: str, word: str, known: bool) -> Iterator[tuple[Contract, Mapping[str, Any]]]:
    """The errors that bear a code, or a status that no other one has, where a setting says so."""
    for reading in read(provider, "readings"):
        for choice in reading["choices"].values():
            for place, value in choice.items():
                api, reason = _place(place)
                if reason and str(value) == word and (not known or place.endswith("/code")):
                    promise = contract(provider).apis[api]
                    yield promise, promise.errors[reason]


def _place(place: str) -> tuple[str, str]:
    """The API and the reason of a row of errors that a reading changes; no reason where it changes something else."""
    api, found, rest = place.partition("errors/")
    return api.rstrip("/"), rest.partition("/")[0] if found else ""


def _about(promise: Contract, row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    reason = row["reason"]
    yield "means", row["text"]
    if "status" in row:
        means = row.get("means", row["status"])
        yield "HTTP", str(row["status"]) + (f", for what others answer {means}" if means != row["status"] else "")
    # What the stand-in never says by itself has no more to it than its text, and one way to be provoked.
    why = table()["reasons"].get(reason, {"when": row["text"], "provoke": f"handle.refuse_next({row['name']!r})"})
    yield "when", why["when"]
    operations = promise.whole.operations.values()
    said_by = [each.id for each in operations if reason in each.refusals and promise.whole.error(reason, each) == row]
    if said_by:
        yield "answers to", ", ".join(said_by)
    yield "provoke", why["provoke"]
    if any(each.orders and each.id in said_by for each in operations):
        yield "or", f"handle.refuse_next({_told_apart(promise, row)!r}), which refuses the next submit with it"
    for reading in read(promise.provider, "readings"):
        others = [word for word, change in reading["choices"].items()
                  if any(_place(place) == (promise.api, reason) for place in change)]  # fmt: skip
        if others:
            yield "setting", f"{reading['name']}: {reading['default']} (ours), {', '.join(others)}"
    yield "source", f"{row['source']}: {row['where']}"


def _told_apart(promise: Contract, row: Mapping[str, Any]) -> str:
    """The error's name, or our reason where the name would stand for another row."""
    name = str(row["name"])
    return name if promise.whole.reason(name) == row["reason"] else str(row["reason"])


def _block(head: str, rows: Any) -> str:
    lines = [head]
    for name, text in rows:
        lines += textwrap.wrap(f"  {name:<10}  {text}", WIDTH, subsequent_indent=" " * 14, break_on_hyphens=False,
                               break_long_words=False)  # fmt: skip
    return "\n".join(lines)


def listed(providers: tuple[str, ...]) -> Iterator[str]:
    """Every error of some providers and every rule of ours, a line each."""
    for provider in providers:
        there = list(rows(provider))
        yield f"errors of {provider}"
        wide = max(len(row["name"]) for _, row in there)
        for promise, row in there:
            whose = f"{promise.api}: " if promise.api else ""
            yield (
                f"  {row.get('status', '-'):>3}  {row.get('code', '-'):>6}  {row['name']:<{wide}}  {whose}{row['text']}"
            )
        yield ""
    yield "rules"
    rules = table()["rules"]
    wide = max(map(len, rules))
    for name, rule in rules.items():
        yield f"  {name:<{wide}}  {rule['says']}"
    yield "\nmore of one: understudy explain PROVIDER CODE, or understudy explain RULE"


def _nothing(provider: str, word: str) -> str:
    names = list(table()["rules"])
    for name in (provider,) if provider else PROVIDERS:
        names += [str(row[key]) for _, row in rows(name) for key in NAMES if key in row]
    lower = {name.lower(): name for name in names}
    near = get_close_matches(word.lower(), lower, 1, 0.4)
    cure = f"did you mean {lower[near[0]]}?" if near else "understudy explain lists them all"
    whose = f"of {provider}" if provider else "of a provider"
    return f"expected an error {whose}, or a rule; came {word!r}; {cure}"
