"""`python -m understudy.tests.mutation`: make each line of the engine's time wrong in turn, and count who notices."""

from __future__ import annotations

import argparse
import ast
import sys
import time
from pathlib import Path

from .mutants import mutants
from .score import MODULES, PROMISED, Score, known
from .trial import Finder, trial

ROOT = Path(__file__).parents[2]


def arguments() -> argparse.Namespace:
    """The flags, each with what it does."""
    parser = argparse.ArgumentParser(prog="make mutants", description="Make the engine's time wrong, and count.")
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"of: {', '.join(MODULES)} (all)")
    parser.add_argument("--only", default="", metavar="TEXT", help="only changes in a function whose name has this")
    chosen = parser.parse_args()
    chosen.modules = chosen.modules or list(MODULES)
    if unknown := set(chosen.modules) - set(MODULES):
        parser.error(f"expected modules of {', '.join(MODULES)}; came {', '.join(sorted(unknown))}; name those")
    return chosen


def tried(module: str, only: str) -> Score:
    """Each mutant of a module before its tests, which hold as the module stands."""
    path = ROOT / "mocks" / "engine" / f"{module}.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    finder = Finder(f"understudy.mocks.engine.{module}", path, tree)
    tests = {str(ROOT / "tests" / "engine" / f"test_{name}.py"): 0.0 for name in MODULES[module]}
    for test in tests:
        began = time.monotonic()
        if trial(finder, test, 300) != "survived":
            raise SystemExit(f"expected tests that hold; came a failure of {test} without any change; mend it first")
        tests[test] = 5 + 4 * (time.monotonic() - began)
    score = Score(module, known(module))
    for mutant in mutants(tree):
        if only in mutant.name.scope:
            old = mutant.place.put(mutant.node)
            # A test of real time may fail on a busy machine: a known survivor is noticed only if it is thrice.
            for _ in range(3 if mutant.name in score.known else 1):
                outcomes = (trial(finder, test, patience) for test, patience in tests.items())
                score.add(mutant, next((each for each in outcomes if each != "survived"), "survived"))
                if score.outcomes[mutant.name] == "survived":
                    break
            mutant.place.put(old)
            if score.outcomes[mutant.name] == "survived":
                print(score.row(mutant.name), flush=True)
    return score


def main() -> int:
    """1 where fewer were noticed than is promised, or what is written down is not true."""
    chosen = arguments()
    scores = []
    for module in chosen.modules:
        began = time.monotonic()
        score = tried(module, chosen.only)
        scores.append(score)
        print(f"{score.told()}; {time.monotonic() - began:.0f} s", flush=True)
    for score in scores:
        for name in score.untrue:
            print(f"said to be equivalent, and noticed:\n{score.row(name)}", file=sys.stderr)
    return int(any(score.untrue or score.share < PROMISED for score in scores))


if __name__ == "__main__":
    sys.exit(main())
