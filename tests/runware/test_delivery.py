"""Results as they are delivered over HTTP: at once, to whoever asks, to a webhook, to an address; one a result."""

from __future__ import annotations

from base64 import b64decode
from itertools import pairwise
from typing import Any

import pytest
from understudy.mocks.stand_in import StandIn
from understudy.tests.runware.asked import (
    NAME,
    compare,
    fetch,
    golden,
    judged,
    made,
    other,
    polled,
    send,
    task,
    world,
)  # fmt: skip

POLL = {"taskType": "getResponse"}


def states(told: Any) -> list[str]:
    return [item["status"] for item in told["data"]]


# -- at once


def test_a_request_is_held_until_all_of_its_tasks_are_over() -> None:
    with world() as handle:
        for running in (5, 20, 10):
            handle.script(queued=0, running=running)
        told = made(handle, *(task(other(number)) for number in range(3)))
        assert [item["taskUUID"] for item in told] == [other(number) for number in range(3)]
        assert handle.clock.now == 20, "they run side by side"


def test_one_that_fails_stops_no_other() -> None:
    with world() as handle:
        handle.script(fails="providerError", nth=2)
        answer = send(handle, *(task(other(number)) for number in range(3)))
        assert answer.status_code == 200
        assert [item["taskUUID"] for item in answer.json()["data"]] == [other(0), other(2)]
        assert [error["taskUUID"] for error in answer.json()["errors"]] == [other(1)]
        assert not judged(handle)


def test_nobody_is_held_longer_than_two_minutes_and_what_came_late_can_be_asked_for() -> None:
    with world() as handle:
        handle.script(queued=0, running=200)
        answer = send(handle, task(), task(other(1)))
        assert answer.status_code == 200
        assert [error["code"] for error in answer.json()["errors"]] == ["timeout"]
        assert [item["taskUUID"] for item in answer.json()["data"]] == [other(1)]
        assert handle.clock.now == 120
        assert states(polled(handle)) == ["processing"]
        assert states(polled(handle)) == ["success"]
        assert handle.clock.now == 200


def test_a_request_of_one_that_is_too_late_has_the_status_of_that() -> None:
    with world() as handle:
        handle.script(stuck=True)
        answer = send(handle, task())
        assert (answer.status_code, answer.json()["errors"][0]["taskUUID"]) == (504, NAME)


def test_what_was_answered_at_once_can_be_asked_for_as_well() -> None:
    with world() as handle:
        (item,) = made(handle, task())
        assert polled(handle)["data"] == [{**item, "status": "success"}]


# -- to whoever asks


def test_the_bodies_of_a_task_that_is_asked_after() -> None:
    with world() as handle:
        wish = {"deliveryMethod": "async", "numberResults": 2, "seed": 96688, "includeCost": True,
                "safety": {"checkContent": True}}  # fmt: skip
        for name, answer in (
            ("unknown", polled(handle)), ("acknowledged", send(handle, task(**wish)).json()),
            ("processing", polled(handle)), ("success", polled(handle)),
        ):  # fmt: skip
            compare(golden(name), answer, handle.url)
        assert not judged(handle)


@pytest.mark.parametrize(
    ("name", "wish"),
    [("base64", {"outputType": "base64Data"}), ("data_uri", {"outputType": "dataURI", "outputFormat": "WEBP"})],
)
def test_the_bodies_in_which_files_stand(name: str, wish: dict[str, Any]) -> None:
    with world() as handle:
        compare(golden(name), send(handle, task(seed=96688, **wish)).json(), handle.url)
        first = polled(handle)
        assert first == polled(handle)
        assert states(first) == ["success"]


def test_what_is_under_way_tells_nothing_that_could_be_taken_for_a_result() -> None:
    with world() as handle:
        for number, form in enumerate(("URL", "base64Data", "dataURI")):
            send(handle, task(other(number), deliveryMethod="async", outputType=form, includeCost=True))
            (item,) = polled(handle, other(number))["data"]
            assert list(item) == ["taskType", "taskUUID", "imageUUID", "status"]


def test_several_are_asked_after_at_once() -> None:
    with world(clock="manual") as handle:
        for number, running in enumerate((5, 50)):
            handle.script(queued=0, running=running)
            send(handle, task(other(number), deliveryMethod="async", numberResults=2))
        handle.clock.advance(10)
        told = polled(handle, other(1), other(7), other(0))
        assert [item["taskUUID"] for item in told["data"]] == [other(1)] * 2 + [other(0)] * 2
        assert states(told) == ["processing"] * 2 + ["success"] * 2
        assert not judged(handle)


def test_asking_after_several_lets_time_pass_to_the_next_change() -> None:
    with world() as handle:
        for number, running in enumerate((5, 50)):
            handle.script(queued=0, running=running)
            send(handle, task(other(number), deliveryMethod="async"))
        seen = []
        while "processing" in (now := states(polled(handle, other(0), other(1)))):
            seen.append(now)
            assert len(seen) < 9
        assert seen == [["processing"] * 2, ["success", "processing"]]
        assert handle.clock.now == 50


def test_orders_and_questions_may_stand_in_one_request() -> None:
    with world() as handle:
        send(handle, task(deliveryMethod="async"))
        told = made(handle, task(other(1), deliveryMethod="async"), {**POLL, "taskUUID": NAME})
        assert told[0] == {"taskType": "imageInference", "taskUUID": other(1)}
        assert told[1]["status"] == "processing"


def test_nobody_is_told_of_anothers_task() -> None:
    with world() as handle:
        key = handle.another_key()
        send(handle, task())
        answer = send(handle, {**POLL, "taskUUID": NAME}, key=key)
        assert (answer.status_code, answer.json()) == (200, {"data": []})


def test_a_failure_stands_beside_what_came_to_something() -> None:
    with world() as handle:
        handle.script(fails="timeoutProvider")
        send(handle, task(deliveryMethod="async"), task(other(1), deliveryMethod="async"))
        polled(handle, NAME, other(1))
        told = polled(handle, NAME, other(1))
        assert [item["taskUUID"] for item in told["data"]] == [other(1)]
        assert [error["taskUUID"] for error in told["errors"]] == [NAME]
        assert [error["status"] for error in told["errors"]] == ["error"]
        assert not judged(handle)


# -- to a webhook


def hooked(handle: StandIn, **said: Any) -> list[Any]:
    """What came to the webhook of a task that named it."""
    answer = send(handle, task(webhookURL=handle.webhooks.url + "?token=a%20b&n=1", **said))
    compare(golden("acknowledged"), answer.json(), handle.url)
    handle.settle()
    return handle.webhooks.received


@pytest.mark.parametrize("method", ["sync", "async", None])
def test_each_result_is_told_by_itself(method: str | None) -> None:
    with world() as handle:
        came = hooked(handle, deliveryMethod=method, numberResults=3, seed=96688)
        assert [each.json["data"][0]["seed"] for each in came] == [96688, 96689, 96690]
        compare(golden("webhook"), came[0].json, handle.url)
        names = [item["imageUUID"] for item in polled(handle)["data"]]
        assert [each.json["data"][0]["imageUUID"] for each in came] == names
        for each in came:
            assert (each.method, each.path.partition("?")[2]) == ("POST", "token=a%20b&n=1")
            headers = dict(each.headers)
            assert headers[b"content-type"] == b"application/json"
            assert not [name for name in headers if b"signature" in name]
        assert not judged(handle)


def test_a_failure_is_told_once() -> None:
    with world() as handle:
        handle.script(fails="timeoutProvider")
        (came,) = hooked(handle, numberResults=3)
        compare(golden("webhook_failed"), came.json, handle.url)


@pytest.mark.parametrize(("form", "key"), [("base64Data", "imageBase64Data"), ("dataURI", "imageDataURI")])
def test_files_stand_in_what_a_webhook_is_told(form: str, key: str) -> None:
    with world() as handle:
        came = hooked(handle, outputType=form, numberResults=2)
        assert [each.json["data"][0][key] for each in came] == [item[key] for item in polled(handle)["data"]]


def test_what_was_not_taken_is_brought_again() -> None:
    with world() as handle:
        handle.webhooks.answer(500, times=2)
        came = hooked(handle)
        assert [each.status for each in came] == [500, 500, 200]
        assert [round(after.at - before.at, 3) for before, after in pairwise(came)] == [1, 2]
        assert len({each.body for each in came}) == 1


def test_a_receiver_that_never_takes_anything_is_given_up_loudly() -> None:
    with world() as handle:
        handle.webhooks.answer(503, times="always")
        came = hooked(handle)
        assert len(came) == 6
        assert came[-1].at - came[0].at <= 60
        assert judged(handle) == ["undelivered"]


# -- to an address


@pytest.mark.parametrize("method", ["sync", "async"])
@pytest.mark.parametrize("form", ["URL", "base64Data"])
@pytest.mark.parametrize("hook", [False, True])
def test_each_file_is_put_where_the_task_says(method: str, form: str, hook: bool) -> None:
    with world() as handle:
        url = handle.webhooks.url
        more = {"webhookURL": url + "/hook"} if hook else {}
        wish = {"numberResults": 2, "outputFormat": "WEBP", "seed": 5}
        send(handle, task(uploadEndpoint=url + "/put?sig=1", deliveryMethod=method, outputType=form, **wish, **more))
        handle.settle()
        came = [each for each in handle.webhooks.received if each.method == "PUT"]
        assert len(came) == 2
        assert len(handle.webhooks.received) == (4 if hook else 2)
        fetched = [fetch(handle, item["imageURL"]).content for item in made(handle, task(other(1), **wish))]
        assert [each.body for each in came] == fetched
        for each in came:
            assert dict(each.headers)[b"content-type"] == b"image/webp"
            assert each.path.endswith("/put?sig=1")
        assert not judged(handle)


def test_nothing_is_put_of_a_task_that_failed() -> None:
    with world() as handle:
        handle.script(fails=True)
        send(handle, task(uploadEndpoint=handle.webhooks.url))
        handle.settle()
        assert not handle.webhooks.received


@pytest.mark.parametrize("key", ["webhookURL", "uploadEndpoint"])
def test_nothing_leaves_this_machine_and_that_is_said(key: str) -> None:
    with world() as handle:
        send(handle, task(**{key: "https://bucket.example.com/put?sig=1"}))
        handle.settle()
        assert judged(handle) == ["blocked-delivery"]


# -- how long it is kept


@pytest.mark.parametrize(("ttl", "kept"), [(60, 60), (3600, 3600), (None, 604_800)])
def test_a_file_is_kept_for_as_long_as_was_asked(ttl: int | None, kept: int) -> None:
    with world(clock="manual") as handle:
        send(handle, task(deliveryMethod="async", ttl=ttl))
        handle.clock.advance(12)
        (item,) = polled(handle)["data"]
        handle.clock.advance(kept - 1)
        assert fetch(handle, item["imageURL"]).status_code == 200
        handle.clock.advance(2)
        assert fetch(handle, item["imageURL"]).status_code == 404
        assert states(polled(handle)) == ["success"]


def test_a_file_that_stands_in_its_answer_does_not_wear_out() -> None:
    with world(clock="manual") as handle:
        send(handle, task(deliveryMethod="async", ttl=60, outputType="base64Data"))
        handle.clock.advance(100_000)
        (item,) = polled(handle)["data"]
        assert b64decode(item["imageBase64Data"])
