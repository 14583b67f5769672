"""Makes contracts/<provider>/score.json: plays every mutant the long drill, and keeps who was found out.

    python docs/recipes/score.py runcomfy

It takes some minutes. The digest is that of the mutants' names: another one means that others were played.
"""

from __future__ import annotations

import hashlib
import platform
import sys
from pathlib import Path

import understudy
from understudy.contracts.checks.breaking.mutants import mutants
from understudy.contracts.checks.breaking.score import keep, rerun
from understudy.contracts.contract import contract
from understudy.mocks.engine.clock import today
from understudy.mocks.subjects import Ours


def main(provider: str) -> None:
    """Plays, keeps and shows."""
    promise = contract(provider)
    names = "\n".join(mutant.name for mutant in mutants(promise))
    versions = {"understudy": understudy.__version__, "python": platform.python_version(),
                "mutants": hashlib.sha256(names.encode()).hexdigest()[:16]}  # fmt: skip
    runs = {name: rerun(promise, lambda: Ours(provider, socket=False), lambda text: print(text, file=sys.stderr),
                        whole=name == "long") for name in ("bounded", "long")}  # fmt: skip
    keep(runs, Path(__file__).parents[2] / "contracts", today().date().isoformat(), versions)
    print(runs["bounded"], runs["long"], sep="\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
