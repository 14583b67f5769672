"""Coverage: what the sessions have met of all that is documented, also when they are gone."""

from __future__ import annotations

from typing import Any

from understudy.tests.control.planes import Plane, plane


def told(asked: Plane) -> Any:
    return asked.ask("GET", "/coverage")["providers"]["runcomfy"]


def test_nothing_is_reached_at_first_and_all_is_named() -> None:
    with plane() as asked:
        seen = told(asked)
    assert seen["reached"] == 0
    assert seen["of"] == sum(len(row) for kind in ("operations", "channels") for row in seen[kind].values())
    assert seen["operations"]["cancel"] == {"202": 0, "401": 0, "403": 0, "404": 0}
    assert set(seen["channels"]["status"]) == {"in_queue", "in_progress", "completed", "cancelled"}


def test_what_was_met_counts_and_outlives_its_session() -> None:
    with plane() as asked:
        one, two = asked.opened(), asked.opened()
        for opened in (one, two):
            job = opened.submit()
            for _ in range(3):
                opened.send("GET", job["status_url"])
        one.ask("DELETE")
        two.ask("POST", "/reset")
        seen = told(asked)
    assert (seen["operations"]["submit"]["200"], seen["operations"]["status"]["200"]) == (2, 6)
    assert seen["channels"]["status"] == {"in_queue": 2, "in_progress": 2, "completed": 2, "cancelled": 0}
    assert seen["reached"] == 5


def test_a_bent_answer_tells_no_state_and_a_strange_status_is_not_counted_as_reached() -> None:
    with plane() as asked:
        one = asked.opened()
        one.ask("POST", "/faults", [{"what": 599, "on": "submit"}, {"what": "truncated", "on": "poll"}], 201)
        one.submit()
        job = one.submit()
        one.send("GET", job["status_url"])
        seen = told(asked)
    assert seen["operations"]["submit"]["599"] == 1
    assert seen["channels"]["status"]["in_queue"] == 0
    assert seen["reached"] == 2
