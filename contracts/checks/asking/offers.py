"""Tapes about what is on offer: the catalogue page by page, what each model takes, and each thing that it makes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...catalogue import Model
from ...contract import Contract
from ..move import Move
from ..props import unheard
from ..subject import Ask
from .edges import bad_edges, good_edges
from .steps import Steps

FEWER = 2  # of the bodies of a model that is not known whole, every so manieth
MOST_FILES = 24  # that a bounded drill orders of one model


class Offers(Steps):
    """What a server offers."""

    def __init__(self, contract: Contract, whole: bool) -> None:
        super().__init__(contract, whole)
        self.shaping = set(contract.catalogue.shaping)

    def shelf(self) -> Iterator[Move]:
        """Every page, every filter, every bound of a parameter, and what stands behind an entry."""
        if not self.rows:
            return
        listed, entry = (self.contract.operations[self.rows[name]["operation"]] for name in ("list", "entry"))
        for query in self.queries():
            yield Move("ask", Ask("GET", listed.path + ("?" + query if query else "")))
        yield Move("ask", Ask("GET", self.contract.operations[self.rows["categories"]["operation"]].path))
        models = list(self.contract.catalogue.models.values())
        for model in models if self.whole else [*models[:3], *self.models, *models[-3:]]:
            yield Move("ask", Ask("GET", self.path(entry, model.id)))

    def makers(self) -> list[Model]:
        """Models that make different files for different inputs: so many, so large, so long, of such a format."""
        found: dict[Any, Model] = {}
        few = self.whole or self.contract.bundle is not None  # there are hundreds of models
        for model in self.models if few else self.offered:
            makes = {self.contract.catalogue.outcome(model, body) for body in good_edges(unheard(self.contract, model))}
            # One that makes several, and one that makes one, of each kind and format, stand for the others.
            for each in makes:
                found.setdefault((model.kind, each.count > 1, each.format, *([model.id] if self.whole else [])), model)
            for name in self.shaping & model.known if len(makes) > 1 else ():
                found.setdefault(name, model)
        return list({model.id: model for model in found.values()}.values())

    def files(self, model: Model) -> Iterator[Move]:
        """An order of each thing that it makes, to the file that comes of it."""
        bodies: dict[Any, Any] = {}
        for body in good_edges(unheard(self.contract, model)):
            bodies.setdefault(self.contract.catalogue.outcome(model, body), body)
        many = list(bodies.values())[: None if self.whole else MOST_FILES]
        for nth, body in enumerate(many):
            yield from (self.order(model, body), Move("finish", nth=nth), *self.look(nth), Move("open", nth=nth))
            yield from self.look(nth)

    def edges(self, model: Model) -> Iterator[Move]:
        """What a model takes to its bounds, and what it does not."""
        bodies = list(good_edges(unheard(self.contract, model)))
        for body in bodies:
            yield self.order(model, body)
        yield Move("finish", nth=0)
        for nth in (*range(6), *range(max(6, len(bodies) - 3), len(bodies))):
            yield from (Move("finish", nth=nth), *self.look(nth), Move("open", nth=nth))
        # Of types of tasks there are many, and what is known of most models is the types of their fields.
        few = 1 if self.whole or self.contract.bundle is None or model.complete else FEWER
        for body, _ in list(bad_edges(model))[::few]:
            yield self.order(model, body)
