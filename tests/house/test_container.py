"""The container: who it runs as, what it copies, what it listens on, and that its probe asks what is answered."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from fnmatch import fnmatch

import pytest
from understudy.mocks.app import App
from understudy.mocks.server import Server
from understudy.mocks.settings import Settings, configured
from understudy.tests.house.dockerfile import ROOT, environment, probe, steps

STEPS = steps()
IGNORED = [line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] not in "#"]
COPIED = [word for step in STEPS if step.name == "COPY" and "--from" not in step.said for word in step.words[:-1]]
PACKAGES = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
LAST = max(step.stage for step in STEPS)


def left_out(path: str) -> bool:
    """Whether .dockerignore keeps a path out, as Docker reads it: the last line that fits decides, for a folder too."""
    out, parts = False, path.split("/")
    for line in IGNORED:
        form = line.removeprefix("!")
        names = parts if form.startswith("**/") else ["/".join(parts[: at + 1]) for at in range(len(parts))]
        if any(fnmatch(name, form.removeprefix("**/")) for name in names):
            out = not line.startswith("!")
    return out


def test_it_runs_as_nobody_in_particular() -> None:
    (user,) = (step.said for step in STEPS if step.name == "USER" and step.stage == LAST)
    assert re.fullmatch(r"[1-9][0-9]{3,}", user), "a number, so that whoever forbids root need not look it up"
    names = [step.name for step in STEPS if step.stage == LAST]
    assert names.index("USER") < names.index("CMD")
    assert "RUN" not in names[names.index("USER") :]


def test_what_it_is_made_of_is_pinned_and_small() -> None:
    bases = [step.words[0] for step in STEPS if step.name == "FROM"]
    assert len(bases) == LAST == 2, "what builds is left behind"
    for base in bases:
        assert re.fullmatch(r"python:3\.\d+-slim-[a-z]+", base), base
    assert len(set(bases)) == 1, "an environment works where its python is"


def test_what_it_copies_is_there_and_let_in() -> None:
    for name in COPIED:
        assert (ROOT / name).exists(), name
        assert not left_out(name), name
    top = {package.split(".")[1] for package in PACKAGES if "." in package}
    assert {"pyproject.toml", "README.md", "LICENSE", "py.typed", "cli.py", "__init__.py", *top} == set(COPIED)
    assert not left_out("contracts/runcomfy/models.json")


@pytest.mark.parametrize("name", [".git/config", ".venv/bin/python", ".env", "tests/conftest.py", "docs/ci.md",
                                  "dist/x.whl", "mocks/__pycache__/app.pyc", "understudy.egg-info/PKG-INFO",
                                  ".understudy/check.html", "contracts/.DS_Store"])  # fmt: skip
def test_nothing_else_is_let_in(name: str) -> None:
    assert left_out(name)


def test_no_path_of_a_machine_stands_in_it() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert not re.search(r"/(home|Users|root|tmp|work/\w|mnt)\b|file://|--index-url|--trusted-host", text)


def test_it_listens_where_it_says_and_the_environment_is_heard() -> None:
    (exposed,) = (step.said for step in STEPS if step.name == "EXPOSE")
    settings = configured(ROOT / "docs", environment())
    assert (settings.host, settings.port) == ("0.0.0.0", int(exposed)) == ("0.0.0.0", Settings().port)
    assert configured(ROOT / "docs", {**environment(), "UNDERSTUDY_CLOCK": "auto"}).clock == "auto"
    entry, command = ([step.words for step in STEPS if step.name == name] for name in ("ENTRYPOINT", "CMD"))
    assert (entry, command) == ([["understudy"]], [["serve"]]), "as a list: signals reach it"


@pytest.mark.parametrize("token", ["", "mine"])
def test_the_probe_asks_what_a_house_answers_even_where_a_token_is_asked_for(token: str) -> None:
    command, port = probe(), 0
    assert command[0] == "python"

    def code() -> int:
        env = {**os.environ, "UNDERSTUDY_PORT": str(port), "http_proxy": "http://127.0.0.1:9"}
        done = subprocess.run([sys.executable, *command[1:]], env=env, capture_output=True, timeout=60, check=False)
        return done.returncode

    server = Server(App(Settings(admin_token=token), opens_default=True), host="0.0.0.0")
    try:
        port = int(server.url.rpartition(":")[2])
        # The first answer of the control plane loads it; on a busy machine that outlasts a probe, which is tried again.
        assert any(code() == 0 for _ in range(3))
    finally:
        server.stop()
    assert code() != 0, "nobody is there"
