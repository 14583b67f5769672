"""Spells a contract out as an OpenAPI 3.1 document: one path per model, examples, error answers and links."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .bundle import batch, tasks
from .catalogue import Model
from .derived import APART

if TYPE_CHECKING:
    from .contract import Contract
    from .operation import Operation


def published(
    contract: Contract, base: str = "", models: Iterable[Model] | None = None, lens: bool = False
) -> dict[str, Any]:
    """The document, as the server shows it at `<prefix>/openapi.json`; of every model, unless some are named.

    `base` is the address that stands in it, if it is not to be the provider's own. Through a `lens`, each type of task
    of a bundle has a path of its own, for each of these models, and the one of the wire is not told.
    """
    facts = contract.facts.openapi
    security = facts["security"]
    schemas: dict[str, Any] = {}
    for part in contract.apis.values():
        for name, schema in part.schemas.items():  # what one API takes over from another is as that one has it
            key = _error(part) if name == "Error" else name
            schemas.setdefault(key, _marked(schema, part.facts.openapi["schemas"][name]))
    chosen = contract.catalogue.models.values() if models is None else tuple(models)
    if lens and contract.bundle is not None:
        chosen = tuple(map(contract.bundle.bare, chosen))
    paths: dict[str, Any] = {}
    for part in contract.apis.values():
        own = chosen if part.api == contract.api else part.catalogue.models.values()
        for path, routes in _paths(part, own, lens):
            servers = {} if base or part.api == contract.api else {"servers": part.facts.openapi["servers"]}
            paths.setdefault(path, {}).update({method: {**route, **servers} for method, route in routes.items()})
    if contract.bundle is not None and not lens:
        schemas |= dict(tasks(contract))
    return {
        "openapi": facts["openapi"],
        "info": facts["info"],
        "servers": [{"url": base}] if base else facts["servers"],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"key": {"type": "http", "scheme": security["scheme"].lower(), **_sourced(security)}},
        },
    }


def _paths(contract: Contract, models: Iterable[Model], lens: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    paths: dict[str, dict[str, Any]] = {}
    # Links leave from one model of each kind: with more to begin at, chance would rarely stay with one order.
    kinds: set[str] = set()
    spelled = {operation.model for operation in contract.operations.values()}
    for operation in contract.operations.values():
        if operation.bundles if lens else operation.within:
            continue
        named = next((name for name, p in operation.parameters.items()
                      if (p.get("slashes") or operation.within) and name in spelled), "")  # fmt: skip
        if not named:
            route = _route(contract, operation, linked=True)
            paths.setdefault(operation.path, {})[operation.method.lower()] = route
            continue
        for model in (each for each in models if each.form in ("", operation.within)):
            linked = bool(operation.model) and model.kind not in kinds
            kinds.add(model.kind) if operation.model else None
            for id in (model.id, *(() if lens else model.also)):
                path = operation.path.replace("{" + named + "}", id)
                told = _route(contract, operation, model, linked and id == model.id, id)
                paths.setdefault(path, {})[operation.method.lower()] = told
    yield from paths.items()


def _route(
    contract: Contract, operation: Operation, model: Model | None = None, linked: bool = False, id: str = ""
) -> dict[str, Any]:
    name = operation.id if model is None else f"{operation.id}_{id.replace('/', '_')}"
    route: dict[str, Any] = {
        "operationId": name,
        "summary": f"{model.title}: {operation.summary}" if model is not None and model.title else operation.summary,
        "tags": [operation.channel],
        "x-understudy-operation": operation.id,
        **_sourced({"source": operation.source, "where": operation.where}),
    }
    if operation.keyless:
        route["security"] = []
    strict = "invalid-input" in operation.refusals
    parameters = [_parameter(key, row, strict) for key, row in operation.parameters.items()
                  if row["in"] != "body"
                  and (model is None or not (row.get("slashes") or operation.within))]  # fmt: skip
    if parameters:
        route["parameters"] = parameters
    if model is not None and operation.model:
        route["x-understudy-complete"] = model.complete
        route["requestBody"] = {"required": True, "content": {"application/json": {
            "schema": dict(model.input_schema), "example": model.example()}}}  # fmt: skip
        if model.deprecated:
            route["deprecated"] = True
        route.update({"x-source": model.source, "x-where": model.where})
    elif operation.file:
        field = {operation.file["field"]: {"type": "string", "format": "binary"}}
        form: dict[str, Any] = {"type": "object", "required": [*field], "properties": field}
        if "form" in operation.file:
            form = {"$ref": f"#/components/schemas/{operation.file['form']}"}
        route["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": form}}}
    elif operation.bundles:
        route["requestBody"] = {"required": True, "content": {"application/json": batch(contract)}}
    elif operation.speaks:
        needed = APART not in operation.path  # of what a path says, a body need not
        route["requestBody"] = {"required": needed, "content": {"application/json": _content(contract, operation)}}
    route["responses"] = dict(_answers(contract, operation, linked))
    return route


def _content(contract: Contract, operation: Operation) -> dict[str, Any]:
    """The body of an operation whose form is its own, or that of whatever its path names, one of several."""
    forms = [operation.body] if operation.body is not None else list(contract.catalogue.models.values())
    forms = [contract.bundle.bare(form) for form in forms] if contract.bundle is not None else forms
    schemas = [dict(form.input_schema) for form in forms]
    return {"schema": schemas[0] if len(schemas) == 1 else {"anyOf": schemas}, "example": forms[0].example()}


def _parameter(name: str, row: Mapping[str, Any], strict: bool) -> dict[str, Any]:
    schema = row["schema"]
    if row["in"] == "query" and not strict:
        # Nobody knows that other words are refused here, so none are forbidden: what is known are examples.
        schema = {"type": "string", **({"examples": schema["enum"]} if "enum" in schema else {})}
    return {"name": name, "in": row["in"], "required": row["in"] == "path", "schema": schema,
            "description": row["description"]}  # fmt: skip


def _answers(contract: Contract, operation: Operation, linked: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    row = contract.facts.openapi["operations"][operation.id]
    for status, answer in row["answers"].items():
        shown: dict[str, Any] = {
            "description": answer["description"],
            "content": {
                "application/json": {
                    "schema": {"$ref": f"#/components/schemas/{answer['schema']}"},
                    **({"example": answer["example"]} if "example" in answer else {}),
                }
            },
        }
        if "also" in answer:
            shown["content"][answer["also"]] = {}
        links = _links(contract, operation) if linked else {}
        if links:
            shown["links"] = links
        yield status, shown
    keys = contract.refusing(operation.id)
    by_status: dict[int, list[Mapping[str, Any]]] = {}
    for reason in dict.fromkeys(
        (*operation.refusals, *_of_tasks(contract, operation), *_of_paths(contract, operation))
    ):
        error = contract.error(reason, operation)
        by_status.setdefault(error["status"], []).append(error)
    for code, errors in sorted(by_status.items()):
        error_form = {"$ref": f"#/components/schemas/{row.get('error', _error(contract))}"}
        refused: dict[str, Any] = {
            "description": "; ".join(" ".join(str(error[key]) for key in ("code", "name") if key in error)
                                     for error in errors),
            "content": {"application/json": {
                "schema": _beside(row["answers"].get(str(code)), error_form),
                "examples": {error["reason"]: {"value": _refusal(keys, error)} for error in errors}}},
        }  # fmt: skip
        if answer := row["answers"].get(str(code)):  # a status that is an answer as well
            refused["description"] += "; " + answer["description"]
            refused.update({"links": links} if linked and (links := _links(contract, operation)) else {})
            refused["content"].update({answer["also"]: {}} if "also" in answer else {})
        yield str(code), refused


def _error(contract: Contract) -> str:
    """The name of the schema of an API's errors: one of its own, where it says no in a form of its own."""
    others = list(contract.whole.apis.values())
    first = next(each for each in others if each.schemas["Error"] == contract.schemas["Error"])
    return first.api.title() + "Error" if first is not others[0] else "Error"


def _links(contract: Contract, operation: Operation) -> dict[str, Any]:
    """Where an answer leads: from an order to what can be asked about it, from a new prop to its uses."""
    found: dict[str, Any] = {}
    named = {kind: row for kind, row in contract.facts.openapi.get("props", {}).items()
             if isinstance(row, dict) and row.get("add") == operation.id}  # fmt: skip
    for other in contract.operations.values():
        inside = {name: row for name, row in other.parameters.items() if row["in"] == "path"}
        if any(row["in"] == "body" for row in other.parameters.values()):
            continue
        if operation.lifecycle and other.lifecycle == operation.lifecycle and other.task and other is not operation:
            told = {name: f"$request.path.{name}" for name in inside if name in operation.parameters}
            place = contract.life.tells.get("id", f"/{other.task}")
            status = next(iter(operation.answers))
            if other.task not in told or place[1:] in contract.answer_schema(operation, status).get("properties", {}):
                told[other.task] = f"$response.body#{place}"
        else:
            told = {
                name: "$response.body#" + named[row["prop"]]["id"]
                for name, row in inside.items()
                if row.get("prop") in named
            }
        if told and told.keys() == inside.keys():
            found[other.id] = {"operationId": other.id, "parameters": told}
    return found | _in_bodies(contract, operation)


def _in_bodies(contract: Contract, operation: Operation) -> dict[str, Any]:
    """The links from an order to what is asked about it by a body that names it, whichever API it is of."""
    place = contract.life.tells.get("id", "")
    if not operation.lifecycle or (not operation.orders and not operation.task):
        return {}
    there = place[1:] in contract.answer_schema(operation, next(iter(operation.answers))).get("properties", {})
    word = f"$response.body#{place}" if there else f"$request.body#/{operation.task}" if operation.task else ""
    asks = (each for each in contract.whole.operations.values() if each is not operation and word and each.task
            and each.parameters.get(each.task, {}).get("in") == "body")  # fmt: skip
    return {each.id: {"operationId": each.id, "requestBody": {each.task: word}} for each in asks}


def _refusal(keys: Mapping[str, Any], error: Mapping[str, Any]) -> dict[str, Any]:
    """An error as it is told: its code and its text, at their places."""
    said: dict[str, Any] = {}
    for name, value in ((keys["code"], error.get("code", error["name"])), (keys["text"], error["text"])):
        first, _, last = name.rpartition("/0/")
        place = said.setdefault(first, [{}])[0] if first else said
        place[last] = value
    return said


def _beside(answer: Mapping[str, Any] | None, error: dict[str, Any]) -> dict[str, Any]:
    """The form of an error; where it comes with the status of an answer, it may be either."""
    return {"anyOf": [{"$ref": f"#/components/schemas/{answer['schema']}"}, error]} if answer else error


def _of_tasks(contract: Contract, operation: Operation) -> tuple[str, ...]:
    """Why a list may come to nothing at all: for the reasons of its tasks, and since who waits may wait in vain."""
    if not operation.bundles:
        return ()
    within = (reason for each in contract.operations.values() if each.within for reason in each.refusals)
    return (*within, *(reason for reason in ("task-failed", "timeout") if "status" in contract.errors.get(reason, {})))


def _of_paths(contract: Contract, operation: Operation) -> tuple[str, ...]:
    """Why a path is refused before anybody knows whose operation it is: said where part of it is left to the client."""
    free = any(p["in"] == "path" and not p.get("slashes") for p in operation.parameters.values())
    return ("bad-path",) if free and "bad-path" in contract.errors else ()


def _marked(schema: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    return {**schema, **_sourced(row)}


def _sourced(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"x-source": row["source"], "x-where": row["where"]}
