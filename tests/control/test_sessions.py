"""Sessions over HTTP: opened with what a handle may be told, moved, judged, ended."""

from __future__ import annotations

from pathlib import Path

import httpx
from understudy.mocks.control.warden import OURS
from understudy.tests.control.planes import MODEL, plane


def test_a_session_is_opened_used_and_ended_with_its_verdict() -> None:
    with plane() as asked:
        one = asked.opened()
        assert (one.said["clock"]["mode"], one.said["strict"], one.said["seed"]) == ("auto", False, "0")
        assert one.said["env"]["runcomfy"]["RUNCOMFY_API_KEY"] == one.key
        assert one.said["ws_urls"]["runcomfy"] == one.url.replace("http", "ws", 1)
        job = one.submit()
        words = [one.send("GET", job["status_url"]).json()["status"] for _ in range(3)]
        assert words == ["in_queue", "in_progress", "completed"]
        assert asked.ask("GET", "/sessions")["sessions"][-1]["tasks"] == 1
        verdict = one.ask("DELETE")
        assert (verdict["fails"], verdict["text"]) == (False, "")
        assert verdict["summary"].startswith("understudy: 1 task, ")
        assert one.sid in one.ask("GET", status=404)["detail"]
        assert one.send("GET", job["status_url"]).status_code == 401


def test_a_verdict_fails_for_what_was_found_and_for_what_never_struck() -> None:
    with plane() as asked:
        one = asked.opened(clock="manual")
        one.submit(num_images=9)
        one.ask("POST", "/scripts", {"stuck": True}, 201)
        verdict = one.ask("GET", "/verdict")
        assert verdict["fails"]
        assert [(finding["rule"], finding["met"]) for finding in verdict["findings"]] == [("out-of-range", 1)]
        assert verdict["unstruck"] == [{"wish": "script(stuck=True)", "trouble": ""}]
        assert "on purpose? say allow='out-of-range' where you ask for the verdict" in verdict["text"]
        assert not one.ask("GET", "/verdict?allow=out-of-range,not-struck")["fails"]
        assert one.ask("DELETE", "?allow=out-of-range")["unstruck"]


def test_strict_is_as_the_session_was_told_unless_one_asks_otherwise() -> None:
    with plane() as asked:
        one = asked.opened(strict=True)
        one.submit(nonsense=1)
        assert one.ask("GET", "/verdict")["fails"]
        loose = one.ask("GET", "/verdict?strict=false")
        assert not loose["fails"]
        assert [finding["rule"] for finding in loose["shown"]] == ["unknown-field"]


def test_sessions_do_not_see_each_other_and_follow_from_their_seed() -> None:
    with plane() as asked:
        one, two = asked.opened(seed="7", providers=["runcomfy"]), asked.opened(seed="7")
        assert one.sid != two.sid
        assert one.key != two.key
        assert one.submit()["request_id"] == two.submit()["request_id"]
        assert len(one.ask("GET", "/tasks")["tasks"]) == 1


def test_a_session_is_as_the_house_was_told_but_for_its_clock() -> None:
    with plane(clock="x10", strict=True, unknown_models="accept", public_url="http://stand-in:9") as asked:
        one = asked.opened()
        assert (one.said["clock"]["mode"], one.said["strict"]) == ("auto", True)
        assert one.url == f"http://stand-in:9/~{one.sid}/runcomfy"
        assert one.control.startswith(f"http://{OURS[-1]}/")
        assert one.send("POST", one.url.replace("stand-in:9", "understudy") + "/v1/models/no/such/model",
                        {"prompt": "x"}).status_code == 200  # fmt: skip


def test_a_reset_takes_everything_back_but_address_and_keys() -> None:
    with plane() as asked:
        one = asked.opened(clock="manual")
        other = one.ask("POST", "/keys", status=201)["key"]
        one.ask("POST", "/scripts", {"stuck": True}, 201)
        one.submit()
        one.ask("POST", "/clock", {"advance": 5})
        told = one.ask("POST", "/reset")
        assert {name: told[name] for name in ("sid", "urls", "keys")} == {
            name: one.said[name] for name in ("sid", "urls", "keys")
        }
        assert (told["tasks"], told["exchanges"], told["clock"]["now"]) == (0, 0, 0)
        assert one.ask("GET", "/scripts")["wishes"] == []
        assert one.send("GET", "/v1/models?limit=1", key=other).status_code == 200


def test_the_clock_is_moved_and_settled() -> None:
    with plane() as asked:
        one = asked.opened(clock="manual")
        one.submit()
        assert one.ask("POST", "/clock", {"advance": 3})["now"] == 3
        settled = one.ask("POST", "/settle")
        assert (settled["now"], settled["age"]) == (12, 3)
        flowing = asked.opened(clock="real")
        for path, body in (("/clock", {"advance": 3}), ("/settle", None)):
            assert 'clock="manual"' in flowing.ask("POST", path, body, 409)["detail"]


def test_keys_are_made_and_revoked() -> None:
    with plane() as asked:
        one = asked.opened()
        other = one.ask("POST", "/keys", {"provider": "runcomfy"}, 201)
        assert (other["account"], other["kind"], other["revoked"]) == ("account-2", "", False)
        assert one.send("POST", MODEL, {"prompt": "x"}, other["key"]).status_code == 200
        assert one.ask("DELETE", f"/keys/{other['key']}")["keys"][0]["revoked"]
        assert one.send("POST", MODEL, {"prompt": "x"}, other["key"]).status_code == 401
        assert [key["revoked"] for key in one.ask("GET", "/keys")["keys"]] == [False, True]
        assert "there are: runcomfy" in one.ask("POST", "/keys", {"provider": "nobody"}, 404)["detail"]


def test_keys_of_your_own_are_shown_nowhere() -> None:
    with plane(keys="my-own-secret-key") as asked:
        for path in ("/sessions", "/sessions/default", "/sessions/default/keys"):
            asked.ask("GET", path)
        told = httpx.Response(200, json=[asked.ask("GET", path) for path in ("/sessions", "/sessions/default/keys")])
        assert "my-own-secret-key" not in told.text
        assert "***" in told.text
        assert "***" not in str(asked.opened().said)


def test_a_ready_scenario_is_played_by_its_name_and_again_after_a_reset() -> None:
    with plane() as asked:
        one = asked.opened(scenario="out-of-money")
        for _ in range(2):
            assert one.submit()["error_code"] == 400002
            one.ask("POST", "/reset")
        for said, cure in (
            ("out-of-mony", "did you mean out-of-money?"),
            ("tests/x.yaml", "send what stands in yours"),
        ):
            assert cure in asked.ask("POST", "/sessions", {"scenario": said}, 422)["detail"]


def test_a_scenario_of_the_house_is_every_sessions_unless_one_wants_none(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("balance: 0")
    with plane(scenario=str(mine)) as asked:
        assert asked.opened().submit()["error_code"] == 400002
        one = asked.opened(scenario="")
        assert "request_id" in one.submit()
        broke = asked.opened()
        mine.write_text("balanse: 0")
        for path in ("/sessions", f"/sessions/{broke.sid}/reset"):
            assert "did you mean balance?" in asked.ask("POST", path, status=409)["detail"]
        assert broke.submit()["error_code"] == 400002, "what cannot be begun again goes on"
