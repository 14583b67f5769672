"""The director's desk: what is wished for one provider of a session becomes scripts and faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypedDict

from ..contracts.finding import did_you_mean
from .engine.fault import CHANNELS, Fault
from .engine.luck import Span
from .engine.output import outputs
from .engine.script import UNREACHABLE, Script
from .engine.session import Session
from .engine.task import Order
from .engine.wish import Times

Length = float | Span | Mapping[str, list[float]]


class Which(TypedDict, total=False):
    """Which orders a wish is for, and how often it comes true."""

    model: str
    operation: str
    nth: int
    when: Callable[[Order], bool]
    times: Times
    optional: bool


class Life(Which, total=False):
    """The words of a script; mocks/words.yaml says what each means."""

    queued: Length
    running: Length
    looks: int
    manual: bool
    position: int
    cold: Length
    fails: str | int | bool
    stuck: bool
    cancelled: bool
    pauses: float | bool
    unreachable: str | bool
    outputs: Any
    cost: float


class Bend(TypedDict, total=False):
    """The words of a fault beside what it is; mocks/words.yaml says what each means."""

    on: str
    when: str
    seconds: Length
    retry_after: float | str
    status: int
    parts: int
    after: int
    every: int
    until: float
    probability: float
    times: Times
    optional: bool


WORDS: dict[str, type] = {"script": Life, "refuse_next": Which, "fault": Bend}


class Desk:
    """Where wishes are laid down. `folder` is where files that they name are looked for; without one, none is read."""

    def __init__(
        self, session: Session, provider: str, folder: Path | None = None, *, backdrop: bool = False
    ) -> None:  # fmt: skip
        self._session = session
        self._folder = folder
        self._provider = provider
        self._backdrop = backdrop

    def script(self, said: Mapping[str, Any]) -> Script:
        """Lays down how orders live."""
        self._check("script", said)
        told = dict(said)
        if told.get("outputs") is not None:
            told["outputs"] = outputs(told["outputs"], self._folder)
        if told.get("pauses"):
            told["when"] = self._pausing(told)
        row = self._contract.errors.get(UNREACHABLE, {})
        if told.get("unreachable") and "status" in row:
            told["refuses"] = UNREACHABLE  # this provider fetches an order's inputs before it takes the order
        return self._laid(Script(**told, provider=self._provider, backdrop=self._backdrop))

    def refuse_next(self, error: str | int, said: Mapping[str, Any]) -> Script:
        """Lays down that orders are refused."""
        self._check("refuse_next", said)
        return self._laid(
            Script(**said, refuses=self._contract.reason(str(error)), provider=self._provider, backdrop=self._backdrop)
        )

    def fault(self, what: int | str, said: Mapping[str, Any]) -> Fault:
        """Lays down that the wire misbehaves."""
        self._check("fault", said)
        operations = self._contract.operations
        channels = (each.channel for each in operations.values())  # a provider may have some of its own
        places = list(dict.fromkeys([*CHANNELS, *channels, *operations]))
        self._known("on", said.get("on", ""), places)
        wish = Fault(what, **said, provider=self._provider, backdrop=self._backdrop)
        self._session.wishes.add(wish)
        return wish

    def wish(self, kind: str, said: Mapping[str, Any]) -> Script | Fault:
        """Lays down a wish as a file or the control plane says it: everything by name."""
        told = dict(said)
        if kind == "script":
            return self.script(told)
        if kind == "refuse_next":
            return self.refuse_next(told.pop("error"), told)
        return self.fault(told.pop("what"), told)

    def _pausing(self, said: Mapping[str, Any]) -> Callable[[Order], bool]:
        """Only orders that can be stopped before their end: all others have no word for it."""
        promise, when = self._contract, said.get("when")
        known = {name for name, each in promise.operations.items()
                 if each.lifecycle and "PAUSED" in promise.lives[each.lifecycle].states}  # fmt: skip
        if said.get("operation", next(iter(known), "")) not in known:
            raise ValueError(f"expected pauses for an order that can be stopped before its end; came "
                             f"{said.get('operation', 'none there is')!r}; take it out")  # fmt: skip
        return lambda order: order.operation in known and (when is None or bool(when(order)))

    @property
    def _contract(self) -> Any:
        return self._session.cast[self._provider].contract

    def _laid(self, script: Script) -> Script:
        self._session.wishes.add(script)
        return script

    def _check(self, verb: str, said: Mapping[str, Any]) -> None:
        known = WORDS[verb].__annotations__
        for name in said:
            if name not in known:
                cure = did_you_mean(name, known, "take it out")
                raise TypeError(f"expected {verb}() to be told of {', '.join(known)}; came {name!r}; {cure}")
        if verb != "fault":
            self._known("operation", said.get("operation", ""), list(self._contract.operations))
            self._model(said.get("model", ""))

    def _model(self, model: str) -> None:
        catalogue = self._contract.catalogue
        if (
            model
            and model not in catalogue.models
            and model not in self._names()
            and self._session.cast[self._provider].terms.unknown_models != "accept"
        ):
            near = ", ".join(catalogue.nearest(model))
            cure = f"nearest: {near}" if near else "add_model() adds one, and unknown_models='accept' takes any"
            raise ValueError(f"expected a model of {self._provider}; came {model!r}; {cure}")

    def _names(self) -> Iterator[str]:
        """What may be ordered from beside models, by id and by name: what accounts have, or will have at once."""
        yield from self._session.props
        yield from (prop.name for prop in self._session.props.values())
        for part in self._contract.apis.values():
            rows = part.facts.openapi.get("props", {}).values()
            yield from (each["name"] for row in rows if isinstance(row, dict) for each in row.get("ready", ()))

    def _known(self, name: str, word: str, words: list[str]) -> None:
        if word and word not in words:
            cure = did_you_mean(word, words, "take one of those, or leave it out")
            raise ValueError(f"expected {name} to be one of {', '.join(words)}; came {word!r}; {cure}")
