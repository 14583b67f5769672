"""The models that a provider offers: what each takes, what it makes, and whether we know it whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

from .finding import WEIGHT, Finding, Source, shown
from .schema import Judge, pointer

# What a media field must look like; the address itself is taken as good without being fetched. Schemes have no case.
ADDRESS = r"^[hH][tT][tT][pP][sS]?://[^\s/]"
ADDRESS_OR_DATA = r"^([hH][tT][tT][pP][sS]?://[^\s/]|[dD][aA][tT][aA]:[^,]*,)"
FETCHABLE = re.compile(ADDRESS)
LOOPBACK = re.compile(r"http://([^/?#]*@)?(localhost|[^/?#:]+\.localhost|127(\.[0-9]+){3}|\[::1\])([:/?#]|$)")
# Models whose bounds nobody knows may ask for anything; this much is made.
MOST_SIDE, MOST_SECONDS, MOST_COUNT = 8192, 600.0, 100
MOST_OUTCOMES = 4096
# The inputs that say what is made, whatever the model.
SHAPING = ("output_format", "image_size", "width", "height", "aspect_ratio", "size", "ratio", "resolution", "duration",
           "num_images", "number_of_images", "max_images")  # fmt: skip
NO_FINDINGS: tuple[Finding, ...] = ()


class Outcome(NamedTuple):
    """The files that an order asks for."""

    kind: str
    format: str
    width: int
    height: int
    seconds: float
    count: int  # type: ignore[assignment]  # a tuple's own method of this name is not missed


class Model:
    """One model; where `complete` is false, nothing is refused for what our table does not hold."""

    __slots__ = ("complete", "id", "judge", "kind", "known", "limits", "listed", "media", "schema",
                 "shaping", "source", "where")  # fmt: skip

    def __init__(
        self, row: Mapping[str, Any], limits: Mapping[str, int], data_uris: bool = True, listed: bool = True
    ) -> None:
        self.id: str = row["id"]
        self.limits = limits
        self.listed = listed
        self.kind: str = row["kind"]
        self.complete: bool = row["complete"]
        self.source: Source = row["source"]
        self.where: str = row["where"]
        self.schema: dict[str, Any] = row["schema"]
        fields = self.schema.get("properties", {})
        self.media = {name: field["format"].partition("_uri")[0] for name, field in fields.items()
                      if "_uri" in field.get("format", "")}  # fmt: skip
        self.known = frozenset(fields)
        self.shaping = tuple(name for name in SHAPING if name in fields or not self.complete)
        self.judge = Judge(with_addresses(self.schema, ADDRESS_OR_DATA if data_uris else ADDRESS))

    @property
    def input_schema(self) -> Mapping[str, Any]:
        """The provider's schema, with the form of media addresses spelled out."""
        return self.judge.schema

    def check(self, body: Mapping[str, Any], operation: str = "submit") -> tuple[Finding, ...]:
        """What is wrong with an input; the common case, nothing, costs a microsecond."""
        found = NO_FINDINGS
        if not self.judge.good(body):
            found = tuple(Finding(d.rule, WEIGHT[self.source], d.pointer, d.expected, shown(d.came),
                                  self._cure(d.path), operation,
                                  self.source, "invalid-input", d.kind)
                          for d in self.judge.differences(body))  # fmt: skip
        if not body.keys() <= self.known:
            found += tuple(self._strangers(body, operation))
        if self.media:
            found += tuple(self._advice(body, operation))
        return found

    def _advice(self, body: Mapping[str, Any], operation: str) -> Iterator[Finding]:
        """What the provider advises of the files that an input brings, told from its text alone."""
        for name, kind in self.media.items():
            value, most = body.get(name), self.limits.get(kind)
            for at, text in enumerate(value if type(value) is list else (value,)):
                if type(text) is not str:
                    continue
                place = pointer((name, at) if type(value) is list else (name,))
                scheme = text[:5].lower()
                if scheme == "data:":
                    if most is not None and len(text) > most and (size := data_size(text)) > most:
                        yield Finding("oversized-input", "doubtful", place, f"{kind}s of at most {most} bytes",
                                      f"a data URI of {size} bytes", "send a smaller file; it was taken all the same",
                                      operation)  # fmt: skip
                elif scheme == "https" and FETCHABLE.match(text):
                    yield Finding("unfetched-input", "note", place, "an address that can be fetched", shown(text),
                                  "nothing: it was taken as good without being fetched", operation)  # fmt: skip
                elif scheme == "http:" and not LOOPBACK.match(text[:256].lower()):
                    yield Finding("not-https", "note", place, "an https address, which the provider can fetch",
                                  shown(text), f"send {name} as https://", operation)  # fmt: skip

    def _cure(self, path: tuple[str | int, ...]) -> str:
        field = self.schema.get("properties", {}).get(path[0]) if path else None
        return f"send {path[0]} as {told(field)}" if field else f"send what the schema of {self.id} says"

    def _strangers(self, body: Mapping[str, Any], operation: str) -> Iterator[Finding]:
        for name in (name for name in body if name not in self.known):
            near = get_close_matches(name, self.known, 1)
            if self.complete:
                cure = f"did you mean {near[0]}?" if near else f"take {name} out; {self.id} does not know it"
                yield Finding("unknown-field", "doubtful", f"/{name}", "a field of " + ", ".join(sorted(self.known)),
                              name, cure, operation, self.source)  # fmt: skip
            else:
                yield Finding("unverified-field", "note", f"/{name}", "a field that our table knows", name,
                              f"nothing: our table of {self.id} is not whole", operation, "inferred")  # fmt: skip

    def example(self) -> dict[str, Any]:
        """The smallest body that is right."""
        fields = self.schema.get("properties", {})
        names = self.schema.get("required", ["prompt"])
        return {name: _example(fields.get(name, {"type": "string"})) for name in names}

    @property
    def shape(self) -> tuple[str, ...]:
        """Models of one shape make one kind of file and require fields of the same types."""
        fields = self.schema.get("properties", {})
        required = self.schema.get("required", [])
        return (self.kind, *sorted({fields.get(name, {}).get("format", fields.get(name, {}).get("type", ""))
                                    for name in required}))  # fmt: skip


def told(field: Mapping[str, Any]) -> str:
    """A field's schema in words."""
    low, high = field.get("minimum"), field.get("maximum")
    parts = [field.get("type", "any value")]
    if "enum" in field:
        parts.append("one of " + ", ".join(map(shown, field["enum"])))
    if low is not None or high is not None:
        parts.append(
            f"{low} to {high}" if None not in (low, high) else f"{low} or more" if high is None else f"up to {high}"
        )
    if "maxLength" in field:
        parts.append(f"up to {field['maxLength']} characters")
    if "minItems" in field or "maxItems" in field:
        parts.append(f"{field.get('minItems', 0)} to {field.get('maxItems', 'any number of')} items")
    return ", ".join(parts)


def data_size(text: str) -> int:
    """How many bytes a data URI holds, told from its length without decoding it."""
    start = text.find(",") + 1
    length = len(text) - start
    if text[max(0, start - 8) : start].lower() != ";base64,":
        return length - 2 * text.count("%", start)
    return length * 3 // 4 - (text.endswith("=", start) + text.endswith("==", start))


def with_addresses(schema: Mapping[str, Any], pattern: str) -> dict[str, Any]:
    """The schema with a pattern on each field that takes the address of a file."""
    fields = {}
    for name, field in schema.get("properties", {}).items():
        if "_uri" not in field.get("format", ""):
            fields[name] = field
        elif field["type"] == "array":
            fields[name] = {**field, "items": {**field["items"], "pattern": pattern}}
        else:
            fields[name] = {**field, "pattern": pattern}
    return {**schema, "properties": fields}


def _example(field: Mapping[str, Any]) -> Any:
    if "default" in field:
        return field["default"]
    if "enum" in field:
        return field["enum"][0]
    if field["type"] == "array":
        return [_example({**field, "type": "string"})] * max(1, field.get("minItems", 1))
    if "_uri" in field.get("format", ""):
        suffix = {"image": "png", "video": "mp4", "audio": "mp3"}[field["format"].partition("_uri")[0]]
        return f"https://example.com/input.{suffix}"
    plain: dict[str, Any] = {"string": "a red tram in the rain", "boolean": True}
    return plain.get(field["type"], field.get("minimum", 1))


class Catalogue:
    """A provider's models by id, and the words of their inputs that say what is made."""

    def __init__(self, rows: list[dict[str, Any]], media: Mapping[str, Any], data_uris: bool = True) -> None:
        self.recommended: dict[str, int] = media["recommended"]["values"]
        self.models = {row["id"]: Model(row, self.recommended, data_uris) for row in rows}
        self._sizes = {name: tuple(size) for name, size in media["sizes"]["values"].items()}
        self._sides = media["sides"]["values"]
        self._plain = media["unless_told"]["values"]
        self._formats = media["formats"]["values"]
        self._counts = media["counts"]["values"]
        self._outcomes: dict[tuple[Any, ...], Outcome] = {}

    def nearest(self, name: str, most: int = 3) -> list[str]:
        """The ids that look most like a name."""
        return get_close_matches(name, self.models, most, 0.4)

    def find(self, name: str, guess: bool) -> Model | None:
        """A model by its id; one that we do not know is guessed from its name, if that is wanted."""
        model = self.models.get(name)
        if model is not None or not guess:
            return model
        words = name.lower()
        kind = "audio" if "audio" in words or "music" in words else "video" if "video" in words else "image"
        return Model({"id": name, "kind": kind, "complete": False, "schema": {"type": "object", "properties": {}},
                      "source": "inferred", "where": "guessed from its name"}, {}, listed=False)  # fmt: skip

    def outcome(self, model: Model, inputs: Mapping[str, Any]) -> Outcome:
        """What an order makes; equal wishes are worked out once."""
        key = (model.id, *[inputs.get(name) for name in model.shaping])
        try:
            return self._outcomes[key]
        except KeyError:
            if len(self._outcomes) > MOST_OUTCOMES:
                self._outcomes.clear()
            return self._outcomes.setdefault(key, self._outcome(model, inputs))
        except TypeError:  # a list where nobody knows that a word belongs
            return self._outcome(model, inputs)

    def _outcome(self, model: Model, inputs: Mapping[str, Any]) -> Outcome:
        """An input that was left out counts with its default."""
        fields = model.schema.get("properties", {})

        def said(name: str) -> Any:
            value = inputs.get(name)
            return fields.get(name, {}).get("default") if value is None else value

        width, height, form, seconds = self._plain[model.kind]
        form = self._formats[model.kind].get(_format(said("output_format")), form)
        if model.kind == "audio":
            width, height = 0, 0
        else:
            width, height = (_within(side, MOST_SIDE) for side in self._size(said, model.kind, width, height))
        count = next((value for name in self._counts if _number(value := said(name))), 1)
        length = _seconds(said("duration"), seconds)
        return Outcome(model.kind, form, width, height, length, _within(count, MOST_COUNT))

    def _size(self, said: Any, kind: str, width: int, height: int) -> tuple[int, int]:
        if isinstance(named := said("image_size"), str) and named in self._sizes:
            return self._sizes[named]
        if _number(w := said("width")) and _number(h := said("height")):
            return int(w), int(h)
        ratio = _ratio(said("aspect_ratio")) or _ratio(said("size")) or _ratio(said("ratio"))
        side = self._sides.get(str(said("resolution")).lower(), min(width, height))
        if ratio is None:
            ratio = width / height
        # Of a video's frame the named side is the shorter one, of a picture that of a square of the same area.
        if kind == "image":
            return _even(side * ratio**0.5), _even(side / ratio**0.5)
        return (_even(side * ratio), side) if ratio >= 1 else (side, _even(side / ratio))


def _format(word: Any) -> str:
    return str(word).partition("_")[0]


def _within(value: float, most: int) -> int:
    return int(min(max(value, 1), most))


def _seconds(value: Any, unless_told: float) -> float:
    if isinstance(value, str) and value.isdecimal() and len(value) < 5:
        value = int(value)
    # Held within bounds before it becomes a float: a whole number of 400 digits is none.
    return float(min(max(value, 1), MOST_SECONDS)) if _number(value) else float(unless_told)


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _even(length: float) -> int:
    return max(2, round(length / 2) * 2)


def _ratio(word: Any) -> float | None:
    if not isinstance(word, str):
        return None
    width, _, height = word.partition(":")
    if not all(side.isdecimal() and len(side) <= 5 and int(side) for side in (width, height)):
        return None
    return int(width) / int(height)
