"""What could not be pushed is kept for a caller who comes back and names the connection."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from understudy.mocks.engine.luck import uuid
from understudy.mocks.stand_in import StandIn
from understudy.tests.runware.dial import PING, PONG, Caller, becomes, called, entered, gone, image, key, runware
from websockets.exceptions import ConnectionClosed


def left(handle: StandIn, *tasks: dict[str, Any]) -> str:
    """Somebody orders and goes; the name of the connection. On a manual clock nothing is ready by then."""
    with entered(handle) as caller:
        for task in tasks:
            caller.say(task)
        assert caller.still_there()
        name = str(caller.name)  # type: ignore[attr-defined]
    gone(handle)
    return name


def fetched(caller: Caller, count: int) -> list[str]:
    return [caller.hear()["data"][0]["taskUUID"] for _ in range(count)]


def test_what_was_missed_is_pushed_behind_the_reply_and_once() -> None:
    with runware(clock="manual") as handle:
        tasks = [image(), image(), image()]
        name = left(handle, *tasks)
        handle.clock.advance(20)
        handle.settle()
        assert [each.status for each in handle.requests(on="push")] == [202] * 3
        with called(handle.ws_url) as caller:
            assert caller.enter(handle.api_key, connectionSessionUUID=name) == name
            assert sorted(fetched(caller, 3)) == sorted(task["taskUUID"] for task in tasks)
            assert caller.still_there()
        gone(handle)
        assert [each.status for each in handle.requests(on="push")] == [202] * 3 + [200] * 3
        assert not handle.findings
        with called(handle.ws_url) as caller:
            assert caller.enter(handle.api_key, connectionSessionUUID=name) == name
            assert caller.still_there()


def test_what_is_ready_only_after_the_caller_is_back_comes_at_once() -> None:
    with runware(clock="manual") as handle:
        name = left(handle, task := image())
        with called(handle.ws_url) as caller:
            caller.enter(handle.api_key, connectionSessionUUID=name)
            handle.clock.advance(20)
            assert fetched(caller, 1) == [task["taskUUID"]]


def test_a_line_that_is_dead_without_a_word_is_given_up_for_the_new_one() -> None:
    with runware(clock="manual") as handle, entered(handle) as dead:
        dead.say(task := image())
        assert dead.still_there()
        with called(handle.ws_url) as caller:
            caller.enter(handle.api_key, connectionSessionUUID=dead.name)  # type: ignore[attr-defined]
            with pytest.raises(ConnectionClosed):
                dead.hear()
            assert len(handle.sockets) == 1
            handle.clock.advance(20)
            assert fetched(caller, 1) == [task["taskUUID"]]


def test_the_case_of_the_name_does_not_matter() -> None:
    with runware(clock="manual") as handle:
        name = left(handle, image())
        with called(handle.ws_url) as caller:
            assert caller.enter(handle.api_key, connectionSessionUUID=name.upper()) == name


def test_another_account_an_unknown_name_and_a_new_session_get_a_new_one() -> None:
    with runware(clock="manual") as handle:
        name = left(handle, image())
        handle.clock.advance(20)
        other = handle.another_key()
        with called(handle.ws_url) as caller:
            assert caller.enter(other, connectionSessionUUID=name) != name
            assert caller.enter(handle.api_key, connectionSessionUUID=uuid("nobody")) != name
            assert caller.still_there()  # and nothing of anybody's was pushed
        handle.reset()
        with called(handle.ws_url) as caller:
            caller.enter(handle.api_key, connectionSessionUUID=name)
            assert caller.still_there()


@pytest.mark.parametrize("said", ["", "nobody", 7, None, [], "../.."])
def test_a_name_that_is_none_is_refused_without_an_id(said: Any) -> None:
    with runware() as handle, called(handle.ws_url) as caller:
        (error,) = caller.ask(key(handle.api_key, connectionSessionUUID=said))["errors"]
        assert error["parameter"] == "connectionSessionUUID"
        assert "taskUUID" not in error
        assert caller.still_there()


@settings(max_examples=25, deadline=None)
@given(ends=st.lists(st.integers(1, 110), min_size=1, max_size=4), more=st.integers(0, 130))
def test_the_buffer_wears_out_by_age(ends: list[int], more: int) -> None:
    """What was kept for less than 120 s is pushed, in the order in which it was ready; nothing else is."""
    with runware(clock="manual") as handle:
        tasks = {end: image() for end in ends}
        with entered(handle) as caller:
            for end, task in tasks.items():
                handle.script(queued=0, running=end)
                caller.say(task)
                assert caller.still_there()
            name = str(caller.name)  # type: ignore[attr-defined]
        gone(handle)
        for end in sorted(tasks):
            handle.clock.advance(end - handle.clock.now)
            idle(handle)
        handle.clock.advance(more)
        fresh = [tasks[end]["taskUUID"] for end in sorted(tasks) if handle.clock.now - end < 120]
        with called(handle.ws_url) as caller:
            said = caller.enter(handle.api_key, connectionSessionUUID=name)
            assert (said == name) is bool(fresh)
            assert fetched(caller, len(fresh)) == fresh
            assert caller.still_there()


def idle(handle: StandIn) -> None:
    handle.run(handle.session.courier.idle)


def test_a_jump_wears_nothing_out() -> None:
    with runware() as handle:
        handle.script(running=100)
        handle.script(queued=0, running=3000)
        task = image()
        with entered(handle) as caller:
            caller.say(task)
            handle.sockets.drop()
            name = str(caller.name)  # type: ignore[attr-defined]
        with called(handle.ws_url) as caller:  # moves the story by asking, far beyond the buffer
            caller.enter(handle.api_key)
            handle.settle()
            caller.ask(image(deliveryMethod="async"))
            handle.settle()
            assert handle.clock.now > 3000
            assert caller.enter(handle.api_key, connectionSessionUUID=name) == name
            assert fetched(caller, 1) == [task["taskUUID"]]


def test_what_wore_out_or_was_never_fetched_is_a_note() -> None:
    with runware(clock="manual") as handle:
        name = left(handle, image())
        handle.clock.advance(20)
        idle(handle)
        (found,) = handle.findings
        assert (found.rule, found.severity) == ("unfetched", "note")
        handle.assert_clean(strict=True)
        handle.clock.advance(120)
        with called(handle.ws_url) as caller:
            assert caller.enter(handle.api_key, connectionSessionUUID=name) != name
            assert caller.still_there()
        assert [each.rule for each in handle.findings] == ["unfetched"]


def test_a_connection_is_forgotten_once_it_was_silent_for_as_long() -> None:
    with runware(clock="manual") as handle:
        name = left(handle)
        handle.clock.advance(119)
        with called(handle.ws_url) as caller:
            assert caller.enter(handle.api_key, connectionSessionUUID=name) == name
        gone(handle)
        handle.clock.advance(120)
        with called(handle.ws_url) as caller:
            assert caller.enter(handle.api_key, connectionSessionUUID=name) != name


def heard_until_closed(caller: Caller) -> list[Any]:
    came = []
    with suppress(ConnectionClosed):
        while True:
            came.append(caller.hear())
    return came


def test_a_dropped_socket_loses_nothing() -> None:
    """Dropped at any moment of the story, each result comes over the one line or the other, and once."""
    for moment in (0, 2, 11.999999, 12, 30):
        with runware(clock="manual") as handle:
            task, came = image(), []
            with entered(handle) as caller:
                caller.say(task)
                assert caller.still_there()
                handle.clock.advance(moment)
                idle(handle)
                handle.sockets.drop()
                came += heard_until_closed(caller)
                name = str(caller.name)  # type: ignore[attr-defined]
            handle.clock.advance(40 - moment)
            with called(handle.ws_url) as caller:
                caller.enter(handle.api_key, connectionSessionUUID=name)
                while (said := caller.ask(PING)) != PONG:
                    came.append(said)
                assert [each["data"][0]["taskUUID"] for each in came] == [task["taskUUID"]], moment


def test_what_is_kept_is_bounded() -> None:
    with runware(clock="manual", images="plain") as handle:
        size = {"width": 1024, "height": 1024, "outputType": "base64Data", "outputFormat": "PNG"}
        left(handle, *[image(numberResults=20, **size) for _ in range(6)])
        handle.clock.advance(20)
        becomes(handle, lambda: not handle.session.courier.busy)
        (connection,) = handle.session.switchboard.connections.values()
        kept = sum(len(parcel.body) for parcel, _ in connection.kept)
        assert kept <= 16 * 2**20


def test_callers_that_have_gone_are_forgotten_where_there_are_too_many() -> None:
    with runware() as handle, called(handle.ws_url) as caller:
        for _ in range(25):
            caller.say(*[key(handle.api_key)] * 100)
            for _ in range(100):
                caller.hear()
        assert len(handle.session.switchboard.connections) <= 1002
        assert caller.still_there()
