"""Faults on a socket: of its frames, of what is pushed, and of the socket itself; and silence."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Any

import pytest
from understudy.mocks.engine.fault import KINDS, OF_DELIVERIES
from understudy.tests.runware.dial import (
    PING,
    PONG,
    Caller,
    called,
    deaf,
    entered,
    frame,
    gone,
    image,
    key,
    poll,
    raw,
    runware,
)
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, ConnectionClosedOK

LATER = {"deliveryMethod": "async"}


@pytest.mark.parametrize("on", ["", "submit", "imageInference", "socket"])
@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_status_is_an_error_of_the_task_and_no_work_is_done(on: str, status: int) -> None:
    with runware() as handle, entered(handle) as caller:
        handle.fault(status, on=on)
        task = image()
        said = caller.ask(task)
        assert [list(said), said["errors"][0]["taskUUID"]] == [["errors"], task["taskUUID"]]
        assert not len(handle.tasks)
        assert caller.ask(task)["data"][0]["imageUUID"]
        assert [each.status for each in handle.requests(on="submit")] == [status, 200]
        handle.assert_clean()


def test_a_status_strikes_each_task_of_a_frame() -> None:
    with runware() as handle, entered(handle) as caller:
        handle.fault(503, on="submit")
        tasks = [image(), image()]
        caller.say(*tasks)
        assert [caller.hear()["errors"][0]["taskUUID"] for _ in tasks] == [task["taskUUID"] for task in tasks]


def test_a_status_at_the_authentication_bears_no_id_and_leaves_the_socket_open() -> None:
    with runware() as handle, called(handle.ws_url) as caller:
        handle.fault(401, on="authentication")
        (error,) = caller.ask(key(handle.api_key))["errors"]
        assert (error["code"], error["taskType"], "taskUUID" in error) == ("invalidApiKey", "authentication", False)
        assert caller.enter(handle.api_key)


def test_a_status_after_the_work_loses_the_answer() -> None:
    with runware() as handle, entered(handle) as caller:
        handle.fault(500, on="submit", when="after", times=2)
        first, second = image(**LATER), image()
        assert caller.ask(first)["errors"][0]["taskUUID"] == first["taskUUID"]
        assert caller.ask(second)["errors"][0]["taskUUID"] == second["taskUUID"]  # the push, that is
        assert len(handle.tasks) == 2
        assert caller.ask(first)["errors"][0]["code"] == "conflictTaskUUID"


@pytest.mark.parametrize("what", ["drop", "reset", "garbage", "malformed"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_connection_ends_abnormally(what: str, when: str) -> None:
    with runware() as handle, entered(handle) as caller:
        handle.fault(what, on="submit", when=when)
        caller.say(image(**LATER))
        with pytest.raises(ConnectionClosedError):
            caller.hear()
        assert len(handle.tasks) == (when == "after")
        assert [(each.status, each.answer_body) for each in handle.requests(on="submit")] == [(0, b"")]
        with entered(handle) as again:
            assert again.still_there()
        handle.assert_clean()


def test_a_result_that_a_drop_took_is_kept() -> None:
    with runware() as handle, entered(handle) as caller:
        handle.fault("drop", on="imageInference", when="after")
        caller.say(task := image())
        with pytest.raises(ConnectionClosedError):
            caller.hear()
        assert handle.clock.now == 12
        with called(handle.ws_url) as again:
            again.enter(handle.api_key, connectionSessionUUID=caller.name)  # type: ignore[attr-defined]
            assert again.hear()["data"][0]["taskUUID"] == task["taskUUID"]
        handle.assert_clean()


BENT: dict[str, Any] = {"truncated": lambda text, whole: whole.startswith(text) and len(text) == len(whole) // 2,
        "garbled": lambda text, whole: text != whole and len(text) == len(whole),
        "html": lambda text, whole: "502" in text and text.startswith("<html>"),
        "empty": lambda text, whole: text == "",
        "wrong-type": lambda text, whole: text == whole.encode(),
        "delay": lambda text, whole: text == whole,
        "drip": lambda text, whole: text == whole}  # fmt: skip


@pytest.mark.parametrize("sync", [True, False])
@pytest.mark.parametrize("what", BENT)
def test_a_frame_is_bent(what: str, sync: bool) -> None:
    with runware() as handle, entered(handle) as caller:
        more: Any = {"seconds": 0.02} if what in ("delay", "drip") else {}
        task = image(**({} if sync else LATER))
        handle.fault(what, on="submit", when="after", **more)
        caller.say(task)
        text: Any = caller.link.recv(5)
        whole = handle.requests(on="push")[0].request_body if sync else handle.requests(on="submit")[0].answer_body
        assert BENT[what](text, whole.decode())
        assert caller.still_there()
        handle.assert_clean()


def test_a_frame_is_cut() -> None:
    with runware() as handle, entered(handle) as caller:
        handle.fault("cut", on="submit")
        caller.say(image(**LATER))
        with pytest.raises(ConnectionClosedError):
            caller.hear()


def test_what_dripped_is_one_frame_and_what_is_pushed_meanwhile_comes_behind_it() -> None:
    with runware() as handle, entered(handle) as caller:
        handle.fault("drip", on="getResponse", parts=3, seconds=0.1)
        slow, quick = image(**LATER), image()
        caller.ask(slow)
        caller.say(quick)
        caller.say(poll(slow))
        came = [caller.hear()["data"][0]["taskUUID"] for _ in range(2)]
        assert sorted(came) == sorted([slow["taskUUID"], quick["taskUUID"]])
        assert caller.still_there()


def test_a_delay_keeps_what_comes_behind_it_waiting() -> None:
    with runware() as handle, entered(handle) as caller:
        handle.fault("delay", on="ping", seconds=0.05)
        began = time.monotonic()
        caller.say(PING)
        caller.say({"taskType": "nothing"})
        assert caller.hear() == PONG
        assert time.monotonic() - began >= 0.05
        assert "errors" in caller.hear()


def test_a_socket_that_reads_no_more_is_felt_by_who_sends() -> None:
    """Back-pressure on demand: while one frame is delayed, the kernel's buffers fill up and the sender has to wait."""
    with runware() as handle, raw(handle.ws_url) as link:
        handle.fault("delay", on="socket", seconds=60)
        link.sendall(frame(b'[{"taskType":"ping","ping":true}]'))
        link.settimeout(0.3)
        big = frame(b"[" + b" " * 2**20 + b"]")
        with pytest.raises(TimeoutError):
            link.sendall(big * 64)
        assert len(handle.sockets) == 1


@pytest.mark.parametrize("what", OF_DELIVERIES[:-1])
def test_what_is_pushed_is_a_delivery(what: str) -> None:
    with runware(clock="manual") as handle, entered(handle) as caller:
        handle.fault(what, on="push")
        tasks = [image(), image()]
        for task in tasks:
            handle.script(queued=0, running=1 + tasks.index(task))
            caller.say(task)
            assert caller.still_there()
        first, second = (task["taskUUID"] for task in tasks)
        handle.clock.advance(100)
        wanted = {"lost": [second], "late": [second, first], "duplicated": [first, first, second],
                  "reordered": [second, first]}[what]  # fmt: skip
        came = [caller.hear()["data"][0]["taskUUID"] for _ in wanted]
        assert came == wanted
        assert caller.still_there()
        handle.assert_clean()


def test_an_answer_that_a_fault_took_was_not_given() -> None:
    with runware() as handle, entered(handle) as caller:
        caller.ask(task := image(**LATER))
        assert caller.ask(poll(task))["data"][0]["status"] == "processing"
        now = handle.clock.now
        handle.fault(503, on="poll", times=2)
        assert "errors" in caller.ask(poll(task))
        assert "errors" in caller.ask(poll(task))
        assert handle.clock.now == now


def test_until_a_moment() -> None:
    with runware() as handle, entered(handle) as caller:
        handle.fault(503, on="submit", until=60)
        task = image(**LATER)
        assert "errors" in caller.ask(task)
        assert "data" in caller.ask(task)
        assert handle.clock.now == 60


def test_every_kind_of_fault_has_its_way_and_the_house_goes_on() -> None:
    more: Any
    what: Any
    for what in (*KINDS, 404):
        if what in OF_DELIVERIES:
            continue
        with runware() as handle:
            with entered(handle) as caller:
                more = {"seconds": 0.01} if what in ("delay", "drip") else {}
                handle.fault(what, on="socket", **more)
                caller.say(PING)
                with suppress(ConnectionClosed):
                    caller.link.recv(5)
            with entered(handle) as again:
                assert again.still_there()
            handle.assert_clean()


# -- silence


def heard_close(caller: Caller) -> Any:
    with pytest.raises(ConnectionClosedOK) as closed:
        caller.hear()
    return closed.value.rcvd


def test_a_silence_that_is_played_closes_the_socket() -> None:
    with runware() as handle, entered(handle) as caller:
        handle.clock.advance(119, idle=True)
        assert caller.still_there()
        handle.clock.advance(119, idle=True)
        handle.clock.advance(1000)
        assert len(handle.sockets) == 1
        handle.clock.advance(1, idle=True)
        assert heard_close(caller).code == 1000
        assert handle.clock.now == 1239
        assert not len(handle.sockets)


def test_a_silence_may_be_played_in_an_async_test() -> None:
    with runware() as handle, entered(handle) as caller:
        asyncio.run(handle.clock.aadvance(130, idle=True))
        assert heard_close(caller).reason == "nothing was said for 120 s"


def test_what_is_ready_before_the_close_is_pushed_and_what_comes_after_it_is_kept() -> None:
    with runware(clock="manual") as handle, entered(handle) as caller:
        handle.script(queued=0, running=10)
        handle.script(queued=0, running=119)
        soon, late = image(), image()
        caller.say(soon)
        handle.clock.advance(0)
        caller.still_there()
        handle.clock.advance(5)
        caller.say(late)
        assert caller.still_there()
        handle.clock.advance(130, idle=True)
        assert caller.hear()["data"][0]["taskUUID"] == soon["taskUUID"]
        assert caller.hear()["data"][0]["taskUUID"] == late["taskUUID"]
        assert heard_close(caller).code == 1000


def test_a_result_after_the_close_is_kept() -> None:
    with runware(clock="manual") as handle, entered(handle) as caller:
        handle.clock.advance(60, idle=True)
        handle.script(queued=0, running=110)
        caller.say(task := image())
        assert caller.still_there()
        handle.clock.advance(100)
        handle.clock.advance(125, idle=True)
        assert caller.hear()["data"][0]["taskUUID"] == task["taskUUID"]
        assert heard_close(caller).code == 1000


def test_real_seconds_count_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """The timer itself, with a limit that a test can wait for; whoever says something is not silent."""
    with runware() as handle:
        monkeypatch.setattr(handle.session.cast["runware"].contract.life, "idle", 0.15)
        with called(handle.ws_url) as talks, called(handle.ws_url) as silent:
            while len(handle.sockets) == 2:
                assert talks.still_there()
            assert heard_close(silent).code == 1000
            assert talks.still_there()
            assert heard_close(talks).code == 1000


def test_where_time_flows_a_silence_cannot_be_played() -> None:
    with runware(clock="x10") as handle, pytest.raises(RuntimeError, match="whose time flows"):
        handle.clock.advance(130, idle=True)


def test_who_reads_nothing_is_cut_when_it_is_silent() -> None:
    with runware() as handle, deaf(handle) as link:
        link.settimeout(0.3)
        with pytest.raises(TimeoutError):  # who does not read is not read
            link.sendall(frame(b'[{"taskType":"ping","ping":true}]') * 200_000)
        handle.clock.advance(130, idle=True)
        gone(handle)
