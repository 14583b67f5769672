"""A bundle: one request whose body is a list of tasks, each of which names its own operation, model and id.

Over the wire there is one route. Each type of task is an operation all the same: its path (`/v1/~type/{model}`) is
never sent, its request is one element of the list, its answer is that part of the reply which bears its id.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from .catalogue import Model
from .exchange import Exchange, written

if TYPE_CHECKING:
    from .contract import Contract
    from .operation import Operation


DELIVERY, STREAM = "deliveryMethod", "stream"  # the key that says how results come, and the way that comes in pieces


class Bundle:
    """How a provider's tasks come in a list, and in which keys they say what they are."""

    __slots__ = ("by", "data", "elsewhere", "errors", "id", "key", "model", "most", "names", "opening", "route",
                 "types", "word")  # fmt: skip

    def __init__(self, row: Mapping[str, Any], operations: Iterable[Operation]) -> None:
        self.route: str = row["operation"]
        self.by: str = row["by"]
        self.id: str = row["id"]
        self.model: str = row["model"]
        self.data: str = row["data"]
        self.errors: str = row["errors"]
        self.key: str = row["key"]
        self.word: Mapping[str, str] = row["word"]  # how a task stands, where that is told
        self.elsewhere = frozenset(row.get("elsewhere", ()))  # what says where results go besides
        self.most: int = row["most"]  # tasks at once
        self.names = re.compile(row["names"])  # what a model's name looks like
        self.types = {word: each for each in operations if each.within for word in (each.within, *each.also)}
        self.opening = self.types.get(row["opening"])  # the one that bears a key

    @property
    def envelope(self) -> frozenset[str]:
        """The keys of a task that say what it is, not what is wanted."""
        return frozenset({self.by, self.id, self.model})

    def named(self, task: Any) -> Operation | None:
        """The operation that a task names, if there is one."""
        word = task.get(self.by) if type(task) is dict else None
        return self.types.get(word) if type(word) is str else None

    def value(self, operation: Operation, task: Mapping[str, Any]) -> str:
        """The one thing that a task is about: the model that it names, or the task that it asks for."""
        word = task.get(self.model) if operation.model else task.get(self.id) if operation.task else ""
        return word if type(word) is str else ""

    def task(self, operation: Operation, path: str, body: Any, fresh: str) -> Any:
        """What is sent for a request of an operation: whatever the body leaves out, the path and a fresh id say."""
        if type(body) is not dict:
            return body
        told = {self.by: operation.within, self.id: fresh}
        if operation.within in self.idless:
            del told[self.id]
        for name, value in operation.named(path).items():
            told[name] = unquote(value)
        return {**told, **body}

    @property
    def idless(self) -> frozenset[str]:
        """The types whose tasks bear no id."""
        return frozenset(word for word, each in self.types.items() if each.idless)

    def bare(self, model: Model) -> Model:
        """The form of a task without what says which, whose and where to: the path, a counter and nobody say these."""
        aside = self.envelope | self.elsewhere
        fields = {name: field for name, field in model.schema.get("properties", {}).items() if name not in aside}
        required = [name for name in model.schema.get("required", ()) if name not in aside]
        if STREAM in fields.get(DELIVERY, {}).get("enum", ()):  # which is no JSON
            words = [word for word in fields[DELIVERY]["enum"] if word != STREAM]
            fields[DELIVERY] = {**fields[DELIVERY], "enum": words}
        between = [rule for rule in model.schema.get("between", ())
                   if not any(field.split("/")[1] in aside for field in rule["fields"])]  # fmt: skip
        row = {"id": model.id, "kind": model.kind, "form": model.form or model.id, "complete": model.complete,
               "ordered": model.ordered, "source": model.source, "where": model.where,
               "schema": {**model.schema, "properties": fields, "required": required, "between": between}}  # fmt: skip
        return Model(row, model.limits, envelope=model.envelope)

    def address(self, operation: Operation, task: Mapping[str, Any]) -> str:
        """The path of the operation that a task is."""
        path = operation.path
        for name in operation.parameters:
            path = path.replace("{" + name + "}", quote(str(task.get(name, "")), safe=":@.-_"))
        return path

    def parts(self, contract: Contract, said: Exchange) -> Iterator[Exchange]:
        """The exchanges that one over the wire stands for, each of one task; what is no list of tasks, as it is."""
        tasks, answer = said.request_json, said.json
        known = [(task, self.named(task)) for task in tasks] if type(tasks) is list else []
        if not known or any(operation is None for _, operation in known):
            yield said
            return
        for task, operation in known:
            assert operation is not None
            own = self.own(answer, task.get(self.id), len(known) == 1)
            status = said.status if len(known) == 1 else self.status(contract, operation, own, said.status)
            body = said.answer_body if own is answer else written(own)
            yield said._replace(
                url=self.address(operation, task), request_body=written(task), operation=operation.id,
                channel=operation.channel, status=status, answer_body=body,
                task=str(task.get(self.id, "")) if operation.task or operation.orders else "",
            )  # fmt: skip

    def own(self, answer: Any, name: Any, alone: bool) -> Any:
        """That part of a reply which bears an id; the whole, where nobody else was asked for anything."""
        if alone or type(answer) is not dict:
            return answer
        own = {key: [item for item in items if type(item) is dict and item.get(self.id) == name]
               for key, items in answer.items() if type(items) is list}  # fmt: skip
        return {key: items for key, items in own.items() if items}

    def status(self, contract: Contract, operation: Operation, own: Any, whole: int) -> int:
        """The status that a part of a reply would have had by itself."""
        if self.data in own or not own.get(self.errors):
            return 200
        if operation.channel == "poll" and own[self.errors][0].get(self.word["key"]) == self.word["failed"]:
            return 200  # that a task failed is a good answer to who asks for it
        row = contract.coded(own[self.errors][0].get("code"), operation)
        return int(row["status"]) if row and "status" in row else whole


def spelled(openapi: Mapping[str, Any], tasks: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The operations and schemas of a bundle's tasks, from the row of each type and what is known of its task."""
    rows: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    bundle = openapi["bundle"]
    for word, row in openapi["tasks"].items():
        rows[word] = _operation(word, row, bundle, tasks)
        schemas.update(_schemas(word, row, tasks, openapi))
    schemas |= _polled(openapi, tasks)
    return rows, schemas


def _operation(
    word: str, row: Mapping[str, Any], bundle: Mapping[str, Any], tasks: Mapping[str, Any]
) -> dict[str, Any]:
    text = {"type": "string"}
    said = {"model": bundle["model"]} if row.get("model") else {"task": bundle["id"]} if row.get("asks") else {}
    parameters = {name: {"in": "path", "schema": text, "description": "The task's own key of this name."}
                  for name in said.values()}  # fmt: skip
    form = {} if row.get("model") else {"body": word}
    path = bundle["path"] + word + "".join(f"/{{{name}}}" for name in parameters)
    return {
        "method": "POST", "path": path, "within": word, "also": tasks["forms"].get(word, {}).get("x-also", ()),
        "summary": row["summary"], "channel": row["channel"], "lifecycle": row.get("lifecycle", ""), **said, **form,
        "parameters": parameters, "idless": row.get("idless", False), "keyless": row.get("keyless", False),
        "streams": row.get("streams", ""),
        "refusals": [reason for reason in (*bundle["refusals"], *row.get("refusals", ()))
                     if reason != "bad-task-id" or not row.get("idless")],
        "answers": {"200": {"schema": _capital(word) + "Answer", "description": row["summary"]}},
        "source": row["source"], "where": row["where"],
    }  # fmt: skip


def _schemas(
    word: str, row: Mapping[str, Any], tasks: Mapping[str, Any], openapi: Mapping[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """An answer holds results, or nothing but the id of what is under way."""
    known = tasks["results"][word]
    words = [word, *tasks["forms"].get(word, {}).get("x-also", ())]
    by = openapi["bundle"]["by"]
    result = {**known, "properties": {**known["properties"], by: {"enum": words}}, "additionalProperties": False}
    yield _capital(word) + "Result", result
    sourced = {"source": known["source"], "where": known["where"]}
    items: dict[str, Any] = {"$ref": f"#/components/schemas/{_capital(word)}Result"}
    if row.get("asks") == "status":
        items = {"$ref": "#/components/schemas/Standing"}
    elif "async" in row.get("delivers", ()):
        items = {"anyOf": [items, {"$ref": "#/components/schemas/Acknowledged"}]}
    data = items if row.get("alone") else {"type": "array", "items": items}
    yield _capital(word) + "Answer", {"type": "object", "required": [openapi["bundle"]["data"]],
                                      "properties": {openapi["bundle"]["data"]: data,
                                                     openapi["bundle"]["errors"]: {"type": "array", "minItems": 1}},
                                      "additionalProperties": False, **sourced}  # fmt: skip


def _polled(openapi: Mapping[str, Any], tasks: Mapping[str, Any]) -> dict[str, Any]:
    """What is answered to whoever asks how a task stands: under its own type, with a word for its state."""
    by, name, word = openapi["bundle"]["by"], openapi["bundle"]["id"], openapi["bundle"]["word"]
    done, under_way = word["done"], word["under_way"]
    words = [under_way, done, word["failed"]]
    rules: list[dict[str, Any]] = []
    schemas: dict[str, Any] = {}
    for kind, row in openapi["tasks"].items():
        if "async" not in row.get("delivers", ()):
            continue
        known = tasks["results"][kind]
        properties = {**known["properties"], by: {"enum": [kind, *tasks["forms"][kind].get("x-also", ())]}}
        properties[word["key"]] = {"const": done}
        schemas[_capital(kind) + "Done"] = {
            **known, "required": [*known["required"], word["key"]], "properties": properties,
            "additionalProperties": False,
        }  # fmt: skip
        when = {by: properties[by], word["key"]: {"const": done}}
        rules.append({"if": {"properties": when, "required": [*when]},
                      "then": {"$ref": f"#/components/schemas/{_capital(kind)}Done"}})  # fmt: skip
    own = {key for row in tasks["results"].values() for key in row["properties"] if key.endswith("UUID")}
    names = (by, name, word["key"], word["progress"], *sorted(own))
    waiting = {"properties": dict.fromkeys(names, True), "additionalProperties": False}
    rules.append(
        {"if": {"properties": {word["key"]: {"const": under_way}}, "required": [word["key"]]}, "then": waiting}
    )
    schemas["Standing"] = {
        "type": "object", "required": [by, name, word["key"]],
        "properties": {by: {"type": "string"}, name: {"type": "string"}, word["key"]: {"enum": words},
                       word["progress"]: {"type": "integer", "minimum": 0, "maximum": 100}},
        "allOf": rules, "source": word["source"], "where": word["where"],
    }  # fmt: skip
    return schemas


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]


def batch(contract: Contract) -> dict[str, Any]:
    """The body of the one route, for a document: a list of tasks, told apart by the word that names their type."""
    bundle = contract.bundle
    assert bundle is not None
    names = {word: f"#/components/schemas/{_capital(word)}Task" for word in contract.facts.openapi["tasks"]}
    told = {"propertyName": bundle.by, "mapping": names}
    items = {"oneOf": [{"$ref": place} for place in names.values()], "discriminator": told}
    example = {bundle.by: "ping", "ping": True}
    return {"schema": {"type": "array", "minItems": 1, "items": items}, "example": [example]}


def tasks(contract: Contract) -> Iterator[tuple[str, dict[str, Any]]]:
    """The schemas of tasks, for a document: of each type, and of its models, those alike in one; `x-models` of a type
    says which one a model has."""
    bundle = contract.bundle
    assert bundle is not None
    alike: dict[int, str] = {}
    for word in contract.facts.openapi["tasks"]:
        form, models = contract.forms[word], {}
        for model in contract.catalogue.models.values():
            if model.form != word:
                continue
            if id(model.schema) not in alike:
                alike[id(model.schema)] = f"{_capital(word)}Task{len(alike) + 1}"
                yield alike[id(model.schema)], _shown(model, word, bundle)
            models[model.id] = {"$ref": f"#/components/schemas/{alike[id(model.schema)]}"}
        yield _capital(word) + "Task", {**_shown(form, word, bundle), **({"x-models": models} if models else {})}


def _shown(model: Model, word: str, bundle: Bundle) -> dict[str, Any]:
    """A task's schema as a document has it: with the name of its type, and where it is known from."""
    fields = {**model.input_schema.get("properties", {}), bundle.by: {"const": word}}
    required = list(dict.fromkeys([bundle.by, *model.input_schema.get("required", ())]))
    return {**model.input_schema, "properties": fields, "required": required, "x-source": model.source,
            "x-where": model.where}  # fmt: skip
