"""One trial: a forked process in which one module is another, and the tests that run there."""

from __future__ import annotations

import ast
import os
import resource
import signal
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest
from hypothesis import Phase, settings

from .mutants import Outcome

ROOM = 4 << 30  # bytes that a trial may take: a loop that books for ever is stopped by it, or by the clock


class Loader(SourceFileLoader):
    """Loads one module from a tree instead of its file."""

    def __init__(self, name: str, path: str, tree: ast.Module) -> None:
        super().__init__(name, path)
        self.tree = tree

    def get_code(self, fullname: str) -> CodeType:
        """The code of the tree."""
        return compile(self.tree, self.path, "exec", dont_inherit=True)


class Finder:
    """Stands before all finders, and finds this one module."""

    def __init__(self, name: str, path: Path, tree: ast.Module) -> None:
        self.name = name
        self.path = str(path)
        self.tree = tree

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """The module, if it is the one."""
        if name != self.name:
            return None
        return spec_from_file_location(name, self.path, loader=Loader(name, self.path, self.tree))


class Still:
    """Properties are tried with the same examples in each trial; that one fails is enough, how is not sought."""

    def pytest_sessionstart(self) -> None:
        """Comes after conftest.py and before any test is read."""
        settings.register_profile(
            "still", settings.default, derandomize=True, database=None, phases=(Phase.explicit, Phase.generate)
        )
        settings.load_profile("still")


def trial(finder: Finder, test: str, seconds: float) -> Outcome:
    """What a file of tests says of a module. Nothing of the trial outlives it."""
    child = os.fork()
    if not child:
        code = 1
        try:
            code = _play(finder, test, seconds)
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return "hung" if os.WTERMSIG(status) == signal.SIGALRM else "killed"
    return "killed" if os.WEXITSTATUS(status) else "survived"


def _play(finder: Finder, test: str, seconds: float) -> int:
    signal.setitimer(signal.ITIMER_REAL, seconds)  # whose signal ends the process, if nobody handles it
    resource.setrlimit(resource.RLIMIT_AS, (ROOM, ROOM))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    for name in [name for name in sys.modules if name.partition(".")[0] == "understudy"]:
        del sys.modules[name]
    first: Any = finder
    sys.meta_path.insert(0, first)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # half of a trial would be their loading
    return int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", test], plugins=[Still()]))
