"""What an order makes: the files that a model's inputs ask for, in the words of a provider's tables."""

from __future__ import annotations

from collections.abc import Mapping
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

RATIOS = ("target_aspect_ratio", "aspect_ratio", "size", "ratio")
# The inputs that say what is made, whatever the model.
SHAPING = ("output_format", "image_size", "width", "height", *RATIOS, "resolution", "duration", "num_images",
           "number_of_images", "max_images")  # fmt: skip


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
        self._sizes = {name: tuple(size) for name, size in media["sizes"]["values"].items()}
        self._sides = media["sides"]["values"]
        self._plain = {**{name: kind[:4] for name, kind in KINDS.items()}, **media["unless_told"]["values"]}
        self._formats = media["formats"]["values"]
        self._format_by = media["formats"].get("by", "output_format")
        quality = media.get("quality", {})
        self._quality_by, self._lossy = quality.get("by", ""), frozenset(quality.get("values", ()))
        self._finer = {name: tuple(path.split("/")) for name, path in media.get("finer", {}).get("values", {}).items()}
        self._finer_of = {kind: tuple(path for name, path in self._finer.items() if name in names)
                          for kind, names in FINER_OF.items()}  # fmt: skip
        self._counts = media["counts"]["values"]
        self._lengths = media["lengths"]["values"]
        names = (*self._counts, *self._lengths, self._format_by, self._quality_by)
        self._own = tuple(name for name in names if name and name not in SHAPING)
        self._known: dict[tuple[Any, ...], Outcome] = {}

    def of(self, model: Model, inputs: Mapping[str, Any]) -> Outcome:
        """What an order of a model makes."""
        key = (model.id, *[inputs.get(name) for name in (*model.shaping, *self._own)],
               *[_told(inputs, path) for path in self._finer_of.get(model.kind, ())])  # fmt: skip
        try:
            return self._known[key]
        except KeyError:
            if len(self._known) > MOST_OUTCOMES:
                self._known.clear()
            return self._known.setdefault(key, self._worked_out(model, inputs))
        except TypeError:  # a list where nobody knows that a word belongs
            return self._worked_out(model, inputs)

    def _worked_out(self, model: Model, inputs: Mapping[str, Any]) -> Outcome:
        """An input that was left out counts with its default."""

        def said(name: str) -> Any:
            value = inputs.get(name)
            return model.fields.get(name, {}).get("default") if value is None else value

        width, height, form, seconds = self._plain[model.kind]
        form = self._form(model, _format(said(self._format_by)), form)
        if model.kind in WITH_A_SIDE:
            width, height = (_within(side, MOST_SIDE) for side in self._size(said, model, width, height))
        else:
            width, height = 0, 0
        count = next((value for name in self._counts if _number(value := said(name))), 1)
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
        path, (least, most) = self._finer.get(name, ()), FINER[name]
        value: Any = _told(inputs, path) if path else None
        if value is None and path:
            value = _default(model.fields.get(path[0], {}), path[1:])
        return int(min(max(value, least), most)) if _number(value) else 0

    def _form(self, model: Model, word: str, unless_told: str) -> str:
        """The format that is asked for; else the usual one, or the first of those that the model has."""
        known = self._formats.get(model.kind, {})
        own = [known[each] for each in model.fields.get(self._format_by, {}).get("enum", ()) if each in known]
        usual = unless_told if unless_told in own or not own else own[0]
        return str(known.get(word, usual))

    def of_format(self, outcome: Outcome, word: Any) -> Outcome:
        """The same as a file of whatever kind a word of a format is of: of a model that makes any."""
        for kind, known in self._formats.items():
            if isinstance(word, str) and word in known and kind != outcome.kind:
                width, height, _, seconds = self._plain[kind]
                return Outcome(kind, known[word], int(width), int(height), float(seconds), outcome.count)
        return outcome

    def _seconds(self, said: Any, unless_told: float) -> float:
        for name, a_second in self._lengths.items():
            value = said(name)
            if isinstance(value, str) and value.isdecimal() and len(value) < 9:
                value = int(value)
            if _number(value):
                # Held within bounds before it becomes a float: a whole number of 400 digits is none.
                return float(min(max(value, a_second), MOST_SECONDS * a_second) / a_second)
        return float(unless_told)

    def _size(self, said: Any, model: Model, width: int, height: int) -> tuple[int, int]:
        if isinstance(named := said("image_size"), str) and named in self._sizes:
            return self._sizes[named]
        if _number(w := said("width")) and _number(h := said("height")):
            return int(w), int(h)
        ratio = next((ratio for name in RATIOS if (ratio := _ratio(said(name)))), None)
        # Where a model is offered once for each resolution, its name says which.
        sides, named = (
            self._sides.get(model.kind, {}),
            (said("resolution"), model.id.replace("-", "/").rpartition("/")[2]),
        )
        side = next((sides[word] for each in named if (word := str(each).lower()) in sides), min(width, height))
        if ratio is None:
            ratio = width / height
        # Of a video's frame the named side is the shorter one, of a picture that of a square of the same area.
        if model.kind == "image":
            return _even(side * ratio**0.5), _even(side / ratio**0.5)
        return (_even(side * ratio), side) if ratio >= 1 else (side, _even(side / ratio))


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


def _even(length: float) -> int:
    return max(2, round(length / 2) * 2)


def _ratio(word: Any) -> float | None:
    if not isinstance(word, str):
        return None
    width, _, height = word.partition(":")
    if not all(side.isdecimal() and len(side) <= 5 and int(side) for side in (width, height)):
        return None
    return int(width) / int(height)
