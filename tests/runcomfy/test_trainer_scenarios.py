"""The ready scenarios of the Trainer API do what they say, and a scenario's data sets are there to be trained on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from understudy.mocks.scenario import BadScenario
from understudy.mocks.settings import BadSetting, Settings
from understudy.mocks.stand_in import StandIn, opened
from understudy.tests.mocks.errands import send, world
from understudy.tests.runcomfy.trainer import CONFIG, DATASETS, JOBS, form, job, made, steps, submitted


def trained(handle: StandIn) -> str:
    """A job that was watched until it is over."""
    path = submitted(handle)
    while steps(handle, path)[0] in ("IN_QUEUE", "RUNNING"):
        pass
    return path


def test_training_preempted() -> None:
    with world(scenario="training-preempted", clock="auto") as handle:
        handle.add_prop("dataset", name="trams")
        path = trained(handle)
        assert steps(handle, path) == ("STOPPED", 400)
        assert "error" in send(handle, "GET", path + "/result").json()
        send(handle, "POST", path + "/resume", {})
        while steps(handle, path)[0] != "STOPPED":
            pass
        assert steps(handle, path) == ("STOPPED", 1000)
        assert steps(handle, trained(handle)) == ("STOPPED", 1000)
        handle.assert_clean()


def test_dataset_fails() -> None:
    with world(scenario="dataset-fails", clock="auto") as handle:
        dataset = made(handle)
        seen = []
        for _ in range(2):
            form(handle, dataset, {"file": ("a.jpg", b"123")})
            seen += [send(handle, "GET", f"{DATASETS}/{dataset}/status").json()["status"] for _ in range(2)]
        assert seen == ["UPLOADING", "FAILED", "UPLOADING", "READY"]
        handle.assert_clean()


def scenario(folder: Path, text: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_each_account_has_what_a_scenario_gives_it_behind_what_it_has_anyway(tmp_path: Path) -> None:
    mine = scenario(tmp_path, "props:\n  - {kind: dataset, said: {name: trams}}\n  - {kind: deployment}\n")
    with world() as plain:
        usual = [prop.id for prop in plain.props()]
    with world(scenario=mine) as handle:
        assert [prop.id for prop in handle.props()][: len(usual)] == usual
        for _ in range(2):
            for key in (handle.api_key, handle.another_key()):
                assert send(handle, "POST", JOBS, job(CONFIG), key).status_code == 200
                assert len(send(handle, "GET", "/prod/v2/deployments", None, key).json()) == len(usual) + 1
            handle.reset()
        assert [prop.kind for prop in handle.props()] == ["deployment", "deployment", "dataset", "deployment"]


@pytest.mark.parametrize(
    ("row", "place", "words"),
    [
        ("{kind: datset}", "2:12", "did you mean dataset?"),
        ("{kind: dataset, said: {name: a b}}", "2:34", "to be text that matches"),
        ("{kind: dataset, said: {nme: a}}", "2:33", "did you mean name?"),
        ("{kind: dataset, said: 3}", "2:27", "expected a table; came 3"),
        ("{kind: deployment, said: {max_instances: 99}}", "2:46", "expected max_instances to be"),
        ("{said: {}}", "2:5", "expected kind to be there"),
    ],
)
def test_what_cannot_be_given_is_told_with_its_place(row: str, place: str, words: str, tmp_path: Path) -> None:
    with pytest.raises((BadScenario, BadSetting)) as wrong:
        opened("runcomfy", Settings().but(scenario=scenario(tmp_path, f"props:\n  - {row}\n")))
    assert f"mine.yaml:{place}: " in str(wrong.value)
    assert words in str(wrong.value)


@pytest.mark.parametrize(
    ("said", "status", "files", "error"),
    [
        ({}, "READY", ["tram_01.jpg"], None), ({"files": {"a.jpg": 3}}, "READY", ["a.jpg"], None),
        ({"status": "DRAFT"}, "DRAFT", [], None), ({"status": "UPLOADING"}, "UPLOADING", ["tram_01.jpg"], None),
        ({"status": "FAILED"}, "FAILED", [], "A file of the data set could not be validated."),
        ({"error": "no picture"}, "FAILED", [], "no picture"),
    ],
)  # fmt: skip
def test_a_data_set_may_be_given(said: dict[str, Any], status: str, files: list[str], error: str | None) -> None:
    with world() as handle:
        prop = handle.add_prop("dataset", name="trams", **said)
        told = send(handle, "GET", f"{DATASETS}/{prop.id}/status").json()
        assert (told["name"], told["status"], told.get("error")) == ("trams", status, error)
        assert [file["filename"] for file in told["files"]] == files
        assert send(handle, "POST", JOBS, job(CONFIG)).status_code == (200 if status == "READY" else 422)
        assert handle.prop("trams").said == {"name": "trams"}
        assert not [f for e in handle.session.journal for f in e.findings if f.severity != "note"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"nam": "x"}, "did you mean name"), ({"name": "a b"}, "expected name to be"), ({"name": "taken"}, "'taken'"),
        ({"status": "REDY"}, "did you mean READY"), ({"files": {}}, "status='DRAFT'"), ({"files": 3}, "expected files"),
        ({"files": {"a": 0}}, "expected files/a to be at least 1"), ({"files": {"a/b": 3}}, "expected files to be"),
    ],
)  # fmt: skip
def test_what_a_data_set_cannot_be_is_told(said: dict[str, Any], words: str) -> None:
    with world() as handle:
        handle.add_prop("dataset", name="taken")
        with pytest.raises(ValueError, match=words):
            handle.add_prop("dataset", **said)
        assert len(handle.props("dataset")) == 1
