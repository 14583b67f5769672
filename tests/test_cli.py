"""The terminal door: what each verb says, how it ends, and that `serve` ends whoever holds a connection."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from understudy import __version__
from understudy.cli import VERBS, main
from understudy.mocks.terminal.flags import flags_of

DOCS = Path(__file__).parents[1] / "docs"
Capture = pytest.CaptureFixture[str]
UNDERSTUDY = [sys.executable, "-m", "understudy.cli"]


pytestmark = pytest.mark.usefixtures("alone")


def said(capsys: Capture, *words: str) -> tuple[int, str, str]:
    code = main(words, standalone_mode=False)
    out = capsys.readouterr()
    return code, out.out, out.err


# -- the door


def test_help_tells_every_verb_and_loads_none(capsys: Capture) -> None:
    code, out, _ = said(capsys, "--help")
    assert code == 0
    assert all(f"  {verb} " in out for verb in VERBS)
    assert said(capsys) == (0, out, "")


def test_help_is_quick() -> None:
    """In a process of its own, the best of five beside a bare interpreter's: the machine may be busy."""
    code = "import sys; sys.argv = ['understudy', '--help']; from understudy.cli import main; main()"
    for _ in range(5):
        spans = []
        for told in ("pass", code):
            begun = time.perf_counter()
            subprocess.run([sys.executable, "-c", told], check=True, capture_output=True)
            spans.append(time.perf_counter() - begun)
        if spans[1] - spans[0] < 0.15:
            return
    raise AssertionError(f"expected help within 0.15 s; came {spans[1] - spans[0]:.2f} s at best")


def test_version(capsys: Capture) -> None:
    assert said(capsys, "--version") == (0, f"understudy {__version__}\n", "")


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(capsys: Capture, verb: str) -> None:
    code, out, _ = said(capsys, verb, "--help")
    assert code == 0
    assert f"understudy {verb}" in out


@pytest.mark.parametrize(("words", "cause", "cure"), [
    (["srve"], "came 'srve'", "did you mean serve?"),
    (["frobnicate"], "came 'frobnicate'", "see understudy --help"),
    (["serve", "--prot", "1"], "came --prot", "did you mean --port?"),
    (["serve", "--port", "99999"], "from 0 to 65535; came 99999", "(flag --port)"),
    (["serve", "--port", "many"], "port to be a whole number; came 'many'", "write digits, as 8 (flag --port)"),
    (["serve", "--clock", "fast"], "came 'fast'", "say x10"),
    (["serve", "--log-format", "jsn"], "came 'jsn'", "did you mean json?"),
    (["serve", "--host", "no.such.host.invalid"], "came 'no.such.host.invalid'", "say --host 127.0.0.1"),
    (["serve", "--public-url", "mock:80"], "came 'mock:80'", "say http://mock:80"),
    (["serve", "runcmfy"], "came 'runcmfy'", "did you mean runcomfy?"),
    (["run"], "came none", "understudy run -- pytest"),
    (["run", "--", "no-such-program"], "came 'no-such-program'", "correct it"),
    (["env", "--port", "0"], "came 0", "name one with --port"),
    (["explain", "runcomfy", "400003"], "came '400003'", "did you mean 403003?"),
    (["schema", "confg"], "confg", "see understudy schema --help"),
])  # fmt: skip
def test_a_mistake_is_answered_in_one_sentence(capsys: Capture, words: list[str], cause: str, cure: str) -> None:
    code, out, err = said(capsys, *words)
    assert (code, out) == (2, "")
    assert cause in err
    assert cure in err
    assert len(err.splitlines()) == 1


def test_a_bad_key_of_a_file_names_the_file(capsys: Capture, tmp_path: Path) -> None:
    (tmp_path / "understudy.toml").write_text("prot = 1\n", encoding="utf-8")
    code, _, err = said(capsys, "serve")
    assert code == 2
    assert "did you mean port?" in err
    assert str(tmp_path / "understudy.toml") in err


def test_a_bad_variable_is_named(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERSTUDY_PORT", "99999")
    assert "UNDERSTUDY_PORT" in said(capsys, "env")[2]


def test_a_fault_of_ours_ends_with_3(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(verb: str) -> None:
        raise ZeroDivisionError(verb)

    monkeypatch.setattr("understudy.mocks.terminal.running.settled", fails)
    code, _, err = said(capsys, "env")
    assert code == 3
    assert "ZeroDivisionError" in err
    assert "please report" in err


def test_a_reader_that_has_gone_is_no_fault() -> None:
    listing = f"{shlex.join(UNDERSTUDY)} explain; echo $? >&2"
    done = subprocess.run(["bash", "-c", f"({listing}) | head -n 1"], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == "0"


# -- docs


def test_every_verb_and_flag_stands_in_the_docs() -> None:
    page = (DOCS / "cli.md").read_text(encoding="utf-8")
    for verb in VERBS:
        part = page.partition(f"\n## {verb}\n")[2].partition("\n## ")[0]
        assert part, f"docs/cli.md has no part {verb}"
        for row in flags_of(verb):
            assert f"`--{row.name.replace('_', '-')}" in part or f"--{row.name}" in part, (verb, row.name)
            if verb == "serve":
                assert f"`UNDERSTUDY_{row.name.upper()}`" in part


# -- what serve says before it serves


def test_a_busy_port_is_told_before_anything_is_served(capsys: Capture) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        code, _, err = said(capsys, "serve", "--port", port)
        assert code == 2
        assert f"expected port {port} to be free; came one that is taken" in err
        assert said(capsys, "doctor", "--port", port)[0] == 1


def test_print_config_tells_who_said_what(capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tomllib

    (tmp_path / "pyproject.toml").write_text(
        '[tool.understudy]\nslots = 3\n[tool.understudy.runcomfy]\nbad-token = 403\n', encoding="utf-8"
    )  # fmt: skip
    monkeypatch.setenv("UNDERSTUDY_SEED", "9")
    code, out, _ = said(capsys, "serve", "--print-config", "--port", "1234", "--keys", "secret")
    lines = {line.split(" = ")[0].strip("# "): line for line in out.splitlines()}
    assert code == 0
    assert lines["port"].endswith("# flag --port")
    assert lines["seed"].endswith("# environment UNDERSTUDY_SEED")
    assert lines["slots"].endswith(f"# file {tmp_path / 'pyproject.toml'}")
    assert lines["bad_token"].endswith(f"# file {tmp_path / 'pyproject.toml'}")
    assert lines["clock"].split() == ["clock", "=", '"x10"', "#", "default", "of", "serve"]
    assert "secret" not in out
    assert tomllib.loads(out)["runcomfy"] == {"bad_token": "403"}


def test_hosts_are_allowed_one_by_one_or_at_once(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERSTUDY_ALLOW_HOST", "not.heard")
    words = ("--allow-host", "a.example", "--allow-host", "*.b.example,c.example:81")
    code, out, _ = said(capsys, "serve", "--print-config", *words)
    line = next(line for line in out.splitlines() if line.startswith("allow_host"))
    assert (code, line.split("#")[0].strip()) == (0, 'allow_host = "a.example,*.b.example,c.example:81"')
    assert line.endswith("# flag --allow-host")
    line = next(line for line in said(capsys, "serve", "--print-config")[1].splitlines() if "allow_host" in line)
    assert line.split() == ["allow_host", "=", '"not.heard"', "#", "environment", "UNDERSTUDY_ALLOW_HOST"]
    for verb in ("serve", "run"):
        code, _, err = said(capsys, verb, "--allow-host", "https://a.example/x", "--", "true")
        assert code == 2
        assert "say it without scheme and path, as hooks.example" in " ".join(err.split())


# -- run


def ran(*command: str, flags: tuple[str, ...] = (), **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*UNDERSTUDY, "run", *flags, "--", *command], capture_output=True, text=True, check=False,
                          env={**os.environ, **env})  # fmt: skip


CLIENT = """
import os, sys, urllib.error, urllib.request
request = urllib.request.Request(os.environ["RUNCOMFY_BASE_URL"] + sys.argv[1],
                                 headers={"Authorization": "Bearer " + os.environ["RUNCOMFY_API_KEY"]})
try:
    print(urllib.request.urlopen(request).status)
except urllib.error.HTTPError as no:
    print(no.code)
"""


def test_run_points_a_command_at_the_stand_ins_past_any_proxy() -> None:
    done = ran(sys.executable, "-c", CLIENT, "/v1/models", HTTP_PROXY="http://127.0.0.1:9")
    assert (done.returncode, done.stdout) == (0, "200\n")
    assert done.stderr.splitlines()[-1].endswith(", 0 findings")


def test_run_fails_for_what_a_provider_would_not_forgive() -> None:
    done = ran(sys.executable, "-c", CLIENT, "/v1/nothing")
    assert (done.returncode, done.stdout) == (1, "404\n")
    assert "broken: no-such-operation" in done.stderr
    assert done.stderr.splitlines()[-1].endswith(", 1 finding")


def test_run_answers_with_the_commands_own_code() -> None:
    assert ran("sh", "-c", "exit 7").returncode == 7
    assert ran("sh", "-c", "kill -9 $$").returncode == 128 + 9


def test_run_hands_signals_to_the_command() -> None:
    child = "import signal; signal.signal(2, lambda *_: exit(5)); print('ready', flush=True); signal.pause()"
    with subprocess.Popen([*UNDERSTUDY, "run", "--", sys.executable, "-c", child], stdout=subprocess.PIPE, text=True,
                          stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:  # fmt: skip
        assert run.stdout is not None
        assert run.stdout.readline() == "ready\n"
        run.send_signal(signal.SIGINT)
        assert run.wait(10) == 5


# -- env, doctor


def test_env_names_the_public_address(capsys: Capture) -> None:
    _, out, _ = said(capsys, "env", "runcomfy", "--public-url", "http://mock:1/", "--keys", "a b")
    assert "export RUNCOMFY_MODEL_API_BASE=http://mock:1/runcomfy/v1\n" in out
    assert "export RUNCOMFY_TOKEN='a b'\n" in out


def test_a_fit_house_is_told_to_be_fit(capsys: Capture) -> None:
    code, out, _ = said(capsys, "doctor", "--port", "0")
    assert code == 0, out
    assert out.splitlines()[-1].endswith(" 0 bad")
    assert "took an order" in out


def test_doctor_tells_what_a_providers_clients_trip_over(capsys: Capture) -> None:
    code, out, _ = said(capsys, "doctor", "runware", "--port", "0")
    assert code == 0
    (line,) = [line for line in out.splitlines() if line.split()[:1] == ["note"]]
    assert "streams text to https://api.runware.ai" in line
    assert "understudy serve runware --port 8080" in line
    assert "runcomfy          a stand-in" not in out
    code, out, _ = said(capsys, "doctor", "runninghub", "--port", "0")
    notes = "\n".join(line for line in out.splitlines() if line.split()[:1] == ["note"])
    assert code == 0
    for part in ("(813) for a failed one", "Host: www.runninghub.cn", "send a refused order three times"):
        assert part in notes, part
    code, _, err = said(capsys, "doctor", "runwar")
    assert (code, "did you mean runware?" in err) == (2, True)


def test_doctor_names_the_classic_traps(capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("RUNCOMFY_BASE_URL", "https://api.example")
    monkeypatch.setenv("RUNCOMFY_TOKEN", "a-real-key")
    monkeypatch.setenv("UNDERSTUDY_PROT", "1")
    (tmp_path / "understudy.toml").write_text("port = 'x'\n", encoding="utf-8")
    code, out, _ = said(capsys, "doctor")
    assert code == 1
    for part in ("NO_PROXY=127.0.0.1", "RUNCOMFY_BASE_URL leads clients to api.example", "RUNCOMFY_TOKEN holds a key",
                 "did you mean UNDERSTUDY_PORT?", "expected port to be a whole number"):  # fmt: skip
        assert part in out, part
    assert "a-real-key" not in out
    monkeypatch.setenv("NO_PROXY", "localhost, 127.0.0.1")
    assert "127.0.0.1 is spared" in said(capsys, "doctor")[1]
