"""Faults, one after the other; docs/faults.md shows them."""

import httpx
import pytest
from understudy import uniform

MODEL = "/v1/models/tongyi-mai/z-image/turbo"


def test_a_status(runcomfy):
    runcomfy.fault(429, on="submit", retry_after=30, times=2)
    api = runcomfy.client()
    answers = [api.post(MODEL, json={"prompt": "a red tram"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["retry-after"] == "30"


def test_a_lost_answer(runcomfy):
    runcomfy.fault("drop", on="submit", when="after")
    with pytest.raises(httpx.TransportError):
        runcomfy.client().post(MODEL, json={"prompt": "a red tram"})
    assert len(runcomfy.tasks) == 1  # it was placed, and will be paid for


def test_until_a_moment(runcomfy):
    runcomfy.fault(503, until=60)
    api = runcomfy.client()
    asked = [api.post(MODEL, json={"prompt": "a red tram"}).status_code for _ in range(2)]
    assert asked == [503, 200]  # on the clock `auto`, asking again lets the time pass that lifts it
    assert runcomfy.clock.now == 60


def test_every_third(runcomfy):
    runcomfy.fault("garbled", on="catalogue", after=1, every=3)
    api = runcomfy.client()
    answers = [api.get("/v1/models/categories").text for _ in range(7)]
    assert [text.endswith("}") for text in answers] == [True, True, True, False, True, True, False]


def test_a_slow_wire(runcomfy):
    runcomfy.fault("drip", on="catalogue", seconds=uniform(0.01, 0.02), parts=5)
    assert runcomfy.client().get("/v1/models/categories").json()["categories"]
