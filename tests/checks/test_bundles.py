"""The lens for a bundle: what is asked by paths goes over the wire as tasks of a list, and lists are judged whole."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from understudy.contracts.checks import Coverage
from understudy.contracts.checks.asking.drill import drill
from understudy.contracts.checks.breaking.mutants import mutants
from understudy.contracts.checks.breaking.score import score
from understudy.contracts.checks.bundled import Bundled
from understudy.contracts.checks.case import curl
from understudy.contracts.checks.judging.frames import framed
from understudy.contracts.checks.judging.referee import Referee
from understudy.contracts.checks.judging.world import World
from understudy.contracts.checks.subject import FRAME, Ask, Subject
from understudy.contracts.checks.translated import lensed
from understudy.contracts.contract import contract
from understudy.contracts.exchange import Exchange
from understudy.contracts.openapi import published
from understudy.mocks.subjects import Ours

RUNWARE = contract("runware")
TURBO = "/v1/~imageInference/runware:z-image@turbo"
TRAM = {"positivePrompt": "a red tram", "width": 512, "height": 512}
JSON = (("Content-Type", "application/json"),)


class Echo(Subject):
    """Notes what it is sent, and answers as it is told to."""

    key = "0123456789abcdef0123456789abcdef"

    def __init__(self, answer: Any = None, salt: str = "") -> None:
        self.sent: list[Ask] = []
        self.answer = answer
        self.salt = salt

    def send(self, ask: Ask) -> Exchange:
        self.sent.append(ask)
        return Exchange(ask.method, ask.path, (), ask.body, 200, (), json.dumps(self.answer or {"data": []}).encode())


@pytest.fixture
def own() -> Iterator[Ours]:
    subject = Ours("runware", socket=False)
    yield subject
    subject.close()


def sent(path: str, body: Any, salt: str = "") -> Any:
    echo = Echo(salt=salt)
    Bundled(RUNWARE, echo).send(Ask("POST", path, JSON, body if isinstance(body, bytes) else json.dumps(body).encode()))
    assert echo.sent[0].path == "/v1"
    return echo.sent[0].body


# -- the lens


def test_a_path_becomes_a_list_of_one_task() -> None:
    task = json.loads(sent(TURBO, TRAM))[0]
    assert task.pop("taskUUID")[14] == "4"
    assert task == {"taskType": "imageInference", "model": "runware:z-image@turbo", "deliveryMethod": "async", **TRAM}


def test_what_a_body_says_itself_wins() -> None:
    name = "7f80fada-6763-4a47-aea3-f2c48b43b81f"
    task = json.loads(sent(TURBO, {"taskUUID": name, "model": "x:1@1", "deliveryMethod": "sync"}))[0]
    assert (task["taskUUID"], task["model"], task["deliveryMethod"]) == (name, "x:1@1", "sync")


def test_each_task_has_an_id_and_each_world_has_the_same_ones() -> None:
    echo = Echo()
    lens = Bundled(RUNWARE, echo)
    for _ in range(3):
        lens.send(Ask("POST", TURBO, JSON, b"{}"))
    names = [json.loads(ask.body)[0]["taskUUID"] for ask in echo.sent]
    assert len(set(names)) == 3
    lens.fresh()
    lens.send(Ask("POST", TURBO, JSON, b"{}"))
    assert json.loads(echo.sent[-1].body)[0]["taskUUID"] == names[0]
    assert json.loads(sent(TURBO, {}, salt="elsewhere"))[0]["taskUUID"] != names[0]


def test_where_a_world_outlasts_a_check_no_id_comes_again() -> None:
    echo = Echo(salt="elsewhere")
    lens = Bundled(RUNWARE, echo)
    for _ in range(2):
        lens.send(Ask("POST", TURBO, JSON, b"{}"))
        lens.fresh()
    assert len({json.loads(ask.body)[0]["taskUUID"] for ask in echo.sent}) == 2


@pytest.mark.parametrize("body", [b"{", b"\xff", b""])
def test_what_is_no_json_is_sent_as_it_is(body: bytes) -> None:
    assert sent(TURBO, body) == body


@pytest.mark.parametrize("body", [None, [], "text", 3])
def test_what_is_no_object_is_the_one_task(body: Any) -> None:
    assert json.loads(sent(TURBO, json.dumps(body).encode())) == [body]


def test_real_paths_pass_and_words_for_ids_become_ids() -> None:
    echo = Echo()
    said = Bundled(RUNWARE, echo).send(
        Ask("POST", "/v1", JSON, b'[{"taskUUID": "{id one}"}, {"taskUUID": "{id one}"}]')
    )
    one, other = (task["taskUUID"] for task in json.loads(echo.sent[0].body))
    assert one == other
    assert one.count("-") == 4
    assert said.wire is None


def test_an_answer_is_that_of_the_path_and_keeps_what_went_over_the_wire() -> None:
    task = {"taskType": "getResponse", "taskUUID": "7f80fada-6763-4a47-aea3-f2c48b43b81f"}
    lens = Bundled(RUNWARE, Echo({"data": [{**task, "taskType": "imageInference", "status": "processing"}]}))
    said = lens.send(Ask("POST", f"/v1/~getResponse/{task['taskUUID']}", JSON))
    assert (said.operation, said.task, said.request_json) == ("getResponse", task["taskUUID"], task)
    assert (said.wire.url, said.wire.request_json) == ("/v1", [task])
    command = curl(said, "http://127.0.0.1:1")
    assert "/v1/~" not in command
    assert "taskUUID" in command


def test_a_subject_is_looked_at_through_one_lens_alone() -> None:
    lens = lensed(RUNWARE, Echo())
    assert lensed(RUNWARE, lens) is lens
    plain = Echo()
    assert lensed(contract("runcomfy"), plain) is plain


# -- the referee


def test_who_waits_for_a_result_is_answered_when_it_is_over(own: Ours) -> None:
    referee = Referee(RUNWARE, own)
    said = referee.ask(Ask("POST", TURBO, (*JSON, *referee.headers()), json.dumps({**TRAM, "deliveryMethod": "sync"})
                           .encode()))  # fmt: skip
    assert "imageURL" in said.json["data"][0]
    assert own.now == 12
    assert not referee.cases


@pytest.mark.parametrize("name", ["several tasks in one request", "tasks of which some are wrong", "ids of tasks",
                                  "types of tasks", "what is no list of tasks", "keys within a bundle",
                                  "rules between fields", "answers at once", "elder names of types",
                                  "what comes of runware:z-image@turbo"])  # fmt: skip
def test_nothing_is_found_where_nothing_is_wrong(own: Ours, name: str) -> None:
    referee = Referee(RUNWARE, own)
    for move in dict(drill(RUNWARE))[name]:
        referee.play(move)
    assert [str(case.finding) for case in referee.cases.values()] == []
    assert referee.asked


def test_over_a_socket_the_same_is_asked_and_nothing_is_found(own: Ours) -> None:
    line = own.dialled()
    assert line is not None
    referee = Referee(RUNWARE, line)
    for name in ("a life, and nothing goes wrong", "several tasks in one request", "tasks of which some are wrong"):
        referee.begin()
        for move in dict(drill(RUNWARE))[name]:
            referee.play(move)
    line.close()
    assert [str(case.finding) for case in referee.cases.values()] == []
    assert contract("runcomfy").bundle is None
    spoken = [each for each in own._handle.journal if each.method == "SOCKET"]
    assert len(spoken) > 30


def test_where_a_socket_called_first_files_have_an_address_that_can_be_fetched(own: Ours) -> None:
    line = own.dialled()
    assert line is not None
    headers = (*JSON, ("Authorization", f"Bearer {own.key}"))
    ask = Ask("POST", "/v1", headers, b'[{"taskType": "ping"}]')
    line.send(ask)
    line.close()
    body = json.dumps([{"taskType": "imageInference", "taskUUID": "7f80fada-6763-4a47-aea3-f2c48b43b81f",
                        "model": "runware:z-image@turbo", "deliveryMethod": "sync", **TRAM}]).encode()  # fmt: skip
    assert own.send(ask._replace(body=body)).json["data"][0]["imageURL"].startswith(own.base)


@pytest.mark.parametrize(("kind", "frame"), [
    ("apart", {"data": [{"taskType": "ping", "pong": True}], "errors": [{"code": "x"}]}), ("apart", []), ("apart", {}),
    ("empty", {"data": []}), ("empty", {"errors": []}), ("empty", {"data": [5]}),
    ("several", {"data": [{"taskType": "caption", "taskUUID": "a"}, {"taskType": "caption", "taskUUID": "b"}]}),
    ("ping", {"data": [{"taskType": "ping", "pong": True, "taskUUID": "a"}]}),
    ("handshake", {"data": [{"taskType": "authentication"}]}),
    ("handshake", {"data": [{"taskType": "authentication", "connectionSessionUUID": "a", "taskUUID": "b"}]}),
])  # fmt: skip
def test_a_frame_that_no_client_reads_is_found(kind: str, frame: Any) -> None:
    said = Exchange("POST", "/v1", (), b"[]", 200, ((FRAME, json.dumps(frame).encode()),), b"{}")
    assert kind in [finding.kind for finding in framed(World(RUNWARE, Echo()), said)]


@pytest.mark.parametrize("frame", [
    {"data": [{"taskType": "ping", "pong": True}]}, {"errors": [{"code": "x", "message": "y", "taskUUID": "a"}]},
    {"data": [{"taskType": "authentication", "connectionSessionUUID": "a"}]},
    {"data": [{"taskType": "caption", "taskUUID": "a", "text": "x"}, {"taskType": "caption", "taskUUID": "a"}]},
])  # fmt: skip
def test_a_frame_as_documented_is_not(frame: Any) -> None:
    said = Exchange("POST", "/v1", (), b"[]", 200, ((FRAME, json.dumps(frame).encode()),), b"{}")
    assert not list(framed(World(RUNWARE, Echo()), said))


FOUND = ("results come in the contrary order", "the last result of several is missing",
         "results bear the ids of their neighbours", "a good answer has an empty list of errors",
         "one bad task spoils the others", "a pong bears an id", "what was taken is told with a result's id",
         "what is under way has an address", "seeds count down", "a result's keys stand in another order",
         "another account's task can be seen", "an id that comes twice in a list is taken twice",
         "who waits for a result is told that it was taken")  # fmt: skip


def test_servers_that_break_a_rule_of_bundles_are_found_out() -> None:
    names = ("several tasks in one request", "tasks of which some are wrong", "ids of tasks", "answers at once",
             "what comes of runware:z-image@turbo")  # fmt: skip
    tapes = [tape for name, tape in drill(RUNWARE) if name in names]
    hunted = [mutant for mutant in mutants(RUNWARE) if mutant.name in FOUND]
    assert len(hunted) == len(FOUND)
    told = score(RUNWARE, lambda: Ours("runware", socket=False), tapes, hunted)
    assert [one.mutant.name for one in told.survivors] == []


# -- coverage and documents


def test_a_list_over_the_wire_counts_for_each_of_its_tasks() -> None:
    coverage = Coverage(RUNWARE)
    tasks = [{"taskType": "ping", "ping": True}, {"taskType": "getResponse", "taskUUID": "7f80fada"}]
    answer = {"data": [{"taskType": "ping", "pong": True}]}
    coverage.saw(Exchange("POST", "/v1", (), json.dumps(tasks).encode(), 200, (), json.dumps(answer).encode(),
                          "runware", "tasks"), "a test")  # fmt: skip
    rows = {tuple(row["item"]): row["times"] for row in coverage.as_dict()["groups"]["answers"]["rows"]}
    assert (rows["tasks", "200"], rows["ping", "200"], rows["getResponse", "200"]) == (1, 1, 1)


def test_the_document_of_the_wire_is_one_route_and_small() -> None:
    began = time.perf_counter()
    text = json.dumps(RUNWARE.openapi("http://127.0.0.1:1"))
    assert time.perf_counter() - began < 1
    assert len(text) < 2_000_000
    told = json.loads(text)
    assert not [path for path in told["paths"] if "~" in path]
    body = told["paths"]["/v1"]["post"]["requestBody"]["content"]["application/json"]["schema"]["items"]
    assert body["discriminator"]["mapping"].keys() == RUNWARE.facts.openapi["tasks"].keys()
    named = told["components"]["schemas"]["ImageInferenceTask"]["x-models"]["runware:z-image@turbo"]["$ref"]
    assert "CFGScale" in told["components"]["schemas"][named.rpartition("/")[2]]["properties"]


def test_through_the_lens_each_model_has_a_path_and_orders_lead_to_who_asks_for_them() -> None:
    models = [RUNWARE.catalogue.models["runware:z-image@turbo"]]
    told = published(RUNWARE, "/", models, lens=True)
    assert "/v1" not in told["paths"]
    order = told["paths"][TURBO]["post"]
    schema = order["requestBody"]["content"]["application/json"]["schema"]
    assert not {"taskUUID", "taskType", "model"} & schema["properties"].keys()
    assert order["responses"]["200"]["links"]["getResponse"]["parameters"] == {
        "taskUUID": "$response.body#/data/0/taskUUID"}  # fmt: skip
