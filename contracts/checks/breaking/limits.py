"""The mutants of what is taken: parameters that do nothing, rules that are not enforced, bounds that are too strict."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import Any, NamedTuple

from ...catalogue import Model
from ...contract import Contract
from ...exchange import Exchange
from ...operation import Operation
from ...schema import Judge
from ..asking.spellings import walked
from ..props import offered
from ..subject import Ask
from .bending import inputs, queried, querying, sending
from .mutant import Bend, Mutant, Stage

# One of them is of another type than is asked for.
STRANGE: tuple[Any, ...] = (0.5, 5, "odd", True, [], {}, ["odd"], None)
LIMITS = ("enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength",
          "minItems", "maxItems", "pattern", "type")  # fmt: skip
BOUNDS = ("enum", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems")  # what can be just kept
LAX = "what the provider refuses works here, and breaks the day it is sent there"
STRICT = "what the provider takes is refused"
SKIPS = "a client that pages skips an entry, or sees one twice"
OTHERWISE = "a user pays for another file than the one that was ordered"
Turn = Callable[[Ask], Ask]


def limits(contract: Contract) -> Iterator[Mutant]:
    """All of them: of the query of each operation, and of the body of one model of each shape."""
    for operation in contract.operations.values():
        for name in operation.queries:
            yield from _parameter(operation, name)
            if "invalid-input" in operation.refusals:
                yield from _bounds(operation, name)
    for model in representatives(contract):
        for rule in rules(model):
            yield _lax(model, rule)
            yield from _strict(model, rule)
        yield from _demanding(model)
    yield from _unheeded(contract)


def representatives(contract: Contract) -> list[Model]:
    """One model of each shape: of those that are known whole, the one that takes most."""
    best: dict[Any, Model] = {}
    for model in offered(contract):
        known = best.get(model.shape)
        if model.complete and (known is None or len(model.fields) > len(known.fields)):
            best[model.shape] = model
    return list(best.values())


# -- parameters


def asking(operation: Operation, turn: Turn) -> Bend:
    """Bends what is asked of an operation, before it is sent."""

    def bend(stage: Stage, ask: Ask) -> Exchange:
        asked, _ = stage.match(ask)
        return stage.send(turn(ask) if asked is operation else ask)

    return bend


def _parameter(operation: Operation, name: str) -> Iterator[Mutant]:
    """What a parameter asks for, and does not bring about."""
    schema = operation.parameters[name]["schema"]
    place = f"{operation.id} ?{name}"

    def one(said: str, why: str, turn: Turn) -> Mutant:
        return Mutant(f"{place} {said}", "parameter", place, why, asking(operation, turn))

    yield one("ignored", "what a client asked for does not happen", lambda ask: querying(ask, name, None))
    if "enum" in schema:
        # The first word that does nothing is a parameter that is ignored.
        for word in schema["enum"][1:]:
            other = next(each for each in schema["enum"] if each != word)
            yield one(f"{word} read as {other}", "a client gets the contrary", _instead(name, word, other))
    elif schema["type"] == "integer":
        yield one("one too many", SKIPS, lambda ask: _counted(ask, name, 1))
        yield one("one too few", SKIPS, lambda ask: _counted(ask, name, -1))
        if "default" in schema:
            other = str(schema["default"] + 1)
            yield one("another default", "a client that relies on it gets another page",
                      lambda ask: querying(ask, name, queried(ask).get(name, other)))  # fmt: skip
    else:
        yield one("finds nothing", "a client believes that there is none", lambda ask: _misspelled(ask, name))


def _instead(name: str, word: str, other: str) -> Turn:
    return lambda ask: querying(ask, name, other) if queried(ask).get(name) == word else ask


def _misspelled(ask: Ask, name: str) -> Ask:
    text = queried(ask).get(name)
    return querying(ask, name, f"{text}~") if text else ask


def _counted(ask: Ask, name: str, by: int) -> Ask:
    text = queried(ask).get(name, "")
    return querying(ask, name, str(int(text) + by)) if text.isdecimal() else ask


def _bounds(operation: Operation, name: str) -> Iterator[Mutant]:
    """Each rule of a parameter that is not enforced, and each bound that is refused."""
    schema = operation.parameters[name]["schema"]
    place = f"{operation.id} ?{name}"
    wrong = next((str(value) for value in STRANGE if not _right(schema, str(value))), None)
    if wrong is None:
        return
    for keyword in [keyword for keyword in LIMITS if keyword in schema]:
        lax = Judge({key: value for key, value in schema.items() if key != keyword})
        # A rule that no text can break alone, as that a text is one, is none of a query's.
        if any(_only(schema, lax, str(value)) for value in broken(schema, keyword)):
            forgiving = asking(operation, _forgiving(schema, lax, name))
            yield Mutant(f"{place} {keyword} not enforced", "parameter", place, LAX, forgiving)
        for bound in schema["enum"] if keyword == "enum" else [schema[keyword]]:
            if _right(schema, str(bound)):
                strict = asking(operation, _instead(name, str(bound), wrong))
                yield Mutant(f"{place} {keyword} {bound} refused", "parameter", place, STRICT, strict)
    demanding = asking(operation, lambda ask: ask if name in queried(ask) else querying(ask, name, wrong))
    yield Mutant(f"{place} asked for", "parameter", place, STRICT, demanding)


def _forgiving(schema: Mapping[str, Any], lax: Judge, name: str) -> Turn:
    """Overlooks what breaks one rule."""

    def forgiving(ask: Ask) -> Ask:
        text = queried(ask).get(name)
        return querying(ask, name, None) if text is not None and _only(schema, lax, text) else ask

    return forgiving


def _only(schema: Mapping[str, Any], lax: Judge, text: str) -> bool:
    """Whether a text breaks the one rule that is left out, and no other."""
    return not _right(schema, text) and lax.good(_read(schema, text))


def _read(schema: Mapping[str, Any], text: str) -> Any:
    whole = schema.get("type") == "integer" and text.removeprefix("-").isdecimal()
    return int(text) if whole else text


def _right(schema: Mapping[str, Any], text: str) -> bool:
    return Judge(schema).good(_read(schema, text))


# -- bodies


class Rule(NamedTuple):
    """One rule of a model's inputs, and a body that breaks it alone."""

    field: str
    keyword: str
    bound: Any
    of_items: bool
    witness: dict[str, Any]
    lax: Judge  # the schema without the rule

    def at_bound(self, body: Any) -> bool:
        """Whether a body just keeps the rule: of the words of a list the last one is the one that is forgotten."""
        if not isinstance(body, dict) or self.field not in body:
            return False
        value = body[self.field]
        if self.keyword in ("minLength", "maxLength", "minItems", "maxItems"):
            return isinstance(value, (str, list)) and len(value) == self.bound
        return bool(value == (self.bound[-1] if self.keyword == "enum" else self.bound))


def rules(model: Model) -> list[Rule]:
    """The rules of a model's inputs that can be broken one at a time."""
    return list(_rules(model)) if model.judge.good(model.example()) else []


def _rules(model: Model) -> Iterator[Rule]:
    schema, example = walked(model), model.example()
    for name in schema.get("required", ()):
        without = {key: value for key, value in example.items() if key != name}
        lax = Judge({**schema, "required": [each for each in schema["required"] if each != name]})
        if lax.good(without):
            yield Rule(name, "required", None, False, without, lax)
    for name, field in schema.get("properties", {}).items():
        items = field.get("items") if isinstance(field.get("items"), dict) else None
        for own in (field, items) if items else (field,):
            place = ("properties", name) if own is field else ("properties", name, "items")
            for keyword in [keyword for keyword in LIMITS if keyword in own]:
                lax = Judge(_without(schema, place, keyword))
                values = broken(own, keyword, items)
                bodies = ({**example, name: value if own is field else [value]} for value in values)
                witness = next((body for body in bodies if lax.good(body) and not model.judge.good(body)), None)
                if witness is not None:
                    yield Rule(name, keyword, own[keyword], own is not field, witness, lax)


def _without(schema: Mapping[str, Any], place: tuple[str, ...], keyword: str) -> dict[str, Any]:
    copied: dict[str, Any] = deepcopy(dict(schema))
    node = copied
    for step in place:
        node = node[step]
    del node[keyword]
    return copied


def broken(field: Mapping[str, Any], keyword: str, items: Mapping[str, Any] | None = None) -> list[Any]:
    """Values that may break one rule of a field alone."""
    bound = field[keyword]
    item = _item(items or {})
    values: dict[str, Callable[[], list[Any]]] = {
        "minimum": lambda: [bound - 1, bound - 0.5], "maximum": lambda: [bound + 1, bound + 0.5],
        "exclusiveMinimum": lambda: [bound], "exclusiveMaximum": lambda: [bound], "multipleOf": lambda: [bound * 1.5],
        "minLength": lambda: ["x" * (bound - 1)], "maxLength": lambda: ["x" * (bound + 1)],
        "minItems": lambda: [[item] * (bound - 1)], "maxItems": lambda: [[item] * (bound + 1)],
        "pattern": lambda: ["odd"], "enum": lambda: ["odd", 99, -99], "type": lambda: list(STRANGE),
    }  # fmt: skip
    return values[keyword]()


def _item(items: Mapping[str, Any]) -> Any:
    if "enum" in items:
        return items["enum"][0]
    return {} if items.get("type") == "object" else "https://example.com/input.png"


def ordering(model: Model, turn: Callable[[dict[str, Any]], Any]) -> Bend:
    """Bends the inputs of a model's orders, before they are sent."""

    def bend(stage: Stage, ask: Ask) -> Exchange:
        body = inputs(ask) if stage.orders_from(ask) is model else None
        turned = turn(body) if isinstance(body, dict) else body
        return stage.send(ask if turned is body else sending(ask, turned))

    return bend


def _lax(model: Model, rule: Rule) -> Mutant:
    """Takes what breaks one rule: it puts right what was sent."""
    right = {name: value for name, value in model.example().items() if name == rule.field}

    def forgiven(body: dict[str, Any]) -> dict[str, Any]:
        if model.judge.good(body) or not rule.lax.good(body):
            return body
        return {**{name: value for name, value in body.items() if name != rule.field}, **right}

    place = f"{model.id} {rule.field}"
    within = " of its items" if rule.of_items else ""
    return Mutant(f"{place} {rule.keyword}{within} not enforced", "rule", place, LAX, ordering(model, forgiven))


def _strict(model: Model, rule: Rule) -> Iterator[Mutant]:
    """Refuses what just keeps a rule: it sends what breaks it."""
    if rule.keyword not in BOUNDS or rule.of_items:
        return

    def refusing(body: dict[str, Any]) -> dict[str, Any]:
        return (
            {**body, rule.field: rule.witness[rule.field]} if rule.at_bound(body) and model.judge.good(body) else body
        )

    place = f"{model.id} {rule.field}"
    yield Mutant(f"{place} {rule.keyword} itself refused", "rule", place, STRICT, ordering(model, refusing))


def _demanding(model: Model) -> Iterator[Mutant]:
    """Asks for a field that may be left out."""
    must = model.schema.get("required", ())
    name = next((name for name in model.fields if name not in must), None)
    rule = next(iter(rules(model)), None)
    if name is None or rule is None:
        return

    def refusing(body: dict[str, Any]) -> dict[str, Any]:
        return rule.witness if name not in body and model.judge.good(body) else body

    place = f"{model.id} {name}"
    yield Mutant(f"{place} asked for", "rule", place, STRICT, ordering(model, refusing))


def _unheeded(contract: Contract) -> Iterator[Mutant]:
    """Inputs that say what is made, and are not heeded."""
    submit = next(operation for operation in contract.operations.values() if operation.orders)
    for name in contract.catalogue.shaping:
        if any(name in model.fields for model in offered(contract)):
            place = f"{submit.id} /{name}"
            yield Mutant(f"{submit.id} {name} not heeded", "input", place, OTHERWISE, _deaf(name))


def _deaf(name: str) -> Bend:
    """Makes what is made where an input was left out, of what is right with it and without."""

    def bend(stage: Stage, ask: Ask) -> Exchange:
        model, body = stage.orders_from(ask), inputs(ask)
        if model is None or not isinstance(body, dict) or name not in body or not model.judge.good(body):
            return stage.send(ask)
        usual = {name: model.example()[name]} if name in model.schema.get("required", ()) else {}
        return stage.send(sending(ask, {**{key: value for key, value in body.items() if key != name}, **usual}))

    return bend
