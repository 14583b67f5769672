"""RunningHub's Standard Model API: orders of models, their queues, keys and money, and prices."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from understudy.contracts.contract import contract
from understudy.mocks.stand_in import StandIn
from understudy.tests.runninghub.asked import (
    MODELS,
    TURBO,
    ended,
    example,
    judged,
    post,
    query,
    refused,
    submit,
    world,
)

GOLDEN = Path(__file__).parents[1] / "golden" / "runninghub"
FULL = refused("1520", "The queue is full, please retry later")


def account(handle: StandIn) -> Any:
    return handle.session.accounts["runninghub", handle.api_key]


# Orders.


@pytest.mark.parametrize(("name", "model"), [
    ("z_image_turbo", TURBO), ("gpt_image_15", "rhart-image-g-1.5-official/text-to-image"),
    ("gpt_image_2_edit", "rhart-image-g-2-official/image-to-image"),
])  # fmt: skip
def test_the_body_of_a_page_is_taken_as_it_stands(name: str, model: str) -> None:
    with world() as handle:
        said = submit(handle, model, (GOLDEN / f"{name}.json").read_bytes())
        golden = json.loads((GOLDEN / "submitted.json").read_bytes())
        assert list(said) == list(golden)
        assert {**said, "taskId": "", "clientId": ""} == {**golden, "taskId": "", "clientId": ""}
        assert (said["taskId"].isdecimal(), len(said["taskId"]), len(said["clientId"])) == (True, 19, 32)
        assert ended(handle, said["taskId"])["status"] == "SUCCESS"
        assert not judged(handle)


def test_both_spellings_of_nodes_are_one_order() -> None:
    with world() as handle:
        named = {"prompt": "a tram", "aspectRatio": "16:9", "outputFormat": "png"}
        keys = {field.get("x-key"): name for name, field in MODELS[TURBO].fields.items()}
        coded = {"10##text": "a tram", "28##select": "5", "29##file_type": "PNG"}
        assert {keys[key] for key in coded} == set(named)
        files = []
        for body in (named, coded):
            task = submit(handle, TURBO, body)["taskId"]
            (row,) = ended(handle, task)["results"]
            name = row["url"].rpartition("/")[2]
            files.append(handle.session.gallery.make(handle.session.tasks[name.partition("-")[0]], 0))
        assert files[0] == files[1]


def test_models_of_words_answer_words() -> None:
    (name, *_) = (model.id for model in MODELS.values() if model.kind == "text" and "prompt" in model.fields)
    with world() as handle:
        handle.script(outputs=[{"text": "a tram in the rain"}])
        task = submit(handle, name)["taskId"]
        (row,) = ended(handle, task)["results"]
        assert row["outputType"] == "txt"
        assert not judged(handle)


# Queues.


def test_who_finds_no_slot_is_queued() -> None:
    with world(slots=1, clock="manual") as handle:
        first, second = submit(handle), submit(handle)
        assert [first["status"], second["status"]] == ["RUNNING", "QUEUED"]
        assert submit(handle, "rhart-image/z-image/turbo-lora")["status"] == "RUNNING", "each model has its own"
        assert submit(handle, key=handle.another_key())["status"] == "RUNNING", "each account, too"
        assert query(handle, second["taskId"])["status"] == "QUEUED"
        handle.clock.advance(10)
        assert query(handle, second["taskId"])["status"] == "RUNNING"


def test_who_is_scripted_to_wait_is_queued() -> None:
    with world() as handle:
        handle.script(queued=5, running=5)
        said = submit(handle)
        assert said["status"] == "QUEUED"
        assert [query(handle, said["taskId"])["status"] for _ in range(4)] == [
            "QUEUED",
            "RUNNING",
            "SUCCESS",
            "SUCCESS",
        ]


def test_a_full_queue_takes_no_more_until_it_moves() -> None:
    with world(slots=2, clock="manual", queue="1") as handle:
        assert [submit(handle)["status"] for _ in range(3)] == ["RUNNING", "RUNNING", "QUEUED"]
        assert submit(handle) == FULL
        assert submit(handle, body=b"{}")["errorCode"] == "1007", "who asks badly is told so first"
        handle.clock.advance(10)
        assert [submit(handle)["status"] for _ in range(2)] == ["RUNNING", "QUEUED"]
        assert submit(handle) == FULL
        assert set(judged(handle)) == {"missing-required"}, "a full queue is nobody's mistake"


def test_where_nobody_may_wait_the_second_is_refused() -> None:
    with world(slots=1, queue="0") as handle:
        assert [submit(handle)["errorCode"] for _ in range(2)] == ["", "1520"]
        assert submit(handle)["errorCode"] == "", "asked again on this clock, time passes until there is a slot"


@pytest.mark.parametrize(("name", "running", "queued"), [
    (TURBO, 500, 1000), ("bytedance/seedance-2.0-global/text-to-video", 1500, 1500),
    ("rhart-video/sparkvideo-2.0/text-to-video", 1500, 1500), ("skyreels-v4/text-to-video", 100, 1000),
])  # fmt: skip
def test_a_model_has_the_figures_of_the_catalogue(name: str, running: int, queued: int) -> None:
    with world(clock="manual", max_exchanges=10) as handle:
        submit(handle, name)
        (slots,) = account(handle).lines.values()
        assert (slots.count, contract("runninghub").life.room(name, MODELS[name].title)[1]) == (running, queued)


def test_the_queue_is_as_long_as_it_is_told() -> None:
    with world(clock="manual", slots=1, queue="10") as handle:
        told = [submit(handle) for _ in range(12)]
        assert [each["status"] for each in told] == ["RUNNING", *["QUEUED"] * 10, ""]
        assert told[-1] == FULL


# Keys and money.


@pytest.mark.parametrize(("kind", "code"), [("SHARED", ""), ("EXCLUSIVE", "1014"), ("NORMAL", "1014"), ("FREE", "801")])
def test_a_kind_of_key_may_order_or_not(kind: str, code: str) -> None:
    with world() as handle:
        account(handle).kind = kind
        for path in (f"/openapi/v2/{TURBO}", f"/openapi/v2/price-preview/{TURBO}"):
            for body in (example(), {}):  # whose key it is comes before what is asked
                said = post(handle, path, body).json()
                assert said["errorCode"] == (code or ("" if body else "1007"))
        assert len(handle.tasks) == (0 if code else 1)


@pytest.mark.parametrize(("balance", "code"), [(0, "812"), (0.4, "812"), (1, "")])
def test_who_has_no_money_is_told(balance: float, code: str) -> None:
    with world() as handle:
        handle.ledger.set(balance)
        handle.script(cost=0.5)
        assert submit(handle)["errorCode"] == code
        assert query(handle, handle.tasks.one().id)["usage"] is None if not code else not len(handle.tasks)


@pytest.mark.parametrize(("code", "text"), [
    ("1501", "Content verification failed, please modify your prompt or images"),
    ("1505", "Photorealistic real people are prohibited, please modify your prompt or image"),
    ("1003", "Rate limit exceeded, please slow down requests"), ("1520", FULL["errorMessage"]),
    ("812", "CORPAPIKEY_INSUFFICIENT_FUNDS"), ("416", "TASK_CREATE_FAILED_BY_NOT_ENOUGH_WALLET"),
])  # fmt: skip
def test_a_no_can_be_scripted(code: str, text: str) -> None:
    with world() as handle:
        handle.refuse_next(code, times=2)
        assert [submit(handle) for _ in range(2)] == [refused(code, text)] * 2
        assert submit(handle)["errorCode"] == ""
        assert not judged(handle)


@pytest.mark.parametrize("code", ["1501", "1505", "1000", "1504", "1516"])
def test_a_task_can_fail_for_a_reason(code: str) -> None:
    with world() as handle:
        handle.script(fails=code)
        said = ended(handle, submit(handle)["taskId"])
        row = contract("runninghub").failed(code)
        assert (said["status"], said["errorCode"], said["errorMessage"]) == ("FAILED", code, row["text"])
        assert (said["results"], said["usage"]["thirdPartyConsumeMoney"]) == (None, None)
        assert not judged(handle)


# Prices.


def test_a_price_makes_no_task_and_costs_nothing() -> None:
    with world(slots=1) as handle:
        before = handle.ledger.balance
        handle.script(running=7)
        told = [post(handle, f"/openapi/v2/price-preview/{TURBO}", example()).json() for _ in range(3)]
        assert told[0] == told[1] == told[2] == {
            "errorCode": "", "errorMessage": "", "estimatedPrice": 0.0, "currency": "CNY",
            "priceText": "\u00a50.00/\u6b21", "priceTextEn": "$0.00/run", "freeLimit": False, "freeLimitCount": None,
            "remainingFreeLimitCount": "0",
            "isFreeThisCall": False}  # fmt: skip
        assert not len(handle.tasks)
        assert handle.ledger.balance == before
        said = submit(handle)
        assert said["status"] == "RUNNING", "a price takes no slot"
        ended(handle, said["taskId"])
        assert handle.clock.now == 7, "nor does it use up a script"


def test_a_known_price_is_told_and_charged(monkeypatch: pytest.MonkeyPatch) -> None:
    with world() as handle:
        monkeypatch.setitem(handle.session.cast["runninghub"].contract._prices, TURBO, 0.04)
        said = post(handle, f"/openapi/v2/price-preview/{TURBO}", example()).json()
        assert (said["estimatedPrice"], said["currency"], said["priceTextEn"]) == (0.04, "USD", "$0.04/run")
        task = submit(handle)["taskId"]
        assert ended(handle, task)["usage"]["thirdPartyConsumeMoney"] == "0.040"
        assert handle.ledger.spent == 0.04
