"""The steps of which tapes are made: orders, looks, cancels and paths, as the contract has them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from ...catalogue import Model
from ...contract import Contract
from ...operation import Operation
from ..move import OWN, Move
from ..subject import Ask

JSON = (("Content-Type", "application/json"),)
NOBODY = "00000000-0000-4000-8000-000000000000"  # an id that nobody was given
Tape = list[Move]


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


def _plainness(model: Model) -> tuple[bool, bool, bool, int]:
    return (model.kind != "image", not model.complete, not model.schema.get("required"), len(model.fields))


class Steps:
    """What a check can do, made from the contract alone; `whole` is for all models, else for one of each shape."""

    def __init__(self, contract: Contract, whole: bool) -> None:
        self.contract = contract
        self.whole = whole
        self.life = contract.life
        self.operations = list(contract.operations.values())
        self.submit = next(each for each in self.operations if each.model)
        self.looks = [row["operation"] for row in self.life.channels.values()]
        self.rows: dict[str, Any] = contract.facts.openapi.get("catalogue", {})
        self.models = list(contract.catalogue.models.values()) if whole else shapes(contract)
        # Whose orders stand for all: one that makes pictures, is known whole, and cannot be ordered by saying nothing.
        self.plain = min(contract.catalogue.models.values(), key=_plainness)

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
