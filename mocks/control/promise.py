"""What the control plane promises: its routes as control.yaml has them, and the OpenAPI document that they make."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

import yaml

from ...contracts.schema import Judge
from ..scenario import ready
from ..settings import OF_A_HOUSE
from ..tables import config_schema
from ..web.guard import CONTROL

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
ALWAYS = (401, 403)  # whatever is asked, by whoever may not
PLAIN = {"text": "text/plain", "bytes": "application/octet-stream"}  # answers that are no JSON
WISHES = ("script", "refusal", "fault")
OF_WISHES = ("span", "times", "output", "answer", *WISHES)
# Settings of a handle that a session over HTTP does not have, and what to do instead.
OUT_OF_REACH = {
    "models": "no file of this machine is read, so send each model to the session's models",
    "fast_forward": "it is about sleeps in the stand-in's own process, so have your client poll without a pause",
}
Schema = dict[str, Any]


class Route(NamedTuple):
    """One route: what it takes and what it answers."""

    id: str
    method: str
    path: str
    says: str
    query: Mapping[str, Schema]
    body: str = ""
    list: bool = False  # several bodies may come at once
    may_be_empty: bool = False
    status: int = 200
    answer: str = ""
    errors: tuple[int, ...] = ()

    @property
    def media(self) -> str:
        """The type of what it answers."""
        return PLAIN.get(self.answer, "application/json")


class Promise:
    """The routes, the schemas that their bodies are held against, and the document that tells of both."""

    def __init__(self, said: Mapping[str, Any], words: Mapping[str, Any]) -> None:
        self._said = said
        self.routes = tuple(_routes(said))
        plain = {name: schema for name, schema in words["$defs"].items() if name in OF_WISHES}
        own = {name: _spelled(schema) for name, schema in said["schemas"].items()}
        self.schemas: Schema = _pointed({**plain, **own, "new_session": new_session()})
        for name in WISHES:
            self.schemas[name] = _for_somebody(self.schemas[name], said["query"]["provider"])
        self.judges = {name: Judge(self.whole(name)) for name in self.schemas}
        rows = self.schemas["new_session"]["properties"]  # of each setting, Settings itself says best what is wrong
        self.judges["new_session"] = Judge({"type": "object", "properties": {"providers": rows["providers"]}})

    def whole(self, name: str) -> Schema:
        """A schema with all that it refers to."""
        return {"$ref": f"#/components/schemas/{name}", "components": {"schemas": self.schemas}}

    def document(self) -> Schema:
        """The OpenAPI document."""
        paths: dict[str, Schema] = {}
        for route in self.routes:
            paths.setdefault(route.path, {})[route.method.lower()] = self._operation(route)
        return {
            "openapi": "3.1.0",
            "info": {"title": self._said["title"], "version": "1", "description": self._said["description"]},
            "servers": [{"url": CONTROL}],
            "security": [{}, {"token": []}],
            "paths": paths,
            "components": {"schemas": self.schemas,
                           "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        }  # fmt: skip

    def _operation(self, route: Route) -> Schema:
        names = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
        told: Schema = {"operationId": route.id, "summary": route.says}
        inside = [{"name": name, "in": "path", "required": True, **self._said["names"][name]} for name in names]
        asked = [{"name": name, "in": "query", **row} for name, row in route.query.items()]
        if inside or asked:
            told["parameters"] = inside + asked
        if route.body:
            schema: Schema = _of(route.body)
            if route.list:
                schema = {"oneOf": [schema, {"type": "array", "items": schema}]}
            told["requestBody"] = {"required": not route.may_be_empty, "content": _json(schema)}
        content = {route.media: {"schema": _of(route.answer)}}
        told["responses"] = {str(route.status): {"description": route.says, "content": content}} | {
            str(status): {"description": self._said["errors"][status], "content": _json(_of("error"))}
            for status in sorted({*ALWAYS, *route.errors, *_likely(route, names)})
        }
        return told


def _likely(route: Route, names: list[str]) -> Iterator[int]:
    """The errors that follow from what a route takes."""
    if names:
        yield 404
    if route.body:
        yield 413
    yield 422  # a query that nobody knows is refused on every route


def _routes(said: Mapping[str, Any]) -> Iterator[Route]:
    for path, methods in said["routes"].items():
        for method, row in methods.items():
            query = {name: said["query"][name] for name in row.get("query", ())}
            more = {name: value for name, value in row.items() if name not in ("query", "errors")}
            yield Route(method=method.upper(), path=path, query=query, errors=tuple(row.get("errors", ())), **more)


def _spelled(schema: Any) -> Any:
    """A schema with its `fields` written out."""
    if isinstance(schema, list):
        return [_spelled(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    told = {key: _spelled(value) for key, value in schema.items() if key != "fields"}
    if (names := schema.get("fields")) is not None:
        told |= {"type": "object", "additionalProperties": False,
                 "properties": {name.rstrip("?"): _spelled(field) for name, field in names.items()},
                 "required": [name for name in names if not name.endswith("?")]}  # fmt: skip
    return told


def _pointed(schemas: Schema) -> Schema:
    """The same schemas, which refer to each other where the document has them."""
    pointed: Schema = json.loads(json.dumps(schemas).replace('"#/$defs/', '"#/components/schemas/'))
    return pointed


def _for_somebody(schema: Schema, provider: Schema) -> Schema:
    """A wish that may say whose orders it is about."""
    field = {"description": provider["description"], **provider["schema"]}
    return {**schema, "properties": {**schema["properties"], "provider": field}}


def new_session() -> Schema:
    """What a session may be told: all that a handle may be told, and whose stand-ins it has."""
    others = {*OF_A_HOUSE, *OUT_OF_REACH}
    rows = {name: row for name, row in config_schema()["properties"].items()
            if name not in others and "-" not in name and row.get("type") != "object"}  # fmt: skip
    rows["providers"] = {"type": "array", "items": {"type": "string"}, "minItems": 1,
                         "description": "Whose stand-ins it has; by default everybody's."}  # fmt: skip
    rows["scenario"] = {"enum": ["", *ready()], "description": "What happens: a ready scenario's name, or nothing."}
    rows["clock"] |= {"default": "auto", "description": "How time goes: real, xN (as x10), manual or auto."}
    rows["readings"] = {"type": "object", "description": "Per provider: how its documents are read."}
    return {"type": "object", "description": "A session to be opened.", "properties": rows,
            "additionalProperties": False}  # fmt: skip


def _of(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _json(schema: Schema) -> Schema:
    return {"application/json": {"schema": schema}}


@lru_cache
def promise() -> Promise:
    """The one promise there is; read when somebody asks."""
    here = files(__name__.rpartition(".")[0])
    said = yaml.load((here / "control.yaml").read_bytes(), Loader=_Loader)  # noqa: S506 - the safe one, in C
    words = yaml.load((files(__name__.rpartition(".control")[0]) / "words.yaml").read_bytes(), Loader=_Loader)  # noqa: S506
    return Promise(said, words)
