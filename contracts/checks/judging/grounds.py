"""On which grounds a request may be refused, and whether it was refused on one of them, in the documented words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from math import inf
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from ... import config
from ...contract import Contract
from ...exchange import Exchange
from ...finding import WEIGHT, Finding, shown
from ...life import at
from ...operation import Operation
from .bodies import body_of
from .reference import reached
from .world import World

ODD = re.compile(r"%|\\|/\.|[^!-~]|/$")  # in a path: it may be refused, or read as something else
MOST_BAD = 400  # from here on an answer says no
MOST_GOOD = 200  # what is always answered is answered so


class Asked(NamedTuple):
    """What the contract makes of a request: the operation, if it is one, those of its path by method, and the one thing
    that the path names."""

    said: Exchange
    operation: Operation | None
    known: Mapping[str, Operation]
    value: str
    elsewhere: Contract | None = None  # the API of which it is, if it is of none of the judged one's


class Grounds(NamedTuple):
    """The reasons that apply; where `sure`, one of them was to be given if there is any, and none if there is none."""

    reasons: tuple[str, ...]
    sure: bool = True
    fields: tuple[str, ...] = ()  # pointers of what is wrong with the input
    body: Any = None
    account: str = ""
    maybe: tuple[str, ...] = ()  # reasons of which this world cannot tell whether they apply


def grounds(world: World, asked: Asked) -> Grounds:
    """What may be said against a request, as the contract and this world have it."""
    said, operation, known, value = asked[:4]
    account, bears = _account(world, said)
    odd = bool(ODD.search(said.path))
    if operation is not None and operation.within:
        from .tasked import tasked  # which stands on this

        return tasked(world, asked)
    if operation is None:
        found = ["wrong-method" if known else "unknown-path"]
        return Grounds((*found, *(() if account else ("bad-key",)), *(("bad-path",) if odd else ())), account=account)
    reasons = [] if account or operation.keyless else ["bad-key"]
    sure = not odd and (bool(account) or not bears)
    fields: tuple[str, ...] = ()
    body = None
    most = operation.most_body or world.subject.most_body
    if said.method in ("POST", "PUT", "PATCH") and 0 < most < len(said.request_body):
        reasons.append("too-large")
    if operation.speaks:
        body, wrong, clear = body_of(said)
        reasons += wrong
        sure = sure and clear
    reasons += _judged(world, operation, value, account)
    reasons += _chatted(world, operation, body)
    held, against = _props(world, operation, said, account)
    reasons += against
    if operation.speaks or said.url != said.path:
        found_in = _inputs(world, operation, value, said, body) if held else ()
        reasons += [finding.reason for finding in found_in if finding.reason]
        fields = tuple(finding.where for finding in found_in if finding.reason == "invalid-input")
        # Where time is not known, what was put into a store may be ready by now.
        sure = sure and (world.dated or not fields or all("ready" not in held.told for held in world.props.values()))
    more, clear = _state(world, operation, value)
    reasons, sure = [*reasons, *more], sure and clear
    if operation.file and not _form(said, operation.file["field"]):
        reasons += dict.fromkeys((operation.file.get("unreadable", "invalid-input"), "invalid-input"))
    if (operation.orders or "no-money" in operation.refusals) and world.poor and account == "own":
        reasons.append("no-money")
    if operation.channel == "proxy" and not _instance(world, operation, said):
        reasons.append("unknown-id")
    maybe = () if "bad-key" in reasons else _untold(world, operation, value)
    reasons += ["bad-path", "unknown-path"] if odd else []
    return Grounds(tuple(dict.fromkeys(reasons)), sure, fields, body, account, maybe)


def refused(world: World, said: Exchange, operation: Operation | None, why: Grounds) -> Iterator[Finding]:
    """Whether an answer says no exactly where it must, and as documented."""
    contract, good = world.contract, {str(s) for s in operation.answers} if operation else set()
    name = operation.id if operation else ""
    rows = [row for reason in why.reasons for row in _rows(contract, reason, operation)]
    able = [*rows, *(row for reason in why.maybe for row in _rows(contract, reason, operation))]
    came = f"{said.status} {shown(said.answer_body[:120].decode('utf-8', 'replace'))}"
    sure = contract.facts.openapi["operations"].get(name, {}).get("sure", ())
    always = operation is not None and any(value in sure for value in operation.named(said.path).values())
    if (
        str(said.status) in good
        and not (always and not rows and said.status != MOST_GOOD)
        and not _no(contract, said, able)
    ):
        if rows and why.sure:
            yield Finding("not-refused", _weight(rows), "", _told(rows), came, "refuse the request for this reason",
                          name, rows[0]["source"], "", "/".join(why.reasons))  # fmt: skip
        return
    fitting = [row for row in able if row["status"] == said.status]
    if not able:
        want = f"{' or '.join(sorted(good))}: nothing speaks against the request"
        yield Finding("wrongly-refused", "broken", "", want, came, "take the request; the contract has no reason to "
                      "refuse it", name, "documented", "", str(said.status))  # fmt: skip
    elif not fitting:
        yield Finding("wrong-error", _weight(able), "", _told(able), came, "answer with the documented status and code",
                      name, able[0]["source"], "", "/".join(why.reasons))  # fmt: skip
    elif said.method != "HEAD":
        over = said.wire.status if contract.wire is not None and said.wire is not None else 0
        if over and all(row.get("over", over) != over for row in fitting):
            yield Finding("wrong-error", _weight(fitting), "", f"{fitting[0]['over']} over the wire", str(over),
                          "answer with the documented status", name, fitting[0]["source"], "", "over")  # fmt: skip
        yield from _worded(contract, said, name, fitting, why)


def _rows(contract: Contract, reason: str, operation: Operation | None) -> Iterator[dict[str, Any]]:
    """The rows with which an operation says no for a reason; where nothing is, each API's own."""
    row = contract.error(reason, operation)
    found = (row, *row.get("of", {}).values()) if operation is None else (row,)
    yield from (each for each in found if "status" in each)


def _no(contract: Contract, said: Exchange, rows: list[dict[str, Any]]) -> bool:
    """Whether an answer is a no of the API's own, though its status is also that of an answer."""
    body = said.json
    key = contract.refusing(said.operation, body)["code"]
    apart = said.status >= MOST_BAD and at(body, "/error/code") is not None  # in words of somebody else's
    return apart or (any(row["status"] == said.status for row in rows) and at(body, f"/{key}") is not None)


def _worded(
    contract: Contract, said: Exchange, name: str, rows: list[dict[str, Any]], why: Grounds
) -> Iterator[Finding]:
    """Whether an error bears the row's code and a text, and names each field that is wrong."""
    body = said.json
    keys = contract.refusing(name, body)
    if str(said.status) in contract.facts.openapi["operations"].get(name, {}).get("answers", {}):
        return  # its own schema has been held against it
    yield from contract.refused_as(said, name)
    if not isinstance(body, dict):
        return
    code, text = at(body, f"/{keys['code']}"), at(body, f"/{keys['text']}")
    kind = "/".join(row["reason"] for row in rows)
    known = [coded(row) for row in rows]
    if not any(code == each and type(code) is type(each) for each in known):
        want = " or ".join(dict.fromkeys(_called(row) for row in rows))
        yield Finding("wrong-error", _weight(rows), f"/{keys['code']}", want, shown(code), "answer the documented code",
                      name, rows[0]["source"], "", kind)  # fmt: skip
    if not isinstance(text, str) or not text.strip():
        yield Finding("wrong-error", _weight(rows), f"/{keys['text']}", "words that say what is wrong", shown(text),
                      "say why in words", name, rows[0]["source"], "", kind)  # fmt: skip
    form = keys.get("fields") if name not in contract.facts.openapi.get("tasks", {}) else None
    if form and form["key"] and why.fields and why.sure and [row["reason"] for row in rows] == ["invalid-input"]:
        yield from _named(body, form, name, why)


def _named(body: dict[str, Any], form: Mapping[str, Any], name: str, why: Grounds) -> Iterator[Finding]:
    """Whether each field that is wrong is named, and no other."""
    rows = body.get(form["key"])
    told = {"/".join(map(str, row[form["place"]])) for row in rows if isinstance(row, dict) and
            isinstance(row.get(form["place"]), list)} if isinstance(rows, list) else set()  # fmt: skip
    want = {_place(pointer) for pointer in why.fields}
    if told != want:
        yield Finding("wrong-error", "note", f"/{form['key']}", "the fields " + ", ".join(sorted(want)),
                      ", ".join(sorted(told)) or "none", "name each field that is wrong, and no other", name,
                      "inferred", "", "invalid-input")  # fmt: skip


def _place(pointer: str) -> str:
    if pointer.startswith("?"):
        return f"query/{pointer[1:]}"
    return "body" + pointer.replace("~1", "/").replace("~0", "~")


def _account(world: World, said: Exchange) -> tuple[str, bool]:
    """Whose key a request bears, and whether it bears one that is none of theirs although it looks like one."""
    door = world.contract.facts.openapi["security"]
    text = said.header(door["name"])
    scheme, _, word = text.partition(" ")
    if "schemes" in door:
        return world.whose(text.rpartition(" ")[2]), False
    if door.get("scheme") and scheme != door["scheme"]:
        known = world.whose(word.strip())
        return "", bool(known) and scheme.lower() == door["scheme"].lower()
    account = world.whose(word)
    return account, not account and bool(world.whose(word.strip()))


def _judged(world: World, operation: Operation, value: str, account: str) -> list[str]:
    """What this world has against it: an order that is not there, or somebody else's."""
    if not operation.task:
        entry = world.contract.facts.openapi.get("catalogue", {}).get("entry", {}).get("operation")
        unknown = operation.id == entry and value not in world.contract.catalogue.models
        return ["unknown-model"] if unknown else []
    order = world.about(operation, value)
    if order is None:
        return [] if value in world.strange else ["unknown-id"]
    kept = world.life.kept
    if kept is not None and world.dated and world.now >= world.reference.span(order).ends + kept:
        return ["unknown-id"]
    foreign = "foreign-id" if "foreign-id" in world.contract.errors else "unknown-id"
    return [foreign] if account and order.account != account else []


def _configured(world: World, operation: Operation, value: str, body: Any, account: str) -> tuple[Finding, ...]:
    """What is wrong with a configuration within a body: with its form, with what it names, or that it is another's."""
    rules = world.contract.facts.openapi.get("config", {})
    text = body.get(rules["field"]) if rules and isinstance(body, dict) else None
    if not isinstance(text, str) or not text:
        return ()
    read, wrong = config.check(world.contract, operation, text)
    if read is None:
        return wrong
    there = {str(held.said.get("name")) for held in world.props.values()
             if not held.gone and held.account == account and held.told.get("ready", inf) <= world.now}  # fmt: skip
    found = config.missing(read, there, operation, rules["field"]) if rules["missing_dataset"] == "refuse" else ()
    order = world.about(operation, value)
    if order is None or order.form is None:
        return found
    first, _ = config.check(world.contract, operation, order.inputs[rules["field"]])
    return (*found, *(config.renamed(read, first.name, operation, rules) if first is not None else ()))


def _state(world: World, operation: Operation, value: str) -> tuple[list[str], bool]:
    """Whether an order is in a state from which this is done, where all else is refused; and whether that is sure."""
    order = world.about(operation, value)
    rules = (world.life.cancel, world.life.resume, world.life.edit)
    rule = next((rule for rule in rules if rule.get("operation") == operation.id and "refuses" in rule), None)
    if rule is None or order is None:
        return [], True
    if not world.dated:
        return [rule["refuses"]], False
    over = rule is world.life.resume and reached(order, world.reference.span(order), world.now) == 1
    return [rule["refuses"]] if over or world.expected(order) not in rule["from"] else [], True


def _form(said: Exchange, field: str) -> bool:
    """Whether a request is a form with a file in this field."""
    return (
        said.header("content-type").startswith("multipart/form-data")
        and f'name="{field}"'.encode() in said.request_body
    )


def _chatted(world: World, operation: Operation, body: Any) -> list[str]:
    """What is against a chat, whose body names a model as a task does."""
    if operation.channel != "chat" or not isinstance(body, dict):
        return []
    named = world.contract.catalogue.models.get(str(body.get("model")))
    return [] if named is not None and named.kind == "text" else ["unknown-model"]


def _untold(world: World, operation: Operation, value: str) -> tuple[str, ...]:
    """The reasons that depend on what this world does not know: what stands behind an operation that tells of no order
    and of no prop, or an order that such a one took."""
    contract = world.contract
    if contract.wire is None or operation.id in contract.facts.openapi.get("catalogue", {}).values():
        return ()
    kept = any(sort.does(operation) for sort in world.sorts.values() if sort.contract is contract)
    if operation.model or kept or (operation.task and value not in world.strange):
        return ()
    return tuple(reason for reason in operation.refusals if reason != "bad-key")


def _props(world: World, operation: Operation, said: Exchange, account: str) -> tuple[bool, list[str]]:
    """Whether a request names props that are there, and what these have against it."""
    found: list[str] = []
    named = world.named(operation, said.path)
    order = world.about(operation, operation.named(said.path).get(operation.task, "")) if operation.task else None
    if misnamed := operation.misnamed(said.path):
        return False, [misnamed]
    found += _taken(world, operation, said, account)
    for held in named:
        if held is None or (held.gone and not operation.lifecycle):
            found.append("unknown-id")
        elif account and held.account != account:
            found.append("foreign-id")
        elif held.gone and operation.orders:
            found.append("deleted" if "deleted" in operation.refusals else "unknown-id")
        elif operation.orders and held.said.get("is_enabled") is False:
            found.append("disabled")
        if held is not None and order is not None and order.prop and order.prop != held.id:
            found.append("unknown-id")
    return all(held is not None for held in named), found


def _taken(world: World, operation: Operation, said: Exchange, account: str) -> list[str]:
    """Whether a new one would be called as another one of the account is, where each has a name of its own."""
    sort = next((each for each in world.sorts.values() if each.does(operation) == "add" and "unique" in each.row), None)
    body = said.request_json
    if sort is None or not isinstance(body, dict):
        return []
    key = sort.row["unique"]["key"]
    there = [held.said.get(key, held.told.get("state", {}).get(key)) for held in world.props.values()
             if held.sort == sort.name and held.account == account and not held.gone]  # fmt: skip
    return [sort.row["unique"]["reason"]] if body.get(key) in there and key in body else []


def _instance(world: World, operation: Operation, said: Exchange) -> bool:
    """Whether a path names an instance that somebody was told of, and that is still there."""
    named = operation.named(said.path)
    known = [own for value in named.values() if isinstance(own := world.instances.get(value), tuple)]
    return any(prop in named.values() and number in world.reference.alive(prop, world.now) for prop, number in known)


def _inputs(world: World, operation: Operation, value: str, said: Exchange, body: Any) -> tuple[Finding, ...]:
    query = parse_qsl(said.url.partition("?")[2], keep_blank_values=True)
    model = world.form(operation, operation.named(said.path)) if operation.speaks else None
    found = world.contract.check_request(operation, value, query, body, model)
    if not any(each.reason for each in found):  # a configuration is looked at once the body around it is right
        found = (*found, *_configured(world, operation, value, body, _account(world, said)[0]))
    if model is None or not model.ordered or not isinstance(body, dict) or any(each.reason for each in found):
        return found
    # Each bound may be good by itself, and not beside what stands.
    held = next(iter(world.named(operation, said.path)), None)
    return (*found, *model.disordered({**held.said, **body}, operation.id)) if held is not None else found


def _weight(rows: list[dict[str, Any]]) -> Any:
    return WEIGHT[rows[0]["source"]]


def _told(rows: list[dict[str, Any]]) -> str:
    return " or ".join(f"{row['status']} with {_called(row)} ({row['reason']})" for row in rows)


def coded(row: Mapping[str, Any]) -> Any:
    """What tells an error from the others: its number, or, where it has none, its name."""
    return row.get("code", row["name"])


def _called(row: Mapping[str, Any]) -> str:
    return " ".join(str(row[key]) for key in ("code", "name") if key in row)
