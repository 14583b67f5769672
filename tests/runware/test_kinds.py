"""Every type of task that makes something, under each of its names and in each way in which one may come."""

from __future__ import annotations

import json
from typing import Any

import pytest
from understudy.contracts.checks.reading.files import told
from understudy.contracts.contract import contract
from understudy.mocks.stand_in import StandIn
from understudy.tests.runware.asked import UUID, compare, fetch, golden, judged, made, polled, send, world
from understudy.tests.runware.kinds import KINDS, Kind
from websockets.sync.client import connect

PROMISE = contract("runware")
RESULTS = PROMISE.facts.tasks["results"]
BY = {kind.name: kind for kind in reversed(KINDS)}  # the first of a name


def delivers(kind: Kind) -> list[str]:
    ways: list[str] = PROMISE.facts.openapi["tasks"][kind.word]["delivers"]
    return ways


def each(way: str = "") -> pytest.MarkDecorator:
    """All of them, or those that are delivered in one way."""
    those = [(f"{at}-{kind.name}", kind) for at, kind in enumerate(KINDS) if not way or way in delivers(kind)]
    return pytest.mark.parametrize("kind", [kind for _, kind in those], ids=[name for name, _ in those])


def right(handle: StandIn, kind: Kind, items: list[dict[str, Any]]) -> None:
    """The documented keys in their order, under the name that was sent; a file is what it says that it is."""
    known = [*RESULTS[kind.word]["properties"], "status"]
    count = kind.said.get("promptVersions", 1)
    assert len(items) == count
    for item in items:
        assert list(item) == [key for key in known if key in item]
        assert set(item) >= set(RESULTS[kind.word]["required"])
        assert item["taskType"] == kind.name
        if not kind.prefix:
            continue
        name, address = (item[f"{kind.prefix}UUID"], item[f"{kind.prefix}URL"]) if kind.prefix != "outputs" else (
            item["outputs"]["files"][0]["uuid"], item["outputs"]["files"][0]["url"])  # fmt: skip
        assert UUID.fullmatch(name)
        assert name in address
        file = fetch(handle, address)
        assert file.status_code == 200
        assert told(file.content).format == kind.form
    assert not judged(handle)


class TestEachKind:
    @each("sync")
    def test_at_once(self, kind: Kind) -> None:
        with world() as handle:
            usual = {} if kind.name == "photoMaker" else {"deliveryMethod": "sync"}  # which knows no other way
            right(handle, kind, made(handle, kind.task(1, **usual)))

    @each("async")
    def test_later(self, kind: Kind) -> None:
        with world() as handle:
            task = kind.task(2, deliveryMethod="async")
            assert made(handle, task) == [{"taskType": kind.name, "taskUUID": task["taskUUID"]}]
            first = polled(handle, task["taskUUID"])["data"]
            assert {item["status"] for item in first} == {"processing"}
            assert not any(key.endswith(("URL", "Data", "URI")) or key in ("text", "outputs", "air", "structuredData")
                           for item in first for key in item)  # fmt: skip
            last = polled(handle, task["taskUUID"])["data"]
            assert {item["status"] for item in last} == {"success"}
            right(handle, kind, last)
            if kind.prefix not in ("", "outputs"):
                assert [item[f"{kind.prefix}UUID"] for item in first] == [item[f"{kind.prefix}UUID"] for item in last]

    @each()
    def test_over_a_socket(self, kind: Kind) -> None:
        with world() as handle, connect(handle.ws_url) as line:
            line.send(json.dumps([{"taskType": "authentication", "apiKey": handle.api_key}]))
            assert json.loads(line.recv(5))["data"][0]["connectionSessionUUID"]
            later = {"deliveryMethod": "async"} if "sync" not in delivers(kind) else {}
            task = kind.task(3, **({"deliveryMethod": "sync"} if kind.name == "3dInference" else later))
            line.send(json.dumps([task]))
            items = json.loads(line.recv(5))["data"]
            while list(items[0]) == ["taskType", "taskUUID"] or items[0].get("status") == "processing":
                line.send(json.dumps([{"taskType": "getResponse", "taskUUID": task["taskUUID"]}]))
                items = json.loads(line.recv(5))["data"]
            right(handle, kind, items)

    @each()
    def test_that_fails(self, kind: Kind) -> None:
        with world() as handle:
            handle.script(fails=True)
            task = kind.task(4)
            answer = send(handle, task)
            while "data" in answer.json() and answer.json()["data"]:
                answer = send(handle, {"taskType": "getResponse", "taskUUID": task["taskUUID"]})
            (error,) = answer.json()["errors"]
            assert error["taskUUID"] == task["taskUUID"]
            assert error["taskType"] == kind.name
            assert not judged(handle)


GOLDEN = golden("kinds")
DRAWN = ("seed", "completionTokens", "totalTokens")  # numbers that no hand can write down


def evened(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: 0 if key in DRAWN else evened(each) for key, each in value.items()}
    return [evened(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", GOLDEN)
def test_what_is_answered_is_as_written_down_by_hand(name: str) -> None:
    with world() as handle:
        task = BY[name].task(1)
        came = made(handle, task)
        while list(came[0]) == ["taskType", "taskUUID"] or came[0].get("status") == "processing":
            came = polled(handle, task["taskUUID"])["data"]
        compare(GOLDEN[name], evened(came), handle.url)


def test_every_type_that_makes_something_is_among_them() -> None:
    making = {
        word for word, row in PROMISE.facts.openapi["tasks"].items() if row.get("lifecycle") and "delivers" in row
    }
    assert {kind.word for kind in KINDS} == making
    elder = {also for word in making for also in PROMISE.facts.tasks["forms"][word].get("x-also", ())}
    assert elder <= set(BY)


def test_what_has_no_id_of_its_own_is_numbered_where_there_are_several() -> None:
    with world() as handle:
        items = made(handle, BY["promptEnhance"].task(1))
        assert [item["resultIndex"] for item in items] == [0, 1, 2]
        assert len({item["text"] for item in items}) == 3
        assert [item["resultIndex"] for item in made(handle, BY["textInference"].task(2, numberResults=2))] == [0, 1]
        assert "resultIndex" not in made(handle, BY["textInference"].task(3))[0]


def test_a_model_for_another_type_of_task_is_unknown_to_this_one() -> None:
    with world() as handle:
        answer = send(handle, BY["audioInference"].task(1, model="minimax:m2.7@0"))
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["parameter"] == "model"


def test_ages_are_told_as_data_not_as_text() -> None:
    with world() as handle:
        (item,) = made(handle, next(kind for kind in KINDS if kind.said.get("model") == "runware:153@1").task(1))
        assert "text" not in item
        assert set(item["structuredData"]) == {"ageGroup", "confidence"}
        assert 0 <= item["structuredData"]["confidence"] <= 1


def test_training_tells_how_far_it_is_and_the_name_of_what_came_of_it() -> None:
    with world(clock="manual") as handle:
        task = BY["training"].task(1, importModel={"air": "me:1@2", "name": "mine"})
        made(handle, task)
        seen = []
        for _ in range(3):
            handle.clock.advance(30)
            (item,) = polled(handle, task["taskUUID"])["data"]
            seen.append(item["progress"])
        assert seen == sorted(seen)
        assert 0 < seen[0] < seen[-1] < 100
        handle.clock.advance(30)
        (item,) = polled(handle, task["taskUUID"])["data"]
        assert item["air"] == "me:1@2"


@pytest.mark.parametrize(("word", "form"), [("MP4", "mp4"), ("WEBM", "webm"), ("MP3", "mp3"), ("WAV", "wav"),
                                            ("FLAC", "flac"), ("OGG", "ogg"), ("PNG", "png"), ("JPG", "jpeg"),
                                            ("WEBP", "webp"), ("MOV", "mov")])  # fmt: skip
def test_a_tool_makes_what_its_format_says(word: str, form: str) -> None:
    with world() as handle:
        (item,) = made(handle, BY["tools"].task(1, outputFormat=word))
        assert told(fetch(handle, item["outputs"]["files"][0]["url"]).content).format == form
        assert not judged(handle)
