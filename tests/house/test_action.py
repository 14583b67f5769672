"""The GitHub Action: its inputs reach its script, and the script starts, tells, masks, waits and fails as it says."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / ".github" / "action" / "start.sh"
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
(STEP,) = ACTION["runs"]["steps"]
USUAL = {name: row["default"] for name, row in ACTION["inputs"].items()}

pytestmark = pytest.mark.usefixtures("alone")


class Run(NamedTuple):
    """What came of one run of the script."""

    code: int
    said: str
    env: dict[str, str]
    outputs: dict[str, str]


class Runner:
    """A job's machine: a temporary folder, and the files by which steps tell each other."""

    def __init__(self, temp: Path) -> None:
        self.temp = temp
        self.started: list[int] = []

    def installed(self) -> Runner:
        """As if the action had installed what is under test."""
        (self.temp / "understudy" / "bin").mkdir(parents=True)
        (self.temp / "understudy" / "bin" / "python").symlink_to(sys.executable)
        self.bench("-m", "understudy.cli")
        return self

    def bench(self, *words: str) -> None:
        """What is started as understudy."""
        path = self.temp / "understudy" / "bin" / "understudy"
        path.write_text(f'#!/bin/sh\nexec {sys.executable} {" ".join(words)} "$@"\n', encoding="utf-8")
        path.chmod(0o755)

    def play(self, **said: str) -> Run:
        inputs = {f"INPUT_{name.upper()}": value for name, value in {**USUAL, "port": "0", **said}.items()}
        files = {name: self.temp / name for name in ("GITHUB_ENV", "GITHUB_OUTPUT")}
        for path in files.values():
            path.write_text("", encoding="utf-8")
        env = {**os.environ, **inputs, **{name: str(path) for name, path in files.items()}}
        done = subprocess.run([str(SCRIPT)], env={**env, "RUNNER_TEMP": str(self.temp)}, capture_output=True,
                              text=True, timeout=600, check=False)  # fmt: skip
        told = [dict(line.split("=", 1) for line in path.read_text().splitlines()) for path in files.values()]
        if "pid" in told[1]:
            self.started.append(int(told[1]["pid"]))
        return Run(done.returncode, done.stdout + done.stderr, *told)


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    made = Runner(tmp_path / "temp")
    made.temp.mkdir()
    yield made
    for pid in made.started:
        os.kill(pid, signal.SIGTERM)


def asked(url: str, key: str = "") -> Any:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {key}"} if key else {})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def well(run: Run) -> None:
    """The variables lead to the stand-in, the outputs to the house, and the key is masked before it is told."""
    assert run.code == 0, run.said
    key = run.env["RUNCOMFY_API_KEY"]
    assert run.said.startswith(f"::add-mask::{key}\n")
    assert run.said.count(key) == 1
    assert run.outputs["api_key"] == key
    assert run.env["RUNCOMFY_BASE_URL"] == run.outputs["url"] + "/runcomfy"
    assert json.loads(run.outputs["json"])["url"] == run.outputs["url"]
    assert asked(run.env["RUNCOMFY_MODEL_API_BASE"] + "/models?limit=1", key)
    assert asked(run.outputs["control"] + "/health")["status"] == "ok"
    assert "list_models" in Path(run.outputs["log"]).read_text(encoding="utf-8")


def test_the_steps_that_follow_reach_the_stand_in(runner: Runner) -> None:
    run = runner.installed().play(
        providers="runcomfy", seed="7", scenario="slow-queue", args="--strict --unknown-models accept"
    )
    well(run)
    session = asked(run.outputs["control"] + "/sessions/default")
    assert (session["clock"]["mode"], session["seed"], session["strict"]) == ("auto", "7", True)
    assert set(run.outputs) == set(ACTION["outputs"])


def test_keys_of_your_own_are_told_nowhere(runner: Runner) -> None:
    run = runner.installed().play(args="--keys my-own-key")
    assert run.code == 0, run.said
    assert "RUNCOMFY_BASE_URL" in run.env
    assert not {"RUNCOMFY_API_KEY", "RUNCOMFY_TOKEN"} & set(run.env)
    assert "my-own-key" not in run.said + str(run.outputs)


def test_what_cannot_be_started_is_told_in_three_parts(runner: Runner) -> None:
    run = runner.installed().play(clock="fast")
    assert run.code == 1
    (told,) = re.findall(r"^::error title=understudy::expected understudy serve to start; came (.*)$", run.said, re.M)
    assert re.fullmatch(r"its end \(.*clock.*'fast'.*\); correct the inputs of this step", told)
    assert not run.env


def test_each_start_is_told_of_by_itself(runner: Runner) -> None:
    first, other = runner.installed().play(), runner.play()
    assert first.outputs["url"] != other.outputs["url"]
    assert first.outputs["log"] != other.outputs["log"]
    for run in (first, other):
        well(run)
    runner.bench("-c", "'import sys; sys.exit(3)'")
    for _ in range(5):  # what an earlier start has written is never taken for its answer
        run = runner.play()
        assert (run.code, "expected understudy serve to start; came its end" in run.said) == (1, True), run.said


def test_waiting_has_an_end(runner: Runner) -> None:
    runner.installed().bench("-c", "'import signal; signal.pause()'")
    run = runner.play(patience="1")
    assert run.code == 1
    assert (
        "expected understudy serve to be ready in 1 s; came nothing; read its log above, or raise patience" in run.said
    )


def test_words_of_a_step_are_never_run_by_the_shell(runner: Runner) -> None:
    mark = runner.temp / "mark"
    run = runner.installed().play(args=f"$(touch {mark})", seed=f"`touch {mark}`", providers=f"; touch {mark}")
    assert run.code == 1
    assert not mark.exists()


@pytest.mark.more
def test_it_installs_the_ref_that_it_is_of(runner: Runner) -> None:
    well(runner.play())
    version = subprocess.run([str(runner.temp / "understudy" / "bin" / "understudy"), "--version"], capture_output=True,
                             text=True, check=True).stdout  # fmt: skip
    assert "0.1.0" in version


@pytest.mark.more
def test_what_cannot_be_installed_is_told_in_three_parts(runner: Runner) -> None:
    run = runner.play(version=str(runner.temp / "nowhere"))
    assert run.code == 1
    assert re.search(r"^::error title=understudy::expected .*/nowhere to be installed; came a refusal of pip; see",
                     run.said, re.MULTILINE)  # fmt: skip


def test_every_input_reaches_the_script_by_the_environment_alone() -> None:
    assert STEP["env"] == {f"INPUT_{name.upper()}": f"${{{{ inputs.{name} }}}}" for name in ACTION["inputs"]}
    assert "${{" not in STEP["run"], "what stands in a script's text is run, whoever wrote it"
    script = SCRIPT.read_text(encoding="utf-8")
    assert all(f"${name}" in script or f"${{{name}" in script for name in STEP["env"])
    assert STEP["run"] == f'"$GITHUB_ACTION_PATH/{SCRIPT.relative_to(ROOT)}"'
    assert os.access(SCRIPT, os.X_OK)


def test_every_input_and_output_is_described_and_told() -> None:
    assert ACTION["outputs"] == {name: {"description": row["description"],
                                        "value": f"${{{{ steps.{STEP['id']}.outputs.{name} }}}}"}
                                 for name, row in ACTION["outputs"].items()}  # fmt: skip
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    for name, row in {**ACTION["inputs"], **ACTION["outputs"]}.items():
        assert row["description"].endswith("."), name
        assert f"`{name}`" in page, name
