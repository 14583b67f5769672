"""The socket of a task: when its address is told, who may listen there, and what is told."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from understudy.contracts.document import read
from understudy.mocks.app import App
from understudy.mocks.comfyui.messages import messages
from understudy.mocks.runninghub.own import run
from understudy.mocks.server import Server
from understudy.mocks.settings import Settings
from understudy.mocks.stand_in import StandIn
from understudy.tests.runninghub.errands import ask, hear, listening, post, prompt, runninghub, submit, until_over
from websockets.exceptions import InvalidStatus

WORKFLOW = next(iter(read("runninghub", "workflows")["workflows"].values()))


def address(handle: StandIn, task: str) -> str:
    return str(ask(handle, "outputs", task)["data"]["netWssUrl"])


def whole(handle: StandIn, task: str) -> list[Any]:
    """All that is to be told of a task's run, as it now stands."""

    def told() -> list[Any]:
        session = handle.session
        found = run(session.cast["runninghub"].contract, session, session.tasks[task])
        assert found is not None
        return [each.said for each in messages(found, session.clock.epoch.timestamp())]

    said: list[Any] = handle.call(told)
    return said


def create(handle: StandIn, **more: Any) -> Any:
    said = post(handle, "/task/openapi/create", {"workflowId": WORKFLOW["id"], **more})
    assert said["code"] == 0, said
    return said["data"]


def test_an_address_is_told_once_it_runs_and_names_no_key() -> None:
    with runninghub() as handle:
        handle.script(queued=5, running=10)
        data = create(handle)
        assert data["netWssUrl"] is None
        assert ask(handle, "outputs", data["taskId"])["data"] is None
        handle.clock.advance(5)
        url = address(handle, data["taskId"])
        parts = urlsplit(url)
        assert (parts.scheme, parts.path.rpartition("/runninghub")[2]) == ("ws", "/ws/c_instance")
        said = parse_qs(parts.query)
        assert list(said) == ["c_host", "c_port", "clientId", "workflowId", "Rh-Comfy-Auth"]
        assert (said["clientId"], said["workflowId"]) == ([data["clientId"]], [WORKFLOW["id"]])
        assert handle.api_key not in url
        with listening(url) as socket:
            assert hear(socket)["data"]["sid"] == data["clientId"]


@pytest.mark.parametrize("clock", ["auto", "manual"])
def test_who_listens_is_told_of_each_node(clock: str) -> None:
    with runninghub(clock=clock) as handle:
        data = create(handle)
        assert data["taskStatus"] == "RUNNING"
        with listening(data["netWssUrl"]) as socket:
            if clock == "manual":
                hear(socket)
                handle.settle()
            seen = until_over(socket)
        assert seen == whole(handle, data["taskId"])
        nodes = {each["data"]["node"] for each in seen if each["type"] == "executing"}
        assert nodes == {*WORKFLOW["graph"], None}
        assert seen[-2]["type"] == "execution_success"
        assert ask(handle, "outputs", data["taskId"])["code"] == 0
        assert not handle.findings


def test_a_model_is_told_of_by_its_one_node() -> None:
    with runninghub(clock="auto") as handle:
        task = submit(handle)
        with listening(address(handle, task)) as socket:
            seen = until_over(socket)
        assert [each["type"] for each in seen] == ["execution_start", "execution_cached", "executing", "executed",
                                                   "execution_success", "executing"]  # fmt: skip
        assert seen[3]["data"]["node"] == "4"
        assert seen[3]["data"]["output"]["images"][0]["filename"].endswith(".png")


def test_a_client_that_polls_and_listens_at_once_is_told_all() -> None:
    with runninghub(clock="auto") as handle:
        data = create(handle)
        with listening(data["netWssUrl"]) as socket:
            while ask(handle, "outputs", data["taskId"])["code"] != 0:
                pass
            assert until_over(socket) == whole(handle, data["taskId"])


@pytest.mark.parametrize("clock", ["auto", "manual"])
def test_a_cancelled_task_is_told_as_interrupted(clock: str) -> None:
    with runninghub(clock=clock) as handle:
        handle.script(queued=0, stuck=True)
        data = create(handle)
        with listening(data["netWssUrl"]) as socket:
            begun = ["status", "execution_start", "execution_cached", "executing"]
            assert [hear(socket)["type"] for _ in begun] == begun
            ask(handle, "cancel", data["taskId"])
            assert [each["type"] for each in until_over(socket)] == ["execution_interrupted", "executing"]


def test_a_task_that_fails_is_told_as_the_outputs_tell_it() -> None:
    with runninghub(clock="auto") as handle:
        handle.script(queued=0, running=10, fails="CUDA out of memory")
        data = create(handle)
        with listening(data["netWssUrl"]) as socket:
            error = until_over(socket)[-2]
        assert error["type"] == "execution_error"
        reason = ask(handle, "outputs", data["taskId"])["data"]["failedReason"]
        told = error["data"]
        assert (told["node_id"], told["node_type"], told["exception_message"]) == (
            reason["node_id"], reason["node_name"], reason["exception_message"])  # fmt: skip


def test_who_comes_late_hears_how_it_ended() -> None:
    with runninghub() as handle:
        task = prompt(handle)
        url = address(handle, task)
        handle.settle()
        with listening(url) as socket:
            assert [each["type"] for each in until_over(socket)] == ["execution_success", "executing"]


@pytest.mark.parametrize("query", ["clientId=" + "0" * 32, "clientId=", "", "Rh-Comfy-Auth=e30="])
def test_nobody_is_let_in_for_a_task_that_there_is_not(query: str) -> None:
    with runninghub() as handle:
        submit(handle)
        with pytest.raises(InvalidStatus), listening(f"{handle.ws_url}/ws/c_instance?{query}"):
            pass


def test_a_key_alone_opens_no_other_path() -> None:
    with runninghub() as handle, pytest.raises(InvalidStatus), listening(f"{handle.ws_url}/ws"):
        pass


def test_the_session_is_found_by_the_client_that_an_address_names() -> None:
    house = Server(App(Settings(clock="auto"), ("runninghub",), opens_default=True))
    try:
        other = house.call(lambda: house.app.open("other", Settings(clock="manual", seed="7"), loop=house.loop))
        for session in (other, house.call(house.app.default)):
            key = dict(house.app.keys(session))["runninghub"]
            handle = StandIn(house, session, "runninghub", key)
            url = create(handle)["netWssUrl"].replace(f"/~{session.name}", "")
            with listening(url) as socket:
                assert hear(socket)["type"] == "status"
                house.call(partial(session.clock.jump, 30))
                until_over(socket)
    finally:
        house.stop()


def test_a_dropped_frame_is_a_fault_of_the_push(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), runninghub() as handle:
        task = submit(handle)
        url = address(handle, task)
        handle.fault("lost", on="push")  # how things stand
        with listening(url) as socket:
            assert hear(socket)["type"] == "execution_start"
        assert handle.api_key not in caplog.text


def test_an_order_of_another_provider_in_the_same_world_is_nobodys_socket() -> None:
    with runninghub() as handle:
        session = handle.session
        data = create(handle)
        other = next(key for provider, key in session.accounts if provider == "runcomfy")
        elsewhere = handle.url.replace("/runninghub", "/runcomfy") + "/v1/models/tongyi-mai/z-image/turbo"
        order = httpx.post(elsewhere, json={"prompt": "a tram"}, headers={"Authorization": f"Bearer {other}"})
        assert order.is_success
        with listening(data["netWssUrl"]) as line:
            assert hear(line)["type"] == "status"
