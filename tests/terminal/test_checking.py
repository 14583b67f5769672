"""`check`: who is asked, what is printed and written, and how it ends; what it finds is made by hand here."""

from __future__ import annotations

import json
import shlex
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from math import inf
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import pytest
from understudy.cli import main
from understudy.contracts.checks.asking.drill import drill
from understudy.contracts.checks.breaking.mutants import mutants
from understudy.contracts.checks.case import STOPPED, Case, Checked
from understudy.contracts.checks.subject import Ask, Subject
from understudy.contracts.contract import contract
from understudy.contracts.finding import Finding
from understudy.mocks.settings import Settings
from understudy.mocks.stand_in import StandIn, opened

pytestmark = pytest.mark.usefixtures("alone")

Capture = pytest.CaptureFixture[str]
Heard = dict[str, Any]


class Bad:
    """A check whose every finding is made by hand; what it was told is kept."""

    def __init__(self) -> None:
        self.heard: Heard = {}
        self.finds: tuple[str, ...] = ()
        self.cut = ""
        self.raises: BaseException | None = None

    def check(self, promise: Any, subject: Subject, *, seen: Callable[..., None], **told: Any) -> Checked:
        """Asks one question, and says that it is wrong in all the ways that were asked for."""
        self.heard = {"promise": promise, "subject": subject, **told}
        for number in (1, 2):
            told["say"](f"drill {number}/2 with {subject.key}")
        if self.raises is not None:
            raise self.raises
        door = promise.facts.openapi["security"]
        said = subject.send(Ask("GET", "/v1/models?limit=1", ((door["name"], f"{door['scheme']} {subject.key}"),)))
        said = said._replace(provider=promise.provider, operation="list_models")
        seen(said, "drill")
        cases = [Case(Finding(rule, "broken", "/models", "a list", subject.key, "mend it", "list_models"), "drill",
                      (said,), subject.base) for rule in self.finds]  # fmt: skip
        return Checked(promise.provider, subject.name, told["seed"], 1.0, {"drill": 1}, cases=cases, cut=self.cut)


@pytest.fixture
def bad(monkeypatch: pytest.MonkeyPatch) -> Bad:
    """What stands in for the check itself."""
    made = Bad()
    module = ModuleType("understudy.contracts.checks.provider")
    module.check = made.check  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return made


@pytest.fixture
def there() -> Iterator[StandIn]:
    """A server elsewhere on this machine."""
    handle = opened("runcomfy", Settings(clock="manual"))
    try:
        yield handle
    finally:
        handle.close()


def check(*words: str) -> Any:
    return main(["check", "runcomfy", *words], standalone_mode=False)


def test_nothing_found_is_fine(bad: Bad, capsys: Capture) -> None:
    assert check() == 0
    out = capsys.readouterr()
    assert out.out.splitlines()[-1] == "understudy: our runcomfy keeps its promise: 1 request, 0 new findings"
    assert out.err == "understudy: drill 1/2 with ***\n"
    told = bad.heard
    assert (told["seed"], told["max_time"], told["bounded"], told["subject"].name) == (0, 90.0, True, "our runcomfy")
    assert told["clock"]() <= told["clock"]()


def test_something_found_fails_and_is_told_without_the_key(bad: Bad, capsys: Capture) -> None:
    bad.finds = ("wrong-total",)
    assert check("--seed", "7", "--quiet") == 1
    out = capsys.readouterr()
    assert out.err == ""
    assert "broken: wrong-total in list_models at /models\n  expected  a list\n  came      ***\n" in out.out
    assert "  again     understudy check runcomfy --seed 7\n" in out.out
    assert bad.heard["subject"].key not in out.out


def test_a_long_check_has_no_end(bad: Bad, capsys: Capture) -> None:
    bad.finds = ("wrong-total",)
    assert check("--long") == 1
    assert (bad.heard["max_time"], bad.heard["bounded"]) == (inf, False)
    assert "again     understudy check runcomfy --seed 0 --long\n" in capsys.readouterr().out
    assert check("--long", "--max-time", "2.5") == 1
    assert bad.heard["max_time"] == 2.5
    assert "again     understudy check runcomfy --seed 0 --max-time 2.5 --long\n" in capsys.readouterr().out


def test_as_json_it_is_one_document(bad: Bad, capsys: Capture) -> None:
    bad.finds = ("wrong-total", "wrong-page")
    assert check("--json") == 1
    out = capsys.readouterr()
    made = json.loads(out.out)
    assert [row["finding"]["rule"] for row in made["cases"]] == ["wrong-page", "wrong-total"]
    assert made["fails"] is True
    assert out.err.startswith("understudy: drill 1/2")


def test_the_environment_and_the_file_are_heard(bad: Bad, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "understudy.toml").write_text("[check]\nseed = 5\n[runcomfy]\nbad_token = '403'\n", encoding="utf-8")
    monkeypatch.setenv("UNDERSTUDY_CHECK_QUIET", "1")
    assert check() == 0
    assert bad.heard["seed"] == 5
    assert bad.heard["promise"].errors["bad-key"]["status"] == 403


def test_every_report_is_written_and_holds_no_key(bad: Bad, tmp_path: Path, capsys: Capture) -> None:
    bad.finds = ("wrong-total",)
    names = {name: str(tmp_path / f"made.{name}") for name in ("junit", "html", "har", "baseline")}
    words = [word for name, path in names.items() for word in (f"--{name}", path)]
    assert check(*words, "--update-baseline", "--quiet") == 0
    key = bad.heard["subject"].key
    for path in names.values():
        assert key not in Path(path).read_text(encoding="utf-8"), path
    assert ElementTree.parse(names["junit"]).getroot().get("skipped") == "1"
    assert Path(names["html"]).read_text(encoding="utf-8").startswith("<!doctype html>")
    assert len(json.loads(Path(names["har"]).read_text(encoding="utf-8"))["log"]["entries"]) == 1
    assert "1 accepted" in capsys.readouterr().out.splitlines()[-1]


def test_what_is_accepted_does_not_fail_and_what_is_gone_is_named(bad: Bad, tmp_path: Path, capsys: Capture) -> None:
    kept = str(tmp_path / "kept.json")
    bad.finds = ("wrong-total", "wrong-page")
    assert check("--baseline", kept, "--update-baseline", "--quiet") == 0
    bad.finds = ("wrong-total", "wrong-shape")
    capsys.readouterr()
    assert check("--baseline", kept, "--quiet") == 1
    out = capsys.readouterr().out
    assert "accepted    broken: wrong-total" in out
    assert "gone        wrong-page in list_models is in the baseline, and was not found again" in out
    assert out.splitlines()[-1].endswith("1 request, 1 new finding (1 broken), 1 accepted")


def test_ctrl_c_tells_what_was_found_so_far(bad: Bad, capsys: Capture) -> None:
    bad.finds, bad.cut = ("wrong-total",), STOPPED
    assert check() == 130
    out = capsys.readouterr().out
    assert "broken: wrong-total" in out
    assert "cut short   it was stopped by Ctrl-C" in out


def test_ctrl_c_before_anything_was_asked_ends_it(bad: Bad, capsys: Capture) -> None:
    bad.raises = KeyboardInterrupt()
    assert check() == 130
    assert capsys.readouterr().out == ""


@pytest.fixture
def default_signals() -> Iterator[None]:
    """Signals as a terminal leaves them, however these tests were started."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("default_signals")
@pytest.mark.parametrize(("number", "code", "who"), [(signal.SIGINT, 130, "Ctrl-C"), (signal.SIGTERM, 143, "SIGTERM")])
def test_who_stops_it_twice_still_gets_the_report(
    bad: Bad, capsys: Capture, monkeypatch: pytest.MonkeyPatch, number: signal.Signals, code: int, who: str
) -> None:
    def stopped(self: Bad, *args: Any, **told: Any) -> Checked:
        self.cut = STOPPED
        made = asked(self, *args, **told)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
        signal.raise_signal(signal.SIGINT)  # an impatient hand; it must not break the reports off
        signal.raise_signal(signal.SIGTERM)
        return made

    asked = Bad.check
    monkeypatch.setattr(sys.modules["understudy.contracts.checks.provider"], "check", partial(stopped, bad))
    bad.finds = ("wrong-total",)
    assert check() == code
    out = capsys.readouterr().out
    assert "broken: wrong-total" in out
    assert f"cut short   it was stopped by {who}\n" in out
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


@pytest.mark.usefixtures("default_signals")
def test_a_stop_that_is_swallowed_is_heard_with_the_next_answer(bad: Bad, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = bad.check

    def stopped(*args: Any, **told: Any) -> Checked:
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
        return asked(*args, **told)

    monkeypatch.setattr(sys.modules["understudy.contracts.checks.provider"], "check", stopped)
    assert check() == 143


@pytest.mark.usefixtures("default_signals")
def test_who_must_not_be_stopped_by_ctrl_c_is_not(bad: Bad, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = bad.check

    def stopped(*args: Any, **told: Any) -> Checked:
        signal.raise_signal(signal.SIGINT)
        return asked(*args, **told)

    monkeypatch.setattr(sys.modules["understudy.contracts.checks.provider"], "check", stopped)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell does for a job in the background
    assert check() == 0
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_what_should_not_happen_is_ours(bad: Bad, capsys: Capture) -> None:
    bad.raises = ZeroDivisionError()
    assert check() == 3
    assert "please report" in capsys.readouterr().err


def test_a_server_elsewhere_is_asked_with_its_own_keys(
    bad: Bad, there: StandIn, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("RUNCOMFY_API_KEY", there.api_key)
    monkeypatch.setenv("ITS_OTHER", there.another_key())
    bad.finds = ("wrong-total",)
    assert check("--url", there.url, "--other-key-env", "ITS_OTHER") == 1
    subject = bad.heard["subject"]
    assert (subject.base, subject.key) == (there.url, there.api_key)
    assert subject.other_key
    assert "advance" not in subject.can
    out = capsys.readouterr().out
    assert f"--seed 0 --url {shlex.quote(there.url)} --other-key-env ITS_OTHER\n" in out
    assert there.api_key not in out
    assert len(there.requests()) == 1


def test_another_variable_may_hold_the_key(bad: Bad, there: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ITS_KEY", there.api_key)
    assert check("--url", there.url, "--key-env", "ITS_KEY", "--quiet") == 0
    assert bad.heard["subject"].key == there.api_key


@pytest.mark.parametrize(("words", "says"), [
    (["--url", "https://model-api.runcomfy.net"], "expected the address of a server on this machine"),
    (["--url", "http://10.0.0.1:8383/runcomfy"], "expected the address of a server on this machine"),
    (["--url", "http://user:word@127.0.0.1:8383/runcomfy"], "expected an address of a scheme"),
    (["--url", "http://127.0.0.1:99999/runcomfy"], "expected an address of a scheme"),
    (["--url", "http://127.0.0.1:8383/runcomfy"], "in RUNCOMFY_API_KEY; came nothing; set it, or name another"),
    (["--url", "http://127.0.0.1:8383/runcomfy", "--key-env", "NO_SUCH"], "in NO_SUCH; came nothing"),
    (["--update-baseline"], "expected a file to write the baseline to; came --update-baseline alone"),
    (["--baseline", "nowhere.json"], "expected a baseline; came nowhere.json, which is no file"),
    (["--html", "no/such/folder/a.html"], "expected a file that can be written; came no/such/folder/a.html"),
    (["--junit", "."], "expected a file that can be written; came ."),
    (["--seed", "x"], "expected --seed to be a whole number; came 'x'; write digits"),
    (["--max-time", "-1"], "expected --max-time to be 0 or more; came -1.0; name one that is\n"),
    (["--html", "a", "--junit", "./a"], "expected a file for each report; came a for both --junit and --html; give"),
    (["--har", "a", "--baseline", "a", "--update-baseline"], "came a for both --har and --baseline"),
    *((["--score", *words], f"writes no file; came {words[0]} with it; leave one of them out") for words in (
        ["--url", "http://127.0.0.1:1/x"], ["--html", "a"], ["--junit", "a"], ["--har", "a"], ["--baseline", "a"])),
    (["--key-env", "K"], "the address whose key that is; came --key-env alone; name it with --url"),
    (["--other-key-env", "K"], "came --other-key-env alone; name it with --url"),
    (["--sead", "1"], "did you mean --seed?"),
])  # fmt: skip
def test_a_mistake_is_told_in_one_sentence(bad: Bad, capsys: Capture, words: list[str], says: str) -> None:
    assert check(*words) == 2
    out = capsys.readouterr()
    assert says in out.err
    assert len(out.err.splitlines()) == 1
    assert out.err.count("; ") >= 2
    assert "word@" not in out.err
    assert bad.heard == {}


def test_a_baseline_that_is_none_is_told(bad: Bad, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "bad.json").write_text("{", encoding="utf-8")
    assert check("--baseline", str(tmp_path / "bad.json")) == 2
    assert "to be a baseline; came no JSON" in capsys.readouterr().err
    assert bad.heard == {}


def test_another_account_needs_a_key_that_is_there(
    bad: Bad, there: StandIn, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("RUNCOMFY_API_KEY", there.api_key)
    assert check("--url", there.url, "--other-key-env", "NO_SUCH") == 2
    assert "expected another account's key in NO_SUCH; came nothing" in capsys.readouterr().err
    assert bad.heard == {}


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr("understudy.mocks.terminal.checking.find_spec",
                        lambda name: None if name == "schemathesis" else object())  # fmt: skip
    assert check() == 2
    assert capsys.readouterr().err == (
        "understudy: expected hypothesis and schemathesis, which think up the requests; came an installation without "
        "schemathesis; pip install 'understudy[contracts]'\n"
    )


def test_a_kept_score_is_printed(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    row: dict[str, Any] = {}
    monkeypatch.setattr("understudy.mocks.terminal.checking.kept", lambda provider: row)
    assert check("--score") == 2
    assert "came none; count it with --score --long" in capsys.readouterr().err
    row |= {"provider": "runcomfy", "date": "2026-09-01", "configuration": "long", "mutants": 500, "killed": 490,
            "by_kind": {"wire": {"mutants": 500, "killed": 490}}, "survivors": []}  # fmt: skip
    assert check("--score") == 0
    assert "490 of 500 mutants found out (98.0 %), long run of 2026-09-01" in capsys.readouterr().out
    assert check("--score", "--json") == 0
    assert json.loads(capsys.readouterr().out) == row


def test_a_score_is_counted_anew(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    drawn = [mutant for mutant in mutants(contract("runcomfy")) if mutant.kind == "status"][:2]
    monkeypatch.setattr("understudy.contracts.checks.breaking.score.mutants", lambda promise: drawn)
    monkeypatch.setattr("understudy.contracts.checks.asking.lifecycle.LONG", (1, 5))
    monkeypatch.setattr("understudy.contracts.checks.breaking.score.drill", lambda promise, whole: drill(promise)[:1])
    assert check("--score", "--long", "--quiet") == 0
    assert "runcomfy: 2 of 2 mutants found out (100.0 %)" in capsys.readouterr().out


def test_help_and_mistakes_load_no_generator() -> None:
    import subprocess

    code = ("import sys; from understudy.cli import main; main(['check', 'runcomfi'], standalone_mode=False); "
            "print([name for name in ('hypothesis', 'schemathesis') if name in sys.modules])")  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "[]\n", done.stderr
