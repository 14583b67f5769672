"""A subject whose wire takes lists of tasks, asked as if each type of task had a path of its own.

What is asked for at `/v1/~type/{model}` goes over the wire as a list of one task, and comes back as that path's answer.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from ..bundle import DELIVERY
from ..contract import Contract
from ..exchange import Exchange, written
from ..operation import Operation
from .subject import Ask, Before, Subject

FRESH = re.compile(rb"\{id ([\w-]+)\}")  # in a body: an id that this world has for a word
LATER = "async"


class Bundled(Before):
    """The lens before a server of bundles. Requests to real paths pass as they are, but for the ids that they name."""

    def __init__(self, contract: Contract, subject: Subject) -> None:
        self._contract = contract
        self._asked = 0
        super().__init__(subject)

    def send(self, ask: Ask) -> Exchange:
        """Asks for a task by itself, or passes a request on."""
        path, _, query = ask.path.partition("?")
        known = self._contract.match(path)[0]
        operation = known.get(ask.method)
        body = named(self._subject.salt, ask.body)
        if operation is None and any(each.within for each in known.values()):
            said = self._subject.send(ask._replace(path=self._route))._replace(url=ask.path)
        elif operation is None or not operation.within:
            said = self._subject.send(ask._replace(body=body))
        else:
            route = self._route + ("?" + query if query else "")
            headers = ask.headers if body or not operation.task else _spoken(ask.headers)
            said = self._subject.send(Ask("POST", route, headers, self._wired(operation, path, body)))
            said = self._part(ask, said)
        self._mirror()
        return said

    def id(self, word: str) -> str:
        """The UUID that a word stands for in this world; another one where the world outlasts a check."""
        return _uuid(self._subject.salt, word)

    @property
    def _route(self) -> str:
        bundle = self._contract.bundle
        assert bundle is not None
        return self._contract.operations[bundle.route].path

    def _wired(self, operation: Operation, path: str, body: bytes) -> bytes:
        """The list of one task that a request stands for; what is no JSON is sent as it is."""
        try:
            task = json.loads(body) if body else {} if operation.task else None
        except ValueError:
            return body
        if body == b"" and task is None:
            return b""
        bundle = self._contract.bundle
        assert bundle is not None
        self._asked += 1
        row = self._contract.facts.openapi["tasks"][operation.within]
        told: Any = bundle.task(operation, path, task, self.id(f"{self._asked}"))
        # Whoever waits for a result holds the line, and time is moved by hand.
        if type(task) is dict and LATER in row.get("delivers", ()) and DELIVERY not in task:
            told[DELIVERY] = LATER
        return written([told])

    def _part(self, ask: Ask, said: Exchange) -> Exchange:
        """The one task of an exchange; what is no list of one task, as it was asked."""
        bundle = self._contract.bundle
        assert bundle is not None
        part = next(iter(self._contract.parts(said)))
        if part is not said:
            return part._replace(wire=said)
        tasks = said.request_json
        if type(tasks) is list and tasks and type(tasks[0]) is dict:
            return said  # a task that names no operation is judged as what the route is sent
        return said._replace(url=ask.path, request_body=ask.body, wire=said)

    def fresh(self) -> None:
        """A new world, whose ids begin anew unless it is the old one."""
        super().fresh()
        if not self._subject.salt:
            self._asked = 0


def _spoken(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """The headers of a request that has a body on the wire, though its path says all that is asked."""
    named = any(name.lower() == "content-type" for name, _ in headers)
    return headers if named else (*headers, ("Content-Type", "application/json"))


def _uuid(salt: str, word: str) -> str:
    text = hashlib.sha256(f"{salt}:{word}".encode()).hexdigest()
    return f"{text[:8]}-{text[8:12]}-4{text[12:15]}-a{text[15:18]}-{text[18:30]}"


def named(salt: str, body: bytes) -> bytes:
    """A body with the ids of a world in the place of the words for them."""
    return FRESH.sub(lambda found: _uuid(salt, found[1].decode()).encode(), body)
