"""The mutants of a bundle that were thought up by hand: lists of tasks, what is acknowledged, polled and told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...exchange import Exchange
from ..subject import Ask
from .bending import bodied, inputs, sending, told
from .mutant import Stage, Table
from .tasks import each

BUNDLES = Table()
LOST, MIXED = "a client awaits what never comes", "a client shows one task's result as another's"
PAID, STOPS = "a user pays for what nobody wanted", "a client's parser stops"
NOBODY = "00000000-0000-4000-8000-00000000000f"
Change = Callable[[Stage, Exchange], Exchange]
Items = Callable[[list[Any]], Any]


def _bends(name: str, kind: str, why: str, when: Callable[[Stage, Exchange], bool], change: Change) -> None:
    @BUNDLES.behaves(name, kind, why, "bundle")
    def bend(stage: Stage, ask: Ask) -> Exchange:
        said = stage.send(ask)
        return change(stage, said) if when(stage, said) else said


def body_of(said: Exchange) -> dict[str, Any]:
    """An answer's object; empty, where it is none."""
    body = said.json
    return body if isinstance(body, dict) else {}


# -- lists of tasks


def _many(_stage: Stage, said: Exchange) -> bool:
    tasks = said.request_json
    return said.operation == "tasks" and isinstance(tasks, list) and len(tasks) > 1


def _listed(name: str, why: str, key: str, change: Items) -> None:
    _bends(name, "batch", why, _many, lambda stage, said: each(said, key, change))


def _both(said: Exchange) -> bool:
    return bool(body_of(said).get("data") and body_of(said).get("errors"))


_listed("results come in the contrary order", MIXED, "data", lambda items: items[::-1])
_listed("the last result of several is missing", LOST, "data", lambda items: items[:-1])
_listed("the first result of several is missing", LOST, "data", lambda items: items[1:])
_listed("the last result of several comes twice", "a client shows it twice", "data", lambda items: [*items, items[-1]])
_listed("results bear the ids of their neighbours", MIXED, "data", lambda items: [
    {**item, "taskUUID": other["taskUUID"]} if "taskUUID" in item and "taskUUID" in other else item
    for item, other in zip(items, [*items[1:], items[0]], strict=True)])  # fmt: skip
_listed("results bear an id that nobody sent", LOST, "data", lambda items: [
    {**item, "taskUUID": NOBODY} if "taskUUID" in item else item for item in items])  # fmt: skip
_listed("the last error of several is missing", LOST, "errors", lambda items: items[:-1])
_listed("of several errors the first alone is told", LOST, "errors", lambda items: items[:1])
_listed("every error of a list bears the first one's id", "a client mends the wrong task", "errors", lambda items: [
    {**item, "taskUUID": items[0].get("taskUUID", NOBODY)} for item in items])  # fmt: skip
_listed("every error comes twice", "a client counts two failures", "errors", lambda items: [*items, *items])
_bends("one bad task spoils the others", "batch", PAID, lambda stage, said: _many(stage, said) and _both(said),
       lambda stage, said: told(said, {"data": [], "errors": body_of(said)["errors"]}, 400))  # fmt: skip
_bends("errors beside results are kept back", "batch", LOST, lambda stage, said: _both(said),
       lambda stage, said: told(said, {"data": body_of(said)["data"]}))  # fmt: skip
for _status in (207, 400):
    _bends(f"results beside errors come with {_status}", "batch", "a client throws away good answers",
           lambda stage, said: said.operation == "tasks" and _both(said),
           lambda stage, said, status=_status: said._replace(status=status))  # type: ignore[misc]  # fmt: skip
_bends("a list of bad tasks is answered with 200", "batch", "a client takes it for an answer",
       lambda stage, said: said.operation == "tasks" and said.status == 400 and "data" in body_of(said),
       lambda stage, said: said._replace(status=200))  # fmt: skip
_bends("a good answer has an empty list of errors", "batch", "known clients raise on the mere key",
       lambda stage, said: said.status == 200 and "errors" not in body_of(said) and "data" in body_of(said),
       lambda stage, said: told(said, {**body_of(said), "errors": []}))  # fmt: skip
_bends("a good answer has errors that are null", "batch", "known clients raise on the mere key",
       lambda stage, said: said.status == 200 and "errors" not in body_of(said) and "data" in body_of(said),
       lambda stage, said: told(said, {**body_of(said), "errors": None}))  # fmt: skip
_bends("results are one object, not a list", "batch", STOPS,
       lambda stage, said: said.status == 200 and len(body_of(said).get("data") or ()) == 1,
       lambda stage, said: told(said, {**body_of(said), "data": body_of(said)["data"][0]}))  # fmt: skip
_bends("an error is one object, not a list", "batch", STOPS, lambda stage, said: len(body_of(said).get("errors") or ())
       == 1, lambda stage, said: told(said, {**body_of(said), "errors": body_of(said)["errors"][0]}))  # fmt: skip
_bends("errors stand under error", "batch", "nobody knows what went wrong", lambda stage, said: "errors" in
       body_of(said), lambda stage, said: told(said, {"error": body_of(said)["errors"][0]}))  # fmt: skip
_bends("whoever asks for nothing is told that all is well", "batch", "a client that lost its tasks goes on",
       lambda stage, said: said.status == 400 and said.request_json == [],
       lambda stage, said: told(said, {"data": []}, 200))  # fmt: skip


@BUNDLES.behaves("a task that is no list is taken as one", "batch", "a client is written wrongly, and nobody says so",
                 "bundle")  # fmt: skip
def _single(stage: Stage, ask: Ask) -> Exchange:
    said, task = stage.send(ask), inputs(ask)
    if said.operation != "tasks" or not isinstance(task, dict) or not task:
        return said
    return stage.send(ask._replace(body=b"[" + ask.body + b"]"))


@BUNDLES.behaves("of a list the first task alone is done", "batch", LOST, "bundle")
def _first(stage: Stage, ask: Ask) -> Exchange:
    tasks = inputs(ask)
    several = isinstance(tasks, list) and len(tasks) > 1 and stage.match(ask)[0] is not None
    return stage.send(sending(ask, tasks[:1]) if several else ask)


@BUNDLES.behaves("a list of more than ten tasks is refused", "batch", "a client cannot order in one go", "bundle")
def _short(stage: Stage, ask: Ask) -> Exchange:
    tasks = inputs(ask)
    return stage.send(sending(ask, []) if isinstance(tasks, list) and len(tasks) > 10 else ask)


# -- which task it is


def _renamed(name: str, why: str, change: Callable[[Any], Any], which: Callable[[Stage, Any], bool]) -> None:
    """Puts an id right, or wrong, before it is sent."""

    @BUNDLES.behaves(name, "identity", why, "bundle")
    def bend(stage: Stage, ask: Ask) -> Exchange:
        tasks = inputs(ask)
        if not isinstance(tasks, list) or not any(isinstance(task, dict) and which(stage, task) for task in tasks):
            return stage.send(ask)
        made = [{**task, "taskUUID": change(task.get("taskUUID"))} if isinstance(task, dict) and which(stage, task)
                else task for task in tasks]  # fmt: skip
        said = stage.send(sending(ask, made))
        back = {new.get("taskUUID"): old.get("taskUUID") for new, old in zip(made, tasks, strict=True)
                if isinstance(old, dict) and new is not old}  # fmt: skip
        text = said.answer_body.decode("utf-8", "replace")
        for new, old in back.items():
            text = text.replace(str(new), str(old))
        return bodied(said, text.encode())


def _fresh(value: Any) -> str:
    digits = f"{abs(hash(str(value))) % 16**12:012x}"
    return f"00000000-0000-4000-8000-{digits}"


def _orders(task: Any) -> bool:
    return isinstance(task, dict) and task.get("taskType") == "imageInference"


def _no_uuid(task: Any) -> bool:
    name = task.get("taskUUID") if isinstance(task, dict) else None
    return _orders(task) and "taskUUID" in task and not (
        isinstance(name, str) and len(name) == 36 and name.count("-") == 4)  # fmt: skip


_renamed("an id that is no UUID is taken", "a client is written wrongly, and nobody says so", _fresh,
         lambda stage, task: _no_uuid(task))  # fmt: skip


@BUNDLES.behaves("an id that is taken is taken again", "identity", "of two orders one is lost", "bundle")
def _retaken(stage: Stage, ask: Ask) -> Exchange:
    said = stage.send(ask)
    tasks, errors = inputs(ask), body_of(said).get("errors") or ()
    row = stage.contract.errors["taken-id"]
    if not isinstance(tasks, list) or len(tasks) > 1 or not any(each.get("code") == row["name"] for each in errors):
        return said
    task = said.request_json[0]
    return told(said, {"data": [{"taskType": task["taskType"], "taskUUID": task["taskUUID"]}]}, 200)


@BUNDLES.behaves("an id that comes twice in a list is taken twice", "identity", "of two orders one is lost", "bundle")
def _twice(stage: Stage, ask: Ask) -> Exchange:
    said = stage.send(ask)
    row, body = stage.contract.errors["taken-id"], body_of(said)
    data = {item.get("taskUUID") for item in body.get("data") or ()}
    errors = [item for item in body.get("errors") or () if item.get("code") == row["name"]
              and item.get("taskUUID") in data]  # fmt: skip
    if not errors:
        return said
    rest = [item for item in body["errors"] if item not in errors]
    more = [next(item for item in body["data"] if item.get("taskUUID") == error["taskUUID"]) for error in errors]
    return told(said, {"data": [*body["data"], *more], **({"errors": rest} if rest else {})})


def _typed(name: str, why: str, which: Callable[[dict[str, Any]], bool]) -> None:
    """Takes tasks of types that there are not, as if they were orders."""

    @BUNDLES.behaves(name, "door", why, "bundle")
    def bend(stage: Stage, ask: Ask) -> Exchange:
        tasks = inputs(ask)
        if not isinstance(tasks, list) or not any(isinstance(task, dict) and which(task) for task in tasks):
            return stage.send(ask)
        return stage.send(sending(ask, [{**task, "taskType": "imageInference"} if isinstance(task, dict) and
                                        which(task) else task for task in tasks]))  # fmt: skip


_typed("a task without a type is taken", "a client is written wrongly, and nobody says so",
       lambda task: "taskType" not in task and "model" in task)  # fmt: skip
_typed("a type in small letters is taken", "a client is written wrongly, and nobody says so",
       lambda task: task.get("taskType") == "imageinference")  # fmt: skip
_typed("any type is taken", "a misspelled type is paid for", lambda task: task.get("taskType") == "nothing")


@BUNDLES.behaves("what is no task is overlooked", "batch", "a client believes that it was done", "bundle")
def _overlooked(stage: Stage, ask: Ask) -> Exchange:
    tasks = inputs(ask)
    kept = [task for task in tasks if isinstance(task, dict)] if isinstance(tasks, list) else []
    return stage.send(sending(ask, kept) if kept and len(kept) < len(tasks) else ask)


# -- pings and keys


def _pinged(_stage: Stage, said: Exchange) -> bool:
    return any(item.get("taskType") == "ping" for item in body_of(said).get("data") or () if isinstance(item, dict))


def _pongs(name: str, why: str, change: Callable[[dict[str, Any]], Any]) -> None:
    _bends(name, "identity", why, _pinged, lambda stage, said: each(said, "data", lambda items: [
        change(item) if item.get("taskType") == "ping" else item for item in items]))  # fmt: skip


_pongs("a ping is answered with no pong", "a client hangs up", lambda item: {"taskType": "ping"})
_pongs("a ping is answered with a pong that is false", "a client hangs up", lambda item: {**item, "pong": False})
_pongs("a pong bears an id", "a client that compares the whole frame stops", lambda item: {**item, "taskUUID": NOBODY})


# -- what is acknowledged


def _taken(stage: Stage, said: Exchange) -> bool:
    operation = stage.contract.operations.get(said.operation)
    items = body_of(said).get("data")
    return (operation is not None and operation.orders and said.status == 200 and isinstance(items, list)
            and len(items) == 1 and set(items[0]) == {"taskType", "taskUUID"})  # fmt: skip


def _acknowledged(name: str, why: str, change: Items) -> None:
    _bends(name, "ack", why, _taken, lambda stage, said: each(said, "data", change))


EARLY = "known clients take it for a result, and stop to ask"
_acknowledged("what was taken is told with a result's id", EARLY, lambda items: [{**items[0], "imageUUID": NOBODY}])
_acknowledged("what was taken is told with a state", "known clients take it for a poll's answer",
              lambda items: [{**items[0], "status": "processing"}])  # fmt: skip
_acknowledged("what was taken is told with an address", EARLY,
              lambda items: [{**items[0], "imageURL": "https://example.com/a.png"}])  # fmt: skip
_acknowledged("what was taken is told twice", "a client counts two tasks", lambda items: [*items, *items])
_acknowledged("what was taken is not told", LOST, lambda items: [])
_acknowledged("what was taken is told in small letters", LOST,
              lambda items: [{**items[0], "taskType": str(items[0]["taskType"]).lower()}])  # fmt: skip
_acknowledged("what was taken is told under another id", LOST, lambda items: [{**items[0], "taskUUID": NOBODY}])
_acknowledged("what was taken is told under its id in capitals", "a client that compares ids awaits it for ever",
              lambda items: [{**items[0], "taskUUID": str(items[0]["taskUUID"]).upper()}])  # fmt: skip
