"""Paths that lead nowhere, or where another one was to lead: what is told of them."""

from __future__ import annotations

from difflib import get_close_matches

from ...contracts.contract import Contract
from ...contracts.finding import Finding, shown
from ...contracts.operation import Operation


def elsewhere(operation: Operation, path: str) -> Finding:
    """A path that is let in, though the provider itself does not have it."""
    right, came = operation.path, shown(path)[1:-1]
    cure = f"end the base address in {right}; it was let in all the same"
    return Finding("wrong-base", "doubtful", "", f"the path {right}", came, cure, operation.id, "inferred")


def nowhere(contract: Contract, method: str, path: str, known: bool) -> Finding:
    """A path that there is not, or, where it is `known`, not for this method."""
    here = f"{method} {shown(path)[1:-1]}"
    paths = [f"{each.method} {each.path}" for each in contract.operations.values() if not each.within]
    near = get_close_matches(here, paths, 1, 0.3)
    rule = "wrong-method" if known else "no-such-operation"
    cure = f"did you mean {near[0]}?" if near else "see openapi.json for all of them"
    return Finding(rule, "broken", "", "an operation of the documents", here, cure, here)
