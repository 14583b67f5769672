"""Wishes over HTTP: the Python keywords as JSON, all or none of them, told with what became of them."""

from __future__ import annotations

from understudy.tests.control.planes import plane


def test_a_script_a_refusal_and_a_fault_come_true_and_say_so() -> None:
    with plane() as asked:
        one = asked.opened()
        one.ask("POST", "/scripts", {"running": 60, "fails": "out of memory"}, 201)
        one.ask("POST", "/faults?provider=runcomfy", [{"what": 503, "on": "poll"}], 201)
        job = one.submit()
        assert [one.send("GET", job["status_url"]).status_code for _ in range(2)] == [503, 200]
        task = one.ask("GET", f"/tasks/{job['request_id']}")
        assert [beat["state"] for beat in task["timeline"]] == ["QUEUED", "RUNNING", "FAILED"]
        assert [beat["at"] for beat in task["timeline"]] == [0, 2, 62]
        assert task["error"] == "out of memory"
        one.ask("POST", "/refusals", {"error": "InsufficientResources", "times": 2}, 201)
        assert one.submit()["error_code"] == 400002
        for name, met in (("scripts", (1, 1, False)), ("faults", (1, 1, False)), ("refusals", (1, 1, True))):
            (wish,) = one.ask("GET", f"/{name}")["wishes"]
            assert (wish["met"], wish["struck"], wish["live"]) == met, name


def test_of_several_wishes_all_are_laid_down_or_none() -> None:
    with plane() as asked:
        one = asked.opened()
        one.ask("POST", "/faults", {"what": 500}, 201)
        one.ask("POST", "/faults", [{"what": 503}, {"what": "delay", "on": "webhook"}], 422)
        one.ask("POST", "/scripts", [{}, {"provider": "nobody"}], 404)
        assert len(one.ask("GET", "/faults")["wishes"]) == 1
        assert one.ask("GET", "/scripts")["wishes"] == []


def test_wishes_that_are_refused_leave_those_of_a_scenario_alone() -> None:
    with plane() as asked:
        one = asked.opened(scenario="flaky-gateway")
        before = one.ask("GET", "/faults")["wishes"]
        assert before
        one.ask("POST", "/faults", [{"what": 503}, {"what": "delay", "on": "webhook"}], 422)
        assert one.ask("GET", "/faults")["wishes"] == before


def test_what_is_left_is_taken_back_and_fails_nothing() -> None:
    with plane() as asked:
        one = asked.opened()
        one.ask("POST", "/scripts", [{"cost": 1}, {"cost": 2, "times": "always"}], 201)
        one.ask("POST", "/refusals", {"error": "InsufficientResources"}, 201)
        assert one.ask("GET", "/verdict")["fails"]
        assert one.ask("DELETE", "/refusals")["cleared"] == 1
        one.submit()
        told = one.ask("DELETE", "/scripts?provider=runcomfy")
        assert (told["cleared"], [wish["wish"] for wish in told["wishes"]]) == (1, ["script(cost=1)"])
        assert not one.ask("GET", "/verdict")["fails"]


def test_a_manual_task_waits_for_its_cue() -> None:
    with plane() as asked:
        one = asked.opened(clock="manual")
        one.ask("POST", "/scripts", {"manual": True}, 201)
        name = one.submit()["request_id"]
        states = [one.ask("GET", f"/tasks/{name}")["state"]]
        states += [one.ask("POST", f"/tasks/{name}/cue")["state"] for _ in range(2)]
        assert states == ["QUEUED", "RUNNING", "SUCCEEDED"]
        assert "expected a task that waits for its cue" in one.ask("POST", f"/tasks/{name}/cue", status=409)["detail"]


def test_the_receiver_answers_as_it_was_told() -> None:
    with plane() as asked:
        one = asked.opened()
        one.ask("POST", "/webhooks", [{"status": 503, "times": 2}, {"status": 204}], 201)
        hooks = one.said["webhooks"]
        assert [asked.client.post(hooks, content=b"{}").status_code for _ in range(4)] == [503, 503, 204, 200]


def test_a_whole_number_is_one_however_it_is_written() -> None:
    with plane() as asked:
        one = asked.opened()
        one.ask("POST", "/faults", b'{"what": 503.0, "on": "poll", "times": 2.0}', 201)
        one.ask("POST", "/scripts", b'{"looks": 2.0, "outputs": [{"kind": "image", "width": 64.0}]}', 201)
        one.ask("POST", "/webhooks", b'[{"status": 201.0, "times": 2.0}]', 201)
        assert one.ask("POST", "/ledger", b'{"quota": 2.0}')["accounts"][0]["quota"] == 2
        assert "came 1e+300" in one.ask("POST", "/ledger", {"quota": 1e300}, 422)["detail"]
        assert "came 1e+300" in one.ask("POST", "/webhooks", {"times": 1e300}, 422)["detail"]
