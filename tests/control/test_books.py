"""The books over HTTP: what a Python test sees of tasks, exchanges, money and webhooks, any other sees, too."""

from __future__ import annotations

import threading

from understudy.tests.control.planes import MODEL, plane


def test_a_task_is_told_whole() -> None:
    with plane() as asked:
        one = asked.opened(clock="manual")
        name = one.submit(seed=4)["request_id"]
        one.submit()
        task = one.ask("GET", f"/tasks/{name}")
        assert (task["state"], task["place"], task["outputs"]) == ("QUEUED", 1, [])
        assert task["inputs"] == {"prompt": "a red tram", "seed": 4}
        assert (task["model"], task["operation"], task["cost"]) == ("tongyi-mai/z-image/turbo", "submit", None)
        assert task["timeline"][1] == {"at": 2, "date": "2026-01-01T00:00:02.000000+00:00", "state": "RUNNING"}
        one.ask("POST", "/settle")
        (output,) = one.ask("GET", f"/tasks/{name}")["outputs"]
        assert one.send("GET", output).content.startswith(b"\x89PNG")


def test_tasks_are_picked_and_counted() -> None:
    with plane() as asked:
        one = asked.opened(clock="manual")
        for _ in range(3):
            one.submit()
        one.ask("POST", "/scripts", {"stuck": True}, 201)
        one.submit()
        one.ask("POST", "/settle")
        part = one.ask("GET", "/tasks?state=SUCCEEDED&limit=2&offset=1")
        assert (part["total"], [task["number"] for task in part["tasks"]]) == (3, [2, 3])
        assert one.ask("GET", "/tasks?state=RUNNING")["total"] == 1


def test_the_journal_is_picked_and_read_on() -> None:
    with plane() as asked:
        one = asked.opened(clock="manual", max_exchanges=3)
        job = one.submit()
        for _ in range(3):
            one.send("GET", job["status_url"])
        book = one.ask("GET", "/journal")
        assert (book["count"], book["left_out"]) == (4, 1)
        assert [exchange["number"] for exchange in book["exchanges"]] == [2, 3, 4]
        assert [exchange["number"] for exchange in one.ask("GET", "/journal?since=3")["exchanges"]] == [4]
        assert len(one.ask("GET", f"/journal?on=poll&task={job['request_id']}")["exchanges"]) == 3
        assert one.ask("GET", "/journal?on=submit")["exchanges"] == []
        assert one.key not in str(book)


def test_equal_stories_are_told_in_equal_bytes() -> None:
    with plane() as asked:
        books = []
        for seed in ("1", "2"):
            one = asked.opened(seed=seed)
            job = one.submit(style=b"caf\xc3\xa9".decode())
            one.send("GET", job["status_url"])
            one.plane.client.post(one.url + MODEL, content=b"\xff", headers={"Authorization": f"Bearer {one.key}"})
            books.append(one.ask("GET", "/journal/canonical"))
            assert books[-1] == asked.app.sessions[one.sid].journal.canonical()
        assert books[0] == books[1]
        assert b"\xff" in books[0]
        one.submit()
        assert one.ask("GET", "/journal/canonical") != books[0]
        one.ask("GET", "/journal/canonical?on=poll", status=422)


def test_the_story_is_plain_text() -> None:
    with plane() as asked:
        one = asked.opened(clock="manual")
        assert one.ask("GET", "/timeline") == "no task yet at 0.000 s"
        one.submit()
        assert "0.000 s  POST submit -> 200" in one.ask("GET", "/timeline")


def test_money_is_told_and_set() -> None:
    with plane() as asked:
        one = asked.opened(clock="manual")
        key = one.ask("POST", "/keys", status=201)["key"]
        one.ask("POST", "/scripts", {"cost": 0.25}, 201)
        one.submit()
        one.submit()
        first, second = one.ask("GET", "/ledger")["accounts"]
        assert (first["held"], first["charged"], first["unpriced"]) == (0.25, 0, {"tongyi-mai/z-image/turbo": 1})
        one.ask("POST", "/settle")
        assert one.ask("GET", "/ledger")["accounts"][0]["charged"] == 0.25
        one.ask("POST", "/ledger", {"balance": 0, "key": one.key})
        assert one.submit()["error_code"] == 400002
        assert one.ask("GET", "/ledger?provider=runcomfy")["accounts"][1] == second
        assert [row["balance"] for row in one.ask("POST", "/ledger", {"balance": 7})["accounts"]] == [7, 7]
        assert "key" not in one.ask("GET", "/ledger")["accounts"][0]
        one.ask("POST", "/ledger", {"balance": 7, "key": key + "x"}, 404)


def test_a_quota_is_set_and_lifted() -> None:
    with plane() as asked:
        one = asked.opened()
        assert one.ask("POST", "/ledger", {"quota": 1})["accounts"][0]["quota"] == 1
        assert "request_id" in one.submit()
        assert one.submit()["error_code"] == 400002
        assert one.ask("POST", "/ledger", {"quota": None})["accounts"][0]["quota"] is None
        assert "request_id" in one.submit()


def test_webhooks_are_told_and_waited_for() -> None:
    with plane() as asked:
        one = asked.opened()
        asked.client.post(one.said["webhooks"] + "/a?b=1", json={"id": 1}, headers={"X-Sign": "s"})
        (first,) = one.ask("GET", "/webhooks?wait=1&timeout=0")["received"]
        assert (first["method"], first["path"][-6:], first["json"], first["status"]) == (
            "POST",
            "/a?b=1",
            {"id": 1},
            200,
        )
        assert ["x-sign", "s"] in first["headers"]
        told = one.ask("GET", "/webhooks?wait=2&timeout=0.01", status=409)["detail"]
        assert told.startswith("expected 2 to be received within 0.01 s; came 1: POST")
        later = threading.Timer(0.05, lambda: asked.client.post(one.said["webhooks"], content=b"\xff"))
        later.start()
        second = one.ask("GET", "/webhooks?wait=2&timeout=10")["received"][1]
        later.join()
        assert (second["body"], second["json"]) == ({"base64": "/w=="}, None)


def test_looking_changes_nothing() -> None:
    with plane() as asked:
        one = asked.opened()
        job = one.submit()
        one.send("GET", job["status_url"])
        for _ in range(2):
            for path in (
                "",
                "/tasks",
                "/journal",
                "/ledger",
                "/verdict",
                "/timeline",
                "/webhooks",
                "/clock",
                "/findings",
            ):
                one.ask("GET", path)
        assert one.ask("GET", "/clock")["now"] == 0
        assert one.ask("GET")["exchanges"] == 2


def test_numbers_beyond_64_bits_are_told_as_they_came() -> None:
    with plane() as asked:
        one = asked.opened()
        one.submit(seed=10**30)
        assert one.ask("GET", "/tasks")["tasks"][0]["inputs"]["seed"] == 10**30
