"""The referee: silent about what is right, and exact about what is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from understudy.contracts.checks.asking.drill import drill
from understudy.contracts.checks.asking.steps import JSON
from understudy.contracts.checks.judging.referee import Referee
from understudy.contracts.checks.move import NEARLY, OTHER, Move
from understudy.contracts.checks.subject import Ask
from understudy.contracts.contract import contract
from understudy.contracts.exchange import Exchange
from understudy.tests.checks.subjects import Bent, but, ours, plain

PROMISE = contract("runcomfy")
ORDER = Move("ask", Ask("POST", "/v1/models/tongyi-mai/z-image/turbo", JSON, b'{"prompt": "a red tram", "seed": 7}'))
STATUS, RESULT, CANCEL = (Move("about", operation=name) for name in ("status", "result", "cancel"))
LIFE = (ORDER, STATUS, RESULT, Move("start"), STATUS, RESULT, CANCEL, Move("finish"), STATUS, RESULT, RESULT,
        Move("open"), CANCEL, STATUS)  # fmt: skip
SHELF = Move("ask", Ask("GET", "/v1/models?limit=3"))


def found(bend: Callable[[Exchange], Exchange], *moves: Move) -> dict[tuple[str, str, str], Any]:
    with ours() as own:
        referee = Referee(PROMISE, Bent(own, bend))
        for move in moves:
            referee.play(move)
        return {(c.finding.rule, c.finding.operation, c.finding.where): c for c in referee.cases.values()}


@pytest.mark.parametrize("tape", [tape for _, tape in drill(PROMISE)], ids=[name for name, _ in drill(PROMISE)])
def test_of_our_own_stand_in_it_has_nothing_to_say(tape: list[Move]) -> None:
    with ours() as own:
        referee = Referee(PROMISE, own)
        for move in tape:
            referee.play(move)
        assert [str(case.finding) for case in referee.cases.values()] == []
        assert sum(referee.asked.values()) > 0


def test_over_a_socket_it_says_the_same_as_in_process() -> None:
    heard = []
    for socket in (False, True):
        with ours(socket, seed="s") as own:
            referee = Referee(PROMISE, own)
            for move in (*LIFE, SHELF):
                referee.play(move)
            assert not referee.cases
            assert referee.walks == 1
            heard.append([(each.status, own.base and each.answer_body.replace(own.base.encode(), b""))
                          if isinstance(each, Exchange) else each for each in referee.story])  # fmt: skip
    assert heard[0] == heard[1]


def _only(operation: str, **changes: Any) -> Callable[[Exchange], Exchange]:
    def bend(said: Exchange) -> Exchange:
        known = PROMISE.match(said.path)[0].get(said.method)
        return but(said, **changes) if known and known.id == operation and said.status < 300 else said

    return bend


def _as(said: Exchange, body: bytes) -> Exchange:
    return said._replace(answer_body=body, answer_headers=plain(said))


@pytest.mark.parametrize(
    ("bend", "rule", "where", "says"),
    [
        (_only("status", request_id="another"), "wrong-echo", "/request_id", "another"),
        (_only("status", status="in_progress"), "wrong-moment", "/status", "completed at 12 s"),
        (_only("status", status="waiting"), "unknown-word", "/status", "waiting"),
        (_only("status", queue_position=0), "wrong-place", "/queue_position", "1: so many"),
        (_only("status", queue_position=2), "wrong-place", "/queue_position", "1: so many"),
        (_only("status", status_url="http://127.0.0.1:1/v1/requests/x/status"), "wrong-link", "/status_url", "/status"),
        (_only("status", extra=1), "unknown-answer-field", "/extra", "a key of"),
        (_only("submit", result_url="https://model-api.runcomfy.net/"), "wrong-link", "/result_url", "/result"),
        (_only("cancel", outcome="cancelled"), "wrong-cancel", "/outcome", "not_cancellable: the order is RUNNING"),
        (_only("cancel", status="completed"), "wrong-cancel", "/status", "in_progress"),
        (_only("result", created_at="yesterday"), "wrong-stamp", "/created_at", "a moment as"),
        (_only("result", finished_at="2026-01-01T00:00:13+00:00"), "wrong-stamp", "/finished_at", "12 s after"),
        (_only("result", cost=1), "wrong-output", "/cost", "nobody asked for it"),
        (_only("result", output={"video": "http://127.0.0.1:1/x.png"}), "wrong-output", "/output", "image alone"),
        (_only("result", output={"image": "http://127.0.0.1:1/x.png"}), "wrong-link", "/output", "addresses under"),
        (_only("result", output={"images": ["a:b", "a:b"]}), "wrong-output", "/output/image", "1 address"),
        (_only("list_models", total=3), "wrong-catalogue", "/total", "on every page"),
        (_only("list_models", models=[]), "wrong-catalogue", "/models", "3 entries"),
    ],
)  # fmt: skip
def test_what_is_bent_is_named(bend: Any, rule: str, where: str, says: str) -> None:
    cases = {(name, place): case for (name, _, place), case in found(bend, *LIFE, SHELF).items()}
    assert (rule, where) in cases
    finding = cases[rule, where].finding
    assert says in f"{finding.expected} {finding.came}"
    assert finding.cure


@pytest.mark.parametrize(
    ("bend", "rule"),
    [
        (lambda said: said._replace(answer_headers=()), "wrong-header"),
        (lambda said: _as(said, said.answer_body + b"\n<html>"), "unreadable-answer"),
        (lambda said: _as(said, b"\xef\xbb\xbf" + said.answer_body), "unreadable-answer"),
        (lambda said: _as(said, said.answer_body[:-1] + b',"status":1,"status":1}'), "unreadable-answer"),
        (lambda said: said._replace(status=0, answer_body=b"reset"), "no-answer"),
        (lambda said: said._replace(status=500), "wrongly-refused"),
        (lambda said: said._replace(status=404), "wrongly-refused"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named(bend: Any, rule: str) -> None:
    assert rule in {name for name, _, _ in found(bend, ORDER)}


@pytest.mark.parametrize(
    ("ask", "rule"),
    [
        (Ask("POST", ORDER.ask.path, JSON, b'{"prompt": 5}'), "not-refused"),  # type: ignore[union-attr]
        (Ask("POST", ORDER.ask.path, JSON, b"{"), "not-refused"),  # type: ignore[union-attr]
        (Ask("POST", ORDER.ask.path, (), b"{}"), "not-refused"),  # type: ignore[union-attr]
        (Ask("POST", "/v1/models/no/such", JSON, b"{}"), "not-refused"),
        (Ask("GET", "/v1/requests/nobody/status"), "not-refused"),
        (Ask("GET", "/v1/models?limit=0"), "not-refused"),
    ],
)
def test_a_server_that_takes_everything_is_named(ask: Ask, rule: str) -> None:
    def takes(said: Exchange) -> Exchange:
        good = {"submit": 200, "cancel": 202}
        known = PROMISE.match(said.path)[0].get(said.method)
        return said._replace(status=good.get(known.id, 200)) if known else said

    assert rule in {name for name, _, _ in found(takes, Move("ask", ask))}


@pytest.mark.parametrize("body", [{"error_code": 1, "error_message": "no"}, {"error_code": 404001, "error_message": ""},
                                  {"error_message": "no"}, {}, [], None])  # fmt: skip
def test_an_error_in_other_words_is_named(body: Any) -> None:
    def worded(said: Exchange) -> Exchange:
        return (
            said._replace(answer_body=json.dumps(body).encode(), answer_headers=(plain(said)))
            if said.status == 404
            else said
        )

    cases = found(worded, Move("ask", Ask("GET", "/v1/requests/nobody/status")))
    assert {name for name, _, _ in cases} & {"wrong-error", "answer-shape"}


def test_an_order_of_somebody_else_stays_hidden() -> None:
    def shows(said: Exchange) -> Exchange:
        return said._replace(status=200) if said.status == 403 else said

    assert ("not-refused", "status", "") in found(shows, ORDER, STATUS._replace(key=OTHER))


def test_equal_findings_are_one_case_with_its_first_story() -> None:
    cases = found(_only("status", extra=1), ORDER, STATUS, STATUS, STATUS)
    (case,) = cases.values()
    assert case.times == 3
    assert [each.operation for each in case.story if isinstance(each, Exchange)] == ["submit", "status"]
    assert case.curl.startswith('curl -sS -i -H "authorization: Bearer $KEY" \'http://127.0.0.1:')


def test_a_tape_can_be_played_again_elsewhere() -> None:
    with ours(seed="one") as own, ours(seed="two") as other:
        first = Referee(PROMISE, own)
        for move in (*LIFE, SHELF):
            first.play(move)
        again = Referee(PROMISE, other)
        for move in first.tapes[-1]:
            again.play(move)
        assert not again.cases
        assert again.asked == first.asked
        assert again.tapes[-1] == first.tapes[-1]


class Boxed(Bent):
    """A black box: nothing but its address is known, and its time is its own."""

    can = frozenset({"wait"})
    now = None

    def __init__(self, own: Any, bend: Callable[[Exchange], Exchange] = lambda said: said) -> None:
        super().__init__(own, bend)
        self.can = Boxed.can

    def cue(self, what: str, amount: float = 0.0) -> None:
        """Nothing can be done to it."""


@pytest.mark.parametrize(
    ("ending", "rule"), [("never", "nothing-ends"), ("badly", "nothing-succeeds"), ("well", "")], ids=lambda word: word
)
def test_where_time_is_not_ours_the_whole_is_looked_at(ending: str, rule: str) -> None:
    with ours(clock="manual" if ending == "never" else "auto") as own:
        referee = Referee(PROMISE, Boxed(own))
        for _ in range(3):
            if ending == "badly":
                own.cue("fail")
            for move in (ORDER, Move("finish", nth=-1), RESULT._replace(nth=-1)):
                referee.play(move)
        referee.told_in_the_end()
        assert [case.finding.rule for case in referee.cases.values()] == [rule] * bool(rule)


def test_a_silent_server_is_not_asked_for_ever() -> None:
    with ours() as own:
        referee = Referee(PROMISE, Bent(own, lambda said: said._replace(status=0, answer_body=b"reset")))
        for _ in range(30):
            if not referee.spent:
                referee.play(ORDER)
        assert sum(referee.asked.values()) == 20
        assert "nobody has answered 20 requests on end" in referee.spent


def test_nothing_is_asked_when_time_is_over() -> None:
    with ours() as own:
        assert Referee(PROMISE, own, over=lambda: True).spent == "time was over; raise --max-time"


@pytest.mark.parametrize(
    ("bend", "rule"),
    [
        (_only("result", created_at="soon"), "wrong-stamp"),
        (_only("status", queue_position=1.0), "wrong-place"),
        (_only("list_models", total=152.0), "wrong-catalogue"),
        (_only("cancel", status="banana"), "wrong-cancel"),
    ],
)
def test_what_typed_clients_cannot_read_is_named(bend: Any, rule: str) -> None:
    assert rule in {name for name, _, _ in found(bend, ORDER, STATUS, RESULT, CANCEL, SHELF)}


def test_a_key_or_an_id_that_is_nearly_right_opens_nothing() -> None:
    def lenient(said: Exchange) -> Exchange:
        return said._replace(status=200) if said.status in (401, 404) else said

    for moves in ([STATUS._replace(key=name) for name in NEARLY], [STATUS._replace(bend=name) for name in NEARLY]):
        assert ("not-refused", "status", "") in found(lenient, ORDER, *moves)
        assert found(lambda said: said, ORDER, *moves) == {}
