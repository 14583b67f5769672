"""How Runware says no: one object an error, from the row of its code and from what is wrong. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

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
TYPES = {"number": "float"}
NOUNS = {"integer": "an integer value", "number": "a number", "string": "a string", "boolean": "a boolean value",
         "object": "an object", "array": "an array", "null": "null"}  # fmt: skip
FORMS = {"uuid4": "a UUID v4", "uri": "an http or https address"}
BOUNDS = (("minimum", "maximum", ""), ("minLength", "maxLength", " characters"), ("minItems", "maxItems", " items"))
SIDES = ("width", "height")
UNSCHEMED = ("outpaint", "stream")  # rules of which no schema knows: what is expected stands in the finding
UNSAID = {"parameter": "model", "other": "model", "subject": "It", "expected": "another value", "allowed": "none",
          "model": "selected"}  # fmt: skip


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


def why(contract: Contract, task: Task) -> Row:
    """The row of a generation that ended badly: that of the code which a script names, or its words."""
    word = task.course.error or ("task-cancelled" if State.CANCELLED in task.timeline.states else "")
    return contract.failed(word, contract.operations[task.order.operation])


def failed(contract: Contract, task: Task, beside: Row | None = None) -> dict[str, Any]:
    """The error of a generation that ended badly."""
    operation = contract.operations[task.order.operation]
    return one(contract, why(contract, task), wire.acknowledged(task), operation, beside)


def one(
    contract: Contract, row: Row, task: Row, operation: Operation | None = None, more: Row | None = None
) -> dict[str, Any]:
    """One error. Its keys, and their order, are those of the schema; what nothing is known of is left out."""
    text = BLANK.sub(lambda blank: _unsaid(row, blank[1]), row["text"])
    known: dict[str, Any] = {"code": row["name"], "message": text}
    known |= {key: row[key] for key in ("parameter", "type") if key in row} | row.get("beside", {})
    known |= {key: task[key] for key in ("taskUUID", "taskType") if isinstance(task.get(key), str)}
    known |= more or {}
    if page := contract.facts.openapi["tasks"].get(operation.within if operation else "", {}).get("page"):
        known["documentation"] = page + _anchor(known.get("parameter"))
    if "under" in row and not task:  # what the whole request is refused for, is said of this type of task
        known = {key: value for key, value in known.items() if key != "documentation"} | {"taskType": row["under"]}
    return {key: known[key] for key in _keys(contract) if key in known}


def _keys(contract: Contract) -> list[str]:
    fields = contract.facts.openapi["schemas"]["Error"]["properties"]["errors"]["items"]["properties"]
    return [name for name, field in fields.items() if field is not False]


def _unsaid(row: Row, blank: str) -> str:
    """What stands in the blank of a text when nobody has done what it speaks of."""
    return str(row["parameter"]) if blank == "parameter" and "parameter" in row else UNSAID[blank]


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
    row = contract.error(finding.reason, operation)
    places = (finding.where, *finding.beside) if finding.where else ()
    names = [dotted(place) for place in places]
    schema: Row = model.schema if model is not None else {}
    fields = [within(schema, place) for place in places]
    more: dict[str, Any] = {}
    if names:
        more["parameter"] = names if len(names) > 1 else names[0]
    if kind := _type(fields):
        more["type"] = kind
    listed = finding.rule == "not-in-list" and finding.kind not in UNSCHEMED
    if "enum" in (field := fields[0] if fields else {}) and listed:
        more["allowedValues"] = list(field["enum"])
    filled = {"parameter": _joined(names, row), "other": names[-1] if names else "", "model": _named(task),
              "subject": _subject(names, model), "expected": _expected(finding, names, field),
              "allowed": _allowed(schema, finding.where)}  # fmt: skip
    more["message"] = BLANK.sub(lambda blank: filled[blank[1]] or UNSAID[blank[1]], row["text"])
    return one(contract, row, task, operation, more)


def _joined(names: list[str], row: Row) -> str:
    """The parameter that is wrong; where one of several is missing, each of them."""
    if len(names) > 1 and row["reason"] == "missing-required":
        return "' or '".join(names)
    return names[0] if names else str(row.get("parameter", ""))


def _named(task: Row) -> str:
    said = task.get("model")
    return said if isinstance(said, str) else ""


def _subject(names: list[str], model: Model | None) -> str:
    """A parameter in words, as a sentence begins with it."""
    if not names:
        return ""
    if names[0] in SIDES and model is not None and model.kind in ("image", "video"):
        return f"{model.kind.capitalize()} {names[0]}"
    last = next((part for part in reversed(names[0].split(".")) if not part.isdecimal()), "")
    said = " ".join(word if word.isupper() else word.lower() for word in HUMP.split(last))
    return said[:1].upper() + said[1:]


def _expected(finding: Finding, names: list[str], field: Row) -> str:
    """What a value must be, as a sentence ends with it."""
    if finding.kind in ("below", "at-most"):
        return f"{finding.kind.replace('-', ' ')} '{names[-1]}'"
    if finding.kind in UNSCHEMED:
        return finding.expected
    return _must(field) or finding.expected


def _must(field: Row) -> str:
    """A schema in words."""
    if "enum" in field:
        return f"one of {_quoted(field['enum'])}"
    if "const" in field:
        return f"'{field['const']}'"
    if field.get("format") in FORMS:
        return FORMS[field["format"]]
    kinds = _kinds(field)
    parts = [" or ".join(NOUNS.get(kind, kind) for kind in kinds)]
    if kinds == ["array"] and (items := _kinds(field.get("items", {}))):
        parts = [f"an array of {items[0]}s"]
    parts += [_span(field, *bounds) for bounds in BOUNDS]
    step = field.get("multipleOf", field.get("x-step"))
    said = " ".join(filter(None, parts))
    return said + (f", in multiples of {step}" if step is not None and said else "")


def _span(field: Row, low: str, high: str, unit: str) -> str:
    least, most = field.get(low), field.get(high)
    if least is None and most is None:
        return ""
    if least is None or most is None:
        one = unit.removesuffix("s") if 1 in (least, most) else unit
        return f"of at least {least}{one}" if most is None else f"of at most {most}{one}"
    return f"of {least} to {most}{unit}" if unit else f"between {least} and {most}"


def _kinds(field: Any) -> list[str]:
    said = field.get("type", []) if isinstance(field, Mapping) else []
    return [said] if isinstance(said, str) else list(said)


def _type(fields: list[Row]) -> str:
    """The types that are expected, each once."""
    alone = len(fields) == 1
    words = [_typed(field, alone) for field in fields]
    return "|".join(dict.fromkeys(word for word in words if word))


def _typed(field: Row, alone: bool) -> str:
    kinds = _kinds(field)
    if kinds == ["array"] and alone and (items := _kinds(field.get("items", {}))):
        return "|".join(TYPES.get(kind, kind) for kind in items) + "[]"
    return "|".join(TYPES.get(kind, kind) for kind in kinds)


def _allowed(schema: Row, place: str) -> str:
    """The names that may stand at a place."""
    return _quoted(tuple(within(schema, place.rpartition("/")[0]).get("properties", {})))


def _quoted(values: Any) -> str:
    return _all_quoted(tuple(map(str, values)))


@lru_cache(256)
def _all_quoted(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)
