"""A second opinion: Prism, which knows our published document and nothing of us, judges the bodies that we make."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import pytest
from hypothesis import Phase, given, seed, settings
from understudy.contracts.catalogue import Model
from understudy.contracts.checks import Broken, bad_edges, bad_inputs, good_edges, inputs
from understudy.contracts.contract import contract

pytestmark = pytest.mark.more

VERSION = "5.14.2"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "understudy" / f"prism-{VERSION}"
CURE = "install node 18 or newer with npm (https://nodejs.org), and let npm reach its registry once"
BODIES = 500
PROMISE = contract("runcomfy")
MODELS = list(PROMISE.catalogue.models.values())[::7][:20]  # of every maker that lists some


class Judged(NamedTuple):
    """A body, and the rule that it breaks by our reading, if any."""

    model: Model
    body: Any
    broken: Broken | None = None


@pytest.fixture(scope="module")
def prism() -> Iterator[http.client.HTTPConnection]:
    """Prism on our document, on a port of its own."""
    with tempfile.TemporaryDirectory() as folder:
        document = Path(folder) / "openapi.json"
        document.write_text(json.dumps(PROMISE.openapi()), encoding="utf-8")
        with socket.socket() as any_port:
            any_port.bind(("127.0.0.1", 0))
            port = any_port.getsockname()[1]
        command = [str(installed()), "mock", "--errors", "--host", "127.0.0.1", "--port", str(port), str(document)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as running:
            try:
                assert running.stdout is not None
                said = ""
                while "listening on" not in said:
                    line = running.stdout.readline()
                    assert line, f"expected Prism to listen; came {said[-2000:]!r}; {CURE}"
                    said += line
                Thread(target=deque, args=(running.stdout, 0), daemon=True).start()  # it tells of every request
                yield http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            finally:
                running.terminate()


def installed() -> Path:
    """Prism's command; it is fetched once and kept outside the tree."""
    command = CACHE / "node_modules" / ".bin" / ("prism.cmd" if sys.platform == "win32" else "prism")
    npm = shutil.which("npm")
    if shutil.which("node") is None or npm is None:
        pytest.fail(f"expected node and npm, with which Prism comes; came none; {CURE}")
    if not command.exists():
        CACHE.parent.mkdir(parents=True, exist_ok=True)
        fetched = tempfile.mkdtemp(dir=CACHE.parent)
        trusted = ssl.get_default_verify_paths().cafile or "/etc/ssl/certs/ca-certificates.crt"
        wanted = [npm, "install", "--prefix", fetched, "--no-audit", "--no-fund", "--ignore-scripts",
                  *(["--cafile", trusted] if Path(trusted).is_file() else []),  # what this machine trusts, npm may not
                  f"@stoplight/prism-cli@{VERSION}"]  # fmt: skip
        done = subprocess.run(wanted, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode:
            shutil.rmtree(fetched, ignore_errors=True)
            pytest.fail(f"expected npm to bring Prism {VERSION}; came {done.stderr[-500:]!r}; {CURE}")
        shutil.rmtree(CACHE, ignore_errors=True)
        Path(fetched).rename(CACHE)
    return command


def by_chance() -> list[Judged]:
    """Right bodies and bad ones in turn, as many of each model; equal seeds draw equal ones."""
    return [each for model in MODELS for each in drawn(model, -(-BODIES // 2 // len(MODELS)))]


def drawn(model: Model, pairs: int) -> list[Judged]:
    """So many right bodies of a model, and so many bad ones."""
    found: list[Judged] = []

    @seed(7)
    @settings(max_examples=pairs, database=None, phases=[Phase.generate], deadline=None)
    @given(inputs(model), bad_inputs(model))
    def draw(body: Any, bad: tuple[Any, Broken]) -> None:
        found.extend((Judged(model, body), Judged(model, *bad)))

    draw()
    return found


def at_the_edges() -> list[Judged]:
    """Every edge of the same models."""
    good = [Judged(model, body) for model in MODELS for body in good_edges(model)]
    return good + [Judged(model, body, broken) for model in MODELS for body, broken in bad_edges(model)]


@pytest.mark.parametrize("made", [by_chance, at_the_edges])
def test_prism_takes_and_refuses_what_we_do(prism: http.client.HTTPConnection, made: Any) -> None:
    judged = made()
    assert len(judged) >= BODIES
    assert {each.model.id for each in judged} == {model.id for model in MODELS}
    differ = [(each, said) for each in judged if (said := asked(prism, each)) != expected(each)]
    assert differ == []
    rules = {each.broken.rule for each in judged if each.broken}
    assert rules >= {"bad-json", "missing-required", "invalid-type", "not-in-list", "out-of-range", "wrong-form"}


def expected(each: Judged) -> tuple[int, str]:
    """The status, and where the body is wrong; of what is missing Prism names the object in which it should be."""
    if each.broken is None:
        return 200, ""
    where = each.broken.where
    return 422, where.rpartition("/")[0] if each.broken.rule == "missing-required" else where


def asked(prism: http.client.HTTPConnection, each: Judged) -> tuple[int, str]:
    prism.request("POST", f"/v1/models/{each.model.id}", json.dumps(each.body).encode(),
                  {"Authorization": "Bearer any", "Content-Type": "application/json"})  # fmt: skip
    answer = prism.getresponse()
    answer.read()
    told = json.loads(answer.getheader("sl-violations", "[]"))
    places = {"/".join(["", *map(str, row["location"][2:])]).rstrip("/") for row in told if row["severity"] == "Error"}
    return answer.status, " and ".join(sorted(places))
