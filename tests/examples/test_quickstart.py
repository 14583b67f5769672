"""Three tests of a client that makes posters; the README shows them."""

import httpx
import pytest


def make_poster(prompt, base_url, token):
    """The client under test: submits, polls, fetches and downloads."""
    with httpx.Client(headers={"Authorization": f"Bearer {token}"}) as api:
        job = api.post(f"{base_url}/v1/models/tongyi-mai/z-image/turbo", json={"prompt": prompt}).json()
        for _ in range(100):
            status = api.get(job["status_url"])
            if status.is_success and status.json()["status"] == "completed":
                break
        result = api.get(job["result_url"]).json()
        if result["status"] != "succeeded":
            raise RuntimeError(result["error"])
        return api.get(result["output"]["image"]).content


def test_makes_a_poster(runcomfy):
    assert make_poster("a red tram", runcomfy.url, runcomfy.api_key).startswith(b"\x89PNG")


def test_survives_a_bad_gateway(runcomfy):
    runcomfy.fault(503, on="poll", times=2)
    make_poster("a red tram", runcomfy.url, runcomfy.api_key)
    assert len(runcomfy.requests(on="poll")) >= 3


def test_says_why_it_failed(runcomfy):
    runcomfy.script(queued=3, running=600, fails="out of memory")
    with pytest.raises(RuntimeError, match="out of memory"):
        make_poster("a red tram", runcomfy.url, runcomfy.api_key)
