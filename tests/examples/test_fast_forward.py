"""Tests of a client that sleeps between two polls; docs/testing.md shows them."""

import time

import httpx
import pytest


def make_video(prompt, base_url, token, every=5, patience=1800):
    """The client under test: it asks every few seconds, and gives up after half an hour of its own sleeps."""
    with httpx.Client(headers={"Authorization": f"Bearer {token}"}) as api:
        job = api.post(f"{base_url}/v1/models/tongyi-mai/z-image/turbo", json={"prompt": prompt}).json()
        waited = 0
        while api.get(job["status_url"]).json()["status"] != "completed":
            if waited >= patience:
                raise TimeoutError(job["request_id"])
            time.sleep(every)
            waited += every
        return waited


def test_ten_minutes_of_polling(runcomfy, fast_forward):
    runcomfy.script(queued=0, running=600)
    assert make_video("a red tram", runcomfy.url, runcomfy.api_key) == 600
    assert len(runcomfy.requests(on="poll")) == 121
    assert (runcomfy.clock.now, fast_forward.slept) == (600, 600)


def test_gives_up(runcomfy, fast_forward):
    runcomfy.script(stuck=True)
    with pytest.raises(TimeoutError):
        make_video("a red tram", runcomfy.url, runcomfy.api_key)
    assert runcomfy.clock.now == 1800
