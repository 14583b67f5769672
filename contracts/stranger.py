"""Models that nobody knows, or that are no longer shown: what was meant most likely, and what to ask for instead."""

from __future__ import annotations

from .catalogue import Catalogue, Model
from .finding import Finding, Severity, shown
from .operation import Operation


def unknown_model(catalogue: Catalogue, operation: Operation, name: str, model: Model | None) -> Finding:
    """What is told of it; `model` is what it was taken for, if it was let in."""
    near = ", ".join(catalogue.nearest(name, form=operation.within)) or "none is near"
    severity: Severity = "broken"
    meant = catalogue.models.get(name)
    if model is None and meant is not None:
        cure = f"send it as a task of {meant.form}; nearest for {operation.within}: {near}"
    elif model is None:
        cure = f'nearest: {near}; or set unknown_models = "accept" (--unknown-models accept), or add it (--models)'
    else:
        severity = "doubtful"
        cure = (f'nearest: {near}; it was let in by unknown_models = "accept", and is taken to make {model.kind}; '
                f"add it with --models FILE if it is right")  # fmt: skip
    return Finding("unknown-model", severity, "", "a model of the catalogue", shown(name), cure, operation.id,
                   "documented", "unknown-model" if model is None else "")  # fmt: skip


def removed_model(model: Model, edition: str, operation: str) -> Finding:
    """What is told of a model that the chosen edition of the documents does not list."""
    cure = f"ask for {model.successor}" if model.successor else "look for another one: catalogue list"
    return Finding("removed-model", "doubtful", "", f"a model of the documents of {edition}",
                   f"{model.title or model.id}, which stands in those of {', '.join(model.editions)} alone",
                   f"{cure}; it was taken all the same", operation, model.source)  # fmt: skip


def deprecated_model(model: Model, operation: str) -> Finding:
    """What is told of a model that the documents call deprecated."""
    cure = f"ask for {model.successor}" if model.successor else "read its title, and ask for the one that it names"
    return Finding("deprecated-model", "doubtful", "", "a model that is not deprecated", model.title or model.id,
                   f"{cure}; it was taken all the same", operation, model.source)  # fmt: skip
