"""Props over HTTP: a deployment that a director gives an account is one that its client finds and orders from."""

from __future__ import annotations

from understudy.mocks.stand_in import StandIn
from understudy.tests.control.planes import plane

DEPLOYMENTS = "/prod/v2/deployments"


def test_a_deployment_that_is_added_is_listed_and_takes_requests_until_a_reset() -> None:
    with plane() as asked:
        one = asked.opened()
        ready = one.ask("GET", "/props?kind=deployment")["props"]
        assert [row["id"] for row in one.send("GET", DEPLOYMENTS).json()] == [prop["id"] for prop in ready]
        made = one.ask("POST", "/props", {"kind": "deployment", "said": {"name": "mine", "kind": "lora"}}, 201)
        assert one.ask("GET", "/props/mine") == made
        assert {row["name"] for row in one.send("GET", DEPLOYMENTS).json()} == {prop["name"] for prop in [*ready, made]}
        order = f"{DEPLOYMENTS}/{made['id']}/inference"
        assert one.send("POST", order, {"prompt": "a red tram"}).status_code == 200
        one.ask("POST", "/reset")
        assert one.ask("GET", "/props")["props"] == ready
        assert one.send("POST", order, {"prompt": "a red tram"}).status_code == 404


def test_what_a_deployment_cannot_be_is_told() -> None:
    with plane() as asked:
        one = asked.opened()
        for said, words in (
            ({"hardwear": ["AMPERE_48"]}, "did you mean hardware?"),
            ({"max_instances": 99}, "max_instances to be"),
            ({"kind": "lora", "schema": {"properties": {"x": {"$ref": "http://127.0.0.1:1/x"}}}}, "leads elsewhere"),
        ):
            assert words in one.ask("POST", "/props", {"kind": "deployment", "said": said}, 422)["detail"]
        assert "did you mean deployment?" in one.ask("POST", "/props", {"kind": "deploymnt"}, 422)["detail"]


def test_a_handle_does_the_same(runcomfy: StandIn) -> None:
    mine = runcomfy.add_prop("deployment", name="mine", kind="lora")
    assert runcomfy.prop("mine") == runcomfy.props("deployment")[-1] == mine
    listed = runcomfy.client().get(DEPLOYMENTS).json()
    assert {row["id"] for row in listed} == {prop.id for prop in runcomfy.props()}
