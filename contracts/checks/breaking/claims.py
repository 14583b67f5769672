"""The mutants of what is claimed of an order: which one it is, and when it began and ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from ...exchange import Exchange
from ..subject import Ask
from .bending import bodied, changed, edited, found, put, told
from .mutant import Stage, Table

CLAIMS = Table()
Stamp = Callable[[Stage, Exchange, Any], Any]


# -- identity


def _of_another(name: str, why: str, asked: Callable[[Stage], str]) -> None:
    """Tells of the order before the one that was asked for."""

    @CLAIMS.looks(name, "identity", why, "id", "files")
    def look(stage: Stage, said: Exchange) -> Exchange:
        names = [order.id for order in stage.orders]
        if said.operation != asked(stage) or said.task not in names[1:]:
            return said
        other = stage.about(said.operation, names[names.index(said.task) - 1], stage.asked)
        return bodied(said, other.answer_body) if other.status == said.status else said


_of_another("a result is that of the order before", "a user gets another's picture",
            lambda stage: str(stage.tells["files"]["operation"]))  # fmt: skip
_of_another("a status is that of the order before", "a client waits for the wrong order",
            lambda stage: str(stage.channel["operation"]))  # fmt: skip


@CLAIMS.looks("the answers name another id than was asked for", "identity", "a client loses the order", "id")
def _misnamed(stage: Stage, said: Exchange) -> Exchange:
    return edited(said, stage.tells["id"], changed(lambda name: f"{name}-1"))


@CLAIMS.looks("a result has the files of the order before", "identity", "a user gets another's picture", "id", "files")
def _exchanged(stage: Stage, said: Exchange) -> Exchange:
    key = stage.key("files", said)
    files = found(said.json, key)
    if files is None:
        return said
    stage.memory.setdefault(said.task, files)
    other = next((own for name, own in stage.memory.items() if name != said.task), files)
    return edited(said, key, put(other))


@CLAIMS.behaves("the same order sent twice has one id", "identity", "of two orders one is lost", "id")
def _merged(stage: Stage, ask: Ask) -> Exchange:
    same = next((order for order in stage.orders if order.ask == ask), None)
    return same.said if same else stage.send(ask)


@CLAIMS.behaves("every order has the id of the first", "identity", "a client mixes up its orders", "id")
def _clone(stage: Stage, ask: Ask) -> Exchange:
    said = stage.send(ask)
    taken = stage.orders and stage.orders[-1].said is said
    return bodied(said, stage.orders[0].said.answer_body) if taken else said


@CLAIMS.behaves("an id that nobody gave is told as queueing", "identity", "a client waits for ever", "id", "flat")
def _ghost(stage: Stage, ask: Ask) -> Exchange:
    said = stage.send(ask)
    channels = {row["operation"] for row in stage.life.channels.values()}
    lost = said.operation in channels and stage.refused(said, "unknown-id")
    return stage.example(said.operation, said, said.task) if lost else said


# -- stamps


def _stamped(name: str, why: str, which: str, change: Stamp) -> None:
    @CLAIMS.looks(name, "stamps", why, which)
    def look(stage: Stage, said: Exchange) -> Exchange:
        return edited(said, stage.key(which, said), changed(lambda stamp: change(stage, said, stamp)))


def _moved(stamp: str, seconds: float) -> str:
    return (datetime.fromisoformat(stamp) + timedelta(seconds=seconds)).isoformat(timespec="microseconds")


def _shifted(seconds: float) -> Stamp:
    return lambda stage, said, stamp: _moved(stamp, seconds)


def _drifting(stage: Stage, said: Exchange, stamp: Any) -> Any:
    return _moved(stamp, stage.count(said.task))


def _other(which: str) -> Stamp:
    return lambda stage, said, stamp: found(said.json, stage.key(which, said)) or stamp


_stamped("an order ended before it began", "a client computes a negative time", "ended", _shifted(-1e5))
_stamped("an order ended the moment it began", "a client reports that it took no time", "ended", _other("began"))
_stamped("an order began when it ended", "a client reports that it took no time", "began", _other("ended"))
_stamped("the end of an order moves from look to look", "a client sorts its history anew", "ended", _drifting)
_stamped("the beginning of an order moves from look to look", "a client sorts its history anew", "began", _drifting)
_stamped("the end of an order is a second off", "a client's figures are wrong", "ended", _shifted(1))
_stamped("the beginning of an order is a second off", "a client's figures are wrong", "began", _shifted(-1))
_stamped("a stamp has no time zone", "a client reads it as its own local time", "ended",
         lambda stage, said, stamp: stamp[:19])  # fmt: skip
_stamped("a stamp counts seconds since 1970", "a client that parses a date stops", "ended",
         lambda stage, said, stamp: str(datetime.fromisoformat(stamp).timestamp()))  # fmt: skip
_stamped("a stamp is as Americans write it", "a client that parses a date stops", "began",
         lambda stage, said, stamp: datetime.fromisoformat(stamp).strftime("%m/%d/%Y %I:%M:%S %p"))  # fmt: skip
_stamped("a stamp is in another time zone, and does not say so", "a client is hours wrong", "began",
         lambda stage, said, stamp: _moved(stamp, 7200))  # fmt: skip


@CLAIMS.looks("an end is told before it came", "stamps", "a client believes that it is over", "ended", "began")
def _foreseen(stage: Stage, said: Exchange) -> Exchange:
    key = stage.key("ended", said)
    if not key or found(said.json, key) is not None:
        return said
    return told(said, {**said.json, key[1:]: found(said.json, stage.key("began", said))})
