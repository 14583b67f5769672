"""The phases of schemathesis, all its checks on, through the lens: what it objects to becomes findings of ours."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from itertools import count
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any

from ...catalogue import Model
from ...contract import Contract
from ...exchange import Exchange
from ..extra import missing
from ..judging.referee import Referee
from ..props import offered
from .lens import DOCUMENT, Lens
from .objection import objection
from .steps import Steps, shapes

try:
    import schemathesis
    from hypothesis import configuration
    from schemathesis.config import CacheConfig, HealthCheck, SchemathesisConfig
    from schemathesis.engine import events, from_schema
    from schemathesis.python.asgi import shutdown_lifespans
except ImportError as wrong:
    raise missing("phases", "schemathesis") from wrong

PHASES = ("examples", "coverage", "fuzzing", "stateful")
ENDLESS = ("fuzzing", "stateful")  # the others enumerate what the document says, and are through when they are
SHARE = {"examples": 3, "coverage": 6, "fuzzing": 2, "stateful": 4}  # of the time, as far as it is short
MOST = {"fuzzing": 4, "stateful": 25}  # cases an operation, and walks, of one turn
FEWER = {"fuzzing": 4, "stateful": 20}  # of a further API
MOST_SHAPES = 30  # of which the generators ask one of each; of more, one of each kind
ACCEPTED = "AcceptedNegativeData"  # and a yes to what the document forbids
REJECTED = "RejectedPositiveData"  # what a generator calls a no that the document alone gives no reason for
STEPS = 10  # of a walk: an order that is met by all who may ask about it takes four, and most are drawn elsewhere


def explore(
    referee: Referee, *, seed: int, seconds: float, bounded: bool, say: Callable[[str], None],
    clock: Callable[[], float], asks: Sequence[str] = PHASES,
) -> list[str]:  # fmt: skip
    """Asks what the documents allow and what they forbid, for so many seconds at most; answers what that cut short.

    A bounded run asks a fixed number of questions about one model of each shape, so that equal seeds ask the same.
    A longer one goes on to all the other models, as many at a time, and then makes up new questions about each.
    """
    end, short = clock() + seconds, []
    handfuls = dealt(referee.contract)[: 1 if bounded else None]
    beginning = Steps(referee.contract, not bounded).prologue()
    with traceless():
        for turn in count():
            if turn and (bounded or clock() >= end):
                break
            words = [word for word in (PHASES if turn < len(handfuls) else ENDLESS) if word in asks]
            for at, word in enumerate(words):
                part = SHARE[word] / sum(SHARE[each] for each in words[at:])  # what one leaves is the next ones'
                share = clock() + max(end - clock(), 0) * part
                before = referee.asked.get(word, 0)
                referee.by = word
                referee.begin()
                for move in beginning:
                    referee.play(move)
                lens = Lens(referee, handfuls[turn % len(handfuls)])
                whole = _run(lens, word, seed + turn, partial(_over, referee, clock, share))
                asked = referee.asked.get(word, 0) - before
                say(f"{word}: {asked} requests" + ("" if whole else ", cut short by the time"))
                short += [] if whole or turn else [word]
    return short


def dealt(contract: Contract) -> list[list[Model]]:
    """All models in handfuls; the first holds one of each shape. Where tasks are of many types, of which the drill has
    bent every field already, it holds the plain one alone."""
    first = shapes(contract) if contract.bundle is None else [Steps(contract, False).plain]
    if len(first) > MOST_SHAPES:
        first = list({model.kind: model for model in first}.values())
    models = [*first, *(model for model in offered(contract) if model not in first)]
    rest = models[len(first) :]
    many = max(len(first), 1) if contract.bundle is None else len(shapes(contract))
    return [first, *(rest[at : at + many] for at in range(0, len(rest), many))]


def _spelled(referee: Referee, said: Exchange | None) -> bool:
    """Whether a body is of a form that may be spelled in other ways than one."""
    if said is None:
        return False
    operation = referee.contract.match(said.path)[0].get(said.method)
    form = referee.world.form(operation, operation.named(said.path)) if operation is not None else None
    return form is not None and bool(form.spelling)


def _over(referee: Referee, clock: Callable[[], float], end: float) -> bool:
    return clock() >= end or bool(referee.spent)


def _run(lens: Lens, word: str, seed: int, over: Callable[[], bool]) -> bool:
    """Runs one phase, and tells whether it came to its end."""
    cut = Event()
    schema = schemathesis.openapi.from_asgi(DOCUMENT, lens, config=_configured(lens.referee, word, seed))

    @schema.hook
    def filter_failure(_context: Any, failure: Any, case: Any, _response: Any) -> bool:
        # Noted here, when what it is about has just been asked, unless the referee, who knows more, had something
        # against it already. It is let pass, so that nothing is asked again to make it smaller.
        why = lens.referee.why
        reasons = (*why.reasons, *why.maybe)
        # A task that is answered when it is over may have come to a bad end.
        kind = type(failure).__name__
        refusable = (bool(reasons) and kind == REJECTED) or "task-failed" in reasons
        # Nor can a document list each way to spell what is taken.
        refusable = refusable or (kind == ACCEPTED and not reasons and _spelled(lens.referee, lens.said))
        if lens.good and lens.said is not None and not refusable:
            lens.referee.note(objection(lens.referee.contract, failure, lens.said, case.operation.path))
        return False

    @schema.hook
    def after_call(_context: Any, _case: Any, _response: Any) -> None:
        if over():
            cut.set()
            stream.stop()

    stream = from_schema(schema).execute()
    interrupted = False
    with closing(stream.generator):
        for event in stream:
            interrupted = interrupted or isinstance(event, events.Interrupted)
            # A generator may stumble over an answer that is none; then the referee has had something against it.
            if isinstance(event, events.NonFatalError) and not lens.referee.cases:
                raise RuntimeError(f"{word}, {event.label}: {event.value}") from event.value
            if isinstance(event, events.FatalError):
                raise event.exception
    if interrupted and not cut.is_set():
        raise KeyboardInterrupt
    return not cut.is_set()


def _configured(referee: Referee, word: str, seed: int) -> SchemathesisConfig:
    config = SchemathesisConfig(seed=seed, suppress_health_check=[HealthCheck.all], cache=CacheConfig(enabled=False))
    project = config.projects.override
    project.update(headers=dict(referee.headers()))
    project.phases.update(phases=[word])
    project.phases.stateful.max_steps = STEPS
    most = FEWER if referee.contract.api else MOST
    project.generation.update(database="none", no_shrink=True, max_examples=most.get(word))
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
