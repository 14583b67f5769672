"""Careless servers: each of them was not found out once. Its drill finds it now, and by the right rule."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from understudy.contracts import graph
from understudy.contracts.checks.asking.drill import drill
from understudy.contracts.checks.judging.referee import Referee
from understudy.contracts.checks.move import Move
from understudy.contracts.contract import contract
from understudy.contracts.exchange import Exchange
from understudy.mocks.engine.fleet import Fleet
from understudy.mocks.runcomfy.routes import ROUTES
from understudy.mocks.runcomfy.serverless import inference, outputs
from understudy.mocks.subjects import Ours
from understudy.mocks.web.dialect import Answer
from understudy.tests.checks.subjects import Bent, plain

pytestmark = pytest.mark.more  # the bounded check and each drill take their time
WHOLE = contract("runcomfy")
Change = Callable[[Any, Exchange], Any]


@cache
def tapes(api: str) -> dict[str, list[Move]]:
    return dict(drill(WHOLE.apis[api]))


class BentAndHeard(Bent):
    """One whose deliveries and furnished props are those of the server behind it; news goes through a function."""

    def __init__(self, own: Ours, bend: Callable[[Exchange], Exchange], news: Callable[[Exchange], Exchange]) -> None:
        super().__init__(own, bend)
        self.hooks = own.hooks
        self.furnished = own.furnished  # type: ignore[method-assign]
        self.delivered = lambda: [news(each) for each in own.delivered()]  # type: ignore[method-assign]


def bent(operation: str, change: Change) -> Callable[[Exchange], Exchange]:
    """Each good answer of an operation goes through a function of its body."""

    def bend(said: Exchange) -> Exchange:
        known = WHOLE.match(said.path)[0].get(said.method)
        if known is None or known.id != operation or said.status >= 300 or said.json is None:
            return said
        return said._replace(answer_body=json.dumps(change(said.json, said)).encode(), answer_headers=plain(said))

    return bend


def found(api: str, tape: str, bend: Callable[[Exchange], Exchange] = lambda said: said,
          news: Callable[[Exchange], Exchange] = lambda said: said) -> set[tuple[str, str]]:  # fmt: skip
    own = Ours("runcomfy", socket=False)
    try:
        referee = Referee(WHOLE.apis[api], BentAndHeard(own, bend, news))
        for move in tapes(api)[tape]:
            referee.play(move)
        return {(case.finding.rule, case.finding.where) for case in referee.cases.values()}
    finally:
        own.close()


def _without(*keys: str) -> Change:
    return lambda body, _: {key: value for key, value in body.items() if key not in keys}


def _in_payload(**changes: Any) -> Change:
    return lambda body, _: {**body, "payload": {**body["payload"], **changes}} if body.get("payload") else body


def _word(**words: str) -> Change:
    return lambda body, _: {**body, "status": words.get(body["status"], body["status"])}


def _files(change: Callable[[Any], Any]) -> Change:
    def changed(body: Any, _: Exchange) -> Any:
        nodes = {name: {under: change(rows) for under, rows in node.items()}
                 for name, node in body.get("outputs", {}).items()}  # fmt: skip
        return {**body, "outputs": nodes} if nodes else body

    return changed


LIFE, WORKFLOW = "a life, and nothing goes wrong", "changes to a workflow"
ANSWERS: dict[str, tuple[str, str, Change, str, str]] = {
    "a key that nobody names": ("a deployment from beginning to end", "change_deployment",
                                lambda body, _: {**body, "extra": 1}, "unknown-answer-field", "/extra"),
    "the workflow after a change": ("a deployment from beginning to end", "change_deployment",
                                    lambda body, _: {**body, "payload": {}}, "wrong-prop", "/payload"),
    "the newest first": ("a list of deployments", "list_deployments", lambda body, _: body[::-1], "wrong-prop", ""),
    "of two words the first": ("a list of deployments", "get_deployment",
                               lambda body, said: _without("readme")(body, said) if "payload" in body else body,
                               "wrong-prop", "/readme"),
    "enabled though it is not": ("a deployment that takes no orders", "get_deployment", _word(disabled="standby"),
                                 "wrong-prop", "/status"),
    "another spelling of a word": ("a deployment from beginning to end", "list_deployments",
                                   lambda body, _: [{**each, "status": each["status"].upper()} for each in body],
                                   "wrong-prop", "/status"),
    "a point in a whole number": ("a deployment from beginning to end", "get_deployment",
                                  lambda body, _: {**body, "max_instances": float(body["max_instances"])},
                                  "wrong-prop", "/max_instances"),
    "an id in small letters": ("edges of a new deployment", "add_deployment",
                               lambda body, _: {**body, "workflow_id": body["workflow_id"].lower()},
                               "wrong-prop", "/workflow_id"),
    "somebody else's nodes": (LIFE, "get_deployment", _in_payload(object_info_url="http://127.0.0.1:1/x"),
                              "wrong-link", "/payload/object_info_url"),
    "nothing can be said of nodes": (LIFE, "get_deployment", _in_payload(overrides={}),
                                     "wrong-prop", "/payload/overrides"),
    "another instance in the result": (LIFE, "request_result",
                                       lambda body, _: {**body, "instance_id": "x"} if "instance_id" in body else body,
                                       "wrong-instance", "/instance_id"),
    "no instance in the result": (LIFE, "request_result", _without("instance_id"), "wrong-instance", "/instance_id"),
    "no outputs": (LIFE, "request_result", _without("outputs"), "wrong-output", "/outputs"),
    "outputs in both places": ("a life of lora", "request_result",
                               lambda body, _: {**body, "outputs": {"9": {"images": []}}} if "output" in body else body,
                               "wrong-output", "/outputs"),
    "another node's": (WORKFLOW, "request_result",
                       lambda body, _: {**body, "outputs": {"1": next(iter(body["outputs"].values()))}}
                       if "outputs" in body else body, "wrong-output", "/outputs/1"),
    "one file of two": (WORKFLOW, "request_result", _files(lambda rows: rows[:1]), "wrong-output", "/outputs/9/images"),
    "names of other files": (WORKFLOW, "request_result",
                             _files(lambda rows: [{**row, "filename": "a.txt"} for row in rows]),
                             "wrong-output", "/outputs/9/images/0/filename"),
    "another folder": (WORKFLOW, "request_result", _files(lambda rows: [{**row, "subfolder": ""} for row in rows]),
                       "wrong-output", "/outputs/909/images/0/subfolder"),
    "an error without words": ("a generation that fails", "request_result",
                               lambda body, _: {**body, "error": [{**body["error"][0], "error": " "}]}
                               if "error" in body else body, "wrong-output", "/error"),
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name, row in ANSWERS.items() if row[3]])
def test_an_answer_that_is_not_true_is_found(name: str) -> None:
    tape, operation, change, rule, where = ANSWERS[name]
    assert (rule, where) in found("serverless", tape, bent(operation, change))


NEWS: dict[str, tuple[Callable[[Exchange], Exchange], str]] = {
    "no moment": (lambda said: _told(said, created_at=None), "/created_at"),
    "another beginning": (lambda said: _told(said, created_at="2001-01-01T00:00:00.000000+00:00"), "/created_at"),
    "an end before its time": (lambda said: _told(said, finished_at=said.request_json["created_at"])
                               if "finished_at" in said.request_json else said, "/finished_at"),
    "an end of what runs": (lambda said: _told(said, finished_at=said.request_json["created_at"])
                            if said.request_json["status"] == "in_progress" else said, "/finished_at"),
    "no JSON by its label": (lambda said: said._replace(request_headers=((b"content-type", b"text/plain"),)),
                             "content-type"),
}  # fmt: skip


def _told(said: Exchange, **changes: Any) -> Exchange:
    return said._replace(request_body=json.dumps({**said.request_json, **changes}).encode())


@pytest.mark.parametrize("name", list(NEWS))
def test_news_that_is_not_true_is_found(name: str) -> None:
    news, where = NEWS[name]
    assert ("wrong-delivery", where) in found("serverless", "news of comfyui", news=news)


def _rules(*kept: str) -> Callable[..., None]:
    change = Fleet.change

    def changed(self: Fleet, now: float, **rules: Any) -> None:
        change(self, now, **{name: value for name, value in rules.items() if name not in kept})

    return changed


@pytest.fixture(params=["queue", "highest", "keep_warm", "stopped"])
def forgets(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(Fleet, "change", _rules(request.param))
    return str(request.param)


@pytest.mark.parametrize("api", ["serverless", "serverless_v1"])
def test_a_rule_that_is_changed_and_not_kept_is_found(api: str, forgets: str) -> None:
    assert {rule for rule, _ in found(api, "a fleet whose rules turn")} & {"wrong-moment", "wrong-place"}, forgets


def test_requests_that_go_with_their_deployment_are_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    from understudy.mocks.runcomfy.serverless import deployments

    monkeypatch.setattr(inference, "had", deployments.found)
    assert ("wrongly-refused", "") in found("serverless", "a deployment that takes no orders")


def test_who_runs_the_saved_workflow_in_place_of_the_one_that_was_sent_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = graph.effective
    monkeypatch.setattr(outputs, "effective", lambda saved, body: own(saved, {**body, "workflow_api_json": None}))
    rules = {rule for rule, _ in found("serverless", WORKFLOW)}
    assert {"wrong-output", "wrong-file"} <= rules


def test_whom_an_empty_balance_keeps_from_what_costs_nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    add = ROUTES["add_deployment"]

    def added(turn: Any) -> Any:
        if turn.account.ledger.balance <= 0:
            return Answer(403, {"error_code": 10001, "error_message": "no"})
        return add(turn)

    monkeypatch.setitem(ROUTES, "add_deployment", added)
    assert ("wrongly-refused", "") in found("serverless", "a deployment without money")


TRAINER: dict[str, tuple[str, str, Change, str, str]] = {
    "ready before anything is there": ("files of a dataset", "get_dataset",
                                       lambda body, _: {**body, "status": "READY"}, "wrong-prop", "/status"),
    "a file lost": ("files of a dataset", "get_dataset", lambda body, _: {**body, "files": body["files"][1:]},
                    "wrong-prop", "/files"),
    "one address for two": ("files of a dataset", "get_upload_endpoint",
                            lambda body, _: {"uploads": {name: min(body["uploads"].values(), key=str)
                                                         for name in body["uploads"]}},
                            "repeated-id", "/uploads"),
    "a size that is none": ("files of a dataset", "upload_dataset", lambda body, _: {**body, "size_bytes": 1},
                            "wrong-prop", "/size_bytes"),
    "one checkpoint of several": ("how far an order is", "job_result",
                                  lambda body, _: {**body, "artifacts": {**body["artifacts"], "checkpoints":
                                                                         body["artifacts"]["checkpoints"][-1:]}},
                                  "wrong-output", "/artifacts/checkpoints"),
    "a start that is none": ("how far an order is", "job_status",
                             lambda body, _: {**body, "started_at": body["created_at"]}, "wrong-stamp", "/started_at"),
    "another name": ("how far an order is", "job_status", lambda body, _: {**body, "name": "x"}, "wrong-echo", "/name"),
    "runs at once": ("how far an order is", "submit_job", _word(IN_QUEUE="RUNNING"), "wrong-moment", "/status"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(TRAINER))
def test_what_a_trainer_tells_and_is_not_true_is_found(name: str) -> None:
    tape, operation, change, rule, where = TRAINER[name]
    assert (rule, where) in found("trainer", tape, bent(operation, change))


def test_a_job_on_what_is_not_ready_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    from understudy.mocks.runcomfy.trainer import jobs

    monkeypatch.setattr(jobs, "_mounted", lambda turn, config: None)
    assert ("not-refused", "") in found("trainer", "orders that name a dataset")


def test_a_file_of_another_length_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    from understudy.mocks.web import uploads

    own = uploads._answered
    monkeypatch.setattr(uploads, "_answered", lambda dialect, session, scope, upload, size, digest:
                        own(dialect, session, scope, upload and upload._replace(size=size), size, digest))  # fmt: skip
    assert ("not-refused", "") in found("trainer", "files of a dataset")
