"""Tapes about orders that are taken up again: from each state, more than once, and with another form."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import yaml

from ..move import NEARLY, NONE, OTHER, WRONG, Move
from ..subject import Ask
from .edges import bad_edges, good_edges
from .steps import JSON, Steps, Tape

ENDS = (None, "fail", "pause")  # how an order is to end: well, unless told


class Resumed(Steps):
    """What becomes of what was over."""

    def tapes(self) -> Iterator[tuple[str, Tape]]:
        """All of them, where an API knows such a thing."""
        if not self.life.resume:
            return
        for how in ENDS:
            yield f"taken up again after it ended {how or 'well'}", list(self.ended(how))
        yield "taken up again after a cancel", list(self.stopped())
        yield "how far an order is", list(self.followed())
        yield (
            "a dozen and one",
            [*(self.order(self.plain) for _ in range(13)), *self.look(10), *self.look(11), *self.look(12)],
        )
        yield "an order of another form", list(self.edited())
        yield "bodies about an order", list(self.bodies_of())
        yield "configurations", list(self.configured())

    def again(self, nth: int = 0, key: str = "own", bend: str = "") -> Move:
        """It is to go on."""
        return Move("about", operation=self.life.resume["operation"], nth=nth, key=key, bend=bend)

    def edit(self, nth: int = 0, key: str = "own") -> Tape:
        """It is to have another form."""
        name = self.life.edit.get("operation")
        return [Move("about", operation=name, nth=nth, key=key)] if name else []

    def ended(self, how: str | None) -> Iterator[Move]:
        """To its end, and on from there."""
        yield from [Move(how)] if how else []
        yield from (self.order(self.plain), *self.look(), self.again(), *self.edit(), Move("start"), *self.look())
        yield from (self.again(), *self.edit(), Move("finish"), *self.look(), self.cancel(), *self.edit(), *self.look())
        yield from (self.again(key=OTHER), self.again(key=NONE), self.again(key=WRONG), *self.edit(key=OTHER))
        yield from (self.again(bend=bend) for bend in NEARLY)
        yield from (Move("advance", amount=100), *self.look(), Move("open"), self.again(), *self.look(), *self.look())
        yield from (
            self.again(),
            Move("start"),
            *self.look(),
            Move("advance", amount=600),
            *self.look(),
            Move("finish"),
            *self.look(),
        )
        yield from (self.cancel(), self.again(), *self.look(), Move("open"))

    def stopped(self) -> Iterator[Move]:
        """While it queued, early in its run, and late in it."""
        running = self.life.durations[self.plain.kind][1]
        for nth, share in enumerate((None, 0.1, 0.6, 0.9)):
            yield self.order(self.plain)
            yield from [Move("start", nth=nth), Move("advance", amount=running * share)] if share else []
            yield from (*self.look(nth), self.cancel(nth), *self.look(nth), self.cancel(nth), Move("open", nth=nth))
            yield from (Move("advance", amount=50), *self.look(nth), self.again(nth), *self.look(nth))
            yield from (Move("start", nth=nth), *self.look(nth), Move("advance", amount=running / 5), *self.look(nth))
            yield from (self.cancel(nth), *self.look(nth), self.again(nth), Move("finish", nth=nth), *self.look(nth))
            yield from (*self.look(nth), Move("open", nth=nth), self.again(nth), *self.look(nth))

    def followed(self) -> Iterator[Move]:
        """Looked at all the way."""
        yield from (self.order(self.plain), Move("start"))
        running = self.life.durations[self.plain.kind][1]
        for _ in range(11):
            yield from (*self.look(), Move("advance", amount=running / 10))
        yield from (*self.look(), Move("open"))
        body, rules = self.plain.example(), self.contract.facts.openapi.get("config")
        if rules is None:
            return
        told = yaml.safe_load(body[rules["field"]])
        process = told["config"]["process"][0]
        process |= {"train": {"steps": 30_000}, "save": {"save_every": 7000}}
        process["sample"] = {"prompts": ["a red tram"], "sample_every": 4000, "width": 512, "height": 256}
        told["config"]["name"] = "another_one"
        yield from (self.order(self.plain, {**body, rules["field"]: json.dumps(told)}), Move("start", nth=1))
        for share in (0.3, 0.3, 0.39, 0.01):
            yield from (*self.look(1), Move("advance", amount=running * share))
        yield from (*self.look(1), Move("open", nth=1))

    def edited(self) -> Iterator[Move]:
        """While it queues, runs and rests; then it goes on."""
        yield from (self.order(self.plain), *self.edit(), Move("start"), *self.edit(), self.cancel(), *self.look())
        yield from (*self.edit(), *self.look(), *self.edit(key=OTHER), self.again(), Move("finish"), *self.look())
        yield from (*self.edit(), *self.look(), *self.edit(key=NONE))

    def configured(self) -> Iterator[Move]:
        """What is no configuration, and one of which a single thing is wrong; at an order and at an edit."""
        body, rules = self.plain.example(), self.contract.facts.openapi.get("config")
        if rules is None:
            return
        field, name = rules["field"], self.life.edit.get("operation")
        texts = [
            "{",
            "- a",
            "text",
            "5",
            "a: *b",
            "config: {}",
            "\t:",
            *map(json.dumps, _wrong(yaml.safe_load(body[field]))),
        ]
        texts += [
            body[field].replace("tram_lora_v1", "renamed"),
            body[field].replace("datasets/tram_lora", "datasets/none"),
        ]
        yield from (self.order(self.plain), self.cancel())
        for text in texts:
            yield self.order(self.plain, {**body, field: text})
            operation = self.contract.operations.get(name or "")
            if operation is not None and operation.body is not None:
                said = json.dumps({**operation.body.example(), field: text}).encode()
                yield Move("ask", Ask(operation.method, operation.path, JSON, said))
        for count in (8, 1):
            for kind in ("HOPPER_141", "ADA_80_PLUS"):
                yield self.order(self.plain, {**body, "gpu_count": count, "gpu_type": kind})
        yield from self.look()

    def bodies_of(self) -> Iterator[Move]:
        """What is no body of an operation on an order, and what is."""
        yield from (self.order(self.plain), Move("start"), self.cancel())
        for operation in (each for each in self.operations if each.task and each.body is not None):
            assert operation.body is not None
            for body, _ in bad_edges(operation.body):
                yield Move("ask", Ask(operation.method, operation.path, JSON, json.dumps(body).encode()))
            for raw in (b"", b"{", b"null", b"\xff"):
                yield Move("ask", Ask(operation.method, operation.path, JSON, raw))
            yield Move("ask", Ask(operation.method, operation.path, (("Content-Type", "text/plain"),), b"{}"))
            yield from self.look()
        for body in self.forms():
            path = self.contract.operations[self.life.resume["operation"]].path
            yield Move("ask", Ask("POST", path, JSON, json.dumps(body).encode()))
            yield from (*self.look(), self.cancel(), *self.look())
        if "no-money" in self.contract.operations[self.life.resume["operation"]].refusals:
            yield from (Move("poor"), self.again(), *self.look(), Move("rich"), self.again(), *self.look())

    def forms(self) -> list[dict[str, object]]:
        """The bodies with which it can be taken up again."""
        form = self.contract.operations[self.life.resume["operation"]].body
        return list(good_edges(form)) if form is not None else []


def _wrong(told: dict[str, Any]) -> Iterator[Any]:
    """A configuration, each time with one thing that is wrong, or left out."""
    inner = "config/process/0/"
    wrong: dict[str, tuple[Any, ...]] = {
        "config/name": ("", 5, None, "x" * 300, ...), "config/process": ([], {}, ...),
        f"{inner}training_folder": ("/output", "/app/ai-toolkit/output/x", None, ...),
        f"{inner}datasets": ([], "text", ...),
        f"{inner}datasets/0/folder_path": ("tram_lora", "/datasets/tram_lora", "/app/ai-toolkit/datasets/", 5, ...),
        f"{inner}train": ({"steps": 0}, {"steps": -1}, {"steps": 1.5}, {"steps": "20"}, {"steps": 10**7}, []),
        f"{inner}save": ({"save_every": 0}, {"save_every": "x"}),
        f"{inner}sample": ({"width": 0}, {"height": 10**6}, {"sample_every": 0}, {"prompts": "text"}),
    }  # fmt: skip
    for place, values in wrong.items():
        for value in values:
            made = copy.deepcopy(told)
            *steps, last = [int(step) if step.isdecimal() else step for step in place.split("/")]
            at: Any = made
            for step in steps:
                at = at[step]
            if value is ...:
                del at[last]
            else:
                at[last] = value
            yield made
