"""`explain`: every rule of the code is told, every reason too, and an unknown word gets the nearest."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from understudy.cli import main
from understudy.contracts.contract import contract
from understudy.contracts.document import PROVIDERS
from understudy.contracts.explain import errors, listed, table
from understudy.contracts.schema import SAYS

Capture = pytest.CaptureFixture[str]
ROOT = Path(__file__).parents[2]
CODE = [path for room in ("contracts", "mocks") for path in (ROOT / room).rglob("*.py")]
LINE = "broken: not-struck"  # what never happened is told without a Finding, since no exchange bears it


def rules_of(path: Path) -> Iterator[str]:
    """The slugs with which a module makes findings, and those of the table that stands for a schema's words."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = {target.id: node.value for node in ast.walk(tree) if isinstance(node, ast.Assign)
             for target in node.targets if isinstance(target, ast.Name)}  # fmt: skip
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and ast.unparse(node.func).endswith(("Finding", "finding")):
            rule = node.args[0]
            if isinstance(rule, ast.Name):
                rule = named.get(rule.id, rule)
            for part in (rule.body, rule.orelse) if isinstance(rule, ast.IfExp) else (rule,):
                if isinstance(part, ast.Constant):
                    yield str(part.value)
        if isinstance(node, ast.Constant) and LINE in str(node.value):
            yield LINE.partition(": ")[2]


def test_every_rule_of_the_code_is_explained_and_no_other() -> None:
    used = {rule for path in CODE for rule in rules_of(path)} | {rule for rule, _, _ in SAYS.values()}
    assert used == set(table()["rules"])


def test_every_reason_is_explained_and_no_other() -> None:
    apis = [api for provider in PROVIDERS for api in contract(provider).apis.values()]
    ours = {reason for api in apis for reason, row in api.errors.items() if reason != slug(row["name"])}
    assert ours <= set(table()["reasons"])  # a reason that is the provider's own code says what its text says


def slug(code: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", code).lower()


@pytest.mark.parametrize("part", ["rules", "reasons"])
def test_an_explanation_is_whole(part: str) -> None:
    wanted = {"rules": ["says", "why", "cure"], "reasons": ["when", "provoke"]}[part]
    for name, row in table()[part].items():
        assert list(row) == wanted, name
        assert all(isinstance(text, str) and text for text in row.values()), name


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_error_is_found_by_each_of_its_names(provider: str) -> None:
    for row in contract(provider).errors.values():
        for key in ("reason", "name", "code", "status"):
            if key in row:
                told = "\n".join(errors(provider, str(row[key]).upper()))
                assert row["text"].split()[0] in told
                assert row["source"] in told


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_refuse_next_is_told_stands_for_that_very_error(provider: str) -> None:
    promise = contract(provider)
    for row in promise.errors.values():
        for text in errors(provider, row["reason"]):
            if "handle.refuse_next(" in text:
                assert promise.reason(text.split("handle.refuse_next('")[1].split("'")[0]) == row["reason"]


def test_an_error_tells_all_that_is_known_of_it() -> None:
    (text,) = errors("runcomfy", "402")
    for part in ("InsufficientResources 400002", "HTTP        402", "answers to  submit", "handle.ledger.set(0)",
                 "refuse_next('InsufficientResources')", "no_funds: 402 (ours), 400, 10001"):  # fmt: skip
        assert part in text, part


def test_a_code_that_only_a_setting_brings_is_found() -> None:
    assert any("bad_token: 401 (ours)" in text for text in errors("runcomfy", "401001"))


def test_the_list_has_every_rule_and_error() -> None:
    text = "\n".join(listed(PROVIDERS))
    for name in table()["rules"]:
        assert f"  {name} " in text
    for row in contract("runcomfy").errors.values():
        assert row["text"] in text


@pytest.mark.parametrize(("words", "part"), [
    ([], "errors of runcomfy"),
    (["runcomfy"], "errors of runcomfy"),
    (["missing-required"], "rule missing-required"),
    (["runcomfy", "missing-required"], "rule missing-required"),
    (["runcomfy", "unknown-model"], "InvalidResourceIdentifier"),
    (["422001"], "The input does not match"),
])  # fmt: skip
def test_the_verb_takes_a_provider_a_word_both_or_none(capsys: Capture, words: list[str], part: str) -> None:
    assert main(["explain", *words], standalone_mode=False) == 0
    assert part in capsys.readouterr().out


@pytest.mark.parametrize(("words", "near"), [
    (["mising-required"], "did you mean missing-required?"),
    (["runcomfy", "InsuficientResources"], "did you mean InsufficientResources?"),
    (["runcmfy", "401"], "did you mean runcomfy?"),
    (["runcomfy", "%%%%%"], "understudy explain lists them all"),
    (["runcomfy", "401", "402"], "came 3 words"),
])  # fmt: skip
def test_an_unknown_word_is_answered_with_the_nearest(capsys: Capture, words: list[str], near: str) -> None:
    assert main(["explain", *words], standalone_mode=False) == 2
    assert near in capsys.readouterr().err


def test_an_error_that_comes_with_200_is_told_with_what_it_means_elsewhere() -> None:
    (text,) = errors("runninghub", "421")
    assert "200, for what others answer 429" in text
    assert "As many orders of the account run and wait as may." in text


def test_what_some_operations_say_by_another_code_is_told_by_that_code() -> None:
    (first, *_) = errors("runninghub", "423")
    assert first.startswith("runninghub TASK_NOT_FOUNED 423")
    assert "answers to  status, cancel" in first
    (elder, *_) = errors("runninghub", "APIKEY_TASK_NOT_FOUND")
    assert "answers to  outputs" in elder
