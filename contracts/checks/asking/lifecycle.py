"""A state machine made from lifecycle.yaml: submits, looks by every channel, cancels and waits in any order at all."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from ...contract import Contract
from ..judging.referee import Referee
from ..move import NONE, OTHER, OWN, WRONG, Move
from ..subject import Ask, Subject
from .steps import JSON, NOBODY, Steps

BOUNDED, LONG = (60, 40), (500, 50)  # worlds of a check, and steps in each
FEWER = 3  # a further API has so manieth of the worlds
MOST_ORDERS = 24  # in one world; the line is full by then


class Life(RuleBasedStateMachine):
    """Any moves in any order in one world. `machine` makes a class of it that knows whom to ask."""

    referee: Callable[[], Referee]
    steps: Steps
    fails = True  # as a test; a check goes on, and looks at the referee's cases in the end

    def __init__(self) -> None:
        super().__init__()
        self.judge = type(self).referee()
        self.judge.begin()
        self.made(*self.steps.prologue())
        if self.fails:
            self.judge.cases.clear()  # each example fails by itself, or shrinking would find none again

    @property
    def orders(self) -> int:
        """How many were taken so far."""
        return len(self.judge.world.orders)

    def made(self, *moves: Move) -> None:
        """Makes moves; as a test, the first thing that is wrong ends it."""
        before = len(self.judge.cases)
        for move in moves:
            if not self.judge.spent:
                self.judge.play(move)
        if self.fails and len(self.judge.cases) > before:
            case = list(self.judge.cases.values())[before]
            raise AssertionError(f"{case.finding}\n  curl      {case.curl}")

    @precondition(lambda self: self.orders < MOST_ORDERS)
    @rule(data=st.data())
    def submit(self, data: st.DataObject) -> None:
        """An order, to the bounds of what a model takes."""
        model = data.draw(st.sampled_from(self.steps.models), "model")
        body = data.draw(st.sampled_from(self.steps.edges_of(model, True)), "body")
        self.made(self.steps.order(model, body, data.draw(st.sampled_from((OWN, OWN, OWN, OTHER)), "key")))

    @rule(data=st.data())
    def submit_wrongly(self, data: st.DataObject) -> None:
        """A body of which one rule is broken."""
        model = data.draw(st.sampled_from(self.steps.models), "model")
        self.made(self.steps.order(model, data.draw(st.sampled_from(self.steps.edges_of(model, False)), "body")))

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def look(self, data: st.DataObject) -> None:
        """One order, by one channel."""
        nth = data.draw(st.integers(0, self.orders - 1), "order")
        self.made(Move("about", operation=data.draw(st.sampled_from(self.steps.looks), "channel"), nth=nth))

    @precondition(lambda self: self.orders)
    @rule()
    def look_around(self) -> None:
        """Every order, by every channel, at one moment."""
        self.made(*(move for nth in range(self.orders) for move in self.steps.look(nth)))

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), key=st.sampled_from((OWN, OWN, OTHER, NONE, WRONG)))
    def cancel(self, data: st.DataObject, key: str) -> None:
        """At any moment, with anybody's key."""
        nth = data.draw(st.integers(0, self.orders - 1), "order")
        self.made(self.steps.cancel(nth, key), *self.steps.look(nth))

    @rule(seconds=st.one_of(st.integers(0, 100_000), st.sampled_from((500, 1000, 2000, 5000, 10_000))))
    def advance(self, seconds: int) -> None:
        """Some milliseconds pass."""
        self.made(Move("advance", amount=seconds / 1000))

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), what=st.sampled_from(("start", "finish")))
    def until(self, data: st.DataObject, what: str) -> None:
        """Time passes to the very moment at which an order begins or ends."""
        nth = data.draw(st.integers(0, self.orders - 1), "order")
        self.made(Move(what, nth=nth), *self.steps.look(nth))

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def fetch(self, data: st.DataObject) -> None:
        """The files that a result told of, and what it cost."""
        nth = data.draw(st.integers(0, self.orders - 1), "order")
        self.made(*self.steps.look(nth), self.steps.costly(nth), Move("open", nth=nth))

    @precondition(lambda self: self.orders)
    @rule()
    def expire(self) -> None:
        """So much time passes that no file is kept."""
        self.made(Move("advance", amount=self.steps.life.media_ttl + 2), Move("open", nth=0))

    @rule(what=st.sampled_from(("fail", "poor", "rich", "rich")))
    def direct(self, what: str) -> None:
        """What no client can do."""
        self.made(Move(what))

    @rule(data=st.data(), key=st.sampled_from((OWN, OTHER, NONE, WRONG)))
    def ask_for_nothing(self, data: st.DataObject, key: str) -> None:
        """About an order that nobody placed."""
        operation = data.draw(st.sampled_from([each for each in self.steps.operations if each.task]), "operation")
        number = self.steps.number(self.steps.plain)
        self.made(Move("ask", Ask(operation.method, self.steps.path(operation, NOBODY)), key=key, prop=number))

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def peep(self, data: st.DataObject) -> None:
        """At somebody else's order."""
        nth = data.draw(st.integers(0, self.orders - 1), "order")
        key = data.draw(st.sampled_from((OTHER, NONE, WRONG)), "key")
        self.made(Move("about", operation=data.draw(st.sampled_from(self.steps.looks), "channel"), nth=nth, key=key))

    @rule(data=st.data())
    def browse(self, data: st.DataObject) -> None:
        """A page of the catalogue."""
        if self.steps.rows:
            listed = self.steps.contract.operations[self.steps.rows["list"]["operation"]]
            query = data.draw(st.sampled_from(list(self.steps.queries())), "query")
            self.made(Move("ask", Ask("GET", listed.path + ("?" + query if query else ""), JSON)))


def worlds(contract: Contract, whole: bool) -> tuple[int, int]:
    """How many worlds are led, and how many steps in each. What APIs share is asked in the first one."""
    count, steps = LONG if whole else BOUNDED
    return (count // FEWER if contract.api else count), steps


def machine(contract: Contract, make: Callable[[], Subject], whole: bool = True) -> type[Life]:
    """A state machine that asks a subject, as a class: `TestLife = machine(...).TestCase` makes a test of it."""
    opened: list[Referee] = []

    def referee() -> Referee:
        if not opened:
            opened.append(Referee(contract, make()))
        return opened[0]

    return type("Life", (Life,), {"referee": staticmethod(referee), "steps": Steps(contract, whole)})


def lived(referee: Referee, whole: bool, number: int, worlds: int, steps: int) -> None:
    """Plays so many worlds of so many steps, all chosen by one seed; what is wrong stands in the referee's cases."""
    told = {"referee": staticmethod(lambda: referee), "steps": Steps(referee.contract, whole), "fails": False}
    playing = type("Life", (Life,), told)
    limits = settings(
        max_examples=worlds, stateful_step_count=steps, phases=[Phase.generate], database=None, deadline=None,
        suppress_health_check=list(HealthCheck), print_blob=False,
    )  # fmt: skip
    run_state_machine_as_test(seed(number)(playing), settings=limits)
