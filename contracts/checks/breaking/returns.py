"""The mutants of orders that are taken up again, and of how far they are: progress that falls, an early end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...exchange import Exchange
from ..subject import Ask
from .bending import bodied, changed, edited, found, put
from .mutant import Stage, Table

RETURNS = Table()
Change = Callable[[Stage, Exchange, Any], Any]


def _progress(name: str, key: str, why: str, change: Change) -> None:
    """Tells another number of how far an order is."""

    @RETURNS.looks(name, "progress", why, "progress")
    def look(stage: Stage, said: Exchange) -> Exchange:
        row = stage.tells["progress"]
        if said.operation != row["operation"] or found(said.json, row[key]) is None:
            return said
        return edited(said, row[key], changed(lambda came: change(stage, said, came)))


def _total(stage: Stage, said: Exchange) -> int:
    return int(found(said.json, stage.tells["progress"]["total_steps"]) or 1)


FAR = "a user sees what is not so"
_progress("progress falls with each look", "current_step", "a bar runs backwards",
          lambda stage, said, came: max(0, came - 10 * stage.count(said.task)))  # fmt: skip
_progress("progress stands still", "current_step", "a user believes that it hangs", lambda stage, said, came: 0)
_progress(
    "progress is at its end from the beginning", "current_step", FAR, lambda stage, said, came: _total(stage, said)
)
_progress("progress is at its end before the end", "current_step", FAR,
          lambda stage, said, came: _total(stage, said) if came > _total(stage, said) / 2 else came)  # fmt: skip
_progress("progress is one step past the end", "current_step", "a client counts past the end",
          lambda stage, said, came: came + 1 if came == _total(stage, said) else came)  # fmt: skip
_progress("progress is twice as far", "current_step", FAR,
          lambda stage, said, came: min(came * 2, _total(stage, said)))  # fmt: skip
_progress("progress is half as far", "current_step", FAR, lambda stage, said, came: came // 2)
_progress("progress is a hundred steps late", "current_step", FAR, lambda stage, said, came: max(0, came - 100))
_progress("the share of progress is of one, not of a hundred", "percent", FAR, lambda stage, said, came: came / 100)
_progress("the share of progress is always nothing", "percent", FAR, lambda stage, said, came: 0)
_progress("the share of progress is always all", "percent", FAR, lambda stage, said, came: 100)
_progress("all steps are twice as many", "total_steps", FAR, lambda stage, said, came: came * 2)
_progress("all steps are those that are done", "total_steps", FAR,
          lambda stage, said, came: found(said.json, stage.tells["progress"]["current_step"]) or 1)  # fmt: skip
_progress("all steps are one fewer with each look", "total_steps", FAR,
          lambda stage, said, came: max(1, came - stage.count(said.task)))  # fmt: skip


@RETURNS.looks("an order is told to be over while it runs", "resume", "a client fetches half of it", "progress")
def _early(stage: Stage, said: Exchange) -> Exchange:
    channel = next((row for row in stage.life.channels.values() if row["operation"] == said.operation), None)
    if channel is None or found(said.json, channel["key"]) != channel["words"]["RUNNING"]:
        return said
    late = stage.moment - float(stage.memory.setdefault(said.task, stage.moment)) > 600
    said = edited(said, channel["key"], put(channel["words"]["SUCCEEDED"])) if late else said
    return said


# -- taking up again


def _resumes(stage: Stage, ask: Ask) -> bool:
    operation = stage.match(ask)[0]
    return operation is not None and operation.id == stage.life.resume["operation"]


def _look_of(stage: Stage, ask: Ask) -> Exchange:
    return stage.about(stage.channel["operation"], stage.match(ask)[1], ask)


@RETURNS.behaves("an order is not taken up again, and told to be", "resume", "a client waits for ever", "resume")
def _deaf(stage: Stage, ask: Ask) -> Exchange:
    if not _resumes(stage, ask):
        return stage.send(ask)
    look = _look_of(stage, ask)
    word = found(look.json, stage.channel["key"])
    words = stage.channel["words"]
    if look.status >= 300 or word in (words["QUEUED"], words["RUNNING"], words["SUCCEEDED"]):
        return stage.send(ask)
    said = stage.example(stage.life.resume["operation"], look, stage.match(ask)[1])
    return edited(said, stage.life.resume["key"], put(stage.life.resume["accepted"]))


def _taken(name: str, operation: str, why: str) -> None:
    """Takes what is to be refused in a state."""

    @RETURNS.behaves(name, "resume", why, operation)
    def bend(stage: Stage, ask: Ask) -> Exchange:
        said, rule = stage.send(ask), getattr(stage.life, operation)
        if said.operation != rule["operation"] or not stage.refused(said, rule["refuses"]):
            return said
        return stage.example(said.operation, said, said.task)


_taken("an order that runs is taken up again", "resume", "one order runs twice")
_taken("an order that runs is given another form", "edit", "nobody knows what was made")


@RETURNS.behaves("an order begins anew when it is taken up again", "resume", "a user pays for the same steps", "resume")
def _anew(stage: Stage, ask: Ask) -> Exchange:
    said = stage.send(ask)
    if _resumes(stage, ask) and said.status < 300:
        stage.memory[said.task] = True
    row = stage.tells.get("progress", {})
    if said.task not in stage.memory or said.operation != row.get("operation"):
        return said
    return edited(said, row["current_step"], changed(lambda came: max(0, came - _total(stage, said) // 2)))


@RETURNS.looks("an order that was taken up again has another id", "resume", "a client loses it", "resume")
def _other(stage: Stage, said: Exchange) -> Exchange:
    if said.operation != stage.life.resume["operation"]:
        return said
    return edited(said, stage.tells["id"], changed(lambda name: f"{name[:-2]}ff"))


@RETURNS.looks("an order that was taken up again is told as it was", "resume", "a client takes it up twice", "resume")
def _stale(stage: Stage, said: Exchange) -> Exchange:
    rule = stage.life.resume
    word = stage.channel["words"]["FAILED"]
    return edited(said, rule["key"], put(word)) if said.operation == rule["operation"] else said


@RETURNS.looks("an order that was taken up again was asked for anew", "resume", "a client's clock is wrong", "resume")
def _young(stage: Stage, said: Exchange) -> Exchange:
    if said.operation == stage.life.resume["operation"]:
        stage.memory[said.task] = True
    key = stage.key("began", said)
    return edited(said, key, put("2026-01-02T00:00:00+00:00")) if key and said.task in stage.memory else said


@RETURNS.behaves("an order that was taken up again cannot be cancelled", "resume", "a user pays on", "resume")
def _unstoppable(stage: Stage, ask: Ask) -> Exchange:
    operation, name = stage.match(ask)
    if operation is not None and operation.id == stage.life.cancel["operation"] and ("again", name) in stage.memory:
        return bodied(stage.send(ask), b'{"error_code": 40951, "error_message": "too late"}')._replace(status=409)
    said = stage.send(ask)
    if _resumes(stage, ask) and said.status < 300:
        stage.memory["again", said.task] = True
    return said


@RETURNS.looks(
    "what was made is gone when an order is taken up again", "resume", "a user loses steps", "resume", "files"
)
def _burnt(stage: Stage, said: Exchange) -> Exchange:
    row = stage.tells["files"]
    key = stage.key("files", said)
    if not key or found(said.json, "/status") != stage.channel["words"]["SUCCEEDED"]:
        return said
    for name in row.get("lists", ()):
        said = edited(said, f"{key}/{name}", put([]))
    return said


@RETURNS.looks("an edit sets an order going", "resume", "a user pays unasked", "edit")
def _eager(stage: Stage, said: Exchange) -> Exchange:
    rule = stage.life.edit
    return (
        edited(said, "/status", put(stage.channel["words"]["QUEUED"])) if said.operation == rule["operation"] else said
    )
