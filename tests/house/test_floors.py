"""Arrows point down: who may import whom, read from the source itself."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOUSE = [p for p in ROOT.rglob("*.py")
         if p.relative_to(ROOT).parts[0] in ("contracts", "mocks", "fixtures") or p.parent == ROOT]  # fmt: skip
PROVIDERS = ("runninghub", "runcomfy", "runware")


def floor(path: Path) -> int:
    parts = path.relative_to(ROOT).parts
    if parts[0] == "contracts":
        return 0
    if parts[0] == "mocks":
        room = parts[1] if len(parts) > 2 else ""
        return {"engine": 1, "web": 2, "comfyui": 3, "": 5, "control": 5, "terminal": 6}.get(room, 4)
    return 6


def imported(path: Path) -> Iterator[tuple[str, Path | None]]:
    """Each import of a module: its name, and the file in the house that it leads to."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield name.name, None
        elif isinstance(node, ast.ImportFrom):
            if not node.level:
                yield node.module or "", None
                continue
            start = path.parents[node.level - 1]
            for name in node.names:
                for way in (*(node.module or "").split("."), name.name), (node.module or "").split("."):
                    target = start.joinpath(*[part for part in way if part])
                    for file in (target.with_suffix(".py"), target / "__init__.py"):
                        if file.is_file():
                            yield str(file.relative_to(ROOT)), file
                            break
                    else:
                        continue
                    break


@pytest.mark.parametrize("path", HOUSE, ids=lambda p: str(p.relative_to(ROOT)))
def test_arrows_point_down(path: Path) -> None:
    for name, file in imported(path):
        assert not name.startswith("understudy"), f"{path} imports {name}: inside the house imports are relative"
        if file is not None and path != ROOT / "__init__.py" and file != ROOT / "__init__.py":
            assert floor(file) <= floor(path), f"{path} (floor {floor(path)}) imports {name} (floor {floor(file)})"


def test_the_engine_imports_the_standard_library_pillow_and_exchange_only() -> None:
    engine = ROOT / "mocks" / "engine"
    for path in engine.rglob("*.py"):
        for name, file in imported(path):
            if file is not None:
                assert engine in file.parents or file.name == "exchange.py", f"{path} imports {name}"
            else:
                top = name.split(".")[0]
                assert top in sys.stdlib_module_names or top == "PIL", f"{path} imports {name}"


def test_dialects_do_not_import_each_other() -> None:
    for provider in PROVIDERS:
        for path in (ROOT / "mocks" / provider).glob("*.py"):
            for name, file in imported(path):
                others = [p for p in PROVIDERS if p != provider]
                assert file is None or file.parent.name not in others, f"{path} imports {name}"


@pytest.mark.parametrize("room", ["engine", "web", "comfyui"])
def test_no_providers_word_stands_below_the_dialects(room: str) -> None:
    for path in (ROOT / "mocks" / room).glob("*.py"):
        text = path.read_text(encoding="utf-8").lower()
        assert not [provider for provider in PROVIDERS if provider in text], path


@pytest.mark.parametrize("path", HOUSE, ids=lambda p: str(p.relative_to(ROOT)))
def test_time_and_chance_have_three_homes(path: Path) -> None:
    if path.name in ("clock.py", "server.py", "fast_forward.py"):
        return
    for name, file in imported(path):
        assert file is not None or name.split(".")[0] not in ("time", "random", "uuid"), f"{path} imports {name}"
    assert "datetime.now" not in path.read_text(encoding="utf-8"), path


def test_one_module_opens_outgoing_connections() -> None:
    modules, verbs = "http.client|httpx|aiohttp|requests", "open_connection|create_connection|urlopen|sock_connect"
    ways = re.compile(rf"^\s*(import|from) ({modules})\b|\b({verbs})\(", re.MULTILINE)
    # A handle's own client, which a test holds in its hands, is made in transport.py; caller.py asks loopback alone.
    found = {path.name for path in HOUSE if ways.search(path.read_text(encoding="utf-8"))}
    assert found == {"egress.py", "transport.py", "caller.py"}
