"""The mutants that were thought up: each does what its name says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from understudy.contracts.checks.breaking import behaviours as module
from understudy.contracts.checks.breaking.behaviours import behaviours
from understudy.contracts.checks.subject import Ask
from understudy.contracts.document import PROVIDERS
from understudy.contracts.exchange import Exchange
from understudy.mocks.subjects import Ours
from understudy.tests.checks.tapes import NOBODY, PLAIN, PROMISE
from understudy.tests.checks.test_mutants import Client, subject

__all__ = ["subject"]  # a fixture


def output(client: Client, name: str) -> Any:
    return client.look(name, "result")["output"]


def opened(client: Client, url: str) -> Exchange:
    return client.subject.send(Ask("GET", url.removeprefix(client.subject.base)))


def done(subject: Ours, name: str, **inputs: Any) -> tuple[Client, str]:
    client = Client(subject, name)
    order = client.order(**inputs)
    client.passes(100)
    return client, order


def test_there_are_as_many_as_promised() -> None:
    assert len(behaviours(PROMISE)) >= 40


def test_no_providers_word_stands_in_the_mutants() -> None:
    folder = Path(str(module.__file__)).parent
    names = (
        "behaviours",
        "bending",
        "claims",
        "corners",
        "limits",
        "manners",
        "mutant",
        "mutants",
        "score",
        "shelves",
        "wares",
    )
    for name in names:
        text = (folder / f"{name}.py").read_text(encoding="utf-8").lower()
        assert not [provider for provider in PROVIDERS if provider in text], name
        assert not [word for word in ("request_id", "in_queue", "error_code", "v1/") if word in text], name


def test_a_late_cancel_is_taken_and_told_from_then_on(subject: Ours) -> None:
    client = Client(subject, "a cancel is taken while the order runs")
    name = client.order()
    client.passes(3)
    assert client.look(name)["status"] == "in_progress"
    assert client.ask(f"/v1/requests/{name}/cancel", method="POST").json["outcome"] == "cancelled"
    client.passes(30)
    assert client.look(name)["status"] == "cancelled"
    result = client.look(name, "result")
    assert result["status"] == "cancelled"
    assert "output" not in result


def test_a_cancel_of_an_order_that_is_over_is_left_to_another_mutant(subject: Ours) -> None:
    client, name = done(subject, "a cancel is taken while the order runs")
    assert client.ask(f"/v1/requests/{name}/cancel", method="POST").json["outcome"] == "not_cancellable"
    client, name = done(subject, "a cancel is taken when the order is over")
    assert client.ask(f"/v1/requests/{name}/cancel", method="POST").json["outcome"] == "cancelled"


@pytest.mark.parametrize(("name", "outcome", "after"), [
    ("a cancel is refused while the order queues", "not_cancellable", "completed"),
    ("a cancel is taken, and the order goes on", "cancelled", "completed"),
    ("an accepted cancel tells another status", "cancelled", "cancelled"),
])  # fmt: skip
def test_a_cancel_is_answered_otherwise_than_it_was_done(name: str, outcome: str, after: str, subject: Ours) -> None:
    client = Client(subject, name)
    order = client.order()
    said = client.ask(f"/v1/requests/{order}/cancel", method="POST")
    assert (said.status, said.json["request_id"], said.json["outcome"]) == (202, order, outcome)
    client.passes(100)
    assert client.look(order)["status"] == after


@pytest.mark.parametrize(("name", "told"), [
    ("a place in the queue is told once and for ever", [11, 11, 11]),
    ("places in the queue are counted from 0", [10, 10, 9]),
    ("a place in the queue grows with each look", [11, 12, 12]),
    ("places in the queue count every order ever taken", [12, 12, 12]),
    ("every order is the first in the queue", [1, 1, 1]),
])  # fmt: skip
def test_a_place_is_told_wrongly(name: str, told: list[int], subject: Ours) -> None:
    client = Client(subject, name)
    first = client.order()
    orders = [client.order() for _ in range(11)]
    client.ask(f"/v1/requests/{first}/cancel", method="POST")
    heard = [client.look(orders[-1])["queue_position"] for _ in range(2)]
    client.ask(f"/v1/requests/{orders[0]}/cancel", method="POST")
    assert [*heard, client.look(orders[-1])["queue_position"]] == told


@pytest.mark.parametrize(("name", "at"), [
    ("an order takes twice as long", {12: "in_progress", 24: "completed"}),
    ("an order takes half as long", {4: "in_progress", 6: "completed"}),
    ("an order takes a second longer", {12: "in_progress", 13: "completed"}),
    ("an order never ends", {12: "in_queue", 9999: "in_queue"}),
    ("an order is over at once", {0: "completed"}),
])  # fmt: skip
def test_time_is_claimed_to_have_passed(name: str, at: dict[int, str], subject: Ours) -> None:
    client = Client(subject, name)
    order, now = client.order(), 0.0
    for moment, word in at.items():
        if moment > now:
            client.passes(moment - now)
        now = moment
        assert client.subject.now == pytest.approx(moment)
        assert client.look(order)["status"] == word


def test_an_order_has_come_to_another_end(subject: Ours) -> None:
    client, name = done(subject, "an order that succeeded is told as failed")
    assert client.look(name, "result").keys() == {"request_id", "status", "error", "created_at", "finished_at"}
    client = Client(subject, "a failed order is told as succeeded")
    client.subject.cue("fail")
    name = client.order()
    client.passes(100)
    assert client.look(name, "result")["status"] == "succeeded"
    assert output(client, name)


def test_orders_are_mixed_up(subject: Ours) -> None:
    client = Client(subject, "a result is that of the order before")
    one, two = client.order(), client.order()
    client.passes(100)
    assert client.look(two, "result")["request_id"] == one
    client = Client(subject, "the same order sent twice has one id")
    assert client.order(seed=1) == client.order(seed=1) != client.order(seed=2)
    client = Client(subject, "an id that nobody gave is told as queueing")
    assert client.look(NOBODY)["request_id"] == NOBODY
    assert client.subject.base in client.look(NOBODY)["status_url"]


def test_stamps_are_told_wrongly(subject: Ours) -> None:
    client, name = done(subject, "an order ended before it began")
    assert client.look(name, "result")["finished_at"] < client.look(name, "result")["created_at"]
    client, name = done(subject, "the end of an order moves from look to look")
    assert len({client.look(name, "result")["finished_at"] for _ in range(3)}) == 3
    client, name = done(subject, "a stamp has no time zone")
    assert client.look(name, "result")["finished_at"] == "2026-01-01T00:00:12"


@pytest.mark.parametrize(("name", "count", "keys"), [
    ("a result has a file more than was ordered", 1, {"images": 2}),
    ("a result has a file more than was ordered", 2, {"images": 3}),
    ("a result has a file less than was ordered", 2, {"image": 1}),
    ("a result has a file less than was ordered", 1, {}),
    ("a single file is told as several", 1, {"images": 1}),
    ("of several files the first alone is told", 3, {"image": 1}),
    ("a file's kind is told as another", 1, {"video": 1}),
    ("several files have one address", 3, {"images": 1}),
])  # fmt: skip
def test_a_result_tells_of_other_files(name: str, count: int, keys: dict[str, int], subject: Ours) -> None:
    client, order = done(subject, name, num_images=count)
    told = output(client, order).items()
    distinct = "one address" in name
    counts = {key: [value] if isinstance(value, str) else [*set(value)] if distinct else value for key, value in told}
    assert {key: len(files) for key, files in counts.items()} == keys


def test_files_are_other_files(subject: Ours) -> None:
    honest, name = done(subject, "a page is empty")
    true = opened(honest, output(honest, name)["image"])
    client, name = done(subject, "a file is cut in half")
    cut = opened(client, output(client, name)["image"])
    assert cut.answer_body == true.answer_body[: len(true.answer_body) // 2]
    assert dict(cut.answer_headers)[b"content-length"] == b"%d" % len(cut.answer_body)
    client, name = done(subject, "a file is of another size")
    assert int.from_bytes(opened(client, output(client, name)["image"]).answer_body[16:20]) == 1024 + 8


def test_seeds_are_not_heeded(subject: Ours) -> None:
    def files(name: str, *seeds: int) -> int:
        client = Client(subject, name)
        orders = [client.order(seed=seed) for seed in seeds]
        client.passes(100)
        return len({opened(client, output(client, order)["image"]).answer_body for order in orders})

    assert files("every seed makes the same file", 3, 4, 5) == 1
    assert files("a seed makes another file each time", 3, 3, 3) == 3
    assert files("an even seed makes the file of the one behind it", 3, 4, 5) == 2


def test_doors_stand_open(subject: Ours) -> None:
    page = "/v1/models?limit=1"
    assert Client(subject, "a request without a key is let in").subject.send(Ask("GET", page)).status == 200
    assert Client(subject, "a request without a key is let in").ask(page, key="wrong").status == 401
    assert Client(subject, "a request with a wrong key is let in").ask(page, key="wrong").status == 200
    client = Client(subject, "another account's orders can be seen")
    name = client.order()
    other = client.subject.other_key
    assert client.ask(f"/v1/requests/{name}/status", key=other).status == 200
    assert client.ask(f"/v1/requests/{name}/cancel", method="POST", key=other).status == 403
    assert Client(subject, "an unknown model is taken").ask("/v1/models/no/such", {}).status == 200
    assert Client(subject, "any input is taken").ask(f"/v1/models/{PLAIN}", {"prompt": 5}).status == 200
    assert Client(subject, "any method is taken").ask(page, method="DELETE").status == 200


def test_money_is_overlooked_or_asked_for_too_often(subject: Ours) -> None:
    client = Client(subject, "an empty balance is overlooked")
    client.subject.cue("poor")
    assert client.order()
    client = Client(subject, "who could not pay cannot look either")
    name = client.order()
    client.subject.cue("poor")
    assert client.ask(f"/v1/models/{PLAIN}", {"prompt": "x"}).status == 402
    assert client.ask(f"/v1/requests/{name}/status").status == 402
    client = Client(subject, "a balance that was filled up is still empty")
    client.subject.cue("poor")
    client.subject.cue("rich")
    assert client.ask(f"/v1/models/{PLAIN}", {"prompt": "x"}).status == 402


def test_the_catalogue_is_another(subject: Ours) -> None:
    page = Client(subject, "a page begins with the end of the one before").ask("/v1/models?limit=2&offset=2").json
    before = Client(subject, "a category is missing").ask("/v1/models?limit=2").json
    assert page["models"][0] == before["models"][1]
    dearer = Client(subject, "an entry has another price in the list")
    there = dearer.ask("/v1/models?limit=2").json["models"]
    assert [entry["base_price_usd"] for entry in there] == [0.0, 0.5]
    assert dearer.ask(f"/v1/models/{there[1]['model_id']}").json["base_price_usd"] == 0.0


@pytest.mark.parametrize(("name", "body"), [
    ("answers begin with a byte order mark", b"\xef\xbb\xbf{"), ("answers stand in a list", b"[{"),
    ("answers repeat a key", b'{"models":"","models":['), ("answers have no body", b""),
])  # fmt: skip
def test_the_wire_is_bent(name: str, body: bytes, subject: Ours) -> None:
    said = Client(subject, name).ask("/v1/models?limit=1")
    assert said.answer_body.startswith(body)
    assert dict(said.answer_headers)[b"content-length"] == b"%d" % len(said.answer_body)


def test_every_seventh_answer_is_another(subject: Ours) -> None:
    client = Client(subject, "every seventh answer is 503")
    statuses = [client.ask("/v1/models?limit=1").status for _ in range(14)]
    assert statuses == [*[200] * 6, 503] * 2


def test_a_look_takes_an_order_on_and_no_time_has_passed(subject: Ours) -> None:
    client = Client(subject, "each look takes an order half a second on")
    name = client.order()
    assert [client.look(name)["status"] for _ in range(5)] == ["in_queue"] * 4 + ["in_progress"]
    assert client.subject.now == 0.0


@pytest.mark.parametrize("name", ["an order that was refused for its input is made unseen", "a page is empty"])
def test_an_order_that_nobody_sees_takes_a_place(name: str, subject: Ours) -> None:
    client = Client(subject, name)
    orders = [client.order() for _ in range(10)]
    assert client.ask(f"/v1/models/{PLAIN}", {"prompt": 5}).status == 422
    orders.append(client.order())
    client.passes(12)
    assert client.look(orders[-1])["queue_position"] == (1 if name == "a page is empty" else 2)


def test_one_of_many_is_bent_alone(subject: Ours) -> None:
    client = Client(subject, "the third order is over while it runs")
    orders = [client.order() for _ in range(4)]
    client.passes(3)
    assert [client.look(name)["status"] for name in orders] == [*["in_progress"] * 2, "completed", "in_progress"]
    client = Client(subject, "an input with a line break is refused")
    assert client.ask(f"/v1/models/{PLAIN}", {"prompt": "one\ntwo"}).status == 422
    assert client.ask(f"/v1/models/{PLAIN}", {"prompt": "one two"}).status == 200
