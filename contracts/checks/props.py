"""What a promise says of props: which operations add, list, show, change and drop what an account has beside orders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from ..catalogue import Model
from ..contract import Contract
from ..operation import Operation

DOES = ("add", "list", "get", "change", "drop")


class Sort(NamedTuple):
    """One kind of prop, the API that keeps it, and the contract's row on it."""

    name: str
    contract: Contract
    row: Mapping[str, Any]

    def operation(self, does: str) -> Operation | None:
        """The operation that does this to it, if there is one."""
        return self.contract.operations.get(self.row.get(does, ""))

    def does(self, operation: Operation | None) -> str:
        """What an operation does to it, or nothing."""
        return next((word for word in DOES if operation is not None and self.row.get(word) == operation.id), "")


def sorts(contract: Contract) -> dict[str, Sort]:
    """All kinds of props of a provider, whichever of its APIs keeps them."""
    return {name: Sort(name, part, row) for part in contract.whole.apis.values() for name, row in _rows(part)}


def own(contract: Contract) -> list[Sort]:
    """Those that this very API keeps."""
    return [Sort(name, contract, row) for name, row in _rows(contract)]


def _rows(contract: Contract) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, row in contract.facts.openapi.get("props", {}).items():
        if isinstance(row, Mapping):
            yield name, row


def of_path(operation: Operation) -> dict[str, str]:
    """The parameters of a path that name a prop, each with the kind of it."""
    return {name: row["prop"] for name, row in operation.parameters.items() if row["in"] == "path" and "prop" in row}


def submits(contract: Contract) -> Operation | None:
    """The operation that takes an API's orders."""
    return next((each for each in contract.operations.values() if each.orders), None)


def unheard(contract: Contract, model: Model) -> Model:
    """The form of an order of which nobody is told: without what says where news goes to."""
    names = {contract.life.deliver.get("url"), contract.life.deliver.get("all")} & model.known
    if not names:
        return model
    fields = {name: field for name, field in model.fields.items() if name not in names}
    row = {"id": model.id, "kind": model.kind, "complete": model.complete, "source": model.source, "where": model.where,
           "schema": {**model.schema, "properties": fields}}  # fmt: skip
    return Model(row, model.limits)


def runs_on(contract: Contract) -> str:
    """The kind of prop that an API's orders are sent to, if any."""
    submit = submits(contract)
    return str(submit.parameters[submit.model].get("prop", "")) if submit is not None and submit.model else ""


def offered(contract: Contract) -> list[Model]:
    """What can be ordered of an API: its models, or the one form that its orders have."""
    if contract.bundle is not None:
        return list(_tasks(contract))
    submit = submits(contract)
    if submit is not None and submit.body is not None:
        return [submit.body]
    return list(contract.catalogue.models.values())


def taking(contract: Contract, model: Model) -> Operation:
    """The operation that takes orders of a model."""
    submit = contract.operations.get(model.form) or submits(contract)
    assert submit is not None, "an API without orders has nothing to walk through"
    return submit


@lru_cache(4)
def _tasks(contract: Contract) -> tuple[Model, ...]:
    """What tasks can be ordered: the models that a task of their type names, and the types that name none."""
    orders = [each for each in contract.operations.values() if each.orders]
    named = {each.within for each in orders if each.model}
    models = [model for model in contract.catalogue.models.values() if model.form in named]
    forms = [each.body for each in orders if each.body is not None]
    assert contract.bundle is not None
    return tuple(contract.bundle.bare(model) for model in (*models, *forms))
