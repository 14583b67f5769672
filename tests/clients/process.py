"""A client's process: what it is told of the world, and what it tells of its errand."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

KEPT = {"PATH", "HOME", "SYSTEMROOT", "TEMP", "TMP"}  # no proxy, and no setting of whoever runs the tests


def told_by(command: list[str], folder: Path, **more: str) -> dict[str, Any]:
    """The last line that a client's process prints."""
    env = {name: value for name, value in os.environ.items() if name.upper() in KEPT}
    done = subprocess.run(command, cwd=folder, env=env | more, capture_output=True, text=True, timeout=25, check=False)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert "broke" not in told, told["broke"]
    return told
