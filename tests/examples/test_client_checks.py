"""A suite of one's own against the promise; docs/client_checks.md shows it."""

import json

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from understudy import stand_in
from understudy.contracts.checks import bad_inputs, inputs, machine, schema, told
from understudy.contracts.contract import contract
from understudy.mocks.subjects import Ours

TURBO = "tongyi-mai/z-image/turbo"


def order(handle, body):
    """The client under test: it orders, and says so when it was refused."""
    headers = {"Authorization": f"Bearer {handle.api_key}", "Content-Type": "application/json"}
    answer = httpx.post(f"{handle.url}/v1/models/{TURBO}", content=json.dumps(body), headers=headers)
    answer.raise_for_status()
    return answer.json()["request_id"]


@settings(max_examples=20)
@given(inputs(TURBO, num_images=st.integers(1, 2)))
def test_orders_whatever_the_model_takes(body):
    with stand_in("runcomfy") as runcomfy:
        assert order(runcomfy, body)


@settings(max_examples=20)
@given(bad_inputs(TURBO))
def test_a_refusal_reaches_the_caller(pair):
    body, broken = pair  # Broken(rule="out-of-range", where="/num_images", what="5 where 1 to 4 is asked for")
    with stand_in("runcomfy") as runcomfy:
        runcomfy.allowed |= {broken.rule, "not-in-list"}  # what has the wrong type is no listed word, either
        with pytest.raises(httpx.HTTPStatusError):
            order(runcomfy, body)


def test_a_file_is_what_it_should_be(runcomfy):
    name = order(runcomfy, {"prompt": "a red tram", "output_format": "webp"})
    runcomfy.settle()
    result = runcomfy.client().get(f"/v1/requests/{name}/result").json()
    assert told(httpx.get(result["output"]["image"]).content) == ("webp", 1024, 768, 0)


server = Ours("runcomfy")  # the server under check; any other has an address and a key, too
api = schema(server.base, TURBO, key=server.key)


@api.parametrize()
@settings(max_examples=5)
def test_a_server_keeps_the_promise(case):
    case.call_and_validate()


TestLife = machine(contract("runcomfy"), lambda: Ours("runcomfy"), whole=False).TestCase
TestLife.settings = settings(max_examples=5, stateful_step_count=10)
