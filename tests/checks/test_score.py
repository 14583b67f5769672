"""The score: who is found out, who lives, and why; and that it means something."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from understudy.contracts.checks.asking.drill import drill
from understudy.contracts.checks.breaking import score as module
from understudy.contracts.checks.breaking.mutant import Mutant, Stage
from understudy.contracts.checks.breaking.mutants import mutants
from understudy.contracts.checks.breaking.score import Score, Survivor, keep, kept, sampled, score, shown
from understudy.contracts.checks.subject import Ask
from understudy.contracts.contract import contract
from understudy.contracts.exchange import Exchange
from understudy.mocks.subjects import Ours
from understudy.tests.checks.subjects import Bent, but
from understudy.tests.checks.tapes import PROMISE, get, life, order

ALL = {mutant.name: mutant for mutant in mutants(PROMISE)}
TAPES = [life(order()), [get("/v1/models?limit=2")]]
FOUND = (
    "status 200 /status dropped",
    "status completed told as cancelled",
    "an order never ends",
    "answers have no body",
)
SCORED = ("runcomfy", "runware")  # the others have no kept score yet
LIVING = "a page repeats its first entry at its end"


def ours() -> Ours:
    return Ours("runcomfy", socket=False)


def scored(*names: str) -> Score:
    return score(PROMISE, ours, TAPES, [ALL[name] for name in names])


def test_mutants_are_found_out_by_the_rule_that_they_break() -> None:
    said: list[str] = []
    result = score(PROMISE, ours, TAPES, [ALL[name] for name in FOUND], said.append)
    assert result.killed == {FOUND[0]: "answer-shape", FOUND[1]: "wrong-moment", FOUND[2]: "wrong-moment",
                             FOUND[3]: "unreadable-answer"}  # fmt: skip
    assert (result.survivors, result.share) == ((), 1.0)
    assert said == ["4 of 4 mutants played, 4 found out"]


def test_who_is_never_asked_lives_and_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    result = scored(FOUND[0], "a category is missing")
    (one,) = result.survivors
    assert (one.mutant.name, one.struck) == ("a category is missing", 0)
    assert one.reason == "never struck: no move asks for what it bends"
    assert result.share == 0.5
    assert result.kinds == {"key": (1, 1), "catalogue": (0, 1)}
    monkeypatch.setattr(module, "excused", lambda provider: {"a category is missing": "nobody shows it"})
    (excused,) = scored("a category is missing").survivors
    assert excused.reason == "excused: nobody shows it"
    assert scored("a category is missing").share == 0.0


def test_who_strikes_unseen_is_told_apart() -> None:
    quiet = Mutant("a quiet one", "wire", "wire", "nobody", lambda stage, ask: _louder(stage.send(ask)))
    result = score(PROMISE, ours, TAPES, [quiet])
    (one,) = result.survivors
    assert one.struck > 1
    assert one.reason == f"struck {one.struck} times, and nobody noticed"


def _louder(said: Exchange) -> Exchange:
    return said._replace(answer_headers=(*said.answer_headers, (b"x-served-by", b"a mutant")))


def test_what_breaks_on_the_way_is_told_with_its_name() -> None:
    def breaks(stage: Stage, ask: Ask) -> Exchange:
        raise KeyError("files")

    (one,) = score(PROMISE, ours, TAPES, [Mutant("a broken one", "wire", "wire", "nobody", breaks)]).survivors
    assert one.reason == "the referee broke: KeyError: 'files'"


def test_a_score_of_what_is_wrong_by_itself_means_nothing() -> None:
    def wrong() -> Bent:
        return Bent(ours(), lambda said: but(said, total=3) if "limit" in said.url else said)

    with pytest.raises(ValueError, match=r"expected no case where nothing is bent; came 1 on .*; mend the subject"):
        score(PROMISE, wrong, TAPES, [ALL[FOUND[0]]])


def test_a_lot_is_drawn_evenly_and_the_same_again() -> None:
    drawn = sampled(mutants(PROMISE), 7)
    assert len(drawn) == len({mutant.name for mutant in drawn}) == 40
    names = [mutant.name for mutant in drawn]
    assert names == [mutant.name for mutant in sampled(tuple(reversed(mutants(PROMISE))), 7)]
    assert names != [mutant.name for mutant in sampled(mutants(PROMISE), 8)]
    kinds = Counter(mutant.kind for mutant in drawn)
    assert set(kinds) == {mutant.kind for mutant in mutants(PROMISE)}
    assert max(kinds.values()) - min(kinds.values()) <= 1


@pytest.mark.more
def test_every_kind_is_found_out_by_the_drill() -> None:
    tapes = [tape for name, tape in drill(PROMISE) if not name.startswith(("edges", "a life of"))]
    drawn = [mutant for mutant in sampled(mutants(PROMISE), 3, 120) if mutant.kind not in ("rule", "input")][:30]
    found = Counter(mutant.kind for mutant in drawn)
    result = score(PROMISE, ours, tapes, drawn)
    assert len(result.killed) >= 0.8 * len(drawn), str(result)
    assert {kind for kind, (some, _) in result.kinds.items() if not some} <= {kind for kind in found if found[kind] < 2}


@pytest.mark.more
def test_of_a_sample_the_bounded_check_finds_out_nearly_all() -> None:
    tapes = [tape for _, tape in drill(PROMISE)]
    result = score(PROMISE, ours, tapes, sampled(mutants(PROMISE), 0, 40))
    assert len(result.mutants) == 40
    assert result.share >= 0.97, str(result)


def test_a_score_is_kept_and_shown(tmp_path: Path) -> None:
    result = scored(*FOUND, LIVING, "a category is missing")
    (tmp_path / "runcomfy").mkdir()
    path = keep({"bounded": result, "long": result}, tmp_path, "2026-01-31", {"python": "3.12"})
    assert path == tmp_path / "runcomfy" / "score.json"
    row = {"date": "2026-01-31", "configuration": "long", "versions": {"python": "3.12"},
           "others": {"bounded": {"killed": 5, "mutants": 6}}, **result.as_dict()}  # fmt: skip
    assert module.read(path) == row
    assert shown(row).splitlines() == [
        "runcomfy: 5 of 6 mutants found out (83.3 %), long run of 2026-01-31",
        "  #################################.......",
        "  bounded run: 5 of 6 (83.3 %)",
        "  catalogue     1 of    2   50.0 %  ####################....................",
        "  key           1 of    1  100.0 %  ########################################",
        "  time          1 of    1  100.0 %  ########################################",
        "  wire          1 of    1  100.0 %  ########################################",
        "  word          1 of    1  100.0 %  ########################################",
        "1 lives:",
        "  catalogue: a category is missing: never struck: no move asks for what it bends",
    ]
    assert str(result).splitlines()[2:] == shown(row).splitlines()[3:]


@pytest.mark.parametrize("provider", SCORED)
def test_what_is_kept_is_of_the_mutants_that_there_are(provider: str) -> None:
    row = kept(provider)
    every = {mutant.name for mutant in mutants(contract(provider))}
    assert row["mutants"] == len(every)
    assert row["killed"] + len(row["survivors"]) == row["mutants"]
    assert {one["name"] for one in row["survivors"]} <= every
    assert set(module.excused(provider)) <= {one["name"] for one in row["survivors"]}


def test_nobody_is_asked_where_a_mutant_does_not_strike() -> None:
    asked: list[Ask] = []

    class Counted(Ours):
        def send(self, ask: Ask) -> Exchange:
            asked.append(ask)
            return super().send(ask)

    def counted() -> Counted:
        return Counted("runcomfy", socket=False)

    score(PROMISE, counted, TAPES, [])
    proof = len(asked)
    score(PROMISE, counted, TAPES, [ALL["a category is missing"]])
    assert len(asked) == 2 * proof


def test_a_survivor_says_how_often_it_struck() -> None:
    assert Survivor(ALL[LIVING], 1).reason == "struck once, and nobody noticed"
