"""The lens: an ASGI application between a generator of requests and a subject; all that passes, the referee asks."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Any

from ...catalogue import Model
from ...contract import Contract
from ...exchange import Exchange
from ...openapi import published
from ..judging.referee import Referee
from ..move import Move
from ..props import of_path, submits, unheard
from ..subject import Ask

DOCUMENT = "/openapi.json"
OWN = ("host", "content-length", "x-schemathesis-")  # headers of the generator's line to here, not of the request
# Where time stands still unless it is moved, so much passes before every third request: enough for one order to be
# met while it queues, another while it runs, and a third when it is over.
EVERY, PASSES = 3, (2.0, 5.0, 30.0, 100.0)
FAILS = 5  # every so manieth order is one that fails

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


class Lens:
    """Shows a generator the promise, and the subject through it. What it is shown is made for it: the provider's own
    document, with this as its server, of some models or of all."""

    def __init__(self, referee: Referee, models: Iterable[Model]) -> None:
        self.referee = referee
        self.said: Exchange | None = None  # the last one, and
        self.good = True  # whether the referee had nothing against it
        document = published(referee.contract, "/", models, lens=True)
        document["paths"] = dict(_spelled(referee, document["paths"]))
        self._document = json.dumps(document).encode()
        self._asked = 0
        self._ordered = 0

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            raise NotImplementedError(f"the lens passes requests over HTTP; {scope['type']} came")
        body = await _body(receive)
        if scope["path"] == DOCUMENT and scope["method"] == "GET":
            await _answer(send, 200, ((b"content-type", b"application/json"),), self._document)
            return
        await _answer(send, *_seen(self._ask(self._read(scope, body))))

    def _ask(self, ask: Ask) -> Exchange:
        """Lets time pass and orders fail in a way that depends on the requests alone, then asks."""
        referee = self.referee
        self._asked += 1
        if self._asked % EVERY == 0:
            referee.play(Move("advance", amount=PASSES[self._asked // EVERY % len(PASSES)]))
        operation = referee.contract.match(ask.path.partition("?")[0])[0].get(ask.method)
        several = referee.contract.wire is None  # operations that take orders are known as well as the first
        if operation is not None and operation.orders and (several or operation is submits(referee.contract)):
            self._ordered += 1
            if self._ordered % FAILS == 0:
                referee.play(Move("fail"))
        before = _against(referee)
        self.said = referee.ask(ask)
        self.good = _against(referee) == before
        return self.said

    def _read(self, scope: Mapping[str, Any], body: bytes) -> Ask:
        """The request as it was sent: nothing of its path is decoded, nothing of its headers is added."""
        query = scope["query_string"]
        path = (scope["raw_path"] + (b"?" + query if query else b"")).decode("latin-1")
        door = self.referee.contract.facts.openapi["security"]["name"]
        named = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
        # The way here made all names small; by the one that bears a key, the referee knows whose it is.
        headers = tuple((door if name == door.lower() else name, value)
                        for name, value in named if not name.startswith(OWN))  # fmt: skip
        return Ask(scope["method"], path, headers, body)


def _spelled(referee: Referee, paths: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The paths of a document; where one names a prop, one for each that stands for a model here, so that orders are
    met by whoever asks about them. A prop itself is changed and dropped by its own path alone, else none would be left.
    """
    there = [held for held in referee.world.props.values() if held.account == "own" and held.model and not held.gone]
    contract = referee.contract
    for path, routes in paths.items():
        for route in routes.values() if contract.life.deliver else ():
            _unheard(contract, route)
        operation = next((each for each in contract.operations.values() if each.path == path), None)
        named = of_path(operation) if operation is not None else {}
        if operation is None or not named or not operation.lifecycle or not there:
            yield path, _unlinked(contract, routes) if there else routes
            continue
        for held in there:
            name = next(iter(named))
            text = json.dumps(routes)
            for each in contract.operations.values():
                if each.lifecycle:
                    text = text.replace(f'"operationId": "{each.id}"', f'"operationId": "{each.id}_{held.model}"')
            about = _about(contract, json.loads(text), name, held.model)
            yield path.replace("{" + name + "}", held.id), about


def _unheard(contract: Contract, route: Any) -> None:
    """Nobody is told of what chance asks for: it would name addresses that are nobody's to ask."""
    names = (contract.life.deliver["url"], contract.life.deliver["all"])
    if isinstance(route, dict) and "parameters" in route:
        route["parameters"] = [row for row in route["parameters"] if row["name"] not in names]


def _unlinked(contract: Contract, routes: Any) -> Any:
    """The routes without links to what is spelled for each prop: its name there is another one."""
    gone = {each.id for each in contract.operations.values() if each.lifecycle and of_path(each)}
    for route in routes.values():
        for answer in route["responses"].values() if isinstance(route, dict) else ():
            links = {key: link for key, link in answer.get("links", {}).items() if link["operationId"] not in gone}
            answer.update({"links": links} if "links" in answer else {})
    return routes


def _about(contract: Contract, routes: dict[str, Any], name: str, model: str) -> dict[str, Any]:
    """The routes of one prop's path: without the name that stood for it, and with the body that it takes."""
    form = contract.catalogue.models[model]
    for route in routes.values():
        route["parameters"] = [row for row in route.get("parameters", ()) if row["name"] != name]
        for link in (link for answer in route["responses"].values() for link in answer.get("links", {}).values()):
            link["parameters"].pop(name, None)
        if "requestBody" in route:
            content = {"schema": dict(unheard(contract, form).input_schema), "example": form.example()}
            route["requestBody"]["content"]["application/json"] = content
    return routes


def _against(referee: Referee) -> int:
    return sum(case.times for case in referee.cases.values())


def _seen(said: Exchange) -> tuple[int, Iterable[tuple[bytes, bytes]], bytes]:
    """What a generator is to see of an answer: here an error that wears another status would get the one it stands
    for. What was not answered must not look as if it was."""
    if not said.status:
        return 502, ((b"content-type", b"text/plain"),), b"no answer: " + said.answer_body
    return said.status, said.answer_headers, said.answer_body


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def _answer(send: Send, status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": body})
