"""The control plane's document: whole, valid, kept by what is answered, and told in the docs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from understudy.mocks.control.plane import Plane as Routes
from understudy.mocks.control.promise import OUT_OF_REACH, promise
from understudy.mocks.desk import Bend, Life, Which
from understudy.mocks.settings import OF_A_HOUSE, Settings
from understudy.tests.control.planes import plane

PAGE = (Path(__file__).parents[2] / "docs" / "control.md").read_text(encoding="utf-8")
SEVERAL = ("script", "refuse_next", "fault", "answer_webhooks")


def test_the_document_is_openapi() -> None:
    OpenAPIV31SpecValidator(promise().document()).validate()


@pytest.mark.parametrize("route", promise().routes, ids=lambda route: route.id)
def test_every_route_tells_what_it_does_takes_and_answers(route: Any) -> None:
    told = promise().document()["paths"][route.path][route.method.lower()]
    assert told["summary"]
    assert {"401", "403", "422", str(route.status)} <= told["responses"].keys()
    assert ("404" in told["responses"]) or "{" not in route.path
    assert all(row["description"] and row["schema"] for row in told.get("parameters", ()))
    for answer in told["responses"].values():
        assert answer["description"]
        assert answer["content"]
    assert ("requestBody" in told) == (route.method == "POST" and route.id not in ("reset", "settle", "cue"))
    assert f"`{route.method}` | `{route.path}`" in PAGE


@pytest.mark.parametrize(("name", "words"), [("script", Life), ("refusal", Which), ("fault", Bend)])
def test_wishes_have_the_keywords_of_python(name: str, words: Any) -> None:
    own = {"refusal": {"error"}, "fault": {"what"}}.get(name, set())
    assert set(promise().schemas[name]["properties"]) == set(words.__annotations__) - {"when"} | own | {"provider"} | (
        {"when"} if name == "fault" else set()
    )


def test_a_session_may_be_told_what_a_handle_may() -> None:
    settings = set(Settings.__dataclass_fields__) - OF_A_HOUSE - set(OUT_OF_REACH)
    assert settings <= set(promise().schemas["new_session"]["properties"])
    assert not OF_A_HOUSE & set(promise().schemas["new_session"]["properties"])


def test_every_route_is_served_and_no_other() -> None:
    with plane() as asked:
        api = Routes(asked.app).api()
        served = {(method, route.path) for route in api.routes for method in route.methods}  # type: ignore[attr-defined]
    routes = {(route.method, "/__understudy__/v1" + route.path) for route in promise().routes}
    assert served == routes | {("GET", "/")}


def test_every_answer_is_as_the_document_says() -> None:
    with plane() as asked:
        one = asked.opened(clock="manual", seed="7")
        one.ask("POST", "/scripts", [{"manual": True}, {"queued": 1, "running": {"uniform": [1, 2]}}], 201)
        one.ask("POST", "/faults", {"what": 503, "on": "poll"}, 201)
        job = one.submit()
        one.submit()
        one.send("GET", job["status_url"])
        one.ask("POST", f"/tasks/{job['request_id']}/cue")
        one.ask("POST", f"/tasks/{job['request_id']}/cue")
        one.ask("POST", "/refusals", {"error": "InsufficientResources"}, 201)
        one.submit(num_images=9)
        one.plane.client.put(one.said["webhooks"] + "/done?x=1", content=b"\xff")
        for name in ("scripts", "faults", "refusals", "keys", "tasks", "journal", "findings", "ledger", "webhooks",
                     "journal/canonical", "timeline", "clock", "verdict", f"tasks/{job['request_id']}",
                     ""):  # fmt: skip
            one.ask("GET", "/" + name if name else "")
        for name in ("scripts", "faults", "refusals"):
            one.ask("DELETE", "/" + name)
        one.ask("POST", "/clock", {"advance": 3})
        one.ask("POST", "/settle")
        one.ask("POST", "/ledger", {"balance": 3})
        one.ask("POST", "/webhooks", [{"status": 500, "times": 2}, {}], 201)
        one.ask("POST", "/models", {"id": "maker/name"}, 201)
        one.ask("DELETE", "/keys/" + one.ask("POST", "/keys", {}, 201)["key"])
        one.ask("GET", "/props")
        made = one.ask("POST", "/props", {"kind": "deployment"}, 201)
        one.ask("GET", "/props/" + made["id"])
        one.ask("GET", "/sockets")
        one.ask("DELETE", "/sockets")
        one.ask("POST", "/reset")
        for path in ("/health", "/sessions", "/coverage", "/catalogue/runcomfy", "/openapi.json"):
            asked.ask("GET", path)
        one.ask("DELETE")
        assert asked.asked == {route.id for route in promise().routes}
