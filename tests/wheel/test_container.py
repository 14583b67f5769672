"""The Dockerfile's steps in folders of this machine: what they make starts, is well, and ends."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from understudy.tests.house.dockerfile import ROOT, environment, probe, steps

pytestmark = pytest.mark.more


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folders of the image, made by the very commands of its first stage."""
    root = tmp_path_factory.mktemp("image")
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON", "UNDERSTUDY"))}
    (root / "src").mkdir()
    subprocess.run([sys.executable, "-m", "venv", str(root / "builder")], check=True, timeout=120)
    env["PATH"] = f"{root / 'builder' / 'bin'}:{env['PATH']}"
    for step in (step for step in steps() if step.stage == 1):
        if step.name == "COPY":
            *names, to = step.words
            for name in names:
                if (ROOT / name).is_dir():
                    skip = shutil.ignore_patterns("__pycache__")
                    shutil.copytree(ROOT / name, root / "src" / to, ignore=skip)
                else:
                    shutil.copy(ROOT / name, root / "src" / name)
        elif step.name == "RUN":
            command = step.said.replace("/opt/", f"{root}/opt/").replace("/wheels", f"{root}/wheels")
            done = subprocess.run(["/bin/sh", "-c", command], cwd=root / "src", env=env, capture_output=True, text=True,
                                  timeout=600, check=False)  # fmt: skip
            assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return root


def test_what_the_steps_make_serves_as_the_image_says(image: Path, tmp_path: Path) -> None:
    bench = image / "opt" / "understudy" / "bin"
    assert not list(bench.glob("pip*"))
    env = {**environment(), "PATH": f"{bench}:/usr/bin:/bin", "UNDERSTUDY_PORT": "0", "UNDERSTUDY_ADMIN_TOKEN": "mine",
           "UNDERSTUDY_JSON": "1"}  # fmt: skip
    with subprocess.Popen([str(bench / "understudy"), "serve"], env=env, cwd=tmp_path, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as served:  # fmt: skip
        try:
            assert served.stdout is not None
            port = json.loads(served.stdout.readline())["url"].rpartition(":")[2]
            asked = {**env, "UNDERSTUDY_PORT": port}
            assert subprocess.run(probe(), env=asked, timeout=60, check=False).returncode == 0
            served.send_signal(signal.SIGTERM)
            _, told = served.communicate(timeout=10)
        finally:
            served.kill()
    assert served.returncode == 0
    assert "expected an address that only this machine reaches; came 0.0.0.0" in told
    assert "mine" not in told
