"""All that a contract promises and an exchange can reach, as empty rows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ...catalogue import Model
from ...contract import Contract
from ...explain import table
from ...finding import shown
from ...operation import Operation
from ..props import offered, submits
from .covered import Item, Row

# What each of our reasons to say no takes beside a request.
NEEDS = {"foreign-id": "other key", "no-money": "poor", "media-gone": "advance"}
OF_A_STATE = {"PAUSED": "pause", "RUNNING": "advance", "SUCCEEDED": "advance", "FAILED": "fail"}
BOUNDS = ("minimum", "maximum")
LENGTHS = {"minLength": "shortest", "maxLength": "longest", "minItems": "fewest", "maxItems": "most"}
LONGEST_WORD = 40


def promised(contract: Contract) -> dict[Item, Row]:
    """A row of everything but the inputs of models, of which those count that are ordered."""
    rows: dict[Item, Row] = {}
    for operation in contract.operations.values():
        rows.update(_of_operation(contract, operation))
    for reason, row in contract.errors.items():
        known = contract.bundle is None or reason in table()["reasons"]  # the rest is never said by itself
        if "status" in row and known and not any(reason in o.refusals for o in contract.operations.values()):
            rows["errors", "", reason] = _error(row)
    for part in contract.apis.values():
        for model in offered(part) if submits(part) is not None else ():
            rows["models", model.id] = Row(hint="nobody ordered it")
    rows.update(_of_lives(contract))
    return rows


def _of_operation(contract: Contract, operation: Operation) -> Iterator[tuple[Item, Row]]:
    name = operation.id
    yield ("channels", operation.channel), Row(hint="no operation of it was answered well")
    for status in operation.answers:
        yield ("answers", name, str(status)), Row(hint="it was asked for, and never answered so")
    # What is said of a list before it is read is said of no task of it.
    unread = ("bad-json", "too-large") if operation.within else ()
    rows = [row for reason in operation.refusals if reason not in unread and (row := contract.error(reason, operation))]
    # Two reasons that are told in the same words are one answer: nobody can tell them apart.
    refusals = list({tuple(row.get(key) for key in ("status", "code", "name", "text")): row for row in rows}.values())
    statuses = dict.fromkeys(row["status"] for row in refusals if "status" in row)
    for status in statuses:
        behind = [row["reason"] for row in refusals if row.get("status") == status]
        needs = {NEEDS.get(reason, "") for reason in behind}
        if status not in operation.answers:
            yield ("answers", name, str(status)), Row(", ".join(behind), min(needs) if len(needs) == 1 else "",
                                                      "nobody was refused so")  # fmt: skip
    for row in refusals:
        if "status" in row:
            yield ("errors", name, row["reason"]), _error(row)
    for parameter in operation.queries:
        for how, _, _ in ways(operation.parameters[parameter]["schema"], False):
            yield ("parameters", name, parameter, how), Row(hint="nobody asked so")


def _error(row: Mapping[str, Any]) -> Row:
    said = " ".join(str(row[key]) for key in ("status", "code", "name") if key in row)
    return Row(said, NEEDS.get(row["reason"], ""), "nobody was refused so")


def _of_lives(contract: Contract) -> Iterator[tuple[Item, Row]]:
    for life in contract.lives.values():
        for channel, words in life.words.items():
            for state, word in words.items():
                if life.alike[state] != state:
                    continue
                yield ("states", life.name, channel, state), Row(word, OF_A_STATE.get(state, ""), "nobody saw it there")
        ways = ("accepted", *(() if "refuses" in life.cancel else ("refused",)))  # else it is told as an error
        for word in (word for word in ways if word in life.cancel and life.cancel["operation"]):
            yield ("states", life.name, life.cancel["operation"], word), Row(str(life.cancel[word]), "", "nobody was "
                                                                             "answered so")  # fmt: skip
        for frm, to in sorted({(life.alike[frm], life.alike[to]) for frm, to in life.steps}):
            if frm == to:
                continue
            needs = OF_A_STATE.get(to, "")
            yield ("transitions", life.name, frm, to), Row("", needs, "nobody looked before and after it")


def of_model(model: Model) -> dict[Item, Row]:
    """A row of each way to fill each field of a model."""
    required = model.schema.get("required", ())
    return {("inputs", model.id, field, how): Row(hint="nobody ordered so") for field, schema in model.fields.items()
            for how, _, _ in ways(schema, field in required)}  # fmt: skip


def ways(schema: Mapping[str, Any], required: bool) -> Iterator[tuple[str, str, Any]]:
    """The ways to fill a field that are worth a row: how it reads, what tells it, and the value or length."""
    yield "given", "given", None
    if not required:
        yield "left out", "left out", None
    for bound in BOUNDS:
        if bound in schema:
            yield f"{bound} {schema[bound]}", "value", schema[bound]
    for bound, word in LENGTHS.items():
        if bound in schema:
            yield f"{word} {schema[bound]}", "length", schema[bound]
    items = schema.get("items")
    listed = items if isinstance(items, dict) else {}
    words = schema.get("enum") or listed.get("enum") or ([True, False] if schema.get("type") == "boolean" else [])
    for word in words:
        yield f"= {_word(word)}", "value", word


def _word(word: Any) -> str:
    return word if isinstance(word, str) and len(word) <= LONGEST_WORD else shown(word, LONGEST_WORD)


class Field:
    """One field or query parameter, which finds the rows that a value reaches."""

    __slots__ = ("_given", "_left", "_lengths", "_values", "_whole")

    def __init__(self, schema: Mapping[str, Any], required: bool, rows: Mapping[str, Row]) -> None:
        self._given, self._left = rows["given"], None if required else rows["left out"]
        self._values: dict[Any, list[Row]] = {}
        self._lengths: dict[int, list[Row]] = {}
        self._whole = schema.get("type") in ("integer", "number")
        for how, what, value in ways(schema, required):
            if what == "value":
                self._values.setdefault(_key(value), []).append(rows[how])
            elif what == "length":
                self._lengths.setdefault(value, []).append(rows[how])

    def left(self) -> list[Row]:
        """The rows of a field that is not there."""
        return [self._left] if self._left is not None else []

    def met(self, value: Any) -> list[Row]:
        """The rows of a value."""
        found = [self._given]
        for each in value if isinstance(value, list) else (value,):
            found += self._values.get(_key(each), ())
        if self._lengths and isinstance(value, (str, list)):
            found += self._lengths.get(len(value), ())
        return found

    def read(self, text: str) -> list[Row]:
        """The rows of a query's text."""
        if self._whole:
            try:
                return self.met(json.loads(text))
            except ValueError:
                return self.met(text)
        return self.met(text)


def _key(value: Any) -> Any:
    """A value as it is looked up: true is not 1, and what cannot be looked up is no word."""
    if isinstance(value, (str, int, float, bool)) or value is None:
        return isinstance(value, bool), value
    return json.dumps(value, sort_keys=True)
