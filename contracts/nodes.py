"""What is known of ComfyUI's nodes: which of them end a workflow, what these keep, and which inputs say what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

import yaml

from .document import Loader

WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d*[dD]\b|\d+")


class Kept(NamedTuple):
    """What an output node keeps: under which key it tells of it, the kind of file, and how that is named."""

    under: str
    kind: str
    format: str = "txt"
    lies: str = "output"
    prefix: str = "ComfyUI"
    name: str = "{prefix}_{number:05}_.{ending}"
    beside: Mapping[str, Any] = {}


@lru_cache
def facts() -> dict[str, dict[str, Any]]:
    """nodes.yaml, as it stands."""
    text = (files(__package__) / "nodes.yaml").read_bytes()
    tables: dict[str, dict[str, Any]] = yaml.load(text, Loader=Loader)  # noqa: S506 - it is the safe one, in C
    return tables


@lru_cache
def reads(what: str) -> tuple[str, ...]:
    """The inputs that say one thing of what is made, the likeliest first."""
    return tuple(facts()["reads"]["values"][what])


@lru_cache
def whole(key: str) -> bool:
    """Whether the numbers of an input are whole."""
    return key in facts()["whole"]["values"]


def brings(kind: str) -> Mapping[str, str]:
    """The inputs by which a node of a class brings files, and of which kind each is."""
    found: Mapping[str, str] = facts()["brings"]["values"].get(kind, {})
    return found


@lru_cache(1024)
def kept(kind: str) -> Kept:
    """What a node of a class keeps, if it ends a workflow; of a class that nobody knows, told by its name."""
    known = facts()["outputs"]["values"]
    if kind in known:
        return Kept(**known[kind])
    guesses = facts()["guesses"]["values"]
    named = words(kind)
    return Kept(**next((row for word, row in guesses["kinds"].items() if word in named), guesses["otherwise"]))


@lru_cache(1024)
def ends(kind: str) -> bool | None:
    """Whether a node of a class ends a workflow; None where neither a list nor its name tells."""
    if kind in facts()["outputs"]["values"]:
        return True
    if kind in facts()["inner"]["values"]:
        return False
    return True if words(kind) & set(facts()["guesses"]["values"]["ends"]) else None


def words(kind: str) -> set[str]:
    """The words in the name of a class, in small letters."""
    return {word.lower() for word in WORD.findall(kind)}
