"""The lens for errors in HTTP 200: our RunningHub is found without fault, servers broken on the wire are not."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from understudy.contracts.checks.asking.drill import drill
from understudy.contracts.checks.asking.edges import bad_edges, good_edges
from understudy.contracts.checks.asking.spellings import otherwise, voided, walked
from understudy.contracts.checks.breaking.mutants import mutants
from understudy.contracts.checks.breaking.score import score
from understudy.contracts.checks.judging.referee import Referee
from understudy.contracts.checks.move import Move
from understudy.contracts.checks.subject import Ask
from understudy.contracts.checks.translated import Translated, lensed
from understudy.contracts.contract import contract
from understudy.contracts.derived import derived
from understudy.contracts.exchange import Exchange
from understudy.mocks.subjects import Ours
from understudy.tests.checks.subjects import Bent, plain

WIRE = contract("runninghub")
PROMISE = derived(WIRE)
TAPES = dict(drill(PROMISE))
LIFE, IDS, FAILED, BESIDE = "a life, and nothing goes wrong", "ids", "a generation that fails", "beside orders"
Change = Callable[[Any], Any]


def found(tape: str, bend: Callable[[Exchange], Exchange] = lambda said: said) -> set[tuple[str, str]]:
    own = Ours("runninghub", socket=False)
    try:
        referee = Referee(WIRE, Bent(own, bend))
        for move in TAPES[tape]:
            referee.play(move)
        return {(case.finding.rule, case.finding.operation) for case in referee.cases.values()}
    finally:
        own.close()


def bent(path: str, change: Change, status: int = 0) -> Callable[[Exchange], Exchange]:
    """Each answer of a path of the wire goes through a function of its body, which leaves what is none."""

    def bend(said: Exchange) -> Exchange:
        if said.path != path or not isinstance(said.json, dict):
            return said
        body = change(said.json)
        told = said._replace(answer_body=json.dumps(body).encode(), answer_headers=plain(said))
        return told._replace(status=status) if status and body == said.json else told

    return bend


def later(path: str) -> Callable[[Exchange], Exchange]:
    """Whoever has told the end tells what was told before."""
    heard: list[bytes] = []

    def bend(said: Exchange) -> Exchange:
        if said.path != path or not isinstance(said.json, dict) or said.json.get("code", 0) != 0:
            return said
        heard.append(said.answer_body)
        return said._replace(answer_body=heard[0], answer_headers=plain(said)) if len(heard) > 4 else said

    return bend


@pytest.mark.parametrize("tape", [LIFE, IDS, FAILED, BESIDE, "keys", "paths", "no money", "bodies that are none",
                                  "whatever else there is", "a cancel in time", "a cancel too late"])  # fmt: skip
def test_our_own_is_found_without_fault(tape: str) -> None:
    assert found(tape) == set()


BROKEN = {
    "another code": (IDS, bent("/openapi/v2/query", lambda b: {**b, "errorCode": "1005"} if b["errorCode"] == "1004"
                               else b), ("wrong-error", "query")),
    "a code that is none": (IDS, bent("/task/openapi/status", lambda b: {**b, "code": 99} if b["code"] == 423 else b),
                            ("answer-shape", "status")),
    "a number for a text": (IDS, bent("/openapi/v2/query", lambda b: {**b, "errorCode": 1004}
                                      if b["errorCode"] == "1004" else b), ("answer-shape", "query")),
    "a key is missing": (LIFE, bent("/openapi/v2/query", lambda b: {k: v for k, v in b.items() if k != "usage"}),
                         ("answer-shape", "query")),
    "another task's id": (LIFE, bent("/openapi/v2/query", lambda b: {**b, "taskId": "1904154698679771137"}),
                          ("wrong-echo", "query")),
    "a state goes back": (LIFE, later("/task/openapi/status"), ("wrong-moment", "status")),
    "no socket while it runs": (LIFE, bent("/task/openapi/outputs", lambda b: {**b, "data": None}
                                           if b["code"] == 804 else b), ("answer-shape", "outputs")),
    "errors come with 500": (IDS, bent("/openapi/v2/query", lambda b: b, 500), ("wrong-error", "query")),
    "errors come with 404": (IDS, bent("/task/openapi/outputs", lambda b: b, 404), ("wrong-error", "outputs")),
    "files of no format": (LIFE, bent("/openapi/v2/query", lambda b: {**b, "results": [
        {**row, "outputType": "image"} for row in b["results"]] if b.get("results") else None}),
        ("wrong-output", "query")),
    "other files elsewhere": (LIFE, bent("/task/openapi/outputs", lambda b: {**b, "data": [
        {**row, "fileUrl": row["fileUrl"].replace("-0.", "-1.")} for row in b["data"]]} if b["code"] == 0 else b),
        ("unstable-answer", "outputs")),
    "no reason": (FAILED, bent("/openapi/v2/query", lambda b: {**b, "errorMessage": ""}), ("wrong-output", "query")),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_server_is_found_out(name: str) -> None:
    tape, bend, finding = BROKEN[name]
    assert finding in found(tape, bend)


def test_the_lens_stands_once_before_a_server() -> None:
    own = Ours("runninghub", socket=False)
    try:
        lens = lensed(PROMISE, own)
        assert isinstance(lens, Translated)
        assert lensed(PROMISE, lens) is lens
        said = lens.send(Ask("GET", "/task/openapi/status/~/5"))
        assert (said.status, said.url, said.wire.url) == (405, "/task/openapi/status/~/5", "/task/openapi/status")
    finally:
        own.close()


SPELLED = ("rhart-video/wan-2.2/image-to-video", "alibaba/wan-2.6/text-to-video", "rhart-image-n-pro/text-to-image")


@pytest.mark.parametrize("name", SPELLED)
def test_bodies_are_asked_in_their_other_spellings(name: str) -> None:
    model = PROMISE.catalogue.models[name]
    spelled = [body for body in otherwise(model) if model.plain(body) != body]
    assert spelled
    good = list(good_edges(model))
    assert all(body in good for body in spelled if model.judge.good(model.plain(body)))
    assert set(walked(model)["properties"]) == set(model.fields)
    for body, field in voided(model):
        assert any(broken.rule == "missing-required" for bad, broken in bad_edges(model) if bad == body), field


def test_mutants_are_found_out_on_the_tapes_of_a_life() -> None:
    names = ["outputs 804 told as 813", "status RUNNING told as QUEUED", "query 200 /results dropped",
             "a cancel is told and nothing is cancelled"]  # fmt: skip
    every = {mutant.name: mutant for mutant in mutants(WIRE)}
    hunted = [every[name] for name in names if name in every]
    assert len(hunted) >= 3
    told = score(WIRE, lambda: Ours("runninghub", socket=False), [TAPES[LIFE], TAPES["a cancel in time"]], hunted)
    assert not told.survivors, str(told)


def test_each_operation_that_is_asked_about_a_task_is_in_a_walk() -> None:
    asked = {move.operation for move in TAPES[LIFE] if move.what == "about"}
    assert asked == {"query", "status", "outputs", "cancel"}
    assert isinstance(TAPES[LIFE][0], Move)
