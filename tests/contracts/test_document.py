"""What the facts promise: each has a source and a place, and a reading changes what it says and nothing else."""

from __future__ import annotations

import copy
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from understudy.contracts.contract import contract
from understudy.contracts.document import PARTS, PROVIDERS, SOURCES, Document, document, read

HOME = Path(__file__).parents[2] / "contracts"
CHOICES = [(row["name"], choice) for row in read("runcomfy", "readings") for choice in row["choices"]]


def test_providers_are_the_folders() -> None:
    assert sorted(PROVIDERS) == sorted(path.parent.name for path in HOME.glob("*/openapi.yaml"))


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_fact_has_a_source_and_a_place(provider: str) -> None:
    facts = list(document(provider, {}).facts())
    wanting = [fact for fact in facts if fact.source not in SOURCES or not fact.where.strip()]
    assert not wanting
    assert len(facts) > 1000
    assert len({(fact.kind, fact.name) for fact in facts}) == len(facts)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_no_fact_is_left_out(provider: str) -> None:
    facts = document(provider, {})
    first = replace(facts, others=())
    kinds = Counter(fact.kind for fact in first.facts())
    models = {"runninghub": 446, "runcomfy": 152, "runware": 363}
    assert kinds["model"] == len(read(provider, "models")) == models[provider]
    assert kinds["error"] == len(read(provider, "errors"))
    assert kinds["reading"] == len(read(provider, "readings"))
    assert kinds["media"] == len(read(provider, "media"))
    said = read(provider, "openapi")
    tasks = said.get("tasks", {})  # each is an operation of its own
    assert kinds["operation"] == len(said["operations"]) + len(tasks)
    assert kinds["form"] == len(tasks)
    assert {"input", "schema", "parameter", "lifecycle transition", "price rule"} <= set(kinds)
    first_ones = {(row["reason"], row["source"], row["where"]) for row in read(provider, "errors")}
    for other in facts.others:
        names = {(fact.kind, fact.name) for fact in facts.facts()}
        own = read(provider, "openapi", other.api)
        assert {("operation", f"{other.api}/{name}") for name in own["operations"]} <= names
        assert {("schema", f"{other.api}/{name}") for name in own["schemas"]} <= names
        for row in read(provider, "errors", other.api) or ():
            alike = (row["reason"], row["source"], row["where"]) in first_ones  # told once, as the first API's
            assert alike or ("error", f"{other.api}/{row['reason']}") in names


def test_a_fact_without_a_source_would_be_seen() -> None:
    facts = copy.deepcopy(document("runcomfy", {}))
    del facts.errors[0]["source"]
    del facts.models[0]["where"]
    wanting = [fact for fact in facts.facts() if not fact.source or not fact.where]
    assert ("error", facts.errors[0]["reason"]) in [(fact.kind, fact.name) for fact in wanting]
    assert ("model", facts.models[0]["id"]) in [(fact.kind, fact.name) for fact in wanting]


@pytest.mark.parametrize("path", sorted(HOME.rglob("*.yaml")), ids=lambda path: path.name)
def test_the_data_are_plain_yaml(path: Path) -> None:
    assert yaml.safe_load(path.read_bytes())


def test_an_unknown_reading_names_the_known() -> None:
    with pytest.raises(ValueError, match=r"success_word, cancelled_word.*came 'colour'"):
        document("runcomfy", {"colour": "red"})


@pytest.mark.parametrize("name", dict(CHOICES))
def test_an_unknown_choice_names_the_known(name: str) -> None:
    row = next(row for row in read("runcomfy", "readings") if row["name"] == name)
    with pytest.raises(ValueError, match="came 'neither'") as caught:
        document("runcomfy", {name: "neither"})
    assert all(choice in str(caught.value) for choice in [row["default"], *row["choices"]])


def test_an_unknown_provider_names_the_known() -> None:
    with pytest.raises(ValueError, match=r"runcomfy.*came 'nobody'"):
        document("nobody", {})


def flat(facts: Document) -> dict[str, str]:
    """Every leaf of the facts by its way there."""
    found: dict[str, str] = {}

    def walk(node: object, way: str) -> None:
        if isinstance(node, dict) and node:
            for key, child in node.items():
                walk(child, f"{way}/{key}")
        elif isinstance(node, list) and node:
            for at, child in enumerate(node):
                walk(child, f"{way}/{at}")
        else:
            found[way] = repr(node)

    for each in (facts, *facts.others):
        for part in PARTS:
            walk(getattr(each, part), f"{each.api}/{part}")
    return found


@pytest.mark.parametrize(("name", "choice"), CHOICES)
def test_a_reading_changes_little_and_leaves_the_files_as_they_are(name: str, choice: str) -> None:
    before = flat(document("runcomfy", {}))
    after = flat(document("runcomfy", {name: choice}))
    changed = {way for way in before.keys() | after.keys() if before.get(way) != after.get(way)}
    assert 1 <= len(changed) <= 40
    assert before == flat(document("runcomfy", {}))


@pytest.mark.parametrize("name", dict(CHOICES))
def test_the_default_is_how_the_files_stand(name: str) -> None:
    row = next(row for row in read("runcomfy", "readings") if row["name"] == name)
    assert flat(document("runcomfy", {name: row["default"]})) == flat(document("runcomfy", {}))


def test_readings_go_together() -> None:
    every = {row["name"]: next(iter(row["choices"])) for row in read("runcomfy", "readings")}
    facts = document("runcomfy", every)
    assert {row["reason"]: row["status"] for row in facts.errors if row["reason"] == "bad-key"} == {"bad-key": 400}
    assert facts.lifecycle["model"]["channels"]["result"]["words"]["SUCCEEDED"] == "completed"
    assert facts.openapi["data_uris"] == "refuse"


def test_equal_readings_share_a_contract() -> None:
    assert contract("runcomfy", {"no_funds": "400"}) is contract("runcomfy", {"no_funds": "400"})
    assert contract("runcomfy") is contract("runcomfy", {})
    assert contract("runcomfy") is not contract("runcomfy", {"no_funds": "400"})


def undated(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Prices that do not say what, how much, when, how well known and where."""
    return [row for row in rows if set(row) != {"id", "usd", "date", "source", "where"} or row["source"] not in SOURCES
            or type(row["date"]) is not date or type(row["usd"]) not in (int, float) or row["usd"] < 0]  # fmt: skip


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_price_has_a_date_and_a_source(provider: str) -> None:
    assert not undated(read(provider, "prices")["models"])
    assert all(row["id"] in contract(provider).catalogue.models for row in read(provider, "prices")["models"])


def test_a_price_without_a_date_would_be_seen() -> None:
    good = yaml.safe_load("{id: a/b, usd: 0.04, date: 2026-01-31, source: documented, where: here}")
    assert not undated([good])
    for key in good:
        assert undated([{name: value for name, value in good.items() if name != key}])
    assert undated([{**good, "date": "some day"}])
    assert undated([{**good, "usd": "0.04"}])


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_form_of_a_price_stands_beside_the_prices(provider: str) -> None:
    text = (HOME / provider / "prices.yaml").read_text(encoding="utf-8")
    assert all(f"#     {key}: " in text or f"#   - {key}: " in text for key in ("id", "usd", "date", "source", "where"))
