"""The models that a provider offers: what each takes, what it makes, and whether we know it whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import replace
from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING, Any

from . import brought
from .alike import USUAL, Alike, Takes
from .between import Rules, completed
from .brought import FETCHABLE, LOOPBACK, TOO_LARGE, Path, Place
from .codes import GENERAL, dotted
from .exchange import MASK, SECRET_NAME
from .field import example, told
from .finding import WEIGHT, Finding, Source, shown
from .kind import guessed
from .outcome import Outcome, Outcomes
from .schema import NOTHING, Difference, Judge, pointer
from .spelling import Spelling

ANYTHING: dict[str, Any] = {"type": "object", "properties": {}}  # the schema of a model of which we know none
MOST_GUESSED = 1024
LONGEST_ID = 200  # of which it is asked what it is near to
MOST_FOUND = 100  # of one kind in one body: one that is wrong in a million places is not told of each
NO_FINDINGS: tuple[Finding, ...] = ()
LATE = frozenset({"fields", "media", "known", "judge", "rules", "spelling", "input_schema"})  # read when asked
Body = Mapping[str, Any]
SIDES, SIDE = ("/width", "/height"), 1024  # of a picture that has to have some


class Model:
    """One model; where `complete` is false, nothing is refused for what our table does not hold."""

    __slots__ = ("alike", "also", "complete", "deprecated", "editions", "envelope", "fields", "form", "id",
                 "input_schema", "judge", "kind", "known", "limits", "listed", "media", "ordered", "rules", "schema",
                 "source", "spelling", "successor", "title", "where")  # fmt: skip
    fields: dict[str, dict[str, Any]]
    media: dict[str, Place]
    known: frozenset[str]
    judge: Judge
    rules: Rules
    spelling: Spelling
    input_schema: Mapping[str, Any]  # the schema of whatever is taken, however it is spelled

    def __init__(
        self, row: Mapping[str, Any], limits: Mapping[str, int], takes: Takes = USUAL, listed: bool = True,
        envelope: frozenset[str] = frozenset(), alike: Alike | None = None,
    ) -> None:  # fmt: skip
        self.id: str = row["id"]
        self.limits = limits
        self.listed = listed
        self.title: str = row.get("title", "")  # by which the provider's pages call it, if not by its id
        self.also: tuple[str, ...] = tuple(row.get("also", ()))  # further ids of it
        self.editions: tuple[str, ...] = tuple(row.get("editions", ()))  # of the documents, those that list it
        self.successor: str = row.get("successor", "")
        self.deprecated: bool = row.get("deprecated", False)
        self.kind: str = row["kind"]
        self.form: str = row.get("form", "")  # the type of task that it is for, where there are several
        self.complete: bool = row["complete"]
        self.source: Source = row["source"]
        self.where: str = row["where"]
        self.schema: dict[str, Any] = row["schema"]
        self.ordered: list[list[str]] = row.get("ordered", [])  # fields of which the first is at most the second
        self.envelope = envelope
        self.alike = alike or Alike(self.schema, takes)

    if not TYPE_CHECKING:  # it would hide from the type checker what is misspelt

        def __getattr__(self, name: str) -> Any:
            """Reads the schema when something is asked that follows from it; from then on it stands in its slot."""
            if name not in LATE:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            setattr(self, name, value := getattr(self.alike.read(), name))
            return value

    def check(self, body: Body, operation: str = "submit", plain: Body | None = None) -> tuple[Finding, ...]:
        """What is wrong with an input, of which the plain form may be known; nothing, as usual, costs a microsecond."""
        if not self.spelling:
            return self._check(body, operation)
        found = self._check(self.spelling.plain(body) if plain is None else plain, operation)
        return tuple(self._as_sent(each, body) for each in found) if found else found

    def _as_sent(self, finding: Finding, body: Mapping[str, Any]) -> Finding:
        """A finding about a field under the name by which the body says it."""
        head, slash, rest = finding.where[1:].partition("/")
        sent = self.spelling.sent(body, head) if finding.where else head
        return finding if sent == head else replace(finding, where=f"/{sent}{slash}{rest}")

    def plain(self, body: Any) -> Any:
        """The body as its schema says it, however it is spelled."""
        return self.spelling.plain(body) if self.spelling and type(body) is dict else body

    def _check(self, body: Mapping[str, Any], operation: str) -> tuple[Finding, ...]:
        found = NO_FINDINGS
        if not self.judge.good(body):
            found = tuple(Finding(d.rule, WEIGHT[self.source], d.pointer, d.expected, _came(d),
                                  self._cure(d.path), operation, self.source, GENERAL, d.kind)
                          for d in islice(self.judge.told(body), MOST_FOUND))  # fmt: skip
        if self.rules:
            found += self.between(body, operation)
        if self.ordered:
            found += tuple(self.disordered(body, operation))
        if not body.keys() <= self.known and self.schema.get("additionalProperties") is not False:
            found += tuple(islice(self._strangers(body, operation), MOST_FOUND))
        if self.media and not self.media.keys().isdisjoint(body):
            found += (*self._unfit(body, operation), *self._advice(body, operation))
        return found

    def between(self, body: Body, operation: str, original: brought.Size | None = None) -> tuple[Finding, ...]:
        """Where fields do not go together, or with the size of the picture that an input extends; and numbers that
        are between two steps."""
        return tuple(islice(self._between(body, operation, original), MOST_FOUND))

    def _between(self, body: Mapping[str, Any], operation: str, original: brought.Size | None) -> Iterator[Finding]:
        for row, breach in self.rules.broken(body, original):
            names, source = [dotted(place) for place in breach.pointers], row.get("source", self.source)
            yield Finding(breach.rule, WEIGHT[source], breach.pointers[0], breach.expected, breach.came,
                          f"send {' and '.join(names[:2])} so that they fit" if row else f"round {names[0]}", operation,
                          source, breach.reason, breach.kind, breach.pointers[1:])  # fmt: skip

    def disordered(self, body: Mapping[str, Any], operation: str) -> Iterator[Finding]:
        """Where a field is above another one, though it is to be at most that."""
        for low, high in self.ordered:
            least, most = body.get(low), body.get(high)
            if isinstance(least, (int, float)) and isinstance(most, (int, float)) and most < least:
                yield Finding("out-of-range", WEIGHT[self.source], f"/{high}", f"at least {low}, which is {least}",
                              shown(most), f"send {high} as {least} or more, or a smaller {low}", operation,
                              self.source, GENERAL, "greater_than_equal")  # fmt: skip

    def brought(self, body: Mapping[str, Any]) -> Iterator[tuple[Path, str, str]]:
        """The files that an input brings: where each stands, its kind, and its address or the file as a data URI."""
        return ((path, place.kind, text) for path, place, text in brought.found(self.media, body))

    def _unfit(self, body: Mapping[str, Any], operation: str) -> Iterator[Finding]:
        """What stands where a file may in any form, and is none: each form has a look of its own."""
        for path, place, text in brought.found(self.media, body):
            if place.free and (came := brought.unfit(place.kind, text)):
                what = "a file" if place.kind == "any" else f"a file ({place.kind})"
                yield Finding("wrong-form", "broken", pointer(path), f"{what} as {brought.ANY_FORM}",
                              f"{came}: {shown(text, 40)}", "send the file's address, or its bytes as base64",
                              operation, "documented", "invalid-input", "media")  # fmt: skip

    def _advice(self, body: Mapping[str, Any], operation: str) -> Iterator[Finding]:
        """What the provider advises of the files that an input brings, told from its text alone."""
        for path, kind, text in self.brought(body):
            place, most, scheme = pointer(path), self.limits.get(kind), text[:5].lower()
            if scheme == "data:":
                size = brought.data_size(text)
                yield from (over := self.oversized(place, kind, size, operation))
                if not over and most is not None and size > most:
                    yield Finding("oversized-input", "doubtful", place, f"{kind}s of at most {most} bytes",
                                  f"a data URI of {size} bytes", "send a smaller file; it was taken all the same",
                                  operation)  # fmt: skip
            elif scheme == "https" and FETCHABLE.match(text):
                yield Finding("unfetched-input", "note", place, "an address that can be fetched", shown(text),
                              "nothing: it was taken as good without being fetched", operation)  # fmt: skip
            elif scheme == "http:" and not LOOPBACK.match(text[:256].lower()):
                name = next(step for step in reversed(path) if isinstance(step, str))
                yield Finding("not-https", "note", place, "an https address, which the provider can fetch",
                              shown(text), f"send {name} as https://", operation)  # fmt: skip

    def oversized(self, place: str, kind: str, size: int, operation: str) -> tuple[Finding, ...]:
        """What is said of a file that is larger than its field takes, where the model says how much that is."""
        most = self.fields.get(place.split("/")[1], {}).get("x-most-bytes", size)
        return () if size <= most else (
            Finding("oversized-input", WEIGHT[self.source], place, f"{kind}s of at most {most} bytes", f"{size} bytes",
                    "send a smaller file", operation, self.source, TOO_LARGE, "too_large"),)  # fmt: skip

    def _cure(self, path: Path) -> str:
        field = self.fields.get(str(path[0])) if path else None
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
        unless_told = [] if self.complete and "prompt" not in self.fields else ["prompt"]
        names = (name for name in self.schema.get("required", unless_told) if name not in self.envelope)
        body = {name: example(self.fields.get(name, {"type": "string"})) for name in names}
        between = [row for row in self.schema.get("between", ()) if not self.envelope & {row["fields"][0][1:]}]
        return completed(between, body, self._example_at) if between else body

    def _example_at(self, place: str) -> Any:
        field: Mapping[str, Any] = self.schema
        for step in place.split("/")[1:]:
            field = field.get("properties", {}).get(step, {})
        return SIDE if place in SIDES and field.get("minimum", SIDE) <= SIDE else example(field)

    @property
    def shape(self) -> tuple[str, ...]:
        """Models of one shape make one kind of file and require fields of the same types."""
        required = [self.fields.get(name, {}) for name in self.schema.get("required", [])]
        return (self.kind, *sorted({str(field.get("format", field.get("type", ""))) for field in required}))


def _came(found: Difference) -> str:
    """What came; a key that was sent at the wrong place is in no book either."""
    secret = found.path and SECRET_NAME.fullmatch(str(found.path[-1]))
    return MASK if secret and found.came is not NOTHING else shown(found.came)


class Catalogue:
    """A provider's models by id, and the words of their inputs that say what is made."""

    def __init__(
        self, rows: list[dict[str, Any]], media: Mapping[str, Any], takes: Takes = USUAL,
        envelope: frozenset[str] = frozenset(),
    ) -> None:  # fmt: skip
        self.recommended: dict[str, int] = media["recommended"]["values"]
        self.envelope = envelope  # the keys of an order that say what it is, where it comes in a bundle
        alike: dict[int, Alike] = {}
        self.models = {row["id"]: self._model(row, takes, alike) for row in rows}
        self._also = {name: model.id for model in self.models.values() for name in model.also}
        self._takes = takes
        self._media = media
        self._outcomes = Outcomes(media)
        self._guessed: dict[str, Model] = {}
        self._near: dict[tuple[str, int, str], list[str]] = {}

    def _model(self, row: dict[str, Any], takes: Takes, alike: dict[int, Alike]) -> Model:
        told = alike.setdefault(id(row["schema"]), Alike(row["schema"], takes))
        return Model(row, self.recommended, takes, envelope=self.envelope, alike=told)

    def plus(self, rows: Iterable[Mapping[str, Any]]) -> Catalogue:
        """The same catalogue with more models in it, or newer ones of known ids; those that stay are shared."""
        more = copy(self)
        more.models = dict(self.models)
        for row in rows:
            whole = row if "kind" in row else {**row, "kind": self.guess(row["id"])}
            more.models[row["id"]] = Model(whole, self.recommended, self._takes, envelope=self.envelope)
        # What was worked out for a model may be wrong for the one that takes its place.
        more._outcomes, more._guessed, more._near = Outcomes(self._media), {}, {}
        return more

    def nearest(self, name: str, most: int = 3, form: str = "") -> list[str]:
        """The ids that look most like a name, of models for one type of task if it is named."""
        key = (name, most, form)
        if key not in self._near:
            if len(self._near) > MOST_GUESSED:
                self._near.clear()
            ids = [model.id for model in self.models.values() if form in ("", model.form)]
            self._near[key] = get_close_matches(name[:LONGEST_ID], ids, most, 0.4)
        return self._near[key]

    def guess(self, name: str) -> str:
        """The kind of file that a model of this id makes most likely."""
        return guessed(name, {model.id: model.kind for model in self.models.values()})

    def find(self, name: str, guess: bool) -> Model | None:
        """A model by its id; one that we do not know is guessed from its name, if that is wanted."""
        model = self.models.get(name) or self.models.get(self._also.get(name, ""))
        if model is not None or not guess:
            return model
        if name not in self._guessed:
            if len(self._guessed) > MOST_GUESSED:
                self._guessed.clear()
            row = {"id": name, "kind": self.guess(name), "complete": False, "schema": ANYTHING, "source": "inferred",
                   "where": "guessed from its name"}  # fmt: skip
            self._guessed[name] = Model(row, {}, listed=False, envelope=self.envelope)
        return self._guessed[name]

    def let_in(self, name: str, form: Model) -> Model:
        """A model that we do not know, for a type of task: it takes what all of that type take, and makes what most
        of them do."""
        key = f"{form.id} {name}"
        if key not in self._guessed:
            if len(self._guessed) > MOST_GUESSED:
                self._guessed.clear()
            kind = next((model.kind for model in self.models.values() if model.form == form.id), form.kind)
            row = {"id": name, "form": form.id, "kind": kind, "complete": False, "schema": form.schema,
                   "source": "inferred", "where": "guessed from its task"}  # fmt: skip
            self._guessed[key] = Model(row, {}, listed=False, envelope=self.envelope, alike=form.alike)
        return self._guessed[key]

    @property
    def shaping(self) -> tuple[str, ...]:
        """The inputs that say what is made, whatever the model."""
        return self._outcomes.names

    def outcome(self, model: Model, inputs: Mapping[str, Any]) -> Outcome:
        """What an order makes."""
        return self._outcomes.of(model, inputs)

    def of_format(self, outcome: Outcome, word: Any) -> Outcome:
        """The same as a file of a format that is of another kind."""
        return self._outcomes.of_format(outcome, word)
