"""A scenario: where it is found, what is wrong with it and on which line, and that a session lives by it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from understudy.cli import main
from understudy.mocks.app import DIALECTS, App
from understudy.mocks.engine.fault import Place
from understudy.mocks.scenario import READY, BadScenario, Scenario, located, ready
from understudy.mocks.settings import BadSetting, Settings, from_file
from understudy.mocks.words import schema
from understudy.tests.mocks.errands import MODEL, send, submit, world
from understudy.tests.toy.toy import Toy

DOCS = Path(__file__).parents[2] / "docs"
Written = Callable[..., Path]


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Written:
    """Writes a file into the working directory."""
    monkeypatch.chdir(tmp_path)

    def write(text: str, name: str = "mine.yaml") -> Path:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return write


def played(path: Any, **settings: Any) -> None:
    """Opens a house of two providers with it."""
    told = Settings().but(scenario=path, **settings)
    App(told, dialects={"toy": Toy, "runcomfy": DIALECTS["runcomfy"]}).open("here", told)


# -- where it is


def test_it_is_looked_for_from_here_and_then_among_the_ready_ones(written: Written) -> None:
    here = written("says: mine", "deep/mine.yaml")
    assert located("deep/mine.yaml") == located(here) == here
    assert located("stuck") == READY / "stuck.yaml"
    assert located(written("says: mine", "stuck")).parent == here.parents[1]  # a file of one's own comes first


@pytest.mark.parametrize("name", ["stuk", "stuk.yaml", "no/such/stuk.yaml"])
def test_an_unknown_one_is_told_with_the_nearest(name: str) -> None:
    with pytest.raises(BadScenario, match=r"^expected the path .*; came '.*stuk.*'; did you mean stuck\?$"):
        located(name)


@pytest.mark.parametrize("name", ["zzzzzz", "a\0b", "x" * 5000])
def test_one_that_is_like_none_is_told_with_all(name: str) -> None:
    with pytest.raises(BadScenario, match=r"ready ones: balance-runs-dry-midway, .*, wrong-type-file"):
        located(name)


def test_a_folder_is_none(written: Written) -> None:
    folder = written("says: mine", "deep/mine.yaml").parent
    with pytest.raises(BadScenario, match="came 'deep'"):
        located(folder.name)


# -- what is wrong with it


def test_mistakes_of_form_are_told_with_their_places_as_the_page_shows_them(written: Written) -> None:
    written("says: A bad day.\nrefuse_next:\n  - {error: no-money, nht: 2}\nscripts:\n  - {queued: -3}\n")
    with pytest.raises(BadScenario) as wrong:
        Scenario.read("mine.yaml")
    told = re.sub(r"\S*/mine.yaml", "mine.yaml", str(wrong.value))
    assert told in (DOCS / "scenarios.md").read_text(encoding="utf-8")


def test_the_file_that_the_page_shows_can_be_played(written: Written) -> None:
    page = (DOCS / "scenarios.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```yaml\n(says:.*?)```", page, re.DOTALL)
    with world(scenario=written(shown), clock="auto") as handle:
        assert [submit(handle).status_code for _ in range(4)] == [200, 402, 200, 200]
        assert [task.course.error for task in handle.tasks] == ["", "out of memory", ""]


def test_wishes_that_cannot_be_laid_down_are_told_with_their_places(written: Written) -> None:
    path = written(
        "refuse_next:\n"
        "  - {error: bad-kee}\n"
        "scripts:\n"
        "  - model: tongyi/z-image\n"
        "  - outputs:\n"
        "      - image\n"
        "      - {file: nope.png}\n"
        "  - {fails: true, stuck: true}\n"
        "provider: runcomfy\n"
        "faults:\n"
        "  - {what: lost, on: poll}\n"
        "  - {what: 500, on: pol}\n"
    )
    with pytest.raises(BadScenario) as wrong:
        played(path)
    head, *lines = str(wrong.value).splitlines()
    assert head == "expected a scenario that can be played; came 6 mistakes in mine.yaml; correct:"
    places = [line.strip().partition(": expected ")[0].removeprefix(f"{path}:") for line in lines]
    assert places == ["2:13", "4:12", "7:16", "8:13", "11:12", "and 1 more"]
    assert "did you mean bad-key?" in lines[0]
    assert f"nearest: {MODEL}" in lines[1]
    assert "nope.png (No such file or directory)" in lines[2]


def test_a_file_of_a_scenario_is_looked_for_beside_it(written: Written, tmp_path: Path) -> None:
    written("own bytes", "deep/own.txt")
    with world(scenario=written("scripts:\n  - {outputs: {file: own.txt}}", "deep/mine.yaml")) as handle:
        submit(handle)
        assert handle.tasks.one().order.media[0].own == b"own bytes"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: &x 1", "mine.yaml:1:4: expected a value; came &x"),
        ("", "mine.yaml:1:1: expected a table of says"),
        ("provider: nobody", "mine.yaml:1:11: expected a provider of the session; came 'nobody'; take one of toy"),
        ("# " + "x" * 2**20, "mine.yaml:1:1: expected a file of at most"),
    ],
)
def test_what_is_no_scenario_is_told_with_its_place(written: Written, text: str, says: str) -> None:
    path = written(text)
    with pytest.raises((BadScenario, BadSetting)) as wrong:
        played(path)
    assert says in str(wrong.value)


def test_one_that_may_not_be_read_is_told(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written("says: mine")

    def refused(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refused)
    with pytest.raises(BadScenario, match=r"can be read; came .*mine.yaml \(Permission denied\); "):
        Scenario.read(path)


# -- that a session lives by it


def test_money_and_orders_are_those_of_every_account(written: Written) -> None:
    with world(scenario=written("balance: 3.5\nquota: 1\n")) as handle:
        other = handle.another_key()
        for key in (handle.api_key, other):
            assert handle.session.accounts["runcomfy", key].ledger.balance == 3.5
            assert submit(handle, key=key).status_code == 200
            assert submit(handle, key=key).status_code == 402


def test_one_providers_money_is_not_anothers(written: Written) -> None:
    told = Settings().but(scenario=written("provider: toy\nbalance: 1\n"))
    house = App(told, dialects={"toy": Toy, "runcomfy": DIALECTS["runcomfy"]})
    balances = {account.provider: account.ledger.balance for account in house.open("here", told).accounts.values()}
    assert balances == {"toy": 1, "runcomfy": 1_000_000}


def test_a_reset_plays_it_again_as_it_is_now(written: Written) -> None:
    path = written("faults:\n  - {what: 503, on: submit}\n")
    with world(scenario=path) as handle:
        assert [submit(handle).status_code for _ in range(2)] == [503, 200]
        handle.reset()
        assert [submit(handle).status_code for _ in range(2)] == [503, 200]
        written("faults:\n  - {what: 504, on: submit}\n")
        handle.reset()
        assert submit(handle).status_code == 504
        written("faults: 3\n")
        with pytest.raises(BadScenario):
            handle.reset()
        assert submit(handle).status_code == 200  # the world that there was goes on


def test_the_receiver_answers_as_told(written: Written) -> None:
    with world(
        scenario=written("webhooks:\n  - {status: 500, times: 2}\n  - {status: 204, times: always}\n")
    ) as handle:
        hooks = handle.webhooks.url.partition("/~")[2]
        for _ in range(3):
            send(handle, "POST", f"/~{hooks}", {})
        assert [each.status for each in handle.webhooks.received] == [500, 500, 204]


def test_a_whole_number_is_one_however_it_is_written(written: Written) -> None:
    written("quota: 2.0\nscripts: [{nth: 1.0}]\nwebhooks: [{times: 2.0, status: 201.0}]\n")
    played("mine.yaml")


def test_a_wish_for_several_providers_came_true_if_it_did_with_one(written: Written) -> None:
    told = Settings().but(
        scenario=written("faults:\n  - {what: 503, on: poll, times: 2}\n  - {what: 500, probability: 0.5}\n")
    )
    session = App(told, dialects={"toy": Toy, "runcomfy": DIALECTS["runcomfy"]}).open("here", told)
    assert [wish.provider for wish in session.wishes.faults] == ["toy", "runcomfy"] * 2
    assert session.wishes.unstruck() == session.wishes.faults[::2]
    for _ in range(3):
        session.wishes.fault(Place("before", "runcomfy", "poll", "status", 0.0), session.seed)
    assert session.wishes.unstruck() == []
    assert [wish.struck for wish in session.wishes.faults[:2]] == [0, 2]


def test_the_verdict_names_it(written: Written) -> None:
    with world(scenario="third-order-fails") as handle:
        assert handle.verdict().text().endswith("to reproduce: seed='0', clock='manual', scenario='third-order-fails'")
    with world(scenario=written("faults:\n  - {what: 503}\n")) as handle:
        assert handle.verdict().reproduced.endswith("/mine.yaml'")


def test_a_setting_of_a_file_is_seen_from_there(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = written("says: mine", "home/mine.yaml")
    written("scenario = 'mine.yaml'\n", "home/understudy.toml")
    assert from_file(mine.parent).scenario == str(mine)
    written("scenario = 'stuck'\n", "home/understudy.toml")
    assert from_file(mine.parent).scenario == "stuck"
    written("scenario = 'stuk'\n", "home/understudy.toml")
    with pytest.raises(BadSetting, match=r"did you mean stuck\? \(in .*understudy.toml\)"):
        from_file(mine.parent)


# -- in the terminal


def test_the_schema_is_what_the_verb_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "scenario"], standalone_mode=False) == 0
    assert json.loads(capsys.readouterr().out) == schema()


@pytest.mark.parametrize("verb", [["serve", "--port", "0"], ["run", "--", "true"]])
@pytest.mark.usefixtures("alone")
def test_what_cannot_be_laid_down_is_told_before_anything_is_served(
    verb: list[str], written: Written, capsys: pytest.CaptureFixture[str]
) -> None:
    written("refuse_next:\n  - {error: bad-kee}\n")
    assert main([verb[0], "--scenario", "mine.yaml", *verb[1:]], standalone_mode=False) == 2
    assert "mine.yaml:2:13: expected an error of runcomfy" in capsys.readouterr().err


@pytest.mark.usefixtures("alone")
def test_run_fails_for_what_never_came_true(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--scenario", "stuck", "--", "true"], standalone_mode=False) == 1
    told = capsys.readouterr().err
    assert "expected  script(stuck=True) to happen" in told
    assert "scenario='stuck'" in told


def test_each_ready_one_can_be_played_by_its_name() -> None:
    for name in ready():
        assert Scenario.read(name).name == name


def test_what_a_test_wishes_itself_comes_before_its_scenario(written: Written) -> None:
    path = written("scripts:\n  - {fails: true, times: always}\nfaults:\n  - {what: 503, on: poll, times: always}\n")
    with world(scenario=path, clock="auto") as handle:
        handle.script(looks=0)
        handle.fault(500, on="poll")
        first, second = (submit(handle).json()["request_id"] for _ in range(2))
        handle.settle()
        assert [task.timeline.states[-1] for task in handle.tasks] == ["SUCCEEDED", "FAILED"]
        told = [send(handle, "GET", f"/v1/requests/{name}/status").status_code for name in (first, second)]
        assert told == [500, 503]
