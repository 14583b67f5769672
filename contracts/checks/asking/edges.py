"""The edges of what a model takes: bodies that are just right, and bodies of which each breaks one rule."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from math import ceil, floor, inf, nextafter
from typing import Any, NamedTuple

from ...catalogue import Model
from ...schema import pointer
from .spellings import otherwise, voided, walked
from .values import Path, Schema, narrowed, ordinary, plain_body, types, wrong_addresses

LONG_TEXT, LONG_DATA = 3000, 200_000  # characters, where nothing says how many there may be
MOST_ITEMS = 100  # of a list that says no more than how few it may hold
FAR = 10**9  # how far outside "far outside" is
UNBOUNDED = (0, 1, 2**31 - 1)  # whole numbers that are tried where no bound is told
ODD_TEXT = 'Ein roter Zug, "雨" \\ 🚋\n'  # what a server that builds its JSON or its log by hand trips over
NO_OBJECTS: tuple[tuple[Any, str], ...] = (
    (None, "null"),
    ([], "a list"),
    ("text", "a text"),
    (5, "a number"),
    (True, "true"),
)
# What comes in the place of each type; whatever the schema takes after all is left out.
CONFUSED = ("5", "true", 5, 0.5, True, ["text"], {"key": "text"}, None)


class Broken(NamedTuple):
    """Which rule a body breaks, by its slug, at which JSON pointer, and how."""

    rule: str
    where: str
    what: str


Wrong = Iterator[tuple[Any, Broken]]


def good_edges(model: Model) -> Iterator[dict[str, Any]]:
    """Every body at an edge of what a model takes: each word, each bound, each field left out; none comes twice."""
    ends = _ends(model) if "between" in model.schema else None
    every = chain(_objects(walked(model), ends), otherwise(model))
    return _once(body for body in every if sound(model, body))


def bad_edges(model: Model) -> Iterator[tuple[Any, Broken]]:
    """Every way to break one rule of a model, once, in a body that is right elsewhere."""
    for value, said in NO_OBJECTS:
        yield value, Broken("bad-json", "", f"{said} in place of an object")
    least = model.example() if "between" in model.schema else None
    void = (
        (body, Broken("missing-required", pointer((name,)), "nothing in its place")) for body, name in voided(model)
    )
    for body, broken in chain(_bad_objects(walked(model), (), least), void):
        if breaks(model, body, broken):
            yield body, broken


def _ends(model: Model) -> tuple[dict[str, Any], dict[str, Any]]:
    """The least body and the fullest one, where a field may not stand beside another."""
    least = model.example()
    full = least
    for name, field in walked(model).get("properties", {}).items():
        more = {**full, name: ordinary(field)} if name not in full and isinstance(field, Mapping) else full
        full = more if sound(model, more) else full
    return least, full


def sound(model: Model, body: dict[str, Any]) -> bool:
    """Whether a body is right, and nothing about it is doubtful."""
    return all(found.severity == "note" and not found.reason for found in model.check(body))


def breaks(model: Model, body: Any, broken: Broken) -> bool:
    """Whether a body breaks that one rule and no other; of the wrong type it is none of the words listed, either."""
    if not isinstance(body, dict):
        return broken.rule == "bad-json"
    rules = {(found.rule, found.where) for found in model.check(body) if found.reason or found.severity != "note"}
    also = {("not-in-list", broken.where)} if broken.rule == "invalid-type" else set()
    return (broken.rule, broken.where) in rules and rules <= {broken[:2], *also}


def _once(values: Iterable[Any]) -> Iterator[Any]:
    """The values without the ones that were there before; 1, 1.0 and true are three."""
    seen: set[str] = set()
    for value in values:
        text = json.dumps(value, sort_keys=True)
        if text not in seen:
            seen.add(text)
            yield value


def good_values(schema: Schema) -> Iterator[Any]:
    """The values at the edges of a schema, an ordinary one first."""
    yield ordinary(schema)
    for key in ("default", "const"):
        if key in schema:
            yield schema[key]
    yield from schema.get("examples", ())
    if "enum" in schema:
        yield from schema["enum"]
        return
    for branch in narrowed(schema):
        yield from good_values(branch)
    for word in types(schema):
        yield from GOOD[word](schema)


def _texts(schema: Schema) -> Iterator[str]:
    if "_uri" in schema.get("format", ""):
        yield from _addresses(schema)
    elif "pattern" in schema:  # in other letters, where these are of the form; what is not is left out
        plain = ordinary({**schema, "type": "string"})
        yield from (plain.replace("0", "a"), plain.replace("0", "A"), plain.swapcase())
    elif "pattern" not in schema:
        least, most = schema.get("minLength"), schema.get("maxLength")
        yield from ("x" * length for length in (least, most) if length is not None)
        if most is not None:
            yield "雨" * most  # counted in characters, not in bytes
            yield "🚋" * most  # nor in halves of what UTF-16 needs two for
        else:
            yield "x" * LONG_TEXT
        yield ODD_TEXT


def _addresses(schema: Schema) -> Iterator[str]:
    plain = ordinary({**schema, "type": "string"})
    yield plain
    yield plain.replace("https://example.com", "HTTPS://EXAMPLE.COM:443") + "?size=1&name=%C3%A9#top"
    yield f"{plain.replace('https://example.com', 'https://cdn.example.com:8443')}?token={'x' * LONG_TEXT}"
    kind = schema["format"].partition("_uri")[0]
    yield f"data:{kind}/png;base64," + "A" * LONG_DATA
    yield f"data:{kind}/{'png' if kind == 'image' else 'mp4'};base64,AAAA"
    yield f"DATA:{kind}/*,%00"


def _numbers(schema: Schema) -> Iterator[float]:
    low, high = bounds(schema)
    whole = "number" not in types(schema)
    for bound in (low, high):
        if abs(bound) != inf:
            yield int(bound) if whole or bound == int(bound) else bound
    step = schema.get("multipleOf")
    yield from (number for number in (*UNBOUNDED, step, -step if step else None)
                if number is not None and low <= number <= high)  # fmt: skip
    if not whole and not step and max(abs(low), abs(high)) != inf:
        yield low + (high - low) / 3


def bounds(schema: Schema) -> tuple[float, float]:
    """The least and the greatest number that a schema takes, in its steps; infinite where it names none."""
    whole = "number" not in types(schema)
    low, high = schema.get("minimum", -inf), schema.get("maximum", inf)
    over, under = schema.get("exclusiveMinimum", -inf), schema.get("exclusiveMaximum", inf)
    if over >= low and over != -inf:
        low = floor(over) + 1 if whole else nextafter(over, inf)
    if under <= high and under != inf:
        high = ceil(under) - 1 if whole else nextafter(under, -inf)
    step = schema.get("multipleOf", 1 if whole else 0)
    if step:
        low = ceil(low / step) * step if low != -inf else low
        high = floor(high / step) * step if high != inf else high
    return low, high


def _lists(schema: Schema) -> Iterator[list[Any]]:
    items = item_schema(schema)
    least = schema.get("minItems", 0)
    most = schema.get("maxItems", max(least, 2))
    for length in (least, most):
        yield [ordinary(items)] * min(length, max(least, MOST_ITEMS))
    for value in good_values(items):
        yield [value] * max(1, least)


def item_schema(schema: Schema) -> Schema:
    """What a list's items are; items of a list of addresses are addresses."""
    items = schema.get("items", {})
    said = items if isinstance(items, Mapping) else {}
    return {"type": "string", "format": schema["format"], **said} if "_uri" in schema.get("format", "") else said


def _objects(
    schema: Schema, told: tuple[dict[str, Any], dict[str, Any]] | None = None
) -> Iterator[dict[str, Any]]:  # fmt: skip
    fields = {name: field for name, field in schema.get("properties", {}).items() if isinstance(field, Mapping)}
    least, full = told or (plain_body(schema), plain_body(schema, whole=True))
    yield least
    yield full
    for name in fields:
        if name not in schema.get("required", ()):
            yield {other: value for other, value in full.items() if other != name}
    ends = {name: bounds(field) for name, field in fields.items() if {"integer", "number"} & set(types(field))
            and "enum" not in field and "multipleOf" not in field}  # fmt: skip
    for side in (0, 1):  # all of them at once, too
        yield {**full, **{name: pair[side] for name, pair in ends.items() if abs(pair[side]) != inf and
                          (told is None or name in full)}}  # fmt: skip
    for name, field in fields.items():
        for value in good_values(field):
            yield {**least, name: value}


def bad_values(schema: Schema, path: Path) -> Wrong:
    """Values of which each breaks one rule of a schema."""
    where = pointer(path)
    wanted = types(schema)
    for value in (*CONFUSED, *_between(schema)):
        if wanted and not any(fits(value, word) for word in wanted):
            yield value, Broken("invalid-type", where, f"{json.dumps(value)} where {' or '.join(wanted)} is asked for")
    if "enum" in schema or "const" in schema:
        for value, said in _strange_words(schema["enum"] if "enum" in schema else [schema["const"]]):
            yield value, Broken("not-in-list", where, said)
        return
    for word in wanted:
        if word in BAD:
            yield from BAD[word](schema, path)


def fits(value: Any, word: str) -> bool:
    """Whether a value is of a JSON type; 5.0 is a whole number, true is none."""
    if word in ("integer", "number"):
        return not isinstance(value, bool) and isinstance(value, (int, float)) and (word == "number" or value % 1 == 0)
    meant = {"string": str, "boolean": bool, "array": list, "object": dict, "null": type(None)}
    return isinstance(value, meant[word])


def _between(schema: Schema) -> Iterator[float]:
    """A number between two whole ones, within the bounds."""
    low, high = bounds(schema)
    if low != -inf or high != inf:
        yield low + 0.5 if low != -inf else high - 0.5


def _strange_words(words: list[Any]) -> Iterator[tuple[Any, str]]:
    texts = [word for word in words if isinstance(word, str)]
    numbers = [word for word in words if not isinstance(word, bool) and isinstance(word, (int, float))]
    if texts:
        yield "no-such-word", "a word that nobody lists"
        yield "", "no word at all"
        yield f"{texts[0]} ", "a listed word with a space behind it"
        yield texts[0].swapcase(), "a listed word in other letters"
        yield ",".join(texts), "all the words in one"
    if numbers:
        yield max(numbers) + 1, "just above the greatest listed"
        yield min(numbers) - 1, "just below the least listed"
        yield max(numbers) + FAR, "far above the greatest listed"


def _bad_texts(schema: Schema, path: Path) -> Wrong:
    where = pointer(path)
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if "_uri" in schema.get("format", ""):
        for text, said in wrong_addresses(ordinary({**schema, "type": "string"})):
            yield text, Broken("wrong-form", where, said)
    elif "pattern" in schema:
        for text in ("", " ", "text", "5", ODD_TEXT):
            yield text, Broken("wrong-form", where, "text of another form")
    if least:
        yield "x" * (least - 1), Broken("wrong-length", where, f"{least - 1} characters, of {least} at least")
        yield "", Broken("wrong-length", where, f"no character, of {least} at least")
    if most is not None:
        for length in (most + 1, most * 2 + 100):
            yield "x" * length, Broken("wrong-length", where, f"{length} characters, of {most} at most")


def _bad_numbers(schema: Schema, path: Path) -> Wrong:
    low, high = bounds(schema)
    whole = "number" not in types(schema)
    step = schema.get("multipleOf")
    outside: list[float] = []
    if low != -inf:
        outside += [low - (step or 1) if whole or step else nextafter(low, -inf), low - FAR * (step or 1)]
    if high != inf:
        outside += [high + (step or 1) if whole or step else nextafter(high, inf), high + FAR * (step or 1)]
    if step:
        outside.append(ordinary(schema) + (1 if whole else step / 2))
    for number in outside:
        said = f"{number} where {low} to {high}" + (f" in steps of {step}" if step else "") + " is asked for"
        yield number, Broken("out-of-range", pointer(path), said)


def _bad_lists(schema: Schema, path: Path) -> Wrong:
    items, where = item_schema(schema), pointer(path)
    least, most = schema.get("minItems", 0), schema.get("maxItems")
    if least:
        yield [ordinary(items)] * (least - 1), Broken("wrong-length", where, f"{least - 1} items, of {least} at least")
    if most is not None:
        for length in (most + 1, most * 2 + 10):
            yield [ordinary(items)] * length, Broken("wrong-length", where, f"{length} items, of {most} at most")
    length = max(1 if most == 1 else 2, least)  # the last of several is looked at as well as the first
    for at in sorted({0, length - 1}):
        for value, broken in bad_values(items, (*path, at)):
            whole = [ordinary(items)] * length
            whole[at] = value
            yield whole, broken


def _bad_objects(schema: Schema, path: Path, told: dict[str, Any] | None = None) -> Wrong:
    least = plain_body(schema) if told is None else told
    for name in schema.get("required", ()):
        body = {other: value for other, value in least.items() if other != name}
        yield body, Broken("missing-required", pointer((*path, name)), "left out")
    for name, field in schema.get("properties", {}).items():
        if isinstance(field, Mapping):
            for value, broken in bad_values(field, (*path, name)):
                yield {**least, name: value}, broken


GOOD: dict[str, Callable[[Schema], Iterator[Any]]] = {
    "string": _texts, "integer": _numbers, "number": _numbers, "array": _lists, "object": _objects,
    "boolean": lambda _: iter((True, False)), "null": lambda _: iter((None,)),
}  # fmt: skip
BAD: dict[str, Callable[[Schema, Path], Wrong]] = {
    "string": _bad_texts, "integer": _bad_numbers, "number": _bad_numbers, "array": _bad_lists, "object": _bad_objects,
}  # fmt: skip
