"""The same errand with every common HTTP client: submit, poll, fetch, download, cancel, and be refused."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
import requests
from understudy import StandIn

pytestmark = pytest.mark.more
MODEL = "/v1/models/tongyi-mai/z-image/turbo"
HERE = Path(__file__).parent


def with_urllib(url: str, token: str) -> dict[str, Any]:
    def ask(method: str, where: str, body: Any = None) -> tuple[int, bytes]:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(
                urllib.request.Request(where, data, headers, method=method), timeout=10
            ) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as no:
            return no.code, no.read()

    return errand(ask, url)


def with_requests(url: str, token: str) -> dict[str, Any]:
    session = requests.Session()
    session.trust_env = False
    session.headers["Authorization"] = f"Bearer {token}"

    def ask(method: str, where: str, body: Any = None) -> tuple[int, bytes]:
        answer = session.request(method, where, json=body, timeout=10)
        return answer.status_code, answer.content

    with session:
        return errand(ask, url)


def with_httpx(url: str, token: str) -> dict[str, Any]:
    with httpx.Client(headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=10) as client:

        def ask(method: str, where: str, body: Any = None) -> tuple[int, bytes]:
            answer = client.request(method, where, json=body)
            return answer.status_code, answer.content

        return errand(ask, url)


def with_aiohttp(url: str, token: str) -> dict[str, Any]:
    def ask(method: str, where: str, body: Any = None) -> tuple[int, bytes]:
        async def once() -> tuple[int, bytes]:
            headers = {"Authorization": f"Bearer {token}"}
            async with (
                aiohttp.ClientSession(headers=headers) as client,
                client.request(method, where, json=body) as told,
            ):
                return told.status, await told.read()

        return asyncio.run(once())

    return errand(ask, url)


def with_curl(url: str, token: str) -> dict[str, Any]:
    def ask(method: str, where: str, body: Any = None) -> tuple[int, bytes]:
        data = [] if body is None else ["--data", json.dumps(body)]
        command = ["curl", "-sS", "--noproxy", "*", "--request", method, "--url", where, "--header",
                   "Content-Type: application/json", "--header", f"Authorization: Bearer {token}", *data,
                   "--write-out", "\n%{http_code}"]  # fmt: skip
        out = subprocess.run(command, capture_output=True, timeout=10, check=True).stdout
        told, _, status = out.rpartition(b"\n")
        return int(status), told

    return errand(ask, url)


def errand(ask: Any, url: str) -> dict[str, Any]:
    """What every client is sent to do; answers what it saw."""
    job = json.loads(ask("POST", url + MODEL, {"prompt": "a red tram", "output_format": "webp"})[1])
    words = []
    for _ in range(20):
        words.append(json.loads(ask("GET", job["status_url"])[1])["status"])
        if words[-1] == "completed":
            break
    result = json.loads(ask("GET", job["result_url"])[1])
    other = json.loads(ask("POST", url + MODEL, {"prompt": "another"})[1])
    status, told = ask("POST", other["cancel_url"])
    return {
        "words": words, "result": result["status"], "file": ask("GET", result["output"]["image"])[1][:4],
        "cancel": (status, json.loads(told)["outcome"]),
        "refused": (lambda no: (no[0], json.loads(no[1])["error_code"]))(ask("POST", url + MODEL, {"prompt": 4})),
    }  # fmt: skip


SEEN = {"words": ["in_queue", "in_progress", "completed"], "result": "succeeded", "file": b"RIFF",
        "cancel": (202, "cancelled"), "refused": (422, 422001)}  # fmt: skip


@pytest.mark.understudy(allow=["invalid-type"])
@pytest.mark.parametrize("client", [with_urllib, with_requests, with_httpx, with_aiohttp, with_curl])
def test_every_client_sees_the_same(runcomfy: StandIn, client: Any) -> None:
    if client is with_curl and not shutil.which("curl"):
        pytest.skip("curl is not installed here; the errand needs it")
    assert client(runcomfy.url, runcomfy.api_key) == SEEN


@pytest.mark.understudy(allow=["invalid-type"])
def test_javascript_sees_the_same(runcomfy: StandIn) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed here; the errand needs it")
    command = [node, str(HERE / "errand.mjs"), runcomfy.url, runcomfy.api_key]
    done = subprocess.run(command, capture_output=True, timeout=30, text=True, check=False)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen == {**SEEN, "file": "RIFF", "cancel": list(SEEN["cancel"]), "refused": list(SEEN["refused"])}


def test_a_test_of_nodes_own_runner_steers_serve_and_fails_on_the_verdict(alone: None) -> None:
    node, script = shutil.which("node"), HERE / "control.test.mjs"
    if node is None:
        pytest.skip("node is not installed here; the test needs it")
    serve = [sys.executable, "-m", "understudy.cli", "serve", "--port", "0", "--json", "--quiet"]
    with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True) as served:
        assert served.stdout is not None
        env = {**os.environ, "CONTROL": json.loads(served.stdout.readline())["control"]}
        text = script.read_text(encoding="utf-8")
        wish = '{ fails: "out of memory" }'
        done = [
            subprocess.run([node, "--input-type=module", "--eval", source], env=env, capture_output=True, text=True,
                           timeout=30, check=False)
            for source in (text, text.replace(wish, f"[{wish}, {{ stuck: true }}]"))
        ]  # fmt: skip
        played = subprocess.run([node, "--test", str(script)], env=env, timeout=30, check=False).returncode
        served.terminate()
    assert [played, *(run.returncode for run in done)] == [0, 0, 1]
    assert "broken: not-struck" in done[1].stdout
