"""A mutant: a server that breaks its promise in one way, made of one that keeps it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from ...catalogue import Model
from ...contract import Contract
from ...exchange import Exchange
from ...life import Lifecycle, as_word
from ...life import at as told_at
from ...operation import Operation
from ..props import of_path, offered, sorts
from ..subject import Ask, Subject, mirrored
from ..translated import lensed
from .bending import found, told
from .fitting import told_of
from .placing import as_asked, placed, wired


class Taken(NamedTuple):
    """An order that the true server took: its id, whose headers it bore, and what it asked for."""

    id: str
    ask: Ask
    said: Exchange


class Stage:
    """What a mutant plays on: the promise, the server that keeps it, and what is remembered of this world."""

    def __init__(self, contract: Contract, subject: Subject) -> None:
        self.contract = contract
        self.subject = subject
        self.stands: dict[str, str] = {}  # for which model a prop stands, by its id
        self.props: dict[str, Any] = {}  # what was truly told of each prop last
        self.life: Lifecycle = contract.life
        self.tells: Mapping[str, Any] = self.life.tells
        self.memory: dict[Any, Any] = {}
        self.orders: list[Taken] = []
        self._results: list[Exchange] = []
        self.heard: list[tuple[Ask, Exchange]] = []  # what was truly asked and said since the mutant was asked
        self.cued: list[tuple[str, float]] = []
        self.counts: Counter[str] = Counter()
        self.late = 0.0  # seconds that the mutant claims to have let pass, and has not
        self.waited = 0.0  # seconds for which the true server kept answers back since the mutant was asked

    @property
    def asked(self) -> Ask:
        """What the mutant was asked."""
        return self.heard[0][0]

    def match(self, ask: Ask) -> tuple[Operation | None, str]:
        """The operation that a request is for, and the one thing that its path names."""
        operations, value = self.contract.match(ask.path.partition("?")[0])
        return operations.get(ask.method), value

    def send(self, ask: Ask) -> Exchange:
        """What the true server says, with the operation that it is about."""
        before = self.subject.now
        said = placed(self.contract, self.subject.send(ask))
        self.waited += (self.subject.now or 0.0) - (before or 0.0)
        if said.operation:
            operation = self.contract.operations[said.operation]
            if operation.orders and said.status in operation.answers and "id" in self.tells:
                self.orders.append(Taken(str(found(said.json, self.tells["id"])), ask, said))
            elif said.operation == self.tells.get("files", {}).get("operation"):
                self._results.append(said)
        self._learn(said)
        self.heard.append((ask, said))
        return said

    def _learn(self, said: Exchange) -> None:
        """Remembers what there is beside orders, whichever API keeps it."""
        operation = self.contract.whole.match(said.path)[0].get(said.method)
        sort = next((each for each in sorts(self.contract).values() if each.does(operation)), None)
        if sort is None or operation is None or said.status not in operation.answers:
            return
        body, name = said.json, sort.row["id"][1:]
        for each in body if isinstance(body, list) else [body]:
            if isinstance(each, dict) and isinstance(each.get(name), str):
                self.props[each[name]] = each
        if sort.does(operation) == "add" and isinstance(body, dict):
            self.stands[str(body.get(name))] = sort.row.get("makes", "")

    @property
    def files(self) -> set[str]:
        """The paths of all files that were told of in this world."""
        urls = (url for said in self._results for url in addresses(found(said.json, self.key("files", said))))
        return {url.removeprefix(self.subject.base) for url in urls}

    @property
    def channel(self) -> Mapping[str, Any]:
        """The first channel of the lifecycle: where one looks how an order stands."""
        return next(iter(self.life.channels.values()))

    @property
    def moment(self) -> float:
        """The seconds that have passed in this world, as far as a client knows."""
        return (self.subject.now or 0.0) + self.late

    def key(self, what: str, said: Exchange) -> str:
        """Where an answer tells a thing; nowhere, if another operation does."""
        row = self.tells[what]
        if said.operation != row["operation"]:
            return ""
        flat: Mapping[str, Any] = row.get("flat", {}) if what == "files" else {}
        return str(flat["key"] if flat and found(said.json, flat["key"]) is not None else row["key"])

    @property
    def forms(self) -> Mapping[str, Any]:
        """How the keys of files are spelled, where each kind has its own."""
        row: Mapping[str, Any] = self.tells["files"]
        return row if "one" in row else row.get("flat", {})

    def count(self, what: str) -> int:
        """How often this was counted before."""
        self.counts[what] += 1
        return self.counts[what] - 1

    def orders_from(self, ask: Ask) -> Model | None:
        """The model of which a request is an order."""
        operation, value = self.match(ask)
        if operation is not None and operation.within and operation.orders:
            own = (model for model in offered(self.contract) if model.form == operation.within)
            return next((model for model in own if model.id == value or not operation.model), None)
        if operation is None or not operation.orders or operation.body is not None:
            return operation.body if operation is not None and operation.orders else None
        if "prop" in operation.parameters[operation.model]:
            kind = operation.parameters[operation.model]["prop"]
            for name in self.contract.catalogue.models if value not in self.stands else ():
                self.stands.setdefault(self.subject.furnished(kind, name), name)
            value = self.stands.get(value, "")
        return self.contract.catalogue.models.get(value)

    def refused(self, said: Exchange, reason: str) -> bool:
        """Whether an answer has the status with which a reason is told."""
        operation = self.contract.operations.get(said.operation)
        return said.status == self.contract.error(reason, operation).get("status")

    def cue(self, what: str, amount: float = 0.0) -> None:
        """Does to the true server what no client can do."""
        self.cued.append((what, amount))
        self.subject.cue(what, amount)

    def about(self, operation: str, name: str, ask: Ask) -> Exchange:
        """What the true server says of an order to another question of the same asker."""
        row = self.contract.operations[operation]
        path = row.path.replace("{" + row.task + "}", name)
        order = next((each for each in self.orders if each.id == name), None)
        asked = (self.match(ask)[0], ask) if order is None else (self.match(order.ask)[0], order.ask)
        for parameter in of_path(row):
            named = asked[0].named(asked[1].path.partition("?")[0]) if asked[0] is not None else {}
            path = path.replace("{" + parameter + "}", named.get(parameter, ""))
        return self.send(Ask(row.method, path, ask.headers))

    def states(self, name: str, ask: Ask) -> frozenset[str]:
        """The states in which an order may truly be, as all channels together tell the asker."""
        possible: frozenset[str] | None = None
        for channel in self.life.channels.values():
            word = as_word(told_at(self.about(channel["operation"], name, ask).json, channel["key"]))
            states = frozenset(state for state, own in channel["words"].items() if own == word)
            possible = states if possible is None else possible & states
        return possible or frozenset()

    def example(self, operation: str, said: Exchange, name: str = "") -> Exchange:
        """The documents' example of an operation's answer in the place of this one; of an order, where one is named."""
        status, row = next(iter(self.contract.facts.openapi["operations"][operation]["answers"].items()))
        value = row.get("example")
        if not isinstance(value, dict):
            return said
        own = found(value, self.tells["id"]) if name else ""
        base = self.contract.facts.openapi["servers"][0]["url"]
        return told(said, _spelled(value, {own: name, base: self.subject.base} if name else {}), int(status))


def _spelled(value: Any, words: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _spelled(each, words) for key, each in value.items()}
    if isinstance(value, list):
        return [_spelled(each, words) for each in value]
    for old, new in words.items():
        value = value.replace(old, new) if isinstance(value, str) and old else value
    return value


def addresses(value: Any) -> list[str]:
    """Every text within a value: an output's files."""
    if isinstance(value, (dict, list)):
        return [text for each in (value.values() if isinstance(value, dict) else value) for text in addresses(each)]
    return [value] if isinstance(value, str) else []


Bend = Callable[[Stage, Ask], Exchange]
Cue = Callable[[Stage, str, float], None]
Look = Callable[[Stage, Exchange], Exchange]
Deliver = Callable[[Stage, "list[Exchange]"], "list[Exchange]"]


def truly(stage: Stage, ask: Ask) -> Exchange:
    """The server that breaks nothing."""
    return stage.send(ask)


@dataclass(frozen=True)
class Mutant:
    """One way to break a promise. `where` is what it bends, `why` who is hurt by it; `needs` are the rows of the
    contract (of `tells`, or "catalogue") without which nobody can tell where to bend."""

    name: str
    kind: str
    where: str
    why: str
    bend: Bend = truly
    cue: Cue = field(default=Stage.cue)
    needs: tuple[str, ...] = ()
    api: str = ""
    deliver: Deliver = field(default=lambda stage, came: came)

    def of(self, api: str) -> Mutant:
        """The same, of a further API, whose name precedes its own."""
        return replace(self, api=api, name=f"{api}: {self.name}") if api else self

    def over(self, contract: Contract, subject: Subject) -> Mutated:
        """The subject, with this mutant before it."""
        own = contract.apis.get(self.api, contract)
        return Mutated(self, own, lensed(own, subject))

    def fits(self, contract: Contract) -> bool:
        """Whether the contract says what this one must know."""
        known = {*contract.life.tells, *contract.facts.openapi, *told_of(contract)}
        return known.issuperset(self.needs)


class Table(list[Mutant]):
    """Mutants that were written by hand."""

    def behaves(self, name: str, kind: str, why: str, *needs: str) -> Callable[[Bend], Bend]:
        """Lists one that bends whatever is asked."""

        def listed(bend: Bend) -> Bend:
            self.append(Mutant(name, kind, kind, why, bend, needs=needs))
            return bend

        return listed

    def looks(self, name: str, kind: str, why: str, *needs: str) -> Callable[[Look], Look]:
        """Lists one that bends what is told of an order."""

        def listed(look: Look) -> Look:
            def bend(stage: Stage, ask: Ask) -> Exchange:
                said = stage.send(ask)
                return look(stage, said) if said.task and said.status < 300 else said

            self.behaves(name, kind, why, *needs)(bend)
            return look

        return listed

    def timed(self, name: str, kind: str, why: str, cue: Cue) -> None:
        """Lists one that bends what no client can do: time, balance, failure."""
        self.append(Mutant(name, kind, kind, why, cue=cue))


class Mutated(Subject):
    """A subject with a mutant before it; `struck` counts what came out otherwise than the true server had it."""

    def __init__(self, mutant: Mutant, contract: Contract, subject: Subject) -> None:
        self.struck = 0
        self._mutant = mutant
        self._contract = contract
        self._subject = subject
        self._stage = Stage(contract, subject)
        self._mirror()

    def _mirror(self) -> None:
        mirrored(self, self._subject)
        self.name = f"{self._subject.name}, but {self._mutant.name}"
        self.now = None if self._subject.now is None else self._subject.now + self._stage.late

    def send(self, ask: Ask) -> Exchange:
        """Asks the mutant."""
        stage, now = self._stage, self.now
        stage.heard.clear()
        stage.cued.clear()
        stage.waited = 0.0
        said = self._mutant.bend(stage, ask)
        others = [known for known, answer in stage.heard if known != ask or answer != said]
        # A look that a mutant takes by itself changes nothing.
        looks = (known.method == "GET" or self._asks(known) for known in others)
        if len(others) < len(stage.heard) and not stage.cued and all(looks):
            self._mirror()
            return said
        self.struck += 1
        self._claim(None if now is None else now + stage.waited)
        body = as_asked(self._contract, ask, said, self._subject.salt)
        return said._replace(method=ask.method, url=ask.path, request_body=body, request_headers=wired(ask))

    def _asks(self, ask: Ask) -> bool:
        """Whether a request does no more than ask how something stands."""
        operation = self._contract.match(ask.path.partition("?")[0])[0].get(ask.method)
        return operation is not None and operation.within != "" and operation.channel == "poll"

    def cue(self, what: str, amount: float = 0.0) -> None:
        """Tells the mutant."""
        stage, now = self._stage, self.now
        stage.cued.clear()
        self._mutant.cue(stage, what, amount)
        self.struck += [(what, amount)] != stage.cued
        self._claim(now if now is None or what != "advance" else now + amount)

    def furnished(self, kind: str, model: str) -> str:
        """What is there from the beginning is nobody's to bend."""
        return self._subject.furnished(kind, model)

    def delivered(self) -> list[Exchange]:
        """What came, as the mutant has it."""
        true = self._subject.delivered()
        told = self._mutant.deliver(self._stage, list(true))
        self.struck += told != true
        return told

    def _claim(self, now: float | None) -> None:
        """Whatever the true clock says, as much time has passed as a client knows of."""
        if now is not None and self._subject.now is not None:
            self._stage.late = now - self._subject.now
        self._mirror()

    def fresh(self) -> None:
        """A new world, of which the mutant remembers nothing."""
        self._subject.fresh()
        self._stage = Stage(self._contract, self._subject)
        self._mirror()
