"""What the runner makes wrong: each change is one, differs, and leaves the tree as it was."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from understudy.tests.mutation.mutants import Name, mutants
from understudy.tests.mutation.score import MODULES, Known, Score, known

ENGINE = Path(__file__).parents[2] / "mocks" / "engine"


def changes(source: str) -> list[tuple[str, str]]:
    return [(mutant.name.was, mutant.name.becomes) for mutant in mutants(ast.parse(source))]


@pytest.mark.parametrize(
    ("source", "others"),
    [
        ("f(a < b)", ["pass", "f(a <= b)", "f(a >= b)"]),
        ("x = a + 1", ["x = None", "x = a - 1", "x = a + 2"]),
        ("if a and b: c", ["if a or b:", "if not (a and b):", "pass"]),
        ("while not a: break", ["while a:", "continue"]),
        ("def f(a: int = 1) -> int:\n 'Says.'\n return -a", ["def f(a: int=2) -> int:", "return None", "return a"]),
        ("raise E(f'{a} b')", ["pass", "raise E(f'{a}XX b')"]),
        ("x = None\npass", []),
        ("a, b = min(c), True", ["a, b = None", "a, b = (max(c), True)", "a, b = (min(c), False)"]),
        ("del a[0]", ["pass", "del a[1]"]),
    ],
)
def test_what_may_be_made_wrong(source: str, others: list[str]) -> None:
    assert [becomes for _, becomes in changes(source)] == others


@pytest.mark.more
@pytest.mark.parametrize("module", MODULES)
def test_each_change_is_a_change_and_compiles(module: str) -> None:
    tree = ast.parse((ENGINE / f"{module}.py").read_text(encoding="utf-8"))
    before, seen = ast.unparse(tree), set()
    for mutant in mutants(tree):
        old = mutant.place.put(mutant.node)
        compile(tree, module, "exec")
        after = ast.unparse(tree)
        assert (after != before, after not in seen) == (True, True), mutant.name
        seen.add(after)
        mutant.place.put(old)
    assert ast.unparse(tree) == before
    assert len(seen) > 50


@pytest.mark.parametrize("module", MODULES)
def test_what_is_written_down_of_survivors_can_be_tried(module: str) -> None:
    tree = ast.parse((ENGINE / f"{module}.py").read_text(encoding="utf-8"))
    assert set(known(module)) <= {mutant.name for mutant in mutants(tree)}
    assert all(row.why for row in known(module).values())


def test_who_makes_no_difference_counts_neither_way() -> None:
    row, *others = mutants(ast.parse("a < b, c + d, e + f"))
    score = Score("clock", {row.name: Known("the same", True), Name("", "never", "made"): Known("?", True)})
    score.add(row, "survived")
    for mutant, outcome in zip(others[:4], ("killed", "hung", "survived", "killed"), strict=True):
        score.add(mutant, outcome)  # type: ignore[arg-type]
    assert (score.share, score.equivalent, len(score.survivors), score.untrue) == (0.75, [row.name], 2, [])
    score.add(row, "killed")
    assert (score.share, score.equivalent, score.untrue) == (0.8, [], [row.name])
