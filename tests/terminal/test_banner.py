"""What greets whoever starts a house: an order to try, and what an account has from the beginning."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from understudy.contracts.contract import contract
from understudy.contracts.document import PROVIDERS
from understudy.mocks.app import DEFAULT, App
from understudy.mocks.engine.session import Account, Session
from understudy.mocks.runcomfy.dialect import RunComfy
from understudy.mocks.settings import Settings
from understudy.mocks.terminal.banner import Front, example


class Furnished(RunComfy):
    """RunComfy's manners, and an account that has two things of a kind at the beginning."""

    def furnish(self, session: Session, account: Account) -> None:
        for name in ("one", "two"):
            session.add_prop(account, "deployment", name, {})


def front(**said: object) -> Front:
    settings = Settings(clock="auto").but(**said)
    app = App(settings, opens_default=True, dialects={"runcomfy": Furnished})
    app.open(DEFAULT, settings)
    return Front.of(app, "127.0.0.1", 8383)


def test_what_an_account_has_from_the_beginning_is_told_with_its_id() -> None:
    made = front()
    one, two = made.props["runcomfy"]
    told = made.as_dict()["providers"]["runcomfy"]["props"]
    assert told == [{"kind": "deployment", "name": "one", "id": one.id}, {"kind": "deployment", "name": "two",
                                                                          "id": two.id}]  # fmt: skip
    lines = made.banner().splitlines()
    assert [line.split() for line in lines if "deployment" in line] == [["deployment", one.id, "one"],
                                                                        ["deployment", two.id, "two"]]  # fmt: skip
    assert [prop.id for prop in front().props["runcomfy"]] == [one.id, two.id], "one seed, one banner"


def test_where_each_key_has_a_session_of_its_own_nothing_is_told_of_the_house_s() -> None:
    made = front(any_key=True)
    assert made.as_dict()["providers"]["runcomfy"]["props"] == []
    assert "deployment" not in made.banner()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_order_to_try_is_one_that_the_first_api_takes_as_it_stands(provider: str) -> None:
    order = example(provider, Settings(), "key")
    assert order is not None
    assert "a red tram" in json.dumps(order.body), "an order of nothing shows nobody how to ask"
    promise = contract(provider)
    operation = promise.match(order.path)[0][order.method]
    if operation.bundles:
        assert promise.bundle is not None
        operation = promise.bundle.named(order.body[0])  # type: ignore[assignment]  # it is one
    assert (operation.channel, operation.api) == ("submit", "")
    app: Any = App(Settings(), opens_default=True)

    async def asked() -> httpx.Response:
        key = dict(app.keys(app.default()))[provider]
        sent = example(provider, Settings(), key)
        assert sent is not None
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
            return await client.request(sent.method, f"/{provider}{sent.path}", headers=sent.headers,
                                        content=json.dumps(sent.body))  # fmt: skip

    assert asyncio.run(asked()).status_code == 200
