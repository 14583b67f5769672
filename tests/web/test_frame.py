"""Frames that no client should send, callers who do what no client should, and all the others meanwhile."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from understudy.mocks.stand_in import StandIn
from understudy.mocks.web.dialect import Answer
from understudy.mocks.web.frame import framed as frames_of
from understudy.mocks.web.spoilt import framed
from understudy.tests.runware.dial import (
    PING,
    PONG,
    Ids,
    becomes,
    called,
    deaf,
    entered,
    frame,
    gone,
    image,
    raw,
    runware,
)
from websockets.asyncio.client import connect as connect_async
from websockets.exceptions import ConnectionClosedError

NONSENSE = ["", " ", "nope", "{}", "[]", "[[]]", "[[[{}]]]", "null", "7", '"text"', "[null]", "[7]", "[{}]",
            '[{"taskType":7}]', '[{"taskType":null}]', '[{"taskType":["ping"]}]', '[{"taskType":"ping"', "[NaN]",
            '[{"taskType":"ping","ping":"\\ud800"}]', "[" * 100_000, "[" + "[" * 70 + "]" * 71, '{"a":' * 100_000,
            '[{"taskType":"ping","x":' + "9" * 5000 + "}]", "\x00", "[{}]\x00", '[{"taskType":"\u0000"}]',
            '[{"taskType":"imageInference","taskUUID":7}]', '[{"taskType":"getResponse","taskUUID":{"a":[]}}]',
            '[{"taskType":"authentication","apiKey":"' + "k" * 100_000 + '"}]']  # fmt: skip


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("text", NONSENSE, ids=range(len(NONSENSE)))
def test_nonsense_is_an_error_and_the_socket_stays_open(text: str, known: bool) -> None:
    with runware() as handle, called(handle.ws_url) as caller:
        if known:
            caller.enter(handle.api_key)
        caller.link.send(text)
        said = caller.hear()
        assert list(said) == ["errors"], said
        assert all(error["code"] and error["message"] for error in said["errors"])
        assert caller.still_there()


@settings(max_examples=60, deadline=None)
@given(said=st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
                         lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
                             st.sampled_from(["taskType", "taskUUID", "apiKey", "model", "ping", "x"]), inner,
                             max_size=4), max_leaves=12))  # fmt: skip
def test_any_json_is_answered(said: Any) -> None:
    with runware() as handle, entered(handle) as caller:
        caller.link.send(json.dumps(said))
        caller.say(PING)
        while (heard := caller.hear()) != PONG:
            assert list(heard) in (["errors"], ["data"])


def test_what_is_no_text_is_told_and_found() -> None:
    with runware() as handle, entered(handle) as caller:
        for said in (b"[]", b'[{"taskType":"ping"}]', bytes(range(256))):
            caller.link.send(said)
            assert "errors" in caller.hear()
        assert {each.rule for each in handle.findings} == {"bad-json"}
        assert caller.still_there()


def test_a_frame_may_come_in_pieces() -> None:
    with runware() as handle, called(handle.ws_url) as caller:
        text = json.dumps([PING])
        caller.link.send([text[at : at + 3] for at in range(0, len(text), 3)])
        assert caller.hear() == PONG


def test_a_frame_that_is_too_large_closes_the_socket_with_its_code() -> None:
    with runware(max_body=100_000) as handle:
        for said in (" " * 100_001, b" " * 100_001):
            with entered(handle) as caller:
                caller.link.send(said)
                assert "errors" in caller.hear()
                with pytest.raises(ConnectionClosedError) as closed:
                    caller.hear()
                assert closed.value.rcvd is not None
                assert closed.value.rcvd.code == 1009
        with entered(handle) as caller:
            caller.link.send(json.dumps([PING]).ljust(100_000))
            assert caller.hear() == PONG


def test_what_unfolds_to_too_much_is_never_unfolded() -> None:
    """A hundred megabytes of nothing, folded into a hundred kilobytes: refused by its code, and not kept anywhere."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(bytes(100 * 2**20)) + packer.flush(zlib.Z_SYNC_FLUSH)
    with runware() as handle, called(handle.ws_url) as other, raw(handle.ws_url) as plain:
        plain.sendall(frame(b"x", opcode=3))  # no such kind of frame
        assert plain.recv(100)[:1] == b"\x88"
        with called(handle.ws_url) as caller:
            whole = bytearray(frame(packed[:-4]))
            whole[0] |= 0x40
            caller.link.socket.sendall(bytes(whole))
            with pytest.raises(ConnectionClosedError) as closed:
                caller.hear()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1009
        assert other.still_there()


@pytest.mark.parametrize("bad", [b"\xff\xfe", b'["\xed\xa0\x80"]'])
def test_text_that_is_none_closes_the_socket_by_its_code(bad: bytes) -> None:
    with runware() as handle, raw(handle.ws_url) as link:
        link.sendall(frame(bad))
        said = link.recv(100)
        assert said[:1] == b"\x88"
        assert int.from_bytes(said[2:4], "big") == 1007


def test_ten_thousand_tasks_in_one_frame_hold_nobody_up() -> None:
    with runware() as handle, entered(handle) as many, entered(handle) as other:
        many.say(*[PING] * 10_000)
        assert other.still_there()
        assert handle.call(lambda: sum(1 for _ in handle.session.journal)) < 10
        for _ in range(10_000):
            assert many.hear() == PONG
        many.say(*[image(taskUUID=Ids.fresh()) for _ in range(300)])
        assert {many.hear()["data"][0]["taskType"] for _ in range(300)} == {"imageInference"}


def test_a_thousand_idle_callers() -> None:
    async def story(url: str, key: str) -> None:
        lines = []
        for _ in range(20):
            lines += await asyncio.gather(*(connect_async(url, compression=None, proxy=None) for _ in range(50)))
        assert len(handle.sockets) == 1000
        await lines[500].send(json.dumps([{"taskType": "authentication", "apiKey": key}]))
        assert "data" in json.loads(await lines[500].recv())
        for line in lines:
            line.transport.abort()

    with runware() as handle:
        asyncio.run(story(handle.ws_url, handle.api_key))
        gone(handle)
        assert handle.clock.now == 0


def ordered(handle: StandIn, link: socket.socket, count: int) -> list[str]:
    """Has it order so much; nothing is ready yet. The ids."""
    tasks = [image(numberResults=20) for _ in range(count)]
    for task in tasks:
        link.sendall(frame(json.dumps([task]).encode()))
    becomes(handle, lambda: len(handle.session.tasks) == count)
    return [task["taskUUID"] for task in tasks]


def test_one_who_never_reads_holds_nobody_up_and_loses_nothing() -> None:
    """Its pushes are put aside, others are served, no delivery is stuck in it; what it missed is kept."""
    with runware(clock="manual") as handle, deaf(handle) as link:
        ids = ordered(handle, link, 100)
        handle.clock.advance(20)
        handle.settle()
        (told,) = handle.sockets
        assert told.waiting > 50
        (line,) = handle.session.switchboard.lines
        assert line.unread < 2**18
        with entered(handle) as other:
            other.say(image(deliveryMethod="async"))
            assert other.hear()["data"]
        handle.sockets.drop(told.name)
        with called(handle.ws_url) as again:
            assert again.enter(handle.api_key, connectionSessionUUID=told.name) == told.name
            handle.settle()
            again.say(PING)
            came = []
            while (said := again.hear()) != PONG:
                came.append(said["data"][0]["taskUUID"])
            assert came == ids[-len(came) :]
            assert len(came) >= told.waiting


def test_one_who_reads_again_has_all_of_it_in_order() -> None:
    with runware(clock="manual") as handle, deaf(handle) as link:
        ids = ordered(handle, link, 60)
        handle.clock.advance(20)
        handle.settle()
        said = b""
        while said.count(b'{"data":[{"taskType":"imageInference"') < 60 or not said.endswith(b"}]}"):
            said += link.recv(2**16)
        order = re.findall(rb'\{"data":\[\{"taskType":"imageInference","taskUUID":"([^"]*)', said)
        assert [each.decode() for each in order] == ids


def test_what_waits_for_it_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("understudy.mocks.web.line.MOST_WAITING", 100_000)
    with runware(clock="manual") as handle, deaf(handle) as link:
        ordered(handle, link, 100)
        handle.clock.advance(20)
        gone(handle)
        handle.settle()
        (connection,) = handle.session.switchboard.connections.values()
        assert len(connection.kept) > 50


def test_who_goes_while_it_is_told_is_no_trouble() -> None:
    with runware() as handle:
        for _ in range(20):
            with raw(handle.ws_url, 4096) as link:
                link.sendall(frame(json.dumps([PING] * 300).encode()) * 3)
        gone(handle)
        with entered(handle) as caller:
            assert caller.still_there()
        assert handle.call(lambda: handle.session.clock.open) == 0


@given(body=st.binary(max_size=200) | st.sampled_from([125, 126, 65535, 65536]).map(bytes))
def test_a_frame_by_hand_is_what_a_library_reads(body: bytes) -> None:
    from websockets.frames import Frame, Opcode

    assert framed(body) == Frame(Opcode.TEXT, body).serialize(mask=False)


@given(data=st.lists(st.just({}), max_size=3), errors=st.lists(st.just({}), max_size=3))
def test_data_and_errors_are_never_in_one_frame(data: list[Any], errors: list[Any]) -> None:
    frames = [json.loads(each) for each in frames_of(Answer(200, {"data": data, "errors": errors}))]
    assert [list(each) for each in frames] == [[key] for key, items in (("data", data), ("errors", errors)) if items]


def test_a_socket_may_close_at_any_moment_of_a_frame() -> None:
    with runware() as handle:
        whole = frame(json.dumps([PING]).encode())
        for cut in range(len(whole)):
            with raw(handle.ws_url) as link:
                link.sendall(whole[:cut])
        gone(handle)
        with entered(handle) as caller:
            assert caller.still_there()
