"""The mutants that were thought up by hand; here those of what becomes of an order: cancel, queue, life, time."""

from __future__ import annotations

from collections.abc import Callable

from ...contract import Contract
from ...derived import derived
from ...exchange import Exchange
from ..subject import Ask
from .belongings import THINGS
from .bending import bodied, dropped, edited, found, put, told
from .bundles import BUNDLES
from .claims import CLAIMS
from .corners import CORNERS
from .fleets import FLEETS
from .manners import MANNERS
from .mutant import Bend, Cue, Mutant, Stage, Table
from .polls import POLLS
from .returns import RETURNS
from .shelves import SHELVES
from .wares import WARES

ENDED = frozenset({"SUCCEEDED", "FAILED", "CANCELLED"})
LIVES = Table()
Place = Callable[[Stage, Exchange, int], int]


def behaviours(contract: Contract) -> tuple[Mutant, ...]:
    """The hand-written mutants for which an API has a place."""
    contract = derived(contract).alone
    return tuple(
        mutant
        for mutant in (
            *LIVES,
            *CLAIMS,
            *WARES,
            *SHELVES,
            *MANNERS,
            *CORNERS,
            *THINGS,
            *FLEETS,
            *RETURNS,
            *BUNDLES,
            *POLLS,
        )
        if mutant.fits(contract)
    )


def words(stage: Stage, said: Exchange, state: str) -> Exchange:
    """The answer of a channel with the word of another state, and without what a state that is not may not bear."""
    row = next((row for row in stage.life.channels.values() if row["operation"] == said.operation), None)
    if row is None:
        return said
    said = edited(said, row["key"], put(row["words"][state]))
    unfit = {"place": state != "QUEUED", "files": state != "SUCCEEDED", "error": state != "FAILED",
             "ended": state not in ENDED}  # fmt: skip
    for name in [name for name, out in unfit.items() if out and name in stage.tells]:
        said = edited(said, stage.key(name, said), dropped)
    return said


# -- cancel


def _outcome(stage: Stage, said: Exchange, outcome: str, status: str) -> Exchange:
    said = edited(said, stage.life.cancel["key"], put(outcome))
    return edited(said, stage.tells["cancel_status"], put(status))


def _accepted(stage: Stage, said: Exchange) -> Exchange:
    return _outcome(stage, said, stage.life.cancel["accepted"], stage.life.cancel["accepted_status"])


def _heard(stage: Stage, said: Exchange) -> str:
    """What a cancel came to, if this is the answer to one."""
    rule = stage.life.cancel
    return str(found(said.json, rule["key"])) if said.operation == rule["operation"] else ""


def _late_cancel(states: frozenset[str]) -> Bend:
    """Takes the cancel of an order in a state in which it is to be refused, and tells it as cancelled from then on."""

    def bend(stage: Stage, ask: Ask) -> Exchange:
        said = stage.send(ask)
        if said.status >= 300 or not said.task:
            return said
        late = _heard(stage, said) == stage.life.cancel["refused"]
        if said.task not in stage.memory and late and frozenset() < stage.states(said.task, ask) <= states:
            stage.memory[said.task] = True
            return _accepted(stage, said)
        return words(stage, said, "CANCELLED") if said.task in stage.memory else said

    return bend


_late = "a cancel is taken while the order runs", "a cancel is taken when the order is over"
LIVES.behaves(_late[0], "cancel", "a client believes that it did not pay", "cancel_status", "late cancel")(
    _late_cancel(frozenset({"RUNNING"})))  # fmt: skip
LIVES.behaves(_late[1], "cancel", "a finished file is thrown away", "cancel_status")(
    _late_cancel(frozenset({"SUCCEEDED", "FAILED"})))  # fmt: skip


def _cancels(stage: Stage, ask: Ask) -> str:
    """The order that a request would cancel, if it still may be and is the asker's own."""
    operation, value = stage.match(ask)
    if operation is None or operation.id != stage.life.cancel["operation"]:
        return ""
    return value if stage.states(value, ask) & set(stage.life.cancel["from"]) else ""


@LIVES.behaves("a cancel is refused while the order queues", "cancel", "nobody can stop anything", "cancel_status")
def _stubborn(stage: Stage, ask: Ask) -> Exchange:
    name, channel = _cancels(stage, ask), stage.channel
    if not name:
        return stage.send(ask)
    look = stage.about(channel["operation"], name, ask)
    said = stage.example(stage.life.cancel["operation"], look, name)
    return _outcome(stage, said, stage.life.cancel["refused"], found(look.json, channel["key"]))


@LIVES.behaves("a cancel is taken, and the order goes on", "cancel", "what was cancelled is paid for", "cancel_status")
def _deaf(stage: Stage, ask: Ask) -> Exchange:
    name = _cancels(stage, ask)
    if not name:
        return stage.send(ask)
    return stage.example(stage.life.cancel["operation"], stage.about(stage.channel["operation"], name, ask), name)


@LIVES.looks("a second cancel is taken again", "cancel", "a client counts two orders as stopped", "cancel_status")
def _again(stage: Stage, said: Exchange) -> Exchange:
    heard = _heard(stage, said)
    if heard == stage.life.cancel["accepted"]:
        stage.memory[said.task] = True
    return _accepted(stage, said) if heard and said.task in stage.memory else said


@LIVES.behaves("the cancel of an unknown order is taken", "cancel", "a misspelled id seems to be stopped", "id",
               "cancels")  # fmt: skip
def _phantom(stage: Stage, ask: Ask) -> Exchange:
    said = stage.send(ask)
    lost = said.operation == stage.life.cancel["operation"] and stage.refused(said, "unknown-id")
    return stage.example(said.operation, said, said.task) if lost else said


@LIVES.behaves("a cancel stops the order before as well", "cancel", "an order is lost that nobody cancelled", "id",
               "cancels")  # fmt: skip
def _clumsy(stage: Stage, ask: Ask) -> Exchange:
    name, names = _cancels(stage, ask), [order.id for order in stage.orders]
    said = stage.send(ask)
    if name in names[1:]:
        stage.about(said.operation, names[names.index(name) - 1], ask)
    return said


@LIVES.looks("an accepted cancel tells another status", "cancel", "a client that reads it is misled", "cancel_status")
def _mumbled(stage: Stage, said: Exchange) -> Exchange:
    accepted = _heard(stage, said) == stage.life.cancel["accepted"]
    return edited(said, stage.tells["cancel_status"], put(stage.channel["words"]["QUEUED"])) if accepted else said


# -- queue


def _placed(name: str, why: str, place: Place) -> None:
    @LIVES.looks(name, "queue", why, "place")
    def look(stage: Stage, said: Exchange) -> Exchange:
        key = stage.key("place", said)
        came = found(said.json, key)
        return edited(said, key, put(place(stage, said, came))) if isinstance(came, int) else said


def _grown(stage: Stage, said: Exchange, came: int) -> int:
    return came + stage.count(said.task)


def _ever(stage: Stage, said: Exchange, came: int) -> int:
    names = [order.id for order in stage.orders]
    return names.index(said.task) + 1 if said.task in names else came


_placed("a place in the queue is told once and for ever", "a client sees nothing move",
        lambda stage, said, came: int(stage.memory.setdefault(said.task, came)))  # fmt: skip
_placed("places in the queue are counted from 0", "a client takes the first for none",
        lambda stage, said, came: came - 1)  # fmt: skip
_placed("a place in the queue grows with each look", "a client sees its order fall back", _grown)
_placed("places in the queue count every order ever taken", "a client waits for orders that are over", _ever)
_placed("every order is the first in the queue", "a client expects to be next", lambda stage, said, came: 1)
_placed("a place in the queue is negative", "a client computes a wait of less than none", lambda stage, said, came: -1)


@LIVES.looks("a place in the queue is told while the order runs", "queue", "a client believes it still waits", "place")
def _lingering(stage: Stage, said: Exchange) -> Exchange:
    key, body = stage.key("place", said), said.json
    if not key or found(body, key) is not None or "RUNNING" not in stage.states(said.task, stage.asked):
        return said
    return told(said, {**body, key[1:]: 1})


@LIVES.looks("the newest order jumps the queue", "queue", "who came first is served last", "id", "queue")
def _pushy(stage: Stage, said: Exchange) -> Exchange:
    if len(stage.orders) < 2 or said.task != stage.orders[-1].id or said.operation == stage.life.cancel["operation"]:
        return said
    return words(stage, said, "RUNNING") if stage.states(said.task, stage.asked) == {"QUEUED"} else said


# -- life and time


def _paced(pace: float) -> Cue:
    return lambda stage, what, amount: stage.cue(what, amount * pace if what == "advance" else amount)


def _delayed(stage: Stage, what: str, amount: float) -> None:
    late = what == "advance" and stage.count("advance") == 0
    stage.cue(what, max(0.0, amount - 1) if late else amount)


LIVES.timed("an order takes twice as long", "time", "a client gives up before it is done", _paced(0.5))
LIVES.timed("an order takes half as long", "time", "a client's progress bar is wrong", _paced(2))
LIVES.timed("an order takes a second longer", "time", "a client's patience is measured too short", _delayed)
LIVES.timed("an order never ends", "time", "a client waits for ever", _paced(0))


@LIVES.behaves("an order is over at once", "time", "a client never sees it run, and cannot cancel")
def _hasty(stage: Stage, ask: Ask) -> Exchange:
    said = stage.send(ask)
    if stage.orders and stage.orders[-1].said is said and "advance" in stage.subject.can:
        stage.cue("advance", 1e4)
    return said


def _swapped(name: str, one: str, other: str, why: str) -> None:
    @LIVES.looks(name, "life", why, "files", "error", "flat")
    def look(stage: Stage, said: Exchange) -> Exchange:
        key = stage.key("files", said)
        channel = next((row for row in stage.life.channels.values() if row["operation"] == said.operation), None)
        if not key or channel is None or found(said.json, channel["key"]) != channel["words"][one]:
            return said
        bent = words(stage, said, other).json
        if other == "FAILED":
            return told(said, {**bent, stage.key("error", said)[1:]: "it failed"})
        return told(said, {**bent, key[1:]: found(stage.example(said.operation, said).json, key)})


_swapped("a failed order is told as succeeded", "FAILED", "SUCCEEDED", "a client fetches what is not there")
_swapped("an order that succeeded is told as failed", "SUCCEEDED", "FAILED", "a client orders again, and pays twice")
_swapped("a cancelled order is told as succeeded", "CANCELLED", "SUCCEEDED", "a client fetches what is not there")
_swapped("a cancelled order is told as failed", "CANCELLED", "FAILED", "a client orders again what was not wanted")


@LIVES.looks("the files' channel lags one look behind", "life", "two channels of one server disagree", "files")
def _lagging(stage: Stage, said: Exchange) -> Exchange:
    if not stage.key("files", said):
        return said
    before = stage.memory.get(said.url, said.answer_body)
    stage.memory[said.url] = said.answer_body
    return bodied(said, before)


@LIVES.looks("a failed order bears files as well", "life", "a client does not know whether it worked", "files", "error",
             "files at the end", "flat")  # fmt: skip
def _torn(stage: Stage, said: Exchange) -> Exchange:
    key = stage.key("files", said)
    if not key or found(said.json, stage.key("error", said)) is None:
        return said
    return told(said, {**said.json, key[1:]: found(stage.example(said.operation, said).json, key)})


@LIVES.looks("a failed order tells an empty error", "life", "nobody knows what went wrong", "error")
def _silent(stage: Stage, said: Exchange) -> Exchange:
    return edited(said, stage.key("error", said), put(""))
