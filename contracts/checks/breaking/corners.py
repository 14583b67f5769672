"""The mutants of rare moments: what goes wrong once, for one account, for one kind, or when two things meet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...catalogue import Model
from ...exchange import Exchange
from ..subject import Ask
from .bending import bodied, changed, edited, found, inputs, put, put_word, queried, querying, sending, word_at
from .manners import worn
from .mutant import Stage, Table, addresses

CORNERS = Table()
Body = Callable[[Model, dict[str, Any]], Any]


# -- what one thing does to another


@CORNERS.behaves("each look takes an order half a second on", "corner", "whoever looks more often is served sooner")
def _hurried(stage: Stage, ask: Ask) -> Exchange:
    said = stage.send(ask)
    if said.task and "advance" in stage.subject.can:
        stage.cue("advance", 0.5)
    return said


def _unseen(name: str, why: str, reason: str) -> None:
    """Makes an order all the same of one that was refused: it takes a place, a slot, and what it costs."""

    @CORNERS.behaves(name, "corner", why, *(["place"] if reason == "no-money" else []))
    def bend(stage: Stage, ask: Ask) -> Exchange:
        said = stage.send(ask)
        model = stage.orders_from(ask)
        poor = reason == "no-money" and "rich" in stage.subject.can
        if model is None or not stage.refused(said, reason):
            return said
        if poor:
            stage.cue("rich")
        stage.send(sending(ask, model.example()))
        if poor:
            stage.cue("poor")
        return said


_unseen("an order that was refused for its input is made unseen", "others wait for it", "invalid-input")
_unseen("an order that was refused for want of money is made unseen", "others wait for it", "no-money")


@CORNERS.behaves("the order behind a failed one fails as well", "corner", "a user pays for another's mistake", "id")
def _contagious(stage: Stage, ask: Ask) -> Exchange:
    last = stage.orders[-1] if stage.orders and stage.orders_from(ask) and "fail" in stage.subject.can else None
    if last is not None and stage.states(last.id, last.ask) == {"FAILED"}:
        stage.cue("fail")
    return stage.send(ask)


@CORNERS.behaves("a cancel of one order is told of the next as well", "corner", "an order is lost", "id", "files",
                  "cancels")  # fmt: skip
def _overheard(stage: Stage, ask: Ask) -> Exchange:
    said = stage.send(ask)
    rule, names = stage.life.cancel, [order.id for order in stage.orders]
    if said.operation == rule["operation"] and word_at(said, rule["key"]) == rule["accepted"] and said.task in names:
        stage.memory["next"] = names[names.index(said.task) + 1 :][:1]
    channel = next((row for row in stage.life.channels.values() if row["operation"] == said.operation), None)
    if channel is None or said.task not in stage.memory.get("next", ()):
        return said
    return edited(said, channel["key"], put_word(channel["words"]["CANCELLED"]))


# -- one of many


def _rare(name: str, why: str, when: Callable[[Stage, Exchange], bool], *needs: str) -> None:
    """Tells a later state than the true one, of some orders alone."""

    @CORNERS.looks(name, "corner", why, "files", "flat", *needs)
    def look(stage: Stage, said: Exchange) -> Exchange:
        channel = stage.channel
        if said.operation != channel["operation"] or word_at(said, channel["key"]) != channel["words"]["RUNNING"]:
            return said
        return edited(said, channel["key"], put_word(channel["words"]["SUCCEEDED"])) if when(stage, said) else said


def _kind(stage: Stage, said: Exchange) -> str:
    order = next((order for order in stage.orders if order.id == said.task), None)
    model = stage.orders_from(order.ask) if order else None
    return model.kind if model else ""


def _number(stage: Stage, said: Exchange) -> int:
    return next((at for at, order in enumerate(stage.orders) if order.id == said.task), -1)


_rare("the second account's orders are over while they run", "one customer fetches what is not there",
      lambda stage, said: worn(stage, stage.asked).endswith(stage.subject.other_key or "\0"))  # fmt: skip
_rare("a sound is over while it is made", "a client fetches what is not there",
      lambda stage, said: _kind(stage, said) == "audio", "makes audio")  # fmt: skip
_rare("a film is over while it is made", "a client fetches what is not there",
      lambda stage, said: _kind(stage, said) == "video", "makes video")  # fmt: skip
_rare("the third order is over while it runs", "a client fetches what is not there",
      lambda stage, said: _number(stage, said) == 2)  # fmt: skip


@CORNERS.behaves("the twelfth order has the id of the eleventh", "corner", "two orders are one", "id")
def _worn_out(stage: Stage, ask: Ask) -> Exchange:
    said = stage.send(ask)
    twelfth = len(stage.orders) == 12 and stage.orders[-1].said is said
    return bodied(said, stage.orders[-2].said.answer_body) if twelfth else said


@CORNERS.looks("the second file of several is the first one", "corner", "a user paid for two pictures", "several")
def _copied(stage: Stage, said: Exchange) -> Exchange:
    key = stage.key("files", said)
    for name, value in (found(said.json, key) or {}).items():
        if isinstance(value, list) and len(value) > 1:
            said = edited(said, f"{key}/{name}/1", put(value[0]))
    return said


@CORNERS.looks("the error of a failed order changes from look to look", "corner", "a client logs it twice", "error")
def _rambling(stage: Stage, said: Exchange) -> Exchange:
    return edited(said, stage.key("error", said), changed(lambda text: f"{text} ({stage.count('looks')})"))


@CORNERS.behaves("a file is gone after a minute", "corner", "who comes back finds nothing", "files")
def _fading(stage: Stage, ask: Ask) -> Exchange:
    said = stage.send(ask)
    if said.path not in stage.files or said.status != 200:
        return said
    late = stage.moment - stage.memory.setdefault(said.path, stage.moment) > 60
    return bodied(said._replace(status=404), b"gone") if late else said


@CORNERS.behaves("a file that was fetched once is gone", "corner", "who comes back finds nothing", "files")
def _burnt(stage: Stage, ask: Ask) -> Exchange:
    said = stage.send(ask)
    again = said.path in stage.files and said.status == 200 and stage.count(said.path) > 0
    return bodied(said._replace(status=404), b"gone") if again else said


# -- inputs that are read nearly right


def _read(name: str, why: str, change: Body, *needs: str) -> None:
    """Bends what is ordered, before it is made."""

    @CORNERS.behaves(name, "corner", why, *needs)
    def bend(stage: Stage, ask: Ask) -> Exchange:
        model, body = stage.orders_from(ask), inputs(ask)
        if model is None or not isinstance(body, dict):
            return stage.send(ask)
        turned = change(model, body)
        return stage.send(ask if turned == body else sending(ask, turned))


def _refusing(wrong: Callable[[Any], bool]) -> Body:
    """Refuses a body in which a value is of a kind that is to be taken."""
    return lambda model, body: [] if model.judge.good(body) and any(map(wrong, body.values())) else body


_read("an input that is no ASCII is refused", "most of the world cannot order",
      _refusing(lambda value: isinstance(value, str) and not value.isascii()))  # fmt: skip
_read("an input with a line break is refused", "a prompt of two lines cannot be sent",
      _refusing(lambda value: isinstance(value, str) and "\n" in value))  # fmt: skip
_read("an empty text is refused", "a user who clears a field cannot order",
      _refusing(lambda value: value == ""), "models")  # fmt: skip
_read("false is refused", "what is on cannot be turned off", _refusing(lambda value: value is False), "takes boolean")
_read("zero is refused", "a bound is a bound", _refusing(lambda value: type(value) is int and value == 0),
      "models")  # fmt: skip
_read("a whole number that is written 5.0 is refused", "a client whose language knows floats alone cannot order",
      _refusing(lambda value: type(value) is float and value.is_integer()), "models")  # fmt: skip
_read("a list of one is refused", "who brings one picture cannot order",
      _refusing(lambda value: isinstance(value, list) and len(value) == 1), "takes array")  # fmt: skip
_read("a data URI is refused", "a client without a server of its own cannot bring a file",
      _refusing(lambda value: any(text[:5].lower() == "data:" for text in addresses(value))), "models")  # fmt: skip


@CORNERS.behaves("a content type that names its charset is refused", "corner", "most clients name it")
def _strict(stage: Stage, ask: Ask) -> Exchange:
    named = any(name.lower() == "content-type" and ";" in value for name, value in ask.headers)
    others = tuple(pair for pair in ask.headers if pair[0].lower() != "content-type")
    return stage.send(ask._replace(headers=(*others, ("content-type", "text/plain"))) if named else ask)


@CORNERS.behaves("a body that comes with spaces around it is refused", "corner", "a client that indents cannot order")
def _tight(stage: Stage, ask: Ask) -> Exchange:
    spaced = stage.orders_from(ask) is not None and ask.body != ask.body.strip()
    return stage.send(ask._replace(body=b"[]") if spaced else ask)


@CORNERS.behaves("a query that nobody knows is refused", "corner", "a newer client cannot ask")
def _closed(stage: Stage, ask: Ask) -> Exchange:
    operation, _ = stage.match(ask)
    strange = operation is not None and not queried(ask).keys() <= operation.queries.keys()
    said = stage.send(ask)
    return said._replace(status=400) if strange and said.status < 300 else said


# -- the catalogue


def _asked(name: str, why: str, change: Callable[[dict[str, Any], Ask], Ask]) -> None:
    @CORNERS.behaves(name, "corner", why, "catalogue")
    def bend(stage: Stage, ask: Ask) -> Exchange:
        row = stage.contract.facts.openapi["catalogue"]["list"]
        operation, _ = stage.match(ask)
        return stage.send(change(row, ask) if operation is not None and operation.id == row["operation"] else ask)


def _with(when: Callable[[str], bool], name: str, text: str | None) -> Callable[[dict[str, Any], Ask], Ask]:
    """The request with another parameter, where the text that is searched for is of some kind."""

    def change(row: dict[str, Any], ask: Ask) -> Ask:
        word = queried(ask).get(row["search"])
        return querying(ask, row[name], text) if word is not None and when(word) else ask

    return change


_asked("a search heeds large and small letters", "a user does not find it",
       _with(lambda word: word != word.lower(), "search", "~"))  # fmt: skip
_asked("a search pays no heed to the category", "a user finds too much", _with(bool, "category", None))
_asked("a search shows its first page always", "a user never sees the second", _with(bool, "offset", None))
_asked("an empty search finds nothing", "a cleared field hides everything", _with(lambda word: not word, "search", "~"))


@CORNERS.behaves("a search counts the whole catalogue", "corner", "a client pages through nothing", "catalogue")
def _boastful(stage: Stage, ask: Ask) -> Exchange:
    said, row = stage.send(ask), stage.contract.facts.openapi["catalogue"]["list"]
    searched = said.operation == row["operation"] and said.status < 300 and queried(ask).get(row["search"])
    return edited(said, f"/{row['total']}", put(len(stage.contract.catalogue.models))) if searched else said


def _lost(name: str, why: str, strange: Callable[[str], bool]) -> None:
    """Knows no model whose id is of some kind."""

    @CORNERS.behaves(name, "corner", why, "catalogue")
    def bend(stage: Stage, ask: Ask) -> Exchange:
        operation, value = stage.match(ask)
        known = operation is not None and value in stage.contract.catalogue.models
        return stage.send(ask._replace(path=ask.path.replace(value, f"{value}-x")) if known and strange(value) else ask)


_lost("a model with a dot in its id is unknown", "some models cannot be ordered", lambda name: "." in name)
_lost("a model with four parts to its id is unknown", "some models cannot be ordered", lambda name: name.count("/") > 2)
_lost("a model with two parts to its id is unknown", "some models cannot be ordered", lambda name: name.count("/") == 1)
