"""A provider's promise: its operations, models, errors and lifecycles, and whether an exchange keeps it.

A provider may have several APIs, each with pages, errors and a lifecycle of its own. Each is a contract by itself, and
the provider's contract is all of them joined: it hands each question on to the one whose operation it is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import replace
from functools import lru_cache
from typing import Any

from .alike import Takes
from .brought import address
from .bundle import Bundle
from .catalogue import NO_FINDINGS, Catalogue, Model
from .codes import Codes
from .derived import meant
from .document import Document, document
from .exchange import Exchange
from .finding import WEIGHT, Finding, Source, did_you_mean, shown
from .life import Lifecycle, at
from .models_file import Version, chosen, enrolled, versions
from .operation import Operation
from .paths import Paths
from .schema import Judge
from .stranger import deprecated_model, removed_model, unknown_model

ASIDE = ("states", "source", "where", "kind", "complete", "ordered")  # what a row of a schema says beside it
MOST_NAMED = 40  # of codes: more are looked up, not read


class Contract:
    """A promise, with the chosen readings of what its documents leave open: of one API, or of several joined."""

    def __init__(self, facts: Document) -> None:
        self.facts = facts
        self.provider = facts.provider
        self.api = facts.api
        self.apis: dict[str, Contract] = {self.api: self}
        self.whole = self
        self.wire: Contract | None = None  # the promise of which this is derived, for checks (derived.py)
        self.errors = {row["reason"]: row for row in facts.errors}
        self.lives = {name: Lifecycle(name, row) for name, row in facts.lifecycle.items()}
        self.schemas = {name: self._spelled(row) for name, row in facts.openapi["schemas"].items()}
        bundle = facts.openapi.get("bundle", {})
        envelope = frozenset(bundle[key] for key in ("by", "id", "model") if key in bundle)
        uris = facts.openapi.get("data_uris", "accept") == "accept"
        absent = tuple(facts.openapi.get("absent", {}).get("values", ()))
        self.takes = Takes(address(uris, facts.openapi.get("schemes", ())), absent)
        beside = facts.openapi.get("beside", {}).get("fields", {})
        self.catalogue = Catalogue(facts.models, facts.media, self.takes._replace(beside=beside), envelope)
        self.edition: str = facts.openapi.get("editions", {}).get("shown", "")  # of the documents
        self._lenient = frozenset(facts.openapi.get("lenient", {}).get("rules", ()))  # what is told, and taken
        self.base: str = facts.openapi.get("base", {}).get("path", "")  # which clients double, or leave out
        self.forms = {name: self._form(name) for name in facts.tasks.get("forms", ())}
        self.refused = Judge(self._whole("Error"))
        self._refusals = {name: Judge(self._whole(row["error"])) for name, row in facts.openapi["operations"].items()
                          if row.get("error", "Error") != "Error"}  # fmt: skip
        self.codes = Codes(facts.codes)
        self.in_band = {row["status"] for row in facts.errors if row.get("status", 300) < 300}
        self.operations = {name: self._operation(name, row) for name, row in facts.openapi["operations"].items()}
        self.bundle = Bundle(bundle, self.operations.values()) if bundle else None
        self._prices: dict[str, float] = {row["id"]: row["usd"] for row in facts.prices["models"]}
        self._plant()

    def _operation(self, name: str, row: Mapping[str, Any]) -> Operation:
        answers = {int(status): Judge(self._whole(each["schema"])) for status, each in row["answers"].items()}
        body = (self.forms.get(row["body"]) or self._form(row["body"])) if "body" in row else None
        streams = Judge(self._whole(row["streams"])) if row.get("streams") else None
        doors = self.facts.openapi["security"].get("also", {})
        return Operation(name, {"doors": doors, **row}, answers, self.api, body, streams)

    def _form(self, name: str) -> Model:
        """The form of a body that is the same for all who send it."""
        row = self.facts.tasks.get("forms", {}).get(name) or self.facts.openapi["schemas"][name]
        kind = self.facts.openapi.get("tasks", {}).get(name, {}).get("kind", row.get("kind", "text"))
        told = {"id": name, "kind": kind, "complete": row.get("complete", True),
                "schema": self.schemas.get(name) or row, "ordered": row.get("ordered", []), "source": row["source"],
                "where": row["where"]}  # fmt: skip
        envelope = self.catalogue.envelope if name in self.facts.tasks.get("forms", ()) else frozenset()
        return Model(told, self.catalogue.recommended, self.takes, envelope=envelope)

    @classmethod
    def joined(cls, parts: Iterable[Contract]) -> Contract:
        """Several APIs of a provider as one promise; what is not of an operation is as the first one has it."""
        first, *others = parts
        if not others:
            return first
        whole = copy(first)
        whole.whole = whole
        whole.apis = {part.api: part for part in (first, *others)}
        for part in others:
            whole.operations = whole.operations | part.operations
            whole.lives = whole.lives | part.lives
            whole.schemas = part.schemas | whole.schemas
        for part in whole.apis.values():
            part.whole = whole
        whole._plant()
        return whole

    @property
    def alone(self) -> Contract:
        """One API by itself: the one that this is, or the first of those that are joined here."""
        return self.apis[self.api]

    def of(self, operation: Operation | None) -> Contract:
        """The API of an operation; of none, the first one."""
        return self if operation is None or operation.api == self.api else self.apis.get(operation.api, self)

    def error(self, reason: str, operation: Operation | None = None) -> dict[str, Any]:
        """The row with which an operation says no for a reason; of an API that has none, the first other one's."""
        whose = next((part for part in (self.of(operation), *self.apis.values()) if reason in part.errors), self)
        row: dict[str, Any] = whose.errors.get(reason, {})
        if operation is None or "of" not in row:
            return row
        told = (row["of"].get(word) for word in (operation.id, operation.lifecycle, operation.channel))
        return {**row, **next(filter(None, told), {})}

    @property
    def life(self) -> Lifecycle:
        """The one lifecycle of an API."""
        return next(iter(self.lives.values()))

    def with_models(self, rows: Iterable[Mapping[str, Any]]) -> Contract:
        """The same promise with more models, or with newer ones of known ids; all else is shared, not made anew."""
        more = copy(self)
        more.catalogue = self.catalogue.plus(enrolled(rows, self.facts.tasks, self.catalogue.models))
        more.apis = {self.api: more}
        if len(self.apis) > 1:
            first = copy(self.apis[self.api])
            first.catalogue, first.apis = more.catalogue, {self.api: first}
            more.apis = {**self.apis, self.api: first}
            more.whole = first.whole = more
        return more

    def _spelled(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """A schema with its words filled in from the lifecycle and its states written as conditions."""
        schema = {key: value for key, value in row.items() if key not in ASIDE}
        life = self.life
        fields = {}
        for name, field in row.get("properties", {}).items():
            channel = field.get("words")
            fields[name] = {"enum": list(dict.fromkeys(life.words[channel].values()))} if channel else field
        if fields:
            schema["properties"] = fields
        if "states" in row:
            schema["allOf"] = list(_conditions(row["states"], life))
        return schema

    def _whole(self, name: str) -> dict[str, Any]:
        return {"$ref": f"#/components/schemas/{name}", "components": {"schemas": self.schemas}}

    def _plant(self) -> None:
        known = self.catalogue
        self._paths = Paths(self.operations.values(), self.base, lambda name: known.find(name, False) is not None)

    def match(self, path: str) -> tuple[dict[str, Operation], str]:
        """The operations at a path, by method, and the one thing that the path names; none for an unknown path."""
        return self._paths.match(path)

    def straight(self, path: str) -> str:
        """The path that was meant, where the end of the base address stands in it twice, or not at all."""
        return self._paths.straight(path)

    def check_request(
        self,
        operation: Operation,
        value: str,
        query: Iterable[tuple[str, str]],
        body: Any,
        model: Model | None = None,
        plain: Any = None,
    ) -> tuple[Finding, ...]:  # fmt: skip
        """What is wrong with a request; a finding that bears a reason is refused by the provider's own row for it.
        `plain` is the body as its model reads it, if somebody has read it already.

        `model` is whose form the body is to have; one that is not of the catalogue was let in by a setting, and is
        named.
        """
        found = operation.check_query(query) if query else NO_FINDINGS
        if not operation.speaks:
            return found
        model = operation.body or model
        if operation.model and (model is None or not model.listed):
            found = (*found, unknown_model(self.catalogue, operation, value, model))
        if model is None:
            return found
        if model.editions and self.edition and self.edition not in model.editions:
            found = (*found, removed_model(model, self.edition, operation.id))
        if model.deprecated:
            found = (*found, deprecated_model(model, operation.id))
        if type(body) is not dict:
            return (*found, Finding("bad-json", "broken", "", "a JSON object", shown(body),
                                    "send the inputs as one flat object", operation.id, "documented",
                                    "bad-json"))  # fmt: skip
        wrong = model.check(body, operation.id, plain)
        if wrong and self._lenient:
            wrong = tuple(replace(each, reason="") if each.rule in self._lenient else each for each in wrong)
        return found + (self.codes.sorted(wrong) if wrong else wrong)

    def check_answer(self, operation: Operation, status: int, body: Any) -> tuple[Finding, ...]:
        """What is wrong with an answer."""
        if operation.api != self.api:
            return self.of(operation).check_answer(operation, status, body)
        judge = operation.answers.get(status)
        if judge is None:
            reasons = [row for row in self.errors.values() if row.get("status") == status]
            if not reasons:
                known = sorted(
                    {*operation.answers, *(row["status"] for row in self.errors.values() if "status" in row)}
                )
                said = "one of " + ", ".join(map(str, known))
                return (Finding("undocumented-status", "broken", "", said, str(status),
                                "compare with the error table: explain " + self.provider, operation.id),)  # fmt: skip
            judge = self._refusals.get(operation.id, self.refused)
        if judge.good(body):
            return NO_FINDINGS
        if status in self.in_band:  # a no that is said with a yes's status
            judge = self._refusals.get(operation.id, self.refused)
            if judge.good(body):
                return NO_FINDINGS
        return _misshapen(judge, body, operation.id, operation.source)

    def refused_as(self, said: Exchange, operation: str) -> tuple[Finding, ...]:
        """What is wrong with the form of an error answer, whatever was asked."""
        judge = self._refusals.get(operation, self.refused)
        if not operation:  # where nothing is, any API may say so
            judge = next((each for each in self._refusals.values() if each.good(said.json)), judge)
        return _misshapen(judge, said.json, operation, self.facts.openapi["schemas"]["Error"]["source"])

    def refusing(self, operation: str = "", body: Any = None) -> Mapping[str, Any]:
        """In which keys an operation's errors tell their code and text; of no operation, those that a body has."""
        part = self.of(self.operations.get(operation))
        row: Mapping[str, Any] = part.facts.openapi.get("refused", {})
        if operation:
            return row.get("of", {}).get(operation, row)  # type: ignore[no-any-return]
        others = (row, *row.get("of", {}).values(), *(each.facts.openapi["refused"] for each in self.apis.values()))
        return next((each for each in others if at(body, f"/{each['code']}") is not None), row)

    def parts(self, said: Exchange) -> Iterable[Exchange]:
        """The exchanges that one over the wire stands for; of most wires, that one."""
        if self.bundle is not None:
            return self.bundle.parts(self, said)
        return (meant(self, said),) if self.wire is not None else (said,)

    def answer_schema(self, operation: Operation, status: int) -> Mapping[str, Any]:
        """The schema of an operation's answer, whose own properties stand in it; nothing for a status without one."""
        part = self.of(operation)
        row = part.facts.openapi["operations"][operation.id]["answers"].get(str(status))
        return part.schemas[row["schema"]] if row else {}

    def check_life(self, exchanges: Iterable[Exchange]) -> list[Finding]:
        """What is wrong with one task's life, as its exchanges told it."""
        told = list(exchanges)
        names = {self.operations[e.operation].lifecycle for e in told if e.operation in self.operations}
        return [finding for name in sorted(names - {""}) for finding in self.lives[name].check(told)]

    def price(self, model: str) -> float | None:
        """What one order of a model costs, where a dated source says so."""
        return self._prices.get(model)

    def failure(self, error: str, operation: Operation | None = None) -> tuple[str, int]:
        """The text and code of a generation that failed: a row's own, that of its API first, or any other words as
        they are."""
        row = self.failed(error, operation)
        return row["text"], row.get("code", 0)

    def failed(self, error: str, operation: Operation | None = None) -> dict[str, Any]:
        """The row of a generation that failed: the one that bears a word, or the usual one with other words."""
        word = error or "task-failed"
        row = (self.of(operation)._row(word) if operation else None) or self._row(word)
        return row or {**self.error("task-failed", operation), "text": error, "code": 0}

    def reason(self, word: str) -> str:
        """The reason behind an error's name, code or reason; a word that no row of a refusal bears is a ValueError."""
        row = self._row(str(word))
        if row is not None and "status" in row:
            return str(row["reason"])
        names = [str(row["name"]) for part in self.apis.values() for row in part.errors.values() if "status" in row]
        cure = did_you_mean(word, [*names, *self.errors], f"see understudy explain {self.provider}")
        if row is not None and row["reason"] in self.errors:
            cure = f"a task fails with it, no order is refused: script(fails={word!r})"
        known = list(dict.fromkeys(names))
        listed = ", ".join(known) if len(known) <= MOST_NAMED else f"{', '.join(known[:3])} or another of {len(known)}"
        raise ValueError(f"expected an error of {self.provider}: {listed}; came {word!r}; {cure}")

    def coded(self, name: Any, operation: Operation | None = None) -> dict[str, Any]:
        """The first row of errors that bears a name, of an operation's own API; none is empty."""
        return next((row for row in self.of(operation).errors.values() if row["name"] == name), {})

    def _row(self, word: str) -> dict[str, Any] | None:
        rows = (each for part in self.apis.values() for row in part.errors.values()
                for each in (row, *({**row, **other} for other in row.get("of", {}).values())))  # fmt: skip
        return next((row for row in rows if word in (row["reason"], row["name"], str(row.get("code")))), None)

    def openapi(self, base: str = "") -> dict[str, Any]:
        """The promise as an OpenAPI 3.1 document, one path per model; `base` stands for the provider's own address."""
        from .openapi import published  # half as long as this module, and asked for once

        return published(self, base)


def _misshapen(judge: Judge, body: Any, operation: str, source: Source) -> tuple[Finding, ...]:
    return tuple(Finding("answer-shape", WEIGHT[source], d.pointer, d.expected, shown(d.came),
                         "the answer is not what the documents promise", operation, source)
                 for d in judge.differences(body))  # fmt: skip


def _conditions(states: Mapping[str, Any], life: Lifecycle) -> Iterable[dict[str, Any]]:
    words = life.words[states["word"]]
    by_word: dict[str, dict[str, Any]] = {}
    for state, rule in states.items():
        if state != "word":
            by_word.setdefault(words[state], rule)
    for word, rule in by_word.items():
        then: dict[str, Any] = {}
        if "required" in rule:
            then["required"] = rule["required"]
        if "forbidden" in rule or "properties" in rule:
            then["properties"] = {**rule.get("properties", {}), **dict.fromkeys(rule.get("forbidden", ()), False)}
        condition = {"properties": {"status": {"const": word}}, "required": ["status"]}
        yield {"if": condition, "then": then}


@lru_cache
def _load(provider: str, chosen: tuple[tuple[str, str], ...]) -> Contract:
    facts = document(provider, dict(chosen))
    return Contract.joined(map(Contract, (facts, *facts.others)))


@lru_cache(32)
def _extended(promise: Contract, files: tuple[Version, ...]) -> Contract:
    return promise.with_models(chosen(promise.provider, files))


def contract(provider: str, readings: Mapping[str, str] | None = None, models: str = "") -> Contract:
    """A provider's contract; equal readings share one. `models` names models files, with commas between."""
    promise = _load(provider, tuple(sorted((readings or {}).items())))
    return _extended(promise, versions(models)) if models else promise
