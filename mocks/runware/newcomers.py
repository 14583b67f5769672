"""Models that accounts bring: what is told as each comes along, and which can be used once it is there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from math import inf
from typing import Any, NamedTuple

from ...contracts.catalogue import ANYTHING, Model
from ...contracts.contract import Contract
from ...contracts.document import architectures
from ...contracts.finding import shown
from ..engine.prop import Prop
from ..engine.refusal import Refusal
from ..engine.script import UNREACHABLE
from ..engine.session import Account, Session, Tell
from ..engine.task import Task
from ..engine.timeline import FINAL, State
from ..web import post
from ..web.dialect import Answer, Route, Wait, Work
from ..web.exit import written
from ..web.flow import awaited
from ..web.turn import Turn
from . import errors, wire
from .own import fresh

KIND = "model"
OPERATION = "modelUpload"
MADE = "lora"  # a model is the kind of file whose making lasts as long
USABLE = "checkpoint"  # of all categories, the one that makes something by itself
AIR = re.compile(r"[^\s:@]+:[^\s:@]+@[^\s:@]+")
SOURCE = "understudy"  # of what an account brings without a name


class Newcomer(NamedTuple):
    """A model that was brought: the tasks that brought it, the last of which counts, and its form, if it makes
    something by itself."""

    tasks: tuple[str, ...]
    form: Model | None


def order(turn: Turn) -> Answer | Wait | Work:
    """Takes a model; who brings one of its own again gives it other words."""
    session, said, contract = turn.session, turn.inputs, turn.dialect.contract
    name = fresh(turn)
    air = said.get("air") or f"{SOURCE}:{len(brought(session)) + 1}@1"
    if not AIR.fullmatch(air):
        raise errors.invalid(turn.operation, "/air", "an AIR, as source:id@version", shown(air),
                             "write it as source:id@version")  # fmt: skip
    held = next((prop for prop in brought(session) if prop.name == air), None)
    if air in contract.catalogue.models or (held is not None and held.account is not turn.account):
        raise Refusal("model-taken")
    asked = wire.order(OPERATION, air, said, turn.body, (), said.get("deliveryMethod") or "sync")
    later = asked.delivery == "async" or bool(asked.webhook)
    pushes = turn.line is not None and not later
    tell = _tell(turn, pushes) if pushes or asked.webhook else None
    task = turn.submit(asked, contract.life.durations[MADE], 0.0, tell, name=name)
    _keep(turn, held, air, task)
    if later:
        return Answer(200, {"data": [wire.acknowledged(task)]})
    if pushes:
        return Answer(200, {"data": [next(items(contract, task, turn.now))]})
    # It tells all that there is of it.
    return awaited(turn, task, lambda task: Answer(200, {"data": list(items(contract, task, session.clock.now))}))


def _keep(turn: Turn, held: Prop | None, air: str, task: Task) -> None:
    session, said = turn.session, turn.inputs
    prop = held or session.add_prop(turn.account, KIND, air, said)
    form = _form(turn.dialect.contract, air, said) if said["category"] == USABLE else None
    before = prop.more.tasks if held else ()
    session.props[prop.id] = prop.but(turn.now, said=dict(said), more=Newcomer((*before, task.id), form))


def _form(contract: Contract, air: str, said: dict[str, Any]) -> Model:
    """The form of its architecture; of one that nobody knows, nothing is known but the type of task."""
    table = architectures(contract.provider)
    meant = plain(said["architecture"])
    known = [name for name in table if plain(name) == meant] or [name for name in table if meant in plain(name)]
    row: dict[str, Any] = table[known[0]] if known else {"form": "imageInference", "schema": ANYTHING}
    whole = {"source": "inferred", "where": "brought by a client", "complete": False, **row, "id": air, "kind": "image"}
    return Model(whole, contract.catalogue.recommended, envelope=contract.catalogue.envelope)


def plain(word: str) -> str:
    """A name without what is written in several ways."""
    return re.sub(r"[^a-z0-9]", "", word.lower())


def brought(session: Session) -> list[Prop]:
    """All models that accounts brought, the oldest first."""
    return [prop for prop in session.props.values() if prop.kind == KIND]


def there(session: Session, account: Account | None) -> Iterator[Prop]:
    """Those that are there and that an account may use: its own, and the public ones of others."""
    now = session.clock.now
    for prop in brought(session):
        tasks = (session.tasks.get(name) for name in prop.more.tasks)
        good = any(task is not None and task.timeline.at(now) is State.SUCCEEDED for task in tasks)
        if good and (prop.account is account or not private(prop)):
            yield prop


def private(prop: Prop) -> bool:
    """Whether its account alone may use it."""
    return bool(prop.said.get("private", True))


def found(session: Session, account: Account | None, air: str) -> Model | None:
    """A model that somebody brought and that makes something by itself."""
    return next((prop.more.form for prop in there(session, account) if prop.name == air), None)


def items(contract: Contract, task: Task, now: float) -> Iterator[dict[str, Any]]:
    """What is told of a task up to a moment, stage by stage."""
    rules, state = _rules(contract), task.timeline.at(now)
    reached = 0.0 if task.course.ending is State.FAILED else task.reached(now)
    for stage in rules["stages"]:
        if stage["at"] <= reached:
            yield _stage(task, stage["status"], stage["message"])
    if state in FINAL and state is not State.SUCCEEDED:
        yield _stage(task, rules["failed"]["status"], _why(contract, task))


def _rules(contract: Contract) -> Mapping[str, Any]:
    rules: Mapping[str, Any] = contract.facts.openapi["tasks"][OPERATION]
    return rules


def _stage(task: Task, status: str, message: str) -> dict[str, Any]:
    return {**wire.acknowledged(task), "status": status, "message": message, "air": task.order.model}


def _why(contract: Contract, task: Task) -> str:
    error = task.course.error
    return str(_rules(contract)["failed"]["message"]) if error in ("", UNREACHABLE) else error


def stands(contract: Contract, task: Task, now: float, status: str) -> dict[str, Any]:
    """The same for whoever asks how the task stands, in the words in which any task is told of."""
    state = task.timeline.at(now)
    if state not in FINAL:
        return {"data": [{**wire.acknowledged(task), "status": status}]}
    if state is State.SUCCEEDED:
        *_, last = items(contract, task, now)
        return {"data": [{**last, "status": status}]}
    error = task.course.error
    row = contract.errors["download-failed"] if error in ("", UNREACHABLE) else contract.failed(error)
    more = {"message": _why(contract, task), "status": status}
    return {"errors": [errors.one(contract, row, wire.acknowledged(task), contract.operations[OPERATION], more)]}


def _tell(turn: Turn, pushes: bool) -> Tell:
    """Tells of each stage through the line that the task came by; a webhook is told of the last."""
    session, contract = turn.session, turn.dialect.contract
    caller = turn.line.connection if turn.line is not None and pushes else None
    told = {"validated"}

    def out(name: str) -> None:
        if (task := session.tasks.get(name)) is None:
            return
        every = list(items(contract, task, session.clock.now))
        if task.order.webhook:
            post.call(session, contract, task, written({"data": every[-1:]}))
        if caller is not None:
            for each in (each for each in every if each["status"] not in told):
                told.add(each["status"])
                post.push(session, caller, task, written({"data": [each]}))

    def tell(task: Task, state: State) -> None:
        if state in FINAL:
            out(task.id)
        elif state is State.RUNNING and pushes and task.course.ending is not State.FAILED:
            starts, ends = task.timeline.starts, task.timeline.ends
            for stage in _rules(contract)["stages"] if ends < inf else ():
                if 0 < stage["at"] < 1:
                    session.clock.book(round(starts + stage["at"] * (ends - starts), 6), out, task.id, owed=True)

    return tell


ROUTES: dict[str, Route] = {OPERATION: order}
