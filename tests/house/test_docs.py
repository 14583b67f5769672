"""Docs that cannot rot: what they name exists, and what exists is named."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from understudy.contracts import checks
from understudy.contracts.checks import Broken, File
from understudy.contracts.checks.reading.files import BY_SIGN, BY_TRIAL
from understudy.contracts.document import PROVIDERS, document, read
from understudy.fixtures import plugin
from understudy.mocks.engine.session import Session
from understudy.mocks.scenario import ready
from understudy.mocks.settings import Settings
from understudy.mocks.stand_in import StandIn

ROOT = Path(__file__).parents[2]
FORMATS = [name for _, _, name, _ in BY_SIGN] + [name for name, _ in BY_TRIAL]
DOCS = {path.name: path.read_text(encoding="utf-8") for path in [*(ROOT / "docs").glob("*.md"), ROOT / "README.md"]}
TENS = ("", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
ONES = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def test_the_readme_shows_the_quickstart_as_it_is() -> None:
    code = (ROOT / "tests" / "examples" / "test_quickstart.py").read_text(encoding="utf-8")
    assert code.partition("\n\n")[2].strip() in DOCS["README.md"]


def test_the_control_page_shows_the_test_in_javascript_as_it_is() -> None:
    code = (ROOT / "tests" / "clients" / "control.test.mjs").read_text(encoding="utf-8")
    assert f"```js\n{code}```" in DOCS["control.md"]
    assert sum(bool(line.strip()) for line in code.splitlines()) <= 12


def test_the_client_that_sleeps_is_shown_as_it_is() -> None:
    code = (ROOT / "tests" / "examples" / "test_fast_forward.py").read_text(encoding="utf-8")
    assert code.partition("\n\n")[2].strip() in DOCS["testing.md"]


@pytest.mark.parametrize(
    "page", ["scripts", "faults", "scenarios", "webhooks", "client_checks", "trainer", "runware", "runninghub"]
)
def test_a_page_shows_its_examples_as_they_are(page: str) -> None:
    code = (ROOT / "tests" / "examples" / f"test_{page}.py").read_text(encoding="utf-8")
    for part in code.partition("\n\n")[2].strip().split("\n\n\n"):
        assert part in DOCS[f"{page}.md"], part


def test_the_readme_shows_a_scenario_as_it_is() -> None:
    code = (ROOT / "tests" / "examples" / "test_scenarios.py").read_text(encoding="utf-8")
    assert code.split("\n\n\n")[2] in DOCS["README.md"]
    lost = (ROOT / "fixtures" / "scenarios" / "lost-submit-answer.yaml").read_text(encoding="utf-8")
    assert lost.partition("\n")[2].strip() in DOCS["README.md"]


def test_the_pages_count_the_ready_scenarios() -> None:
    tens, ones = divmod(len(ready()), 10)
    word = f"{TENS[tens]}-{ONES[ones]}" if ones else TENS[tens]
    for page in ("README.md", "scenarios.md"):
        assert re.search(rf"\b{word} (are ready|come)\b", DOCS[page], re.IGNORECASE), f"{page} should say {word}"


def test_the_readme_counts_the_facts_of_each_level() -> None:
    for provider in PROVIDERS:
        count = Counter(fact.source for fact in document(provider, {}).facts())
        row = f"| {count['documented']} | {count['observed']} | {count['inferred']} |"
        assert row in DOCS["README.md"], f"the README should say {row}"


def test_the_readme_counts_what_is_not_whole() -> None:
    some = sum(not model["complete"] for model in read("runcomfy", "models"))
    assert f"- {some} models" in DOCS["README.md"]


@pytest.mark.parametrize("page", DOCS)
def test_links_lead_somewhere(page: str) -> None:
    folder = ROOT if page == "README.md" else ROOT / "docs"
    for link in re.findall(r"\]\(([^)#:]+)\)", DOCS[page]):
        assert (folder / link).exists(), link


def test_every_fixture_option_and_marker_is_told() -> None:
    fixtures = [
        "runcomfy",
        "runcomfy_mock",
        "runware",
        "runware_mock",
        "runninghub",
        "runninghub_mock",
        "understudy",
        "understudy_settings",
        "fast_forward",
    ]
    words = [f"understudy_{name}" for name in plugin.OPTIONS]
    words += [f"--understudy-{name.replace('_', '-')}" for name in plugin.OPTIONS]
    for word in [*fixtures, *words, "pytest.mark.understudy"]:
        assert word in DOCS["testing.md"], word


def test_every_name_for_other_suites_is_told() -> None:
    page = DOCS["client_checks.md"]
    assert [name for name in (*checks.__all__, *File._fields, *Broken._fields) if f"`{name}" not in page] == []
    assert [name for name in FORMATS if not re.search(rf"\b{name}\b", page)] == []


def test_every_name_of_a_handle_is_told() -> None:
    names = [name for name in vars(StandIn) if not name.startswith("_")] + ["tasks", "clock", "api_key", "allowed"]
    missing = [name for name in names if not re.search(rf"\b{name}\b", DOCS["testing.md"])]
    assert set(missing) <= {"call", "run", "close", "session"}


def test_every_setting_and_reading_is_told() -> None:
    for name in Settings.__dataclass_fields__:
        assert name == "readings" or f"`{name}`" in DOCS["settings.md"], name
    for provider in PROVIDERS:
        for row in read(provider, "readings"):
            for word in (row["name"], row["default"], *row["choices"]):
                assert f"`{word}`" in DOCS["defaults.md"], word


def test_every_verb_and_flag_is_told() -> None:
    from understudy.cli import main

    command: Any = main
    for name in command.list_commands(None):
        assert f"`{name}" in DOCS["cli.md"], name
        verb = command.get_command(None, name)
        for below, one in {"": verb, **getattr(verb, "commands", {})}.items():
            assert f"understudy {name} {below}".strip() in DOCS["cli.md"], (name, below)
            for parameter in one.params:
                for flag in parameter.opts:
                    assert not flag.startswith("--") or flag in DOCS["cli.md"], f"{name} {below} {flag}"


def test_every_operation_and_error_of_a_provider_is_on_its_page() -> None:
    for provider in PROVIDERS:
        facts = document(provider, {})
        for part in (facts, *facts.others):
            # An API that has much to tell of has a page of its own, and the provider's leads there.
            own = f"{part.api}.md" if f"{part.api}.md" in DOCS else f"{provider}.md"
            assert own == f"{provider}.md" or f"({own})" in DOCS[f"{provider}.md"]
            page = DOCS[own]
            for name in (*part.openapi["operations"], *part.openapi.get("tasks", ())):
                assert re.search(rf"\b{name}\b" if part.api else rf"\| {name} \|", page), name
            for row in part.errors:
                if "code" in row and row["source"] != "inferred" and (part is facts or row not in facts.errors):
                    assert str(row["code"]) in page, row["name"]


def test_public_classes_say_what_they_are() -> None:
    for thing in (StandIn, Session, Settings, plugin.Stage):
        assert thing.__doc__


def test_the_architecture_names_every_folder_of_the_house() -> None:
    files = [path for top in ("contracts", "mocks", "fixtures") for path in (ROOT / top).rglob("*") if path.is_file()]
    folders = {str(path.parent.relative_to(ROOT)) for path in files if "__pycache__" not in path.parts}
    assert [folder for folder in sorted(folders) if f"\n| `{folder}/` |" not in DOCS["architecture.md"]] == []
