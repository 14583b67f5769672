"""Plays moves: what each is as requests and cues to a subject, in a world where ids and props are its own."""

from __future__ import annotations

from typing import Any

from ... import graph
from ...contract import Contract
from ...exchange import Exchange
from ...finding import Finding
from ..move import OTHER, OWN, Move
from ..props import offered, submits
from ..subject import Ask, Subject
from .form import answered
from .news import News
from .reference import Known
from .spelled import example, filled, hooked, nearly, shaped
from .stores import put, store
from .world import Held, World

LOOKS = 150  # in vain, at orders that are awaited where time flows by itself, and
PAUSE = 0.1  # seconds between two: then no more is waited
SPOKEN = (("Content-Type", "application/json"),)


class Player:
    """Makes moves in the world of a subject; who asks, and what is made of an answer, is the referee's to say."""

    contract: Contract
    subject: Subject
    world: World
    tapes: list[list[Move]]
    story: list[Exchange | Move]
    lacking: set[str]
    patience: int
    by: str
    asked: dict[str, int]
    _keys: dict[str, tuple[tuple[str, str], ...]]
    _adds: int

    def ask(self, ask: Ask, file: tuple[Known, int] | None = None) -> Exchange:
        """Sends one request and judges its answer."""
        raise NotImplementedError

    def note(self, finding: Finding) -> None:
        """Files a finding about the last exchange."""
        raise NotImplementedError

    @property
    def slow(self) -> bool:
        """Whether orders take longer than is waited for, where their time is not ours to move."""
        life = self.world.life
        usual = life.cold_start + min(sum(life.durations[form.kind]) for form in offered(self.contract))
        return not self.world.dated and usual > LOOKS * PAUSE

    def headers(self, key: str = OWN) -> tuple[tuple[str, str], ...]:
        """What bears a key: the subject's own, another account's, none, or a wrong one."""
        return self._keys.get(key, ())

    def play(self, move: Move) -> Exchange | None:
        """Makes a move; one that this subject or this world does not allow is left out."""
        moves = {"ask": self._ask, "about": self._about, "open": self._open, "start": self._until,
                 "finish": self._until, "furnished": self._furnished, "delivered": self._delivered,
                 "put": self._put}  # fmt: skip
        return moves.get(move.what, self._cue)(move)

    def _ask(self, move: Move) -> Exchange | None:
        assert move.ask is not None
        path = filled(self.world, move.ask.path, self._nth(move.nth), move.prop)
        if path is None or (move.key == OTHER and not self.subject.other_key):
            return None
        held = self._learn(move.ask._replace(path=path))
        self._adds = move.prop
        asked = move.ask._replace(path=path, headers=(*self.headers(move.key), *move.ask.headers))
        return self.ask(hooked(shaped(asked, held.form if held is not None else None), self.subject.hooks))

    def _learn(self, ask: Ask) -> Held | None:
        """The prop to which an order is sent; before the first one, looks whether it tells of a workflow, which gives
        its bodies their form."""
        operation = self.contract.match(ask.path.partition("?")[0])[0].get(ask.method)
        if operation is None or not operation.orders or not operation.model:
            return None
        held = next(iter(self.world.named(operation, ask.path.partition("?")[0])), None)
        if held is None or held.form is not None or not held.model or held.gone:
            return held
        held.form = self.contract.catalogue.models.get(held.model)
        sort = self.world.sorts[held.sort]
        row, look = sort.row.get("graph"), sort.operation("get")
        if row is None or look is None:
            return held
        path = look.path.replace("{" + sort.row["parameter"] + "}", held.id) + "?" + row["query"]
        said: Any = self.ask(Ask(look.method, path, self.headers(OTHER if held.account == "other" else OWN))).json
        self.tapes[-1].pop()  # whoever plays this elsewhere looks by itself
        for step in row["key"].split("/")[1:]:
            said = said.get(step) if isinstance(said, dict) else None
        if isinstance(said, dict) and said:
            told = next(each for each in self.contract.facts.models if each["id"] == held.model)
            held.form = graph.form(said, told, self.contract.catalogue.recommended)
        return held

    def _about(self, move: Move) -> Exchange | None:
        order = self._nth(move.nth)
        operation = self.contract.operations.get(move.operation)  # none, where nothing is ever cancelled
        if order is None or operation is None or (move.key == OTHER and not self.subject.other_key):
            return None
        path = operation.path.replace("{" + operation.task + "}", nearly(order.id, move.bend))
        whole = filled(self.world, path + ("?" + move.query if move.query else ""), order, move.prop)
        if whole is None:
            return None
        spoken = operation.body is not None and not operation.orders
        headers = (*self.headers(move.key), *(SPOKEN if spoken else ()))
        return self.ask(Ask(operation.method, whole, headers, example(operation) if spoken else b""))

    def _furnished(self, move: Move) -> None:
        """Learns which of the props that are there from the beginning stands for a model."""
        name = self.subject.furnished(move.operation, move.model)
        held = Held(move.prop, name, move.operation, "own", move.model, self.world.now, told={"furnished": True})
        self.world.holds(held)
        self.tapes[-1].append(move)
        self.lacking |= set() if name else {move.model}
        sort = self.world.sorts[move.operation]
        look = sort.operation("get")
        if name and look is not None:  # what nobody said of it is learnt, and has to stay
            said = self.ask(
                Ask(look.method, look.path.replace("{" + sort.row["parameter"] + "}", name), self.headers())
            )
            body = said.json if isinstance(said.json, dict) else {}
            held.said = {key: body[key] for key in sort.row["echoes"] if key in body}
            self.tapes[-1].pop()
            self.world.manned(held)

    def _put(self, move: Move) -> None:
        """Puts the nth file of those that were announced to its address, longer by `amount` than was said."""
        held = self.world.numbers.get(move.prop)
        told = list(store(held).addresses.items()) if held is not None else []
        if held is None or move.nth >= len(told):
            return
        name, (address, size, _) = told[move.nth]
        if not address.startswith(self.subject.base + "/"):
            return  # others' servers are not asked
        self.tapes[-1].append(move)
        size += int(move.amount)
        said = self.subject.send(Ask("PUT", address.removeprefix(self.subject.base), (), b"x" * size))
        self.asked[self.by] = self.asked.get(self.by, 0) + 1
        self.story.append(said._replace(provider=self.contract.provider, channel="media"))
        for finding in put(self.world, held, name, size, said) if said.status else answered(said):
            self.note(finding)

    def _open(self, move: Move) -> Exchange | None:
        """Fetches an order's files, as its result told them; who tells of others' servers is not followed there."""
        order, said = self._nth(move.nth), None
        for index, url in enumerate(order.files if order else ()):
            if url.startswith(self.subject.base + "/"):
                assert order is not None
                said = self.ask(Ask("GET", url.removeprefix(self.subject.base)), (order, index))
        return said

    def _until(self, move: Move) -> Exchange | None:
        """Lets time pass until an order has left the queue, or is over; where it flows by itself, by looking."""
        order = self._nth(move.nth)
        if order is None:
            return None
        if self.world.dated:
            span = self.world.reference.span(order)
            moment = span.starts if move.what == "start" else span.ends
            if self.world.now < moment < 1e9:
                self._cue(Move("advance", amount=round(moment - self.world.now, 6)))
            return None
        channel = next(iter(self.world.life.channels.values()))["operation"]
        said, looks = None, 0
        while not order.over and not (move.what == "start" and "QUEUED" not in order.possible):
            said = self._about(Move("about", operation=channel, nth=move.nth))
            looks += 1
            if looks < len(self.world.life.states):
                continue  # asking again moves time where it moves by asking
            if self.patience <= 0 or self.slow:
                break
            self.patience -= 1
            self._cue(Move("wait", amount=PAUSE))
        return said

    def _delivered(self, move: Move) -> None:
        """Looks at what came unasked, and at what should have."""
        submit = submits(self.contract)
        if not self.subject.hooks or submit is None:
            return
        self.tapes[-1].append(move)
        came = self.subject.delivered()
        fresh, news = came[self.world.heard :], News(self.world)
        self.world.heard = len(came)
        for each in fresh:
            said = each._replace(
                provider=self.contract.provider, operation=submit.id, channel="webhook", direction="out"
            )
            self.story.append(said)
            for finding in news.came(said):
                self.note(finding)
        news.operation = submit.id
        for finding in news.lost():
            self.note(finding)

    def _cue(self, move: Move) -> None:
        if move.what not in self.subject.can:
            return
        self.subject.cue(move.what, move.amount)
        self.tapes[-1].append(move)
        self.world.cued(move.what, move.amount)
        self.story.append(move)

    def _nth(self, nth: int) -> Known | None:
        orders = self.world.orders
        return orders[nth % len(orders)] if orders else None
