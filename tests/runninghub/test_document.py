"""The document that RunningHub's stand-in publishes: whole, valid, quick to load, with the navigation's names."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest
import schemathesis
from openapi_spec_validator import OpenAPIV31SpecValidator
from understudy.contracts.contract import contract
from understudy.tests.runninghub.asked import MODELS, PROMISE, titled, world

ROOT = Path(__file__).parents[2]
NAVIGATION = json.loads((ROOT / "contracts/runninghub/navigation.json").read_bytes())
PAGE = ROOT / "docs" / "runninghub.md"
WHOLE = PROMISE.openapi()
SCHEMAS = WHOLE["components"]["schemas"]
NAMES = [name for model in MODELS.values() for name in (model.id, *model.also)]


def route(path: str) -> dict[str, Any]:
    found: dict[str, Any] = WHOLE["paths"][f"/openapi/v2/{path}"]["post"]
    return found


def body(path: str) -> dict[str, Any]:
    content: dict[str, Any] = route(path)["requestBody"]["content"]["application/json"]
    return content


def test_it_is_valid() -> None:
    kept = [path for path in WHOLE["paths"] if not path.startswith("/openapi/v2/")]
    kept += [f"/openapi/v2/{name}" for name in NAMES[::9]]  # the validator takes 40 ms a path
    part = {**WHOLE, "paths": {path: WHOLE["paths"][path] for path in kept}}
    assert not [error.message for error in OpenAPIV31SpecValidator(part).iter_errors()]


@pytest.mark.more
@pytest.mark.parametrize("edition", ["2026-03", "2026-04"])
def test_all_of_it_is_valid_in_both_editions(edition: str) -> None:
    document = contract("runninghub", {"edition": edition}).openapi()
    assert not [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()]


def test_it_is_served_whole_and_loads_in_time() -> None:
    with world() as handle, httpx.Client(transport=handle.transport, base_url=handle.url) as client:
        begun = time.process_time()
        answer = client.get("/openapi.json")
        document = schemathesis.openapi.from_dict(answer.json())
        assert time.process_time() - begun < 5
        found = list(document.get_all_operations())
        assert answer.json()["servers"] == [{"url": handle.url}]
        assert len(found) == sum(len(row) for row in WHOLE["paths"].values())


def test_every_model_has_its_paths_and_so_has_every_alias() -> None:
    assert (len(MODELS), len(NAMES)) == (446, 455)
    for name in NAMES:
        assert route(name)["x-understudy-operation"] == "submit"
        assert route(f"price-preview/{name}")["x-understudy-operation"] == "price_preview"
    ids = [row["operationId"] for path in WHOLE["paths"].values() for row in path.values()]
    assert len(ids) == len(set(ids))
    assert sum(route(name).get("deprecated", False) for name in NAMES) == 2


def test_the_example_of_every_model_is_what_it_takes() -> None:
    for model in MODELS.values():
        told = body(model.id)
        assert jsonschema_rs.is_valid(told["schema"], told["example"]), model.id
        assert not [finding for finding in model.check(told["example"]) if finding.reason], model.id


@pytest.mark.parametrize("edition", ["2026-03", "2026-04"])
def test_every_title_of_a_model_leads_to_a_path(edition: str) -> None:
    for title in NAVIGATION["editions"][edition]["models"]:
        assert route(titled(title, edition).id)["summary"].startswith(f"{title}: ")


def test_the_schemas_that_stand_bear_the_titles_of_the_navigation() -> None:
    for title, key in NAVIGATION["schemas"].items():
        assert key not in SCHEMAS or SCHEMAS[key].get("title") == title


@pytest.mark.parametrize("title", NAVIGATION["schemas"])
def test_every_title_of_a_schema_leads_to_a_component(title: str) -> None:
    key = NAVIGATION["schemas"][title]
    assert SCHEMAS[key]["title"] == title


@pytest.mark.parametrize("title", NAVIGATION["pages"])
def test_every_title_of_a_page_leads_to_a_route_or_a_section(title: str) -> None:
    row = NAVIGATION["pages"][title]
    if "operation" in row:
        assert row["operation"] in PROMISE.operations
    elif PAGE.is_file():
        headings = [
            line.lstrip("# ").strip() for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:1] == "#"
        ]
        assert row["section"] in headings
