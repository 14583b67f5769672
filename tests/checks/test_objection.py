"""Objections: every failure that the generator knows has a word of ours."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis.openapi.checks
from schemathesis.core import failures
from understudy.contracts.checks.asking.objection import OBJECTIONS, objection
from understudy.contracts.contract import contract
from understudy.contracts.exchange import Exchange

HOUSE = contract("runcomfy")
KLEIN = next(model for model in HOUSE.catalogue.models.values() if model.source == "observed")
# These cannot come: a user's own check, and a limit of time that nobody sets.
ABSENT = {"CustomFailure", "ResponseTimeExceeded", "Failure"}


def said(status: int = 200, body: bytes = b'{"a": 1}') -> Exchange:
    return Exchange("GET", "/", (), b"", status, ((b"content-type", b"text/html"),), body)


def failed(name: str, operation: str = "GET /v1/models", **told: Any) -> Any:
    return type(name, (), {"operation": operation, "message": "", "title": "a title", **told})()


def test_every_failure_has_a_rule() -> None:
    known = {
        name for room in (failures, schemathesis.openapi.checks) for name, thing in vars(room).items()
        if isinstance(thing, type) and issubclass(thing, failures.Failure)
    }  # fmt: skip
    assert known - ABSENT == set(OBJECTIONS)


@pytest.mark.parametrize(("failure", "exchange", "rule", "came"), [
    (failed("ServerError"), said(500), "wrong-error", "500"),
    (failed("ServerError"), said(0, b"refused"), "wrong-error", "no answer: refused"),
    (failed("UndefinedStatusCode"), said(418), "undocumented-status", "418"),
    (failed("JsonSchemaError", instance_path=["a/b", 0], instance=[1]), said(), "answer-shape", "[1]"),
    (failed("MalformedJson"), said(200, b"<p>"), "unreadable-answer", '"<p>"'),
    (failed("UndefinedContentType"), said(), "wrong-header", "text/html"),
    (failed("MissingHeaders", missing_headers=["x-a", "x-b"]), said(), "wrong-header", "without x-a, x-b"),
    (failed("AcceptedNegativeData", message="No\nInvalid component: in body -\n missing `a`"), said(),
     "not-refused", "200, though in body -  missing `a`"),
    (failed("AcceptedNegativeData"), said(), "not-refused", "200"),
    (failed("MissingHeaderNotRejected", header_name="x-a"), said(), "not-refused", "200 without x-a"),
    (failed("RejectedPositiveData"), said(422), "wrongly-refused", "422"),
    (failed("IgnoredAuth", scenario="no_auth"), said(), "not-refused", "200 with no key"),
    (failed("IgnoredAuth", scenario="invalid_auth"), said(), "not-refused", "200 with a wrong key"),
    (failed("UnsupportedMethodResponse", failure_reason="wrong_status", method="PUT"), said(200),
     "wrong-error", "200 to PUT"),
    (failed("UnsupportedMethodResponse", failure_reason="missing_allow_header", method="PUT"), said(405),
     "wrong-error", "405 without Allow to PUT"),
    (failed("AllowHeaderMismatch", allow_header="GET"), said(405), "wrong-header", "GET"),
    (failed("ACheckOfTomorrow"), said(), "generator-objects", "200: a title"),
])  # fmt: skip
def test_a_failure_in_words(failure: Any, exchange: Exchange, rule: str, came: str) -> None:
    found = objection(HOUSE, failure, exchange, "/v1/models")
    assert (found.rule, found.came, found.operation) == (rule, came, "list_models")
    assert found.expected
    assert found.cure


def test_the_place_is_a_pointer() -> None:
    failure = failed("JsonSchemaError", instance_path=["a/b", 0, "~"], instance=1)
    assert objection(HOUSE, failure, said(), "/v1/models").where == "/a~1b/0/~0"


@pytest.mark.parametrize(("name", "template", "operation", "severity"), [
    ("RejectedPositiveData", f"/v1/models/{KLEIN.id}", "submit", "doubtful"),
    ("RejectedPositiveData", "/v1/models/tongyi-mai/z-image/turbo", "submit", "broken"),
    ("UndefinedContentType", f"/v1/models/{KLEIN.id}", "submit", "broken"),
    ("ServerError", "/v1/models/x", "submit", "broken"),
    ("UndefinedStatusCode", "/v1/requests/{request_id}/cancel", "cancel", "broken"),
])  # fmt: skip
def test_it_weighs_as_much_as_is_known(name: str, template: str, operation: str, severity: str) -> None:
    found = objection(HOUSE, failed(name, "POST " + template), said(), template)
    assert (found.operation, found.severity) == (operation, severity)


def test_no_method_of_the_document_is_no_operation() -> None:
    assert objection(HOUSE, failed("ServerError", "PUT /v1/models"), said(500), "/v1/models").operation == ""
