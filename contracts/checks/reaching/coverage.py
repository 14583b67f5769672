"""Coverage: counts, exchange by exchange, what of a contract was reached, and by whom."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl

import orjson

from ...catalogue import Model
from ...contract import Contract
from ...derived import derived
from ...exchange import Exchange
from ...operation import Operation
from ..props import Sort, sorts
from .covered import Covered, Missing, Row
from .looks import Looks, steps_of, value_at
from .promised import Field, of_model, promised

# A poll loop sends one query and a suite one body again and again: so many short ones are remembered.
MOST_MEMORIES, LONGEST_MEMORY = 4096, 2048
MEDIA, MEDIA_GONE = "media", "media-gone"
NOT_JSON = "bad-json"  # the one reason that a request tells by itself

Refusals = dict[tuple[int, str], list[tuple[str, str, Row]]]  # status and code -> reason, text, row


class Coverage(Covered):
    """What of a contract was reached. `cannot` names the cues that this subject does not take: they say why not.

    Unless it is to be of the `whole`, an API counts from its first exchange on: who does without it misses nothing.
    """

    def __init__(self, contract: Contract, cannot: Iterable[str] = (), whole: bool = True) -> None:
        contract = derived(contract)
        self._all = promised(contract)
        super().__init__(contract.provider, dict(self._all), cannot)
        self._contract = contract
        self._apis = set(contract.apis)  # which count by now
        if not whole:
            self._apis.clear()
            self.rows = {item: row for item, row in self._all.items() if item[:2] == ("errors", "")}
        self._looks = Looks(contract, self._all)
        self._answers = {(item[1], int(item[2])): row for item, row in self._all.items() if item[0] == "answers"}
        self._channels = {o.id: self._all["channels", o.channel] for o in contract.operations.values()}
        self._queries = {o.id: self._fields(o) for o in contract.operations.values() if o.queries}
        self._models: dict[str, dict[str, Field]] = {}
        self._stands: dict[str, str] = {}  # for which model a prop stands, by its id
        self._adds = {sort.row.get("add"): sort for sort in sorts(contract).values()}
        self._memory: dict[tuple[str, bytes | str], tuple[Row, ...]] = {}
        self._refusals = {name: self._refusals_of(name) for name in ("", *contract.operations)}
        self._noes = {name: frozenset(status for status, _ in rows) for name, rows in self._refusals.items()}
        self._orders = {o.id: self._id_of(o) for o in contract.operations.values() if o.orders}

    def saw(self, exchange: Exchange, by: str = "") -> None:
        """Counts one exchange; `by` says who made it, as a test or a phase of a check."""
        if exchange.provider not in ("", self.provider) or exchange.direction != "in":
            return
        bundle = self._contract.bundle
        if self._contract.wire is not None and exchange.channel != MEDIA:
            for part in (exchange,) if exchange.wire is not None else self._contract.parts(exchange):
                self._saw(part, by)
            return
        known = self._contract.operations.get(exchange.operation)
        if bundle is None or exchange.channel == MEDIA or known is None or not (known.bundles or known.within):
            self._saw(exchange, by)
            return
        # Over the wire there is one route, and each task of a list is an operation of its own.
        whole = exchange.wire or exchange
        self._saw(whole._replace(operation=bundle.route, channel=self._contract.operations[bundle.route].channel), by)
        for part in bundle.parts(self._contract, whole):
            if part is not whole:
                self._saw(part, by)

    def _saw(self, exchange: Exchange, by: str) -> None:
        """Counts an exchange of one operation."""
        status = exchange.status
        operation = self._contract.operations.get(exchange.operation)
        if operation is None:
            self._refused("", exchange, by)
            return
        name = operation.id
        if operation.api not in self._apis:
            self._apis.add(operation.api)
            part = promised(self._contract.apis[operation.api].alone)
            self.rows.update({item: self._all[item] for item in part if item in self._all})
        row = self._answers.get((name, status))
        if row is None:
            # Some errors are said of whatever is asked, as of a path that cannot be: no operation names them.
            if not self._refused("", exchange, by):
                self.beside[f"{name} {status}"] += 1
            return
        row.meet(by)
        if not self._refused(name, exchange, by) and 200 <= status < 300:
            self._channels[name].meet(by)
            self._answered(operation, exchange, by)

    @staticmethod
    def merged(dicts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
        """What several have counted of one provider, as one; in whatever order, the same comes of it."""
        whole: Covered | None = None
        for told in dicts:
            part = Covered.of(told)
            if whole is None:
                whole = part
            else:
                whole.add(part)
        if whole is None:
            raise ValueError("expected coverage to merge; came none; run the tests or the check first")
        return whole.as_dict()

    def as_dict(self) -> dict[str, Any]:
        """For JSON; what no look has settled so far is told as doubt."""
        with self._doubted():
            return super().as_dict()

    def missing(self) -> Iterator[Missing]:
        """What nobody reached, group by group."""
        with self._doubted():
            yield from list(super().missing())

    @contextmanager
    def _doubted(self) -> Iterator[None]:
        """With the doubts that a later look may still settle."""
        doubts = list(self._looks.doubts())
        for row, times in doubts:
            row.doubted += times
        try:
            yield
        finally:
            for row, times in doubts:
                row.doubted -= times

    # -- what was asked well

    def _answered(self, operation: Operation, exchange: Exchange, by: str) -> None:
        name = operation.id
        if name in self._queries:
            for row in self._queried(name, exchange.url.partition("?")[2]):
                row.meet(by)
        if operation.speaks:
            for row in self._ordered(operation, exchange):
                row.meet(by)
            if name in self._adds:
                self._added(exchange, self._adds[name])
            if key := self._orders.get(name):
                task = exchange.task or value_at(_json(exchange.answer_body), steps_of(key))
                self._looks.begins((_world(exchange.url), str(task)))
        # An answer that a fault has bent tells of the fault, not of the task.
        if name in self._looks.operations and not exchange.bent:
            self._looks.look(
                name, (_world(exchange.url), exchange.task), _json(exchange.answer_body), by, exchange.at or -1.0
            )

    def _queried(self, name: str, query: str) -> tuple[Row, ...]:
        known = self._memory.get((name, query))
        if known is None:
            said = dict(parse_qsl(query, keep_blank_values=True))
            fields = self._queries[name].items()
            known = tuple(row for key, field in fields
                          for row in (field.read(said[key]) if key in said else field.left()))  # fmt: skip
            self._remember((name, query), known)
        return known

    def _ordered(self, operation: Operation, exchange: Exchange) -> tuple[Row, ...]:
        value, body = self._named(exchange.path) if operation.model else operation.id, exchange.request_body
        known = self._memory.get((value, body))
        if known is None:
            known, inputs = (), _json(exchange.request_body)
            model = self._model(operation, value, inputs)
            if model is not None:
                fields = self._fields_of(model).items() if isinstance(inputs, dict) else ()
                rows = (row for key, field in fields
                        for row in (field.met(inputs[key]) if key in inputs else field.left()))  # fmt: skip
                own = self.rows.get(("models", model.id))
                known = (*([own] if own is not None and operation.orders else []), *rows)
            self._remember((value, body), known)
        return known

    def _model(self, operation: Operation, value: str, inputs: Any) -> Model | None:
        """Whose form a body has. For which model a prop stands that was there before, the body alone may tell."""
        if operation.body is not None:
            return operation.body
        models = self._contract.of(operation).catalogue.models
        if "prop" not in operation.parameters[operation.model]:
            return models.get(value)
        if value in self._stands:
            return models.get(self._stands[value])
        fit = [model for model in models.values()
               if isinstance(inputs, dict) and model.judge.good(inputs) and inputs.keys() <= model.known]  # fmt: skip
        return fit[0] if len(fit) == 1 else None

    def _added(self, exchange: Exchange, sort: Sort) -> None:
        """Remembers for what a new prop stands; of many the latest."""
        name = value_at(_json(exchange.answer_body), steps_of(sort.row["id"]))
        if isinstance(name, str) and "makes" in sort.row:
            if len(self._stands) >= MOST_MEMORIES:
                self._stands.pop(next(iter(self._stands)))
            self._stands[name] = sort.row["makes"]

    def _remember(self, key: tuple[str, bytes | str], rows: tuple[Row, ...]) -> None:
        if len(self._memory) >= MOST_MEMORIES:
            self._memory.clear()
        if len(key[1]) < LONGEST_MEMORY:
            self._memory[key] = rows

    def _named(self, path: str) -> str:
        """What a path names, wherever the provider is mounted."""
        if path.startswith("/~"):
            path = "/" + path.partition("/~")[2].partition("/")[2]
        return self._contract.match(path.removeprefix(f"/{self.provider}"))[1]

    def _fields(self, operation: Operation) -> dict[str, Field]:
        return {key: self._field(("parameters", operation.id, key), operation.parameters[key]["schema"], False)
                for key in operation.queries}  # fmt: skip

    def _fields_of(self, model: Model) -> dict[str, Field]:
        """The fields of a model; with its first order, what it takes is there to be reached."""
        if self._contract.bundle is not None:
            model = self._contract.bundle.bare(model) if model.id not in self._models else model
        if model.id not in self._models:
            for item, row in of_model(model).items():
                self.rows.setdefault(item, row)
            required = model.schema.get("required", ())
            self._models[model.id] = {key: self._field(("inputs", model.id, key), schema, key in required)
                                      for key, schema in model.fields.items()}  # fmt: skip
        return self._models[model.id]

    def _field(self, item: tuple[str, ...], schema: Mapping[str, Any], required: bool) -> Field:
        rows = {known[-1]: row for known, row in {**self._all, **self.rows}.items() if known[:-1] == item}
        return Field(schema, required, rows)

    # -- what was refused

    def _refusals_of(self, name: str) -> Refusals:
        found: Refusals = {}
        for item, row in self._all.items():
            if item[:2] == ("errors", name):
                said = self._error(item[2], name)
                code = str(said.get("code", "" if self._contract.bundle is None else said["name"]))
                found.setdefault((said["status"], code), []).append((item[2], said["text"], row))
        return found

    def _error(self, reason: str, name: str) -> Mapping[str, Any]:
        return self._contract.error(reason, self._contract.operations.get(name))

    def _refused(self, name: str, exchange: Exchange, by: str) -> bool:
        """Counts the error that an answer was, if it was one."""
        if exchange.status not in self._noes[name]:
            return False
        rows = self._refusals[name]
        if exchange.channel == MEDIA:  # a file's answer is kept without its body
            for reason, _, row in (each for several in rows.values() for each in several):
                if reason == MEDIA_GONE and exchange.status == self._error(reason, name)["status"]:
                    row.meet(by)
            return True
        body = _json(exchange.answer_body)
        keys = self._contract.refusing(name, body)
        code = value_at(body, steps_of(keys["code"]))
        meant = rows.get((exchange.status, "" if code is None else str(code)), [])
        if len(meant) > 1:
            text = value_at(body, steps_of(keys["text"]))
            meant = [each for each in meant if _says(each[1], text)] or meant
        if len(meant) > 1:
            whole = isinstance(_json(exchange.request_body), dict)
            meant = [each for each in meant if (each[0] == NOT_JSON) is not whole] or meant
        alike = len({text for _, text, _ in meant}) == 1  # nobody can tell these apart, so it is both
        for _, _, row in meant:
            if alike:
                row.meet(by)
            else:
                row.doubted += 1
        return bool(meant)

    def _id_of(self, operation: Operation) -> str:
        """The key of a new task's id: as its lifecycle says, or what the paths that ask for it call it."""
        life = self._contract.lives.get(operation.lifecycle)
        if life is not None and "id" in life.tells:
            return str(life.tells["id"])
        return next((o.task for o in self._contract.operations.values()
                     if o.task and o.lifecycle == operation.lifecycle), "")  # fmt: skip


def _json(body: bytes) -> Any:
    """A body read in a third of the time that an exchange takes for it; what is no JSON is None."""
    try:
        return orjson.loads(body)
    except ValueError:
        return None


def _says(template: str, text: Any) -> bool:
    """Whether a text is that of a row, whose names in braces stand for something."""
    if "{" not in template or not isinstance(text, str):
        return bool(template == text)
    return re.fullmatch(re.sub(r"\\\{\w+\\\}", ".*", re.escape(template)), text, re.DOTALL) is not None


def _world(url: str) -> str:
    """The session that an address names: ids may be the same in two."""
    return url[2:].partition("/")[0] if url.startswith("/~") else ""


def read(text: bytes | str) -> dict[str, Any]:
    """The providers of a file of coverage; something else is a ValueError."""
    told = orjson.loads(text)
    if not isinstance(told, dict) or not isinstance(told.get("providers"), dict):
        raise ValueError("expected an object with providers; came something else; run the tests or the check again")
    return {name: Covered.of(part).as_dict() for name, part in told["providers"].items()}
