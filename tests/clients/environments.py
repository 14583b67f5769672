"""The clients' environments under .venv-clients: each is made once, by its pins, and used again."""

from __future__ import annotations

import hashlib
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
HOMES = ROOT / ".venv-clients"
ERRANDS = HERE / "runware"
CURE = "install node 18 or newer with npm (https://nodejs.org), and let pip and npm reach their registries once"


class NotMade(Exception):
    """An environment cannot be made here; the message says why and what to do."""


def made(name: str, pins: list[Path], install: Callable[[Path], None]) -> Path:
    """An environment's home; its stamp tells of which pins it was made."""
    home = HOMES / name
    stamp = hashlib.sha256(b"".join(pin.read_bytes() for pin in pins) + sys.version.encode()).hexdigest()
    if (home / "stamp").is_file() and (home / "stamp").read_text() == stamp:
        return home
    HOMES.mkdir(exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=HOMES))
    try:
        install(fresh)
        (fresh / "stamp").write_text(stamp)
        shutil.rmtree(home, ignore_errors=True)
        fresh.rename(home)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return home


def python(name: str, ours: bool = False) -> Path:
    """The interpreter that has a Python client, and, where it is asked for, understudy as it stands here."""
    pins = HERE / "requirements" / f"{name}.txt"

    def install(fresh: Path) -> None:
        run([sys.executable, "-m", "venv", str(fresh)])
        wanted = ["-r", str(pins), *(["-e", str(ROOT)] if ours else [])]
        run([str(inside(fresh)), "-m", "pip", "install", "-q", "--disable-pip-version-check", *wanted])

    return inside(made(name, [pins, *([ROOT / "pyproject.toml"] if ours else [])], install))


def inside(home: Path) -> Path:
    """An environment's interpreter."""
    return home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def node() -> Path:
    """The folder from which errands in JavaScript find their clients; the errands themselves are laid into it."""
    npm, pins = shutil.which("npm"), HERE / "package.json"
    if npm is None or shutil.which("node") is None:
        raise NotMade(f"expected node and npm; came none; {CURE}")

    def install(fresh: Path) -> None:
        shutil.copy(pins, fresh)
        trusted = ssl.get_default_verify_paths().cafile or "/etc/ssl/certs/ca-certificates.crt"
        run([npm, "install", "--prefix", str(fresh), "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts",
             *(["--cafile", trusted] if Path(trusted).is_file() else [])])  # fmt: skip

    home = made("node", [pins], install)
    for errand in ERRANDS.glob("*.mjs"):
        shutil.copy(errand, home)
    return home


def all_of_them(wanted: dict[str, Callable[[], Path]]) -> dict[str, Path]:
    """Environments by name, made side by side."""
    with ThreadPoolExecutor() as pool:
        coming = {name: pool.submit(make) for name, make in wanted.items()}
        return {name: one.result() for name, one in coming.items()}


RUNWARE: dict[str, Callable[[], Path]] = {
    "old_python": partial(python, "old_python", ours=True),
    "new_python": partial(python, "new_python"),
    "node": node,
}
RUNNINGHUB: dict[str, Callable[[], Path]] = {
    "rh_cli": partial(python, "rh_cli", ours=True),
    "rh_sdk": partial(python, "rh_sdk", ours=True),
    "comfy_ws": partial(python, "comfy_ws"),
}


def run(command: list[str]) -> None:
    """One step of an installation."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        raise NotMade(f"expected {' '.join(command)} to install; came {done.stderr[-1000:]!r}; {CURE}")


if __name__ == "__main__":  # before tests on several workers ask for them at once
    all_of_them(RUNWARE | RUNNINGHUB)
