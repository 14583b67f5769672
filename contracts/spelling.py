"""Spellings: what a provider takes for the same as what its tables say: other names, other words, nothing for absent.

A schema says what is meant. Beside it, a field says how else it may be said: `x-key` is another name of the field,
`x-words` that its words are read as texts and without regard to case, `x-codes` which codes stand for which words, and
`x-single` that a list of one may be sent as that one. `x-absent` of the schema lists what counts as not sent at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

ANY_CASE = "Words are read without regard to case, and numbers as their text."
Row = Mapping[str, Any]


class Spelling:
    """How the fields of one schema may be spelled."""

    __slots__ = ("_absent", "_names", "_words")

    def __init__(self, schema: Row) -> None:
        fields = _fields(schema)
        self._absent: list[Any] | None = schema.get("x-absent")
        self._names = {field["x-key"]: name for name, field in fields.items() if "x-key" in field}
        self._words = {name: _reader(field) for name, field in fields.items()
                       if "x-words" in field or "x-codes" in field}  # fmt: skip

    def __bool__(self) -> bool:
        return bool(self._absent or self._names or self._words)

    def plain(self, body: Row) -> dict[str, Any]:
        """The body as the schema says it. A field that is sent under both names keeps the first; the other one stands
        beside it as it came."""
        told: dict[str, Any] = {}
        for sent, value in body.items():
            if self._absent is not None and (value is None or value == "") and value in self._absent:
                continue
            name = self._names.get(sent, sent)
            if name in told:
                name = sent if sent not in told else name
            read = self._words.get(self._names.get(sent, sent))
            told[name] = read(value) if read is not None else value
        return told

    def sent(self, body: Row, name: str) -> str:
        """The name under which a body says a field."""
        return next((key for key, meant in self._names.items() if meant == name and key in body and name not in body),
                    name)  # fmt: skip


def _fields(schema: Row) -> dict[str, Row]:
    """The fields of which a schema says more than whether they may be there."""
    return {name: field for name, field in schema.get("properties", {}).items() if isinstance(field, dict)}


def _reader(field: Row) -> Callable[[Any], Any]:
    """Reads one word, or a list of them, as the schema spells it; what is none of its words is but its text."""
    inner = field["items"] if field.get("type") == "array" else field
    words = {word.lower(): word for word in inner.get("enum", ())}
    for code, word in field.get("x-codes", {}).items():  # one for a word that is none of this field stays as it is
        words.setdefault(code.lower(), words.get(word, code))

    def one(value: Any) -> Any:
        text = value if type(value) is str else _text(value)
        return value if text is None else words.get(text.lower(), text)

    if field.get("type") != "array":
        return one
    single = "x-single" in field
    return lambda value: [*map(one, value)] if type(value) is list else [one(value)] if single else value


def _text(value: Any) -> str | None:
    """A number or a truth as its text, as JavaScript writes it."""
    if value is True or value is False:
        return str(value).lower()
    if type(value) is int or (type(value) is float and value.is_integer()):
        return str(int(value)) if abs(value) < 10**15 else None
    return str(value) if type(value) is float else None


def judged(schema: Row) -> dict[str, Any]:
    """The schema of a body that is spelled plainly: a field under its second name is judged, too."""
    fields = _fields(schema)
    coded = {name: {**field, "enum": [*field["enum"], *(code for code, word in field["x-codes"].items()
                                                        if word not in field["enum"])]}
             for name, field in fields.items() if "x-codes" in field and "enum" in field}  # fmt: skip
    told = {**schema.get("properties", {}), **coded}
    other = {field["x-key"]: told[name] for name, field in fields.items() if "x-key" in field}
    return {**schema, "properties": {**told, **other}} if other or coded else dict(schema)


def published(schema: Row) -> dict[str, Any]:
    """The schema of whatever is taken, for a document: every spelling that can be listed, in it."""
    required, absent = schema.get("required", ()), schema.get("x-absent", ())
    fields: dict[str, Any] = {}
    rules: list[dict[str, Any]] = []
    for name, field in _fields(schema).items():
        wide, needed = _wide(field), name in required
        if "x-key" not in field:
            fields[name] = _needed(wide) if needed and absent else _lax(wide, absent)
            continue
        fields[name] = fields[field["x-key"]] = _lax(wide, absent)
        if needed:
            strict = _needed(wide) if absent else wide
            names = (name, field["x-key"])
            rules.append({"anyOf": [{"required": [key], "properties": {key: strict}} for key in names]})
    plain = [name for name in required if "x-key" not in _fields(schema).get(name, {})]
    told = {**schema, "properties": {**schema.get("properties", {}), **fields}, "required": plain}
    return {**told, "allOf": [*schema.get("allOf", ()), *rules]} if rules else told


def _wide(field: Row) -> dict[str, Any]:
    """A field with each of its words in each form that can be listed."""
    if "x-words" not in field and "x-codes" not in field:
        return dict(field)
    inner = field["items"] if field.get("type") == "array" else field
    words = [*inner.get("enum", ()), *field.get("x-codes", ())]
    listed = list(dict.fromkeys([*words, *(value for word in words if (value := _value(word)) is not None)]))
    told = {**{key: said for key, said in inner.items() if key not in ("type", "enum")}, "enum": _distinct(listed)}
    if field.get("type") != "array":
        return told
    whole = {**field, "items": told}
    return {"anyOf": [whole, {"enum": told["enum"]}]} if "x-single" in field else whole


def _value(word: str) -> Any:
    """The number or the truth whose text a word is, if it is one's."""
    if word in ("true", "false"):
        return word == "true"
    return int(word) if word.isdecimal() and len(word) < 15 and str(int(word)) == word else None


def _distinct(values: list[Any]) -> list[Any]:
    """Each once; 1 and true are two."""
    return list({(type(value), value): value for value in values}.values())


def _needed(field: Row) -> dict[str, Any]:
    """What has to be there is not empty."""
    return {**field, "minLength": max(1, field.get("minLength", 0))} if field.get("type") == "string" else dict(field)


def _lax(field: Row, absent: Any) -> dict[str, Any]:
    """The field, or what counts as none."""
    if not absent:
        return dict(field)
    if "enum" in field and "type" not in field:
        return {**field, "enum": [*field["enum"], *absent]}
    return {"anyOf": [field, {"enum": list(absent)}]}
