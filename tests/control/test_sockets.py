"""Sockets over HTTP: told of, broken, and a silence that is played."""

from __future__ import annotations

import pytest
from understudy.tests.control.planes import plane
from understudy.tests.runware.dial import called, image
from websockets.exceptions import ConnectionClosedError, ConnectionClosedOK


def test_sockets_are_told_of_and_broken() -> None:
    with plane(providers=("runcomfy", "runware")) as asked:
        one = asked.opened(providers=["runcomfy", "runware"])
        url = f"ws{asked.server.url.removeprefix('http')}/~{one.sid}/runware/v1"
        with called(url) as first, called(url) as second:
            name = first.enter(one.said["keys"]["runware"])
            assert second.still_there()
            told = one.ask("GET", "/sockets")["sockets"]
            assert [(each["name"], each["provider"], each["waiting"]) for each in told] == [
                (name, "runware", 0), ("", "runware", 0)]  # fmt: skip
            assert one.ask("GET", "/sockets?provider=runcomfy") == {"sockets": []}
            assert one.ask("DELETE", "/sockets?name=nobody") == {"sockets": []}
            assert [each["name"] for each in one.ask("DELETE", f"/sockets?name={name}")["sockets"]] == [name]
            with pytest.raises(ConnectionClosedError):
                first.hear()
            assert second.still_there()
            assert len(one.ask("DELETE", "/sockets")["sockets"]) == 1
            assert one.ask("GET", "/sockets") == {"sockets": []}


def test_a_silence_is_played_and_what_was_never_fetched_is_a_note() -> None:
    with plane(providers=("runcomfy", "runware")) as asked:
        one = asked.opened(providers=["runcomfy", "runware"], clock="manual")
        url = f"ws{asked.server.url.removeprefix('http')}/~{one.sid}/runware/v1"
        with called(url) as caller:
            caller.enter(one.said["keys"]["runware"])
            one.ask("POST", "/scripts", {"provider": "runware", "queued": 0, "running": 115}, 201)
            caller.say(image())
            assert caller.still_there()
            one.ask("POST", "/clock", {"advance": 100})
            assert caller.still_there()
            assert one.ask("POST", "/clock", {"advance": 5, "idle": False})["now"] == 105
            assert one.ask("POST", "/clock", {"advance": 0, "idle": True})["now"] == 105
            one.ask("DELETE", "/sockets")
            with pytest.raises(ConnectionClosedError):
                caller.hear()
        with called(url) as caller:
            assert caller.still_there()
            assert one.ask("POST", "/clock", {"advance": 130, "idle": True})["now"] == 235
            with pytest.raises(ConnectionClosedOK):
                caller.hear()
        one.ask("POST", "/settle")
        assert [each["rule"] for each in one.ask("GET", "/findings")["findings"]] == ["unfetched"]
        assert not one.ask("GET", "/verdict")["fails"]
