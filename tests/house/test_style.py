"""The house rules that a machine can see."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = [p for top in ("contracts", "mocks", "fixtures", "tests", "docs") for p in (ROOT / top).rglob("*.py")]
CODE += [ROOT / "__init__.py", ROOT / "cli.py"]
NAMES = {"utils", "helpers", "common", "misc", "base"}
UNDONE = re.compile(r"\b(TODO|FIXME|XXX)\b|mark\.xfail")
SLEEPS = re.compile(r"time\.sleep\(")


def ids(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", CODE, ids=ids)
def test_a_module_opens_with_a_sentence_and_is_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    said = ast.get_docstring(tree) or ""
    assert said.split("\n\n")[0].strip().endswith((".", "`.", ":")), f"{path} opens with {said[:60]!r}"
    assert len(text.splitlines()) <= 350
    assert path.stem not in NAMES


@pytest.mark.parametrize("path", [p for p in CODE if "tests" not in p.parts], ids=ids)
def test_functions_are_short(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            lines = node.end_lineno - node.lineno + 1
            assert lines <= 45, f"{path.name}:{node.name} has {lines} lines"


@pytest.mark.parametrize("path", [p for p in CODE if p != Path(__file__) and "bench" not in p.parts], ids=ids)
def test_nothing_is_left_undone(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not UNDONE.search(text)
    # The clients under test of fast_forward do sleep: that they need not is what is tested.
    assert path.stem.startswith("test_fast_forward") or not SLEEPS.search(text)
