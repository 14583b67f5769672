"""The drill: what every check asks, whatever chance brings besides.

Each tape is one world: a whole life in every channel, cancels at every moment, a full queue, each way of saying no at
each operation, each edge of what the models take, the catalogue page by page.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from ..catalogue import Model
from ..contract import Contract, Operation
from .edges import bad_edges, good_edges
from .move import NONE, OTHER, OWN, WRONG, Move
from .subject import Ask

JSON = (("Content-Type", "application/json"),)
NOBODY = "00000000-0000-4000-8000-000000000000"
MOST_FILES = 24  # that a bounded drill orders of one model
TOO_LARGE = (1 << 20) + 4096  # bytes; more than a subject of ours takes
Tape = list[Move]


def drill(contract: Contract, whole: bool = False) -> list[tuple[str, Tape]]:
    """The tapes, each with its name; `whole` has every model's edges, else one model of each shape has some."""
    return list(Drill(contract, whole).tapes())


def shapes(contract: Contract) -> list[Model]:
    """One model of each shape: models of one shape make one kind of file and require fields of the same types."""
    found: dict[Any, Model] = {}
    for model in contract.catalogue.models.values():
        # Of a shape the one of which most is known stands for the others.
        if model.shape not in found or (model.complete, len(model.fields)) > (
            found[model.shape].complete, len(found[model.shape].fields)
        ):  # fmt: skip
            found[model.shape] = model
    return list(found.values())


class Drill:
    """The moves, made from the contract alone."""

    def __init__(self, contract: Contract, whole: bool) -> None:
        self.contract = contract
        self.whole = whole
        self.life = next(iter(contract.lives.values()))
        self.operations = list(contract.operations.values())
        self.submit = next(each for each in self.operations if each.model)
        self.looks = [row["operation"] for row in self.life.channels.values()]
        self.models = list(contract.catalogue.models.values()) if whole else shapes(contract)
        self.plain = min(
            contract.catalogue.models.values(), key=lambda model: (model.kind != "image", len(model.fields))
        )

    def tapes(self) -> Iterator[tuple[str, Tape]]:
        """All of them."""
        yield "a life, and nothing goes wrong", self.lived(self.plain)
        for model in self.models:
            yield f"a life of {model.id}", self.lived(model)
        yield "a cancel in time", self.stopped()
        yield "a cancel too late", self.late()
        yield "a queue", self.queued()
        yield "a generation that fails", self.failed()
        yield "seeds", list(self.seeds())
        yield "keys", list(self.keys())
        yield "ids", list(self.ids())
        yield "bodies that are none", list(self.bodies())
        yield "paths", list(self.paths())
        yield "no money", list(self.money())
        yield "the catalogue", list(self.shelf())
        for model in self.models:
            yield f"edges of {model.id}", list(self.edges(model))
        for model in self.makers():
            yield f"files of {model.id}", list(self.files(model))

    # -- moves

    def order(self, model: Model, body: Any = None, key: str = OWN) -> Move:
        """A submit."""
        said = model.example() if body is None else body
        return Move("ask", Ask("POST", self.path(self.submit, model.id), JSON, json.dumps(said).encode()), key=key)

    def path(self, operation: Operation, value: str) -> str:
        """An operation's path with what it is about."""
        name = operation.task or operation.model or next((key for key, row in operation.parameters.items()
                                                          if row["in"] == "path"), "")  # fmt: skip
        return operation.path.replace("{" + name + "}", value) if name else operation.path

    def look(self, nth: int = 0, key: str = OWN) -> Tape:
        """Every channel once."""
        return [Move("about", operation=name, nth=nth, key=key) for name in self.looks]

    def costly(self, nth: int = 0) -> Move:
        """The look that tells what it cost."""
        row = self.life.tells["cost"]
        return Move("about", operation=row["operation"], nth=nth, query=row["query"])

    def cancel(self, nth: int = 0, key: str = OWN) -> Move:
        """A cancel."""
        return Move("about", operation=self.life.cancel["operation"], nth=nth, key=key)

    # -- tapes about lives

    def lived(self, model: Model) -> Tape:
        """An order from submit to its file's end."""
        queued, running = self.life.durations[model.kind]
        between = [Move("advance", amount=queued / 2), *self.look()] if queued else []
        return [
            self.order(model), *self.look(), *self.look(), *between, Move("start"), *self.look(), self.cancel(),
            Move("advance", amount=running / 2), *self.look(), self.costly(), Move("finish"), *self.look(),
            self.costly(), Move("open"), self.cancel(), *self.look(), *self.look(), self.costly(), Move("open"),
            Move("advance", amount=self.life.media_ttl - 60), Move("open"), *self.look(),
            Move("advance", amount=120), Move("open"), *self.look(),
        ]  # fmt: skip

    def stopped(self) -> Tape:
        """Cancelled while it queues; nothing becomes of it afterwards."""
        return [
            self.order(self.plain), self.cancel(), *self.look(), self.costly(), self.cancel(), *self.look(),
            Move("advance", amount=3600), *self.look(), self.cancel(), self.costly(),
            self.order(self.plain), *self.look(1), self.cancel(1), *self.look(1), *self.look(0), Move("open", nth=1),
        ]  # fmt: skip

    def late(self) -> Tape:
        """Asked to be cancelled at every later moment."""
        told = [self.cancel(), *self.look(), self.costly()]
        return [self.order(self.plain), Move("start"), *told, Move("advance", amount=0.5), *told, Move("finish"), *told,
                Move("advance", amount=100), *told, Move("open")]  # fmt: skip

    def queued(self) -> Tape:
        """More orders than run at once; some of them are cancelled, and all move up."""
        many = (self.life.slots or 3) + 4
        kinds = {model.kind: model for model in self.contract.catalogue.models.values()}
        picked = [list(kinds.values())[turn % len(kinds)] for turn in range(many)]
        orders = [self.order(model) for model in picked]
        everybody = [move for nth in range(many) for move in self.look(nth)]
        steps: Tape = [*orders, *everybody, Move("advance", amount=1), *everybody]
        steps += [
            self.cancel(many - 2),
            *everybody,
            Move("start", nth=0),
            *everybody,
            self.cancel(0),
            self.cancel(many - 3),
        ]
        for nth in (0, 1, many - 4, many - 1):
            steps += [Move("start", nth=nth), *everybody, Move("finish", nth=nth), *everybody]
        costs = [self.costly(nth) for nth in range(many)]
        return [
            *steps,
            Move("advance", amount=3600),
            *everybody,
            *costs,
            *[Move("open", nth=nth) for nth in range(many)],
        ]

    def failed(self) -> Tape:
        """It ends badly, and stays so; the next one does not."""
        return [
            Move("fail"), self.order(self.plain), *self.look(), Move("start"), *self.look(), Move("finish"),
            *self.look(), self.costly(), self.cancel(), *self.look(), self.costly(),
            self.order(self.plain), Move("finish", nth=1), *self.look(1), self.costly(1), Move("open", nth=1),
            *self.look(),
        ]  # fmt: skip

    def seeds(self) -> Iterator[Move]:
        """The same seed makes the same file, another seed another."""
        name = self.life.tells.get("seed", "")
        model = next((each for each in self.contract.catalogue.models.values()
                      if name in each.fields and each.kind == "image" and not each.media), None)  # fmt: skip
        if model is None:
            return
        for seed in (7, 7, 8):
            yield self.order(model, {**model.example(), name: seed})
        yield from (Move("finish", nth=nth) for nth in range(3))
        for nth in range(3):
            yield from self.look(nth)
            yield Move("open", nth=nth)

    # -- tapes about refusals

    def keys(self) -> Iterator[Move]:
        """No key, a wrong one, and one that is bent, at every operation; and orders of another account."""
        door = self.contract.facts.openapi["security"]
        yield self.order(self.plain)
        for operation in self.operations:
            headers = JSON if operation.model else ()
            body = json.dumps(self.plain.example()).encode() if operation.model else b""
            for key in (NONE, WRONG):
                if operation.task:
                    yield Move("about", operation=operation.id, key=key)
                else:
                    path = self.path(operation, self.plain.id)
                    yield Move("ask", Ask(operation.method, path, headers, body), key=key)
            bent = ((door["name"], f"{door.get('scheme', '')}"), *headers)
            yield Move("ask", Ask(operation.method, self.path(operation, self.plain.id), bent, body), key=NONE)
            basic = ((door["name"], "Basic dXNlcjpwYXNz"), *headers)
            yield Move("ask", Ask(operation.method, self.path(operation, self.plain.id), basic, body), key=NONE)
        yield from self.look(key=OTHER)
        yield self.cancel(key=OTHER)
        yield from self.look()
        yield self.order(self.plain, key=OTHER)
        yield from (*self.look(1, OTHER), *self.look(1), self.cancel(1), self.cancel(1, OTHER), *self.look(1, OTHER))

    def ids(self) -> Iterator[Move]:
        """Ids that nobody was given."""
        yield self.order(self.plain)
        for operation in (each for each in self.operations if each.task):
            for name in (NOBODY, "x", "0", NOBODY.upper(), "a" * 200, "..%2f..", "%00", "%20"):
                yield Move("ask", Ask(operation.method, self.path(operation, name)))
        yield from (*self.look(), Move("finish"), *self.look())

    def bodies(self) -> Iterator[Move]:
        """Bodies that are no JSON, no object, not labelled, too large, for models that there are not."""
        path, good = self.path(self.submit, self.plain.id), json.dumps(self.plain.example()).encode()
        for body in (b"", b"{", good[:-1], b"[]", b"null", b'"text"', b"3", b"\xff\xfe", good + b"x", b"{'a': 1}",
                     b'{"prompt": NaN}', b"\xef\xbb\xbf" + good):  # fmt: skip
            yield Move("ask", Ask("POST", path, JSON, body))
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
            yield Move("ask", Ask("POST", path, (("Content-Type", kind),) if kind else (), good))
        yield Move("ask", Ask("POST", path, JSON, b'{"prompt": "' + b"x" * TOO_LARGE + b'"}'))
        for name in ("no/such/model", self.plain.id + "x", self.plain.id.upper(), self.plain.id.rpartition("/")[0]):
            for operation in (each for each in self.operations if each.model or "unknown-model" in each.refusals):
                body = good if operation.model else b""
                yield Move("ask", Ask(operation.method, self.path(operation, name), JSON, body))
        yield self.order(self.plain)
        yield Move("ask", Ask("POST", path, (("content-type", "application/json; charset=utf-8"),), good))

    def paths(self) -> Iterator[Move]:
        """Other methods, and paths that lead nowhere."""
        yield self.order(self.plain)
        for operation in self.operations:
            path = self.path(operation, NOBODY if operation.task else self.plain.id)
            for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
                if method not in self.contract.match(path)[0]:
                    yield Move(
                        "ask", Ask(method, path, JSON if method == "POST" else (), b"{}" if method == "POST" else b"")
                    )
            yield Move("ask", Ask(operation.method, path + "/more/of/it"))
            yield Move("ask", Ask(operation.method, "/v0" + path))
        for path in ("/", "/nothing", "/%2e%2e/", "/openapi"):
            yield Move("ask", Ask("GET", path))

    def money(self) -> Iterator[Move]:
        """An empty balance: nothing new is taken, the rest goes on."""
        yield self.order(self.plain)
        yield Move("poor")
        yield self.order(self.plain)
        yield self.order(self.plain, {})
        yield from (*self.look(), Move("finish"), *self.look(), Move("open"))
        yield Move("rich")
        yield self.order(self.plain)
        yield from self.look(1)

    # -- tapes about models

    def makers(self) -> list[Model]:
        """Models that make different files for different inputs: so many, so large, so long, of such a format."""
        found: dict[Any, Model] = {}
        for model in self.models if self.whole else self.contract.catalogue.models.values():
            makes = {self.contract.catalogue.outcome(model, body) for body in good_edges(model)}
            # One that makes several, and one that makes one, of each kind and format, stand for the others.
            for each in makes:
                found.setdefault((model.kind, each.count > 1, each.format, *([model.id] if self.whole else [])), model)
        return list({model.id: model for model in found.values()}.values())

    def files(self, model: Model) -> Iterator[Move]:
        """An order of each thing that it makes, to the file that comes of it."""
        bodies: dict[Any, Any] = {}
        for body in good_edges(model):
            bodies.setdefault(self.contract.catalogue.outcome(model, body), body)
        many = list(bodies.values())[: None if self.whole else MOST_FILES]
        for nth, body in enumerate(many):
            yield from (self.order(model, body), Move("finish", nth=nth), *self.look(nth), Move("open", nth=nth))

    def shelf(self) -> Iterator[Move]:
        """Every page, every filter, every bound of a parameter, and what stands behind an entry."""
        rows = self.contract.facts.openapi.get("catalogue")
        if not rows:
            return
        listed, entry = (self.contract.operations[rows[name]["operation"]] for name in ("list", "entry"))
        for query in self.queries(listed, rows["list"]):
            yield Move("ask", Ask("GET", listed.path + ("?" + query if query else "")))
        yield Move("ask", Ask("GET", self.contract.operations[rows["categories"]["operation"]].path))
        models = list(self.contract.catalogue.models.values())
        for model in models if self.whole else [*models[:3], *self.models, *models[-3:]]:
            yield Move("ask", Ask("GET", self.path(entry, model.id)))

    def queries(self, operation: Operation, row: dict[str, Any]) -> Iterator[str]:
        """Queries at the edges of each parameter, good and bad."""
        models = self.contract.catalogue.models
        yield ""
        first, most = row["offset"], row["limit"]
        top = operation.parameters[most]["schema"]["maximum"]
        for start in range(0, len(models) + top, top):
            yield f"{most}={top}&{first}={start}"
        word = self.plain.id.partition("/")[0]
        last = self.plain.id.rpartition("/")[2]
        yield from (f"{row['search']}={word}", f"{row['search']}={word.upper()}", f"{row['search']}=no-such-thing",
                    f"{row['category']}={last}", f"{row['category']}=no-such-thing", f"{row['kind']}=model",
                    f"{row['kind']}=no-such-thing", f"{row['schema']}=true&{most}=2", f"{row['schema']}=false&{most}=2",
                    f"{row['category']}={last}&{most}=1&{first}=1")  # fmt: skip
        for name, parameter in operation.parameters.items():
            schema = parameter["schema"]
            low, high = schema.get("minimum"), schema.get("maximum")
            for value in (low, high, *(number + step for number, step in ((low, -1), (high, 1)) if number is not None)):
                if value is not None:
                    yield f"{name}={value}"
            if schema.get("type") == "integer":
                yield from (f"{name}=x", f"{name}=1.5", f"{name}=")
            if "enum" in schema:
                yield f"{name}=perhaps"
        yield "no_such_parameter=1"

    def edges(self, model: Model) -> Iterator[Move]:
        """What a model takes to its bounds, and what it does not."""
        most = None if self.whole else 60
        for body in islice(good_edges(model), most):
            yield self.order(model, body)
        yield Move("finish", nth=0)
        for nth in range(6):
            yield from (Move("finish", nth=nth), *self.look(nth), Move("open", nth=nth))
        for body, _ in islice(bad_edges(model), most and most * 3):
            yield self.order(model, body)
