"""Paths that lead nowhere, or where another one was to lead: what is told of them."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from ...contracts.contract import Contract
from ...contracts.finding import Finding, Severity, shown
from ...contracts.operation import Operation


def elsewhere(operation: Operation, path: str, right: str, base: str = "") -> Finding:
    """A path that is let in, though the provider itself does not have it. One that leaves the end of the base address
    out is what some clients make up by themselves where they are tested: nobody can help that."""
    came, end = shown(path)[1:-1], base or right
    cure = f"end the base address in {end}; it was let in all the same"
    severity: Severity = "doubtful" if path.startswith(end) else "note"
    return Finding("wrong-base", severity, "", f"the path {right}", came, cure, operation.id, "inferred")


def nowhere(contract: Contract, method: str, path: str, known: Collection[str]) -> Finding:
    """A path that there is not, or, where operations are `known` at it, not for this method."""
    here = f"{method} {shown(path)[1:-1]}"
    operations = [contract.operations[name] for name in known or contract.operations]
    paths = [f"{each.method} {each.path}" for each in operations if not each.within]
    near = get_close_matches(here, paths, 1, 0.0 if known else 0.3)
    rule = "wrong-method" if known else "no-such-operation"
    cure = f"did you mean {near[0]}?" if near else "see openapi.json for all of them"
    return Finding(rule, "broken", "", "an operation of the documents", here, cure, here)
