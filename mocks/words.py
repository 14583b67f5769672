"""The director's words as data: their JSON Schema, what breaks it in plain words, and the tables of the docs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema_rs

from ..contracts.finding import did_you_mean, shown
from .marked import marked

FILE = Path(__file__).with_name("words.yaml")
EXACT = 2**53  # beyond it a float is no count of anything
WISHES = ("script", "refusal", "fault")
KINDS = {"object": dict, "array": list}
NAMES = {"string": "text", "boolean": "true or false", "array": "a list", "object": "a table",
         "integer": "a whole number", "number": "a number"}  # fmt: skip


class Mistake(NamedTuple):
    """One difference from the schema: where, whether it is the key there that is wrong, and what to say of it."""

    path: tuple[str | int, ...]
    of_key: bool
    text: str


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema of a scenario, and under $defs that of each wish."""
    told: dict[str, Any] = marked(FILE.read_bytes()).said
    return told


def counted(said: Any) -> Any:
    """The same value with whole numbers as such: to a JSON schema 2.0 is one, to Python it is none."""
    if isinstance(said, dict):
        return {key: counted(value) for key, value in said.items()}
    if isinstance(said, list):
        return [counted(each) for each in said]
    return int(said) if isinstance(said, float) and abs(said) < EXACT and said.is_integer() else said


def mistakes(said: Any) -> list[Mistake]:
    """What is wrong with a scenario as a value."""
    return list(_mistakes(schema(), said, ()))


def _mistakes(node: Mapping[str, Any], said: Any, path: tuple[str | int, ...]) -> Iterator[Mistake]:
    judge = jsonschema_rs.Draft202012Validator({**_found(node), "$defs": schema()["$defs"]})
    for wrong in judge.iter_errors(said):
        inside = tuple(wrong.instance_path)
        place, part, here = path + inside, _part(node, said, inside), wrong.instance
        kind = wrong.kind.name
        if kind == "additionalProperties":
            for name in wrong.kind.as_dict()["unexpected"]:
                known = list(part["properties"])
                yield Mistake((*place, name), True, f"expected one of {', '.join(known)}; came {shown(name)}; "
                              + did_you_mean(name, known, "take it out"))  # fmt: skip
        elif kind == "required":
            name = wrong.kind.as_dict()["property"]
            yield Mistake(place, False, f"expected {name} to be there; came {shown(here)}; add {name}: "
                          + described(_found(part)["properties"][name]))  # fmt: skip
        else:
            branch = _branch(part, here)
            if branch is not None:
                yield from _mistakes(branch, here, place)
            else:
                yield Mistake(place, False, f"expected {described(part)}; came {shown(here)}; {_cure(part, here)}")


def _part(node: Mapping[str, Any], said: Any, path: tuple[str | int, ...]) -> Mapping[str, Any]:
    """The part of the schema that is about a place in a value."""
    for step in path:
        node = _branch(node, said) or _found(node)
        node = node["items"] if isinstance(step, int) else node["properties"][step]
        said = said[step]
    return _found(node)


def _found(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """A part of the schema itself, where it is named only; what is said beside the name counts."""
    if "$ref" not in node:
        return node
    beside = {key: value for key, value in node.items() if key != "$ref"}
    return {**_found(schema()["$defs"][node["$ref"].rpartition("/")[2]]), **beside}


def _branches(node: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = _found(node)
    return [leaf for part in found["oneOf"] for leaf in _branches(part)] if "oneOf" in found else [found]


def _branch(node: Mapping[str, Any], said: Any) -> Mapping[str, Any] | None:
    """Of several ways to say something, the one that was meant, where a table or a list tells it."""
    ways = _branches(node)
    if len(ways) == 1:
        return None
    meant = [way for way in ways if isinstance(said, KINDS.get(str(way.get("type")), ()))]
    fitting = [way for way in meant if isinstance(said, dict) and not way["properties"].keys().isdisjoint(said)]
    return next(iter([*fitting, *meant]), None)


def described(node: Mapping[str, Any]) -> str:
    """What may stand somewhere, in words."""
    return ", or ".join(dict.fromkeys(map(_leaf, _branches(node))))


def _leaf(node: Mapping[str, Any]) -> str:
    if "const" in node:
        return str(node["const"])
    if "enum" in node:
        return ("one of " if len(node["enum"]) > 1 else "") + ", ".join(map(str, node["enum"]))
    name = NAMES[node["type"]]
    if node["type"] == "object" and "properties" in node:
        return f"{name} of {', '.join(node['properties'])}"
    least, above, most = (node.get(key) for key in ("minimum", "exclusiveMinimum", "maximum"))
    if "minItems" in node:
        return f"{name} of {node['minItems']}"
    if most is not None:
        return f"{name} " + (f"from {least} to {most}" if above is None else f"above {above}, at most {most}")
    if above is not None:
        return f"{name} above {above}"
    return name if least is None else f"{name}, {least} or more"


def _cure(node: Mapping[str, Any], said: Any) -> str:
    words = [str(word) for way in _branches(node) for word in (*way.get("enum", ()), way.get("const"))]
    if said is None:
        return "write it behind the colon, or take the key out"
    says = str(node.get("description", "correct it")).rstrip(".").lower()
    return did_you_mean(said, words, says) if isinstance(said, str) else says


def table(name: str) -> Iterator[str]:
    """The words of one kind of wish, or those of a whole scenario, as a table of the docs."""
    part = schema() if name == "scenario" else schema()["$defs"][name]
    part = next(way for way in _branches(part) if way.get("type") == "object")
    yield "| word | what may stand there | what it says |"
    yield "|---|---|---|"
    for word, node in part["properties"].items():
        each = node.get("items", {}).get("$ref", "").rpartition("/")[2]
        told = f"a list, each a table of {each}" if each else described(node)
        yield f"| `{word}` | {told} | {_found(node)['description']} |"
