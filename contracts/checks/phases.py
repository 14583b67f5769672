"""The phases of schemathesis, all its checks on, through the lens: what it objects to becomes findings of ours."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from tempfile import TemporaryDirectory
from typing import Any

import schemathesis
from hypothesis import configuration
from schemathesis.config import CacheConfig, HealthCheck, SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.python.asgi import shutdown_lifespans

from ..catalogue import Model
from ..contract import Contract
from ..exchange import Exchange
from .lens import DOCUMENT, Lens
from .objection import objection
from .referee import Referee

PHASES = ("examples", "coverage", "fuzzing", "stateful")
ENDLESS = ("fuzzing", "stateful")  # the others enumerate what the document says, and are through when they are
MOST = {"fuzzing": 10, "stateful": 60}  # cases an operation, and walks, of one turn


def explore(
    referee: Referee, *, seed: int, seconds: float, bounded: bool, say: Callable[[str], None],
    clock: Callable[[], float],
) -> None:  # fmt: skip
    """Asks what the documents allow and what they forbid, for so many seconds at most.

    A bounded run asks a fixed number of questions about one model of each shape, so that equal seeds ask the same.
    A longer one asks about every model, and makes up new questions until the time is over.
    """
    models = by_shape(referee.contract) if bounded else list(referee.contract.catalogue.models.values())
    end, turn = clock() + seconds, 0
    with traceless():
        lens = Lens(referee, models)
        while turn == 0 or (not bounded and clock() < end):
            words = PHASES if turn == 0 else ENDLESS
            for left, word in zip(range(len(words), 0, -1), words, strict=True):
                share = clock() + max(end - clock(), 0) / left  # what a phase leaves is the next ones'
                before = referee.asked.get(word, 0)
                referee.by = word
                referee.begin()
                cut = not _run(lens, word, seed + turn, lambda until=share: clock() >= until)  # type: ignore[misc]
                asked = referee.asked.get(word, 0) - before
                say(f"{word}: {asked} requests" + (", cut short by the time" if cut else ""))
            turn += 1


def by_shape(contract: Contract) -> list[Model]:
    """One model of each shape: the first."""
    found: dict[tuple[str, ...], Model] = {}
    for model in contract.catalogue.models.values():
        found.setdefault(model.shape, model)
    return list(found.values())


def _run(lens: Lens, word: str, seed: int, over: Callable[[], bool]) -> bool:
    """Runs one phase, and tells whether it came to its end."""
    schema = schemathesis.openapi.from_asgi(DOCUMENT, lens, config=_configured(lens.referee, word, seed))

    @schema.hook
    def filter_failure(_context: Any, failure: Any, case: Any, _response: Any) -> bool:
        # Noted here, when what it is about has just been asked; let pass there, so that nothing is asked again to
        # make it smaller, and the phase goes on.
        referee = lens.referee
        referee.note(objection(referee.contract, failure, _last(referee), case.operation.path))
        return False

    stream = from_schema(schema).execute()
    cut = interrupted = False
    with closing(stream.generator):
        for event in stream:
            if isinstance(event, events.Interrupted) and not cut:
                interrupted = True
            elif isinstance(event, events.NonFatalError):
                raise RuntimeError(f"{word}, {event.label}: {event.value}") from event.value
            elif isinstance(event, events.FatalError):
                raise event.exception
            if not cut and over():
                cut = True
                stream.stop()
    if interrupted:
        raise KeyboardInterrupt
    return not cut


def _last(referee: Referee) -> Exchange:
    return next(step for step in reversed(referee.story) if isinstance(step, Exchange))


def _configured(referee: Referee, word: str, seed: int) -> SchemathesisConfig:
    config = SchemathesisConfig(seed=seed, suppress_health_check=[HealthCheck.all], cache=CacheConfig(enabled=False))
    project = config.projects.override
    project.update(headers=dict(referee.headers()))
    project.phases.update(phases=[word])
    project.generation.update(database="none", no_shrink=True, max_examples=MOST.get(word))
    project.checks.update(included_check_names=["all"])
    return config


@contextmanager
def traceless() -> Iterator[None]:
    """Nothing is left on disk by generators, nothing is said on the terminal, and no application of ours is held."""
    before = vars(configuration).get("__hypothesis_home_directory")
    with TemporaryDirectory(prefix="understudy-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        configuration.set_hypothesis_home_dir(folder)
        try:
            yield
        finally:
            configuration.set_hypothesis_home_dir(before)
            shutdown_lifespans()
