"""What is shipped: every package is listed, every data file has a pattern, and the root holds what it should."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SETUPTOOLS = PROJECT["tool"]["setuptools"]
ROOT_HOLDS = {
    ".ci", ".gitignore", "CHANGELOG.md", "LICENSE", "Makefile", "README.md", "__init__.py", "cli.py", "contracts",
    "docs", "fixtures", "mocks", "py.typed", "pyproject.toml", "tests",
    "Dockerfile", ".dockerignore", ".github", "action.yml",
}  # fmt: skip


def tracked() -> list[str]:
    told = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if told.returncode:
        pytest.skip("this is not a git checkout, so nobody knows which files belong to it")
    return told.stdout.splitlines()


def test_every_package_is_listed() -> None:
    folders = {p.parent for top in ("contracts", "mocks", "fixtures") for p in (ROOT / top).rglob("__init__.py")}
    names = {".".join(("understudy", *folder.relative_to(ROOT).parts)) for folder in folders} | {"understudy"}
    assert set(SETUPTOOLS["packages"]) == names


def test_every_data_file_has_a_pattern() -> None:
    shipped: set[Path] = set()
    for package, patterns in SETUPTOOLS["package-data"].items():
        folder = ROOT.joinpath(*package.split(".")[1:])
        shipped |= {p for pattern in patterns for p in folder.glob(pattern) if p.is_file()}
    data = {p for top in ("contracts", "mocks", "fixtures") for p in (ROOT / top).rglob("*")
            if p.is_file() and p.suffix not in (".py", ".pyc")}  # fmt: skip
    assert not data - shipped


def test_the_root_holds_what_it_should() -> None:
    assert {name.split("/")[0] for name in tracked()} <= ROOT_HOLDS


def test_nothing_is_larger_than_a_megabyte() -> None:
    assert not [name for name in tracked() if (ROOT / name).is_file() and (ROOT / name).stat().st_size > 2**20]


def test_the_version_is_said_once() -> None:
    import understudy

    assert understudy.__version__ == PROJECT["project"]["version"]
