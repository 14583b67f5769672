"""Models: found among all, and brought by accounts, stage by stage."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from understudy.contracts.contract import contract
from understudy.mocks.runware.search import sorted_by
from understudy.mocks.stand_in import StandIn
from understudy.tests.runware.asked import (
    MODEL,
    NAME,
    compare,
    golden,
    judged,
    made,
    other,
    polled,
    send,
    task,
    world,
)
from websockets.sync.client import connect

STAGES = ["validated", "downloaded", "optimized", "stored", "ready"]
SORTS = contract("runware").forms["modelSearch"].fields["sort"]["enum"]


def search(name: str = NAME, /, **said: Any) -> dict[str, Any]:
    return {"taskType": "modelSearch", "taskUUID": name, **said}


def newcomer(name: str = NAME, /, **said: Any) -> dict[str, Any]:
    whole = {"taskType": "modelUpload", "taskUUID": name, "category": "checkpoint", "architecture": "sdxl",
             "format": "safetensors", "name": "My model", "version": "1.0", "air": "mine:1@1",
             "downloadURL": "https://example.com/m.safetensors", **said}  # fmt: skip
    return {key: value for key, value in whole.items() if value is not None}


def airs(handle: StandIn, **said: Any) -> list[str]:
    (item,) = made(handle, search(**said))
    return [each["air"] for each in item["results"]]


def code(answer: Any) -> str:
    return str(answer.json()["errors"][0]["code"])


def test_a_model_is_found_by_its_name() -> None:
    with world() as handle:
        answer = send(handle, search(search=MODEL))
        compare(golden("searched"), answer.json(), handle.url)
        assert not judged(handle)


def test_every_model_of_the_catalogue_comes_once_page_by_page() -> None:
    known = contract("runware").catalogue.models
    with world() as handle:
        pages = [airs(handle, limit=100, offset=at) for at in range(0, 500, 100)]
        assert sorted(air for page in pages for air in page) == sorted(known)
        assert [len(page) for page in pages] == [100, 100, 100, len(known) - 300, 0]
        assert len(airs(handle)) == 20
        assert not judged(handle)


@pytest.mark.parametrize("said", [{"limit": 0}, {"limit": 101}, {"offset": -1}, {"sort": "size"}, {"source": "mine"},
                                  {"category": "x"}, {"visibility": "x"}, {"capabilities": "op:upscale"}])  # fmt: skip
def test_what_the_form_does_not_know_is_refused(said: dict[str, Any]) -> None:
    with world() as handle:
        assert send(handle, search(**said)).status_code == 400


def test_each_thing_that_is_said_narrows_the_search() -> None:
    with world() as handle:
        upscalers = set(airs(handle, capabilities=["op:upscale"], limit=100))
        assert upscalers == {m.id for m in contract("runware").catalogue.models.values() if m.form == "upscale"}
        assert airs(handle, source="official", limit=100) == airs(handle, source="featured", limit=100)
        assert all(air.startswith("civitai:") for air in airs(handle, source="community"))
        assert airs(handle, architecture="z_image_turbo") == airs(handle, architecture="z-image-turbo") != []
        assert airs(handle, search="z-image", architecture="sdxl") == []
        for nothing in ({"category": "lora"}, {"visibility": "private"}, {"visibility": "favorite"}, {"tags": ["x"]},
                        {"type": "base"}, {"conditioning": "canny"}, {"search": "no such thing"}):  # fmt: skip
            assert airs(handle, **nothing) == [], nothing
        assert airs(handle, visibility="all") == airs(handle, visibility="public") == airs(handle)


@pytest.mark.parametrize("sort", SORTS)
def test_every_order_is_the_same_each_time(sort: str) -> None:
    with world() as handle, world(seed="7") as another:
        assert airs(handle, sort=sort, limit=100) == airs(another, sort=sort, limit=100)


def test_the_name_that_was_meant_comes_first() -> None:
    with world() as handle:
        assert airs(handle, search="alibaba-z-image-turbo")[0] == MODEL
        found = made(handle, search(search="z-image", limit=100))[0]["results"]
        begins = [each["air"].startswith("z-image") or each["name"].startswith("z-image") for each in found]
        assert begins == sorted(begins, reverse=True)


words = st.text(max_size=3)


@given(st.lists(st.fixed_dictionaries({"air": words, "name": words, "made": st.floats(0, 9)})), st.sampled_from(SORTS))
def test_sorting_loses_nothing_and_sorts(entries: list[dict[str, Any]], sort: str) -> None:
    told = sorted_by(entries, sort, "")
    assert sorted(map(id, told)) == sorted(map(id, entries))
    if sort == "name":
        assert all(one["name"].lower() <= two["name"].lower() for one, two in pairwise(told))
    if sort == "-addedUnixTimestamp":
        assert all(one["made"] >= two["made"] for one, two in pairwise(told))


def test_a_model_is_brought_and_then_used_and_found_by_its_account_alone() -> None:
    with world() as handle:
        assert send(handle, task(other(1), model="mine:1@1")).status_code == 400
        answer = send(handle, newcomer(tags=["tram"], shortDescription="Trams of all cities"))
        compare(golden("model_uploaded"), answer.json(), handle.url)
        assert send(handle, task(other(2), model="mine:1@1")).status_code == 200
        (item,) = made(handle, search(search="trams", visibility="private", tags=["tram"]))
        (found,) = item["results"]
        assert (found["name"], found["private"], found["source"], found["architecture"]) == (
            "My model", True, "community", "sdxl")  # fmt: skip
        stranger = handle.another_key()
        assert code(send(handle, task(other(3), model="mine:1@1"), key=stranger)) == "invalidModel"
        assert send(handle, search(search="trams"), key=stranger).json()["data"][0]["totalResults"] == 0
        assert [rule for rule in judged(handle) if rule != "unknown-model"] == []


def test_a_public_model_is_everybodys() -> None:
    with world() as handle:
        made(handle, newcomer(private=False))
        stranger = handle.another_key()
        assert send(handle, task(other(1), model="mine:1@1"), key=stranger).status_code == 200
        assert send(handle, search(search="my model"), key=stranger).json()["data"][0]["totalResults"] == 1
        assert code(send(handle, newcomer(other(2)), key=stranger)) == "modelAlreadyExists"


def test_an_air_of_the_catalogue_is_taken() -> None:
    with world() as handle:
        answer = send(handle, newcomer(air=MODEL))
        assert (answer.status_code, code(answer)) == (400, "modelAlreadyExists")
        assert not judged(handle)


def test_who_brings_its_own_again_gives_it_other_words() -> None:
    with world() as handle:
        made(handle, newcomer())
        made(handle, newcomer(other(1), name="Another name", private=False))
        (item,) = made(handle, search(visibility="owned"))
        (found,) = item["results"]
        assert (found["name"], found["private"], item["totalResults"]) == ("Another name", False, 1)


@pytest.mark.parametrize("air", ["mine", "mine:1", "mine@1", "a b:1@1", ""])
def test_an_air_has_its_form(air: str) -> None:
    with world() as handle:
        answer = send(handle, newcomer(air=air))
        assert answer.status_code == (400 if air else 200)


def test_without_an_air_one_is_given() -> None:
    with world() as handle:
        told = made(handle, newcomer(air=None))
        air = told[-1]["air"]
        assert send(handle, task(other(1), model=air)).status_code == 200
        assert made(handle, newcomer(other(2), air=None))[-1]["air"] != air


def test_what_makes_nothing_by_itself_is_no_model_of_a_task() -> None:
    with world() as handle:
        made(handle, newcomer(category="lora", positiveTriggerWords="tram"))
        assert airs(handle, category="lora") == ["mine:1@1"]
        assert code(send(handle, task(other(1), model="mine:1@1"))) == "invalidModel"


def test_an_architecture_that_nobody_knows_takes_what_an_image_takes() -> None:
    with world() as handle:
        made(handle, newcomer(architecture="something-new"))
        assert send(handle, task(other(1), model="mine:1@1")).status_code == 200
        film = {**task(other(2), model="mine:1@1"), "taskType": "videoInference"}
        assert code(send(handle, film)) == "invalidModel"


def test_who_polls_hears_that_it_is_under_way_and_then_that_it_is_ready() -> None:
    with world() as handle:
        assert made(handle, newcomer(deliveryMethod="async")) == [{"taskType": "modelUpload", "taskUUID": NAME}]
        assert polled(handle) == {"data": [{"taskType": "modelUpload", "taskUUID": NAME, "status": "processing"}]}
        (item,) = polled(handle)["data"]
        assert (item["status"], item["air"]) == ("success", "mine:1@1")
        assert not judged(handle)


@pytest.mark.parametrize(("error", "message"), [(True, "error downloading"), ("error optimizing", "error optimizing")])
def test_a_script_fails_it(error: Any, message: str) -> None:
    with world() as handle:
        handle.script(fails=error, operation="modelUpload", times="always")
        told = made(handle, newcomer())
        assert [(item["status"], item["message"]) for item in told][1:] == [("failed", message)]
        made(handle, newcomer(other(1), deliveryMethod="async"))
        handle.settle()
        (wrong,) = polled(handle, other(1))["errors"]
        assert (wrong["status"], wrong["taskUUID"], wrong["message"]) == ("error", other(1), message)
        assert code(send(handle, task(other(2), model="mine:1@1"))) == "invalidModel"


def test_a_file_of_this_machine_that_is_missing_fails_it() -> None:
    with world() as handle:
        told = made(handle, newcomer(downloadURL="http://127.0.0.1:1/m.safetensors"))
        assert [item["status"] for item in told] == ["validated", "failed"]
        assert "unreachable-input" in judged(handle)


def test_an_id_is_used_once_and_money_is_asked_for() -> None:
    with world() as handle:
        made(handle, newcomer())
        assert code(send(handle, newcomer(air="mine:2@1"))) == "conflictTaskUUID"
        handle.ledger.set(0)
        assert code(send(handle, newcomer(other(1), air="mine:3@1"))) == "insufficientCredits"
        handle.ledger.set(5)
        assert handle.ledger.spent == 0


def test_stages_are_pushed_one_after_the_other_with_the_storys_time() -> None:
    with world(clock="manual") as handle, connect(handle.ws_url + "/v1") as line:
        line.send(json.dumps([{"taskType": "authentication", "apiKey": handle.api_key}]))
        line.recv(timeout=5)
        line.send(json.dumps([newcomer()]))
        told = [json.loads(line.recv(timeout=5))["data"][0]["status"]]
        for seconds in (41, 27, 18, 9):
            handle.clock.advance(seconds)
            told.append(json.loads(line.recv(timeout=5))["data"][0]["status"])
        assert told == STAGES
