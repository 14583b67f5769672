"""What an order makes: the files that a model's inputs ask for, in the words of a provider's tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from .kind import KINDS, WITH_A_SIDE

if TYPE_CHECKING:
    from .catalogue import Model

# Models whose bounds nobody knows may ask for anything; this much is made.
MOST_SIDE, MOST_SECONDS, MOST_COUNT, MOST_QUALITY = 8192, 600.0, 100, 100
MOST_OUTCOMES = 4096
# What else is asked of a film or of a sound, and within which bounds it is made.
FINER = {"fps": (1, 120), "rate": (8_000, 48_000), "channels": (1, 2), "bitrate": (32, 320)}
FINER_OF = {"video": frozenset({"fps"}), "audio": frozenset({"rate", "channels", "bitrate"})}

# Which inputs say what, where a provider's table of names says nothing else. `named` are words for a size, `size` two
# sides in one word, `side` a word for one side.
NAMES: dict[str, tuple[str, ...]] = {
    "named": ("image_size",), "size": (), "ratio": ("target_aspect_ratio", "aspect_ratio", "size", "ratio"),
    "side": ("resolution",), "width": ("width",), "height": ("height",),
}  # fmt: skip
PAIR = re.compile("([0-9]{1,5})[*x\u00d7]([0-9]{1,5})")


Said = Callable[[str], Any]  # what an input says, or its default


class Outcome(NamedTuple):
    """The files that an order asks for."""

    kind: str
    format: str
    width: int
    height: int
    seconds: float
    count: int  # type: ignore[assignment]  # a tuple's own method of this name is not missed
    quality: int = 0  # of a file that loses some of itself; 0 where nobody says
    finer: tuple[int, ...] = ()  # what FINER has, in its order; 0 where nobody says


class Outcomes:
    """The words of a provider's inputs that say what is made; equal wishes are worked out once."""

    def __init__(self, media: Mapping[str, Any]) -> None:
        names = {key: tuple(said) for key, said in media.get("names", {}).get("values", {}).items()}
        self._names = NAMES | names
        self._sizes = {name: tuple(size) for name, size in media["sizes"]["values"].items()}
        self._sides = media["sides"]["values"]
        self._anywhere = media["sides"].get("in_ids") == "anywhere"
        self._plain = {**{name: kind[:4] for name, kind in KINDS.items()}, **media["unless_told"]["values"]}
        self._formats = media["formats"]["values"]
        self._format_by = names.get("format", (media["formats"].get("by", "output_format"),))
        quality = media.get("quality", {})
        self._quality_by, self._lossy = quality.get("by", ""), frozenset(quality.get("values", ()))
        finer = media.get("finer", {})
        self._finer = {name: names.get(name, (path,)) for name, path in finer.get("values", {}).items()}
        self._units = finer.get("units", {})
        self._finer_of = {kind: tuple(tuple(path.split("/")) for name, paths in self._finer.items() if name in finer
                                      for path in paths) for kind, finer in FINER_OF.items()}  # fmt: skip
        self._counts = names.get("count", tuple(media["counts"]["values"]))
        self._lengths = {name: media["lengths"]["values"].get(name, 1)
                         for name in names.get("length", tuple(media["lengths"]["values"]))}  # fmt: skip
        self._open = frozenset(media["lengths"].get("open", ()))
        self._only = media.get("only", {}).get("values", {})
        told = [name for key in NAMES for name in self._names[key]]
        told += [
            *self._counts,
            *self._lengths,
            *self._format_by,
            self._quality_by,
            *(row["by"] for row in self._only.values()),
        ]
        self.names = tuple(dict.fromkeys(filter(None, told)))  # of all inputs that say what is made, but for the finer
        self._asked: dict[str, tuple[str, ...]] = {}
        self._known: dict[tuple[Any, ...], Outcome] = {}

    def of(self, model: Model, inputs: Mapping[str, Any]) -> Outcome:
        """What an order of a model makes."""
        names = self._asked.get(model.id)
        if names is None:
            names = self._asked[model.id] = tuple(n for n in self.names if n in model.fields or not model.complete)
        finer = self._finer_of.get(model.kind, ())
        key = (model.id, *map(inputs.get, names), *[_told(inputs, path) for path in finer])
        try:
            return self._known[key]
        except KeyError:
            if len(self._known) > MOST_OUTCOMES:
                self._known.clear()
                self._asked.clear()
            return self._known.setdefault(key, self._worked_out(model, inputs))
        except TypeError:  # a list where nobody knows that a word belongs
            return self._worked_out(model, inputs)

    def _worked_out(self, model: Model, inputs: Mapping[str, Any]) -> Outcome:
        """An input that was left out counts with its default; one that is there for a word of another, with that word
        alone."""

        def said(name: str) -> Any:
            rule = self._only.get(name)
            if rule is not None and said(rule["by"]) != rule["word"]:
                return None
            value = inputs.get(name)
            return model.fields.get(name, {}).get("default") if value is None else value

        width, height, form, seconds = self._plain[model.kind]
        form = self._form(model, said, form)
        if model.kind in WITH_A_SIDE:
            size = self._size(said, self._wide(model, inputs), model, width, height)
            width, height = (_within(side, MOST_SIDE) for side in size)
        else:
            width, height = 0, 0
        count = next((value for name in self._counts if (value := _figure(said(name))) is not None), 1)
        length = self._seconds(said, seconds) if seconds else 0.0
        quality = said(self._quality_by) if form in self._lossy else 0
        return Outcome(model.kind, form, width, height, length, _within(count, MOST_COUNT),
                       _within(quality, MOST_QUALITY) if _number(quality) and quality else 0,
                       self._finely(model, inputs))  # fmt: skip

    def _finely(self, model: Model, inputs: Mapping[str, Any]) -> tuple[int, ...]:
        """What is said of a film or a sound in the words that nobody else has, or by default."""
        if not self._finer.keys() & FINER_OF.get(model.kind, frozenset()):
            return ()
        return tuple(self._one(model, inputs, name) if name in FINER_OF[model.kind] else 0 for name in FINER)

    def _one(self, model: Model, inputs: Mapping[str, Any], name: str) -> int:
        least, most = FINER[name]
        for path in (tuple(path.split("/")) for path in self._finer.get(name, ())):
            value = _told(inputs, path)
            value = _figure(_default(model.fields.get(path[0], {}), path[1:]) if value is None else value)
            if value is not None:
                unit = self._units.get(name, 1)
                return int(min(max(value, least * unit), most * unit) // unit)
        return 0

    def _form(self, model: Model, said: Said, unless_told: str) -> str:
        """The format that is asked for; else the usual one, or the first of those that the model has."""
        known = self._formats.get(model.kind, {})
        own = [
            known[each] for by in self._format_by for each in model.fields.get(by, {}).get("enum", ()) if each in known
        ]
        usual = unless_told if unless_told in own or not own else own[0]
        words = (_format(said(by)) for by in self._format_by)
        return str(next((known[word] for word in words if word in known), usual))

    def of_format(self, outcome: Outcome, word: Any) -> Outcome:
        """The same as a file of whatever kind a word of a format is of: of a model that makes any."""
        for kind, known in self._formats.items():
            if isinstance(word, str) and word in known and kind != outcome.kind:
                width, height, _, seconds = self._plain[kind]
                return Outcome(kind, known[word], int(width), int(height), float(seconds), outcome.count)
        return outcome

    def _seconds(self, said: Said, unless_told: float) -> float:
        for name, a_second in self._lengths.items():
            value = _figure(said(name))
            if value is not None and value not in self._open:
                # Held within bounds before it becomes a float: a whole number of 400 digits is none.
                return float(min(max(value, a_second), MOST_SECONDS * a_second) / a_second)
        return float(unless_told)

    def _wide(self, model: Model, inputs: Mapping[str, Any]) -> bool:
        """Whether a width that nobody told counts: of a model that has a word for a side, the word is the default."""
        names = (*self._names["width"], *self._names["height"])
        return any(name in inputs for name in names) or model.fields.keys().isdisjoint(self._names["side"])

    def _size(self, said: Said, wide: bool, model: Model, width: int, height: int) -> tuple[int, int]:
        for name in self._names["named"]:
            if isinstance(named := said(name), str) and named in self._sizes:
                return self._sizes[named]
        if wide and (w := self._first(said, "width")) is not None and (h := self._first(said, "height")) is not None:
            return int(w), int(h)
        for name in self._names["size"]:
            if isinstance(pair := said(name), str) and (both := PAIR.fullmatch(pair)):
                return int(both[1]), int(both[2])
        ratio = next((ratio for name in self._names["ratio"] if (ratio := _ratio(said(name)))), None)
        sides, words = self._sides.get(model.kind, {}), [said(name) for name in self._names["side"]]
        # Where a model is offered once for each resolution, its name says which.
        parts = model.id.lower().replace("-", "/").split("/")
        words += parts if self._anywhere else parts[-1:]
        side = next((sides[word] for each in words if (word := str(each).lower()) in sides), min(width, height))
        if ratio is None:
            ratio = width / height
        # Of a video's frame the named side is the shorter one, of a picture that of a square of the same area.
        if model.kind == "image":
            return _even(side * ratio**0.5), _even(side / ratio**0.5)
        return (_even(side * ratio), side) if ratio >= 1 else (side, _even(side / ratio))

    def _first(self, said: Said, key: str) -> float | None:
        return next((value for name in self._names[key] if _number(value := said(name))), None)


def _told(inputs: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    """What stands at a path, if it is one thing."""
    value: Any = inputs
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return None if isinstance(value, (dict, list)) else value


def _default(field: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    for step in path:
        field = field.get("properties", {}).get(step, {})
    return field.get("default")


def _format(word: Any) -> str:
    return str(word).partition("_")[0]


def _within(value: float, most: int) -> int:
    return int(min(max(value, 1), most))


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _figure(value: Any) -> float | None:
    """A number, or the one whose digits a text is."""
    if isinstance(value, str) and value.removeprefix("-").isdecimal() and len(value) < 9:
        return int(value)
    return value if _number(value) else None


def _even(length: float) -> int:
    return max(2, round(length / 2) * 2)


def _ratio(word: Any) -> float | None:
    if not isinstance(word, str):
        return None
    width, _, height = word.partition(":")
    if not all(side.isdecimal() and len(side) <= 5 and int(side) for side in (width, height)):
        return None
    return int(width) / int(height)
