"""The phases: they find what is wrong with a server, nothing where nothing is, the same again, and leave no trace."""

from __future__ import annotations

import _thread
import json
import signal
import threading
from collections import defaultdict
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from understudy.contracts.checks.asking import phases
from understudy.contracts.checks.judging.referee import Referee
from understudy.contracts.checks.subject import Ask, Subject
from understudy.contracts.exchange import Exchange
from understudy.tests.checks.worlds import Bend, answered, refereed

pytestmark = pytest.mark.more  # the generators take seconds to think of anything

TURBO = "tongyi-mai/z-image/turbo"
SUBMITTED = json.dumps({"request_id": "a", **dict.fromkeys(("status_url", "result_url", "cancel_url"), "http://a/b")})


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """One model, and few cases: what is tried here is what becomes of them."""
    monkeypatch.setattr(phases, "dealt", lambda promise: [[promise.catalogue.models[TURBO]]])
    monkeypatch.setattr(phases, "MOST", {"fuzzing": 3, "stateful": 20})


def explored(
    referee: Referee, seed: int = 1, seconds: float = 60.0, clock: Any = None, bounded: bool = True
) -> list[str]:
    told: list[str] = []
    ticks = count()
    try:
        phases.explore(referee, seed=seed, seconds=seconds, bounded=bounded, say=told.append,
                       clock=clock or (lambda: 0.0 * next(ticks)))  # fmt: skip
    finally:
        referee.subject.close()
    return told


def test_nothing_is_found_where_nothing_is_wrong_and_every_state_is_met() -> None:
    walks: dict[str, set[str]] = defaultdict(set)
    words: dict[str, set[str]] = defaultdict(set)

    def seen(said: Exchange, _by: str) -> None:
        body = said.json if isinstance(said.json, dict) else {}
        if said.status in (200, 202) and "request_id" in body:
            walks[body["request_id"]].add(said.operation)
            words[said.operation].add(body.get("status", ""))

    referee = refereed(seen=seen)
    told = explored(referee)
    assert [str(case.finding) for case in referee.cases.values()] == []
    assert [line.partition(":")[0] for line in told] == list(phases.PHASES) == list(referee.asked)
    assert all(referee.asked.values())
    assert len(referee.tapes) == 1 + len(phases.PHASES)
    assert any(walk == {"submit", "status", "result", "cancel"} for walk in walks.values())
    assert words["result"] == {"in_queue", "in_progress", "succeeded", "failed", "cancelled"}


def test_equal_seeds_ask_the_same_and_leave_no_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    before = set(threading.enumerate())
    monkeypatch.setattr(phases, "MOST", {"fuzzing": 2, "stateful": 5})
    asked: list[list[Any]] = []
    for seed in (1, 1, 2):
        heard: list[Any] = []
        asked.append(heard)
        explored(refereed(seen=lambda said, _, heard=heard: heard.append(said[:2] + said[3:5])), seed)  # type: ignore[misc]
    assert asked[0] == asked[1]
    assert asked[0] != asked[2]
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")
    # One thread of the generator's own, which hands requests to applications, lasts as long as the process.
    left = {thread.name for thread in set(threading.enumerate()) - before if "understudy" not in thread.name}
    assert not {name for name in left if "schemathesis" in name}


def forged(_subject: Subject, ask: Ask, said: Exchange) -> Exchange:
    """Takes whatever is ordered."""
    return answered(said, 200, SUBMITTED.encode()) if said.status == 422 and "models/" in ask.path else said


def heedless(subject: Subject, ask: Ask, said: Exchange) -> Exchange:
    """Looks at no key."""
    if said.status != 401:
        return said
    own = (("Authorization", f"Bearer {subject.key}"),)
    rest = tuple(pair for pair in ask.headers if pair[0].lower() != "authorization")
    let = subject.send(ask._replace(headers=rest + own))
    return answered(said, let.status, let.answer_body, let.answer_headers)


def on(operation: str, status: int, **told: Any) -> Bend:
    """Answers an operation's good requests otherwise."""
    return lambda _subject, ask, said: (
        answered(said, status, **told) if said.status in (200, 202) and operation in ask.path else said)  # fmt: skip


def bare(_subject: Subject, _ask: Ask, said: Exchange) -> Exchange:
    """Names no methods."""
    return answered(said, 405) if said.status == 405 else said


@pytest.mark.parametrize(("bend", "word", "operation", "rule", "came"), [
    (heedless, "coverage", "submit", "not-refused", "200 with no key"),
    (forged, "coverage", "submit", "not-refused", "200, though in body"),
    (on(TURBO, 422, body=b'{"error_code": 1, "error_message": "no"}'), "coverage", "submit", "wrongly-refused", "422"),
    (on("/v1/models?", 500), "coverage", "list_models", "wrong-error", "500"),
    (on("categories", 0, body=b"reset", headers=()), "coverage", "list_categories", "wrong-error", "no answer: reset"),
    (on("categories", 418), "fuzzing", "list_categories", "undocumented-status", "418"),
    (on("categories", 200), "coverage", "list_categories", "answer-shape", "{}"),
    (on("categories", 200, body=b"<p>", headers=((b"content-type", b"text/html"),)), "coverage", "list_categories",
     "wrong-header", "text/html"),
    (on("/status", 500), "stateful", "status", "wrong-error", "500"),
    (bare, "coverage", "submit", "wrong-error", "405 without Allow"),
])  # fmt: skip
def test_what_is_wrong_is_found_also_by_the_generator_alone(
    monkeypatch: pytest.MonkeyPatch, bend: Bend, word: str, operation: str, rule: str, came: str
) -> None:
    monkeypatch.setattr(phases, "PHASES", (word,))
    referee = refereed(bend, blind=True)
    explored(referee)
    about = [case for case in referee.cases.values() if case.finding.operation == operation]
    found = [case for case in about if case.finding.rule == rule]
    assert any(case.finding.came.startswith(came) for case in found)
    assert {case.by for case in found} == {word}
    assert all(case.story[-1] is case.exchange for case in found)


def test_what_the_referee_has_found_is_not_said_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phases, "PHASES", ("coverage",))
    referee = refereed(heedless)
    explored(referee)
    kinds = {(case.finding.rule, case.finding.kind) for case in referee.cases.values() if case.by == "coverage"}
    assert ("not-refused", "bad-key") in kinds
    assert ("not-refused", "IgnoredAuth") not in kinds


def test_time_is_shared_among_the_phases_and_each_is_cut_at_its_share() -> None:
    ticks = count()
    told = explored(refereed(), seconds=16.0, clock=lambda: float(next(ticks)))
    assert len(told) == len(phases.PHASES)
    assert all(line.endswith(", cut short by the time") for line in told)
    assert all(0 < int(line.split()[1]) < 10 for line in told)


def test_a_long_run_makes_up_new_questions_until_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phases, "PHASES", ("examples", "stateful"))
    monkeypatch.setattr(phases, "ENDLESS", ("stateful",))
    monkeypatch.setattr(phases, "MOST", {"stateful": 2})
    asked: list[Exchange] = []
    told = explored(
        refereed(seen=lambda said, _: asked.append(said)), seconds=1e4, bounded=False,
        clock=iter(range(0, 10**7, 100)).__next__,
    )  # fmt: skip
    assert [line.partition(":")[0] for line in told[:3]] == ["examples", "stateful", "stateful"]
    assert len(told) > 3


def test_an_interrupt_ends_it_and_is_passed_on() -> None:
    asked = count(1)

    def seen(_said: Exchange, _by: str) -> None:
        if next(asked) % 30 == 0:  # one that comes while garbage is collected is heard by nobody
            _thread.interrupt_main()

    referee, before = refereed(seen=seen), signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            explored(referee)
    finally:
        signal.signal(signal.SIGINT, before)
    assert not [thread.name for thread in threading.enumerate() if "schemathesis" in thread.name]
    assert "stateful" not in referee.asked


def test_what_breaks_the_lens_is_no_finding_and_is_not_hushed_up() -> None:
    def broken(_said: Exchange, _by: str) -> None:
        raise ZeroDivisionError("of our own making")

    with pytest.raises(RuntimeError, match="examples"):
        explored(refereed(seen=broken))


def test_the_first_handful_has_one_of_each_shape_and_all_are_dealt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    promise = refereed().contract
    models = list(promise.catalogue.models.values())
    handfuls = phases.dealt(promise)
    assert {model.shape for model in handfuls[0]} == {model.shape for model in models}
    assert len(handfuls[0]) == len({model.shape for model in models})
    assert sorted(model.id for handful in handfuls for model in handful) == sorted(model.id for model in models)
