"""Bodies made by chance for hypothesis: right ones, and ones of which each breaks one rule."""

from __future__ import annotations

import re
from base64 import b64encode
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from math import inf, nextafter
from string import ascii_letters, digits
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ...catalogue import Catalogue, Model
from ...contract import contract
from ...document import PROVIDERS
from ...finding import did_you_mean, shown
from ...schema import pointer
from .edges import Broken, bad_values, bounds, breaks, fits, good_values, item_schema, sound
from .spellings import walked
from .values import Path, Schema, narrowed, types

MOST_TEXT, MOST_ITEMS = 60, 5  # of what a schema leaves open; its own bounds are reached all the same
MOST_EDGE = (
    8192  # characters of a value at an edge; longer ones are for the drill, since hypothesis shows what it draws
)
MOST_WHOLE = 2**53 - 1  # beyond it, readers of JSON do not agree on a number
HOSTS = ("example.com", "cdn.example.org", "media.example.net:8443", "[2001:db8::1]")
LETTERS = st.characters(codec="utf-8")
SCALARS = (st.none() | st.booleans() | st.integers(-MOST_WHOLE, MOST_WHOLE) | st.floats(-1e15, 1e15)
           | st.text(LETTERS, max_size=10))  # fmt: skip
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(LETTERS, max_size=5), inner, max_size=3),
)

Ways = dict[str, list[SearchStrategy[tuple[Any, Broken]]]]  # by the rule that is broken


def inputs(model: str | Model, /, provider: str = "", **fixed: Any) -> SearchStrategy[dict[str, Any]]:
    """Every body that a model takes, about which nothing is doubtful either.

    `fixed` holds fields to a value, or to a strategy of one's own: `inputs("tongyi-mai/z-image/turbo", num_images=2)`.
    """
    whom = found(model, provider)
    fields = {name: _said(whom, name, value) for name, value in fixed.items()}
    return _body(walked(whom), fields).filter(lambda body: sound(whom, body))


def bad_inputs(model: str | Model, /, provider: str = "") -> SearchStrategy[tuple[Any, Broken]]:
    """Bodies of which each breaks exactly one rule of a model, and which; one rule as often as another."""
    whom = found(model, provider)
    whole = inputs(whom)
    schema = walked(whom)
    ways: Ways = defaultdict(list)
    ways["missing-required"] += [st.builds(_without, whole, st.just(name)) for name in schema.get("required", ())]
    for name, field in _fields(schema).items():
        for rule, bad in _wrong(field, (name,)).items():
            ways[rule].append(st.builds(_with, whole, st.just(name), st.one_of(bad)))
    ways["bad-json"].append(JSON.filter(lambda value: type(value) is not dict).map(
        lambda value: (value, Broken("bad-json", "", f"{shown(value, 20)} in place of an object"))))  # fmt: skip
    every = [st.one_of(each) for each in ways.values() if each]
    return st.sampled_from(every).flatmap(lambda way: way).filter(lambda pair: breaks(whom, *pair))


def found(model: str | Model, provider: str = "") -> Model:
    """A model by its id, whoever offers it; an id that nobody knows is a LookupError."""
    if isinstance(model, Model):
        return model
    if provider and provider not in PROVIDERS:
        cure = did_you_mean(provider, PROVIDERS, "leave it out: the id tells whose it is")
        raise LookupError(f"expected a provider among {', '.join(PROVIDERS)}; came {provider!r}; {cure}")
    shelves: list[Catalogue] = [contract(name).catalogue for name in ([provider] if provider else PROVIDERS)]
    for shelf in shelves:
        if model in shelf.models:
            return shelf.models[model]
    near = ", ".join(name for shelf in shelves for name in shelf.nearest(model))
    cure = f"nearest: {near}" if near else "understudy catalogue lists them all"
    raise LookupError(f"expected a model that {provider or 'a provider'} offers; came {model!r}; {cure}")


def _said(model: Model, name: str, value: Any) -> SearchStrategy[Any]:
    """What a caller holds a field to; a value that the model would refuse is said at once."""
    if name not in model.fields:
        cure = did_you_mean(name, model.fields, f"take one of {', '.join(model.fields)}")
        raise ValueError(f"expected a field of {model.id}; came {name!r}; {cure}")
    if isinstance(value, SearchStrategy):
        return value
    wrong = [each for each in model.check({**model.example(), name: value}) if each.where.split("/")[1:2] == [name]
             and each.severity != "note"]  # fmt: skip
    if wrong:
        raise ValueError(f"expected {name} of {model.id} to be {wrong[0].expected}; came {wrong[0].came}; "
                         f"{wrong[0].cure}")  # fmt: skip
    return st.just(value)


def _fields(schema: Schema) -> dict[str, Schema]:
    return {name: field if isinstance(field, Mapping) else {} for name, field in schema.get("properties", {}).items()}


def _without(body: dict[str, Any], name: str) -> tuple[dict[str, Any], Broken]:
    rest = {other: value for other, value in body.items() if other != name}
    return rest, Broken("missing-required", pointer((name,)), "left out")


def _with(body: dict[str, Any], name: str, bad: tuple[Any, Broken]) -> tuple[dict[str, Any], Broken]:
    return {**body, name: bad[0]}, bad[1]


def _body(schema: Schema, fixed: Mapping[str, SearchStrategy[Any]] | None = None) -> SearchStrategy[dict[str, Any]]:
    """An object: what is required or held, and any of the rest."""
    held = fixed or {}
    fields = _fields(schema)
    must = {name: _value(fields.get(name, {})) for name in schema.get("required", ())} | dict(held)
    may = {name: _value(field) for name, field in fields.items() if name not in must}
    return st.fixed_dictionaries(must, optional=may)


def _value(schema: Schema) -> SearchStrategy[Any]:
    """A value of a field: one at an edge as often as any other."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "const" in schema:
        return st.just(schema["const"])
    edges = [value for value in good_values(schema) if len(str(value)) < MOST_EDGE]
    made = [_made(branch, word) for branch in (*narrowed(schema), schema) for word in types(branch)]
    if not made and not list(narrowed(schema)):
        return JSON
    return st.one_of(st.sampled_from(edges), *made)


def _made(schema: Schema, word: str) -> SearchStrategy[Any]:
    if word == "string":
        return _text(schema)
    if word in ("integer", "number"):
        return _number(schema, word == "integer")
    if word == "array":
        least = schema.get("minItems", 0)
        return st.lists(_value(item_schema(schema)), min_size=least,
                        max_size=schema.get("maxItems", least + MOST_ITEMS))  # fmt: skip
    if word == "object":
        return _body(schema)
    return st.booleans() if word == "boolean" else st.none()


def _text(schema: Schema) -> SearchStrategy[str]:
    if "_uri" in schema.get("format", ""):
        kind = schema["format"].partition("_uri")[0]
        return _address() | _data(kind) if re.search(schema.get("pattern", ""), "data:,") else _address()
    if "pattern" in schema:
        pattern: str = schema["pattern"]
        return st.from_regex(pattern)
    least = schema.get("minLength", 1)
    return st.text(LETTERS, min_size=least, max_size=min(schema.get("maxLength", inf), least + MOST_TEXT))


@cache
def _address() -> SearchStrategy[str]:
    """An address on a host that is nobody's."""
    scheme = st.sampled_from(["https", "HTTPS", "hTTps"])
    step = st.text(ascii_letters + digits + "-._~!$&'()*+,;=:@é", min_size=1, max_size=12).map(
        lambda text: quote(text, safe="-._~!$&'()*+,;=:@"))  # fmt: skip
    path = st.lists(step, max_size=4).map("/".join)
    query = st.just("") | step.map("?name={}".format) | step.map("#{}".format)
    return st.builds("{}://{}/{}{}".format, scheme, st.sampled_from(HOSTS), path, query)


@cache
def _data(kind: str) -> SearchStrategy[str]:
    """A data URI."""
    label = st.sampled_from([f"{kind}/png", f"{kind}/mp4", f"{kind}/*", "application/octet-stream", ""])
    content = st.binary(max_size=48)
    packed = st.builds("data:{};base64,{}".format, label, content.map(lambda data: b64encode(data).decode()))
    plain = st.builds("DATA:{},{}".format, label, st.builds(_quoted, content))
    return packed | plain


def _quoted(data: bytes) -> str:
    return quote(data)


def _number(schema: Schema, whole: bool) -> SearchStrategy[Any]:
    low, high = bounds(schema)
    step = schema.get("multipleOf")
    if whole or step:
        unit = step or 1
        least = -(-max(low, -MOST_WHOLE) // unit)
        return st.integers(int(least), int(min(high, MOST_WHOLE) // unit)).map(lambda number: number * unit)
    return st.floats(max(low, -1e15), min(high, 1e15))


def _wrong(schema: Schema, path: Path) -> Ways:
    """Values that break one rule of a field, by rule: one just outside as often as any other."""
    where, wanted = pointer(path), types(schema)
    ways: Ways = defaultdict(list)
    edges: dict[str, list[tuple[Any, Broken]]] = {}
    for value, broken in bad_values(schema, path):
        edges.setdefault(broken.rule, []).append((value, broken))
    for rule, each in edges.items():
        ways[rule].append(st.sampled_from(each))
    if wanted:
        ways["invalid-type"].append(JSON.filter(lambda value: not any(fits(value, word) for word in wanted)).map(
            lambda value: (value, Broken("invalid-type", where, f"{shown(value, 20)} where "
                                         f"{' or '.join(wanted)} is asked for"))))  # fmt: skip
    if "enum" in schema:
        other = st.text(LETTERS, max_size=12) if "string" in wanted else st.integers(-MOST_WHOLE, MOST_WHOLE)
        words = schema["enum"]
        ways["not-in-list"].append(other.filter(lambda word: word not in words).map(
            lambda word: (word, Broken("not-in-list", where, "a word that nobody lists"))))  # fmt: skip
    elif {"integer", "number"} & set(wanted):
        ways["out-of-range"] += _outside(schema, where)
    elif "maxLength" in schema:
        most = schema["maxLength"]
        ways["wrong-length"].append(st.integers(most + 1, most * 2 + 100).map(lambda length: (
            "雨" * length, Broken("wrong-length", where, f"{length} characters, of {most} at most"))))  # fmt: skip
    return {rule: each for rule, each in ways.items() if each}


def _outside(schema: Schema, where: str) -> list[SearchStrategy[tuple[Any, Broken]]]:
    low, high = bounds(schema)
    whole = "number" not in types(schema)
    sides = []
    if low != -inf:
        sides.append(st.integers(-MOST_WHOLE, int(low) - 1) if whole else st.floats(-1e15, nextafter(low, -inf)))
    if high != inf:
        sides.append(st.integers(int(high) + 1, MOST_WHOLE) if whole else st.floats(nextafter(high, inf), 1e15))
    return [side.map(lambda number: (number, Broken("out-of-range", where, f"{number} where {low} to {high} is asked "
                                                    f"for"))) for side in sides]  # fmt: skip
