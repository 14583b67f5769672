"""Results as the documents show them: keys and their order, names, seeds, costs, failures."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from understudy.contracts.contract import contract
from understudy.mocks.engine.task import Order, Task
from understudy.mocks.runware import wire
from understudy.tests.runware.asked import (
    NAME,
    UUID,
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

PAGE = golden("page")
names = st.uuids(version=4).map(str)


def held(name: str, **said: Any) -> Task:
    nothing: Any = None
    order = Order("runware", "imageInference", "m", json.dumps({"taskUUID": name, **said}).encode(), ())
    return Task(name, 1, order, None, nothing, nothing)


# -- the page's own four


@pytest.mark.parametrize("pair", PAGE, ids=range(len(PAGE)))
def test_a_request_of_the_page_is_answered_as_there(pair: dict[str, Any]) -> None:
    with world(cost_when_unasked="yes") as handle:
        compare({"data": [pair["result"]]}, send(handle, pair["task"]).json(), handle.url)
        assert handle.ledger.charged == 0.0013
        assert not judged(handle)


@pytest.mark.parametrize("pair", PAGE, ids=range(len(PAGE)))
def test_unasked_a_result_bears_no_cost(pair: dict[str, Any]) -> None:
    with world() as handle:
        told = {key: value for key, value in pair["result"].items() if key != "cost"}
        compare({"data": [told]}, send(handle, pair["task"]).json(), handle.url)


# -- names


@given(st.text(), names, st.lists(st.integers(0, 99), unique=True, max_size=20))
def test_a_results_name_is_a_v4_uuid_of_its_own(secret: str, name: str, places: list[int]) -> None:
    told = [wire.name(secret, held(name), index) for index in places]
    assert all(UUID.fullmatch(each) for each in told)
    assert len({*told, name}) == len(told) + 1
    assert told == [wire.name(secret, held(name), index) for index in places]
    assert not set(told) & {wire.name(secret + "x", held(name), index) for index in places}


def test_names_stay_over_polls_and_lead_to_the_files() -> None:
    with world() as handle:
        send(handle, task(deliveryMethod="async", numberResults=3))
        first = [item["imageUUID"] for item in polled(handle)["data"]]
        assert [item["imageUUID"] for item in polled(handle)["data"]] == first
        done = polled(handle)["data"]
        assert [item["imageUUID"] for item in done] == first
        for item in done:
            assert item["imageURL"].endswith(f"/{item['imageUUID']}.jpg")
            assert fetch(handle, item["imageURL"]).headers["content-type"] == "image/jpeg"
        unnamed = done[0]["imageURL"].replace(first[0], first[0][::-1])
        assert fetch(handle, unnamed).status_code == 404
        assert fetch(handle, done[0]["imageURL"].replace(".jpg", ".png")).status_code == 404


def test_equal_seeds_of_the_house_give_equal_names() -> None:
    told = []
    for seed in ("1", "1", "2"):
        with world(seed=seed) as handle:
            told.append([(item["imageUUID"], item["seed"]) for item in made(handle, task(numberResults=2))])
    assert told[0] == told[1]
    assert not set(told[0]) & set(told[2])


def test_names_of_a_task_that_is_forgotten_are_forgotten() -> None:
    with world(max_tasks=1) as handle:
        (old,) = made(handle, task())
        (new,) = made(handle, task(other(1)))
        assert fetch(handle, old["imageURL"]).status_code == 404
        assert fetch(handle, new["imageURL"]).status_code == 200
        assert handle.session.gallery.found(new["imageUUID"]) == other(1)
        assert handle.session.gallery.found(old["imageUUID"]) not in handle.session.tasks


def test_a_files_name_leads_to_its_session() -> None:
    with world() as one, world() as two:
        name = made(one, task())[0]["imageURL"].rpartition("/")[2]
        assert one.session.holds({"media", name})
        assert not two.session.holds({"media", name})


def test_a_result_may_be_brought_again_by_name_or_while_it_is_kept() -> None:
    with world() as handle:
        (item,) = made(handle, task())
        made(handle, task(other(1), inputs={"seedImage": item["imageURL"]}))
        made(handle, task(other(2), inputs={"seedImage": item["imageUUID"]}))
        handle.clock.advance(604_801)
        answer = send(handle, task(other(3), inputs={"seedImage": item["imageURL"]}))
        assert (answer.status_code, len(answer.json()["errors"])) == (400, 1)


# -- seeds


@given(st.text(), names, st.integers(0, 99))
def test_a_drawn_seed_has_32_bits_and_counts_up(secret: str, name: str, index: int) -> None:
    drawn = wire.seed(secret, held(name), 0)
    assert wire.seed(secret, held(name), index) == drawn + index
    assert 0 <= drawn <= drawn + index < 2**32


@given(st.integers(0, 2**63 - 1), st.integers(0, 99))
def test_a_seed_that_was_asked_for_counts_up(asked: int, index: int) -> None:
    assert wire.seed("0", held(NAME, seed=asked), index) == asked + index


def test_a_seed_that_is_written_as_a_float_is_the_same_seed() -> None:
    with world() as handle:
        (said,), (same,) = made(handle, task(seed=7.0)), made(handle, task(other(1), seed=7))
        assert (said["seed"], type(said["seed"])) == (7, int)
        assert fetch(handle, said["imageURL"]).content == fetch(handle, same["imageURL"]).content


def test_the_largest_seed_counts_up_all_the_same() -> None:
    with world() as handle:
        assert [item["seed"] for item in made(handle, task(seed=2**63 - 1, numberResults=2))] == [2**63 - 1, 2**63]


# -- what is under way


@pytest.mark.parametrize(("reading", "key"), [({}, "mediaUUID"), ({"processing_ids": "none"}, "")])
@pytest.mark.parametrize(("kind", "own"), [
    ("textInference", ""), ("caption", ""), ("3dInference", ""), ("videoInference", "videoUUID"),
    ("audioInference", "audioUUID"), ("controlNetPreprocess", "guideImageUUID"), ("imageMasking", "maskImageUUID"),
])  # fmt: skip
def test_what_is_under_way_has_the_id_of_what_it_makes(
    reading: dict[str, str], key: str, kind: str, own: str
) -> None:  # fmt: skip
    with world(**reading) as handle:
        model = next(each for each in contract("runware").catalogue.models.values() if each.form == kind)
        more = {"messages": [{"role": "user", "content": "hello"}]} if kind == "textInference" else {}
        one = {
            **model.example(),
            **more,
            "taskType": kind,
            "taskUUID": NAME,
            "model": model.id,
            "deliveryMethod": "async",
        }
        made(handle, one)
        (item,) = polled(handle)["data"]
        assert list(item) == ["taskType", "taskUUID", *([own or key] if own or key else []), "status"]
        assert not own or UUID.fullmatch(item[own])
        assert not judged(handle)


# -- costs


def test_a_cost_is_one_results_and_all_are_charged() -> None:
    with world() as handle:
        told = made(handle, task(includeCost=True, numberResults=3))
        assert [item["cost"] for item in told] == [0.0013] * 3
        assert [list(item)[-1] for item in told] == ["cost"] * 3
        assert handle.ledger.charged == pytest.approx(0.0039)
        made(handle, task(other(1)))
        assert handle.ledger.charged == pytest.approx(0.0052)


@pytest.mark.parametrize("unasked", ["no", "yes"])
def test_a_cost_that_is_asked_for_is_told_whatever_the_reading(unasked: str) -> None:
    with world(cost_when_unasked=unasked) as handle:
        assert "cost" in made(handle, task(includeCost=True))[0]
        assert ("cost" in made(handle, task(other(1), includeCost=False))[0]) is (unasked == "yes")


def test_a_scripted_cost_is_shared_among_the_results() -> None:
    with world() as handle:
        handle.script(cost=0.5)
        assert [item["cost"] for item in made(handle, task(includeCost=True, numberResults=4))] == [0.125] * 4
        assert handle.ledger.charged == 0.5


def test_what_nobody_has_priced_costs_nothing() -> None:
    with world(unknown_models="accept") as handle:
        assert made(handle, task(model="acme:some-image@1", includeCost=True))[0]["cost"] == 0.0
        assert handle.ledger.charged == 0


# -- what is to be seen


@pytest.mark.parametrize(
    ("asked", "told"),
    [({}, False), ({"safety": {"checkContent": True}}, True), ({"safety": {"mode": "fast"}}, True),
     ({"safety": {"mode": "none", "checkContent": True}}, False), ({"safety": {"checkContent": False}}, False),
     ({"safety": {"mode": "fast", "checkContent": False}}, True)],
)  # fmt: skip
def test_whether_a_picture_may_be_shown_is_told_where_somebody_asked(asked: dict[str, Any], told: bool) -> None:
    with world() as handle:
        (item,) = made(handle, task(**asked))
        assert item.get("NSFWContent") is (False if told else None)


@given(st.booleans())
def test_the_older_word_for_it_is_heard(said: bool) -> None:
    assert wire.asked(held(NAME, checkNSFW=said)).checks is said
    assert wire.asked(held(NAME, checkNSFW=said, safety={"mode": "none"})).checks is False


def test_a_script_says_which_pictures_may_not_be_shown() -> None:
    with world() as handle:
        handle.script(outputs=[{"nsfw": True}, {}])
        told = made(handle, task(numberResults=2, safety={"checkContent": True}))
        assert [item["NSFWContent"] for item in told] == [True, False]
        handle.script(outputs=[{"nsfw": True}])
        assert "NSFWContent" not in made(handle, task(other(1)))[0], "nobody asked"


def test_a_generation_that_is_blocked_fails() -> None:
    with world() as handle:
        handle.script(fails="contentPolicyViolation")
        answer = send(handle, task())
        assert answer.status_code == 400
        assert [row["code"] for row in answer.json()["errors"]] == ["contentPolicyViolation"]
        assert handle.ledger.charged == 0


# -- failures


def test_a_failure_is_told_to_whoever_waits_and_to_whoever_asks() -> None:
    with world() as handle:
        handle.script(fails="timeoutProvider", times=2)
        answer = send(handle, task())
        assert answer.status_code == 504
        compare(golden("refused"), answer.json(), handle.url)
        compare(golden("failed"), polled(handle), handle.url)
        assert not judged(handle)


def test_a_failure_may_be_told_as_an_item() -> None:
    with world(failure_form="data") as handle:
        handle.script(fails="timeoutProvider")
        compare(golden("refused"), send(handle, task()).json(), handle.url)
        compare(golden("failed_as_data"), polled(handle), handle.url)
        assert not judged(handle)


def test_a_task_may_fail_with_any_code() -> None:
    codes = sorted({row["name"] for row in contract("runware").facts.errors})
    assert len(codes) > 100
    with world() as handle:
        for number, code in enumerate(codes):
            handle.script(fails=code)
            answer = send(handle, task(other(number)))
            assert answer.status_code == contract("runware").coded(code)["status"], code
            (error,) = answer.json()["errors"]
            assert (error["code"], error["taskUUID"]) == (code, other(number))
            assert error["message"]
        assert not judged(handle)


def test_a_providers_own_error_tells_what_it_said() -> None:
    with world() as handle:
        handle.script(fails="providerError")
        (error,) = send(handle, task()).json()["errors"]
        assert type(error["responseContent"]) is str
        assert type(error["responseStatusCode"]) is int


def test_a_failure_in_any_words_has_the_usual_code() -> None:
    with world() as handle:
        handle.script(fails="the tram has left")
        (error,) = send(handle, task()).json()["errors"]
        assert (error["code"], error["message"]) == ("inferenceError", "the tram has left")
