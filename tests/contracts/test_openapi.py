"""What the published document promises: valid OpenAPI for every reading, whole, and with examples that are true."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from understudy.contracts.contract import contract
from understudy.contracts.document import SOURCES, read
from understudy.contracts.openapi import published

HOUSE = contract("runcomfy")
WHOLE = HOUSE.openapi()
CHOICES = [(row["name"], choice) for row in read("runcomfy", "readings") for choice in row["choices"]]
METHODS = {"get", "post", "put", "delete", "patch"}
MODELS = list(HOUSE.catalogue.models.values())


def routes(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, row in document["paths"].items():
        for method, route in row.items():
            if method == "servers":  # of an API with a host of its own
                continue
            assert method in METHODS
            yield path, method, route


def nodes(node: Any) -> Iterator[Any]:
    yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nodes(child)


def trimmed(document: dict[str, Any], most: int) -> dict[str, Any]:
    """The document with the first few of its paths and those that a reading changed, which saves the validator time."""
    kept = list(document["paths"])[:most]
    changed = [path for path in document["paths"] if document["paths"][path] != WHOLE["paths"].get(path)]
    return {**document, "paths": {path: document["paths"][path] for path in dict.fromkeys([*kept, *changed[:12]])}}


def test_it_is_valid() -> None:
    assert not [error.message for error in OpenAPIV31SpecValidator(WHOLE).iter_errors()]


@pytest.mark.more
@pytest.mark.parametrize(("name", "choice"), CHOICES)
def test_it_is_valid_in_every_reading(name: str, choice: str) -> None:
    document = contract("runcomfy", {name: choice}).openapi()
    assert document["paths"].keys() == WHOLE["paths"].keys()
    assert not [error.message for error in OpenAPIV31SpecValidator(trimmed(document, 16)).iter_errors()]
    check_references(document)
    check_examples(document)


def test_every_model_has_its_path() -> None:
    submits = {
        path: row["post"] for path, row in WHOLE["paths"].items() if path.startswith("/v1/models/") and "post" in row
    }
    assert list(submits) == [f"/v1/models/{model.id}" for model in MODELS]
    assert len(submits) == 152
    for model, route in zip(MODELS, submits.values(), strict=True):
        assert route["x-understudy-complete"] is model.complete
        assert route["x-understudy-operation"] == "submit"
        schema = route["requestBody"]["content"]["application/json"]["schema"]
        assert list(schema["properties"]) == list(model.schema["properties"])
        assert schema.get("required") == model.schema.get("required")
        assert "get" in WHOLE["paths"][f"/v1/models/{model.id}"]


def test_there_are_links_for_one_model_of_each_kind() -> None:
    linked = {}
    for path, method, route in routes(WHOLE):
        links = [answer["links"] for answer in route["responses"].values() if "links" in answer]
        if links and route["x-understudy-operation"] == "submit":
            assert (method, len(links)) == ("post", 1)
            linked[path] = links[0]
    kinds = {model.kind for model in MODELS}
    assert len(linked) == len(kinds)
    assert {HOUSE.catalogue.models[path.removeprefix("/v1/models/")].kind for path in linked} == kinds
    names = {route["operationId"] for _, _, route in routes(WHOLE)}
    for links in linked.values():
        assert set(links) == {"status", "result", "cancel"} <= names
        for name, link in links.items():
            assert link == {"operationId": name, "parameters": {"request_id": "$response.body#/request_id"}}


def test_what_asks_about_an_order_leads_to_all_else_that_does() -> None:
    for path, _, route in routes(WHOLE):
        if path.startswith("/v1/requests/"):
            links = [answer["links"] for answer in route["responses"].values() if "links" in answer]
            assert [set(each) for each in links] == [{"status", "result", "cancel"} - {route["operationId"]}]


def test_what_a_path_names_leads_on() -> None:
    at = "/prod/v2/deployments"
    made = WHOLE["paths"][at]["post"]["responses"]["200"]["links"]
    assert set(made) == {"get_deployment", "change_deployment", "drop_deployment", "infer", "object_info"}
    assert made["infer"]["parameters"] == {"deployment_id": "$response.body#/id"}
    taken = WHOLE["paths"][f"{at}/{{deployment_id}}/inference"]["post"]["responses"]["200"]["links"]
    assert set(taken) == {"request_status", "request_result", "cancel_request"}
    assert taken["request_status"]["parameters"] == {
        "deployment_id": "$request.path.deployment_id", "request_id": "$response.body#/request_id"}  # fmt: skip


@pytest.mark.parametrize("api", HOUSE.apis)
def test_each_answer_is_published_in_the_words_of_its_own_api(api: str) -> None:
    part, schemas = HOUSE.apis[api], WHOLE["components"]["schemas"]
    for row in part.facts.openapi["operations"].values():
        for answer in row["answers"].values():
            own = {key: value for key, value in schemas[answer["schema"]].items() if not key.startswith("x-")}
            assert own == part.schemas[answer["schema"]]


def test_a_further_api_has_its_own_server_unless_one_is_named() -> None:
    path = "/prod/v2/balance"
    assert WHOLE["paths"][path]["get"]["servers"] == [{"url": "https://api.runcomfy.net"}]
    assert "servers" not in HOUSE.openapi("http://127.0.0.1:1")["paths"][path]["get"]


def test_it_can_name_another_server_and_some_of_the_models() -> None:
    some = published(HOUSE, "http://127.0.0.1:1/runcomfy", MODELS[:2])
    assert some["servers"] == [{"url": "http://127.0.0.1:1/runcomfy"}]
    assert [path for path, row in some["paths"].items() if "post" in row and "models" in path] == [
        f"/v1/models/{model.id}" for model in MODELS[:2]]  # fmt: skip
    assert [path for path in some["paths"] if path not in WHOLE["paths"]] == []
    assert WHOLE["servers"] == [{"url": "https://model-api.runcomfy.net"}]


def test_every_operation_tells_its_answers_and_errors() -> None:
    names = [route["operationId"] for _, _, route in routes(WHOLE)]
    assert len(set(names)) == len(names)
    for path, method, route in routes(WHOLE):
        assert route["x-source"] in SOURCES
        assert route["x-where"]
        told = HOUSE.operations[route["x-understudy-operation"]].answers
        assert min(told) in (200, 202), (path, method)
        assert {code[0] for code in route["responses"] if int(code) not in told} == {"4"}, (path, method)
        for code, answer in route["responses"].items():
            content = answer["content"]["application/json"]
            assert content["schema"], (path, method, code)
            if int(code) not in told:  # what is handed on from elsewhere says no in its own form
                assert content["schema"] == {"$ref": "#/components/schemas/Error"}
                for example in content["examples"].values():
                    assert type(example["value"]["error_code"]) is int
        if method == "post" and route["x-understudy-operation"] == "submit":
            assert "example" in route["requestBody"]["content"]["application/json"]


def test_the_errors_are_those_of_the_table() -> None:
    submit = WHOLE["paths"]["/v1/models/tongyi-mai/z-image/turbo"]["post"]["responses"]
    assert set(submit) == {"200", "400", "401", "402", "413", "415", "422"}
    status = WHOLE["paths"]["/v1/requests/{request_id}/status"]["get"]["responses"]
    assert set(status) == {"200", "400", "401", "403", "404"}
    moved = contract("runcomfy", {"bad_token": "403"}).openapi()["paths"]["/v1/requests/{request_id}/status"]["get"]
    assert set(moved["responses"]) == {"200", "400", "403", "404"}
    assert set(moved["responses"]["403"]["content"]["application/json"]["examples"]) == {"bad-key", "foreign-id"}


def check_references(document: dict[str, Any]) -> None:
    for node in nodes(document):
        if isinstance(node, dict) and isinstance(way := node.get("$ref"), str):
            found: Any = document
            assert way.startswith("#/")
            for step in way[2:].split("/"):
                found = found[step.replace("~1", "/").replace("~0", "~")]
            assert isinstance(found, dict)


def check_examples(document: dict[str, Any]) -> None:
    seen = set()
    for _, _, route in routes(document):
        bodies = (
            [route["requestBody"], *route["responses"].values()]
            if "requestBody" in route
            else route["responses"].values()
        )
        for body in bodies:
            content = body["content"].get("application/json")
            if content is None:  # an upload
                continue
            given = [content["example"]] if "example" in content else []
            given += [example["value"] for example in content.get("examples", {}).values()]
            key = repr((content["schema"], given))
            if not given or key in seen:
                continue
            seen.add(key)
            whole = {**content["schema"], "components": document["components"]}
            judge = jsonschema_rs.Draft202012Validator(whole)
            for example in given:
                assert judge.is_valid(example), (route["operationId"], next(judge.iter_errors(example)).message)


def test_every_reference_resolves() -> None:
    check_references(WHOLE)


def test_every_example_is_true() -> None:
    check_examples(WHOLE)


def test_parameters_are_those_of_the_contract() -> None:
    listed = {row["name"]: row for row in WHOLE["paths"]["/v1/models"]["get"]["parameters"]}
    assert list(listed) == ["search", "category", "kind", "include_schema", "limit", "offset"]
    assert listed["limit"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}
    assert not any(row["required"] for row in listed.values())
    asked = {row["name"]: row for row in WHOLE["paths"]["/v1/requests/{request_id}/result"]["get"]["parameters"]}
    # What nobody is known to refuse is not forbidden: the words that are known are examples.
    assert asked["include_cost"]["schema"] == {"type": "string", "examples": ["true", "false"]}
    assert asked["request_id"]["schema"]["pattern"] == HOUSE.schemas["Submitted"]["properties"]["request_id"]["pattern"]
    for path, _, route in routes(WHOLE):
        named = {row["name"] for row in route.get("parameters", []) if row["in"] == "path"}
        assert named == {part[1:-1] for part in path.split("/") if part.startswith("{")}


def test_the_key_is_asked_for() -> None:
    assert WHOLE["security"] == [{"key": []}]
    assert WHOLE["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
