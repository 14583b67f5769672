"""The mutants that a contract's rows make: each strikes, and each breaks no more than it says."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from understudy.contracts.checks.breaking.limits import representatives, rules
from understudy.contracts.checks.breaking.mutant import Mutant, Mutated
from understudy.contracts.checks.breaking.mutants import generated, keys, mutants
from understudy.contracts.checks.breaking.reels import Reel, strikes, written
from understudy.contracts.checks.subject import Ask
from understudy.contracts.exchange import Exchange
from understudy.mocks.subjects import Ours
from understudy.tests.checks.tapes import JSON, NOBODY, PLAIN, PROMISE, tapes
from understudy.tests.toy.toy import PROMISE as TOY

ALL = {mutant.name: mutant for mutant in mutants(PROMISE)}


@pytest.fixture(scope="module")
def subject() -> Iterator[Ours]:
    own = Ours("runcomfy", socket=False)
    yield own
    own.close()


@pytest.fixture(scope="module")
def reels(subject: Ours) -> list[Reel]:
    told, cases = written(PROMISE, subject, tapes(subject.key))
    assert [str(case.finding) for case in cases] == []
    return told


class Client:
    """Who asks a mutant."""

    def __init__(self, subject: Ours, name: str) -> None:
        self.subject: Mutated = ALL[name].over(PROMISE, subject)
        self.subject.fresh()
        self.key = subject.key

    def ask(self, path: str, body: Any = None, method: str = "GET", key: str | None = None) -> Exchange:
        bears = (("Authorization", f"Bearer {self.key if key is None else key}"),)
        if body is None:
            return self.subject.send(Ask(method, path, bears))
        return self.subject.send(Ask("POST", path, (*bears, *JSON), json.dumps(body).encode()))

    def order(self, model: str = PLAIN, **inputs: Any) -> str:
        said = self.ask(f"/v1/models/{model}", {**PROMISE.catalogue.models[model].example(), **inputs})
        assert said.status == 200, said.answer_body
        return str(said.json["request_id"])

    def look(self, name: str, channel: str = "status") -> Any:
        return self.ask(f"/v1/requests/{name}/{channel}").json

    def passes(self, seconds: float) -> None:
        self.subject.cue("advance", seconds)


def test_there_are_as_many_as_promised_and_each_has_a_name_of_its_own() -> None:
    made = generated(PROMISE)
    assert len(made) >= 400
    assert len({mutant.name for mutant in mutants(PROMISE)}) == len(mutants(PROMISE))
    assert all(mutant.why and mutant.where and mutant.kind for mutant in mutants(PROMISE))
    assert set(Counter(mutant.kind for mutant in made)) == {
        "key", "error", "word", "step", "status", "header", "parameter", "rule", "input"}  # fmt: skip


@pytest.mark.more
@pytest.mark.parametrize("kind", sorted({mutant.kind for mutant in ALL.values()} - {"rule"}))
def test_every_one_makes_a_difference_on_the_wire(kind: str, subject: Ours, reels: list[Reel]) -> None:
    idle = [mutant.name for mutant in ALL.values()
            if mutant.kind == kind and not any(strikes(PROMISE, subject, reel, mutant) for reel in reels)]  # fmt: skip
    assert idle == []


@pytest.mark.parametrize("model", representatives(PROMISE), ids=lambda model: model.id)
def test_a_rule_that_is_not_enforced_lets_through_what_breaks_it_and_nothing_else(model: Any, subject: Ours) -> None:
    path, found = f"/v1/models/{model.id}", rules(model)
    assert found
    honest = Client(subject, "status 200 /status dropped")
    for rule in found:
        within = " of its items" if rule.of_items else ""
        lax = Client(subject, f"{model.id} {rule.field} {rule.keyword}{within} not enforced")
        others = [other.witness for other in found if other.field != rule.field][:1]
        assert honest.ask(path, rule.witness).status == 422, rule
        assert lax.ask(path, rule.witness).status == 200, rule
        assert {lax.ask(path, body).status for body in ([], *others)} == {422}


def test_a_bound_that_is_refused_is_refused_alone(subject: Ours) -> None:
    name = next(name for name in ALL if name.endswith(" maximum itself refused"))
    model, field = name.split(" ")[:2]
    bound = PROMISE.catalogue.models[model].fields[field]["maximum"]
    client = Client(subject, name)
    body = PROMISE.catalogue.models[model].example()
    assert client.ask(f"/v1/models/{model}", {**body, field: bound}).status == 422
    assert client.ask(f"/v1/models/{model}", body).status == 200


def test_a_key_is_bent_where_it_stands_and_nowhere_else(subject: Ours) -> None:
    client = Client(subject, "status 200 /status_url dropped")
    name = client.order()
    assert "status_url" not in client.look(name)
    assert "result_url" in client.look(name)
    said = client.ask(f"/v1/requests/{name}/status")
    assert dict(said.answer_headers)[b"content-length"] == b"%d" % len(said.answer_body)
    renamed = Client(subject, "status 200 /queue_position renamed")
    assert list(renamed.look(renamed.order()))[:3] == ["request_id", "status", "queuePosition"]
    assert Client(subject, "list_models 200 /total retyped").ask("/v1/models?limit=1").json["total"] == "152"
    page = Client(subject, "list_models 200 /models/*/kind nulled").ask("/v1/models?limit=2").json
    assert [entry["kind"] for entry in page["models"]] == [None, None]


def test_keys_that_nobody_promises_make_no_mutant() -> None:
    entry = {key.place for key in keys(PROMISE, PROMISE.schemas["Entry"], "get_model")}
    assert "/base_price_usd" in entry
    assert "/pricing_note" not in entry
    files = {key.place for key in keys(PROMISE, PROMISE.schemas["Output"], "result")}
    assert files == {"/image", "/images", "/images/*", "/video", "/audio"}


def test_a_word_is_bent_in_its_channel_alone(subject: Ours) -> None:
    client = Client(subject, "status in_queue told as in_progress")
    name = client.order()
    assert client.look(name)["status"] == "in_progress"
    assert client.look(name, "result")["status"] == "in_queue"
    client.passes(12)
    assert client.look(name)["status"] == "completed"


def test_a_step_is_taken_back_after_it_was_told(subject: Ours) -> None:
    client = Client(subject, "status in_queue to in_progress taken back")
    name = client.order()
    heard = [client.look(name)["status"]]
    client.passes(2)
    heard += [client.look(name)["status"] for _ in range(3)]
    assert heard == ["in_queue", "in_progress", "in_queue", "in_queue"]
    client.passes(10)
    assert client.look(name)["status"] == "completed"


def test_a_new_world_remembers_nothing(subject: Ours) -> None:
    client = Client(subject, "status in_queue to in_progress taken back once")
    for _ in range(2):
        client.subject.fresh()
        name = client.order()
        heard = [client.look(name)["status"]]
        client.passes(2)
        heard += [client.look(name)["status"] for _ in range(3)]
        assert heard == ["in_queue", "in_progress", "in_queue", "in_progress"]


def test_an_error_is_bent_for_its_reason_at_its_operation(subject: Ours) -> None:
    client = Client(subject, "status unknown-id told as 200")
    assert client.ask(f"/v1/requests/{NOBODY}/status").status == 200
    assert client.ask(f"/v1/requests/{NOBODY}/result").status == 404
    assert client.ask(f"/v1/requests/{NOBODY}/status", key="wrong").status == 401
    other = Client(subject, "submit bad-json told as 500")
    assert other.ask(f"/v1/models/{PLAIN}", []).status == 500
    assert other.ask(f"/v1/models/{PLAIN}", {}).status == 422


def test_statuses_and_headers_are_bent(subject: Ours) -> None:
    assert Client(subject, "list_categories 200 told as 201").ask("/v1/models/categories").status == 201
    bare = Client(subject, "list_categories 200 content-type dropped").ask("/v1/models/categories")
    assert b"content-type" not in dict(bare.answer_headers)
    assert bare.status == 200
    lost = Client(subject, "error wrong-method allow dropped").ask("/v1/models", method="PUT")
    assert lost.status == 405
    assert b"allow" not in dict(lost.answer_headers)


@pytest.mark.parametrize(("name", "query", "like"), [
    ("list_models ?limit ignored", "limit=3", ""), ("list_models ?limit one too many", "limit=3", "limit=4"),
    ("list_models ?offset one too few", "limit=1&offset=3", "limit=1&offset=2"),
    ("list_models ?search finds nothing", "search=turbo", "search=turbo~"),
    ("list_models ?include_schema false read as true", "limit=1&include_schema=false", "limit=1&include_schema=true"),
    ("list_models ?limit maximum not enforced", "limit=101", ""),
    ("list_models ?limit another default", "", "limit=21"),
])  # fmt: skip
def test_a_parameter_does_something_else(name: str, query: str, like: str, subject: Ours) -> None:
    true = subject.send(Ask("GET", f"/v1/models?{like}", (("Authorization", f"Bearer {subject.key}"),)))
    assert Client(subject, name).ask(f"/v1/models?{query}").json == true.json


def test_bounds_of_a_parameter_are_refused(subject: Ours) -> None:
    assert Client(subject, "list_models ?limit maximum 100 refused").ask("/v1/models?limit=100").status == 422
    assert Client(subject, "list_models ?limit maximum 100 refused").ask("/v1/models?limit=99").status == 200
    assert Client(subject, "list_models ?limit asked for").ask("/v1/models").status == 422


def test_an_input_is_not_heeded(subject: Ours) -> None:
    for name, count in (("submit num_images not heeded", 1), ("submit output_format not heeded", 3)):
        client = Client(subject, name)
        order = client.order(num_images=3)
        client.passes(60)
        output = client.look(order, "result")["output"]
        assert len(output.get("images", [output.get("image")])) == count


def test_a_contract_of_which_less_is_known_has_fewer_mutants() -> None:
    made: tuple[Mutant, ...] = mutants(TOY)
    assert {mutant.kind for mutant in made} > {"key", "error", "word", "step", "status", "rule", "wire", "time"}
    assert not [mutant.name for mutant in made if not mutant.fits(TOY)]
    assert len(made) < len(ALL)
