"""Tapes about instances: they start cold, grow with the line, stay warm a while, and follow what is said of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..move import OWN, Move
from ..subject import Ask
from .steps import JSON, NOBODY, Tape
from .things import FIRST, Things

MANY = 5


class Fleets(Things):
    """Orders that run on the instances of a prop."""

    def tapes(self) -> Iterator[tuple[str, Tape]]:
        """All of them."""
        if self.runs_on is None or not self.runs_on.row.get("fleet"):
            return
        yield "a fleet that grows", [*self.grown(3, 1), *self.grown(2, 0, FIRST + 1), *self.grown(4, 2, FIRST + 2)]
        yield "a fleet that rests", list(self.rested())
        yield "a fleet that is changed", list(self.altered())
        yield "a fleet whose rules turn", list(self.turned())
        yield "an order elsewhere", list(self.elsewhere())
        if "graph" in self.runs_on.row:
            yield "changes to a workflow", list(self.shaped())
        rows = self.contract.facts.openapi["operations"]
        if any("also" in row["answers"].get("200", ()) for row in rows.values()):  # who answers is no API of ours
            yield "an instance", list(self.asked())

    def fleet(self, number: int, **said: int) -> Move:
        """A prop with such a fleet."""
        assert self.runs_on is not None
        told: dict[str, Any] = {self.runs_on.row["fleet"][name]: value for name, value in said.items()}
        return self.prop(number, self.plain, OWN, **told)

    def on(self, number: int) -> Move:
        """An order that runs there."""
        move = self.order(self.plain)
        return move._replace(prop=number)

    def everybody(self, first: int, many: int) -> Tape:
        """Each order's look."""
        return [move for nth in range(first, first + many) for move in self.look(nth)]

    def grown(self, most: int, queue: int, number: int = FIRST) -> Iterator[Move]:
        """More orders than instances, looked at from the cold start to the end."""
        start = (number - FIRST) * MANY
        yield self.fleet(number, highest=most, queue=queue, keep_warm=60)
        for nth in range(MANY):
            yield from (self.on(number), Move("advance", amount=1))
            if nth == 1:
                yield from self.everybody(start, 2)
        for seconds in (30, 40, 169, 1, 5, 6, 11, 12, 20):
            yield from (Move("advance", amount=seconds), *self.everybody(start, MANY))
        yield from (Move("advance", amount=600), *self.everybody(start, MANY))

    def rested(self) -> Iterator[Move]:
        """An instance that has nothing to do waits a while, and is gone; one that is to be there stays."""
        for at, lowest in enumerate((0, 1)):
            number = FIRST + at
            yield self.fleet(number, lowest=lowest, highest=2, queue=1, keep_warm=60)
            nth = at * 4
            yield from (self.on(number), *self.look(nth), Move("finish", nth=nth), *self.look(nth))
            yield from (Move("advance", amount=50), self.on(number), *self.look(nth + 1), Move("advance", amount=2))
            yield from (*self.look(nth + 1), Move("finish", nth=nth + 1), Move("advance", amount=70), self.on(number))
            yield from (
                Move("advance", amount=3),
                *self.look(nth + 2),
                Move("advance", amount=100),
                *self.look(nth + 2),
            )
            yield from (Move("finish", nth=nth + 2), *self.look(nth + 2), self.on(number), self.on(number))
            yield from (Move("advance", amount=3), *self.look(nth + 3), self.cancel(nth + 3), *self.look(nth + 3))

    def altered(self) -> Iterator[Move]:
        """More room, less room, and none at all, while orders wait."""
        assert self.runs_on is not None
        keys, change = self.runs_on.row["fleet"], self.runs_on.operation("change")
        yield self.fleet(FIRST, highest=1, queue=1, keep_warm=60)
        yield from (self.on(FIRST) for _ in range(MANY))
        yield from (Move("advance", amount=245), *self.everybody(0, MANY))
        for said in ({keys["highest"]: 3}, {keys["highest"]: 1}, {keys["lowest"]: 1}, {keys["queue"]: 0}):
            if change is None or change.body is None:
                return
            yield from self.one(self.runs_on, "change", FIRST, OWN, {**change.body.example(), **said})
            for seconds in (1, 12, 240):
                yield from (Move("advance", amount=seconds), *self.everybody(0, MANY))
            yield self.on(FIRST)
        yield from (Move("advance", amount=3600), *self.everybody(0, MANY + 4))

    def turned(self) -> Iterator[Move]:
        """Each of its rules by itself, while orders run, wait and end; and switched off in the midst of it."""
        assert self.runs_on is not None
        keys, change = self.runs_on.row["fleet"], self.runs_on.operation("change")
        if change is None or change.body is None:
            return
        switch = "is_enabled" in change.body.fields
        fleets: tuple[tuple[dict[str, int], dict[str, Any]], ...] = (
            ({"highest": 3, "queue": 9, "keep_warm": 60}, {keys["queue"]: 1}),
            ({"highest": 3, "queue": 1, "keep_warm": 60}, {keys["queue"]: 9}),
            ({"highest": 3, "queue": 1, "keep_warm": 60}, {keys["highest"]: 1}),
            ({"highest": 1, "queue": 1, "keep_warm": 60}, {keys["keep_warm"]: 600}),
            ({"highest": 1, "queue": 1, "keep_warm": 600}, {keys["keep_warm"]: 10}),
            *((({"highest": 1, "queue": 1, "keep_warm": 60}, {"is_enabled": False}),) if switch else ()),
        )
        for at, (rules, said) in enumerate(fleets):
            number, first = FIRST + at, at * (MANY + 1)
            everybody = self.everybody(first, MANY)
            yield self.fleet(number, **rules)
            # Who waits for the first instance is met before it is there by rules about how many may wait.
            cold, before = keys["queue"] in said, 1 if said.get(keys["queue"], 0) > 1 else MANY - 1
            yield from (self.on(number) for _ in range(before))
            yield from (Move("advance", amount=5 if cold else 245), *self.everybody(first, before))
            yield from self.one(self.runs_on, "change", number, OWN, {**change.body.example(), **said})
            if said == {"is_enabled": False}:
                everybody = self.everybody(first, MANY - 1)
                yield from (*everybody, Move("advance", amount=30), *everybody, Move("advance", amount=300), *everybody)
                on = {**change.body.example(), "is_enabled": True}
                yield from (*self.one(self.runs_on, "change", number, OWN, on), *everybody, Move("advance", amount=252))
                yield from everybody
                return
            yield from (self.on(number) for _ in range(MANY - before))
            for seconds in (1, 238, 2, 9, 2, 8, 12) if cold else (1, 8, 12, 12, 40, 190, 50):
                yield from (*everybody, Move("advance", amount=seconds))
            yield from (*everybody, Move("finish", nth=first + MANY - 1), Move("advance", amount=100), self.on(number))
            yield from (Move("advance", amount=3), *self.everybody(first, MANY + 1), Move("advance", amount=600))

    def elsewhere(self) -> Iterator[Move]:
        """An order is where it was sent to, and nowhere else."""
        yield from (self.fleet(FIRST, highest=1), self.on(FIRST))
        other = self.number(self.plain)
        for step in (None, Move("finish")):
            yield from [step] if step else []
            for operation in (each for each in self.operations if each.task):
                yield Move("about", operation=operation.id, prop=other)
                yield Move("about", operation=operation.id)

    def shaped(self) -> Iterator[Move]:
        """What is changed of a saved workflow, or sent in its place; what cannot be changed, and what cannot run."""
        good = [{"overrides": "{overrides}"}, {"overrides": "{overrides}"}, {"overrides": "{others}"}, {},
                {"workflow_api_json": "{workflow}"}, {"workflow_api_json": "{another}"}, {}]  # fmt: skip
        bad = [{"overrides": "{stranger}"}, {"overrides": "{mistyped}"},
               {"overrides": {"no-such-node": {"inputs": {}}}},
               {"overrides": {"3": 5}}, {"overrides": []}, {"workflow_api_json": {}}, {"workflow_api_json": {"1": {}}},
               {"workflow_api_json": {"1": {"class_type": "SaveImage", "inputs": {"images": ["2", 0]}}}},
               {"workflow_api_json": "{overrides}"}]  # fmt: skip
        for nth, body in enumerate(good):
            yield from (self.order(self.plain, body), Move("finish", nth=nth), *self.look(nth), Move("open", nth=nth))
        for wrong in bad:
            yield self.order(self.plain, wrong)
        yield from self.everybody(0, len(good))

    def asked(self) -> Iterator[Move]:
        """Whoever runs an order can be asked itself, by its owner, while it is there."""
        yield from (self.order(self.plain), Move("start"), *self.look())
        asks = [each for each in self.operations if each.channel == "proxy"]
        for operation in asks:
            spoken = (JSON, b"{}") if operation.method == "POST" else ((), b"")
            rest = next(name for name, row in operation.parameters.items() if row.get("slashes"))
            for word in self.contract.facts.openapi["operations"][operation.id].get("sure", ()):
                path = operation.path.replace("{" + rest + "}", word)
                for key in ("own", "other", "none", "wrong"):
                    yield Move("ask", Ask(operation.method, path, *spoken), key=key, prop=self.number(self.plain))
                path = path.replace("{instance_id}", NOBODY)
                yield Move("ask", Ask(operation.method, path, *spoken), prop=self.number(self.plain))
        yield Move("finish")
