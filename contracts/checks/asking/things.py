"""Tapes about props: what becomes of what was said of each, who sees it, and what is not taken of one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ...catalogue import Model
from ...contract import Contract
from ...operation import Operation
from ..move import OTHER, OWN, Move
from ..props import Sort, own
from ..subject import Ask
from .edges import bad_edges, good_edges
from .steps import JSON, NOBODY, Steps, Tape
from .values import ordinary

FIRST = 10  # the number of the first one that a tape adds: the prologue's have lower ones
EACH = 2  # bodies of a field's edges by which one is changed
FILTERED = "{prop}"  # in a query: the id of a prop, which the path cannot name


class Things(Steps):
    """What becomes of props."""

    def __init__(self, contract: Contract, whole: bool) -> None:
        super().__init__(contract, whole)
        self.sorts = [sort for sort in own(self.contract) if sort.operation("add") is not None]

    def tapes(self) -> Iterator[tuple[str, Tape]]:
        """All of them; where another API keeps the props on which orders run, only what these orders meet."""
        if not self.sorts and self.runs_on is not None:
            yield f"a {self.runs_on.name} that takes no orders", list(self.closed(self.runs_on))
        for sort in self.sorts:
            yield f"a {sort.name} from beginning to end", list(self.lived(sort))
            yield f"two accounts' {sort.name}s", list(self.foreign(sort))
            yield f"a list of {sort.name}s", list(self.listed(sort))
            yield f"changes of a {sort.name}", list(self.changes(sort))
            yield f"edges of a new {sort.name}", list(self.edges(sort))
            yield f"edges of a {sort.name}'s change", list(self.bends(sort))
            yield f"a {sort.name} that takes no orders", list(self.closed(sort))
            yield f"a {sort.name} in use", list(self.used(sort))
            yield f"files of a {sort.name}", list(self.stored(sort))
            yield f"orders that name a {sort.name}", list(self.trained(sort))
            yield f"a {sort.name} without money", list(self.poor(sort))

    def lived(self, sort: Sort) -> Iterator[Move]:
        """Added, looked at, changed and dropped; whatever is asked afterwards is asked for nothing."""
        yield from (
            self.add(sort),
            *self.all(sort),
            Move("advance", amount=7),
            *self.all(sort),
            self.add(sort, FIRST + 1),
        )
        yield from (*self.all(sort), *self.all(sort, FIRST + 1))
        yield from (Move("advance", amount=60), *self.change(sort), *self.all(sort), *self.all(sort, FIRST + 1))
        yield from (Move("advance", amount=60), *self.all(sort), *self.one(sort, "drop"), *self.all(sort))
        yield from (*self.all(sort, FIRST + 1), *self.change(sort), *self.one(sort, "drop"), *self.all(sort))
        yield from (self.add(sort, FIRST + 2), *self.all(sort, FIRST + 2), Move("advance", amount=3600))
        yield from (*self.all(sort, FIRST + 1), *self.all(sort, FIRST + 2))
        for operation in self.about(sort):
            for name in (NOBODY, "x", NOBODY.upper()):
                ask = self.asking(operation)
                yield Move("ask", ask._replace(path=ask.path.replace("{" + sort.row["parameter"] + "}", name)))

    def foreign(self, sort: Sort) -> Iterator[Move]:
        """What is another account's is shown to nobody else, and changed by nobody else."""
        yield from (self.add(sort), self.add(sort, FIRST + 1, OTHER))
        for number, key in ((FIRST, OTHER), (FIRST + 1, OWN)):
            for operation in self.about(sort):
                yield Move("ask", self.asking(operation), key=key, prop=number)
        for number, key in ((FIRST, OWN), (FIRST + 1, OTHER)):
            yield from self.all(sort, number, key)
        yield from (*self.query(sort, FIRST + 1), *self.query(sort, FIRST, OTHER))
        if self.runs_on is not None and self.runs_on.name == sort.name:
            yield self.sent(self.submit, self.plain, json.dumps(self.example(self.plain)).encode(), OTHER, FIRST)
            yield self.sent(self.submit, self.plain, json.dumps(self.example(self.plain)).encode(), OWN, FIRST + 1)

    def listed(self, sort: Sort) -> Iterator[Move]:
        """Some of many, none of them, and with each word of each parameter."""
        yield from (self.add(sort, FIRST + nth) for nth in range(4))
        for nth in range(4):
            yield from self.query(sort, FIRST + nth)
        yield from self.ask(sort, "list")
        for word in ("list", "get"):
            operation = sort.operation(word)
            for name, row in operation.parameters.items() if operation is not None else ():
                schema = row["schema"].get("items", row["schema"])
                for text in (*schema.get("enum", ()), "perhaps") if row["in"] == "query" else ():
                    yield from self.ask(sort, word, FIRST, f"{name}={text}")
                several = "&".join(f"{name}={text}" for text in schema.get("enum", ()))
                if row["schema"].get("type") == "array" and several:
                    yield from self.ask(sort, word, FIRST, several)
        yield from (*self.one(sort, "drop", FIRST + 1), *self.query(sort, FIRST + 1), *self.ask(sort, "list"))

    def changes(self, sort: Sort) -> Iterator[Move]:
        """Each field by itself, and then all that was changed together."""
        operation = sort.operation("change")
        if operation is None or operation.body is None:
            return
        yield self.add(sort)
        yield self.add(sort, FIRST + 1)
        for name in operation.body.fields:
            bodies = [body for body in good_edges(operation.body) if name in body]
            values = {json.dumps(body[name]): body for body in bodies}
            for body in list(values.values())[: None if self.whole else EACH]:
                least = {**operation.body.example(), name: body[name]}
                yield Move("advance", amount=1)
                yield from (*self.one(sort, "change", FIRST, OWN, least), *self.ask(sort, "get", FIRST))
        yield from (*self.all(sort), *self.all(sort, FIRST + 1))

    def edges(self, sort: Sort) -> Iterator[Move]:
        """What a new one may be, to the bounds, and may not."""
        operation = sort.operation("add")
        assert operation is not None
        for nth, body in enumerate(good_edges(operation.body) if operation.body is not None else ()):
            yield from (self.add(sort, FIRST + nth, said=body), *self.ask(sort, "get", FIRST + nth))
        for body, _ in bad_edges(operation.body) if operation.body is not None else ():
            yield Move("ask", Ask(operation.method, operation.path, JSON, json.dumps(body).encode()))
        yield from self.ask(sort, "list")

    def bends(self, sort: Sort) -> Iterator[Move]:
        """What one may be changed to, and may not; what was refused has changed nothing."""
        operation = sort.operation("change")
        if operation is None or operation.body is None:
            return
        yield self.add(sort)
        for body in good_edges(operation.body):
            yield from self.one(sort, "change", FIRST, OWN, body)
        yield from self.ask(sort, "get", FIRST)
        for body, _ in bad_edges(operation.body):
            yield from self.one(sort, "change", FIRST, OWN, body)
        yield from self.all(sort)

    def used(self, sort: Sort) -> Iterator[Move]:
        """Whatever else can be done with one, and what becomes of it."""
        yield from (self.add(sort), *self.all(sort))
        for operation in self.about(sort):
            if sort.does(operation):
                continue
            for name, data in (
                (("tram_01.txt", b"a red tram"), ("tram_02.txt", b"")) if operation.file else (("", b""),)
            ):
                ask = self.form(operation, name, data) if operation.file else self.asking(operation)
                yield from (Move("ask", ask, prop=FIRST), *self.all(sort), Move("advance", amount=2), *self.all(sort))
            if operation.file:
                for headers, body in (
                    (JSON, b"{}"),
                    ((("Content-Type", "multipart/form-data; boundary=x"),), b"--x--\r\n"),
                ):
                    yield Move("ask", self.asking(operation)._replace(headers=headers, body=body), prop=FIRST)
            for body, _ in bad_edges(operation.body) if operation.body is not None else ():
                yield Move("ask", self.asking(operation)._replace(body=json.dumps(body).encode()), prop=FIRST)
        yield from (Move("advance", amount=60), *self.all(sort), *self.one(sort, "drop"))
        yield from (Move("ask", self.asking(operation), prop=FIRST) for operation in self.about(sort))

    def about(self, sort: Sort) -> list[Operation]:
        """All operations on one of them but those of orders and of what runs there; the one that drops it last."""
        found = [each for each in self.operations if sort.row["parameter"] in each.parameters and not each.lifecycle
                 and each.channel != "proxy"]  # fmt: skip
        return sorted(found, key=lambda each: sort.does(each) == "drop")

    def asking(self, operation: Operation) -> Ask:
        """An ordinary request for an operation on one of them."""
        if operation.file:
            return self.form(operation)
        body = json.dumps(operation.body.example()).encode() if operation.body is not None else b""
        return Ask(operation.method, operation.path, JSON if body else (), body)

    def closed(self, sort: Sort) -> Iterator[Move]:
        """One that is switched off, or gone, takes no orders."""
        operation = sort.operation("change")
        if self.runs_on is None or self.runs_on.name != sort.name:
            return
        said = json.dumps(self.example(self.plain)).encode()
        order = self.sent(self.submit, self.plain, said, prop=FIRST)
        yield from (self.add(sort), order, *self.look())
        if operation is not None and operation.body is not None and "is_enabled" in operation.body.fields:
            yield from (
                *self.one(sort, "change", FIRST, OWN, self.least(operation.body, is_enabled=False)),
                order,
                *self.look(),
            )
            yield from (*self.all(sort), self.sent(self.submit, self.plain, said, OTHER, FIRST))
            yield from (
                *self.one(sort, "change", FIRST, OWN, self.least(operation.body, is_enabled=True)),
                order,
                *self.look(1),
            )
        yield from (*self.one(sort, "drop"), order)
        for step in (Move("advance", amount=1), Move("start", nth=1), Move("finish", nth=1)):
            yield from (step, *self.look(0), *self.look(1))
        yield from (self.cancel(0), self.cancel(1), *self.look(1))

    def stored(self, sort: Sort) -> Iterator[Move]:
        """Files that are announced and put, one by one, too long, too late and to what is gone."""
        row = sort.row.get("announces")
        sends = next((each for each in self.operations if each.file and each.id == sort.row.get("needed")), None)
        if row is None or sends is None:
            return
        operation = self.contract.operations[row["operation"]]
        body = json.dumps({row["said"]: {"tram.mp4": 12, "boat.mp4": 7}}).encode()
        ask = Move("ask", Ask(operation.method, operation.path, JSON, body), prop=FIRST)
        wait = sort.row["processing"]
        yield from (self.add(sort), *self.all(sort), ask, *self.all(sort), Move("put", nth=0, prop=FIRST, amount=1))
        yield from (*self.all(sort), Move("put", nth=0, prop=FIRST), *self.all(sort), Move("advance", amount=wait + 1))
        yield from (*self.all(sort), Move("put", nth=1, prop=FIRST, amount=-1), Move("put", nth=1, prop=FIRST))
        yield from (*self.all(sort), Move("advance", amount=wait - 1), *self.all(sort), Move("advance", amount=2))
        yield from (*self.all(sort), Move("put", nth=0, prop=FIRST), *self.all(sort))
        for name, data in (("tram_01.txt", b"a red tram"), ("Tram_02.txt", b"another one"), ("tram_01.txt", b"short")):
            yield from (Move("ask", self.form(sends, name, data), prop=FIRST), *self.all(sort))
            yield from (Move("advance", amount=wait + 1), *self.all(sort))
        yield from (
            self.add(sort, FIRST + 1),
            ask._replace(prop=FIRST + 1),
            Move("advance", amount=sort.row["expires"] + 1),
        )
        yield from (Move("put", nth=0, prop=FIRST + 1), *self.all(sort, FIRST + 1), Move("put", nth=1, prop=FIRST))
        yield from (ask._replace(prop=FIRST + 1), *self.one(sort, "drop", FIRST + 1))
        yield from (Move("put", nth=1, prop=FIRST + 1), *self.all(sort))

    def trained(self, sort: Sort) -> Iterator[Move]:
        """Orders that name one: before anything is there, before all is looked through, when it is ready, and gone."""
        rules = self.contract.facts.openapi.get("config")
        sends = next((each for each in self.operations if each.file and each.id == sort.row.get("needed")), None)
        if rules is None or sends is None:
            return
        prefix, body = rules["datasets"]["prefix"], self.plain.example()
        known, *_ = body[rules["field"]].partition(prefix)[2].split()

        def of(*names: str, key: str = OWN) -> Move:
            parts = "\n        - folder_path: ".join(prefix + name for name in names)
            text = body[rules["field"]].replace(prefix + known, parts)
            return self.order(self.plain, {**body, rules["field"]: text}, key)

        one, wait = Move("ask", self.form(sends), prop=FIRST), Move("advance", amount=sort.row["processing"] + 1)
        yield from (of("own_set"), self.add(sort, FIRST, said={"name": "own_set"}), of("own_set"), one, of("own_set"))
        yield from (
            of("own_set", key=OTHER),
            wait,
            of("own_set"),
            of("own_set", key=OTHER),
            of("own_set", "no_such_set"),
        )
        yield from (of("no_such_set", "own_set"), of(known, "own_set"), of("Own_set"), one, of("own_set"), wait)
        yield from (of("own_set"), *self.one(sort, "drop"), of("own_set"))
        yield from (self.add(sort, FIRST + 1, said={"name": "own_set"}), of("own_set"), *self.all(sort, FIRST + 1))

    def poor(self, sort: Sort) -> Iterator[Move]:
        """Without money, what one has can be added to, looked at, changed and dropped: that costs nothing."""
        yield from (Move("poor"), self.add(sort), *self.all(sort), *self.change(sort), *self.all(sort))
        for operation in self.about(sort):
            if not sort.does(operation):
                yield Move("ask", self.asking(operation), prop=FIRST)
        yield from (*self.all(sort), *self.one(sort, "drop"), *self.all(sort), Move("rich"), *self.all(sort))

    # -- the steps

    def least(self, form: Model, **said: Any) -> dict[str, Any]:
        """The smallest body, and what is said besides."""
        return {**form.example(), **said}

    def add(self, sort: Sort, number: int = FIRST, key: str = OWN, said: Any = None) -> Move:
        """One more."""
        operation = sort.operation("add")
        assert operation is not None
        body = said if said is not None else operation.body.example() if operation.body is not None else {}
        if "unique" in sort.row and said is None and operation.body is not None and number % 2 == 0:
            name = sort.row["unique"]["key"]  # every other one; else one is made up
            body = {**body, name: f"{ordinary(operation.body.fields[name])}_{number}"}
        return Move("ask", Ask(operation.method, operation.path, JSON, json.dumps(body).encode()), key=key, prop=number)

    def change(self, sort: Sort, number: int = FIRST) -> Iterator[Move]:
        """All that can be said of one, said anew."""
        operation = sort.operation("change")
        if operation is not None and operation.body is not None:
            body = max(good_edges(operation.body), key=len)
            yield from self.one(sort, "change", number, OWN, body)

    def one(self, sort: Sort, does: str, number: int = FIRST, key: str = OWN, body: Any = None) -> Iterator[Move]:
        """An operation on one of them, with an ordinary body if it takes any."""
        operation = sort.operation(does)
        if operation is None:
            return
        said = body if body is not None else operation.body.example() if operation.body is not None else None
        text = b"" if said is None else json.dumps(said).encode()
        yield Move("ask", Ask(operation.method, operation.path, JSON if text else (), text), key=key, prop=number)

    def ask(self, sort: Sort, does: str, number: int = FIRST, query: str = "", key: str = OWN) -> Iterator[Move]:
        """A look."""
        operation = sort.operation(does)
        if operation is not None:
            yield Move("ask", Ask(operation.method, _asking(operation, query)), key=key, prop=number)

    def query(self, sort: Sort, number: int, key: str = OWN) -> Iterator[Move]:
        """The list of one of them alone, with another that there is not, and twice."""
        name = sort.row.get("filter", "")
        for query in (f"{name}={FILTERED}", f"{name}={FILTERED}&{name}={NOBODY}", f"{name}={NOBODY}") if name else ():
            yield from self.ask(sort, "list", number, query, key)

    def all(self, sort: Sort, number: int = FIRST, key: str = OWN) -> Tape:
        """One by itself, and among the others."""
        return [*self.ask(sort, "get", number, "", key), *self.ask(sort, "list", number, "", key)]


def _asking(operation: Operation, query: str) -> str:
    return operation.path + ("?" + query if query else "")
