"""Deployments: what an account has, makes, changes and drops, and what a director gives it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from understudy.contracts.contract import contract
from understudy.mocks.engine.prop import Prop
from understudy.mocks.stand_in import StandIn
from understudy.tests.mocks.errands import world
from understudy.tests.runcomfy.serverless import LORA, READY, READY_LORA, ask, code, inference, send, submit
from understudy.tests.runcomfy.test_golden import golden

DEPLOYMENTS = "/prod/v2/deployments"
NOBODY = "00000000-0000-4000-a000-000000000000"
ONE = golden("serverless/new_deployment")


@pytest.fixture
def handle() -> Iterator[StandIn]:
    with world() as handle:
        yield handle


def made(handle: StandIn, **changes: Any) -> str:
    answer = send(handle, "POST", DEPLOYMENTS, {**ONE, **changes})
    assert answer.status_code == 200, answer.text
    return f"{DEPLOYMENTS}/{answer.json()['id']}"


def given(handle: StandIn, _kind: str = "deployment", **said: Any) -> Prop:
    session = handle.session
    account = session.accounts["runcomfy", handle.api_key]
    prop: Prop = handle.call(lambda: session.cast["runcomfy"].add_prop(session, account, _kind, said))
    return prop


def shown(handle: StandIn, number: str, query: str = "") -> Any:
    answer = send(handle, "GET", f"{DEPLOYMENTS}/{number}{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_an_account_has_two_that_are_ready(handle: StandIn) -> None:
    workflow, lora = send(handle, "GET", DEPLOYMENTS).json()
    assert (workflow["id"], workflow["name"]) == (READY, "text-to-image")
    assert lora["id"] == READY_LORA
    for row in (workflow, lora):
        assert (row["min_instances"], row["max_instances"], row["is_enabled"]) == (1, 3, True)
    submit(handle)
    submit(handle, deployment=READY_LORA, body=LORA)
    other = handle.another_key()
    others = send(handle, "GET", DEPLOYMENTS, key=other).json()
    assert len(others) == 2
    assert not {row["id"] for row in others} & {READY, READY_LORA}


def test_a_setting_says_how_many_orders_they_run_at_once() -> None:
    for slots, room in ((2, (2, 2)), (40, (30, 40)), (0, (30, 60))):
        with world(slots=slots) as handle:
            row = shown(handle, READY)
            assert (row["min_instances"], row["max_instances"]) == room


def test_the_list_tells_those_that_are_named(handle: StandIn) -> None:
    ids = [READY, made(handle).rpartition("/")[2], made(handle, name="b").rpartition("/")[2]]
    told = send(handle, "GET", f"{DEPLOYMENTS}?ids={ids[2]}&ids={ids[0]}&ids={NOBODY}").json()
    assert [row["id"] for row in told] == [ids[0], ids[2]]
    other = handle.another_key()
    assert send(handle, "GET", f"{DEPLOYMENTS}?ids={ids[0]}", key=other).json() == []


def test_what_is_included_is_what_was_asked_for(handle: StandIn) -> None:
    plain = shown(handle, READY)
    assert not {"payload", "readme"} & plain.keys()
    both = shown(handle, READY, "?includes=payload&includes=readme")
    assert set(both["payload"]) == {"workflow_api_json", "overrides", "object_info_url"}
    assert all("class_type" in node for node in both["payload"]["workflow_api_json"].values())
    assert set(both["payload"]["overrides"]) <= set(both["payload"]["workflow_api_json"])
    assert both["readme"].strip()
    assert list(shown(handle, READY, "?includes=readme")) == [*plain, "readme"]
    (row,) = send(handle, "GET", f"{DEPLOYMENTS}?ids={READY}&includes=payload").json()
    assert list(row) == [*plain, "payload"]


def test_a_change_changes_what_is_said_and_nothing_else(handle: StandIn) -> None:
    own = made(handle)
    handle.clock.advance(60)
    before = send(handle, "GET", own).json()
    after = send(handle, "PATCH", own, {"name": "b", "queue_size": 5}).json()
    assert after == {**before, "name": "b", "queue_size": 5, "updated_at": after["updated_at"]}
    assert (before["created_at"], after["updated_at"]) == (
        "2026-01-01T00:00:00.000000+00:00", "2026-01-01T00:01:00.000000+00:00")  # fmt: skip
    assert send(handle, "GET", own).json() == after
    assert [row["name"] for row in send(handle, "GET", DEPLOYMENTS).json()][-1] == "b"


def test_a_change_says_the_name_each_time(handle: StandIn) -> None:
    answer = send(handle, "PATCH", f"{DEPLOYMENTS}/{READY}", {"max_instances": 2})
    assert code(answer) == (422, 422001)
    assert answer.json()["detail"] == [{"loc": ["body", "name"], "msg": "Field required", "type": "missing"}]


@pytest.mark.parametrize(
    ("changes", "place", "kind"),
    [
        ({"hardware": []}, ["hardware"], "too_short"),
        ({"hardware": ["AMPERE_48", "HOPPER_141"]}, ["hardware"], "too_long"),
        ({"hardware": ["RTX_4090"]}, ["hardware", 0], "enum"),
        ({"hardware": "AMPERE_48"}, ["hardware"], "list_type"),
        ({"workflow_id": "1111"}, ["workflow_id"], "string_pattern_mismatch"),
        ({"name": ""}, ["name"], "string_too_short"),
        ({"min_instances": 31, "max_instances": 40}, ["min_instances"], "less_than_equal"),
        ({"max_instances": 61}, ["max_instances"], "less_than_equal"),
        ({"max_instances": 0}, ["max_instances"], "greater_than_equal"),
        ({"min_instances": 2, "max_instances": 1}, ["max_instances"], "greater_than_equal"),
        ({"queue_size": -1}, ["queue_size"], "greater_than_equal"),
        ({"keep_warm_duration_in_seconds": 1.5}, ["keep_warm_duration_in_seconds"], "int_type"),
        ({"min_instances": None}, ["min_instances"], "int_type"),
        ({"min_instances": True}, ["min_instances"], "int_type"),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_what_is_not_of_the_form_is_refused(
    handle: StandIn, method: str, changes: dict[str, Any], place: list[Any], kind: str
) -> None:
    before = send(handle, "GET", DEPLOYMENTS).json()
    path = DEPLOYMENTS if method == "POST" else f"{DEPLOYMENTS}/{READY}"
    answer = send(handle, method, path, {**ONE, **changes})
    assert code(answer) == (422, 422001)
    assert (["body", *place], kind) in [(row["loc"], row["type"]) for row in answer.json()["detail"]]
    assert send(handle, "GET", DEPLOYMENTS).json() == before


def test_a_bound_is_held_against_what_stands(handle: StandIn) -> None:
    own = f"{DEPLOYMENTS}/{READY}"  # 1 to 3
    answer = send(handle, "PATCH", own, {"name": "a", "min_instances": 4})
    assert code(answer) == (422, 422001)
    (row,) = answer.json()["detail"]
    assert row == {"loc": ["body", "max_instances"], "msg": "Input should be at least min_instances, which is 4",
                   "type": "greater_than_equal"}  # fmt: skip
    assert send(handle, "PATCH", own, {"name": "a", "min_instances": 4, "max_instances": 4}).status_code == 200
    assert code(send(handle, "PATCH", own, {"name": "a", "max_instances": 3})) == (422, 422001)


def test_the_bounds_have_another_reading() -> None:
    with world(instance_bounds="0-3") as handle:
        made(handle, min_instances=3, max_instances=10)
        for changes in ({"min_instances": 4, "max_instances": 10}, {"max_instances": 11}):
            assert code(send(handle, "POST", DEPLOYMENTS, {**ONE, **changes})) == (422, 422001)
            assert code(send(handle, "PATCH", f"{DEPLOYMENTS}/{READY}", {**ONE, **changes})) == (422, 422001)


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_whose_it_is_comes_before_what_is_said(handle: StandIn, method: str) -> None:
    body = {"max_instances": -1} if method == "PATCH" else None
    assert code(send(handle, method, f"{DEPLOYMENTS}/{NOBODY}", body)) == (404, 404001)
    assert code(send(handle, method, f"{DEPLOYMENTS}/{READY}", body, handle.another_key())) == (403, 403003)
    assert code(send(handle, method, f"{DEPLOYMENTS}/{READY}", body, "0" * 32)) == (401, 401001)
    assert len(send(handle, "GET", DEPLOYMENTS).json()) == 2


def test_one_that_is_deleted_is_gone_and_its_requests_are_not(handle: StandIn) -> None:
    name, own, other = submit(handle), f"{DEPLOYMENTS}/{READY}", handle.another_key()
    assert send(handle, "DELETE", own).status_code == 200
    for method in ("GET", "PATCH", "DELETE"):
        body = {"name": "b"} if method == "PATCH" else None
        assert code(send(handle, method, own, body)) == (404, 404001)
    assert [row["id"] for row in send(handle, "GET", DEPLOYMENTS).json()] == [READY_LORA]
    assert code(send(handle, "POST", inference(), {})) == (403, 10003)
    assert code(send(handle, "POST", inference(), {}, other)) == (403, 403003)
    handle.clock.advance(60)
    assert ask(handle, name, "result").json()["status"] == "succeeded"
    handle.reset()
    assert shown(handle, READY)["name"] == "text-to-image"


def test_one_that_is_disabled_takes_nothing_and_ends_what_it_took(handle: StandIn) -> None:
    name, own = submit(handle), f"{DEPLOYMENTS}/{READY}"
    assert send(handle, "PATCH", own, {"name": "a", "is_enabled": False}).json()["status"] == "disabled"
    assert code(send(handle, "POST", inference(), {})) == (403, 10002)
    assert code(send(handle, "POST", inference("v1"), {"webhook": 1})) == (403, 10002)
    handle.clock.advance(60)
    assert ask(handle, name, "result").json()["status"] == "succeeded"
    send(handle, "PATCH", own, {"name": "a", "is_enabled": True})
    submit(handle)


def test_a_cold_one_starts_with_its_first_request_and_stops_when_it_idles(handle: StandIn) -> None:
    own = made(handle)  # none at least, warm for a minute
    number = own.rpartition("/")[2]
    assert shown(handle, number)["status"] == "standby"
    name = submit(handle, deployment=number, body={})
    assert shown(handle, number)["status"] == "running"
    handle.clock.advance(240)
    assert ask(handle, name, "status", deployment=number).json()["status"] == "in_queue"
    handle.clock.advance(1)
    instance = ask(handle, name, "status", deployment=number).json()["instance_id"]
    handle.clock.advance(10 + 59)
    assert shown(handle, number)["status"] == "running"
    handle.clock.advance(1)
    assert shown(handle, number)["status"] == "standby"
    assert ask(handle, name, "result", deployment=number).json()["instance_id"] == instance


def test_what_waits_at_a_disabled_one_goes_on_when_it_is_enabled() -> None:
    with world(slots=1) as handle:
        handle.script(queued=0, running=10, times=2)
        first, second = submit(handle), submit(handle)
        send(handle, "PATCH", f"{DEPLOYMENTS}/{READY}", {"name": "a", "is_enabled": False})
        handle.clock.advance(3600)
        assert [ask(handle, name, "status").json()["status"] for name in (first, second)] == ["completed", "in_queue"]
        send(handle, "PATCH", f"{DEPLOYMENTS}/{READY}", {"name": "a", "is_enabled": True})
        handle.settle()
        assert ask(handle, second, "status").json()["status"] == "completed"


def test_room_that_is_made_is_taken_by_who_waits() -> None:
    with world(slots=1) as handle:
        handle.script(queued=0, running=10, times="always")
        _, second, third = (submit(handle) for _ in range(3))
        handle.clock.advance(1)
        assert [ask(handle, name, "status").json().get("queue_position") for name in (second, third)] == [1, 2]
        # What is not ready starts only after a while, so that only an instance which runs already makes room at once.
        send(handle, "PATCH", f"{DEPLOYMENTS}/{READY}", {"name": "a", "max_instances": 3})
        handle.settle()
        ends = [task.timeline.ends for task in handle.tasks]
        assert ends == sorted(ends)
        assert ends[2] <= 30


@pytest.mark.parametrize("form", ["object", "empty", "deployment"])
def test_what_deleting_answers_is_a_reading(form: str) -> None:
    with world(delete_answer=form) as handle:
        row = shown(handle, READY)
        answer = send(handle, "DELETE", f"{DEPLOYMENTS}/{READY}")
        assert answer.status_code == 200
        assert answer.text == "" if form == "empty" else answer.json() == (row if form == "deployment" else {})
        assert not handle.findings


# -- what a director gives


def test_a_director_gives_a_workflow(handle: StandIn) -> None:
    (ready, _) = send(handle, "GET", f"{DEPLOYMENTS}?includes=payload").json()
    graph = ready["payload"]["workflow_api_json"]
    prop = given(handle, name="portraits", workflow=graph, max_instances=2, warm=True)
    row = shown(handle, prop.id, "?includes=payload")
    assert (row["name"], row["min_instances"], row["max_instances"], row["queue_size"]) == ("portraits", 0, 2, 1)
    assert row["payload"]["workflow_api_json"] == graph
    submit(handle, deployment=prop.id, body={})


def test_a_director_gives_a_lora_with_inputs_of_its_own(handle: StandIn) -> None:
    schema = {"required": ["mood"], "properties": {"mood": {"type": "string", "enum": ["gay", "grave"]}}}
    prop = given(handle, kind="lora", name="moods", schema=schema, warm=True)
    assert code(send(handle, "POST", inference(deployment=prop.id), {"mood": "sad"})) == (422, 422001)
    submit(handle, deployment=prop.id, body={"mood": "grave"})
    submit(handle, deployment=READY_LORA, body=LORA)
    assert shown(handle, prop.id)["workflow_id"] is None


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"max_instance": 2}, r"came 'max_instance'; did you mean max_instances\?"),
        ({"colour": "red"}, "came 'colour'"),
        ({"kind": "loras"}, r"comfyui or lora; came 'loras'; did you mean lora\?"),
        ({"max_instances": 61}, "max_instances to be at most 60; came 61"),
        ({"min_instances": 2}, "max_instances to be at least min_instances"),
        ({"name": 1}, "name to be string"),
        ({"workflow": []}, "workflow to be a graph"),
        ({"workflow": "text-to-imag"}, r"did you mean text-to-image\?"),
        ({"workflow": {"1": {}}}, "expected /workflow/1"),
        ({"workflow": {"1": "SaveImage"}}, "expected /workflow/1"),
        ({"workflow": {"1": {"class_type": "LoadImage", "inputs": {}}}}, "expected /workflow"),
        ({"kind": "lora", "workflow": {"1": {}}}, "without a workflow"),
        ({"schema": {"properties": {}}}, "without a schema"),
        ({"kind": "lora", "schema": []}, "schema to be a JSON schema"),
        ({"cold_start": -1}, "cold_start to be a number of seconds"),
        ({"cold_start": True}, "cold_start to be a number of seconds"),
        ({"warm": 1}, "warm to be true or false"),
    ],
)
def test_what_a_director_cannot_give_is_told_in_three_parts(handle: StandIn, said: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        given(handle, **said)
    expected, came, cure = str(caught.value).split("; ", 2)
    assert expected.startswith("expected ")
    assert came.startswith("came ")
    assert cure
    assert len(send(handle, "GET", DEPLOYMENTS).json()) == 2


def test_a_prop_of_another_kind_is_none(handle: StandIn) -> None:
    with pytest.raises(ValueError, match=r"came 'deploymint'; did you mean deployment\?"):
        given(handle, "deploymint")


def test_the_words_of_a_status_are_data() -> None:
    row = contract("runcomfy").apis["serverless"].facts.openapi["props"]["deployment"]
    assert set(row["status"]) == {"standby", "running", "disabled"}


@pytest.mark.parametrize("field", ["keep_warm_duration_in_seconds", "queue_size"])
@pytest.mark.parametrize("number", [2**63, 10**30, 10**300], ids=["64 bits", "30 digits", "300 digits"])
def test_a_number_of_any_length_is_taken_and_told_as_it_was_sent(handle: StandIn, field: str, number: int) -> None:
    path = made(handle, **{field: number})
    assert send(handle, "GET", path).json()[field] == number
    changed = send(handle, "PATCH", path, {"name": "long", field: number + 1})
    assert (changed.status_code, changed.json()[field]) == (200, number + 1)
    request = submit(handle, deployment=path.rpartition("/")[2], body={})
    handle.clock.advance(300)
    assert ask(handle, request, "status", deployment=path.rpartition("/")[2]).json()["status"] == "completed"


def test_a_whole_number_with_a_point_is_told_as_a_whole_number(handle: StandIn) -> None:
    path = made(handle, min_instances=1.0)
    assert '"min_instances":1,' in send(handle, "GET", path).text
    assert '"max_instances":2,' in send(handle, "PATCH", path, {"name": "two", "max_instances": 2.0}).text


def test_what_is_too_much_is_told_in_words_of_its_own(handle: StandIn) -> None:
    answer = send(handle, "POST", inference(), {"overrides": {"6": {"inputs": {"txt": "a tram"}}}})
    (told,) = answer.json()["detail"]
    assert told["loc"] == ["body", "overrides", "6", "inputs", "txt"]
    assert (told["msg"], told["type"]) == ("Extra inputs are not permitted", "extra_forbidden")


def test_the_quickstart_of_the_documents_can_be_followed(handle: StandIn) -> None:
    number = made(handle, workflow_id="00000000-0000-0000-0000-000000001111").rpartition("/")[2]
    changes = {"6": {"inputs": {"text": "a blue tram"}}, "31": {"inputs": {"seed": 987654321}}}
    name = submit(handle, deployment=number, body={"overrides": changes})
    handle.clock.advance(300)
    assert list(ask(handle, name, "result", deployment=number).json()["outputs"]) == ["9"]
    other = made(handle, workflow_id="00000000-0000-0000-0000-000000002222").rpartition("/")[2]
    assert send(handle, "POST", inference(deployment=other), {"overrides": changes}).status_code == 422
