"""A fourth provider, which exists nowhere: what a dialect must bring, and no more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import orjson
from understudy.contracts import events
from understudy.contracts.contract import Contract
from understudy.contracts.operation import Operation
from understudy.mocks.engine.courier import Manner, Parcel
from understudy.mocks.engine.medium import Medium
from understudy.mocks.engine.prop import Prop
from understudy.mocks.engine.refusal import Refusal
from understudy.mocks.engine.session import Account, Session, Tell
from understudy.mocks.engine.task import Order, Task
from understudy.mocks.engine.timeline import State
from understudy.mocks.web.dialect import Answer, Dialect, Terms, Wait
from understudy.mocks.web.exit import JSON
from understudy.mocks.web.line import Line
from understudy.mocks.web.turn import Turn
from understudy.tests.toy.facts import FACTS, REASONS

PROMISE = Contract(FACTS)
LIFE = PROMISE.lives["job"]
MOST_WAITING = 12
LONGEST_HOLD = 30.0
MANNER = Manner(waits=(1.0, 4.0))


def make(turn: Turn) -> Answer:
    queued = [t.timeline.starts for t in turn.session.tasks.values() if t.timeline.at(turn.now) is State.QUEUED]
    if len(queued) >= MOST_WAITING:
        raise Refusal("queue-full", until=min(queued))
    assert turn.model is not None
    made = PROMISE.catalogue.outcome(turn.model, turn.inputs)
    order = Order("toy", "make", turn.model.id, turn.body, (Medium(made.kind, made.format, 8, 8),) * made.count,
                  turn.inputs.get("put", ""), turn.inputs.get("tell", ""))  # fmt: skip
    usual, price = LIFE.durations["image"], turn.dialect.contract.price("cube")
    tell = news(turn) if order.webhook or order.delivery else None
    task = turn.submit(order, usual, price, tell)
    return Answer(200, {"job": task.id})


def news(turn: Turn) -> Tell:
    """Each beat to the webhook, and the files, once they are there, to where they are to be put."""
    session = turn.session

    def tell(task: Task, state: State) -> None:
        if task.order.webhook == "socket":
            told = orjson.dumps({"job": task.id, "state": LIFE.words["look"][state]})
            lines: dict[str, Line] = turn.dialect.lines  # type: ignore[attr-defined]
            push = Parcel("push", task.account.name, told, operation="make", task=task.id, provider="toy")
            session.courier.send(push, by=lines[task.account.name].carry)
        elif task.order.webhook:
            told = orjson.dumps({"job": task.id, "state": LIFE.words["look"][state]})
            session.courier.send(Parcel("webhook", task.order.webhook, told, operation="make", task=task.id,
                                        provider="toy", headers=(JSON,)), MANNER)  # fmt: skip
        if task.order.delivery and state is State.SUCCEEDED:
            for index in range(len(task.order.media)):
                session.courier.send(Parcel("upload", task.order.delivery, partial(session.gallery.make, task, index),
                                            method="PUT", operation="make", task=task.id, provider="toy"))  # fmt: skip

    return tell


def look(turn: Turn) -> Answer:
    return told(turn, turn.look(own(turn), "look", LIFE.words["look"]))


def told(turn: Turn, task: Task) -> Answer:
    state = task.timeline.at(turn.now)
    place = {"place": turn.session.place(task, turn.now)} if state is State.QUEUED else {}
    return Answer(200, {"job": task.id, "state": LIFE.words["look"][state], **place})


def files(turn: Turn) -> Answer:
    task = turn.look(own(turn), "files", LIFE.words["files"])
    state = task.timeline.at(turn.now)
    names = turn.session.gallery.names(task) if state is State.SUCCEEDED else []
    there = [f"{turn.base}/media/{name}" for name in names]
    return Answer(200, {"job": task.id, "state": LIFE.words["files"][state], "files": there})


def hold(turn: Turn) -> Answer | Wait:
    return held(turn, turn.now + LONGEST_HOLD)


def held(turn: Turn, limit: float) -> Answer | Wait:
    task = own(turn)
    until = min(task.timeline.ends, limit)
    return told(turn, task) if turn.now >= until else Wait(until, lambda: held(turn, limit))


def spell(turn: Turn) -> Answer:
    return Answer(200, headers=((b"content-type", events.KIND.encode()),), stream=spelled(own(turn)))


def spelled(task: Task) -> Iterator[bytes | float]:
    for at, letter in enumerate(task.inputs["text"]):
        yield task.timeline.asked + at + 1
        yield events.written({"letter": letter})
    yield events.written(events.LAST)


def stop(turn: Turn) -> Answer:
    allowed = tuple(State(name) for name in LIFE.cancel["from"])
    return Answer(200, {"stopped": turn.session.cancel(own(turn), allowed, turn.now)})


def own(turn: Turn) -> Task:
    task = turn.session.tasks.get(turn.value)
    if task is None or task.account is not turn.account:
        raise Refusal("unknown-id")
    turn.task = task.id
    return task


def put_shelf(turn: Turn) -> Answer:
    return Answer(200, shelf_told(put(turn.session, turn.account, turn.inputs)))


def shelves(turn: Turn) -> Answer:
    return Answer(200, {"shelves": [shelf_told(prop) for prop in turn.session.own(turn.account, "shelf")]})


def shelf(turn: Turn) -> Answer:
    prop = turn.session.props.get(turn.named["shelf"])
    if prop is None or prop.account is not turn.account:
        raise Refusal("unknown-id")
    return Answer(200, shelf_told(prop))


def shelf_told(prop: Prop) -> dict[str, Any]:
    return {"id": prop.id, "name": prop.name, "wide": prop.said["wide"]}


def put(session: Session, account: Account, said: Mapping[str, Any]) -> Prop:
    return session.add_prop(account, "shelf", said["name"], {"wide": 1, **said})


class Toy(Dialect):
    """The toy's manners: a key of its own, and one word for every no."""

    provider = "toy"
    listens = True
    routes = {"make": make, "look": look, "files": files, "hold": hold, "spell": spell, "stop": stop,
              "put_shelf": put_shelf, "shelves": shelves, "shelf": shelf}  # fmt: skip

    def __init__(self, contract: Contract, terms: Terms) -> None:
        super().__init__(contract, terms)
        self.lines: dict[str, Line] = {}

    async def listen(self, session: Session, line: Line) -> None:
        account = line.account
        assert account is not None
        self.lines[account.name] = line
        async for text in line.texts():
            echo = Parcel("push", account.name, orjson.dumps({"heard": text}), provider="toy")
            session.courier.send(echo, by=line.carry)

    @classmethod
    def made(cls, settings: Any) -> Toy:
        ttl = 3600.0 if settings.media_ttl < 0 else settings.media_ttl
        return cls(PROMISE, Terms(media_ttl=ttl, slots=settings.slots if settings.slots > 0 else None))

    @classmethod
    def key(cls, headers: Mapping[bytes, bytes]) -> str:
        return headers.get(b"x-api-key", b"").decode()

    def furnish(self, session: Session, account: Account) -> None:
        put(session, account, {"name": "first"})

    def add_prop(self, session: Session, account: Account, kind: str, said: Mapping[str, Any]) -> Prop:
        if kind != "shelf":
            raise ValueError(f"expected a kind of prop that the toy has; came {kind!r}; say shelf")
        return put(session, account, {"name": f"shelf {session.made + 1}", **said})

    def refuse(self, refusal: Refusal, operation: Operation | None = None) -> Answer:
        lifted = () if refusal.until is None else ((b"x-until", b"%.6f" % refusal.until),)
        return Answer(REASONS[refusal.reason], {"no": refusal.reason}, headers=lifted)

    def status(self, status: int) -> Answer:
        return Answer(status, {"no": f"status {status}"})
