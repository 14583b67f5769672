"""Who sleeps between two looks at a data set or a training job is spared the time."""

from __future__ import annotations

import time

from understudy.mocks.stand_in import StandIn
from understudy.tests.mocks.errands import send, world
from understudy.tests.runcomfy.trainer import DATASETS, form, made, steps, submitted


def test_whoever_waits_for_a_data_set_waits_for_nothing() -> None:
    with world(clock="auto", fast_forward=True) as handle:
        dataset, began = made(handle), time.monotonic()
        form(handle, dataset, {"file": ("a.jpg", b"123")})
        while send(handle, "GET", f"{DATASETS}/{dataset}/status").json()["status"] != "READY":
            time.sleep(4)
        assert time.monotonic() - began < 3


def test_a_client_that_sleeps_between_its_looks_waits_for_nothing() -> None:
    with world(clock="auto", fast_forward=True) as handle:
        ready_in_auto(handle)
        handle.script(pauses=0.5)
        path, began = submitted(handle), time.monotonic()
        for _ in range(2):
            while steps(handle, path)[0] != "STOPPED":
                time.sleep(60)
            send(handle, "POST", path + "/resume", {})
        assert steps(handle, path) == ("STOPPED", 1000)
        assert time.monotonic() - began < 10


def ready_in_auto(handle: StandIn) -> None:
    dataset = made(handle)
    form(handle, dataset, {"file": ("a.jpg", b"1")})
    while send(handle, "GET", f"{DATASETS}/{dataset}/status").json()["status"] != "READY":
        pass
