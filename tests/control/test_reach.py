"""Coverage: what the sessions have reached of all that is documented, also when they are gone."""

from __future__ import annotations

from typing import Any

from understudy.tests.control.planes import Plane, plane


def told(asked: Plane) -> Any:
    return asked.ask("GET", "/coverage")["providers"]["runcomfy"]


def times(seen: Any, group: str, *item: str) -> int:
    (row,) = [row for row in seen["groups"][group]["rows"] if row["item"] == list(item)]
    return int(row["times"])


def test_nothing_is_reached_at_first() -> None:
    with plane() as asked:
        seen = told(asked)
    assert (seen["reached"], seen["share"], seen["left_out"]) == (0, 0, 0)
    assert seen["of"] == sum(part["of"] for name, part in seen["groups"].items() if name != "models")


def test_all_of_an_api_is_named_once_it_was_asked() -> None:
    with plane() as asked:
        asked.opened().submit()
        groups = told(asked)["groups"]
    cancels = {row["item"][1]: row["why"] for row in groups["answers"]["rows"] if row["item"][0] == "cancel"}
    assert cancels == dict.fromkeys(("202", "401", "403", "404"), "nobody asked for it")
    assert not [row for row in groups["answers"]["rows"] if row["item"][0] == "infer"], "of another API"


def test_what_was_met_counts_and_outlives_its_session() -> None:
    with plane() as asked:
        one, two = asked.opened(), asked.opened()
        for opened in (one, two):
            job = opened.submit()
            for _ in range(3):
                opened.send("GET", job["status_url"])
            opened.send("GET", job["result_url"])
        one.ask("DELETE")
        two.ask("POST", "/reset")
        seen = told(asked)
        again = told(asked)
    assert (times(seen, "answers", "submit", "200"), times(seen, "answers", "status", "200")) == (2, 6)
    for state in ("QUEUED", "RUNNING", "SUCCEEDED"):
        assert times(seen, "states", "model", "status", state) == 2
    (row,) = [row for row in seen["groups"]["channels"]["rows"] if row["item"] == ["poll"]]
    assert row["by"] == {one.sid: 3, two.sid: 3}
    assert seen == again


def test_a_bent_answer_tells_no_state_and_a_strange_status_is_not_counted_as_reached() -> None:
    with plane() as asked:
        one = asked.opened()
        one.ask("POST", "/faults", [{"what": 599, "on": "submit"}, {"what": "truncated", "on": "poll"}], 201)
        one.submit()
        job = one.submit()
        one.send("GET", job["status_url"])
        seen = told(asked)
    assert seen["beside"] == {"submit 599": 1}
    assert times(seen, "states", "model", "status", "QUEUED") == 0
    assert seen["groups"]["answers"]["reached"] == 2


def test_what_a_journal_kept_no_longer_is_told() -> None:
    with plane(max_exchanges=2) as asked:
        one = asked.opened()
        for _ in range(5):
            one.send("GET", "/v1/models")
        seen = told(asked)
    assert seen["left_out"] == 3
    assert times(seen, "answers", "list_models", "200") == 2
