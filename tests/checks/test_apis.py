"""Each further API by itself: its drill has nothing against our own stand-in, and finds out who breaks its promise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache

import pytest
from understudy.contracts.checks.asking.drill import drill
from understudy.contracts.checks.breaking.mutants import mutants
from understudy.contracts.checks.breaking.score import sampled, score
from understudy.contracts.checks.judging.referee import Referee
from understudy.contracts.checks.move import Move
from understudy.contracts.checks.props import offered, own, runs_on, sorts, submits, unheard
from understudy.contracts.checks.subject import Ask
from understudy.contracts.contract import contract
from understudy.mocks.subjects import Ours

pytestmark = pytest.mark.more  # the bounded check and each drill take their time
WHOLE = contract("runcomfy")
FURTHER = [api for api in WHOLE.apis if api]
SERVERLESS, TRAINER = WHOLE.apis["serverless"], WHOLE.apis["trainer"]
JSON = (("Content-Type", "application/json"),)
BROKEN: dict[str, dict[str, tuple[str, ...]]] = {
    "serverless": {
        "a deployment from beginning to end": ("one that was deleted still answers", "a list lacks its newest"),
        "changes of a deployment": ("a change sets the rest as it is unless told", "a change is forgotten"),
        "two accounts' deployments": ("another account's is in the list", "another account's is shown"),
        "a deployment that takes no orders": ("one that is switched off takes orders",
                                              "one that was deleted takes orders"),
        "a fleet that grows": ("no second instance is started", "an instance runs two orders at once",
                               "a cold start takes a minute", "every order runs on one instance"),
        "news of comfyui": ("no news comes", "every news comes twice", "news comes in another order",
                            "what runs is told to be over", "news of a success has no files"),
        "what lasts longest": ("an order is kept for ever", "an order is gone an hour early"),
        "an order elsewhere": ("an order is shown wherever it is asked for",),
    },
    "serverless_v1": {"a life of comfyui": ("keys of a newer version come on the older paths",)},
    "trainer": {
        "how far an order is": ("progress falls with each look", "an order is told to be over while it runs",
                                "all steps are twice as many", "progress is half as far"),
        "taken up again after a cancel": ("an order begins anew when it is taken up again",
                                          "an order that runs is taken up again"),
        "an order of another form": ("an edit sets an order going",),
    },
}  # fmt: skip


@cache
def tapes(api: str) -> dict[str, list[Move]]:
    return dict(drill(WHOLE.apis[api]))


def ours() -> Ours:
    return Ours("runcomfy", socket=False)


@pytest.fixture(scope="module")
def subject() -> Iterator[Ours]:
    own = ours()
    yield own
    own.close()


@pytest.mark.parametrize("api", FURTHER)
def test_of_our_own_stand_in_it_has_nothing_to_say(api: str, subject: Ours) -> None:
    referee = Referee(WHOLE.apis[api], subject)
    for tape in tapes(api).values():
        referee.begin()
        for move in tape:
            referee.play(move)
    assert [str(case.finding) for case in referee.cases.values()] == []
    assert referee.walks
    assert not referee.lacking


@pytest.mark.parametrize(("api", "tape"), [(api, tape) for api, rows in BROKEN.items() for tape in rows])
def test_who_breaks_a_promise_is_found_out_on_the_tape_that_is_about_it(api: str, tape: str) -> None:
    every = {mutant.name: mutant for mutant in mutants(WHOLE)}
    hunted = [every[f"{api}: {name}"] for name in BROKEN[api][tape]]
    result = score(WHOLE.apis[api], ours, [tapes(api)[tape]], hunted)
    assert [one.mutant.name for one in result.survivors] == []


@pytest.mark.more
@pytest.mark.parametrize("api", FURTHER)
def test_of_a_sample_the_drill_finds_out_nearly_all(api: str) -> None:
    hunted = sampled([mutant for mutant in mutants(WHOLE) if mutant.api == api], 0, 60)
    result = score(WHOLE.apis[api], ours, list(tapes(api).values()), hunted)
    assert result.share >= 0.95, str(result)


def test_mutants_have_names_of_their_own_across_apis() -> None:
    every = mutants(WHOLE)
    assert len({mutant.name for mutant in every}) == len(every)
    for api in FURTHER:
        assert sum(mutant.api == api for mutant in every) >= 400
        assert all(mutant.name.startswith(f"{api}: ") for mutant in every if mutant.api == api)


@pytest.mark.parametrize("api", FURTHER)
def test_what_was_played_is_played_again_where_ids_are_others(api: str) -> None:
    """The tapes that a referee writes name orders and props by number."""
    first = ours()
    referee = Referee(WHOLE.apis[api], first)
    referee.begin()
    for move in tapes(api)["a cancel in time"]:
        referee.play(move)
    names = {order.id for order in referee.world.orders} | {name for name in referee.world.props if name}
    first.close()
    second = Ours("runcomfy", socket=False, seed="another")
    again = Referee(WHOLE.apis[api], second)
    for move in referee.tapes[-1]:
        again.play(move)
    second.close()
    assert [str(case.finding) for case in again.cases.values()] == []
    assert len(again.world.orders) == len(referee.world.orders) > 0
    assert names.isdisjoint({order.id for order in again.world.orders} | set(again.world.props))


def test_what_another_api_keeps_is_known_and_not_judged(subject: Ours) -> None:
    """A deployment is made by one API and used by another."""
    referee = Referee(WHOLE.apis["serverless_v1"], subject)
    referee.begin()
    add = sorts(SERVERLESS)["deployment"].operation("add")
    assert add is not None
    referee.play(Move("ask", Ask("POST", add.path, JSON, b"{}"), prop=0))
    assert not referee.world.numbers
    referee.play(tapes("serverless_v1")["a cancel in time"][0])
    assert referee.world.numbers[0].model == "comfyui"
    assert not referee.cases
    referee.play(Move("ask", Ask("GET", "/prod/v2/deployments/{deployment_id}"), prop=0))
    assert referee.story[-1].status == 200  # type: ignore[union-attr]
    assert referee.play(Move("ask", Ask("GET", "/prod/v2/deployments/{deployment_id}"), prop=7)) is None


def test_a_number_of_any_size_is_told_as_it_was_said(subject: Ours) -> None:
    (deployment,) = own(SERVERLESS)
    add = deployment.operation("add")
    assert add is not None
    assert add.body is not None
    referee = Referee(SERVERLESS, subject)
    said = {**add.body.example(), "keep_warm_duration_in_seconds": 10**30}
    referee.play(Move("ask", Ask("POST", add.path, JSON, json.dumps(said).encode()), prop=0))
    referee.play(Move("ask", Ask("GET", "/prod/v2/deployments/{deployment_id}"), prop=0))
    assert [str(case.finding) for case in referee.cases.values()] == []
    assert referee.world.numbers[0].said["keep_warm_duration_in_seconds"] == 10**30


class Alone(Ours):
    """A server of which no more is known than its address, but for its clock."""

    def __init__(self) -> None:
        super().__init__("runcomfy", socket=False)
        self.hooks = ""

    def furnished(self, kind: str, model: str) -> str:
        return ""


def test_what_a_subject_has_not_is_left_out_and_told() -> None:
    subject = Alone()
    referee = Referee(SERVERLESS, subject)
    for name in ("a life of lora", "news of comfyui"):
        referee.begin()
        for move in tapes("serverless")[name]:
            referee.play(move)
    subject.close()
    assert referee.lacking == {"lora"}
    assert [str(case.finding) for case in referee.cases.values()] == []
    assert not any(move.what == "delivered" for tape in referee.tapes for move in tape)


def test_the_rows_on_props_say_who_does_what() -> None:
    (deployment,) = own(SERVERLESS)
    assert runs_on(SERVERLESS) == runs_on(WHOLE.apis["serverless_v1"]) == "deployment"
    assert runs_on(TRAINER) == runs_on(WHOLE.alone) == ""
    assert [deployment.does(deployment.operation(word)) for word in ("add", "drop", "needed")] == ["add", "drop", ""]
    assert set(sorts(WHOLE.alone)) == {"deployment", "dataset"}
    submit = submits(TRAINER)
    assert submit is not None
    assert offered(TRAINER) == [submit.body]
    lora = SERVERLESS.catalogue.models["lora"]
    assert lora.known - unheard(SERVERLESS, lora).known == {"webhook", "webhook_intermediate_status"}
    assert unheard(TRAINER, offered(TRAINER)[0]) is offered(TRAINER)[0]
