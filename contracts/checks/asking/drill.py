"""The drill: what every check asks, whatever chance brings besides.

Each tape is one world: a whole life in every channel, cancels at every moment, a full queue, each way of saying no at
each operation, each edge of what the models take, the catalogue page by page.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...catalogue import Model
from ...contract import Contract
from ..move import OTHER, Move
from .batches import Batches
from .fleets import Fleets
from .heard import Heard
from .noes import Noes
from .offers import Offers
from .resumed import Resumed
from .steps import MOST_LOOKED_AT, Steps, Tape
from .things import Things

SEEDS = (7, 7, 8, 9, 8, 0, 0, 107)  # that are ordered side by side: the same twice, neighbours, the least


def drill(contract: Contract, whole: bool = False) -> list[tuple[str, Tape]]:
    """The tapes, each with its name; `whole` has every model, else one model of each shape stands for the others."""
    lives = Lives(contract, whole)
    begin = lives.prologue()
    tapes = [*_tapes(lives, Noes(contract, whole), Offers(contract, whole)), *Things(contract, whole).tapes(),
             *Heard(contract, whole).tapes(), *Fleets(contract, whole).tapes(),
             *Resumed(contract, whole).tapes(), *Batches(contract, whole).tapes()]  # fmt: skip
    return [(name, [*begin, *tape]) for name, tape in tapes if tape]


def _tapes(lives: Lives, noes: Noes, offers: Offers) -> Iterator[tuple[str, Tape]]:
    yield "a life, and nothing goes wrong", lives.lived(lives.plain)
    for model in lives.models:
        yield f"a life of {model.id}", lives.lived(model)
    yield "a cancel in time", lives.stopped()
    yield "a cancel too late", lives.late()
    yield "a queue", lives.queued()
    yield "a crowd", lives.crowded()
    yield "a generation that fails", lives.failed()
    yield "seeds", list(lives.seeds())
    yield "parameters", list(lives.parameters())
    yield "keys", list(noes.keys())
    yield "ids", list(noes.ids())
    yield "bodies that are none", list(noes.bodies())
    yield "paths", list(noes.paths())
    yield "no money", list(noes.money())
    if noes.contract.api:
        yield "whatever else there is", list(noes.rest())
    yield "what lasts longest", list(lives.longest())
    yield "refusals leave no trace", list(noes.traces())
    yield "the catalogue", list(offers.shelf())
    for model in offers.models:
        yield f"edges of {model.id}", list(offers.edges(model))
    for model in offers.makers():
        yield f"files of {model.id}", list(offers.files(model))


class Lives(Steps):
    """What becomes of orders."""

    def lived(self, model: Model) -> Tape:
        """An order from submit to its file's end."""
        queued, running = self.life.durations[model.kind]
        late = [] if "RUNNING" in self.life.cancel["from"] else [self.cancel()]
        between = [Move("advance", amount=queued / 2), *self.look()] if queued else []
        return [
            self.order(model), *self.look(), *self.look(), *between, Move("start"), *self.look(), *late,
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
        many = self.many + 4
        kinds = {model.kind: model for model in self.offered}
        picked = [list(kinds.values())[turn % len(kinds)] for turn in range(many)]
        orders = [self.order(model) for model in picked]
        orders.insert(4, Move("fail"))  # who fails gives its place back as well
        everybody = [move for nth in range(many) for move in self.look(nth)]
        steps: Tape = [*orders, *everybody, Move("advance", amount=1), *everybody]
        steps += [
            self.cancel(3),  # which has a place already, and gives it back
            *everybody,
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

    def crowded(self) -> Tape:
        """More orders of one thing than run at once, where so many do that not each of them is looked at."""
        most = self.life.slots or 0
        if most <= MOST_LOOKED_AT:
            return []
        watched = [0, most - 1, most, most + 1, most + 2]
        look = [move for nth in watched for move in self.look(nth)]
        other = next((model for model in self.offered if model is not self.plain), self.plain)
        return [Move("advance", amount=1), *(self.order(self.plain) for _ in range(most + 3)), *look, self.order(other), *self.look(most + 3),
                self.order(self.plain, key=OTHER), *self.look(most + 4, OTHER), self.cancel(1), *look,
                self.cancel(most + 1), *look, Move("finish", nth=0), *look, Move("finish", nth=most), *look,
                Move("finish", nth=most + 2), *look]  # fmt: skip

    def failed(self) -> Tape:
        """It ends badly, and stays so; the next one does not."""
        return [
            Move("fail"), self.order(self.plain), *self.look(), Move("start"), *self.look(), Move("finish"),
            *self.look(), self.costly(), self.cancel(), *self.look(), self.costly(),
            self.order(self.plain), Move("finish", nth=1), *self.look(1), self.costly(1), Move("open", nth=1),
            *self.look(), Move("cost", amount=0.25), self.order(self.plain), self.costly(2), Move("finish", nth=2),
            self.costly(2), *self.look(2), Move("cost", amount=3), self.order(self.plain), Move("finish", nth=3),
            self.costly(3), Move("cost", amount=5), self.order(self.plain), self.cancel(4), self.costly(4),
            *self.look(4),
        ]  # fmt: skip

    def longest(self) -> Iterator[Move]:
        """Each model's order that takes longest, where it is another than the ordinary one; and what it is kept for."""
        for model in self.offered if self.contract.api else ():
            if "num_frames" in model.fields:
                body = {**self.example(model), "num_frames": 48}
                yield from (
                    self.order(model, body),
                    *self.look(),
                    Move("start"),
                    *self.look(),
                    Move("advance", amount=30),
                )
                yield from (*self.look(), Move("finish"), *self.look(), Move("open"))
        if self.life.kept is not None:
            yield self.order(self.plain)
            last = -1  # the latest
            yield from (Move("finish", nth=last), *self.look(last), Move("advance", amount=self.life.kept - 60))
            yield from (*self.look(last), self.cancel(last), Move("advance", amount=120), *self.look(last))
            yield from (self.cancel(last), *self.look(last, OTHER), self.order(self.plain), *self.look(last))

    def seeds(self) -> Iterator[Move]:
        """The same seed makes the same file, another seed another."""
        name = self.life.tells.get("seed", "")
        some = [each for each in self.offered if name in each.fields and each.kind == "image"]
        model = next((each for each in some if not each.media), next(iter(some), None))
        if model is None:
            return
        for seed in SEEDS:
            yield self.order(model, {**model.example(), name: seed})
        yield from (Move("finish", nth=nth) for nth in range(len(SEEDS)))
        for nth in range(len(SEEDS)):
            yield from self.look(nth)
            yield Move("open", nth=nth)

    def parameters(self) -> Iterator[Move]:
        """Every word of each parameter of a look, before and after the end, and a wrong one."""
        yield self.order(self.plain)
        for step in (Move("start"), Move("finish")):
            yield step
            for operation in (each for each in self.operations if each.task):
                for name, row in operation.parameters.items():
                    words = [*row["schema"].get("enum", ()), "perhaps", ""] if row["in"] == "query" else ()
                    for word in words:
                        yield Move("about", operation=operation.id, query=f"{name}={word}")
