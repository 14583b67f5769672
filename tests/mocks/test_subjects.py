"""What a check asks: our stand-in by both ways alike, and any server as a black box."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from understudy.contracts.checks.subject import Ask
from understudy.mocks.stand_in import stand_in
from understudy.mocks.subjects import MOST_BODY, Elsewhere, Ours, bearing

PATH = "/v1/models/tongyi-mai/z-image/turbo"
BODY = b'{"prompt": "a red tram"}'


@pytest.fixture(params=[True, False], ids=["socket", "in process"])
def own(request: pytest.FixtureRequest) -> Iterator[Ours]:
    subject = Ours("runcomfy", request.param)
    yield subject
    subject.close()


def submit(subject: Ours | Elsewhere, key: str = "", body: bytes = BODY) -> Ask:
    headers = (*bearing("runcomfy", key or subject.key).items(), ("Content-Type", "application/json"))
    return Ask("POST", PATH, headers, body)


def test_its_director_does_what_no_client_can(own: Ours) -> None:
    own.cue("fail")
    first = own.send(submit(own)).json
    own.cue("poor")
    assert own.send(submit(own)).status == 402
    assert own.send(submit(own, own.other_key)).status == 200
    own.cue("rich")
    assert own.send(submit(own)).status == 200
    own.cue("advance", 12.5)
    assert own.now == 12.5
    path = first["result_url"].removeprefix(own.base)
    said = own.send(Ask("GET", path, tuple(bearing("runcomfy", own.key).items())))
    assert (said.at, said.json["status"]) == (12.5, "failed")


def test_a_new_world_has_the_same_ids_and_keys(own: Ours) -> None:
    first, key = own.send(submit(own)).json, own.key
    own.cue("advance", 5)
    own.fresh()
    assert (own.key, own.now) == (key, 0)
    assert own.send(submit(own)).json == first
    assert own.send(submit(own, own.other_key)).status == 200


def test_a_body_may_be_so_large_and_no_larger(own: Ours) -> None:
    assert own.most_body == MOST_BODY
    assert own.send(submit(own, body=b" " * (MOST_BODY + 1))).status == 413
    assert own.send(submit(own, body=BODY + b" " * (MOST_BODY - len(BODY)))).status == 200


def test_whatever_answers_at_an_address_is_a_subject() -> None:
    with stand_in("runcomfy") as handle:
        other = Elsewhere(handle.url + "/", handle.api_key)
        assert other.base == handle.url
        assert other.can == {"wait"}
        assert other.now is None
        said = other.send(submit(other))
        assert (said.status, said.method, said.url) == (200, "POST", PATH)
        other.cue("wait", 0.001)
        other.cue("fail")
        other.close()
