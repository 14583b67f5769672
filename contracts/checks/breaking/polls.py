"""The mutants of what a poll tells: how a task stands, what comes of it, and of whom nothing may be told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...exchange import Exchange
from .bending import told
from .bundles import MIXED, NOBODY, body_of
from .mutant import Stage, Table
from .tasks import each

POLLS = Table()
Item = dict[str, Any]
Change = Callable[[Stage, Exchange, list[Item]], list[Item]]
TWICE, TYPED = "a client takes it for something else", "a typed client stops"


def _polls(name: str, why: str, word: str, change: Change) -> None:
    """Bends what is told of tasks that stand so."""

    @POLLS.looks(name, "poll", why, "bundle")
    def look(stage: Stage, said: Exchange) -> Exchange:
        key = "errors" if word == "error" else "data"
        items = body_of(said).get(key) or ()
        if said.operation != stage.channel["operation"] or not any(item.get("status") == word for item in items):
            return said
        return each(said, key, lambda some: change(stage, said, some))


def _every(change: Callable[[Item], Item]) -> Change:
    return lambda stage, said, items: [change(item) for item in items]


def _prefix(item: Item) -> str:
    return next((key.removesuffix("UUID") for key in item if key.endswith("UUID") and key != "taskUUID"), "image")


def _names(key: str) -> bool:
    return key.endswith("UUID") and key != "taskUUID"


def _without(item: Item, *ends: str) -> Item:
    return {key: value for key, value in item.items() if key == "taskUUID" or not key.endswith(ends)}


WAITS, DONE, FAILED = "processing", "success", "error"
_polls("what is under way has an address", "known clients fetch it at once", WAITS,
       _every(lambda item: {**item, f"{_prefix(item)}URL": "https://example.com/early.png"}))  # fmt: skip
_polls("what is under way has other ids than its results", "known clients wait ten times as long", WAITS,
       _every(lambda item: {key: NOBODY if key.endswith("UUID") and key != "taskUUID" else value
                            for key, value in item.items()}))  # fmt: skip
_polls("what is under way has another id with each look", "known clients wait ten times as long", WAITS,
       lambda stage, said, items: [{key: f"{value}{stage.count(said.task)}" if _names(key) else value
                                    for key, value in item.items()} for item in items])  # fmt: skip
_polls("what is under way has no id", "known clients wait ten times as long", WAITS,
       _every(lambda item: _without(item, "UUID")))  # fmt: skip
_polls("what is under way is told in one item", "a client that counts items is misled", WAITS,
       lambda stage, said, items: items[:1])  # fmt: skip
_polls("what is under way has an item too many", "a client that counts items is misled", WAITS,
       lambda stage, said, items: [*items, items[-1]])  # fmt: skip
_polls("what is under way is not told", "a client takes it for lost", WAITS, lambda stage, said, items: [])
_polls("what is under way is told as pending", "a client knows no such word", WAITS,
       _every(lambda item: {**item, "status": "pending"}))  # fmt: skip
_polls("what is under way tells its progress as a share", TYPED, WAITS, _every(lambda item: {**item, "progress": 0.5}))
_polls("what is under way is more than done", "a bar runs over", WAITS, _every(lambda item: {**item, "progress": 101}))
_polls("what is under way goes back", "a bar runs backwards", WAITS, lambda stage, said, items: [
    {**item, "progress": max(0, 90 - stage.count(said.task) // len(items))} for item in items])  # fmt: skip
_polls("what is under way has a seed", TWICE, WAITS, _every(lambda item: {**item, "seed": 1}))
for _word, _name in ((WAITS, "what is under way"), (DONE, "a result"), (FAILED, "a failure")):
    _polls(f"{_name} is told as an answer to getResponse", "known clients look for its class by that word", _word,
           _every(lambda item: {**item, "taskType": "getResponse"}))  # fmt: skip
    _polls(f"{_name} is told under another id", MIXED, _word, _every(lambda item: {**item, "taskUUID": NOBODY}))
    _polls(f"{_name} bears no state", "a client waits for ever", _word,
           _every(lambda item: {key: value for key, value in item.items() if key != "status"}))  # fmt: skip
    _polls(f"{_name} is told in capitals", "a client knows no such word", _word,
           _every(lambda item: {**item, "status": str(item["status"]).upper()}))  # fmt: skip
    _polls(f"{_name} has a key that nobody knows", "a client may come to rely on it", _word,
           _every(lambda item: {**item, "workerName": "w-7"}))  # fmt: skip
_polls("of several results the last is missing", "a user paid for more", DONE, lambda stage, said, items: items[:-1])
_polls("of several results the first comes twice", "a user paid for more", DONE,
       lambda stage, said, items: [items[0], items[0], *items[2:]] if len(items) > 1 else items)  # fmt: skip
_polls("a result comes twice", "a client shows it twice", DONE, lambda stage, said, items: [*items, items[-1]])
_polls("results change places from look to look", "a client mixes up what it has", DONE,
       lambda stage, said, items: items[:: -1 if stage.count(said.task) % 2 else 1])  # fmt: skip
_polls("every result has the id of the first", "a client that keeps them by id loses some", DONE,
       lambda stage, said, items: [{**item, f"{_prefix(item)}UUID": items[0].get(f"{_prefix(item)}UUID")}
                                   for item in items])  # fmt: skip
_polls("every result has the address of the first", "a user paid for more", DONE,
       lambda stage, said, items: [{**item, **{key: items[0][key] for key in item if key.endswith("URL")}}
                                   for item in items])  # fmt: skip
_polls("every result has the seed of the first", "a user cannot make it again", DONE,
       lambda stage, said, items: [{**item, **({"seed": items[0]["seed"]} if "seed" in item else {})}
                                   for item in items])  # fmt: skip
_polls("seeds count down", "a user cannot make it again", DONE, lambda stage, said, items: [
    {**item, "seed": items[0]["seed"] - at} if "seed" in item else item for at, item in enumerate(items)])  # fmt: skip
_polls("a seed is another one than was asked for", "a user cannot make it again", DONE,
       _every(lambda item: {**item, "seed": item["seed"] + 1} if "seed" in item else item))  # fmt: skip
_polls("a seed is told as a text", TYPED, DONE,
       _every(lambda item: {**item, "seed": str(item["seed"])} if "seed" in item else item))  # fmt: skip
_polls("a seed is negative", "a client refuses it", DONE,
       _every(lambda item: {**item, "seed": -1} if "seed" in item else item))  # fmt: skip
_polls("a cost is told to whoever did not ask", "a client counts it twice", DONE,
       _every(lambda item: item if "cost" in item else {**item, "cost": 0.0013}))  # fmt: skip
_polls("each result costs what all do", "a client's sum is wrong", DONE, lambda stage, said, items: [
    {**item, "cost": item["cost"] * 3} if "cost" in item else item for item in items])  # fmt: skip
_polls("a cost is told as a text", TYPED, DONE,
       _every(lambda item: {**item, "cost": f"${item['cost']}"} if "cost" in item else item))  # fmt: skip
_polls("a result is told in every way at once", "a client that asked for less has more to load", DONE,
       _every(lambda item: {**item, **({f"{_prefix(item)}Base64Data": "AAAA"} if f"{_prefix(item)}URL" in item
                                       else {})}))  # fmt: skip
_polls("a result bears its address under url", "a client finds nothing", DONE, _every(lambda item: {
    ("url" if key.endswith("URL") else key): value for key, value in item.items()}))  # fmt: skip
_polls("a result's keys stand in another order", "a client that compares texts is misled", DONE,
       _every(lambda item: dict(sorted(item.items(), reverse=True))))  # fmt: skip
_polls("a result's address does not name it", "a client that keeps files by their ids loses them", DONE,
       _every(lambda item: {key: f"https://example.com/{len(item)}.png" if key.endswith("URL") else value
                            for key, value in item.items()}))  # fmt: skip
_polls("a failure is told with no code", "a client cannot tell why", FAILED,
       _every(lambda item: {key: value for key, value in item.items() if key != "code"}))  # fmt: skip
_polls("a failure is told without words", "nobody knows what went wrong", FAILED,
       _every(lambda item: {**item, "message": ""}))  # fmt: skip
_polls("a failure is told twice", "a client counts two", FAILED, lambda stage, said, items: [*items, *items])


@POLLS.looks("a failure is told as if nobody had asked", "poll", "a client waits for ever", "bundle")
def _hidden(stage: Stage, said: Exchange) -> Exchange:
    failed = said.operation == stage.channel["operation"] and body_of(said).get("errors")
    return told(said, {"data": []}) if failed else said


@POLLS.looks("a failure comes with results", "poll", "a client does not know whether it worked", "bundle")
def _torn(stage: Stage, said: Exchange) -> Exchange:
    failed = said.operation == stage.channel["operation"] and (body_of(said).get("errors") or ())
    if not failed:
        return said
    item = {"taskType": failed[0].get("taskType"), "taskUUID": failed[0].get("taskUUID"), "imageUUID": NOBODY,
            "imageURL": "https://example.com/a.png", "seed": 1, "status": DONE}  # fmt: skip
    return told(said, {**body_of(said), "data": [item]})


@POLLS.looks("results come with an error", "poll", "a client does not know whether it worked", "bundle")
def _spoilt(stage: Stage, said: Exchange) -> Exchange:
    items = body_of(said).get("data") or ()
    if said.operation != stage.channel["operation"] or not any(item.get("status") == DONE for item in items):
        return said
    error = {"code": "unknownError", "message": "Something went wrong.", "status": FAILED, "taskUUID": said.task}
    return told(said, {**body_of(said), "errors": [error]})


@POLLS.looks("a failure comes with 500", "poll", "a client asks again for ever", "bundle")
def _loud(stage: Stage, said: Exchange) -> Exchange:
    failed = said.operation == stage.channel["operation"] and body_of(said).get("errors")
    return said._replace(status=500) if failed else said


@POLLS.looks("what nobody ordered is told as under way", "poll", "a client waits for ever", "bundle")
def _ghost(stage: Stage, said: Exchange) -> Exchange:
    if said.operation != stage.channel["operation"] or body_of(said) != {"data": []}:
        return said
    item = {"taskType": "imageInference", "taskUUID": said.task, "imageUUID": NOBODY, "status": WAITS}
    return told(said, {"data": [item]})


@POLLS.looks("what nobody ordered is told as an error", "poll", "a client that polls too early gives up", "bundle")
def _lost(stage: Stage, said: Exchange) -> Exchange:
    if said.operation != stage.channel["operation"] or body_of(said) != {"data": []}:
        return said
    error = {"code": "taskNotFound", "message": "There is no such task.", "taskUUID": said.task,
             "taskType": "getResponse"}  # fmt: skip
    return told(said, {"data": [], "errors": [error]}, 404)


@POLLS.looks("another account's task can be seen", "poll", "a customer sees another's pictures", "bundle")
def _shared(stage: Stage, said: Exchange) -> Exchange:
    own = stage.memory.setdefault("own", {})
    if said.operation != stage.channel["operation"]:
        return said
    if body_of(said).get("data"):
        own[said.task] = body_of(said)
        return said
    return told(said, own[said.task]) if said.task in own and not body_of(said).get("errors") else said


# -- what comes at once


def _at_once(name: str, why: str, change: Callable[[list[Item]], Any]) -> None:
    @POLLS.behaves(name, "sync", why, "bundle")
    def bend(stage: Stage, ask: Any) -> Exchange:
        said = stage.send(ask)
        operation = stage.contract.operations.get(said.operation)
        items = body_of(said).get("data") or ()
        whole = operation is not None and operation.orders and any(set(item) > {"taskType", "taskUUID"}
                                                                   for item in items)  # fmt: skip
        return each(said, "data", change) if whole else said


_at_once("who waits for a result is told that it was taken", "a client that waits has nothing",
         lambda items: [{key: items[0][key] for key in ("taskType", "taskUUID")}])  # fmt: skip
_at_once("a result that came at once has a state", "a client that checks its keys stops",
         lambda items: [{**item, "status": DONE} for item in items])  # fmt: skip
_at_once("of results that come at once the first alone is told", "a user paid for more", lambda items: items[:1])
_at_once("results that come at once bear no id of their own", "a client cannot keep them",
         lambda items: [_without(item, "imageUUID", "videoUUID", "audioUUID") for item in items])  # fmt: skip
_at_once("results that come at once have no seed", "known clients stop", lambda items: [
    {key: value for key, value in item.items() if key != "seed"} for item in items])  # fmt: skip
_at_once("results that come at once are in the contrary order", "a user cannot make it again",
         lambda items: items[::-1])  # fmt: skip
