"""Each way of saying no: its object, key by key, in the words that were seen live."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from understudy.contracts.contract import contract
from understudy.contracts.explain import errors as explained
from understudy.tests.runware.asking import PROVIDER_MODEL, image, post, runware, uuid, wrong

GOLDEN = Path(__file__).parents[1] / "golden" / "runware" / "errors"
PROMISE = contract("runware")
CODES = {row["name"]: row["reason"] for row in PROMISE.errors.values()}
KEYS = list(PROMISE.facts.openapi["schemas"]["Error"]["properties"]["errors"]["items"]["properties"])
PICTURE = "https://example.com/guide.png"
STEPS = {"cacheStartStep": 5, "cacheEndStep": 2}

BODIES: dict[str, dict[str, Any]] = {
    "unknown": image(wdith=128),
    "unknown_below": image(lora=[{"model": "a:b@1", "wait": 1}]),
    "missing": image(positivePrompt=None),
    "missing_below": image(controlNet=[{"model": "a:b@1"}]),
    "missing_size": image(width=None, model="runware:101@1"),
    "missing_size_of_turbo": image(height=None),
    "prompt": image(positivePrompt="x"),
    "size": image(width=100),
    "number": image(CFGScale=3.555),
    "word": image(outputFormat="GIF"),
    "type": image(steps="4"),
    "list": image(lora=[]),
    "between": image(acceleratorOptions=STEPS),
    "together": image(acceleratorOptions={"cacheStartStep": 1, "cacheStartStepPercentage": 2}),
    "model": image(model="runware:z-image@turbp"),
    "model_of_another_type": image(model="klingai:kling-video@3-standard"),
    "id": image(taskUUID="5f0c1e7a-0000-1000-8000-000000000001"),
    "no_id": image(taskUUID=None),
    "task_type": image(taskType="imageInferense"),
    "no_task_type": image(taskType=None),
    "no_task": {"taskType": "getResponse"},
}


@pytest.mark.parametrize("name", BODIES)
def test_an_error_is_as_it_was_written_down(name: str) -> None:
    with runware() as handle:
        answer = post(handle, [BODIES[name]])
    told = json.dumps({"status": answer.status_code, **answer.json()}, indent=2, ensure_ascii=False) + "\n"
    assert told == (GOLDEN / f"{name}.json").read_text(encoding="utf-8")


def test_every_golden_error_is_asked_for() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(BODIES)


def test_the_live_example_is_answered_word_for_word() -> None:
    with runware() as handle:
        (said,) = wrong(handle, image(width=None, height=None, model="runware:101@1"))
    assert said == {
        "code": "missingDimensionParameters",
        "message": "Missing dimension parameters. Either width and height, or referenceImages must be provided.",
        "parameter": ["width", "height", "referenceImages"],
        "type": "integer|array",
        "documentation": "https://runware.ai/docs/image-inference/api-reference#request-width",
        "taskUUID": uuid(),
        "taskType": "imageInference",
    }
    assert list(said) == [key for key in KEYS if key in said]


def test_a_size_is_not_missed_where_a_picture_has_one() -> None:
    with runware() as handle:
        ways: list[dict[str, Any]] = [{"inputs": {"seedImage": uuid(99)}}, {"seedImage": uuid(99)}]
        for at, inputs in enumerate(ways, 1):
            said = post(handle, [image(at, width=None, height=None, **inputs)]).json().get("errors", ())
            assert "missingDimensionParameters" not in [each["code"] for each in said]


def test_one_class_of_what_is_wrong_is_told_and_each_parameter_once() -> None:
    everything = image(
        wdith=1, hieght=2, positivePrompt="x", width=1, steps=99, controlNet=[{"model": 5, "startStep": "a"}]
    )
    with runware() as handle:

        def told() -> list[tuple[str, Any]]:
            return [(each["code"], each["parameter"]) for each in wrong(handle, everything)]

        assert told() == [("unsupportedParameter", "wdith"), ("unsupportedParameter", "hieght")]
        del everything["wdith"], everything["hieght"]
        assert told() == [("missingRequiredParameter", "controlNet.0.guideImage")]
        everything["controlNet"] = [{"model": 5, "guideImage": PICTURE, "startStep": "a"}]
        assert told() == [("invalidPositivePrompt", "positivePrompt")]
        everything["positivePrompt"] = "a red tram"
        assert sorted(told()) == [("invalidValue", "controlNet.0.model"), ("invalidValue", "controlNet.0.startStep"),
                                  ("invalidValue", "steps"), ("invalidValue", "width")]  # fmt: skip


def test_no_more_errors_are_told_than_anybody_reads() -> None:
    with runware() as handle:
        said = wrong(handle, image(**{f"key{at}": 1 for at in range(5000)}))
        assert len(said) == 20
        assert len(handle.requests()[-1].findings) == 100


@pytest.mark.parametrize("number", [1e400, 2**63, 10**30, -1])
def test_a_seed_beyond_63_bits_is_refused(number: float) -> None:
    with runware() as handle:
        body = json.dumps([image(seed=5)]).replace('"seed": 5', f'"seed": {"1e400" if number > 10**99 else number}')
        answer = post(handle, body.encode())
        assert answer.status_code == 400
        assert post(handle, [image(seed=2**63 - 1)]).status_code == 200


def test_all_2001_legal_values_of_a_scale_pass() -> None:
    model = PROMISE.catalogue.models["runware:z-image@turbo"]
    values = {float(f"{number / 100:.2f}") for number in range(2001)}
    assert len(values) == 2001
    assert [value for value in values if model.check(image(CFGScale=value))] == []


@given(st.floats(0, 20))
def test_a_scale_is_refused_exactly_where_it_is_between_two_steps(value: float) -> None:
    model = PROMISE.catalogue.models["runware:z-image@turbo"]
    written = f"{value!r}e0".partition("e")
    on_step = "e" not in repr(value) and len(written[0].partition(".")[2].rstrip("0")) <= 2
    assert (not model.check(image(CFGScale=value))) is on_step


def test_unknown_parameters_pass_where_the_provider_passes_them_on() -> None:
    with runware() as handle:
        told = post(handle, [image(model=PROVIDER_MODEL, colour="red")])
        assert told.status_code == 200
        (finding,) = (each for each in handle.requests()[-1].findings if each.where == "/colour")
        assert (finding.rule, finding.severity) == ("unverified-field", "note")
        # Below the top, only the one model is known whole.
        assert (
            post(handle, [image(2, model="runware:101@1", lora=[{"model": "a:b@1", "colour": 1}])]).status_code == 200
        )
        assert wrong(handle, image(3, lora=[{"model": "a:b@1", "colour": 1}]))[0]["parameter"] == "lora.0.colour"


def test_a_refused_id_may_be_used_again_and_a_taken_one_may_not() -> None:
    with runware() as handle:
        assert wrong(handle, image(width=1))[0]["code"] == "invalidValue"
        answer = post(handle, [image(), image(), image(taskUUID=uuid(10).upper()), image(10), image(2)])
        assert answer.status_code == 200
        assert [item["taskUUID"] for item in answer.json()["data"]] == [uuid(), uuid(10).upper(), uuid(2)]
        assert [(item["code"], item["taskUUID"]) for item in answer.json()["errors"]] == [
            ("conflictTaskUUID", uuid()), ("conflictTaskUUID", uuid(10))]  # fmt: skip
        assert wrong(handle, image())[0]["code"] == "conflictTaskUUID"
        assert wrong(handle, image(width=1))[0]["code"] == "invalidValue", "a task is looked at before its id is"


@pytest.mark.parametrize("code", CODES)
def test_every_code_can_be_refused_failed_with_and_explained(code: str) -> None:
    row = PROMISE.errors[CODES[code]] if PROMISE.coded(code)["reason"] == CODES[code] else PROMISE.coded(code)
    with runware() as handle:
        handle.refuse_next(code)
        (said,) = wrong(handle, image())
        handle.script(fails=code)
        post(handle, [image(2, deliveryMethod="async")])
        handle.settle()
        answer = post(handle, [{"taskType": "getResponse", "taskUUID": uuid(2)}])
    (failed,) = answer.json()["errors"]
    assert answer.status_code == 200
    assert (said["code"], failed["code"], failed["status"]) == (code, code, "error")
    for each in (said, failed):
        assert "{" not in each["message"]
        assert list(each) == [key for key in KEYS if key in each]
        assert not PROMISE.refused.differences({"errors": [each]})
    assert any(row["source"] in text for text in explained("runware", code))


def test_a_failure_may_be_told_in_any_words() -> None:
    with runware() as handle:
        handle.script(fails="the kiln went out")
        (said,) = wrong(handle, image())
    assert (said["code"], said["message"]) == ("inferenceError", "the kiln went out")


READINGS: list[tuple[dict[str, str], dict[str, Any], dict[str, Any]]] = [
    ({"error_type": "hidden"}, image(width=1), {"code": "invalidValue", "type": None}),
    ({"size_code": "invalidWidth"}, image(width=1), {"code": "invalidWidth", "type": "integer"}),
    ({"size_code": "invalidWidth"}, image(height="x"), {"code": "invalidHeight"}),
    ({"size_code": "invalidWidth"}, image(steps=0), {"code": "invalidValue"}),
    ({"prompt_length_code": "invalidPositivePromptLength"}, image(positivePrompt="x"),
     {"code": "invalidPositivePromptLength"}),
    ({"unknown_key_code": "unknownParameter"}, image(wdith=1), {
        "code": "unknownParameter",
        "message": "Invalid parameter detected. The parameter \"'wdith'\" is not recognized or supported by this "
                   "model.",
    }),
]  # fmt: skip


@pytest.mark.parametrize(("readings", "task", "told"), READINGS)
def test_other_readings(readings: dict[str, str], task: dict[str, Any], told: dict[str, Any]) -> None:
    with runware(readings={"runware": readings}) as handle:
        (said,) = wrong(handle, task)
    assert {key: said.get(key) for key in told} == told


@pytest.mark.parametrize(("first", "code"), [("false", "invalidValue"), ("true", "insufficientCredits")])
def test_an_empty_account_is_told_before_or_after_the_task_is_looked_at(first: str, code: str) -> None:
    with runware(readings={"runware": {"billing_first": first}}) as handle:
        handle.call(lambda: handle.ledger.set(0))
        assert wrong(handle, image(width=1))[0]["code"] == code
        assert wrong(handle, image())[0]["code"] == "insufficientCredits"
        handle.call(lambda: handle.ledger.set(5))
        assert wrong(handle, image(width=1))[0]["code"] == "invalidValue"


def test_errors_alone_is_a_reading() -> None:
    with runware(readings={"runware": {"data_beside_errors": "none", "credit_status": "400"}}) as handle:
        handle.call(lambda: handle.ledger.set(0))
        answer = post(handle, [image()])
        assert (answer.status_code, list(answer.json())) == (400, ["errors"])
        assert list(post(handle, [image(), {"taskType": "ping"}]).json()) == ["data", "errors"]


def test_a_word_that_is_no_code_is_answered_in_a_line() -> None:
    with runware() as handle, pytest.raises(ValueError, match="expected an error of runware") as no:
        handle.refuse_next("conflictTaskUUId")
    assert "did you mean conflictTaskUUID?" in str(no.value)
    assert len(str(no.value)) < 200
