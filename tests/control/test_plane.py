"""The control plane: what it tells and moves, and whom it lets in."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from understudy import StandIn
from understudy.mocks.stand_in import shared_server

CONTROL = "/__understudy__/v1"


@pytest.fixture
def plane(runcomfy: StandIn) -> Any:
    root = runcomfy.url.partition("/~")[0]
    with httpx.Client(base_url=root + CONTROL, trust_env=False) as client:
        yield client


def submit(handle: StandIn) -> Any:
    return handle.client().post("/v1/models/tongyi-mai/z-image/turbo", json={"prompt": "a red tram"}).json()


@pytest.mark.understudy(clock="manual")
def test_the_clock_is_read_and_moved(runcomfy: StandIn, plane: httpx.Client) -> None:
    own = f"/sessions/{runcomfy.name}"
    assert plane.get(own + "/clock").json()["due"] is None
    job = submit(runcomfy)
    assert plane.get(own + "/clock").json()["now"] == 0
    moved = plane.post(own + "/clock", json={"advance": 3}).json()
    assert (moved["now"], moved["age"], moved["date"]) == (3, 3, "2026-01-01T00:00:03.000000+00:00")
    assert moved["due"] == 12
    assert runcomfy.client().get(job["status_url"]).json()["status"] == "in_progress"
    settled = plane.post(own + "/settle").json()
    assert (settled["now"], settled["due"]) == (12, None)
    assert runcomfy.client().get(job["status_url"]).json()["status"] == "completed"


@pytest.mark.understudy(clock="real")
def test_time_that_flows_is_not_moved_and_says_so(runcomfy: StandIn, plane: httpx.Client) -> None:
    refused = plane.post(f"/sessions/{runcomfy.name}/clock", json={"advance": 3})
    assert refused.status_code == 409
    assert 'clock="manual"' in refused.json()["detail"]


@pytest.mark.parametrize("body", [{"advance": -1}, {"advance": "soon"}, {}, {"advance": 1e300}])
def test_a_bad_span_is_refused(runcomfy: StandIn, plane: httpx.Client, body: Any) -> None:
    assert plane.post(f"/sessions/{runcomfy.name}/clock", json=body).status_code == 422


def test_the_journal_hides_the_key(runcomfy: StandIn, plane: httpx.Client) -> None:
    submit(runcomfy)
    runcomfy.client().get("/v1/models", params={"api_key": runcomfy.api_key})
    told = plane.get(f"/sessions/{runcomfy.name}/journal")
    assert len(told.json()["exchanges"]) == 2
    assert runcomfy.api_key not in told.text


def test_findings_are_told_with_how_often_they_were_met(runcomfy: StandIn, plane: httpx.Client) -> None:
    with runcomfy.expect_finding("out-of-range"):
        for _ in range(2):
            runcomfy.client().post("/v1/models/tongyi-mai/z-image/turbo", json={"prompt": "x", "num_images": 9})
        told = plane.get(f"/sessions/{runcomfy.name}/findings").json()["findings"]
    assert [(finding["rule"], finding["met"]) for finding in told] == [("out-of-range", 2)]


def test_a_reset_begins_again_under_the_same_address_and_key(runcomfy: StandIn, plane: httpx.Client) -> None:
    first = submit(runcomfy)
    other = runcomfy.another_key()
    assert plane.post(f"/sessions/{runcomfy.name}/reset").json()["sid"] == runcomfy.name
    assert len(runcomfy.tasks) == 0
    assert runcomfy.client().get(first["status_url"]).json()["error_code"] == 404001
    assert submit(runcomfy) == first
    foreign = httpx.get(first["status_url"], headers={"Authorization": f"Bearer {other}"}, trust_env=False)
    assert foreign.status_code == 403


def test_health_and_an_unknown_session(runcomfy: StandIn, plane: httpx.Client) -> None:
    health = plane.get("/health").json()
    assert health["status"] == "ok"
    assert health["sessions"][runcomfy.name] == {"tasks": 0, "exchanges": 0}
    missing = plane.get("/sessions/nobody/journal")
    assert missing.status_code == 404
    assert "came 'nobody'" in missing.json()["detail"]


def test_a_wrong_method_is_told_with_those_that_there_are(runcomfy: StandIn, plane: httpx.Client) -> None:
    for path, methods in ((f"/sessions/{runcomfy.name}/faults", "DELETE, GET, POST"), ("/sessions", "GET, POST")):
        told = plane.request("PUT", path)
        assert (told.status_code, told.headers["allow"]) == (405, methods)
    assert "allow" not in plane.get("/nothing").headers


@pytest.mark.parametrize("header", [{"Origin": "https://evil.example"}, {"Host": "evil.example"}])
def test_a_page_on_the_web_does_not_steer_us(plane: httpx.Client, header: dict[str, str]) -> None:
    assert plane.get("/health", headers=header).status_code == 403


def test_with_an_admin_token_nobody_comes_in_without(plane: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_server().app, "admin_token", "0123456789abcdef")
    assert plane.get("/sessions").status_code == 401
    assert plane.get("/sessions", headers={"Authorization": "Bearer 0123456789abcdeF"}).status_code == 401
    assert plane.get("/sessions", headers={"Authorization": "Bearer 0123456789abcdef"}).status_code == 200
