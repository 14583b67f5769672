"""The mutants of news: lost, told twice, out of order, before it is so, in other words, or to somebody else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ...contract import Contract
from ...exchange import Exchange
from .bending import Edit, dropped, found, nulled, put, renamed, retyped, spots
from .mutant import Mutant, Stage

LOSES, MISLED = "a client waits for ever", "a client acts on what is not so"
Came = list[Exchange]
Deliver = Callable[[Stage, Came], Came]
WAYS: Mapping[str, Edit] = {"dropped": dropped, "renamed": renamed, "retyped": retyped, "nulled": nulled}


def tidings(contract: Contract) -> Iterator[Mutant]:
    """All of them, of an API that tells anything unasked."""
    rule = contract.life.deliver
    if not rule:
        return
    for name, why, deliver in (*_told(rule), *_lost(rule), *_strange(rule)):
        yield Mutant(name, "news", "webhook", why, deliver=deliver)


def _body(said: Exchange) -> dict[str, Any]:
    value = said.request_json
    return value if isinstance(value, dict) else {}


def _as(said: Exchange, body: Any) -> Exchange:
    return said._replace(request_body=json.dumps(body, separators=(",", ":")).encode())


def _edited(said: Exchange, pointer: str, edit: Edit) -> Exchange:
    body = _body(said)
    for holder, key in list(spots(body, pointer.split("/")[1:])):
        edit(holder, key)
    return _as(said, body) if body != _body(said) else said


def _each(change: Callable[[Exchange], Exchange]) -> Deliver:
    return lambda stage, came: [change(said) for said in came]


def _without(lost: Callable[[Mapping[str, Any], Exchange], bool]) -> Deliver:
    return lambda stage, came: [said for said in came if not lost(_body(said), said)]


def _told(rule: Mapping[str, Any]) -> Iterator[tuple[str, str, Deliver]]:
    """Each key and each word of it, told otherwise."""
    keys = [rule["id"], rule["key"], rule["files"], rule["error"]["key"], *([rule["prop"]] if "prop" in rule else [])]
    for key in keys:
        for way, edit in WAYS.items():
            yield f"news {key} {way}", MISLED, _each(lambda said, key=key, edit=edit: _edited(said, key, edit))  # type: ignore[misc]
    words = list(dict.fromkeys(rule["words"].values()))
    for word in words:
        for other in [each for each in words if each != word] + [word.upper()]:

            def told(said: Exchange, word: str = word, other: str = other) -> Exchange:
                mine = _body(said).get(rule["key"][1:]) == word
                return _edited(said, rule["key"], put(other)) if mine else said

            yield f"news {word} told as {other}", MISLED, _each(told)


def _lost(rule: Mapping[str, Any]) -> Iterator[tuple[str, str, Deliver]]:
    """What does not come, or too often, or in another order."""
    key = rule["key"][1:]
    yield "no news comes", LOSES, lambda stage, came: []
    for state, word in rule["words"].items():
        yield f"no news that an order is {state}", LOSES, _without(lambda body, said, word=word: body.get(key) == word)  # type: ignore[misc]
    yield "every news comes twice", "a client does everything twice", lambda stage, came: [
        each for said in came for each in (said, said)]  # fmt: skip
    yield "the third news is lost", LOSES, lambda stage, came: [*came[:2], *came[3:]]
    yield "the first news comes again at the end", "a client believes that it queues again", lambda stage, came: [
        *came, *(came[:1] if len(came) > 3 else [])]  # fmt: skip
    yield "news comes in another order", MISLED, lambda stage, came: _swapped(came, rule)
    for place in rule["places"]:
        yield f"an address in the {place} is not heard", LOSES, _unheard(rule, place)
        yield f"who says in the {place} that all states are wanted is told of the end", LOSES, _short(rule, place)
    yield "news of all states comes to everybody", "a client takes a state for the end", lambda stage, came: _verbose(
        stage, came, rule)  # fmt: skip


def _swapped(came: Came, rule: Mapping[str, Any]) -> Came:
    for at in range(len(came) - 1):
        one, two = _body(came[at]), _body(came[at + 1])
        if one.get(rule["id"][1:]) == two.get(rule["id"][1:]):
            return [*came[:at], came[at + 1], came[at], *came[at + 2 :]]
    return came


def _asked(stage: Stage, said: Exchange, rule: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """What the order of a news was asked with: its query, and its body."""
    name = _body(said).get(rule["id"][1:])
    order = next((each for each in stage.orders if each.id == name), None)
    if order is None:
        return "", {}
    return order.ask.path.partition("?")[2], order.said.request_json or {}


def _unheard(rule: Mapping[str, Any], place: str) -> Deliver:
    def deliver(stage: Stage, came: Came) -> Came:
        def lost(said: Exchange) -> bool:
            query, body = _asked(stage, said, rule)
            return f"{rule['url']}=" in query if place == "query" else rule["url"] in body

        return [said for said in came if not lost(said)]

    return deliver


def _short(rule: Mapping[str, Any], place: str) -> Deliver:
    words = {rule["words"][state] for state in rule["intermediate"]}

    def deliver(stage: Stage, came: Came) -> Came:
        def lost(said: Exchange) -> bool:
            query, body = _asked(stage, said, rule)
            wanted = f"{rule['all']}=" in query if place == "query" else rule["all"] in body
            return wanted and _body(said).get(rule["key"][1:]) in words

        return [said for said in came if not lost(said)]

    return deliver


def _verbose(stage: Stage, came: Came, rule: Mapping[str, Any]) -> Came:
    """Before each news of an end that somebody wanted alone, one that it runs."""
    made: Came = []
    for said in came:
        query, body = _asked(stage, said, rule)
        plain = f"{rule['all']}=true" not in query and not body.get(rule["all"])
        if plain and stage.orders:
            early = {key: value for key, value in _body(said).items() if key != rule["files"][1:]}
            made.append(_as(said, {**early, rule["key"][1:]: rule["words"]["RUNNING"]}))
        made.append(said)
    return made


def _strange(rule: Mapping[str, Any]) -> Iterator[tuple[str, str, Deliver]]:
    """What comes to the wrong one, or in another form."""
    yield "news is told of another order", MISLED, lambda stage, came: [
        _edited(said, rule["id"], put(stage.orders[0].id if stage.orders else "x")) for said in came]  # fmt: skip
    yield "news of an order that nobody asked about", MISLED, lambda stage, came: [
        *came, *(_edited(said, rule["id"], put("00000000-0000-4000-8000-0000000000aa")) for said in came[:1])
    ]  # fmt: skip
    yield "orders of which nobody wanted news are told of", "whoever listens learns of others", _tattled(rule)
    yield "news comes by PUT", "a receiver of POST hears nothing", _each(lambda said: said._replace(method="PUT"))
    yield (
        "news is a form",
        "a client reads no JSON",
        _each(lambda said: said._replace(request_body=b"status=succeeded")),
    )
    yield "news is a list", "a typed client cannot read it", _each(lambda said: _as(said, [_body(said)]))
    yield "news has no body", "a client knows nothing", _each(lambda said: said._replace(request_body=b""))
    yield "news of a success has no files", "a client must ask all the same", _each(
        lambda said: _edited(_edited(said, rule["files"], dropped), "/output", dropped))  # fmt: skip
    yield "news tells other files than the result", "a client fetches what is not there", _each(
        lambda said: said._replace(request_body=said.request_body.replace(b"/media/", b"/media/x")))  # fmt: skip
    yield "an error is told as a text", "a typed client cannot read it", _each(
        lambda said: _edited(said, rule["error"]["key"], put("it failed")))  # fmt: skip
    yield "an error is told as a list", "a typed client cannot read it", _each(
        lambda said: _edited(said, rule["error"]["key"], put([{"message": "it failed"}])))  # fmt: skip
    yield "an error is empty", "nobody knows what went wrong", _each(
        lambda said: _edited(said, rule["error"]["key"], put({})))  # fmt: skip
    yield "news of a success tells an error", MISLED, _each(
        lambda said: _as(said, {**_body(said), rule["error"]["key"][1:]: {"message": "none"}})
        if found(_body(said), rule["files"]) is not None else said)  # fmt: skip
    yield "news of what fails tells files", MISLED, _each(
        lambda said: _as(said, {**_body(said), rule["files"][1:]: {"9": {"images": []}}})
        if found(_body(said), rule["error"]["key"]) is not None else said)  # fmt: skip
    yield "what runs is told to be over", MISLED, _early(rule)


def _tattled(rule: Mapping[str, Any]) -> Deliver:
    def deliver(stage: Stage, came: Came) -> Came:
        heard = {_body(said).get(rule["id"][1:]) for said in came}
        silent = next((each.id for each in stage.orders if each.id not in heard), "")
        return [*came, *(_edited(said, rule["id"], put(silent)) for said in came[-1:] if silent)]

    return deliver


def _early(rule: Mapping[str, Any]) -> Deliver:
    running, over = rule["words"]["RUNNING"], rule["words"]["SUCCEEDED"]

    def change(said: Exchange) -> Exchange:
        body = _body(said)
        if body.get(rule["key"][1:]) != running:
            return said
        return _as(said, {**body, rule["key"][1:]: over, rule["files"][1:]: {"9": {"images": [{"url": "x"}]}}})

    return _each(change)
