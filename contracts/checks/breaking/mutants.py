"""The mutants that a contract's own rows make: each key, word, step, status, error and header, bent in each way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ...contract import Contract
from ...derived import derived
from ...exchange import Exchange
from ...life import at
from ...operation import Operation
from ..judging.grounds import coded
from ..props import submits
from .behaviours import behaviours
from .belongings import belongings
from .bending import EVERY, WAYS, Edit, bodied, edited, headed, put
from .limits import limits
from .mutant import Mutant
from .tasks import TOLD, of_tasks, provoked
from .tidings import tidings
from .words import Change, When, told_steps, told_words, where

UNREFUSED = ("unknown-path", "wrong-method", "bad-path")  # what is refused before any operation is known
MOST_SENT = 64 * 2**20  # bytes; more are sent by nobody here, so that nobody hears what is said of more


def mutants(contract: Contract) -> tuple[Mutant, ...]:
    """Every mutant of a contract, API by API: those that its rows make, and the hand-written ones that it has a place
    for."""
    parts = [part for part in derived(contract).apis.values() if submits(part) is not None]
    return tuple(mutant.of(part.api) for part in parts for mutant in (*generated(part), *behaviours(part)))


def generated(contract: Contract) -> tuple[Mutant, ...]:
    """The mutants that an API's own rows make."""
    contract = derived(contract).alone
    errors = of_tasks if contract.bundle is not None else _error_keys
    makers = (_keys, errors, _errors, told_words, told_steps, _statuses, _headers, limits, belongings, tidings)
    return tuple(mutant for make in makers for mutant in make(contract))


# -- what is bent, and when


def answered(operation: str, status: int) -> When:
    """The answers of an operation with a status."""
    return lambda stage, said: said.operation == operation and said.status == status


def refused(reason: str, operation: str | None = None) -> When:
    """The answers that refuse for a reason: of all operations, of one, or (with "") of none."""
    return lambda stage, said: (said.status >= 400 and operation in (None, said.operation)
                                and why_refused(stage.contract, said) == reason)  # fmt: skip


def why_refused(contract: Contract, said: Exchange) -> str:
    """The reason for which a request was refused, as its status and code have it."""
    operation = contract.operations.get(said.operation)
    known = operation.refusals if operation is not None else ()
    rows = [contract.error(reason, operation) for reason in (*known, *UNREFUSED) if reason in contract.errors]
    rows = [row for row in rows if row.get("status") == said.status]
    body = said.json
    key = contract.refusing(said.operation, body).get("code")
    if key and isinstance(body, dict):
        rows = [row for row in rows if coded(row) == at(body, f"/{key}")] or rows
    reasons = [str(row["reason"]) for row in rows]
    unread = said.request_json is None if contract.bundle is not None else not isinstance(said.request_json, dict)
    if "bad-json" in reasons and unread:
        return "bad-json"
    if contract.bundle is not None:  # several reasons are told in one code
        reasons = [each for each in reasons if each != "bad-json"]
    return reasons[0] if reasons else ""


def refusing(contract: Contract, reason: str) -> list[str]:
    """The operations that refuse for a reason; none by name, for one that is told before any is known."""
    if "status" not in contract.errors[reason] or contract.errors[reason].get("scripted"):
        return []
    named = [operation.id for operation in contract.operations.values()
             if reason in operation.refusals and not _hidden(contract, operation, reason)
             and not (reason == "too-large" and (operation.most_body or 0) > MOST_SENT)]  # fmt: skip
    if not named and any(reason in operation.refusals for operation in contract.operations.values()):
        return []
    return named or [""] * (reason in UNREFUSED)


def _hidden(contract: Contract, operation: Operation, reason: str) -> bool:
    """Whether an operation says no for another reason in the very same words, which is named before."""

    def words(each: str) -> tuple[Any, Any]:
        row = contract.error(each, operation)
        return row.get("status"), coded(row)

    before = operation.refusals[: operation.refusals.index(reason)]
    return reason != "bad-json" and words(reason) in [words(each) for each in before if each != "bad-json"]


def _edit(place: str, edit: Edit) -> Change:
    return lambda said: edited(said, place, edit)


def _status(status: int) -> Change:
    return lambda said: said._replace(status=status)


def _emptied(said: Exchange) -> Exchange:
    return bodied(said._replace(status=204), b"")


# -- keys


class Key(NamedTuple):
    """One key of an answer: where it stands, and whether it must be there."""

    place: str
    must: bool


def _keys(contract: Contract) -> Iterator[Mutant]:
    for operation in contract.operations.values():
        bundle = contract.bundle
        if bundle is not None and (operation.channel not in TOLD or operation is bundle.opening):
            continue
        for status, row in contract.facts.openapi["operations"][operation.id]["answers"].items():
            for key in keys(contract, contract.schemas[row["schema"]], operation.id):
                if contract.bundle is not None and (not key.must or int(status) >= 400):
                    continue
                yield from _bent(key, f"{operation.id} {status}", answered(operation.id, int(status)))


def _error_keys(contract: Contract) -> Iterator[Mutant]:
    forms = {name: row.get("error", "Error") for name, row in contract.facts.openapi["operations"].items()}
    for reason in contract.errors:
        said = refusing(contract, reason)
        for form in dict.fromkeys(forms.get(name, "Error") for name in said):
            place = "error" if form == "Error" else form.removesuffix("Error").lower() + " error"
            when = _formed(refused(reason), form, forms)
            for key in keys(contract, contract.schemas[form], ""):
                # Only input is refused field by field.
                if ("/" not in key.place[1:] and key.must) or reason == "invalid-input":
                    yield from _bent(key, f"{place} {reason}", when)


def _formed(when: When, form: str, forms: Mapping[str, str]) -> When:
    """The same of the answers whose errors have one form, where there are several."""
    if set(forms.values()) == {form}:
        return when
    return lambda stage, said: forms.get(said.operation, "Error") == form and when(stage, said)


def _bent(key: Key, place: str, when: When) -> Iterator[Mutant]:
    for way, (edit, why) in WAYS.items():
        if key.must or way in ("retyped", "nulled"):
            name = f"{place} {key.place}"
            yield Mutant(f"{name} {way}", "key", name, why, where(when, _edit(key.place, edit)))


def keys(contract: Contract, schema: Mapping[str, Any], operation: str, place: str = "") -> Iterator[Key]:
    """The keys that a schema promises of an operation's answers, or of errors (""); what no row speaks of may never
    come, and is left out."""
    if "$ref" in schema:
        schema = contract.schemas[schema["$ref"].rpartition("/")[2]]
    if "items" in schema:
        if operation:
            yield Key(f"{place}/{EVERY}", False)
        yield from keys(contract, schema["items"], operation, f"{place}/{EVERY}")
    fields: Mapping[str, Any] = schema.get("properties", {})
    must = _musts(contract, schema, operation)
    if schema.get("minProperties"):
        fields = {name: field for name, field in fields.items() if name in must}
    for name, field in fields.items():
        if name in must or not operation or name in _spoken(contract):
            yield Key(f"{place}/{name}", name in must)
            yield from keys(contract, field, operation, f"{place}/{name}")


def _musts(contract: Contract, schema: Mapping[str, Any], operation: str) -> set[str]:
    """The keys that must be there: in each state, in one, or since they are all that a client came for."""
    must = {*schema.get("required", ())}
    for condition in schema.get("allOf", ()):
        must |= {*condition.get("then", {}).get("required", ())}
    shown = contract.facts.openapi.get("catalogue", {}).get("entry", {})
    if operation and operation == shown.get("operation"):
        must |= {name for name in shown.values() if name in schema.get("properties", {})}
    return must | (_file_keys(contract) if schema.get("minProperties") else set())


def _file_keys(contract: Contract) -> set[str]:
    """The keys under which files stand: one of a kind, or several where a model makes several."""
    made: set[str] = set()
    for life in contract.lives.values():
        row = life.tells.get("files", {})
        for model in contract.catalogue.models.values():
            several = not model.known.isdisjoint(contract.facts.media["counts"]["values"])
            forms = (row.get("one", ""), row.get("several", "") if several else "")
            made |= {form.format(kind=model.kind) for form in forms}
    return made - {""}


def _spoken(contract: Contract) -> set[str]:
    """The keys that the contract's rows on meaning name."""
    rows = [*(life.tells for life in contract.lives.values()), contract.facts.openapi.get("catalogue", {})]
    return {text.rpartition("/")[2] for row in rows for text in _texts(row)}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from _texts(each)
    elif isinstance(value, str):
        yield value


# -- errors


def _errors(contract: Contract) -> Iterator[Mutant]:
    rows = [row for row in contract.errors.values() if "status" in row]
    for reason in [row["reason"] for row in rows]:
        for operation in (each for each in refusing(contract, reason) if provoked(contract, each, reason)):
            row = contract.error(reason, contract.operations.get(operation))
            key = contract.refusing(operation).get("code", "")
            place = f"{operation or 'anywhere'} {row['reason']}"
            other = _another(row["status"], [each["status"] for each in rows])
            ways = {f"told as {status}": (_status(status), why) for status, why in (
                (200, "a client takes the refusal for an answer"),
                (500, "a client tries again what can never be taken"),
                (other, "a client tells its user of another trouble"))}  # fmt: skip
            if key and ("code" in row or contract.bundle is not None):
                code = _another(coded(row), [coded(each) for each in rows if type(coded(each)) is type(coded(row))])
                why = "a client that keys on the code does what another error asks for"
                ways[f"told with code {code}"] = (_edit(f"/{key}", put(code)), why)
            for said, (change, why) in ways.items():
                yield Mutant(f"{place} {said}", "error", place, why, where(refused(row["reason"], operation), change))


def _another(value: Any, values: list[Any]) -> Any:
    """The next one that is another."""
    at = values.index(value) if value in values else 0
    return next(each for each in (*values[at:], *values) if each != value)


# -- statuses and headers


def _statuses(contract: Contract) -> Iterator[Mutant]:
    for place, operation, status in _answers(contract):
        if status >= 400:  # what somebody else behind the API says
            continue
        other = 200 if status != 200 else 201
        ways: dict[str, tuple[Change, str]] = {
            f"told as {other}": (_status(other), "a client that asks for the documented status takes it for a failure"),
            "told as 500": (_status(500), "a client throws away a good answer"),
            "told as 404": (_status(404), "a client believes that nothing is there"),
            "told as 204 without a body": (_emptied, "a client has nothing to read"),
        }
        for said, (change, why) in ways.items():
            yield Mutant(f"{place} {said}", "status", place, why, where(answered(operation, status), change))


def _answers(contract: Contract) -> Iterator[tuple[str, str, int]]:
    for operation in contract.operations.values():
        for status in operation.answers:
            yield f"{operation.id} {status}", operation.id, status


def _headers(contract: Contract) -> Iterator[Mutant]:
    row = contract.facts.openapi.get("headers", {})
    rows = contract.facts.openapi["operations"]
    places = [(place, answered(operation, status)) for place, operation, status in _answers(contract)
              if "also" not in rows[operation]["answers"][str(status)] and status < 400]  # fmt: skip
    places += [(f"error {reason}", refused(reason)) for reason in contract.errors if refusing(contract, reason)]
    for place, when in places if "content-type" in row else ():
        for said, label in (("dropped", ""), ("as text/plain", "text/plain")):
            yield Mutant(f"{place} content-type {said}", "header", place, "a client that looks at it reads no JSON",
                         where(when, _header("content-type", label)))  # fmt: skip
    for said, methods in (("dropped", ""), ("as another", "PATCH")) if "methods" in row else ():
        place, bend = "error wrong-method", where(refused("wrong-method"), _header(row["methods"], methods))
        yield Mutant(f"{place} {row['methods']} {said}", "header", place, "a client is not told what it may send", bend)


def _header(name: str, value: str) -> Change:
    return lambda said: headed(said, name, value)
