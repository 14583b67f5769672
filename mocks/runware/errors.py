"""How Runware says no: one object an error, from the row of its code and from what is wrong. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ...contracts import phrase
from ...contracts.catalogue import Model
from ...contracts.codes import dotted
from ...contracts.contract import Contract
from ...contracts.finding import Finding
from ...contracts.operation import Operation
from ...contracts.schema import within
from ..engine.refusal import Refusal
from ..engine.task import Task
from ..engine.timeline import State
from . import wire

Row = Mapping[str, Any]

MOST = 20  # errors of one task; a client that sends a thousand wrong names has read the first twenty
BLANK = re.compile(r"\{(parameter|other|subject|expected|allowed|model)\}")
HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
SIDES = ("width", "height")
# Rules of which no schema knows: what is expected stands in the finding.
UNSCHEMED = ("outpaint", "stream", "media", "judged")


def told(
    contract: Contract, refusal: Refusal, operation: Operation | None, task: Row, model: Model | None
) -> list[dict[str, Any]]:
    """The errors of one task: of the first class of what is wrong, one a parameter; or the one of a refusal that is
    about no parameter."""
    row = contract.error(refusal.reason, operation)
    found = contract.codes.first(refusal.findings)
    if not any(each.reason == refusal.reason for each in found):
        return [one(contract, row, task, operation)]
    return [_about(contract, each, operation, task, model) for each in found[:MOST]]


def invalid(operation: Operation, place: str, expected: str, came: str, cure: str) -> Refusal:
    """The refusal of a value that only the server can judge."""
    finding = Finding("wrong-form", "broken", place, expected, came, cure, operation.id, "documented", "invalid-input",
                      "judged")  # fmt: skip
    return Refusal("invalid-input", findings=(finding,))


def why(contract: Contract, task: Task) -> Row:
    """The row of a generation that ended badly: that of the code which a script names, or its words."""
    word = task.course.error or ("task-cancelled" if State.CANCELLED in task.timeline.states else "")
    return contract.failed(word, contract.operations[task.order.operation])


def broken(contract: Contract, task: Task, late: bool = False, beside: Row | None = None) -> dict[str, Any]:
    """The error of a generation that ended badly, or of one for which it is too late."""
    operation = contract.operations[task.order.operation]
    row = contract.error("timeout", operation) if late else why(contract, task)
    return one(contract, row, wire.acknowledged(task), operation, beside)


def one(
    contract: Contract, row: Row, task: Row, operation: Operation | None = None, more: Row | None = None
) -> dict[str, Any]:
    """One error. Its keys, and their order, are those of the schema; what nothing is known of is left out."""
    known: dict[str, Any] = {"code": row["name"], "message": _text(contract, row, {})}
    known |= {key: row[key] for key in ("parameter", "type") if key in row} | row.get("beside", {})
    known |= {key: task[key] for key in ("taskUUID", "taskType") if isinstance(task.get(key), str)}
    known |= more or {}
    if page := contract.facts.openapi["tasks"].get(operation.within if operation else "", {}).get("page"):
        known["documentation"] = page + _anchor(known.get("parameter"))
    if "under" in row and not task:  # what the whole request is refused for, is said of this type of task
        known = {key: value for key, value in known.items() if key != "documentation"} | {"taskType": row["under"]}
    fields = contract.facts.openapi["schemas"]["Error"]["properties"]["errors"]["items"]["properties"]
    return {name: known[name] for name, field in fields.items() if field is not False and name in known}


def _text(contract: Contract, row: Row, filled: Mapping[str, str]) -> str:
    """The text of a row; its blanks have words of their own where nobody has done what it speaks of."""
    unsaid = contract.facts.codes["words"]["unsaid"]
    if "parameter" in row and not filled:
        unsaid = {**unsaid, "parameter": str(row["parameter"])}
    return BLANK.sub(lambda blank: filled.get(blank[1]) or unsaid[blank[1]], row["text"])


def _anchor(parameter: Any) -> str:
    """The place of a parameter on its page; of several, that of the first."""
    name = parameter[0] if isinstance(parameter, list) and parameter else parameter
    if not isinstance(name, str):
        return ""
    return "#request-" + "-".join(part for part in name.lower().split(".") if not part.isdecimal())


def _about(
    contract: Contract, finding: Finding, operation: Operation | None, task: Row, model: Model | None
) -> dict[str, Any]:
    """The error behind a finding."""
    row, words = contract.error(finding.reason, operation), contract.facts.codes["words"]
    places = (finding.where, *finding.beside) if finding.where else ()
    names = [dotted(place) for place in places]
    schema: Row = model.schema if model is not None else {}
    fields = [within(schema, place) for place in places]
    field = fields[0] if fields else {}
    more: dict[str, Any] = {}
    if names:
        more["parameter"] = names if len(names) > 1 else names[0]
    if kind := phrase.types(fields, words):
        more["type"] = kind
    if "enum" in field and finding.rule == "not-in-list" and finding.kind not in UNSCHEMED:
        more["allowedValues"] = list(field["enum"])
    allowed = within(schema, finding.where.rpartition("/")[0]).get("properties", {})
    said = task.get("model")
    more["message"] = _text(contract, row, {
        "parameter": _joined(names, row), "other": names[-1] if names else "",
        "model": said if isinstance(said, str) else "", "subject": _subject(names, model),
        "expected": _expected(finding, names, phrase.must(field, words)), "allowed": phrase.quoted(allowed),
    })  # fmt: skip
    return one(contract, row, task, operation, more)


def _joined(names: list[str], row: Row) -> str:
    """The parameter that is wrong; where one of several is missing, each of them."""
    if len(names) > 1 and row["reason"] == "missing-required":
        return "' or '".join(names)
    return names[0] if names else str(row.get("parameter", ""))


def _subject(names: list[str], model: Model | None) -> str:
    """A parameter in words, as a sentence begins with it."""
    if not names:
        return ""
    if names[0] in SIDES and model is not None and model.kind in ("image", "video"):
        return f"{model.kind.capitalize()} {names[0]}"
    last = next((part for part in reversed(names[0].split(".")) if not part.isdecimal()), "")
    said = " ".join(word if word.isupper() else word.lower() for word in HUMP.split(last))
    return said[:1].upper() + said[1:]


def _expected(finding: Finding, names: list[str], must: str) -> str:
    """What a value must be, as a sentence ends with it."""
    if finding.kind in ("below", "at-most"):
        return f"{finding.kind.replace('-', ' ')} '{names[-1]}'"
    return finding.expected if finding.kind in UNSCHEMED else must or finding.expected
