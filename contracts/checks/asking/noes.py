"""Tapes about refusals: keys, ids, bodies, paths and money, each way of saying no at each operation."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

from ...catalogue import Model
from ...operation import Operation
from ..move import BARE, NEARLY, NONE, ODD, OTHER, WRONG, Move
from ..props import of_path
from ..subject import Ask
from .edges import bad_edges
from .spellings import walked
from .steps import JSON, NOBODY, Steps
from .values import plain_body

MOST_WRONG = 20  # bodies of an operation that takes no orders
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)  # of one dot
TOO_LARGE = (1 << 20) + 4096  # bytes; more than a subject of ours takes


STRANGERS = (NONE, WRONG, BARE, ODD, *NEARLY)  # keys that open nothing


class Noes(Steps):
    """What a server must not take."""

    def keys(self) -> Iterator[Move]:
        """No key, a wrong one, and one that is bent, at every operation; and orders of another account."""
        door = self.contract.facts.openapi["security"]
        yield self.order(self.plain)
        for operation in (each for each in self.operations if not each.bundles):
            form = self.plain if operation.orders else operation.body
            headers = JSON if operation.speaks else ()
            body = json.dumps(self.example(form)).encode() if form is not None and operation.speaks else b""
            number = self.number(self.plain)
            for key in STRANGERS:
                if operation.task:
                    yield Move("about", operation=operation.id, key=key)
                else:
                    path = self.path(operation, self.plain.id)
                    yield Move("ask", Ask(operation.method, path, headers, body), key=key, prop=number)
            bent = ((door["name"], f"{door.get('scheme', '')}"), *headers)
            path = self.path(operation, self.nobody(operation) if operation.task else self.plain.id)
            yield Move("ask", Ask(operation.method, path, bent, body), key=NONE, prop=number)
            basic = ((door["name"], "Basic dXNlcjpwYXNz"), *headers)
            yield Move("ask", Ask(operation.method, path, basic, body), key=NONE, prop=number)
        yield from self.look(key=OTHER)
        yield self.cancel(key=OTHER)
        for operation in (each for each in self.operations if each.channel == "catalogue"):
            yield Move("ask", Ask(operation.method, self.path(operation, self.plain.id)), key=OTHER)
        yield from self.look()
        if self.rows:
            row = self.rows["list"]
            listed = self.contract.operations[row["operation"]]
            yield Move("ask", Ask("GET", f"{listed.path}?{row['limit']}=2&{row['offset']}=1"), key=OTHER)
        yield self.order(self.plain, key=OTHER)
        yield from self.look(0)
        yield from (*self.look(1, OTHER), *self.look(1), self.cancel(1), self.cancel(1, OTHER), *self.look(1, OTHER))
        yield self.order(self.plain, key=OTHER)
        for step in (Move("start", nth=2), Move("advance", amount=0.5), Move("finish", nth=2)):
            yield from (step, *self.look(2, OTHER), *self.look(0))
        for key in (OTHER, *STRANGERS):  # what is over is nobody else's, either
            yield from (*self.look(0, key), self.cancel(0, key))

    def ids(self) -> Iterator[Move]:
        """Ids that nobody was given."""
        yield self.order(self.plain)
        for operation in (each for each in self.operations if each.task):
            for name in (self.nobody(operation), NOBODY, "x", "0", NOBODY.upper(), "a" * 200, "..%2f..", "%00", "%20"):
                yield Move("ask", Ask(operation.method, self.path(operation, name)), prop=self.number(self.plain))
        for bend in NEARLY:
            yield from (Move("about", operation=each.id, bend=bend) for each in self.operations if each.task)
        yield from (*self.look(), Move("finish"), *self.look())
        for bend in NEARLY:
            yield from (Move("about", operation=each.id, bend=bend) for each in self.operations if each.task)

    def bodies(self) -> Iterator[Move]:
        """Bodies that are no JSON, no object, not labelled, too large, for models that there are not."""
        spoken = [each for each in self.operations if each.speaks]
        # Over the wire tasks of all types are one request.
        few = [each for each in spoken if not each.within or each.channel == "poll" or each is self.submit]
        for operation in (each for each in spoken if each not in few):
            form = next((each for each in self.models if each.form == operation.within), operation.body)
            if form is not None:
                good = json.dumps(self.example(form)).encode()
                yield from (self.sent(operation, form, b"{"), self.sent(operation, form, b" " * TOO_LARGE))
                yield self.sent(operation, form, good, headers=(("Content-Type", "text/plain"),))
        for operation in few:
            yield from self.garbled(operation, self.plain if operation.orders else operation.body)
        good = json.dumps(self.example(self.plain)).encode()
        for name in ("no/such/model", self.plain.id + "x", self.plain.id.upper(), self.plain.id.rpartition("/")[0]):
            for operation in (each for each in self.operations if "unknown-model" in each.refusals):
                body = good if operation.model else b""
                yield Move("ask", Ask(operation.method, self.path(operation, name), JSON, body))
        yield self.order(self.plain)
        if self.contract.wire is not None and isinstance(self.example(self.plain), dict):
            yield self.order(self.plain, {**self.example(self.plain), "no_such_field": 1})
        charset = (("content-type", "application/json; charset=utf-8"),)
        yield self.sent(self.submit, self.plain, good, headers=charset)
        for body in (b" \t\n" + good + b"\r\n", *self.spelled()):
            yield self.sent(self.submit, self.plain, body)

    def garbled(self, operation: Operation, form: Model | None) -> Iterator[Move]:
        """What is no JSON, no object, of another label, or too long."""
        if form is None:
            return
        good = json.dumps(self.example(form)).encode()
        long = b'{"prompt": "' + b"x" * TOO_LARGE + b'"}'
        for body in (b"", b"{", good[:-1], b"[]", b"null", b'"text"', b"3", b"\xff\xfe", good + b"x", b"{'a': 1}",
                     b'{"prompt": NaN}', b"\xef\xbb\xbf" + good, long):  # fmt: skip
            yield self.sent(operation, form, body, prop=self.number(self.plain))
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
            headers = (("Content-Type", kind),) if kind else ()
            yield self.sent(operation, form, good, prop=self.number(self.plain), headers=headers)

    def spelled(self) -> Iterator[bytes]:
        """One body in other spellings of JSON: letters as they are, with line breaks, and a long text."""
        texts = {name: row for name, row in self.plain.fields.items()
                 if row.get("type") == "string" and "enum" not in row and "format" not in row}  # fmt: skip
        name = next(iter(texts), "")
        for text in ("Größe 雨 🚋", "x" * 3000) if name else ():
            body = {**self.example(self.plain), name: text[: self.plain.fields[name].get("maxLength", len(text))]}
            yield json.dumps(body, ensure_ascii=False).encode()
            yield b"\n" + json.dumps(body, indent=2).encode()

    def wrong(self) -> Any:
        """An object that breaks a rule."""
        return next((body for body, _ in bad_edges(self.plain) if isinstance(body, dict)), [])

    def rest(self) -> Iterator[Move]:
        """Whatever else can be asked without naming anything, with and without money, and with a query that nobody
        knows; and orders to a prop that there is not."""
        number = self.number(self.plain)
        plain = [each for each in self.operations if each.method == "GET" and "{" not in each.path]
        for what in ("", "poor", "rich"):
            yield from [Move(what)] if what else []
            for operation in plain:
                yield Move("ask", Ask(operation.method, operation.path))
                yield Move("ask", Ask(operation.method, operation.path), key=OTHER)
                yield Move("ask", Ask(operation.method, operation.path + "?no_such_parameter=1"))
        yield from (self.order(self.plain), Move("about", operation=self.looks[0], query="no_such_parameter=1"))
        for operation in (each for each in self.operations if of_path(each) and each.orders):
            for name in (self.nobody(operation), NOBODY, "x", NOBODY.upper()):
                move = self.sent(operation, self.plain, json.dumps(self.example(self.plain)).encode(), prop=number)
                assert move.ask is not None
                path = re.sub(r"\{\w+\}", name, move.ask.path, count=1)
                yield move._replace(ask=move.ask._replace(path=path), prop=-1)

    def beside(self) -> Iterator[Move]:
        """What is asked of a model and is no order, as its price: with what is right, and with what is not."""
        for operation in (each for each in self.operations if each.model and not each.orders and not each.within):
            if "slashes" in operation.parameters[operation.model]:
                for model in self.models if self.whole else [self.plain, *self.models[:3]]:
                    yield self.sent(operation, model, json.dumps(self.example(model)).encode())
                yield self.sent(operation, self.plain, json.dumps(self.wrong()).encode())
                yield from self.garbled(operation, self.plain)
        if self.contract.wire is None:  # elsewhere each of them has a tape of its own
            return
        for operation in (each for each in self.operations if not each.model and not each.task):
            named = [row["schema"] for row in operation.parameters.values() if row["in"] == "path"]
            path = self.path(operation, next((each for row in named for each in row.get("examples", ())), NOBODY))
            if operation.file:
                yield Move("ask", self.form(operation, "tram.png", PICTURE))
                yield Move("ask", self.form(operation, "tram.exe"))
            elif operation.body is None:
                yield Move("ask", Ask(operation.method, path))
                for name in operation.queries:
                    for word in (*operation.parameters[name]["schema"].get("examples", ()), "x", "0"):
                        yield Move("ask", Ask(operation.method, f"{path}?{name}={word}"))
            else:
                bodies = [operation.body.example(), plain_body(walked(operation.body), whole=True)]
                wrong = [body for body, _ in bad_edges(operation.body) if isinstance(body, dict)]
                for body in (*bodies, *wrong[:: max(1, len(wrong) // MOST_WRONG)]):
                    yield Move("ask", Ask(operation.method, path, JSON, json.dumps(body).encode()))

    def traces(self) -> Iterator[Move]:
        """Orders that were refused take nobody's place: as many as fill the line, for their input and for money."""
        many = self.many + 2
        yield from (self.order(self.plain, self.wrong()) for _ in range(many))
        yield from (self.order(self.plain), *self.look(), Move("start"), *self.look())
        yield Move("poor")
        yield from (self.order(self.plain) for _ in range(many))
        yield Move("rich")
        yield from (self.order(self.plain), *self.look(1), Move("start", nth=1), *self.look(1), Move("finish", nth=1))
        yield from (*self.look(0), *self.look(1))

    def paths(self) -> Iterator[Move]:
        """Other methods, and paths that lead nowhere."""
        yield self.order(self.plain)
        number = self.number(self.plain)
        for operation in (each for each in self.operations if not each.within):  # the others are never sent
            path = self.path(operation, self.nobody(operation) if operation.task else self.plain.id)
            for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
                if method not in self.contract.whole.match(path)[0]:
                    yield Move(
                        "ask",
                        Ask(method, path, JSON if method == "POST" else (), b"{}" if method == "POST" else b""),
                        prop=number,
                    )
            yield Move("ask", Ask(operation.method, path + "/more/of/it"), prop=number)
            yield Move("ask", Ask(operation.method, path + "/", JSON if operation.speaks else ()), prop=number)
            if "{" not in path:
                yield Move("ask", Ask(operation.method, path.upper()))
            yield Move("ask", Ask(operation.method, "/v0" + path), prop=number)
        for path in ("/", "/nothing", "/%2e%2e/", "/openapi"):
            yield Move("ask", Ask("GET", path))

    def money(self) -> Iterator[Move]:
        """An empty balance: nothing new is taken, the rest goes on."""
        yield self.order(self.plain)
        yield Move("poor")
        yield self.order(self.plain)
        yield self.order(self.plain, self.wrong())
        yield self.order(self.plain, key=OTHER)
        yield from (*self.look(), Move("finish"), *self.look(), Move("open"))
        yield Move("rich")
        yield self.order(self.plain)
        yield from self.look(2)
