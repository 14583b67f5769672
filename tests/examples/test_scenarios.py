"""Scenarios in tests; docs/scenarios.md shows them."""

import httpx
import pytest
import understudy


def make_poster(base_url, token):
    """The client under test: it submits again if it hears nothing."""
    with httpx.Client(headers={"Authorization": f"Bearer {token}"}) as api:
        for _ in range(3):
            try:
                return api.post(f"{base_url}/v1/models/tongyi-mai/z-image/turbo", json={"prompt": "a red tram"}).json()
            except httpx.TransportError:
                pass
        raise TimeoutError


@pytest.mark.understudy(scenario="lost-submit-answer")
def test_a_lost_answer_makes_two_orders_of_one(runcomfy):
    make_poster(runcomfy.url, runcomfy.api_key)
    assert len(runcomfy.tasks) == 2


def test_outside_a_fixture(tmp_path):
    mine = tmp_path / "mine.yaml"
    mine.write_text("""
says: The second order fails, and the first poll is lost.
scripts:
  - {running: 40, fails: out of memory, nth: 2, optional: true}
faults:
  - {what: drop, on: poll, optional: true}
""")
    with understudy.stand_in("runcomfy", scenario=mine) as runcomfy:
        make_poster(runcomfy.url, runcomfy.api_key)
        assert len(runcomfy.tasks) == 1
