"""Assets and their groups: made, asked for until they are ready, listed, changed, deleted, and named in an order."""

from __future__ import annotations

import re
from typing import Any

import pytest
from understudy.mocks.stand_in import StandIn
from understudy.tests.runninghub.asked import world
from understudy.tests.runninghub.forms import ask, data

ASSETS = "/openapi/v2/assets"
TRAM = {"url": "https://example.com/tram.png", "assetType": "Image", "name": "RHas01"}


def made(handle: StandIn, **said: Any) -> str:
    return str(data(handle, f"{ASSETS}/create", {**TRAM, **said})["assetId"])


def test_an_asset_is_ready_after_a_while() -> None:
    with world() as handle:
        name = made(handle, groupId="group-20260327004931-dvjbj")
        assert re.fullmatch(r"asset-20260101000000-[a-z]{5}", name)
        told = [data(handle, f"{ASSETS}/query", {"assetId": name}) for _ in range(3)]
        assert [each["status"] for each in told] == ["PROCESSING", "ACTIVE", "ACTIVE"]
        assert (told[2]["previewUrl"], told[2]["assetType"]) == (TRAM["url"], "Image")
        assert not handle.findings


def test_a_look_moves_nothing_on_a_clock_that_is_moved_by_hand() -> None:
    with world(clock="manual") as handle:
        name = made(handle)
        for seconds, status in ((0, "PROCESSING"), (1.9, "PROCESSING"), (0.1, "ACTIVE")):
            handle.clock.advance(seconds)
            assert data(handle, f"{ASSETS}/query", {"assetId": name})["status"] == status


def test_no_two_bear_one_name() -> None:
    with world(clock="manual") as handle:
        assert len({made(handle) for _ in range(100)}) == 100


def test_they_are_listed_changed_and_deleted() -> None:
    with world(clock="manual") as handle:
        group = data(handle, f"{ASSETS}/groups/create", {"name": "trams"})["groupId"]
        names = [
            made(handle, name=f"tram {number}", **({"groupId": group} if number % 2 else {})) for number in range(5)
        ]
        page = data(handle, f"{ASSETS}/list", {"pageNumber": 2, "pageSize": 2})
        assert ([row["assetId"] for row in page["items"]], page["totalCount"]) == (names[2:4], 5)
        inside = data(handle, f"{ASSETS}/list", {"groupId": group, "status": "processing"})
        assert [row["assetId"] for row in inside["items"]] == names[1::2]
        assert data(handle, f"{ASSETS}/update", {"assetId": names[0], "name": "bus"})["name"] == "bus"
        assert [row["name"] for row in data(handle, f"{ASSETS}/list", {"name": "BUS"})["items"]] == ["bus"]
        assert data(handle, f"{ASSETS}/delete", {"assetId": names[0]}) is None
        assert ask(handle, "POST", f"{ASSETS}/query", {"assetId": names[0]}).json()["code"] == 404
        assert data(handle, f"{ASSETS}/groups/update", {"groupId": group, "name": "buses"})["name"] == "buses"
        assert data(handle, f"{ASSETS}/groups/list")["totalCount"] == 1
        data(handle, f"{ASSETS}/groups/delete", {"groupId": group})
        assert [row["assetId"] for row in data(handle, f"{ASSETS}/list")["items"]] == names[2::2]
        assert not handle.findings


@pytest.mark.parametrize("verb", ["query", "update", "delete"])
def test_another_accounts_are_not_there(verb: str) -> None:
    with world() as handle:
        name, other = made(handle), handle.another_key()
        body = {"assetId": name, "name": "mine"}
        answer = ask(handle, "POST", f"{ASSETS}/{verb}", body, other).json()
        assert (answer["code"], answer["msg"], answer["message"]) == (404, "ASSET_NOT_FOUND", "ASSET_NOT_FOUND")
        assert data(handle, f"{ASSETS}/list", key=other)["totalCount"] == 0
        assert data(handle, f"{ASSETS}/query", {"assetId": name})["name"] == "RHas01"


@pytest.mark.parametrize("said", [{"url": ""}, {"url": "tram.png"}, {"assetType": "Text"}, {"name": 1}])
def test_an_asset_needs_an_address_and_a_type(said: dict[str, Any]) -> None:
    with world() as handle:
        assert ask(handle, "POST", f"{ASSETS}/create", {**TRAM, **said}).json()["code"] == 301


def test_an_asset_is_named_in_an_order() -> None:
    with world() as handle:
        body = {"imageUrl": f"asset://{made(handle)}"}
        assert ask(handle, "POST", "/openapi/v2/image-enhance/hypir-ultra", body).json()["errorCode"] == ""
