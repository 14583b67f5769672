"""The wheel as a stranger gets it: built through the sdist, installed into an empty environment, used as told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.more


def run(*command: str, cwd: Path, **more: str) -> str:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON", "UNDERSTUDY"))}
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, env={**env, **more}, timeout=600, check=False
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", str(out), str(ROOT), cwd=out)
    (made,) = out.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """An environment with the base and pytest alone."""
    home = tmp_path_factory.mktemp("env")
    run(sys.executable, "-m", "venv", str(home), cwd=home)
    python = str(home / "bin" / "python")
    run(python, "-m", "pip", "install", "-q", str(wheel), "pytest", cwd=home)
    return python


def test_the_wheel_holds_the_package_and_its_data_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    files = [p for top in ("contracts", "mocks", "fixtures") for p in (ROOT / top).rglob("*") if p.is_file()]
    here = {p.relative_to(ROOT).as_posix() for p in files if "__pycache__" not in p.parts}
    here |= {"__init__.py", "cli.py", "py.typed"}
    assert {name for name in names if ".dist-info/" not in name} == {f"understudy/{name}" for name in here}
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_quickstart_passes_with_the_base_and_pytest_alone(python: str, tmp_path: Path) -> None:
    text = (ROOT / "tests" / "examples" / "test_quickstart.py").read_text(encoding="utf-8")
    (tmp_path / "test_quickstart.py").write_text(text, encoding="utf-8")
    said = run(python, "-m", "pytest", "-q", cwd=tmp_path)
    assert "3 passed" in said
    assert "understudy: 3 tasks" in said


def test_the_terminal_works_from_the_wheel(python: str, tmp_path: Path) -> None:
    bench = str(Path(python).with_name("understudy"))
    assert "0.1.0" in run(bench, "--version", cwd=tmp_path)
    code = "import os, urllib.request as u; print(u.urlopen(os.environ['RUNCOMFY_BASE_URL'] + '/openapi.json').status)"
    assert run(bench, "run", "--", python, "-c", code, cwd=tmp_path).split()[0] == "200"


def test_the_ready_scenarios_come_with_the_wheel(python: str, tmp_path: Path) -> None:
    bench = str(Path(python).with_name("understudy"))
    assert json.loads(run(bench, "schema", "scenario", cwd=tmp_path))["title"] == "Understudy scenario"
    code = (
        "import understudy; from understudy.mocks.scenario import Scenario, ready\n"
        "for name in ready():\n"
        "    with understudy.stand_in('runcomfy', scenario=name) as handle: handle.session.wishes.scripts.clear(); "
        "handle.session.wishes.faults.clear()\n"
        "print(len(ready()))"
    )
    there = len(list((ROOT / "fixtures" / "scenarios").glob("*.yaml")))
    assert run(python, "-c", code, cwd=tmp_path).strip() == str(there)


def test_a_type_checker_sees_the_types(python: str, tmp_path: Path) -> None:
    code = "import understudy, pathlib; print(pathlib.Path(understudy.__file__).with_name('py.typed').is_file())"
    assert json.loads(run(python, "-c", code, cwd=tmp_path).strip().lower()) is True
