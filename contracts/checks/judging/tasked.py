"""On which grounds one task of a bundle may be refused, and whether the errors that refuse it are about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ...bundle import Bundle
from ...exchange import Exchange
from ...finding import WEIGHT, Finding, shown
from ...operation import Operation
from .bodies import body_of
from .grounds import Asked, Grounds
from .world import World

INPUT = "invalid-input"  # the reason of whatever a form has against a body


def tasked(world: World, asked: Asked) -> Grounds:
    """What may be said against a task, as the contract and this world have it."""
    said, operation, _, value, _ = asked
    assert operation is not None
    sent = said.wire or said
    task, wrong, clear = body_of(said)
    account, reasons, sure = who(world, said, task)
    reasons += wrong
    if operation.keyless and not task_key(world, task) and account == "":
        sure = False  # over HTTP a key is asked for all the same
    if 0 < world.subject.most_body < len(sent.request_body):
        reasons.append("too-large")
    fields: tuple[str, ...] = ()
    if not wrong and not isinstance(task, dict):
        reasons.append("not-a-task")
    elif not wrong:
        found = world.contract.check_request(operation, value, (), task, world.form(operation, task))
        reasons += [finding.reason for finding in found if finding.reason]
        fields = tuple(finding.where for finding in found if finding.reason)
        row = world.contract.facts.openapi["tasks"][operation.within]
        perhaps = [reason for key, reason in row.get("perhaps", {}).items() if key in task]
        reasons, clear = [*reasons, *perhaps], clear and not perhaps
        more, clear_too = _ordered(world, operation, task, account)
        reasons, clear = [*reasons, *more], clear and clear_too
    return Grounds(tuple(dict.fromkeys(reasons)), sure and clear, fields, task, account)


def who(world: World, said: Exchange, task: Any) -> tuple[str, list[str], bool]:
    """Whose request it is, and what may be said against its key; the header is heard before a task."""
    door = world.contract.facts.openapi["security"]
    text = said.header(door["name"])
    scheme, _, word = text.partition(" ")
    borne = word.strip() if scheme.lower() == door["scheme"].lower() else ""
    key = borne or task_key(world, task)
    account, own, bundle = world.whose(key), task_key(world, task), world.contract.bundle
    if account:
        bears = bundle is not None and isinstance(task, dict) and bundle.key in task
        other = bool(borne and bears) and world.whose(own) != account  # which of the two counts, nobody says
        plain = not borne or (word == borne and scheme == door["scheme"])
        return account, ["bad-key"] if other else [], plain and not other
    if key or (bundle is not None and isinstance(task, dict) and bundle.key in task):
        return "", ["bad-key"], bool(key)
    # What bears no key after the scheme may be read as none, or as a wrong one.
    return "", ["missing-key", "bad-key"] if text else ["missing-key"], True


def task_key(world: World, task: Any) -> str:
    """The key that a task bears, if it does."""
    bundle = world.contract.bundle
    word = task.get(bundle.key) if bundle is not None and isinstance(task, dict) else None
    return word if isinstance(word, str) else ""


def _ordered(world: World, operation: Operation, task: Mapping[str, Any], account: str) -> tuple[list[str], bool]:
    """What a world has against an order, and whether that is sure."""
    if operation.task and "unknown-id" in operation.refusals:
        order = world.about(operation, str(task.get(operation.task)))
        return ([], True) if order is not None and order.account == account else (["unknown-id"], True)
    if not operation.orders:
        return [], True
    bundle = world.contract.bundle
    assert bundle is not None
    reasons, sure = [], True
    name = task.get(bundle.id)
    taken = world.reference.orders.get(name.lower()) if isinstance(name, str) else None
    if taken is not None:
        reasons.append("taken-id")
        sure = taken.account == account  # whether another account's ids are taken is nobody's to know
    if world.poor and account == "own":
        reasons.append("no-money")
    if world.doomed and at_once(world, operation, task):
        reasons.append("task-failed")
    return reasons, sure


def at_once(world: World, operation: Operation, task: Any) -> bool:
    """Whether an order is answered when it is over, not when it is taken."""
    if not isinstance(task, dict) or task.get("webhookURL"):
        return False
    row = world.contract.facts.openapi["tasks"][operation.within]
    form = world.form(operation, task)
    usual = form.fields.get("deliveryMethod", {}).get("default", "sync") if form is not None else "sync"
    return "sync" in row.get("delivers", ()) and (task.get("deliveryMethod") or usual) != "async"


def worded(world: World, said: Exchange, operation: str, why: Grounds, task: Any) -> Iterator[Finding]:
    """Whether every error is of this task, and names what is wrong with it."""
    bundle, body = world.contract.bundle, said.json
    errors = body.get(bundle.errors) if bundle is not None and isinstance(body, dict) else None
    if bundle is None or not isinstance(errors, list):
        return
    if body.get(bundle.data):
        yield _finding("wrong-batch", f"/{bundle.data}", "no results of a task that was refused",
                       shown(body[bundle.data]), "answer a task once", operation)  # fmt: skip
    early = {"bad-json", "wrong-type", "too-large"} & {*why.reasons}
    keys = codes(world, ("bad-key", "missing-key"))
    for at, error in enumerate(each for each in errors if isinstance(each, dict)):
        if error.get("code") in keys:
            yield from _keyless(bundle, at, error, operation)
            continue
        for key in (bundle.id, bundle.by) if isinstance(task, dict) else ():
            want, came = task.get(key), error.get(key)
            if (came is not None and came != want) or (came is None and isinstance(want, str) and not early):
                yield _finding("wrong-echo", f"/{bundle.errors}/{at}/{key}", shown(want), shown(came),
                               "say of which task it is", operation)  # fmt: skip
        parameter = error.get("parameter")
        if why.sure and why.fields and {*why.reasons} == {INPUT}:
            told = {*map(str, parameter)} if isinstance(parameter, list) else {str(parameter)}
            want_any = {_dotted(field) for field in why.fields} | {_dotted(field, True) for field in why.fields}
            if not told & want_any:
                yield _finding("wrong-error", f"/{bundle.errors}/{at}/parameter", " or ".join(sorted(want_any)),
                               shown(parameter), "name what is wrong", operation, "parameter")  # fmt: skip


def _keyless(bundle: Bundle, at: int, error: Mapping[str, Any], operation: str) -> Iterator[Finding]:
    """That nobody has a key is said of the key, not of a task: clients wait for that type's answer."""
    opening = bundle.opening.within if bundle.opening is not None else ""
    for key, want in ((bundle.by, opening), (bundle.id, None)):
        if error.get(key) != want:
            yield _finding("wrong-echo", f"/{bundle.errors}/{at}/{key}", shown(want), shown(error.get(key)),
                           "answer as to whoever says a key", operation, "key")  # fmt: skip


def _dotted(pointer: str, whole: bool = False) -> str:
    return ".".join(step for step in pointer.split("/")[1:] if whole or not step.isdecimal())


def codes(world: World, reasons: Iterable[str]) -> set[str]:
    """The codes by which reasons are told."""
    rows = world.contract.errors
    return {rows[reason]["name"] for reason in reasons if reason in rows}


def _finding(
    rule: str, where: str, expected: str, came: str, cure: str, operation: str, kind: str = "",
    source: Any = "documented",
) -> Finding:  # fmt: skip
    return Finding(rule, WEIGHT[source], where, expected, came, cure, operation, source, "", kind)
