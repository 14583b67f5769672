"""Addresses that name no session: whose it is, is found by the key that is said first, on a socket and in a body."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import httpx
import pytest
from understudy.mocks.app import DEFAULT, App, derived, fresh_name
from understudy.mocks.engine.session import Session
from understudy.mocks.server import Server
from understudy.mocks.settings import Settings
from understudy.tests.runware.dial import PING, PONG, Caller, called, image, key, poll


class House:
    """What `serve` is: one address, and as many sessions as somebody opens."""

    def __init__(self, **said: Any) -> None:
        said.setdefault("opens_default", True)
        opens = said.pop("opens_default")
        self.server = Server(App(Settings().but(**{"clock": "auto", "images": "plain", **said}), opens_default=opens))
        self.url = self.server.url + "/runware/v1"
        self.ws_url = "ws" + self.url.removeprefix("http")

    def open(self) -> tuple[Session, str]:
        session = self.server.call(lambda: self.server.app.open(fresh_name(), self.server.app.settings,
                                                                loop=self.server.loop))  # fmt: skip
        return session, dict(self.server.app.keys(session))["runware"]

    def post(self, *tasks: Any, **headers: str) -> httpx.Response:
        return httpx.post(self.url, json=list(tasks), headers=headers, trust_env=False)


@pytest.fixture(params=[{}, {"any_key": True}, {"opens_default": False}])
def house(request: pytest.FixtureRequest) -> Iterator[House]:
    made = House(**request.param)
    yield made
    made.server.stop()


def entered(caller: Caller, said: str) -> None:
    assert caller.still_there()  # before anybody knows whose it is
    assert caller.ask(image())["errors"][0]["code"] == "missingApiKey"
    assert caller.enter(said)


def test_the_first_key_says_whose_session_it_is(house: House) -> None:
    (one, first), (two, second) = house.open(), house.open()
    with called(house.ws_url) as a, called(house.ws_url + "?sdk=js") as b:
        entered(a, first)
        entered(b, second)
        assert (len(one.switchboard.lines), len(two.switchboard.lines)) == (1, 1)
        task = image()
        assert a.ask(task)["data"][0]["imageUUID"]
        assert b.ask(task)["data"][0]["imageUUID"]  # of another world, where the id is not taken
        assert [len(each.tasks) for each in (one, two)] == [1, 1]
        assert [each.operation for each in one.journal.kept] == ["authentication", "imageInference", "imageInference"]
        assert one.journal.kept[0].account


def test_a_key_in_a_body_says_it_over_http(house: House) -> None:
    (one, first), (two, second) = house.open(), house.open()
    task = image(deliveryMethod="async")
    for session, said in ((one, first), (two, second)):
        answer = house.post(key(said), task)
        assert (answer.status_code, answer.json()["data"][0]["taskUUID"]) == (200, task["taskUUID"]), answer.text
        assert len(session.tasks) == 1
        assert said not in repr(list(session.journal))
    assert house.post(key(second), poll(task)).json()["data"][0]["status"] == "processing"
    assert house.post(poll(task), Authorization=f"Bearer {first}").json()["data"]


def test_a_key_that_nobody_issued_is_refused_or_has_a_session_of_its_own(house: House) -> None:
    house.open(), house.open()
    told = house.server.app.settings.any_key
    with called(house.ws_url) as caller:
        said = caller.ask(key("somebody"))
        assert list(said) == ["data" if told else "errors"]
        assert caller.still_there()
    answer = house.post(key("somebody-else"), PING)
    assert answer.status_code == (200 if told else 401)


def test_two_keys_of_anybody_are_two_worlds() -> None:
    house = House(any_key=True)
    try:
        with called(house.ws_url) as a, called(house.ws_url) as b:
            a.enter("anna")
            b.enter("bert")
            task = image()
            assert a.ask(task)["data"][0]["imageUUID"]
            assert b.ask(task)["data"][0]["imageUUID"]
        assert len([name for name in house.server.app.sessions if name.startswith("key-")]) == 2
    finally:
        house.server.stop()


def test_the_default_session_serves_whoever_calls_without_one() -> None:
    house = House(keys="mine-is-long-enough")
    try:
        with called(house.ws_url) as caller:
            assert caller.ask(PING) == PONG
            assert caller.enter("mine-is-long-enough")
        assert list(house.server.app.sessions) == [DEFAULT]
    finally:
        house.server.stop()


def test_a_host_leads_to_it_as_well() -> None:
    house = House()
    try:
        said = derived("0", DEFAULT, "runware")
        with called("ws" + house.server.url.removeprefix("http") + "/v1",
                    additional_headers={"Host": "ws-api.runware.ai"}) as caller:  # fmt: skip
            assert caller.enter(said)
    finally:
        house.server.stop()


def test_what_fits_no_session_is_kept_in_the_book_of_strays_without_its_key(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.open(), house.open()
    app = house.server.app
    if app.opens_default:
        return
    with caplog.at_level(logging.WARNING, "understudy"):
        assert house.post(key("a-secret-of-mine"), PING).status_code == 401
    assert "expected a request for a session" in caplog.text
    with called(house.ws_url) as caller:
        caller.ask(key("a-secret-of-mine"))
        caller.link.send('[{"apiKey":"a-secret-of-mine"')
        caller.hear()
    assert app.strays.count == 3
    assert "a-secret-of-mine" not in json.dumps(app.strays.as_dicts()) + repr(list(app.strays.findings))


@pytest.mark.parametrize(
    ("host", "said"), [("", {}), ("ws-api.runware.ai", {}), ("", {"public_url": "http://news.test"})]
)
@pytest.mark.parametrize("first", ["socket", "http"])
def test_whoever_asks_first_an_address_begins_with_http(host: str, said: dict[str, str], first: str) -> None:
    house = House(**said)
    at_host = {"additional_headers": {"Host": host}} if host else {}
    try:
        headers = {"Host": host} if host else {}
        with called(house.ws_url, **at_host) if first == "socket" else nullcontext() as caller:
            issued = derived("0", DEFAULT, "runware")
            over_http = house.post(image(), Authorization=f"Bearer {issued}", **headers).json()["data"][0]
            with nullcontext(caller) if caller else called(house.ws_url, **at_host) as line:
                line.enter(issued)
                pushed = line.ask(image())["data"][0]
        begins = (said.get("public_url") or f"http://{host or house.server.url.removeprefix('http://')}") + "/runware/"
        assert over_http["imageURL"].startswith(begins)
        assert pushed["imageURL"].startswith(begins)
    finally:
        house.server.stop()
