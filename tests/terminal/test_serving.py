"""`serve` as a process: what it says on which stream, whom it names, and that it ends whoever holds a connection."""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import pty
import re
import select
import shlex
import signal
import socket
import struct
import subprocess
import sys
import termios
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from understudy.cli import main

UNDERSTUDY = [sys.executable, "-m", "understudy.cli"]
TOO_LONG = 2.0  # seconds in which `serve` must have ended


pytestmark = pytest.mark.usefixtures("alone")


@contextmanager
def serving(*words: str, **env: str) -> Iterator[Any]:
    served = subprocess.Popen([*UNDERSTUDY, "serve", "--port", "0", *words], stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.PIPE, env={**os.environ, **env})  # fmt: skip
    try:
        yield served
    finally:
        served.kill()
        served.communicate()


def until(stream: Any, word: str) -> str:
    """The first line that has a word."""
    for line in stream:
        if word in line:
            return str(line)
    raise AssertionError(f"no line has {word!r}")


def ended(served: Any, by: int = signal.SIGTERM) -> tuple[int, str]:
    served.send_signal(by)
    _, err = served.communicate(timeout=10)
    return served.returncode, err


def test_the_json_line_is_all_of_stdout_and_leads_to_the_stand_in() -> None:
    with serving("--json", "--seed", "7") as served:
        told = json.loads(served.stdout.readline())
        runcomfy = told["providers"]["runcomfy"]
        assert set(told) == {"url", "control", "webhooks", "providers"}
        assert runcomfy["url"] == told["url"] + "/runcomfy"
        assert runcomfy["ws_url"] == "ws" + runcomfy["url"].removeprefix("http")
        assert runcomfy["env"]["RUNCOMFY_API_KEY"] == runcomfy["api_key"]
        with urllib.request.urlopen(told["control"] + "/health") as answer:
            assert json.load(answer)["status"] == "ok"
        assert told["webhooks"] == told["url"] + "/__hooks__"
        with urllib.request.urlopen(told["webhooks"], b"{}") as answer:
            assert json.load(answer) == {"received": True}
        request = urllib.request.Request(
            runcomfy["url"] + "/v1/models", headers={"Authorization": "Bearer " + runcomfy["api_key"]}
        )
        with urllib.request.urlopen(request) as answer:
            assert answer.status == 200
        served.send_signal(signal.SIGTERM)
        out, err = served.communicate(timeout=10)
    assert (served.returncode, out) == (0, "")
    assert "GET  /runcomfy/v1/models  list_models" in err
    assert err.splitlines()[-1].startswith("understudy: 0 tasks, 0 s of provider time not waited")


def test_the_banners_curl_line_works_and_its_key_stays_out_of_the_log() -> None:
    with serving() as served:
        hooks = until(served.stderr, "  webhooks ").split()[-1]
        with urllib.request.urlopen(hooks, b"{}") as answer:
            assert json.load(answer) == {"received": True}
        words = shlex.split(until(served.stderr, "curl -s"))
        headers = dict(words[at + 1].split(": ", 1) for at, word in enumerate(words) if word == "-H")
        request = urllib.request.Request(words[2], words[words.index("-d") + 1].encode(), headers)
        with urllib.request.urlopen(request) as answer:
            assert json.load(answer)["request_id"]
        line = until(served.stderr, "submit")
        assert "  200  POST /runcomfy/v1/models/" in line
        code, rest = ended(served)
    assert code == 0
    assert headers["Authorization"].split()[1] not in line + rest
    assert "understudy: 1 task, " in rest.splitlines()[-1]


def test_the_log_names_the_key_to_use_and_forges_no_line() -> None:
    with serving() as served:
        key = until(served.stderr, "  key ").split()[-1]
        base = until(served.stderr, "promise").split()[-1].removesuffix("/openapi.json")
        for path, header in (("/v1/models?token=real-secret&x=%0Aforged", "mine"), ("/%0Aforged%1B[2J", key)):
            with pytest.raises(urllib.error.HTTPError):
                urllib.request.urlopen(
                    urllib.request.Request(base + path, headers={"Authorization": f"Bearer {header}"})
                )
        refused, strange = until(served.stderr, "  401  "), until(served.stderr, "  404  ")
        _, rest = ended(served)
    assert f"unknown key: use {key}" in refused
    assert "real-secret" not in refused + strange + rest
    assert "mine" not in refused
    assert "\\nforged\\x1b[2J" in strange
    assert "! broken no-such-operation: " in strange
    assert "forged" not in rest


def test_keys_of_your_own_are_shown_nowhere() -> None:
    with serving("--keys", "my-own-key, other") as served:
        base = until(served.stderr, "  address").split()[-1]
        banner = until(served.stderr, "curl -s")
        assert '"Authorization: Bearer $RUNCOMFY_API_KEY"' in banner
        for key, status in (("my-own-key", 200), ("other", 200), ("third", 401)):
            conn = http.client.HTTPConnection(base.removeprefix("http://"))
            conn.request("GET", "/runcomfy/v1/models?limit=1&x=my-own-key", headers={"Authorization": f"Bearer {key}"})
            assert conn.getresponse().status == status
            conn.close()
        _, rest = ended(served)
    assert "my-own-key" not in banner + rest
    assert "unknown key: use one of --keys" in rest


def test_nor_are_they_in_the_line_of_json() -> None:
    with serving("--json", "--quiet", UNDERSTUDY_KEYS="my-own-key") as served:
        told = json.loads(served.stdout.readline())["providers"]["runcomfy"]
    assert "my-own-key" not in str(told)
    assert told["api_key"] == told["env"]["RUNCOMFY_API_KEY"] == "***"


def test_any_key_opens_a_session_of_its_own() -> None:
    with serving("--any-key", "--json", "--quiet") as served:
        told = json.loads(served.stdout.readline())
        for key in ("one", "two"):
            request = urllib.request.Request(
                told["url"] + "/runcomfy/v1/models", headers={"Authorization": "Bearer " + key}
            )
            assert urllib.request.urlopen(request).status == 200
        with urllib.request.urlopen(told["control"] + "/health") as answer:
            assert len(json.load(answer)["sessions"]) == 3
        code, err = ended(served)
    assert code == 0
    assert [line.split(":")[0] for line in err.splitlines()] == ["understudy"]


def test_a_json_log_is_json_on_every_line() -> None:
    with serving("--log-format", "json", "--host", "0.0.0.0", UNDERSTUDY_UNKNOWN_MODELS="accept") as served:
        ready = json.loads(until(served.stderr, '"ready"'))
        assert ready["url"].startswith("http://127.0.0.1:")
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(ready["url"] + "/runcomfy/v1/nothing")
        _, rest = ended(served)
    told = [json.loads(line) for line in rest.splitlines()]
    assert [line["event"] for line in told] == ["request", "end"]
    assert told[0]["findings"] == ["no-such-operation"]


def test_webhooks_that_come_are_told_in_the_log() -> None:
    with serving("--log-format", "json") as served:
        url = json.loads(until(served.stderr, '"ready"'))["url"]
        with urllib.request.urlopen(url + "/__hooks__/done?token=secret", b"{}") as answer:
            assert answer.status == 200
        told = json.loads(until(served.stderr, '"webhook"'))
    assert {**told, "at": 0} == {"event": "webhook", "at": 0, "method": "POST", "url": "/__hooks__/done?token=***",
                                 "status": 200, "bytes": 2}  # fmt: skip


@contextmanager
def on_a_terminal(*words: str) -> Iterator[tuple[Any, Any]]:
    """`serve` on a terminal of its own, and what reads there until something shows."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 200, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")}
    env = {**kept, "TERM": "xterm-256color"}
    served = subprocess.Popen([*UNDERSTUDY, "serve", "--port", "0", *words], stdin=slave, stdout=slave, stderr=slave,
                              env=env)  # fmt: skip
    os.close(slave)
    seen = ""

    def shows(pattern: str) -> re.Match[str]:
        nonlocal seen
        late = time.perf_counter() + 20  # a clock that flows draws without end
        while (found := re.search(pattern, seen, re.DOTALL)) is None:
            told = f"nothing shows {pattern!r} in {seen[-2000:]!r}"
            assert select.select([master], [], [], 10)[0], told
            assert time.perf_counter() < late, told
            try:
                seen += os.read(master, 65536).decode()
            except OSError:  # whoever wrote has gone
                raise AssertionError(told) from None
        seen = seen[found.end() :]
        return found

    try:
        yield served, shows
    finally:
        served.kill()
        served.wait()
        os.close(master)


def test_a_terminal_shows_a_table_that_is_drawn_anew_and_goes_in_time() -> None:
    with on_a_terminal("--clock", "x5") as (served, shows):
        base = shows(r"address +(http://\S+)")[1]
        key = shows(r"key +([0-9a-f]{32})")[1]
        shows("0 requests   0 findings   0 webhooks")
        body = json.dumps({"prompt": "a red tram"}).encode()
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        path = "/runcomfy/v1/models/tongyi-mai/z-image/turbo"
        with urllib.request.urlopen(urllib.request.Request(base + path, body, headers)) as answer:
            assert answer.status == 200
        shows(r"200  POST /runcomfy/v1/models.*last request.*z-image/turbo.*running.*submit 200.*1 request ")
        shows("succeeded")
        begun = time.perf_counter()
        served.send_signal(signal.SIGINT)
        shows(r"\x1b\[\?25h")
        assert served.wait(10) == 0
        assert time.perf_counter() - begun < TOO_LONG


def test_a_wide_bind_is_warned_of() -> None:
    with serving("--host", "0.0.0.0", "--quiet") as served:
        assert "whoever is on its network" in until(served.stderr, "warning:")


def test_an_admin_token_of_your_own_is_asked_for_and_shown_nowhere() -> None:
    with serving("--host", "0.0.0.0", "--json", UNDERSTUDY_ADMIN_TOKEN="my-own-token") as served:
        assert "Authorization: Bearer TOKEN" in until(served.stderr, "warning:")
        out = served.stdout.readline()
        control = json.loads(out)["control"]
        with urllib.request.urlopen(control + "/health") as answer:  # from inside
            assert answer.status == 200
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(control + "/sessions")
        asked = urllib.request.Request(control + "/sessions", headers={"Authorization": "Bearer my-own-token"})
        with urllib.request.urlopen(asked) as answer:
            assert answer.status == 200
        code, rest = ended(served)
    assert code == 0
    assert "my-own-token" not in out + rest


def test_a_reader_that_does_not_read_stops_nothing() -> None:
    with serving("--json") as served:
        told = json.loads(served.stdout.readline())
        conn = http.client.HTTPConnection(told["url"].removeprefix("http://"))
        path = "/runcomfy/v1/nothing?" + "x" * 2000
        for _ in range(200):  # 400 kB of log, where a pipe takes 64
            conn.request("GET", path)
            assert conn.getresponse().read()
        conn.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_ends_in_time_whoever_holds_a_connection(number: int) -> None:
    with serving("--json") as served:
        told = json.loads(served.stdout.readline())
        port, key = int(told["url"].rpartition(":")[2]), told["providers"]["runcomfy"]["api_key"]
        head = f"Host: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n".encode()
        half_head = b"POST /runcomfy/v1/models/x HTTP/1.1\r\nHost: 127"
        half_body = (b"POST /runcomfy/v1/models/x HTTP/1.1\r\n" + head
                     + b"Content-Type: application/json\r\nContent-Length: 99\r\n\r\n{")  # fmt: skip
        whole = b"GET /runcomfy/v1/models?limit=1 HTTP/1.1\r\n" + head + b"\r\n"
        with socket.create_connection(("127.0.0.1", port)) as a, socket.create_connection(("127.0.0.1", port)) as b, \
                socket.create_connection(("127.0.0.1", port)) as idle:  # fmt: skip
            a.sendall(half_head)
            b.sendall(half_body)
            idle.sendall(whole)
            assert idle.recv(12) == b"HTTP/1.1 200"
            begun = time.perf_counter()
            served.send_signal(number)
            assert served.wait(10) == 0
            assert time.perf_counter() - begun < TOO_LONG
        err = served.stderr.read()
    assert "Traceback" not in err
    assert err.splitlines()[-1].startswith("understudy: ")


def test_env_is_what_serve_has(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["env", "--seed", "7", "--port", "9"], standalone_mode=False) == 0
    out = capsys.readouterr().out
    told = dict(word.split("=", 1) for line in out.splitlines() for word in shlex.split(line)[1:])
    assert told["RUNCOMFY_BASE_URL"] == "http://127.0.0.1:9/runcomfy"
    with serving("--json", "--quiet", "--seed", "7") as served:
        line = json.loads(served.stdout.readline())
    assert told["RUNCOMFY_API_KEY"] == line["providers"]["runcomfy"]["api_key"]


def test_who_needs_no_key_is_not_told_to_use_one() -> None:
    with serving("runninghub") as served:
        base = until(served.stderr, "promise").split()[-1].removesuffix("/openapi.json")
        for path in ("/api/webapp/list", "/uc/openapi/accountStatus"):
            headers = {"Content-Type": "application/json"}
            with suppress(urllib.error.HTTPError):
                urllib.request.urlopen(urllib.request.Request(base + path, data=b"{}", headers=headers))
        listed, refused = until(served.stderr, "webapp_list"), until(served.stderr, "  account")
        ended(served)
    assert "unknown key" not in listed
    assert "unknown key: use " in refused
