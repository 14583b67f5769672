"""The book is whole, capped with a word, tells no secret, and is equal for equal stories."""

from __future__ import annotations

import json
from typing import Any

import pytest
from understudy.contracts.exchange import MASK, SECRETS, Exchange
from understudy.contracts.finding import Finding
from understudy.mocks.web.journal import Journal
from understudy.tests.runcomfy import test_promises
from understudy.tests.world import WAYS, Ask

SPEECH = test_promises.TestRunComfy()
KEY = "5" * 32


def exchange(at: float = 0.0, **more: Any) -> Exchange:
    told: dict[str, Any] = {
        "method": "GET", "url": "/jobs/1", "request_headers": [(b"accept", b"*/*")], "request_body": b"",
        "status": 200, "answer_headers": [(b"content-type", b"application/json")], "answer_body": b"{}",
        "provider": "toy", "operation": "look", "channel": "poll", "at": at,
    }  # fmt: skip
    return Exchange(**{**told, **more})


def finding(came: str = "1", where: str = "/text") -> Finding:
    return Finding("invalid-type", "broken", where, "string", came, "send text", "make")


def test_other_stories_are_told_otherwise() -> None:
    stories: list[list[tuple[int, int]]] = [
        [(0, 0)], [(0, 0), (0, 0)], [(0, 0), (1, 0)], [(0, 0), (4, 0)], [(0, 0), (5, 0)], [(0, 0), (4, 0), (4, 0)],
        [(0, 0), (3, 0)], [(0, 0), (3, 1)], [(0, 0), (0, 0), (1, 0)], [(0, 0), (0, 0), (1, 1)],
    ]  # fmt: skip
    told = set()
    for story in stories:
        with SPEECH.world(WAYS[0], slots=2) as world:
            SPEECH.play(world, story)
            told.add(world.handle.journal.canonical())
    assert len(told) == len(stories)


def test_the_seed_changes_names_only() -> None:
    told = []
    for seed in ("0", "another"):
        with SPEECH.world(WAYS[0], seed=seed) as world:
            SPEECH.play(world, [(0, 0), (4, 0), (5, 0), (2, 0), (0, 0), (1, 1)])
            told.append(world.handle.journal.canonical())
    assert told[0] == told[1]


def test_names_are_numbered_as_they_appear() -> None:
    journal = Journal()
    first, second = "11111111-aaaa-4000-a000-000000000001", "22222222-bbbb-4000-a000-000000000002"
    for base, agent in (("http://127.0.0.1:1/~s/toy", b"curl"), ("https://toy.example/toy", b"python")):
        journal.kept.clear()
        body = json.dumps({"a": f"{base}/jobs/{second}", "b": first.upper()}).encode()
        own = [(name, agent) for name in (b"User-Agent", b"authorization", b"x-api-key")]
        headers = [*own, (b"x-mine", b"kept")]
        journal.append(exchange(url=f"/~s/toy/jobs/{second}", answer_body=body, request_headers=headers))
        told = journal.canonical()
        assert told.startswith(b"in GET /toy/jobs/{id-1}\n  x-mine: kept\n")
        assert b'{"a": "{base}/toy/jobs/{id-1}", "b": "{id-2}"}' in told
        assert agent not in told


def test_it_is_capped_and_says_so_once() -> None:
    said: list[str] = []
    journal = Journal(5, said.append)
    for at in range(5):
        journal.append(exchange(at))
    assert (len(journal), journal.left_out, said) == (5, 0, [])
    for at in range(5, 12):
        journal.append(exchange(at))
    assert ([e.at for e in journal], journal.count, journal.left_out) == ([7, 8, 9, 10, 11], 12, 7)
    assert len(said) == 1
    assert "raise max_exchanges" in said[0]


def test_so_are_the_bytes_of_its_bodies() -> None:
    said: list[str] = []
    journal = Journal(100, said.append, 10)
    for at in range(6):
        journal.append(exchange(at, request_body=b"1", answer_body=b"23"))
    assert ([e.at for e in journal], journal.held, journal.left_out) == ([3, 4, 5], 9, 3)
    journal.append(exchange(6, request_body=b"", answer_body=b"larger than all of it"))
    assert ([e.at for e in journal], journal.count) == ([6], 7), "the newest is kept, whatever its size"
    journal.append(exchange(7, request_body=b"", answer_body=b""))
    assert [e.at for e in journal] == [7]
    assert len(said) == 1
    assert "10 bytes of bodies" in said[0]


def test_a_finding_counts_once_however_often_it_is_met() -> None:
    journal = Journal(2)
    for _ in range(4):
        journal.append(exchange(findings=(finding(), finding(where="/copies"))))
    journal.append(exchange(findings=(finding(came="2"),)))
    assert [(f.where, f.came, met) for f, met in journal.findings.values()] == [
        ("/text", "1", 4), ("/copies", "1", 4), ("/text", "2", 1),
    ]  # fmt: skip


def test_it_is_asked_by_channel_operation_and_task() -> None:
    journal = Journal()
    for operation, channel, task in (("make", "submit", "a"), ("look", "poll", "a"), ("hold", "poll", "b")):
        journal.append(exchange(operation=operation, channel=channel, task=task))
    for asked, count in (({}, 3), ({"on": "poll"}, 2), ({"on": "look"}, 1), ({"task": "a"}, 2), ({"on": "x"}, 0),
                         ({"on": "poll", "task": "b"}, 1)):  # fmt: skip
        assert len(journal.of(**asked)) == count


def test_whoever_watches_sees_each_exchange() -> None:
    seen: list[Exchange] = []
    journal = Journal(1)
    journal.watch = seen.append
    for at in range(3):
        journal.append(exchange(at))
    assert [e.at for e in seen] == [0, 1, 2]


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_secrets_are_masked(name: str) -> None:
    journal = Journal()
    pair = (name.title().encode(), b"Bearer " + KEY.encode())
    journal.append(exchange(request_headers=[pair], answer_headers=[pair]))
    told = json.dumps(journal.as_dicts())
    assert KEY not in told
    assert told.count(MASK) == 2
    assert KEY.encode() not in journal.canonical()


def test_a_key_in_a_query_is_no_part_of_a_story() -> None:
    books = []
    for key in (KEY, KEY[::-1] + "6"):
        journal = Journal()
        journal.append(exchange(url=f"/jobs/1?a=b&api_key={key}"))
        books.append(journal.canonical())
    assert books[0] == books[1]
    assert KEY.encode() not in books[0]
    assert b"?a=b&api_key=***" in books[0]


def test_a_key_on_the_wire_is_told_to_nobody() -> None:
    for way in WAYS:
        with SPEECH.world(way) as world:
            SPEECH.submit(world)
            world.send(Ask("GET", "/v1/models"), KEY)
            told = json.dumps(world.handle.journal.as_dicts())
            assert world.handle.api_key not in told
            assert KEY not in told


def test_a_body_that_is_no_text_is_kept_as_base64() -> None:
    assert exchange(answer_body=b"\xff\x00").as_dict()["answer"]["body"] == {"base64": "/wA="}
