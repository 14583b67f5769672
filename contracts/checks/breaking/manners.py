"""The mutants of how one is let in and how one is answered: keys, doors, money, and the wire itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from ...exchange import Exchange
from ..props import of_path
from ..subject import Ask
from .bending import bodied, headed, humped, inputs, sending, told
from .mutant import Bend, Stage, Table

MANNERS = Table()
PAGE = b"<!doctype html><title>Error</title><h1>Something went wrong</h1>"
UNTAUGHT = "a client is written wrongly, and nobody says so"
ANYBODY = "anybody orders at anybody's cost"
STOPS = "a client's parser stops"
Change = Callable[[Exchange], Exchange]
Wire = tuple[str, str, Change]  # what answers are, whom it hurts, and how they come to be that


# -- keys


def keyed(stage: Stage, ask: Ask, key: str) -> Ask:
    """The request with another key."""
    name = stage.contract.facts.openapi["security"]["name"]
    others = tuple(pair for pair in ask.headers if pair[0].lower() != name.lower())
    return ask._replace(headers=((name, f"{_scheme(stage)} {key}".strip()), *others))


def worn(stage: Stage, ask: Ask) -> str:
    """What stands where a key should."""
    name = stage.contract.facts.openapi["security"]["name"].lower()
    return next((value for header, value in ask.headers if header.lower() == name), "")


def _scheme(stage: Stage) -> str:
    return str(stage.contract.facts.openapi["security"].get("scheme", ""))


def _known(stage: Stage, text: str) -> bool:
    """Whether a key of this subject stands in a text."""
    return bool(text) and text.rpartition(" ")[2] in (stage.subject.key, stage.subject.other_key)


def _let_in(name: str, why: str, whom: Callable[[Stage, str], bool], *needs: str) -> None:
    @MANNERS.behaves(name, "account", why, *needs)
    def bend(stage: Stage, ask: Ask) -> Exchange:
        said = stage.send(ask)
        if not said.operation or not stage.refused(said, "bad-key") or not whom(stage, worn(stage, ask)):
            return said
        return stage.send(keyed(stage, ask, stage.subject.key))


_let_in("a request without a key is let in", ANYBODY, lambda stage, text: not text)
_let_in("a request with a wrong key is let in", ANYBODY, lambda stage, text: bool(text) and not _known(stage, text))
_let_in("a request with no more than a scheme is let in", "a client that lost its key goes on",
        lambda stage, text: text.strip() == _scheme(stage) != "")  # fmt: skip
_let_in("a key under another scheme is let in", UNTAUGHT, lambda stage, text: (
    _known(stage, text) and " " in text and text.partition(" ")[0].lower() != _scheme(stage).lower()), "one scheme")  # fmt: skip
_let_in("a key without its scheme is let in", UNTAUGHT,
        lambda stage, text: _known(stage, text) and " " not in text and _scheme(stage) != "", "one scheme")  # fmt: skip


@MANNERS.behaves("the second account's key is refused", "account", "a customer cannot order")
def _unwelcome(stage: Stage, ask: Ask) -> Exchange:
    other = stage.subject.other_key
    return stage.send(keyed(stage, ask, f"{other}0") if other and worn(stage, ask).endswith(other) else ask)


def _foreign(name: str, why: str, cancels: bool) -> None:
    """Lets everybody ask about every order."""

    @MANNERS.behaves(name, "account", why, "id", "refuses foreign-id", *(["cancels"] if cancels else []))
    def bend(stage: Stage, ask: Ask) -> Exchange:
        said = stage.send(ask)
        owner = next((order.ask for order in stage.orders if order.id == said.task), None)
        asked = (said.operation == stage.life.cancel["operation"]) == cancels
        if owner is None or not asked or not stage.refused(said, "foreign-id"):
            return said
        return stage.send(keyed(stage, ask, worn(stage, owner).rpartition(" ")[2]))


_foreign("another account's orders can be seen", "a customer sees another's pictures", False)
_foreign("another account's orders can be cancelled", "a customer stops another's orders", True)


@MANNERS.behaves(
    "another account's order is told as unknown",
    "account",
    "a client looks for its mistake elsewhere",
    "id",
    "foreign apart",
    "refuses foreign-id",
)
def _denied(stage: Stage, ask: Ask) -> Exchange:
    said = stage.send(ask)
    foreign = said.task and stage.refused(said, "foreign-id")
    operation = stage.match(ask)[0]
    names = (
        [said.task, *(operation.named(said.path)[name] for name in of_path(operation))] if operation and foreign else []
    )
    path = ask.path
    for name in names:
        path = path.replace(name, f"{name}0")
    return stage.send(ask._replace(path=path)) if foreign else said


# -- doors


def _open_door(name: str, reason: str, why: str, amend: Callable[[Stage, Ask], Ask]) -> None:
    """Takes what is to be refused for a reason: it puts right what was sent."""

    @MANNERS.behaves(name, "door", why, f"refuses {reason}")
    def bend(stage: Stage, ask: Ask) -> Exchange:
        said = stage.send(ask)
        operation, _ = stage.match(ask)
        if operation is None or not operation.orders or not stage.refused(said, reason):
            return said
        again = stage.send(amend(stage, ask))
        return again if again.status < 300 else said


def _example(stage: Stage, ask: Ask) -> Ask:
    model = stage.orders_from(ask)
    return sending(ask, model.example()) if model else ask


def _known_model(stage: Stage, ask: Ask) -> Ask:
    _, value = stage.match(ask)
    model = next(iter(stage.contract.catalogue.models.values()))
    return sending(ask._replace(path=ask.path.replace(value, model.id)), model.example())


def _labelled(ask: Ask) -> Ask:
    others = tuple(pair for pair in ask.headers if pair[0].lower() != "content-type")
    return ask._replace(headers=(*others, ("content-type", "application/json")))


_open_door("a body that is no JSON object is taken", "bad-json", UNTAUGHT,
           lambda stage, ask: ask if isinstance(inputs(ask), dict) else _example(stage, ask))  # fmt: skip
_open_door("a body of another content type is taken", "wrong-type", UNTAUGHT, lambda stage, ask: _labelled(ask))
_open_door("a body that is too large is taken", "too-large", "one client uses up the server", _example)
_open_door("an unknown model is taken", "unknown-model", "a misspelled model is paid for", _known_model)
_open_door("any input is taken", "invalid-input", "nothing that is wrong is ever told",
           lambda stage, ask: _example(stage, ask) if isinstance(inputs(ask), dict) else ask)  # fmt: skip


@MANNERS.behaves("an input that nobody knows is refused", "door", "a newer client cannot order")
def _narrow(stage: Stage, ask: Ask) -> Exchange:
    model, body = stage.orders_from(ask), inputs(ask)
    strange = model is not None and isinstance(body, dict) and not body.keys() <= model.known
    return stage.send(sending(ask, []) if strange else ask)


@MANNERS.behaves("any method is taken", "door", "a prefetch orders, or a retry reads")
def _lenient(stage: Stage, ask: Ask) -> Exchange:
    operations, _ = stage.contract.match(ask.path.partition("?")[0])
    known = ask.method in operations or not operations
    return stage.send(ask if known else ask._replace(method=next(iter(operations))))


@MANNERS.behaves("a slash at a path's end is overlooked", "door", UNTAUGHT)
def _forgiving(stage: Stage, ask: Ask) -> Exchange:
    path, mark, query = ask.path.partition("?")
    return stage.send(ask._replace(path=path.rstrip("/") + mark + query) if path.rstrip("/") else ask)


@MANNERS.behaves("a path's letters may be large or small", "door", UNTAUGHT)
def _blurred(stage: Stage, ask: Ask) -> Exchange:
    said = stage.send(ask)
    low = ask._replace(path=ask.path.lower())
    return stage.send(low) if stage.refused(said, "unknown-path") and low != ask else said


# -- money


@MANNERS.behaves("an empty balance is overlooked", "money", "somebody else pays")
def _generous(stage: Stage, ask: Ask) -> Exchange:
    said = stage.send(ask)
    if not stage.refused(said, "no-money") or "rich" not in stage.subject.can:
        return said
    stage.cue("rich")
    taken = stage.send(ask)
    stage.cue("poor")
    return taken


def _always_poor(stage: Stage, what: str, amount: float) -> None:
    if what != "rich":
        stage.cue(what, amount)


@MANNERS.behaves("who could not pay cannot look either", "money", "what was paid for is kept back")
def _penniless(stage: Stage, ask: Ask) -> Exchange:
    """Refuses every look in the words in which it refused an order."""
    said = stage.send(ask)
    no = stage.memory.setdefault("no", said) if stage.refused(said, "no-money") else stage.memory.get("no")
    return bodied(said._replace(status=no.status), no.answer_body) if no is not None and said.task else said


MANNERS.timed("a balance that was filled up is still empty", "money", "a user has paid, and cannot order", _always_poor)


# -- the wire


def _wire(rows: Iterator[Wire], least: int, most: int) -> None:
    """Bends the answers that are JSON and whose status is at least the one, and less than the other."""
    for name, why, change in rows:
        needs = ["flat"] if "camelCase" in name else []
        MANNERS.behaves(name, "wire", why, *needs)(_between(change, least, most))


def _between(change: Change, least: int, most: int) -> Bend:
    def bend(stage: Stage, ask: Ask) -> Exchange:
        said = stage.send(ask)
        return change(said) if least <= said.status < most and said.answer_body and said.json is not None else said

    return bend


def _repeated(said: Exchange) -> Exchange:
    """Its first key comes twice; readers take the last one, or the first, or neither."""
    body = said.json
    if not isinstance(body, dict) or not body:
        return said
    name = json.dumps(next(iter(body))).encode()
    return bodied(said, b"{" + name + b':"",' + said.answer_body.lstrip()[1:])


def _texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _texts(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_texts(each) for each in value]
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _camel(value: Any) -> Any:
    if isinstance(value, list):
        return [_camel(each) for each in value]
    return {humped(key): _camel(each) for key, each in value.items()} if isinstance(value, dict) else value


def _all() -> Iterator[Wire]:
    yield "answers begin with a byte order mark", STOPS, lambda said: bodied(said, b"\xef\xbb\xbf" + said.answer_body)
    yield "answers end with more than JSON", STOPS, lambda said: bodied(said, said.answer_body + b"\n<!-- 3 ms -->")
    yield "answers come twice in one", STOPS, lambda said: bodied(said, said.answer_body * 2)
    yield "answers are in UTF-16", STOPS, lambda said: bodied(said, said.answer_body.decode().encode("utf-16"))
    yield "answers call themselves compressed", STOPS, lambda said: headed(said, "content-encoding", "gzip")
    yield "numbers are texts", "a typed client stops", lambda said: told(said, _texts(said.json))
    yield "keys are in camelCase", "a client finds nothing", lambda said: told(said, _camel(said.json))


def _good() -> Iterator[Wire]:
    yield "answers stand under a key of their own", STOPS, lambda said: told(said, {"data": said.json})
    yield "answers stand in a list", STOPS, lambda said: told(said, [said.json])
    yield "answers are JSON in a text", STOPS, lambda said: told(said, said.answer_body.decode())
    yield "answers are cut off", STOPS, lambda said: bodied(said, said.answer_body[:-3])
    yield "answers have no body", STOPS, lambda said: bodied(said, b"")
    yield "answers repeat a key", "two clients read two things", _repeated
    yield "answers hold a byte that is no UTF-8", STOPS, lambda said: bodied(said, said.answer_body[:-2] + b'\xff"}')
    yield "answers are in single quotes", STOPS, lambda said: bodied(said, repr(said.json).encode())
    yield "answers call themselves Latin-1", "a client reads umlauts wrongly", lambda said: headed(
        said, "content-type", "application/json; charset=iso-8859-1")  # fmt: skip
    yield "answers are sent elsewhere to be fetched", "a client that does not follow has nothing", lambda said: headed(
        bodied(said._replace(status=302), b""), "location", "https://elsewhere.example/")  # fmt: skip
    yield "answers moved for ever to where they were", "a client that follows never ends", lambda said: headed(
        bodied(said._replace(status=308), b""), "location", said.url)  # fmt: skip
    yield "nothing answers", "a client waits for what never comes", lambda said: bodied(
        said._replace(status=0, answer_headers=()), b"the connection was closed")  # fmt: skip


def _bad() -> Iterator[Wire]:
    page = "a client shows its user the page of a server in between"
    yield "errors are pages in HTML", page, lambda said: headed(bodied(said, PAGE), "content-type", "text/html")
    yield "errors are pages that call themselves JSON", STOPS, lambda said: bodied(said, PAGE)
    yield "errors are plain text", STOPS, lambda said: bodied(said, b"something went wrong")
    yield "errors have no body", STOPS, lambda said: bodied(said, b"")
    yield "errors are an empty object", "nobody knows what went wrong", lambda said: told(said, {})
    yield "errors stand under a key of their own", STOPS, lambda said: told(said, {"error": said.json})
    yield "errors are told with 200", "a client takes them for answers", lambda said: said._replace(status=200)


_wire(_all(), 1, 600)
_wire(_good(), 1, 300)
_wire(_bad(), 400, 600)


def _now_and_then(status: int) -> Bend:
    """Every seventh answer is another: what no document names, and every server of this world does."""

    def bend(stage: Stage, ask: Ask) -> Exchange:
        said = stage.send(ask)
        return bodied(said._replace(status=status), b"") if stage.count("answers") % 7 == 6 else said

    return bend


for _status in (429, 500, 503):
    MANNERS.behaves(f"every seventh answer is {_status}", "wire", "a client that tries once fails")(
        _now_and_then(_status)
    )
