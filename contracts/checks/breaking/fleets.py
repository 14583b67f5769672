"""The mutants of instances and of what is kept: no cold start, no second instance, too many, and nothing forgotten."""

# ruff: noqa: ARG001 - all of a table are called alike

from __future__ import annotations

from collections.abc import Callable

from ...exchange import Exchange
from ..subject import Ask
from .bending import bodied, changed, edited, found, put, told
from .mutant import Stage, Table, Taken

FLEETS = Table()
Told = Callable[[Stage, Taken, Exchange, str], str]  # of an order's true state: which one is told


def _states(name: str, why: str, tell: Told, *needs: str) -> None:
    """Tells another state than the true one, by every channel alike."""

    @FLEETS.looks(name, "fleet", why, "fleet", *needs)
    def look(stage: Stage, said: Exchange) -> Exchange:
        from .behaviours import words  # which lists these

        order = next((each for each in stage.orders if each.id == said.task), None)
        row = next((each for each in stage.life.channels.values() if each["operation"] == said.operation), None)
        if order is None or row is None:
            return said
        stage.memory.setdefault(("asked", order.id), stage.moment)
        true = next((state for state, word in row["words"].items() if word == found(said.json, row["key"])), "")
        state = tell(stage, order, said, true)
        return words(stage, said, state) if state != true else said


def _waited(stage: Stage, order: Taken) -> float:
    return stage.moment - float(stage.memory[("asked", order.id)])


def _others(stage: Stage, order: Taken, state: str, later: bool = False) -> bool:
    """Whether another order of the same prop, an earlier one or a later, is in a state."""
    at = stage.orders.index(order)
    path = order.ask.path.partition("?")[0]
    some = [each for each in (stage.orders[at + 1 :] if later else stage.orders[:at]) if each.ask.path.startswith(path)]
    return any(state in stage.states(each.id, each.ask) for each in some[-2:])


def _when(one: str, other: str, when: Callable[[Stage, Taken], bool]) -> Told:
    """Tells another state instead of one, where something is so."""
    return lambda stage, order, said, true: other if true == one and when(stage, order) else true


_states("an instance is there at once", "a client that waits for a cold start is not tried",
        _when("QUEUED", "RUNNING", lambda stage, order: _waited(stage, order) >= 1))  # fmt: skip
_states("a cold start takes a minute", "a client gives up too late or too soon",
        _when("QUEUED", "RUNNING", lambda stage, order: _waited(stage, order) >= 60))  # fmt: skip
_states("no second instance is started", "a client that pays for more gets no more",
        _when("RUNNING", "QUEUED", lambda stage, order: _others(stage, order, "RUNNING")))  # fmt: skip
_states("an instance runs two orders at once", "a client expects more than there is",
        _when("QUEUED", "RUNNING", lambda stage, order: _others(stage, order, "RUNNING")))  # fmt: skip
_states("who came last is served first", "who came first waits for ever",
        _when("RUNNING", "QUEUED", lambda stage, order: _others(stage, order, "QUEUED", True)))  # fmt: skip


@FLEETS.looks("every order runs on one instance", "fleet", "a client cannot tell two instances apart", "instance")
def _one(stage: Stage, said: Exchange) -> Exchange:
    key = stage.key("instance", said)
    return edited(said, key, changed(lambda name: stage.memory.setdefault("instance", name))) if key else said


@FLEETS.looks("an instance has another id at each look", "fleet", "a client asks an instance that is none", "instance")
def _new(stage: Stage, said: Exchange) -> Exchange:
    key = stage.key("instance", said)
    return edited(said, key, changed(lambda name: f"{name[:-2]}{stage.count('looks') % 90 + 10}")) if key else said


@FLEETS.looks("an instance is told of what still queues", "fleet", "a client asks an instance that is none", "instance")
def _soon(stage: Stage, said: Exchange) -> Exchange:
    key, word = stage.key("instance", said), stage.channel["words"]["QUEUED"]
    queues = key and found(said.json, stage.channel["key"]) == word
    return told(said, {**said.json, key[1:]: "00000000-0000-4000-8000-00000000000a"}) if queues else said


@FLEETS.looks("keys of a newer version come on the older paths", "fleet", "a strict client stops", "like")
def _newer(stage: Stage, said: Exchange) -> Exchange:
    body = said.json
    if not isinstance(body, dict):
        return said
    return told(said, {**body, "instance_id": "00000000-0000-4000-8000-00000000000a", "outcome": "cancelled"})


# -- what is kept


@FLEETS.behaves("an order is kept for ever", "kept", "a client relies on what will be gone", "kept")
def _hoarded(stage: Stage, ask: Ask) -> Exchange:
    said = stage.send(ask)
    if said.status < 300 and said.task and said.operation != stage.life.cancel["operation"]:
        stage.memory[ask.path, ask.headers] = said.answer_body
    known = stage.memory.get((ask.path, ask.headers))
    return bodied(said._replace(status=200), known) if known and stage.refused(said, "unknown-id") else said


@FLEETS.behaves("an order is gone after a day", "kept", "a client finds nothing the next morning", "kept")
def _lost(stage: Stage, ask: Ask) -> Exchange:
    said = stage.send(ask)
    if not said.task or said.status >= 300:
        return said
    first = stage.memory.setdefault(said.task, stage.moment)
    if stage.moment - float(first) < 86_400:
        return said
    return stage.send(ask._replace(path=ask.path.replace(said.task, f"{said.task}0")))


@FLEETS.behaves("an order is gone an hour early", "kept", "a client comes too late", "kept")
def _hasty(stage: Stage, ask: Ask) -> Exchange:
    said = stage.send(ask)
    first = stage.memory.setdefault(said.task, stage.moment)
    if not said.task or said.status >= 300 or stage.moment - float(first) < (stage.life.kept or 0) - 3600:
        return said
    return stage.send(ask._replace(path=ask.path.replace(said.task, f"{said.task}0")))


@FLEETS.looks("a cancelled order tells when it would have ended", "kept", "a client's clock is wrong", "ended", "kept")
def _late(stage: Stage, said: Exchange) -> Exchange:
    row = stage.channel["words"]
    key = stage.key("ended", said)
    over = found(said.json, "/status") == row["CANCELLED"]
    return edited(said, key, put("2027-01-01T00:00:00+00:00")) if key and over else said
