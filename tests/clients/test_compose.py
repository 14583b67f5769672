"""The compose example, without containers: its client against `serve`, each told what compose.yaml tells it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from understudy.mocks.app import DEFAULT, derived
from understudy.mocks.settings import Settings
from understudy.tests.house.dockerfile import steps

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "examples" / "compose"
SERVICES: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))["services"]


def environment(service: str) -> dict[str, str]:
    return {name: str(value) for name, value in SERVICES[service]["environment"].items()}


def test_its_client_orders_from_both_apis_and_prints_one_line(alone: None) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed here; the example needs it")
    serve = [sys.executable, "-m", "understudy.cli", "serve", "--port", "0", "--json"]
    told = {**os.environ, **environment("understudy")}
    with subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=told) as served:
        try:
            assert served.stdout is not None
            said = json.loads(served.stdout.readline())
            client = environment("client")
            client["RUNCOMFY_BASE_URL"] = client["RUNCOMFY_BASE_URL"].replace("http://understudy:8383", said["url"])
            (mount,) = SERVICES["client"]["volumes"]
            command = [word.replace(mount.split(":")[1], str(FOLDER / "client.mjs"))
                       for word in SERVICES["client"]["command"][1:]]  # fmt: skip
            done = subprocess.run([node, *command], env={**os.environ, **client, "POLL_MS": "0"}, capture_output=True,
                                  text=True, timeout=60, check=False)  # fmt: skip
        finally:
            served.terminate()
            _, log = served.communicate(timeout=10)
    assert done.returncode == 0, done.stderr
    name = said["providers"]["runcomfy"]["props"][0]["name"]
    line = re.fullmatch(rf"(\d+) bytes from a model, (\d+) bytes from {name}\n", done.stdout)
    assert line, done.stdout
    assert all(int(size) > 1000 for size in line.groups())
    assert "! " not in log, "nothing that the provider would not forgive"


def test_it_names_what_is_there() -> None:
    house, client = SERVICES["understudy"], SERVICES["client"]
    assert (FOLDER / house["build"]).resolve() == ROOT
    assert any(step.name == "HEALTHCHECK" for step in steps()), "the client waits for it"
    assert client["depends_on"] == {"understudy": {"condition": "service_healthy"}}
    (mount,) = client["volumes"]
    file, there, _ = mount.split(":")
    assert (FOLDER / file).is_file()
    assert there in client["command"]
    at = urlsplit(environment("client")["RUNCOMFY_BASE_URL"])
    assert (at.hostname, at.port, at.path) == ("understudy", Settings().port, "/runcomfy")
    assert environment("client")["RUNCOMFY_API_KEY"] == derived(Settings().seed, DEFAULT, "runcomfy")
    assert re.fullmatch(r"node:\d+-slim", client["image"])
    assert {f"UNDERSTUDY_{name.upper()}" for name in Settings.__dataclass_fields__} >= set(environment("understudy"))
