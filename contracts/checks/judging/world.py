"""What a referee knows of one world: the orders that were taken there, the props, and what else was done to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import Any

from ... import config
from ...catalogue import Model
from ...contract import Contract
from ...life import Lifecycle
from ...operation import Operation
from ...outcome import Outcome
from ..props import Sort, of_path, sorts, submits
from ..subject import Subject
from .lines import Lines
from .nodes import size
from .reference import Known, reached

HALF = 0.5  # of a run, after which an order that is to stop does
UNDATED = 0.0  # the moment of everything, where the subject's time is not known


def made(contract: Contract, model: Model, inputs: Any) -> Outcome:
    """What an order makes. Of a picture of several frames nobody says more than that it moves."""
    want = contract.catalogue.outcome(model, inputs if isinstance(inputs, dict) else {})
    frames = inputs.get("num_frames") if isinstance(inputs, dict) else None
    if want.kind == "image" and type(frames) is int and frames > 1 and "num_frames" in model.fields:
        return want._replace(kind="video", format="mp4", seconds=0.0)
    return want


@dataclass
class Held:
    """One prop: whose it is, for what it stands, and what was said of it since."""

    number: int  # by which moves name it
    id: str
    sort: str
    account: str
    model: str  # of the API's, for which it stands, if any
    made: float
    said: dict[str, Any] = field(default_factory=dict)  # that it must answer, by its key
    told: dict[str, Any] = field(default_factory=dict)  # that must not change any more
    form: Model | None = None  # of its orders, where it has one of its own
    gone: bool = False


class World:
    """One world of a subject, from its beginning on."""

    def __init__(self, contract: Contract, subject: Subject) -> None:
        self.contract = contract
        self.subject = subject
        self.life: Lifecycle = contract.life
        self.reference = Lines(self.life)
        self.instances: dict[Any, Any] = {}  # the id of each instance, and which one an id is
        self.sorts: dict[str, Sort] = sorts(contract)
        self.props: dict[str, Held] = {}
        self.numbers: dict[int, Held] = {}
        self.listed: set[tuple[str, str]] = set()  # of which kinds of props which account was shown all
        self.poor = False
        self.doomed = 0  # so many of the next orders are to fail
        self.halted = 0  # so many of the next orders stop half way
        self.priced: float | None = None  # what the next order is to cost
        self.epoch: float | None = None  # what the subject's stamps call the beginning
        self.prints: dict[str, str] = {}  # the digest of each file, by its address
        self.files: dict[str, dict[str, str]] = {}  # the same, by the order
        self.seeded: dict[Any, dict[Any, str]] = {}  # the same, by the order without its seed, and by seed
        self.heard = 0  # deliveries that were judged
        self.asked = UNDATED  # when the last request was sent; its answer may have been a while in coming

    @property
    def dated(self) -> bool:
        """Whether the subject's time is known, so that every word has its moment."""
        return self.subject.now is not None and "advance" in self.subject.can

    @property
    def now(self) -> float:
        """The moment, where it is known."""
        return self.subject.now or UNDATED

    @property
    def orders(self) -> list[Known]:
        """The orders that were taken, in order."""
        return list(self.reference.orders.values())

    def taken(self, name: str, model: Model, inputs: Any, account: str, prop: str = "") -> Known:
        """An order was taken."""
        inputs = model.plain(inputs)
        kind = made(self.contract, model, inputs).kind
        queued, running = self.life.durations[kind]
        ending = "FAILED" if self.doomed else "PAUSED" if self.halted else "SUCCEEDED"
        order = Known(name, len(self.orders), account, model.id, kind, inputs, self.asked, queued, running, ending)
        order.form, order.prop, order.full = model, prop, running
        if ending == "PAUSED":
            self.halted, order.share, order.running = self.halted - 1, HALF, running * HALF
        self._configured(order)
        if getattr(model, "workflow", None):
            order.size = size(order)
        order.possible = frozenset(self.life.states)
        if not self.doomed:  # one wish at a time comes true, the older first
            order.cost, self.priced = self.priced, None
        self.doomed = max(0, self.doomed - 1)
        self.reference.add(order, name.lower() if self.contract.bundle is not None else "")
        return order

    def _configured(self, order: Known) -> None:
        """How many steps its run has, where a configuration says so."""
        rules, submit = self.contract.facts.openapi.get("config"), submits(self.contract)
        text = order.inputs.get(rules["field"]) if rules and isinstance(order.inputs, dict) else None
        if submit is not None and isinstance(text, str):
            read, _ = config.check(self.contract, submit, text)
            if read is not None:
                order.steps, order.saves, order.size = read.steps, read.save_every, (read.width, read.height)
                order.samples, order.called = (read.sample_every, len(read.prompts)), read.name

    def resumed(self, order: Known) -> None:
        """An order is taken up again, from the last step at which it can be."""
        share = reached(order, self.reference.span(order), self.now)
        steps = range(order.saves, order.steps + 1, order.saves) if order.saves else ()
        order.since = max((step / order.steps for step in steps if step / order.steps <= share), default=0.0)
        order.again, order.share, order.cancelled, order.ending = self.now, 1.0, inf, "SUCCEEDED"
        order.running = order.full * (1 - order.since)
        order.possible, order.heard = frozenset({"QUEUED"}), "it was taken up again"
        order.told = {key: value for key, value in order.told.items() if key == "began"}

    def holds(self, held: Held) -> None:
        """A prop is there from now on."""
        self.numbers[held.number] = held
        if held.id:
            self.props[held.id] = held
            self.manned(held)

    def manned(self, held: Held) -> None:
        """It has instances, if that is what it is for."""
        keys = self.sorts[held.sort].row.get("fleet", {})
        if keys and held.id:
            self.reference.man(held.id, keys, held.said, held.made, bool(held.told.get("furnished")))

    def changed(self, held: Held) -> None:
        """Something else was said of it."""
        self.reference.change(held.id, self.sorts[held.sort].row.get("fleet", {}), held.said, self.now)

    def form(self, operation: Operation, named: dict[str, str]) -> Model | None:
        """Whose form the body of a request is to have: the operation's own, that of the model which its path names, or
        of that for which the prop stands which it names."""
        if operation.body is not None or not operation.model:
            return operation.body
        if operation.within:
            return self._tasked(operation, named.get(operation.model))
        value = named.get(operation.model, "")
        if "prop" in operation.parameters[operation.model]:
            held = self.props.get(value)
            if held is not None and held.form is not None:
                return held.form
            value = held.model if held is not None else ""
        return self.contract.catalogue.models.get(value)

    def _tasked(self, operation: Operation, model: Any) -> Model | None:
        """The form of a task: that of the model which it names, if that is for tasks of its type; of none, the
        type's."""
        if not isinstance(model, str):
            return self.contract.forms[operation.within]
        found = self.contract.catalogue.models.get(model)
        return found if found is None or found.form in ("", operation.within) else None

    def named(self, operation: Operation, path: str) -> list[Held | None]:
        """The props that a path names; nothing in the place of one that is not known."""
        said = operation.named(path)
        return [self.props.get(said[name]) for name in of_path(operation)]

    def cued(self, what: str, amount: float) -> None:
        """Something was done that no client can do."""
        if what == "fail":
            self.doomed += 1
        elif what == "pause":
            self.halted += 1
        elif what == "cost":
            self.priced = amount
        elif what in ("poor", "rich"):
            self.poor = what == "poor"

    def about(self, operation: Operation, value: str) -> Known | None:
        """The order that an operation is about."""
        if operation.within:
            value = value.lower()  # in whatever letters it is written, a UUID is the same
        return self.reference.orders.get(value) if operation.task else None

    def expected(self, order: Known) -> str:
        """The state in which an order must be, where time is known."""
        return self.reference.state(order, self.now)

    def whose(self, name: str) -> str:
        """Which account bears a key: "own", "other" or none."""
        if not name:
            return ""
        return {self.subject.key: "own", self.subject.other_key: "other"}.get(name, "")
