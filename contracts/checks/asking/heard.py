"""Tapes about news: who asked for it hears of each state once, and nobody else hears anything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from ...catalogue import Model
from ..move import HOOKS, Move
from .steps import Steps, Tape

LATER = 3600.0  # seconds after which nothing more comes


class Heard(Steps):
    """Orders of which somebody is told."""

    def tapes(self) -> Iterator[tuple[str, Tape]]:
        """All of them, where an API tells anything unasked."""
        if not self.life.deliver:
            return
        for model in self.models:
            yield f"news of {model.id}", list(self.lived(model))
        yield "news of what is cancelled", list(self.stopped())
        yield "news of what fails", list(self.failed())
        yield "news of several", list(self.several())
        yield "news that nobody asked for", list(self.unasked())
        yield "addresses of news", list(self.wrong())

    def ways(self) -> list[tuple[str, Any]]:
        """Where it is said, and whether all states are asked for: nothing, yes or no."""
        return [(place, every) for place in self.life.deliver["places"] for every in (None, True, False)]

    def heard(self, model: Model, place: str, every: bool | None, url: str = HOOKS) -> Move:
        """An order of which news is wanted."""
        rule, body, query = self.life.deliver, self.example(model), ""
        if place == "body":
            body = {**body, rule["url"]: url, **({} if every is None else {rule["all"]: every})}
        else:
            said = "" if every is None else f"&{rule['all']}={'true' if every else 'false'}"
            query = f"?{rule['url']}={quote(url, safe='')}{said}"
        move = self.sent(self.submit, model, json.dumps(body).encode())
        assert move.ask is not None
        return move._replace(ask=move.ask._replace(path=move.ask.path + query))

    def lived(self, model: Model) -> Iterator[Move]:
        """From submit to end, by each way to ask for it; the result is looked at before, and after."""
        for nth, (place, every) in enumerate(self.ways()):
            yield from (self.heard(model, place, every), Move("delivered"), *self.look(nth))
            yield from (Move("start", nth=nth), Move("delivered"), *(self.look(nth) if nth % 2 else []))
            yield from (Move("finish", nth=nth), Move("delivered"), *self.look(nth), Move("open", nth=nth))
        yield from (Move("advance", amount=LATER), Move("delivered"))

    def stopped(self) -> Iterator[Move]:
        """A cancel is news as well, whenever it comes."""
        yield from (self.heard(self.plain, "query", True), self.cancel(), Move("delivered"), *self.look())
        yield from (self.heard(self.plain, "body", None), Move("start", nth=1), self.cancel(1), Move("delivered"))
        yield from (*self.look(1), self.heard(self.plain, "query", None), Move("finish", nth=2), self.cancel(2))
        yield from (Move("delivered"), Move("advance", amount=LATER), Move("delivered"), *self.look(2))

    def failed(self) -> Iterator[Move]:
        """What went wrong is told as well."""
        for nth, (place, every) in enumerate(self.ways()):
            yield from (Move("fail"), self.heard(self.plain, place, every), Move("finish", nth=nth), Move("delivered"))
            yield from self.look(nth)
        yield from (Move("advance", amount=LATER), Move("delivered"))

    def several(self) -> Iterator[Move]:
        """Each is told of by itself."""
        for _ in range(3):
            yield from (self.heard(self.plain, "query", True), self.order(self.plain))
        for nth in (0, 2, 1, 4, 3, 5):
            yield from (Move("finish", nth=nth), Move("delivered"), *self.look(nth))
        yield from (Move("advance", amount=LATER), Move("delivered"))

    def unasked(self) -> Iterator[Move]:
        """Without an address there is no news, whatever else is said."""
        rule = self.life.deliver
        body = {**self.example(self.plain), rule["all"]: True}
        yield from (self.order(self.plain), self.order(self.plain, body), Move("delivered"))
        for nth in range(2):
            yield from (Move("finish", nth=nth), Move("delivered"))
        yield from (Move("advance", amount=LATER), Move("delivered"))

    def wrong(self) -> Iterator[Move]:
        """What is no address, and no yes or no."""
        rule = self.life.deliver
        for url in ("", "no address", "ftp://example.com/hook", "/hook"):
            for place in rule["places"]:
                yield self.heard(self.plain, place, None, url)
        move = self.heard(self.plain, "query", None)
        assert move.ask is not None
        for word in ("perhaps", "1", ""):
            yield move._replace(ask=move.ask._replace(path=f"{move.ask.path}&{rule['all']}={word}"))
        for value in ("true", 1, None):
            yield self.order(self.plain, {**self.example(self.plain), rule["url"]: HOOKS, rule["all"]: value})
        yield from (Move("advance", amount=LATER), Move("delivered"))
