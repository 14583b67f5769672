"""Every bound of every model: the smallest body is taken; each key, word, bound and type wrong by one is not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import orjson
import pytest
from understudy.mocks.stand_in import StandIn
from understudy.tests.runninghub.asked import world

ROWS = json.loads((Path(__file__).parents[2] / "contracts/runninghub/models.json").read_bytes())["models"]
HUNDREDS = range(0, len(ROWS), 100)
MISSING, OPTIONS, RANGE = "is required, can not be empty", "is not in the allowed options", "is out of range"
INVALID, LONG, SHORT, MANY, FEW = "is invalid", "is too long", "is too short", "has too many items", "has too few items"
FILES = {
    "image_uri": "https://example.com/a.png",
    "video_uri": "https://example.com/a.mp4",
    "audio_uri": "https://example.com/a.mp3",
}
NO_WORD = "no-such-word"
Field = dict[str, Any]


class Case(NamedTuple):
    """A body, and what is said of it: of which field what, or nothing where it is taken."""

    model: str
    body: dict[str, Any]
    field: str = ""
    said: str = ""


def right(field: Field) -> Any:
    """A value that fits a field, at its upper bound if it has one."""
    if field["type"] == "array":
        inner = field["items"] if "enum" in field["items"] else {**field["items"], "format": field.get("format", "")}
        return [right(inner)] * max(1, field.get("minItems", 1))
    if "enum" in field:
        return field["enum"][-1]
    if field.get("format") in FILES:
        return FILES[field["format"]]
    text = "a" * min(max(field.get("minLength", 3), 3), field.get("maxLength", 3))
    return {"string": text, "boolean": True, "integer": field.get("maximum", 3), "number": field.get("maximum", 3)}[
        field["type"]
    ]


def fitting(field: Field) -> Iterator[Any]:
    """Further values that fit, each just within a bound."""
    if "enum" in field:
        yield field["enum"][0].upper()
        yield from (int(word) for word in field["enum"][-1:] if word.isdecimal())
        yield from field.get("x-codes", ())
    yield from (field[key] for key in ("minimum", "maximum") if key in field)
    if "maxLength" in field and field["type"] == "string":
        yield "\u00e4" * field["maxLength"]
    if "maxItems" in field:
        yield right(field)[:1] * field["maxItems"]
    if "x-single" in field:
        yield from (right(field)[0], right(field))


def wrong(field: Field) -> Iterator[tuple[Any, str]]:
    """Values that are wrong by one thing, and what is said of each."""
    kind, listed = field["type"], "enum" in field or "enum" in field.get("items", {})
    if kind == "array":
        yield {"a": 1}, INVALID
        if listed:
            yield [NO_WORD], ""
            yield from ((NO_WORD, ""),) if "x-single" in field else ()
        else:
            yield from (("a", INVALID), ([7], ""))
        if "maxItems" in field:
            yield right(field)[:1] * (field["maxItems"] + 1), MANY
        if field.get("minItems", 1) > 1:
            yield right(field)[:-1], FEW
    elif listed:
        yield from ((NO_WORD, OPTIONS), (987_654, OPTIONS), ([field["enum"][0]], ""))
    elif kind == "string":
        yield from ((7, INVALID), (["a"], INVALID), *((("a.png", INVALID),) if "format" in field else ()))
    elif kind == "boolean":
        yield from (("true", INVALID), (1, INVALID))
    else:
        yield from (("x", INVALID), (True, INVALID))
        yield from ((1.5, INVALID),) if kind == "integer" and field.get("minimum", 1) <= 1 else ()
    if kind in ("integer", "number"):
        yield from (((field["minimum"] - 1, RANGE),) if "minimum" in field else ())
        yield from (((field["maximum"] + 1, RANGE),) if "maximum" in field else ())
    if kind == "string" and not listed:
        yield from ((("a" * (field["maxLength"] + 1), LONG),) if "maxLength" in field else ())
        yield from ((("a" * (field["minLength"] - 1), SHORT),) if field.get("minLength", 0) > 1 else ())


def cases(row: dict[str, Any]) -> Iterator[Case]:
    """Every case of a model, in the names of its fields and, where it has them, in the keys of nodes."""
    fields, required = row["schema"]["properties"], row["schema"]["required"]
    for keyed in (False, True) if any("x-key" in field for field in fields.values()) else (False,):
        sent = {name: field["x-key"] if keyed else name for name, field in fields.items()}
        least = {sent[name]: right(fields[name]) for name in required}
        yield Case(row["id"], least)
        for name, field in fields.items():
            key, rest = sent[name], {other: value for other, value in least.items() if other != sent[name]}
            if name in required:
                yield Case(row["id"], rest, name, MISSING)
            for nothing in (None, ""):
                yield Case(row["id"], {**rest, key: nothing}, *((key, MISSING) if name in required else ()))
            yield from (Case(row["id"], {**rest, key: value}) for value in fitting(field))
            yield from (Case(row["id"], {**rest, key: value}, key, said) for value, said in wrong(field))


def miss(case: Case, answer: httpx.Response) -> str:
    """What is other than it should be."""
    said = answer.json()
    code, text = said["errorCode"], said["errorMessage"]
    names = [f"field '{case.field}{more}" for more in ("'", "[", ".")]
    if answer.status_code == 200 and not case.field and (code, text) == ("", ""):
        return ""
    if case.field and code == "1007" and text.startswith(tuple(names)) and case.said in text:
        return ""
    return f"{case}: {answer.status_code} {code} {text}"


def asked(client: httpx.Client, key: str, all_: list[Case]) -> list[str]:
    """What goes wrong with some cases."""
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    return [wrong for case in all_ if (wrong := miss(case, client.post(
        f"/openapi/v2/{case.model}", content=orjson.dumps(case.body), headers=headers)))]  # fmt: skip


def within(handle: StandIn) -> httpx.Client:
    return httpx.Client(transport=handle.transport, base_url=handle.url)


def tried(first: int, each: int) -> tuple[int, list[str]]:
    """How many cases of a hundred models were tried, of each model's every so manieth, and what went wrong."""
    all_ = [case for row in ROWS[first : first + 100] for case in list(cases(row))[::each]]
    with world(clock="manual", max_exchanges=1, max_tasks=100, slots=0) as handle, within(handle) as client:
        missed = asked(client, handle.api_key, all_)
    print(f"{len(all_) - len(missed)} of {len(all_)}")
    return len(all_), missed


@pytest.mark.parametrize("first", HUNDREDS)
def test_the_smallest_body_and_a_third_of_the_bounds_of_a_hundred_models(first: int) -> None:
    count, missed = tried(first, 3)
    assert not missed, "\n".join([f"{len(missed)} of {count}", *missed[:20]])


@pytest.mark.more
@pytest.mark.parametrize("first", HUNDREDS)
def test_every_bound_of_a_hundred_models(first: int) -> None:
    count, missed = tried(first, 1)
    assert not missed, "\n".join([f"{len(missed)} of {count}", *missed[:20]])


def test_a_sample_over_the_socket() -> None:
    all_ = [case for row in ROWS for case in cases(row)]
    with world(clock="manual", max_exchanges=1, slots=0) as handle, httpx.Client(base_url=handle.url) as client:
        assert not asked(client, handle.api_key, all_[::97])


def test_there_are_as_many_as_there_should_be() -> None:
    all_ = [case for row in ROWS for case in cases(row)]
    print(f"{len(all_)} cases, {sum(bool(case.field) for case in all_)} of them wrong by one")
    assert len(ROWS) == 446
    assert sum(bool(case.field) for case in all_) > 6000
    assert {case.model for case in all_ if case.field} == {row["id"] for row in ROWS if row["schema"]["properties"]}
