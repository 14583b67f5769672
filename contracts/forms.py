"""Forms: what a task of each type takes, and what a model adds to that; what is alike stands once in these tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]


def formed(table: Any, tasks: Row, whole: Row | None = None) -> list[dict[str, Any]]:
    """The rows of a table of models, each with its whole schema: its own, laid over its task's form. `whole` is the
    table of tasks filled, for who has it."""
    forms, shapes = (whole or filled(tasks)).get("forms", {}), {}
    for name, shape in table.get("shapes", {}).items():
        shapes[name] = {**shape, "properties": _fields(shape["properties"], tasks)}
    known: dict[tuple[str, str], dict[str, Any]] = {}
    rows = []
    for row in table["models"]:
        if "form" not in row:
            rows.append(row)
            continue
        own = shapes[row["shape"]] if "shape" in row else None
        key = (row["form"], row.get("shape", row["id"]))
        if key not in known:  # models of one shape share one schema
            schema = own or {**row["schema"], "properties": _fields(row["schema"]["properties"], tasks)}
            known[key] = over(forms[row["form"]], schema, whole=row["complete"])
        rows.append({**row, "schema": known[key]})
    return rows


def filled(tasks: Row) -> dict[str, Any]:
    """The table of tasks with all that stands in it once where it belongs."""
    whole = dict(tasks)
    for part in ("forms", "results"):
        whole[part] = {name: {**form, "properties": _fields(form["properties"], tasks)}
                       for name, form in tasks.get(part, {}).items()}  # fmt: skip
    return whole


def over(form: Row, own: Row, whole: bool) -> dict[str, Any]:
    """A model's schema over its task's form. What the model says wins: field by field where its table is whole, else
    word by word. A field that the form has from elder documents alone is known, and no more; to a model whose names are
    all known only where it is the elder spelling of one of them."""
    fields = dict(form["properties"])
    if own.get("additionalProperties") is False:
        today = {name: field for name, field in fields.items() if not field.get("x-legacy")} | own["properties"]
        fields = {name: field for name, field in fields.items()
                  if name in today or _leads(field.get("x-alias", ""), today)}  # fmt: skip
    for name, field in own["properties"].items():
        told = fields.get(name, {})
        fields[name] = field if whole or told.get("x-legacy") else {**told, **field}
    required = dict.fromkeys([*form.get("required", ()), *own.get("required", ())])
    rest = {key: value for key, value in own.items() if key not in ("properties", "required")}
    between = [*form.get("between", ()), *(row for row in own.get("between", ()) if row not in form.get("between", ()))]
    return {**form, **rest, "required": list(required), "properties": fields, "between": between}


def _leads(path: str, fields: Row) -> bool:
    """Whether a name of these fields, or below one of them, is what a dotted path leads to."""
    head, _, rest = path.partition(".")
    if head not in fields:
        return False
    below = fields[head]
    return not rest or rest in below.get("properties", {}) or below.get("additionalProperties") is not False


def _fields(fields: Row, tasks: Row) -> dict[str, Any]:
    return {name: _field(field, tasks) for name, field in fields.items()}


def _field(field: Any, tasks: Row) -> Any:
    """A field with the words of its enum, and with what is known of a part that many forms have; where nothing in it
    is told elsewhere, the field itself."""
    if not isinstance(field, dict):
        return field
    said = field
    if "x-enum" in field or "x-part" in field:
        said = {key: value for key, value in field.items() if key not in ("x-enum", "x-part")}
        if "x-enum" in field:
            said["enum"] = tasks["enums"][field["x-enum"]]
        if "x-part" in field:
            said["properties"] = {**tasks["parts"][field["x-part"]], **said.get("properties", {})}
    if "properties" in said:
        below = _fields(said["properties"], tasks)
        if any(below[name] is not each for name, each in said["properties"].items()):
            said = {**said, "properties": below}
    if "items" in said and (items := _field(said["items"], tasks)) is not said["items"]:
        said = {**said, "items": items}
    return said
