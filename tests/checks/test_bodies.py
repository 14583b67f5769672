"""What bodies by chance promise: the right ones are right, each bad one breaks one rule, and the stand-in agrees."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from understudy.contracts.catalogue import Model
from understudy.contracts.checks.asking.bodies import bad_inputs, inputs
from understudy.contracts.checks.asking.edges import breaks, sound
from understudy.contracts.checks.subject import Ask
from understudy.contracts.contract import contract
from understudy.mocks.subjects import Ours, bearing
from understudy.tests.checks.strange import STRANGE, STRANGER, made

TURBO, EDIT = "tongyi-mai/z-image/turbo", "qwen/qwen-image-2.1/edit"
PROMISE = contract("runcomfy")
MODELS = list(PROMISE.catalogue.models.values())
SUBMIT = next(operation for operation in PROMISE.operations.values() if operation.model)
RIGHT = {model.id: inputs(model.id) for model in MODELS}
WRONG = {model.id: bad_inputs(model.id) for model in MODELS}
some = st.sampled_from(MODELS)


@pytest.fixture(scope="module")
def ours() -> Iterator[Ours]:
    subject = Ours("runcomfy", socket=False)
    yield subject
    subject.close()


def submitted(subject: Ours, model: Model, body: Any) -> Any:
    headers = (*bearing("runcomfy", subject.key).items(), ("Content-Type", "application/json"))
    return subject.send(Ask("POST", f"/v1/models/{model.id}", headers, json.dumps(body).encode()))


@given(st.data())
def test_the_contract_and_the_stand_in_take_every_right_body(ours: Ours, data: st.DataObject) -> None:
    model = data.draw(some)
    body = data.draw(RIGHT[model.id])
    found = PROMISE.check_request(SUBMIT, model.id, (), body, model)
    assert {finding.severity for finding in found} <= {"note"}
    said = submitted(ours, model, body)
    assert (said.status, list(said.json)[:1]) == (200, ["request_id"])


@given(st.data())
def test_the_stand_in_refuses_every_bad_body_and_names_the_place(ours: Ours, data: st.DataObject) -> None:
    model = data.draw(some)
    body, broken = data.draw(WRONG[model.id])
    said = submitted(ours, model, body)
    row = PROMISE.errors["bad-json" if broken.rule == "bad-json" else "invalid-input"]
    assert (said.status, said.json["error_code"]) == (row["status"], row["code"])
    if broken.rule != "bad-json":
        steps = [step.replace("~1", "/").replace("~0", "~") for step in broken.where.split("/")[1:]]
        assert {tuple(map(str, detail["loc"])) for detail in said.json["detail"]} == {("body", *steps)}


@pytest.mark.more
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
@settings(max_examples=max(2, settings().max_examples // 50))
@given(st.data())
def test_every_model_has_right_bodies_and_bad_ones(model: Model, data: st.DataObject) -> None:
    assert sound(model, data.draw(RIGHT[model.id]))
    assert breaks(model, *data.draw(WRONG[model.id]))


def drawn(strategy: st.SearchStrategy[Any], count: int = 150) -> list[Any]:
    """Some draws, the same ones each time: what is looked for must be there, not merely possible."""
    found: list[Any] = []

    @settings(max_examples=count, database=None, derandomize=True, phases=[Phase.generate])
    @given(strategy)
    def kept(value: Any) -> None:
        found.append(value)

    kept()
    return found


@pytest.mark.more
@pytest.mark.parametrize("name", [EDIT, "bytedance/seed-audio-1.0/text-to-audio"])
def test_each_word_bound_and_field_is_reached(name: str) -> None:
    model = PROMISE.catalogue.models[name]
    bodies = drawn(RIGHT[name], 800)
    for field, said in model.fields.items():
        values = [body[field] for body in bodies if field in body]
        wanted = [*said.get("enum", ()), *(said[key] for key in ("minimum", "maximum") if key in said)]
        assert [value for value in wanted if value not in values] == []
        sizes = {len(value) for value in values if isinstance(value, (str, list))}
        assert {said[key] for key in ("minItems", "maxItems", "maxLength") if key in said} <= sizes
        assert len(set(map(str, values))) > 1
    assert any(set(body) == set(model.schema["required"]) for body in bodies)


def test_media_come_as_addresses_and_in_the_body() -> None:
    addresses = [text for body in drawn(RIGHT[EDIT]) for text in body["image_urls"]]
    assert {text.partition(":")[0] for text in addresses} >= {"https", "HTTPS", "data", "DATA"}
    assert len(set(addresses)) > 50


def test_each_rule_is_broken() -> None:
    rules = {broken.rule for name in (TURBO, EDIT) for _, broken in drawn(WRONG[name])}
    assert rules == {"missing-required", "invalid-type", "not-in-list", "out-of-range", "wrong-form", "wrong-length",
                     "bad-json"}  # fmt: skip


@given(inputs(TURBO, seed=7, num_images=st.integers(2, 3)))
def test_fields_are_held_to_a_value_or_a_strategy(body: dict[str, Any]) -> None:
    assert body["seed"] == 7
    assert body["num_images"] in (2, 3)


@given(inputs(TURBO, "runcomfy") | inputs(PROMISE.catalogue.models[TURBO]))
def test_a_provider_or_a_model_may_be_named(body: dict[str, Any]) -> None:
    assert body["prompt"]


@pytest.mark.parametrize(("said", "told"), [
    (lambda: inputs("tongyi-mai/z-image/trubo"), "came 'tongyi-mai/z-image/trubo'; nearest: tongyi-mai/z-image/turbo"),
    (lambda: inputs("?"), "came '?'; understudy catalogue lists them all"),
    (lambda: bad_inputs(TURBO, "runcomfi"), "came 'runcomfi'; did you mean runcomfy?"),
    (lambda: inputs(TURBO, num_imgs=1), f"expected a field of {TURBO}; came 'num_imgs'; did you mean num_images?"),
    (lambda: inputs(TURBO, num_images=9), f"expected num_images of {TURBO} to be at most 4; came 9; send"),
])  # fmt: skip
def test_a_refusal_says_what_to_do(said: Any, told: str) -> None:
    with pytest.raises((LookupError, ValueError), match="expected") as no:
        said()
    assert told in str(no.value)


@pytest.mark.more
def test_schemas_that_others_write_are_taken_as_well() -> None:
    bodies = drawn(inputs(STRANGER), 400)
    assert all(sound(STRANGER, body) for body in bodies)
    assert {name for body in bodies for name in body} == set(STRANGE)
    assert {body["either"] == "auto" for body in bodies if "either" in body} == {True, False}
    wrong = drawn(bad_inputs(STRANGER), 200)
    assert all(breaks(STRANGER, *pair) for pair in wrong)
    assert {broken.where.split("/")[1] for _, broken in wrong if broken.where} >= {"steps", "grid", "box"}


FETCHED = made({"type": "object", "properties": {"image": {"type": "string", "format": "image_uri"}}}, data_uris=False)


@given(inputs(FETCHED))
def test_where_data_uris_are_refused_none_is_made(body: dict[str, Any]) -> None:
    assert body.get("image", "https").lower().startswith("https")


def test_a_rule_is_told_in_words() -> None:
    told = [broken for _, broken in drawn(WRONG[TURBO]) if broken[:2] == ("out-of-range", "/num_images")]
    assert told
    assert all(broken.what.endswith("where 1 to 4 is asked for") for broken in told)
