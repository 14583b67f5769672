"""A socket: who calls, pings, tasks and what comes of them, in the frames that clients look for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from understudy.mocks.stand_in import StandIn
from understudy.tests.runware.dial import PING, PONG, Ids, called, entered, image, key, poll, runware
from websockets.exceptions import ConnectionClosed


def test_a_key_that_is_none_is_told_and_the_socket_stays_open() -> None:
    with runware() as handle, called(handle.ws_url) as caller:
        said = caller.ask(key("nobody", taskUUID=Ids.fresh()))
        (error,) = said["errors"]
        assert list(said) == ["errors"]
        assert error["code"] == "invalidApiKey"
        assert error["parameter"] == "apiKey"
        assert error["taskType"] == "authentication"
        assert "taskUUID" not in error
        assert caller.still_there()
        assert caller.enter(handle.api_key)


def test_a_key_that_was_revoked_is_none() -> None:
    with runware() as handle, called(handle.ws_url) as caller:
        handle.revoke()
        assert caller.ask(key(handle.api_key))["errors"][0]["code"] == "invalidApiKey"


@pytest.mark.parametrize("said", [{}, {"apiKey": 7}, {"apiKey": None}, {"apiKey": ["k"]}])
def test_an_authentication_without_a_key_names_its_type_alone(said: dict[str, Any]) -> None:
    with runware() as handle, called(handle.ws_url) as caller:
        (error,) = caller.ask({"taskType": "authentication", **said})["errors"]
        assert error["taskType"] == "authentication"
        assert "taskUUID" not in error
        assert caller.still_there()


def test_the_reply_bears_no_id_and_nothing_beside() -> None:
    with runware() as handle, called(handle.ws_url) as caller:
        said = caller.ask(key(handle.api_key, taskUUID=Ids.fresh()))
        assert list(said) == ["data"]
        assert [list(item) for item in said["data"]] == [["taskType", "connectionSessionUUID"]]


@pytest.mark.parametrize("more", [{}, {"taskUUID": "7a0d7a7e-9c7d-4e0b-9d0a-3f4a4f1f8a11"}])
def test_a_ping_is_answered_exactly_whoever_asks(more: dict[str, str]) -> None:
    with runware() as handle, called(handle.ws_url) as caller:
        caller.say({**PING, **more})
        assert caller.link.recv(5) == '{"data":[{"taskType":"ping","pong":true}]}'
        caller.enter(handle.api_key)
        assert caller.ask({**PING, **more}) == PONG


def test_a_ping_over_http() -> None:
    with runware() as handle:
        said = handle.client().post("", json=[{"taskType": "ping", "taskUUID": Ids.fresh()}]).json()
        assert said["data"][0]["pong"] is True


def test_a_task_before_any_key_is_refused_under_its_id() -> None:
    with runware() as handle, called(handle.ws_url) as caller:
        for task in (image(), poll(image())):
            (error,) = caller.ask(task)["errors"]
            assert (error["code"], error["taskUUID"]) == ("missingApiKey", task["taskUUID"])
        assert not len(handle.tasks)


def test_a_key_in_the_header_is_as_good() -> None:
    with runware() as handle:
        headers = {"Authorization": f"Bearer {handle.api_key}"}
        with called(handle.ws_url, additional_headers=headers) as caller:
            assert caller.ask(image())["data"][0]["imageUUID"]
        with called(handle.ws_url, additional_headers={"Authorization": "Bearer nobody"}) as caller:
            assert caller.still_there()
            assert caller.ask(image())["errors"][0]["code"] == "missingApiKey"


def test_a_key_and_a_task_may_come_in_one_frame() -> None:
    with runware() as handle, called(handle.ws_url) as caller:
        task = image(deliveryMethod="async")
        caller.say(key(handle.api_key), task)
        assert "connectionSessionUUID" in caller.hear()["data"][0]
        assert caller.hear() == {"data": [{"taskType": "imageInference", "taskUUID": task["taskUUID"]}]}


def test_whoever_says_another_key_is_somebody_else() -> None:
    with runware() as handle, called(handle.ws_url) as caller:
        first, task = caller.enter(handle.api_key), image(deliveryMethod="async")
        caller.ask(task)
        assert caller.enter(handle.another_key()) != first
        assert len(handle.sockets) == 1
        caller.say(poll(task), PING)
        assert caller.hear() in (PONG, {"data": []})  # it is none of its tasks


def test_results_of_one_task_come_in_one_frame() -> None:
    with runware() as handle, entered(handle) as caller:
        task = image(numberResults=3)
        said = caller.ask(task)
        assert list(said) == ["data"]
        assert [item["taskUUID"] for item in said["data"]] == [task["taskUUID"]] * 3
        assert len({item["imageUUID"] for item in said["data"]}) == 3


def test_every_task_is_answered_in_a_frame_of_its_own_and_errors_apart() -> None:
    with runware() as handle, entered(handle) as caller:
        good, bad = image(deliveryMethod="async"), image(width=7)
        caller.say(good, bad, PING, [], {"taskType": "nothing", "taskUUID": good["taskUUID"]})
        frames = [caller.hear() for _ in range(5)]
        assert [list(each) for each in frames] == [["data"], ["errors"], ["data"], ["errors"], ["errors"]]
        assert frames[1]["errors"][0]["taskUUID"] == bad["taskUUID"]
        assert frames[2] == PONG


def test_results_come_in_the_order_in_which_they_are_ready() -> None:
    with runware() as handle, entered(handle) as caller:
        handle.script(running=30, nth=1)
        handle.script(running=10, nth=1)
        handle.script(running=20, nth=1)
        tasks = [image() for _ in range(3)]
        caller.say(*tasks)
        came = [caller.hear()["data"][0]["taskUUID"] for _ in range(3)]
        assert came == [tasks[at]["taskUUID"] for at in (1, 2, 0)]
        pushed = handle.requests(on="push")
        assert [(each.method, each.status, each.direction, each.at) for each in pushed] == [
            ("PUSH", 200, "out", 12.0), ("PUSH", 200, "out", 22.0), ("PUSH", 200, "out", 32.0)]  # fmt: skip
        handle.assert_clean()


def test_a_task_that_takes_too_long_is_given_up_and_can_be_asked_for() -> None:
    with runware() as handle, entered(handle) as caller:
        handle.script(running=600)
        task = image()
        (error,) = caller.ask(task)["errors"]
        assert (error["code"], error["taskUUID"], handle.clock.now) == ("timeout", task["taskUUID"], 120)
        while (item := caller.ask(poll(task))["data"][0])["status"] != "success":
            pass
        assert item["imageURL"]
        handle.settle()
        assert len(handle.requests(on="push")) == 1  # nobody waited for the result any longer


@pytest.mark.parametrize("ends", [120, 120.000001])
def test_the_last_moment_at_which_somebody_waits(ends: float) -> None:
    with runware() as handle, entered(handle) as caller:
        handle.script(queued=0, running=ends)
        assert list(caller.ask(image())) == (["data"] if ends == 120 else ["errors"])


def test_a_task_that_never_ends_hangs_nobody() -> None:
    with runware() as handle, entered(handle) as caller:
        handle.script(stuck=True)
        assert caller.ask(image())["errors"][0]["code"] == "timeout"


def test_what_is_cued_is_pushed_then() -> None:
    with runware(clock="manual") as handle, entered(handle) as caller:
        handle.script(manual=True)
        caller.say(image())
        while not len(handle.tasks):
            assert caller.still_there()
        handle.cue()
        handle.cue()
        assert caller.hear()["data"][0]["imageUUID"]
        handle.clock.advance(1000)
        assert caller.still_there()


def test_a_failure_is_pushed_as_an_error_with_its_id() -> None:
    with runware() as handle, entered(handle) as caller:
        handle.script(fails=True)
        task = image()
        said = caller.ask(task)
        assert list(said) == ["errors"]
        assert said["errors"][0]["taskUUID"] == task["taskUUID"]


def test_files_that_stand_in_a_result_are_pushed_with_it() -> None:
    with runware() as handle, entered(handle) as caller:
        assert len(caller.ask(image(outputType="base64Data"))["data"][0]["imageBase64Data"]) > 100


def test_the_query_is_no_business_of_ours_and_compression_is_taken_where_it_is_offered() -> None:
    with runware() as handle:
        for how, names in (("deflate", ["PerMessageDeflate"]), (None, [])):
            with called(handle.ws_url + "?sdk=js&version=1.3.2&dryRun=1", compression=how) as caller:
                assert [type(each).__name__ for each in caller.link.protocol.extensions] == names
                caller.enter(handle.api_key)
                assert caller.ask(image(positivePrompt="tram " * 300))["data"][0]["imageUUID"]


def test_the_handle_tells_of_open_sockets_and_breaks_them() -> None:
    with runware() as handle, entered(handle) as one, called(handle.ws_url) as other:
        assert other.still_there()
        first, second = handle.sockets
        assert (first.name, first.provider, first.waiting) == (one.name, "runware", 0)  # type: ignore[attr-defined]
        assert (second.name, second.account) == ("", "")
        assert 0 <= second.silent < 60
        assert first.path.endswith("/runware/v1")
        assert handle.sockets.drop("nobody") == 0
        assert handle.sockets.drop(first.name) == 1
        with pytest.raises(ConnectionClosed) as closed:
            one.link.recv(5)
        assert closed.value.rcvd is None  # without a word, as a network does
        assert other.still_there()
        assert handle.sockets.drop() == 1
        assert len(handle.sockets) == 0


def test_a_reset_and_an_end_of_the_session_break_its_sockets() -> None:
    with runware() as handle, entered(handle) as caller:
        handle.reset()
        with pytest.raises(ConnectionClosed):
            caller.link.recv(5)
        with entered(handle) as again:
            handle.close()
            with pytest.raises(ConnectionClosed):
                again.link.recv(5)


def told(handle: StandIn) -> str:
    return json.dumps(handle.session.journal.as_dicts()) + handle.timeline() + repr(handle.findings)


FORMS = ('[{{"taskType":"authentication","{0}":"{1}"}}]', '[{{"taskType":"authentication","{0}":"{1}"',
         '{{"taskType":"authentication","{0}" : "{1}"}}', '[[{{"{0}":"{1}"}}]]', "[{{'{0}': '{1}'}}]",
         '[{{"taskType":"imageInference","{0}":"{1}"}}]', '[{{"taskType":"ping","{0}":"{1}"}}, 7]')  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("way", ["socket", "http"])
def test_a_key_stands_in_no_book(form: str, way: str) -> None:
    with runware() as handle, called(handle.ws_url) as caller:
        for secret in ("sk-somebody-s-own-0815", handle.api_key):
            text = form.format("apiKey", secret)
            if way == "socket":
                caller.link.send(text)
                caller.hear()
            else:
                handle.client().post("", content=text, headers={"Content-Type": "application/json"})
            assert secret not in told(handle)
            assert secret not in repr(list(handle.session.journal)).replace(f"Bearer {handle.api_key}", "")


def test_a_key_that_is_said_as_it_stands_is_in_no_book_either() -> None:
    with runware() as handle, called(handle.ws_url) as caller:
        caller.link.send(handle.api_key)
        caller.hear()
        assert handle.api_key not in told(handle)
        assert handle.api_key not in repr(list(handle.session.journal))


@settings(max_examples=30, deadline=None)
@given(batch=st.lists(st.sampled_from(["ping", "image", "async", "bad", "poll", "nothing"]), min_size=1, max_size=8))
def test_any_batch_is_answered_task_by_task(batch: list[str]) -> None:
    """As many frames as tasks, but for a poll of what nobody knows; each names its own task, and pushes come last."""
    with runware() as handle, entered(handle) as caller:
        made: dict[str, dict[str, Any]] = {"ping": PING, "nothing": {"taskType": "nothing", "taskUUID": Ids.fresh()}}
        kinds: dict[str, dict[str, Any]] = {"image": {}, "async": {"deliveryMethod": "async"}, "bad": {"width": 1}}
        tasks = [made[kind] if kind in made else poll(image()) if kind == "poll" else image(**kinds[kind])
                 for kind in batch]  # fmt: skip
        caller.say(*tasks)
        frames = [caller.hear() for kind in batch if kind != "poll"]
        assert all(len(each) == 1 for each in frames)
        named = sorted(item.get("taskUUID", "") for each in frames for items in each.values() for item in items[:1])
        assert named == sorted(
            task.get("taskUUID", "") for task, kind in zip(tasks, batch, strict=True) if kind != "poll"
        )
        assert caller.still_there()
