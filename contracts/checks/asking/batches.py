"""Tapes about bundles: several tasks in one request, of which some are wrong, and all that a task may say of itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ...bundle import Bundle
from ...catalogue import Model
from ..move import NONE, OTHER, OWN, WRONG, Move
from ..props import taking
from ..subject import Ask
from .steps import JSON, NOBODY, Steps, Tape

LATER, AT_ONCE = {"deliveryMethod": "async"}, {"deliveryMethod": "sync"}
NO_UUIDS = ("", "x", "1", NOBODY[:-1], NOBODY + "0", NOBODY.replace("-", ""), "00000000-0000-1000-8000-000000000000",
            "{" + NOBODY + "}", f" {NOBODY}", f"{NOBODY}\n", 5, None, True, [NOBODY], {"a": NOBODY})  # fmt: skip
NO_TYPES = ("", "nothing", "imageinference", "ImageInference", "imageInference ", 5, None, ["imageInference"])
NO_LISTS: tuple[Any, ...] = ({}, None, "text", 3, True, {"0": {}}, [])
NO_TASKS: tuple[Any, ...] = (None, 5, "text", [], True, {})


def _with(body: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """A body with other values at some pointers, and without what is left out there."""
    made: dict[str, Any] = json.loads(json.dumps(body))
    for pointer, value in said.items():
        *way, last = pointer.split("/")[1:]
        place: Any = made
        for step, after in zip(way, [*way[1:], last], strict=False):
            fresh: Any = [{}] if after.isdecimal() else {}
            place = place[int(step)] if isinstance(place, list) else place.setdefault(step, fresh)
        place.pop(last, None) if value is ... else place.update({last: value})
    return made


class Batches(Steps):
    """Lists of tasks."""

    @property
    def bundle(self) -> Bundle:
        """How they come."""
        bundle = self.contract.bundle
        assert bundle is not None
        return bundle

    def tapes(self) -> Iterator[tuple[str, Tape]]:
        """All of them, where an API takes lists of tasks."""
        if self.contract.bundle is None:
            return
        yield "several tasks in one request", list(self.several())
        yield "tasks of which some are wrong", list(self.mixed())
        yield "ids of tasks", list(self.ids())
        yield "types of tasks", list(self.kinds())
        yield "whatever else can be asked", list(self.others())
        yield "what is no list of tasks", list(self.none())
        yield "keys within a bundle", list(self.keys())
        for model in self.models:
            yield f"what comes of {model.id}", list(self.comes(model))
        yield "rules between fields", list(self.between())
        yield "answers at once", list(self.at_once())
        yield "elder names of types", list(self.elder())

    # -- the parts of a request

    def task(self, word: str, model: Model | None = None, /, **said: Any) -> dict[str, Any]:
        """An order, late unless it says otherwise, under the id that a word stands for."""
        model = model or self.plain
        operation = taking(self.contract, model)
        envelope = {self.bundle.by: operation.within, self.bundle.id: f"{{id {word}}}"}
        if operation.model:
            envelope[self.bundle.model] = model.id
        later = LATER if "deliveryMethod" in model.fields else {}
        whole = {**envelope, **self.example(model), **later, **said}
        return {key: value for key, value in whole.items() if value is not ...}

    def ask_for(self, word: str) -> dict[str, Any]:
        """The task that asks how one stands."""
        return {self.bundle.by: self.looks[0], self.bundle.id: f"{{id {word}}}"}

    def sends(self, *tasks: Any, key: str = OWN, body: bytes | None = None) -> Move:
        """A request with these."""
        route = self.contract.operations[self.bundle.route]
        said = json.dumps(list(tasks)).encode() if body is None else body
        return Move("ask", Ask(route.method, route.path, JSON, said), key=key)

    # -- tapes

    def several(self) -> Iterator[Move]:
        """Orders side by side, looked at one by one and all at once."""
        ping = {self.bundle.by: "ping", "ping": True}
        kinds = list({model.kind: model for model in self.models}.values())
        words = [f"s{at}" for at in range(len(kinds) + 2)]
        orders = [self.task(word, model) for word, model in zip(words, [*kinds, self.plain, self.plain], strict=True)]
        yield self.sends(*orders)
        asks = [self.ask_for(word) for word in words]
        yield from (self.sends(*asks), self.sends(*reversed(asks)), self.sends(ping, asks[0], ping))
        yield from (Move("start"), self.sends(*asks), Move("finish"), self.sends(*asks))
        yield from (self.sends(self.task("s-new"), asks[0], self.ask_for("nobody's"), ping), *self.look(0))
        yield from (Move("advance", amount=600), self.sends(*asks), *self.look(1), *self.look(2))
        yield from (Move("open", nth=0), Move("open", nth=1), self.sends(*asks, key=OTHER))
        yield self.sends(*[self.task(f"many{at}") for at in range(20)])
        yield from (self.sends(ping), self.sends(ping, ping))
        move = self.sends(self.task("s-query"), ping)
        assert move.ask is not None
        yield move._replace(ask=move.ask._replace(path=move.ask.path + "?sdk=js&version=1"))

    def mixed(self) -> Iterator[Move]:
        """What is wrong with one task is said of that one; the others go on."""
        good, bad = self.task("m0"), self.task("m1", numberResults=0)
        unknown, lost = self.task("m2", model="no:such@model"), self.task("m3", positivePrompt=...)
        yield self.sends(good, bad, unknown, lost, self.task("m4"))
        yield from (*self.look(0), *self.look(1))
        yield from (self.sends(bad, unknown), self.sends(unknown, bad), self.sends(bad), self.sends(unknown))
        for wrong in NO_TASKS:
            yield self.sends(self.task(f"n{NO_TASKS.index(wrong)}"), wrong)
            yield self.sends(wrong)
        yield from (Move("finish", nth=0), Move("poor"), self.sends(self.task("p0"), self.ask_for("m0"), bad))
        for at, model in enumerate(self.models):
            yield self.sends(self.task(f"poor{at}", model))
        yield from (self.sends(self.task("p1"), self.task("p2")), Move("rich"), self.sends(self.task("p3")))
        yield from (Move("fail"), self.sends(self.task("f0"), self.task("f1")), Move("finish", nth=-2))
        yield from (Move("finish", nth=-1), self.sends(self.ask_for("f0"), self.ask_for("f1")))
        yield from (self.sends(self.ask_for("f1"), self.ask_for("f0")), *self.look(-2), *self.look(-1))

    def ids(self) -> Iterator[Move]:
        """Ids that are none, that are taken, and that are written otherwise."""
        yield self.sends(self.task("i0"))
        yield from (self.sends(self.task("i0")), self.sends(self.task("i0"), self.task("i1")), *self.look(0))
        yield from (self.sends(self.task("i2"), self.task("i2")), *self.look(2))
        yield self.sends(self.task("i0"), key=OTHER)
        upper = self.task("i3", **{self.bundle.id: NOBODY.upper().replace("0", "A", 8).replace("8000", "8ABC")})
        yield from (self.sends(upper), *self.look(-1), self.sends({**upper, self.bundle.id: upper["taskUUID"].lower()}))
        yield from (Move("finish", nth=0), self.sends(self.task("i0")), *self.look(0), Move("finish", nth=-1))
        yield from self.look(-1)
        for wrong in NO_UUIDS:
            yield self.sends(self.task("", **{self.bundle.id: wrong}))
            yield self.sends({**self.ask_for(""), self.bundle.id: wrong})
        yield from self.own()
        for task in (self.task("", **{self.bundle.id: ...}), {self.bundle.by: self.looks[0]}):
            yield from (self.sends(task), self.sends(self.task(f"i{len(task)}"), task))

    def own(self) -> Iterator[Move]:
        """A task by itself that says what else its path and a counter say of it."""
        name = {self.bundle.id: "{id own}"}
        for model in self.models:
            yield self.order(model, {**self.example(model), self.bundle.id: "x"})
            if model.kind == self.plain.kind or model.form != self.plain.form:
                body = {**self.example(model), self.bundle.id: f"{{id own-{model.id.encode().hex()}}}"}
                yield from (self.order(model, body), self.order(model, body), self.order(model, body, OTHER))
        for wrong in (*NO_UUIDS[:4], *NO_UUIDS[-5:]):
            yield self.order(self.plain, {**self.example(self.plain), self.bundle.id: wrong})
        yield self.order(self.plain, {**self.example(self.plain), **name, self.bundle.model: "no:such@model"})
        yield self.order(self.plain, {**self.example(self.plain), **name, self.bundle.by: "nothing"})

    def kinds(self) -> Iterator[Move]:
        """Types that there are not."""
        for at, wrong in enumerate((*NO_TYPES, ...)):
            yield self.sends(self.task(f"t{at}", **{self.bundle.by: wrong}))
            yield self.sends(self.task(f"u{at}"), self.task(f"t{at}", **{self.bundle.by: wrong}), self.ask_for("u0"))

    def others(self) -> Iterator[Move]:
        """What orders nothing, asked well by either account, and once nobody has money."""
        yield self.order(self.plain, {**self.example(self.plain), "noSuchParameter": 1})
        texts = [model.id for model in self.models if model.kind == "text" and model.id != model.form]
        for operation in self.operations:
            form = operation.body
            if operation.orders or operation.bundles or operation.task or form is None:
                continue
            body = self.example(form)
            if operation.channel == "chat":
                body = {"model": texts[0], "messages": [{"role": "user", "content": "a red tram"}]}
            for key in (OWN, OWN, OTHER):
                yield self.sent(operation, form, json.dumps(body).encode(), key)
            for wrong in ({**body, "model": "no:such@model"}, {}) if operation.channel == "chat" else ():
                yield self.sent(operation, form, json.dumps(wrong).encode())
        yield self.order(self.plain)
        for operation in (each for each in self.operations if each.task and not each.lifecycle):
            for step in ((), (Move("start"),), (Move("finish"),)):
                yield from (*step, Move("about", operation=operation.id))
            yield Move("about", operation=operation.id, key=OTHER)
        yield Move("poor")
        for operation in (each for each in self.operations if each.channel == "chat"):
            body = {"model": texts[0], "messages": [{"role": "user", "content": "a red tram"}]}
            yield self.sent(operation, self.plain, json.dumps(body).encode())
        yield from (self.order(model) for model in self.models)
        yield Move("rich")

    def none(self) -> Iterator[Move]:
        """What is no list, and what is no JSON."""
        for wrong in NO_LISTS:
            yield self.sends(body=json.dumps(wrong).encode())
        yield self.sends(body=json.dumps(self.task("o0")).encode())
        for text in (b"", b"[", b"[{]", b"\xff", b'[{"taskType": NaN}]', b"[]x", b"\xef\xbb\xbf[]"):
            yield self.sends(body=text)
        good = self.sends(self.task("o1"))
        assert good.ask is not None
        for kind in ("text/plain", "", "application/x-www-form-urlencoded"):
            headers = (("Content-Type", kind),) if kind else ()
            yield good._replace(ask=good.ask._replace(headers=headers))
        yield from (self.sends(body=b"[" + b" " * (1 << 20) + b"]"), good, *self.look(0))

    def keys(self) -> Iterator[Move]:
        """A key in the header, in a task, in both, in none; and a wrong one."""
        say = {self.bundle.by: "authentication", self.bundle.key: "no-such-key"}
        task, ping = self.task("k0"), {self.bundle.by: "ping", "ping": True}
        for key in (NONE, WRONG):
            yield from (self.sends(task, key=key), self.sends(task, ping, key=key), self.sends(say, task, key=key))
        yield from (self.sends(task), self.sends(self.ask_for("k0")), self.sends(self.ask_for("k0"), key=OTHER))
        yield self.sends(self.task("k1"), self.ask_for("k0"), key=OTHER)

    def comes(self, model: Model) -> Iterator[Move]:
        """What a task makes, in every way to tell it."""
        fields, said = model.fields, list(self._ways(model))
        for nth, body in enumerate(said):
            yield self.order(model, {**self.example(model), **body})
            yield from self.look(nth)
            if nth == 0:
                yield from (Move("start", nth=nth), *self.look(nth), *self.look(nth))
            yield from (Move("finish", nth=nth), *self.look(nth), Move("open", nth=nth))
        yield from (*self.look(0), *self.look(0), *self.look(0, OTHER))
        if "includeCost" in fields:
            yield from (Move("cost", amount=0.25), self.order(model, {**self.example(model), "includeCost": True}))
            yield from (Move("finish", nth=len(said)), *self.look(len(said)))
        yield from (Move("fail"), self.order(model), Move("finish", nth=-1), *self.look(-1), *self.look(-1))

    def _ways(self, model: Model) -> Iterator[dict[str, Any]]:
        """Each thing that says how many results there are, and how they are told."""
        fields = model.fields
        yield {}
        many = fields.get("numberResults", {}).get("maximum", 4) if "numberResults" in fields else 1
        count = {"numberResults": min(3, many)} if many > 1 else {}
        if count:
            yield from (count, {**count, "includeCost": True})
        if "seed" in fields:
            yield from ({**count, "seed": 41}, {"seed": fields["seed"].get("minimum", 1)})
        for word in fields.get("outputType", {}).get("enum", ()):
            yield {"outputType": word, **count}
        for word in fields.get("outputFormat", {}).get("enum", ()):
            yield {"outputFormat": word}
        for value in (True, False) if "includeCost" in fields else ():
            yield {"includeCost": value}

    def between(self) -> Iterator[Move]:
        """What a task may not say together, or not leave out at once."""
        for model in self.models:
            body = self.example(model)
            for row in model.schema.get("between", ()):
                if row["kind"] in ("dimensions", "one-of"):
                    for some in (row["fields"], row["fields"][:1]):
                        yield self.order(model, _with(body, dict.fromkeys(some, ...)))
                    if row["kind"] == "one-of" or "unless" in row:
                        rest = (*row["fields"], *row.get("unless", ()))
                        yield self.order(model, _with(body, dict.fromkeys(rest, ...)))
                else:
                    for pair in ((1, 0), (2, 2), (1, 3)):
                        places = [field.replace("*", "0") for field in row["fields"]]
                        yield self.order(model, _with(body, dict(zip(places, pair, strict=False))))

    def at_once(self) -> Iterator[Move]:
        """Orders that are answered when they are over, alone, several, and beside others."""
        nth = 0
        for model in self.models:
            if "sync" not in model.fields.get("deliveryMethod", {}).get("enum", ("sync",)):
                continue
            body = {**self.example(model), **(AT_ONCE if "deliveryMethod" in model.fields else {})}
            yield from (self.order(model, body), *self.look(nth), Move("open", nth=nth))
            nth += 1
        now = dict(AT_ONCE)
        yield self.sends(self.task("q0", **now), self.task("q1", **now, numberResults=2), self.task("q2"))
        yield from (*self.look(nth), *self.look(nth + 1), *self.look(nth + 2))
        yield from (Move("fail"), self.order(self.plain, {**self.example(self.plain), **now}), *self.look(-1))
        yield self.sends(self.task("q3", **now), self.task("q4", **now, width=1), self.task("q3", **now))

    def elder(self) -> Iterator[Move]:
        """A task that is called as it was once called is told under that name."""
        for operation in self.operations:
            model = next((each for each in self.models if each.form == operation.within), None)
            for word in operation.also if model is not None else ():
                name = f"e-{word}"
                yield from (self.sends(self.task(name, model, **{self.bundle.by: word})), *self.look(-1))
                yield from (Move("finish", nth=-1), *self.look(-1), self.sends(self.ask_for(name)))
