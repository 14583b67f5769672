"""One request to the control plane, read and held against its route before anything is done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

from ...contracts.field import told
from ...contracts.finding import did_you_mean, shown
from ...contracts.schema import Difference, Judge, pointer
from ..engine.refusal import Refusal
from ..web import guard
from ..words import counted
from .promise import Promise, Route, Schema

BOOLEANS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


class No(HTTPException):
    """A request that is refused, in one sentence: what was expected, what came, what to do."""


class Asked(NamedTuple):
    """What somebody asks for; `base` is the address by which this house was asked."""

    route: Route
    names: Mapping[str, str]
    query: Mapping[str, Any]
    body: Any
    base: str


async def asked(request: Request, route: Route, promise: Promise, most: int) -> Asked:
    """Reads a request; one that is not what its route takes is refused."""
    body = await _body(request, route, promise, most) if route.body else None
    host = request.headers.get("host") or "{}:{}".format(*(request.scope.get("server") or ("127.0.0.1", 80)))
    base = f"{request.scope.get('scheme', 'http')}://{host}"
    return Asked(route, request.path_params, _query(request, route), body, base)


async def _body(request: Request, route: Route, promise: Promise, most: int) -> Any:
    length = request.headers.get("content-length", "").encode()
    try:
        said = await guard.read(request.receive, most, length)
        if not said and route.may_be_empty:
            return {}
        value = guard.loads(said)
    except guard.Gone:
        raise No(400, "expected a whole request; came half of one; send it again") from None
    except Refusal as no:
        if no.reason == "too-large":
            raise No(413, f"expected at most {most} bytes; came more; raise max_body") from None
        raise No(422, f"expected a body that is JSON; came {shown(said[:60].decode('utf-8', 'replace'))}; "
                      f"correct it: {no.said}") from None  # fmt: skip
    several = value if route.list and isinstance(value, list) else [value]
    for one in several:
        _judge(route.body, promise.judges[route.body], promise, one)
    return counted(several if route.list else value)


def _judge(name: str, judge: Judge, promise: Promise, value: Any) -> None:
    if judge.good(value):
        return
    worst = min(judge.differences(value), key=lambda difference: difference.rule != "unknown-field")
    raise No(422, _sentence(name, worst, promise))


def _sentence(name: str, difference: Difference, promise: Promise) -> str:
    """What is wrong with a body, and what would be right."""
    stranger = difference.rule == "unknown-field"
    path = difference.path[:-1] if stranger else difference.path
    field, came = _field(promise, name, path), difference.came
    where = f"{pointer(path)} of {name}" if path else name
    where = where.replace("_", " ")
    says = field.get("description") or "correct it"
    if stranger:
        known, word = field.get("properties", {}), str(difference.path[-1])
        cure = did_you_mean(word, known, "take it out")
        return f"expected {where} to have {', '.join(known) or 'nothing'}; came {shown(word)}; {cure}"
    if difference.rule == "missing-required":
        return f"expected {where} to be there; came nothing; {says}"
    forms = field.get("oneOf", ())
    expected = " or ".join(map(_form, forms)) or difference.expected
    words = [word for form in (field, *forms) for word in form.get("enum", ())]
    cure = did_you_mean(came, words, says) if isinstance(came, str) else says
    return f"expected {where} to be {expected}; came {shown(came)}; {cure}"


def _form(schema: Schema) -> str:
    """One of the forms that a value may have, in words."""
    if "enum" in schema:
        return "one of " + ", ".join(map(str, schema["enum"]))
    if "const" in schema:
        return shown(schema["const"])
    if schema.get("type") == "array":
        return "a list"
    names = ", ".join(schema.get("properties", ()))
    return f"an object of {names}" if names else told(schema) if "type" in schema else "an object"


def _field(promise: Promise, name: str, path: tuple[str | int, ...]) -> Schema:
    """The part of a schema that a path leads to; nothing where it forks."""
    here: Schema = promise.schemas[name]
    for step in path:
        here = here.get("items", {}) if isinstance(step, int) else here.get("properties", {}).get(step, {})
        said = {key: value for key, value in here.items() if key != "$ref"}
        if "$ref" in here:
            here = {**promise.schemas[here["$ref"].rpartition("/")[2]], **said}
    return here


def _query(request: Request, route: Route) -> dict[str, Any]:
    query: dict[str, Any] = {}
    for name, text in parse_qsl(request.scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True):
        if name not in route.query:
            known = ", ".join(route.query) or "no query"
            raise No(422, f"expected {known}; came {shown(name)}; " + did_you_mean(name, route.query, "take it out"))
        row = route.query[name]
        value = _typed(text, row["schema"].get("type", ""))
        for difference in Judge(row["schema"]).differences(value):
            came = shown(text)
            raise No(422, f"expected {name} to be {difference.expected}; came {came}; {row['description']}")
        query[name] = value
    return query


def _typed(text: str, kind: str) -> Any:
    """A query's text as what it stands for; one that stands for nothing of the kind stays text."""
    if kind == "boolean":
        return BOOLEANS.get(text.lower(), text)
    if kind in ("integer", "number") and len(text) < 20:
        try:
            return int(text) if kind == "integer" else float(text)
        except ValueError:
            return text
    return text
