"""The workflows that stand for those which a user has saved in the cloud."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ....contracts.document import workflows
from ....contracts.finding import did_you_mean


def saved(number: str) -> Mapping[str, Any]:
    """The one that the provider has under an id, else the first: nobody can save one here."""
    ready = _ready().values()
    row = next((row for row in ready if row.get("id") == number.lower()), next(iter(ready)))
    graph: Mapping[str, Any] = row["graph"]
    return graph


def named(name: str) -> Mapping[str, Any]:
    """A ready one by its name."""
    ready = _ready()
    if name not in ready:
        raise ValueError(f"expected a workflow, or the name of a ready one: {', '.join(ready)}; came {name!r}; "
                         + did_you_mean(name, ready, "say one of those, or bring a graph"))  # fmt: skip
    graph: Mapping[str, Any] = ready[name]["graph"]
    return graph


def _ready() -> Mapping[str, Mapping[str, Any]]:
    return workflows("runcomfy", "serverless")
