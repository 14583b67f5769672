"""The steps of which tapes are made: orders, looks, cancels and paths, as the contract has them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import yaml

from ...catalogue import Model
from ...contract import Contract
from ...derived import derived
from ...operation import Operation
from ...schema import Judge
from ..move import OTHER, OWN, Move
from ..props import Sort, of_path, offered, own, runs_on, sorts, submits, taking, unheard
from ..subject import Ask
from .edges import bad_edges, good_edges
from .values import plain_body

JSON = (("Content-Type", "application/json"),)
NOBODY = "00000000-0000-4000-8000-000000000000"  # an id that nobody was given
SAFE = ":@.-_"  # in a path: what a model's name may hold
EDGE = "8f14e45fceea167a"  # between the parts of a form
MOST_LOOKED_AT = 50  # slots, whose orders can all be looked at in every step
MOST_EDGES = 400  # bodies of a model that chance chooses from
Tape = list[Move]
_EDGES: dict[tuple[str, bool], list[Any]] = {}


def shapes(contract: Contract) -> list[Model]:
    """One model of each shape: models of one shape make one kind of file and require fields of the same types."""
    found: dict[Any, Model] = {}
    for model in offered(contract):
        # Of a shape the one of which most is known stands for the others.
        shape = (model.form, model.shape)
        if shape not in found or (model.complete, len(model.fields)) > (
            found[shape].complete, len(found[shape].fields)
        ):  # fmt: skip
            found[shape] = model
    return list(found.values())


def _plainness(model: Model) -> tuple[bool, bool, bool, bool, int]:
    return (
        model.form == model.id,
        model.kind != "image",
        not model.complete,
        not model.schema.get("required"),
        len(model.fields),
    )


class Steps:
    """What a check can do, made from the contract alone; `whole` is for all models, else for one of each shape."""

    def __init__(self, contract: Contract, whole: bool) -> None:
        self.contract = contract = derived(contract).alone
        self.whole = whole
        self.life = contract.life
        self.operations = list(contract.operations.values())
        submit = submits(contract)
        assert submit is not None, "an API without orders has nothing to walk through"
        self.submit: Operation = submit
        self.runs_on: Sort | None = sorts(contract).get(runs_on(contract))
        self.looks = [row["operation"] for row in self.life.channels.values()]
        self.rows: dict[str, Any] = contract.facts.openapi.get("catalogue", {})
        self.offered = offered(contract)
        self.models = self.offered if whole or self.runs_on is not None else shapes(contract)
        # Whose orders stand for all: one that makes pictures, is known whole, and cannot be ordered by saying nothing;
        # or the one for which whatever a client can add stands.
        self.plain = min(self.offered, key=_plainness)
        if self.runs_on is not None:
            self.plain = contract.catalogue.models[self.runs_on.row["makes"]]

    @property
    def many(self) -> int:
        """As many orders as run at once; where these are too many, some."""
        slots = self.life.slots or 3
        return slots if slots <= MOST_LOOKED_AT else 3

    def order(self, model: Model, body: Any = None, key: str = OWN) -> Move:
        """A submit."""
        said = self.example(model) if body is None else body
        return self.sent(taking(self.contract, model), model, json.dumps(said).encode(), key)

    def sent(self, operation: Operation, model: Model, body: bytes = b"", key: str = OWN, prop: int | None = None,
             headers: Any = JSON) -> Move:  # fmt: skip
        """A request with a body, about a model; where props stand for models, to the one that does so for the asker."""
        number = self.number(model, key) if prop is None else prop
        return Move("ask", Ask(operation.method, self.path(operation, model.id), headers, body), key=key, prop=number)

    def example(self, model: Model) -> Any:
        """An ordinary body; of a configuration, one that makes as many kinds of files as it can."""
        body, rules = model.example(), self.contract.facts.openapi.get("config")
        if rules is None or model is not self.plain:
            return body
        told = yaml.safe_load(body[rules["field"]])
        told["config"]["process"][0]["sample"] = {"prompts": ["a red tram", "a blue boat"], "sample_every": 1000}
        return {**body, rules["field"]: json.dumps(told)}

    def edges_of(self, model: Model, good: bool) -> list[Any]:
        """Bodies of a model, right or wrong; worked out once."""
        key = (json.dumps(model.schema, sort_keys=True) + model.id, good)
        if key not in _EDGES:
            whole = unheard(self.contract, model)
            found = list(good_edges(whole)) if good else [body for body, _ in bad_edges(model)]
            _EDGES[key] = found[:: max(1, len(found) // MOST_EDGES)]
        return _EDGES[key]

    def number(self, model: Model, key: str = OWN) -> int:
        """The number of the prop that stands for a model, as the prologue has it; the other account has one as well."""
        if self.runs_on is None:
            return 0 if own(self.contract) else -1
        return len(self.offered) if key == OTHER and model is self.plain else self.offered.index(model)

    def prologue(self) -> Tape:
        """What has to be there before there can be orders."""
        if self.runs_on is None:
            return [move for sort in own(self.contract) for move in self.needed(sort)]
        return [*(self.prop(self.offered.index(model), model) for model in self.offered),
                self.prop(len(self.offered), self.plain, OTHER)]  # fmt: skip

    def needed(self, sort: Sort) -> Tape:
        """A prop that an order's example names, ready for it, of either account."""
        add, send = sort.operation("add"), sort.operation("needed")
        if add is None or send is None or add.body is None:
            return []
        body = json.dumps(plain_body(add.body.schema, whole=True)).encode()
        made: Tape = []
        for number, key in enumerate((OWN, OTHER)):
            made += [Move("ask", Ask("POST", add.path, JSON, body), key=key, prop=number),
                     Move("ask", self.form(send), key=key, prop=number)]  # fmt: skip
        return [*made, Move("advance", amount=float(sort.row.get("processing", 0)) + 1)]

    def form(self, operation: Operation, name: str = "tram_01.txt", data: bytes = b"a red tram") -> Ask:
        """A form with a file."""
        head = f'--{EDGE}\r\nContent-Disposition: form-data; name="{operation.file["field"]}"; filename="{name}"\r\n'
        body = f"{head}Content-Type: application/octet-stream\r\n\r\n".encode() + data + f"\r\n--{EDGE}--\r\n".encode()
        return Ask(operation.method, operation.path, (("Content-Type", f"multipart/form-data; boundary={EDGE}"),), body)

    def prop(self, number: int, model: Model, key: str = OWN, **said: Any) -> Move:
        """One more prop that stands for a model: added, where a client can, else one that is there already."""
        assert self.runs_on is not None
        add, sort = self.runs_on.operation("add"), self.runs_on
        if add is None or add.body is None or model is not self.plain:
            return Move("furnished", operation=sort.name, prop=number, model=model.id)
        body = {**add.body.example(), **said}
        return Move("ask", Ask(add.method, add.path, JSON, json.dumps(body).encode()), key=key, prop=number)

    def path(self, operation: Operation, value: str) -> str:
        """An operation's path with what it is about."""
        named, path = of_path(operation), operation.path
        own = [key for key, row in operation.parameters.items() if row["in"] == "path" and key not in named]
        for name in own:
            rest = len(own) > 1 and operation.parameters[name].get("slashes")
            said = quote(value, safe=SAFE) if operation.within else value
            path = path.replace("{" + name + "}", "queue" if rest else said)
        return path

    def nobody(self, operation: Operation) -> str:
        """An id of the right form that nobody was given."""
        schema = operation.parameters.get(operation.task, {}).get("schema", {})
        return NOBODY if Judge(schema).good(NOBODY) else str(schema["examples"][0])

    def look(self, nth: int = 0, key: str = OWN) -> Tape:
        """Every channel once."""
        return [Move("about", operation=name, nth=nth, key=key) for name in self.looks]

    def costly(self, nth: int = 0) -> Move:
        """The look that tells what it cost; where none does, the last one."""
        row = self.life.tells.get("cost", {"operation": self.looks[-1], "query": ""})
        return Move("about", operation=row["operation"], nth=nth, query=row.get("query", ""))

    def cancel(self, nth: int = 0, key: str = OWN) -> Move:
        """A cancel."""
        return Move("about", operation=self.life.cancel["operation"], nth=nth, key=key)

    def queries(self) -> Iterator[str]:
        """Queries of the catalogue at the edges of each parameter, good and bad."""
        row, models = self.rows["list"], self.contract.catalogue.models
        operation = self.contract.operations[row["operation"]]
        yield ""
        first, most = row["offset"], row["limit"]
        top = operation.parameters[most]["schema"]["maximum"]
        for start in range(0, len(models) + top, top):
            yield f"{most}={top}&{first}={start}"
            yield f"{row['schema']}=true&{most}={top}&{first}={start}"
        yield from (f"{first}={len(models)}", f"{first}={len(models) - 1}", f"{first}=1001")
        makers = Counter(name.partition("/")[0] for name in models)
        word, own = makers.most_common(1)[0][0], {name for name in models if makers[name.partition("/")[0]] > 1}
        last = self.plain.id.rpartition("/")[2]
        shared = next((name for name in own if name.startswith(word)), self.plain.id).rpartition("/")[2]
        yield from (f"{row['search']}={word}&{row['category']}={shared}",
                    f"{row['search']}={word}&{row['category']}={last}",
                    f"{row['search']}={word}&{most}=1&{first}=1", f"{row['search']}={word}&{most}=2&{first}=1",
                    f"{row['search']}=", f"{row['category']}=", f"{row['search']}={self.plain.id[3:9]}",
                    f"{row['search']}={self.plain.id.replace('/', '%2F')}", f"{row['search']}={last}")  # fmt: skip
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
