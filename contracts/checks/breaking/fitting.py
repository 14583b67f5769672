"""What an API has for mutants to bend: the rows of its contract, and what follows from them, by the names used here."""

from __future__ import annotations

from collections.abc import Iterator

from ...contract import Contract
from ..asking.values import types
from ..props import offered, own, runs_on, submits


def told_of(contract: Contract) -> Iterator[str]:
    """What else mutants need of an API, by its name here."""
    life, models = contract.life, offered(contract)
    yield from (name for name, there in (("deliver", life.deliver), ("resume", life.resume), ("kept", life.kept),
                                         ("edit", life.edit),
                                         ("fleet", life.cold_start), ("runs_on", runs_on(contract)),
                                         ("late cancel", "RUNNING" not in life.cancel["from"]),
                                         ("dots", any("." in model.id for model in models)),
                                         ("cancels", life.cancel["operation"]),
                                         ("queue", "QUEUED" in life.alike and life.alike["QUEUED"] == "QUEUED"),
                                         ("flat", contract.bundle is None),
                                         ("one scheme", "schemes" not in contract.facts.openapi["security"]),
                                         ("props", own(contract))) if there)  # fmt: skip
    yield from {f"makes {model.kind}" for model in models}
    yield from {f"refuses {reason}" for each in contract.operations.values() for reason in each.refusals}
    row = life.tells.get("files", {})
    counts = contract.facts.media["counts"]["values"]
    if "one" in row and any(not model.known.isdisjoint(counts) for model in models):
        yield "several"
    if "one" in row or "one" in row.get("flat", {}):
        yield "flat files"
    if any(each.operation("change") for each in own(contract)):
        yield "changes"
    if len(life.tells.get("links", ())) > 1:
        yield "several links"
    if row.get("form") != "lists":
        yield "files at the end"
    foreign, unknown = contract.errors.get("foreign-id", {}), contract.errors.get("unknown-id", {})
    if (foreign.get("status"), foreign.get("code")) != (unknown.get("status"), unknown.get("code")):
        yield "foreign apart"
    submit = submits(contract)
    if submit is not None and submit.body is None:
        yield "models"
    schemas = [field for model in models for field in model.fields.values()]
    yield from {f"takes {word}" for field in schemas for word in types(field)}
