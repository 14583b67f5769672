"""Lives by chance: silent on a stand-in that is right, deterministic by seed, and loud about one that is not."""

from __future__ import annotations

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from understudy.contracts.checks.asking.lifecycle import lived, machine
from understudy.contracts.checks.judging.referee import Referee
from understudy.contracts.contract import contract
from understudy.contracts.exchange import Exchange
from understudy.tests.checks.subjects import Bent, but, ours

PROMISE = contract("runcomfy")


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_our_own_stand_in_keeps_every_promise(seed: int) -> None:
    with ours() as own:
        referee = Referee(PROMISE, own)
        lived(referee, False, seed, 12, 30)
        assert [str(case.finding) for case in referee.cases.values()] == []
        assert referee.walks
        assert len(referee.tapes) > 12


def test_a_seed_says_what_is_asked() -> None:
    tapes = []
    for _ in range(2):
        with ours() as own:
            referee = Referee(PROMISE, own)
            lived(referee, False, 5, 4, 20)
            tapes.append(referee.tapes)
    assert tapes[0] == tapes[1]


def test_a_machine_is_a_test_that_fails_with_the_finding() -> None:
    def late(said: Exchange) -> Exchange:
        return but(said, outcome="cancelled") if said.path.endswith("/cancel") and said.status == 202 else said

    with ours() as own:
        told = settings(max_examples=50, database=None, deadline=None, phases=[Phase.generate])
        with pytest.raises(
            AssertionError,
            match=r"wrong-cancel in cancel at /outcome\n  expected  not_cancellable[^$]+  curl      curl -sS",
        ):
            run_state_machine_as_test(machine(PROMISE, lambda: Bent(own, late), whole=False), settings=told)
        run_state_machine_as_test(
            machine(PROMISE, lambda: own, whole=False), settings=settings(told, max_examples=5, stateful_step_count=15)
        )
