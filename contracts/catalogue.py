"""The models that a provider offers: what each takes, what it makes, and whether we know it whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

from .finding import WEIGHT, Finding, Source, shown
from .schema import Judge

# What a media field must look like; the address itself is taken as good without being fetched.
ADDRESS = r"^https?://[^\s/]"
ADDRESS_OR_DATA = r"^(https?://[^\s/]|data:[^,]*,)"
# Models whose bounds nobody knows may ask for anything; this much is made.
MOST_SIDE, MOST_SECONDS, MOST_COUNT = 8192, 600.0, 100
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

    __slots__ = ("complete", "id", "judge", "kind", "known", "listed", "media", "note", "schema", "source", "where")

    def __init__(self, row: Mapping[str, Any], data_uris: bool = True, listed: bool = True) -> None:
        self.id: str = row["id"]
        self.listed = listed
        self.kind: str = row["kind"]
        self.complete: bool = row["complete"]
        self.source: Source = row["source"]
        self.where: str = row["where"]
        self.note: str = row.get("note", "")
        self.schema: dict[str, Any] = row["schema"]
        fields = self.schema.get("properties", {})
        self.media = {name: field["format"].partition("_uri")[0] for name, field in fields.items()
                      if "_uri" in field.get("format", "")}  # fmt: skip
        self.known = frozenset(fields)
        self.judge = Judge(with_addresses(self.schema, ADDRESS_OR_DATA if data_uris else ADDRESS))

    @property
    def input_schema(self) -> Mapping[str, Any]:
        """The provider's schema, with the form of media addresses spelled out."""
        return self.judge.schema

    def check(self, body: Mapping[str, Any], operation: str = "submit") -> tuple[Finding, ...]:
        """What is wrong with an input; the common case, nothing, costs a microsecond."""
        if self.judge.good(body):
            if body.keys() <= self.known:
                return NO_FINDINGS
            return tuple(self._strangers(body, operation))
        differences = self.judge.differences(body)
        wrong = [Finding(d.rule, WEIGHT[self.source], d.pointer, d.expected, shown(d.came),
                         f"send {d.pointer or 'the body'} as the schema of {self.id} says", operation, self.source,
                         "invalid-input", d.kind) for d in differences]  # fmt: skip
        return (*wrong, *self._strangers(body, operation))

    def _strangers(self, body: Mapping[str, Any], operation: str) -> Iterator[Finding]:
        for name in body.keys() - self.known:
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
        self.models = {row["id"]: Model(row, data_uris) for row in rows}
        self.data_uris = data_uris
        self._sizes = {name: tuple(size) for name, size in media["sizes"]["values"].items()}
        self._sides = media["sides"]["values"]
        self._plain = media["unless_told"]["values"]
        self._formats = media["formats"]["values"]
        self._counts = media["counts"]["values"]
        self.recommended: dict[str, int] = media["recommended"]["values"]

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
                      "source": "inferred", "where": "guessed from its name"}, listed=False)  # fmt: skip

    def outcome(self, model: Model, inputs: Mapping[str, Any]) -> Outcome:
        """What an order makes; an input that was left out counts with its default."""
        fields = model.schema.get("properties", {})

        def said(name: str) -> Any:
            value = inputs.get(name)
            return fields.get(name, {}).get("default") if value is None else value

        width, height, form = self._plain[model.kind]
        form = self._formats.get(_format(said("output_format")), form)
        if model.kind == "audio":
            width, height = 0, 0
        else:
            width, height = self._size(said, width, height)
        count = next((value for name in self._counts if isinstance(value := said(name), int)), 1)
        seconds = said("duration")
        length = float(seconds) if _number(seconds) else 5.0
        width, height = (min(max(side, 0), MOST_SIDE) for side in (width, height))
        return Outcome(
            model.kind, form, width, height, min(max(length, 1.0), MOST_SECONDS), min(max(1, count), MOST_COUNT)
        )

    def _size(self, said: Any, width: int, height: int) -> tuple[int, int]:
        if isinstance(named := said("image_size"), str) and named in self._sizes:
            return self._sizes[named]
        if _number(w := said("width")) and _number(h := said("height")):
            return int(w), int(h)
        ratio = _ratio(said("aspect_ratio")) or _ratio(said("size")) or _ratio(said("ratio"))
        side = self._sides.get(str(said("resolution")).lower(), min(width, height))
        if ratio is None:
            ratio = width / height
        # Of a video's frame the named side is the shorter one, of a picture that of a square of the same area.
        if (width, height) == (1024, 1024):
            return _even(side * ratio**0.5), _even(side / ratio**0.5)
        return (_even(side * ratio), side) if ratio >= 1 else (side, _even(side / ratio))


def _format(word: Any) -> str:
    return str(word).partition("_")[0]


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _even(length: float) -> int:
    return max(2, round(length / 2) * 2)


def _ratio(word: Any) -> float | None:
    if not isinstance(word, str):
        return None
    width, _, height = word.partition(":")
    return int(width) / int(height) if width.isdigit() and height.isdigit() and int(height) and int(width) else None
