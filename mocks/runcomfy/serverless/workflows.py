"""The workflows that stand for those which a user has saved in the cloud."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ....contracts.document import workflows
from ....contracts.finding import did_you_mean


def first() -> Mapping[str, Any]:
    """The one that stands for every workflow that we do not know: nobody can save one here."""
    graph: Mapping[str, Any] = next(iter(_ready().values()))["graph"]
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
