"""A strict client of the older Serverless paths lives a whole life with the stand-in, and does not with the newer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from understudy.mocks.stand_in import StandIn
from understudy.tests.mocks.errands import world
from understudy.tests.runcomfy.serverless import OVERRIDES, READY
from understudy.tests.runcomfy.strict import (
    CANCELLED,
    STATUS,
    SUBMITTED,
    NotUnderstood,
    Refused,
    StrictClient,
    decoded,
    stamp,
)

WAYS = pytest.mark.parametrize("way", ["in process", "over a socket"])


@contextmanager
def client(way: str, version: str = "v1", **settings: Any) -> Iterator[tuple[StandIn, StrictClient]]:
    with world(**{"clock": "auto", **settings}) as handle:
        headers = {"Authorization": f"Bearer {handle.api_key}"}
        transport = handle.transport if way == "in process" else None
        with httpx.Client(base_url=handle.url, headers=headers, transport=transport, trust_env=False) as http:
            yield handle, StrictClient(http, READY, version)


@WAYS
def test_it_submits_polls_and_fetches(way: str) -> None:
    with client(way) as (handle, strict):
        result = strict.wait(strict.submit(OVERRIDES))
        assert result["status"] == "succeeded"
        (files,) = [file for node in result["outputs"].values() for file in node.values()]
        assert files
        handle.assert_clean()


@WAYS
def test_it_sees_its_place_in_the_queue(way: str) -> None:
    with client(way, clock="manual", slots=1) as (_, strict):
        names = [strict.submit(OVERRIDES) for _ in range(3)]
        assert [strict.status(name) for name in names] == [("in_queue", place) for place in (1, 2, 3)]
        assert strict.result(names[2])["status"] == "in_queue"


@WAYS
def test_it_reads_why_a_request_failed(way: str) -> None:
    with client(way) as (handle, strict):
        handle.script(fails="out of memory")
        result = strict.wait(strict.submit(OVERRIDES))
        assert result["status"] == "failed"
        assert result["error"] == [{"errorCode": 0, "error": "out of memory", "debugInfo": ""}]


@WAYS
@pytest.mark.parametrize("seconds", [0, 5])
def test_it_cancels_what_queues_and_what_runs(way: str, seconds: int) -> None:
    with client(way, clock="manual") as (handle, strict):
        name = strict.submit(OVERRIDES)
        handle.clock.advance(seconds)
        assert strict.cancel(name)
        assert strict.status(name) == ("canceled", 0)
        assert strict.result(name)["status"] == "canceled"
        assert not strict.cancel(name)


@WAYS
@pytest.mark.parametrize("form", ["403", "402", "200"])
def test_it_is_refused_with_and_without_a_bad_status(way: str, form: str) -> None:
    with client(way, serverless_no_funds=form) as (handle, strict):
        handle.ledger.set(0)
        with pytest.raises(Refused, match="balance"):
            strict.submit(OVERRIDES)
        assert not [finding for finding in handle.findings if finding.rule == "answer-shape"]


def test_it_does_not_understand_the_newer_paths() -> None:
    """So that it can fail: there an instance is named, the word has another spelling, and a cancel an outcome."""
    with client("in process", "v2", clock="manual") as (handle, strict):
        name, other = strict.submit(OVERRIDES), strict.submit(OVERRIDES)
        handle.clock.advance(5)
        with pytest.raises(NotUnderstood, match="unknown field 'instance_id'"):
            strict.status(name)
        with pytest.raises(NotUnderstood, match="unknown field 'outcome'"):
            strict.cancel(other)
        with pytest.raises(NotUnderstood, match="unknown status 'cancelled'"):
            strict.result(other)


def test_it_does_not_understand_the_older_paths_in_the_newer_form() -> None:
    with client("in process", clock="manual", serverless_v1_form="documented") as (handle, strict):
        name = strict.submit(OVERRIDES)
        handle.clock.advance(5)
        with pytest.raises(NotUnderstood, match="unknown field 'instance_id'"):
            strict.status(name)
        with pytest.raises(NotUnderstood, match="unknown field 'outcome'"):
            strict.cancel(name)
        assert not handle.findings


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (SUBMITTED, {"request_id": "a", "status_url": "b", "result_url": "c", "cancel_url": "d", "status": "in_queue"}),
        (STATUS, {"request_id": "a", "status": "in_queue", "queue_position": "1"}),
        (STATUS, {"request_id": "a", "status": "in_queue", "queue_position": 1.0}),
        (CANCELLED, {"request_id": "a", "status": "completed", "outcome": "cancelled"}),
        (CANCELLED, [{"request_id": "a"}]),
    ],
)
def test_the_decoder_can_fail(fields: dict[str, type], said: Any) -> None:
    with pytest.raises(NotUnderstood):
        decoded(json.dumps(said).encode(), fields)


@pytest.mark.parametrize(
    "text", ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.1234567+00:00", "2026-01-01 00:00:00+00:00", ""]
)
def test_a_time_of_another_layout_is_not_read(text: str) -> None:
    with pytest.raises(NotUnderstood):
        stamp({"created_at": text}, "created_at")
