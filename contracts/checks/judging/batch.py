"""Whether a list of tasks is answered as one: each task under its own id, none for another, nothing beside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from ...bundle import Bundle
from ...exchange import Exchange, written
from ...finding import WEIGHT, Finding, shown
from ...operation import Operation
from ..subject import FRAME
from .bodies import body_of
from .grounds import Asked, Grounds
from .tasked import who
from .world import World

TAKEN = "taken-id"
UNASKED = ("authentication",)  # types that over HTTP may be answered by nothing


class Part(NamedTuple):
    """One task of a list, the operation that it is, if it is one, and what was answered to it."""

    task: Any
    operation: Operation | None
    own: dict[str, Any]
    shared: bool  # whether another task of the list bears the same id


def bundle_of(world: World) -> Bundle:
    """How tasks come in a list."""
    bundle = world.contract.bundle
    assert bundle is not None
    return bundle


def against(world: World, said: Exchange) -> Grounds:
    """What may be said against a request as a whole, before its tasks are looked at."""
    tasks, wrong, clear = body_of(said)
    bundle = bundle_of(world)
    bearers = [task for task in tasks if isinstance(task, dict) and bundle.key in task] if type(tasks) is list else []
    account, keyed, sure = who(world, said, bearers[0] if bearers else None)
    reasons = [*keyed, *wrong]
    if 0 < world.subject.most_body < len(said.request_body):
        reasons.append("too-large")
    if not wrong and type(tasks) is not list:
        reasons.append("not-a-list")
    elif not wrong and not tasks:
        reasons.append("empty-batch")
    return Grounds(tuple(dict.fromkeys(reasons)), sure and clear, (), tasks, account)


def replied(world: World, said: Exchange) -> bool:
    """Whether there is something about each task in an answer; its status then follows from that."""
    bundle, answer = bundle_of(world), said.json
    return isinstance(answer, dict) and (bundle.data in answer or bundle.errors in answer)


def parts(world: World, said: Exchange) -> list[Part]:
    """The tasks of a list with what was answered to each."""
    bundle, answer, tasks = bundle_of(world), said.json, said.request_json
    told = {key: [item for item in (answer.get(key) if isinstance(answer, dict) else None) or ()
                  if isinstance(item, dict)] for key in (bundle.data, bundle.errors)}  # fmt: skip
    names = Counter(_name(bundle, task) for task in tasks)
    found = []
    for task in tasks:
        operation = bundle.named(task)
        own = {key: [item for item in items if _of(bundle, item, task, operation)] for key, items in told.items()}
        found.append(Part(task, operation, {key: items for key, items in own.items() if items},
                          names[_name(bundle, task)] > 1))  # fmt: skip
    return found


def _name(bundle: Bundle, task: Any) -> str:
    name = task.get(bundle.id) if isinstance(task, dict) else None
    kind = task.get(bundle.by) if isinstance(task, dict) else None
    return name.lower() if isinstance(name, str) else f"{kind} {name}"


def _of(bundle: Bundle, item: dict[str, Any], task: Any, operation: Operation | None) -> bool:
    """Whether an item of a reply is about a task."""
    if not isinstance(task, dict):
        return bundle.id not in item and bundle.by not in item
    idless = operation is not None and operation.idless
    if not idless and isinstance(task.get(bundle.id), str):
        return bool(item.get(bundle.id) == task[bundle.id])
    return bundle.id not in item and item.get(bundle.by) in (task.get(bundle.by), None)


def asked(world: World, said: Exchange, part: Part) -> Asked:
    """A task as if it had been sent by itself."""
    bundle, operation = bundle_of(world), part.operation
    assert operation is not None
    status = bundle.status(world.contract, operation, part.own, said.status)
    own = {**({bundle.data: []} if bundle.data in said.json else {}), **part.own}
    headers = tuple(pair for pair in said.answer_headers if pair[0].lower() != b"content-length")
    alone = said._replace(
        url=bundle.address(operation, part.task), request_body=written(part.task), operation=operation.id,
        channel=operation.channel, status=status, answer_body=written(own), answer_headers=headers, wire=said,
        task=str(part.task.get(bundle.id, "")) if operation.task or operation.orders else "",
    )  # fmt: skip
    return Asked(alone, operation, {operation.method: operation}, bundle.value(operation, part.task))


def joined(world: World, said: Exchange, those: list[Part]) -> Iterator[Finding]:
    """What holds for the reply as a whole."""
    bundle, answer = bundle_of(world), said.json
    if not isinstance(answer, dict):
        return
    data, errors = (answer.get(key) or [] for key in (bundle.data, bundle.errors))
    names = [part.task.get(bundle.id) for part in those if isinstance(part.task, dict)]
    for key, items in ((bundle.data, data), (bundle.errors, errors)):
        for at, item in enumerate(items if isinstance(items, list) else ()):
            name = item.get(bundle.id) if isinstance(item, dict) else None
            if name is not None and name not in names:
                yield _wrong(f"/{key}/{at}/{bundle.id}", "the id of a task that was sent", shown(name),
                               "answer the tasks of this request alone", "stranger")  # fmt: skip
    rows = [world.contract.coded(error.get("code")) for error in errors if isinstance(error, dict)]
    statuses = {int(row["status"]) for row in rows if "status" in row}
    want = {200} if data or not errors else statuses
    if want and said.status not in want:
        yield _wrong("", " or ".join(map(str, sorted(want))), str(said.status),
                       "answer 200 where anything came of any task, else what the first error stands for", "status",
                       "inferred")  # fmt: skip
    if not any(name == FRAME for name, _ in said.answer_headers):  # over a socket each comes when it is there
        yield from _sorted(bundle, those, data)
    for part in those:
        if not part.own and not _silent(part):
            yield _wrong(f"/{bundle.data}", "something for each task", f"nothing for {shown(part.task, 120)}",
                           "answer every task, whatever becomes of the others", "missing")  # fmt: skip


def _silent(part: Part) -> bool:
    """Whether nothing need be said of a task: who asks for what is not there is told nothing."""
    asks = part.operation is not None and part.operation.channel == "poll"
    return asks or (part.operation is not None and part.operation.id in UNASKED)


def _sorted(bundle: Bundle, those: list[Part], data: Any) -> Iterator[Finding]:
    """Results stand in the order of the tasks; nobody has published that, and clients match ids."""
    places = [part.task.get(bundle.id) for part in those if isinstance(part.task, dict)]
    came = [places.index(item.get(bundle.id)) for item in data if isinstance(item, dict)
            and item.get(bundle.id) in places and item.get(bundle.id) is not None]  # fmt: skip
    if came != sorted(came):
        yield _wrong(f"/{bundle.data}", "the order of the tasks", "another order", "answer task by task", "order",
                       "inferred")  # fmt: skip


def twice(world: World, those: list[Part]) -> Iterator[Finding]:
    """An id that several orders of one request bear is refused, but for the first of them at most."""
    bundle = bundle_of(world)
    code = world.contract.errors[TAKEN]["name"]
    told = [error.get("code") for error in those[0].own.get(bundle.errors, ())]
    orders = [part for part in those if part.operation is not None and part.operation.orders]
    if len(orders) > 1 and those[0].own.get(bundle.data) and code not in told:
        yield _wrong(f"/{bundle.errors}", f"{code}, since {len(orders)} tasks bear one id", shown(told),
                       "refuse an id that is taken, in the same request as well", "twice", "observed")  # fmt: skip


def _wrong(where: str, expected: str, came: str, cure: str, kind: str = "", source: Any = "documented") -> Finding:
    return Finding("wrong-batch", WEIGHT[source], where, expected, came, cure, "tasks", source, "", kind)
