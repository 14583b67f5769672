"""A promise as checks see it: what the wire tells in bodies stands in the status and the path, as in plain REST.

Over the wire an error may come with HTTP 200, and a request may name its task in its body. In the derived promise each
error has the status that it means, and what a body names is part of a path that is never sent; several APIs that share
one lifecycle are one. `asked` puts a request of it as it goes over the wire, `meant` gives back what it stands for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

from .exchange import Exchange, written
from .life import at

if TYPE_CHECKING:
    from .contract import Contract
    from .document import Document
    from .operation import Operation

APART = "/~"  # before what a body names, in a path that is never sent
NAMELESS = "~"  # in the place of what a body should name, and does not
WIRE_STATUS = b"x-wire-status"
SAFE = ":@.-_"  # in a path: what an id may hold
Row = Mapping[str, Any]


@lru_cache(8)
def derived(contract: Contract) -> Contract:
    """The promise as checks see it; where the wire is plain REST already, the same one."""
    if contract.wire is not None or not any("means" in row for row in contract.errors.values()):
        return contract
    made = type(contract)(_flat(contract))
    made.catalogue, made.wire = contract.catalogue, contract
    made._plant()
    return made


def asked(contract: Contract, method: str, url: str, body: bytes) -> tuple[str, bytes]:
    """The address and the body with which a request of the derived promise goes over the wire."""
    path, _, query = url.partition("?")
    known = contract.match(path)[0]
    operation = known.get(method) or next(iter(known.values()), None)
    wire = contract.wire
    if operation is None or wire is None:
        return url, body
    names = _within(wire.operations[operation.id])
    if not names:
        return url, body
    said = operation.named(path)
    there = operation.path.partition(APART)[0]
    for name in operation.parameters:
        there = there.replace("{" + name + "}", said.get(name, ""))
    there += "?" + query if query else ""
    if method not in known:
        return there, body
    try:
        told = json.loads(body) if body else {}
    except (ValueError, RecursionError):
        return there, body
    if type(told) is not dict:
        return there, body
    return there, written({**{name: unquote(said[name]) for name in names}, **told})


def meant(contract: Contract, said: Exchange) -> Exchange:
    """What an exchange over the wire stands for in the derived promise."""
    wire = contract.wire
    assert wire is not None
    prefix, path = _apart(said.path, contract.provider)
    known = wire.match(path)[0]
    operation = known.get(said.method)
    status = _status(wire, operation, bool(known), said)
    headers = said.answer_headers if status == said.status else (
        *said.answer_headers, (WIRE_STATUS, str(said.status).encode()))  # fmt: skip
    if operation is None:
        other = next(iter(known.values()), None)
        url = contract.operations[other.id].path if other is not None and _within(other) else said.url
        return said._replace(url=url, status=status, answer_headers=headers, wire=said)
    url, sent, body = _request(contract.operations[operation.id], operation, path, said)
    return said._replace(url=prefix + url, request_headers=sent, request_body=body, status=status,
                         answer_headers=headers, wire=said)  # fmt: skip


def _within(operation: Operation) -> list[str]:
    """The names that a body says for its path."""
    return [name for name, row in operation.parameters.items() if row["in"] == "body"]


def _apart(path: str, provider: str) -> tuple[str, str]:
    """A path as the promise has it, and before it what a house of several sessions and providers puts there."""
    found = re.match(rf"(?:/~[^/]*)?(?:/{provider}(?=/))?", path)
    assert found is not None
    return found[0], path[found.end() :]


def _request(own: Operation, operation: Operation, there: str, said: Exchange) -> tuple[str, Any, bytes]:
    """The address, headers and body of a request as the derived promise has them."""
    names, told = _within(operation), said.request_json
    body, path, query = said.request_body, own.path, said.url.partition("?")[2]
    sent = dict(told) if type(told) is dict else {}
    values = operation.named(there) if there.count("/") >= operation.path.count("/") else {}
    for name in names:
        values[name] = quote(_text(sent.pop(name, None)), safe=SAFE) or NAMELESS
    for name, value in values.items():
        path = path.replace("{" + name + "}", value)
    keys = [str(sent.pop(name)) for name in operation.doors.get("body", ()) if name in sent]
    if operation.doors.get("query") and query:
        pairs = parse_qsl(query, keep_blank_values=True)
        keys += [value for name, value in pairs if name in operation.doors["query"]]
        if any(name in operation.doors["query"] for name, _ in pairs):
            query = urlencode([pair for pair in pairs if pair[0] not in operation.doors["query"]])
    headers = said.request_headers
    if keys and not said.header("authorization"):
        headers = (*headers, (b"authorization", f"Bearer {keys[0]}".encode("latin-1", "replace")))
    if type(told) is dict and len(sent) < len(told):
        body = written(sent)
    return path + ("?" + query if query else ""), headers, body


def _text(value: Any) -> str:
    if type(value) is str:
        return value
    return "" if value is None else json.dumps(value)


def _status(wire: Contract, operation: Operation | None, known: bool, said: Exchange) -> int:
    """The status that an answer would have had where errors have their own."""
    judge = operation.answers.get(said.status) if operation is not None else None
    body = said.json
    if judge is not None and judge.good(body):
        return said.status
    for row, keys in _noes(wire, operation, known):
        same = at(body, f"/{keys['code']}") == row.get("code", row["name"]) if isinstance(body, dict) else (
            said.method == "HEAD" and not said.answer_body)  # fmt: skip
        if same and row.get("status") == said.status:
            return int(row.get("means", said.status))
    return said.status


def _noes(wire: Contract, operation: Operation | None, known: bool) -> Iterator[tuple[Row, Row]]:
    """The rows of errors that may be behind a no, the likeliest first, each with the keys in which it is told."""
    parts = [wire.of(operation)] if operation is not None else list(wire.apis.values())
    first = list(operation.refusals) if operation is not None else ["wrong-method" if known else "unknown-path"]
    for part in parts:
        for reason in dict.fromkeys((*first, *part.errors)):
            row = wire.error(reason, operation) if operation is not None else part.errors.get(reason, {})
            if row:
                yield row, part.facts.openapi["refused"]


# -- the facts of it


def _flat(contract: Contract) -> Document:
    """The facts of all APIs as those of one."""
    first = contract.alone.facts
    operations: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    lives: dict[str, Any] = {}
    props: dict[str, Any] = {}
    refused: dict[str, Any] = {}
    for name, part in contract.apis.items():
        if not part.facts.openapi.get("checked", True):
            continue
        facts, doors = part.facts, part.facts.openapi["security"].get("also", {})
        own = facts.openapi["schemas"]
        error = next((key for key in schemas if key.endswith("Error") and schemas[key] == own["Error"]),
                     name.title() + "Error")  # fmt: skip
        schemas = {**own, **schemas, error: own["Error"]}
        for key, row in facts.openapi["operations"].items():
            operations[key], form = _operation(key, row, error, own, doors)
            schemas |= form
            if part.api:
                refused[key] = facts.openapi["refused"]
        lives = {**facts.lifecycle, **lives}
        kinds = facts.openapi.get("props", {}).items()
        props |= {kind: row for kind, row in kinds if isinstance(row, dict) and "add" in row}  # else a client has none
    rest = {key: row for key, row in first.openapi.items() if key not in ("apis", "operations", "schemas", "props")}
    openapi = {**rest, "security": {**rest["security"], "also": {}}, "refused": {**rest["refused"], "of": refused},
               "operations": operations, "schemas": schemas, **({"props": props} if props else {})}  # fmt: skip
    return replace(first, openapi=openapi, errors=list(_errors(contract)), lifecycle=lives, others=())


def _operation(name: str, row: Row, error: str, schemas: Row, doors: Row) -> tuple[dict[str, Any], dict[str, Any]]:
    """An operation's row with its path, and the form of its body without what stands elsewhere now."""
    parameters = row.get("parameters", {})
    within = [key for key, each in parameters.items() if each["in"] == "body"]
    doors = row.get("doors", doors)
    keys = [*doors.get("body", ()), *doors.get("query", ())]
    told = {key: {**each, "in": "path"} if key in within else each for key, each in parameters.items()
            if key not in keys}  # fmt: skip
    path = row["path"] + "".join([APART, *(f"/{{{key}}}" for key in within)] if within else [])
    made = {**row, "path": path, "parameters": told, "error": error, "doors": {}}
    form = schemas.get(row.get("body", ""))
    gone = {*within, *keys} & set(form.get("properties", {})) if form else set()
    if not form or not gone:
        return made, {}
    fields = {key: field for key, field in form["properties"].items() if key not in gone}
    required = [key for key in form.get("required", ()) if key not in gone]
    own = f"{name}-{row['body']}"
    return {**made, "body": own}, {own: {**form, "properties": fields, "required": required}}


def _errors(contract: Contract) -> Iterator[dict[str, Any]]:
    """Each reason's row with the status that it means; beside it, how operations of another API say it."""
    reasons = dict.fromkeys(reason for part in contract.apis.values() for reason in part.errors)
    there = {name: each for name, each in contract.operations.items()
             if contract.of(each).facts.openapi.get("checked", True)}  # fmt: skip
    for reason in reasons:
        base = _meaning(contract.error(reason))
        of = {name: own for name, each in there.items()
              if (own := _meaning(contract.error(reason, each))) != base and own}  # fmt: skip
        yield {**base, **({"of": of} if of else {})}


def _meaning(row: Row) -> dict[str, Any]:
    told = {key: value for key, value in row.items() if key not in ("means", "of")}
    return {**told, "status": row["means"], "over": row["status"]} if "means" in row and "status" in row else told
