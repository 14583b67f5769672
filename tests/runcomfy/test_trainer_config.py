"""A training configuration: what is wrong with one, with its place; hostile ones; and the files that it asks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from understudy.contracts import config as configs
from understudy.contracts.contract import contract
from understudy.mocks.runcomfy.trainer.config import checkpoint, edited, files
from understudy.mocks.stand_in import StandIn
from understudy.mocks.web.form import plain
from understudy.tests.mocks.errands import send, world
from understudy.tests.runcomfy.trainer import CONFIG, JOBS, job, ready, refused

HOUSE = contract("runcomfy")
SUBMIT = HOUSE.operations["submit_job"]


@pytest.fixture
def handle() -> Iterator[StandIn]:
    with world() as handle:
        yield handle


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("/app/ai-toolkit/output", "/tmp", "/config/process/0/training_folder"),
        ("      training_folder: /app/ai-toolkit/output\n", "", "/config/process/0/training_folder"),
        ("/app/ai-toolkit/datasets/trams", "/data/trams", "/config/process/0/datasets/0/folder_path"),
        ("/app/ai-toolkit/datasets/trams", "/app/ai-toolkit/datasets/../x", "/config/process/0/datasets/0/folder_path"),
        ("steps: 1000", "steps: -1", "/config/process/0/train/steps"),
        ("steps: 1000", "steps: many", "/config/process/0/train/steps"),
        ("steps: 1000", "steps: 1000001", "/config/process/0/train/steps"),
        ("save_every: 250", "save_every: 0", "/config/process/0/save/save_every"),
        ("name: tram\n", "name: 3\n", "/config/name"),
        (CONFIG, "job: extension", "/config"),
        (CONFIG, "- a\n- b", ""),
        (CONFIG, "{", ""),
    ],
)
def test_a_configuration_is_judged_with_its_places(handle: StandIn, old: str, new: str, place: str) -> None:
    ready(handle)
    answer = send(handle, "POST", JOBS, job(CONFIG.replace(old, new)))
    refused(answer, 422, 42251)
    want = ["body", "config_file", *(int(step) if step.isdecimal() else step for step in place.split("/")[1:])]
    assert [row["loc"] for row in answer.json()["detail"]] == [want]


def test_data_sets_may_be_one_table(handle: StandIn) -> None:
    ready(handle)
    one = CONFIG.replace("        - folder_path", "        folder_path")
    assert send(handle, "POST", JOBS, job(one)).status_code == 200


BOMB = "a: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
    f"b{at}: &a{at + 1} [{', '.join([f'*a{at}'] * 9)}]\n" for at in range(12)
)
HOSTILE = [BOMB, "[" * 200_000, "{a: " * 200_000, "a: &a [*a]", "&a {b: *a}", "- " * 100_000, "x" * 300_000, "\x00", "",
           "a: !!python/object/apply:os.system [ls]", "a: " + "9" * 5000, "a: 1\n---\nb: 2", "? {a: 1}\n: 1", "\ud800",
           "a: *nobody", "%YAML 9.9\n---\na: 1", "a: .nan", "a: .inf", "a: 2020-13-45", "a: !!binary =",
           "<<: 1"]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_yaml_is_refused(text: str) -> None:
    config, wrong = configs.check(HOUSE, SUBMIT, text)
    assert config is None
    assert all(finding.reason == "invalid-input" for finding in wrong)
    assert wrong


@given(st.text(max_size=200) | st.text("a: [{}]&*-\n ,!|>'\"?%", max_size=200))
def test_any_text_is_a_configuration_or_is_refused(text: str) -> None:
    config, wrong = configs.check(HOUSE, SUBMIT, text)
    assert (config is None) == bool(wrong)


# -- the files of a run

runs = st.tuples(st.integers(1, 5000), st.integers(1, 600), st.integers(1, 600), st.integers(0, 5))


def planned(run: tuple[int, int, int, int], most: int = 1000) -> tuple[Any, configs.Config]:
    total, save, sample, prompts = run
    config = configs.Config("tram", total, save, sample, 8, 8, ("x",) * prompts, ())
    return files(config, CONFIG, most), config


@given(run=runs)
def test_files_come_in_order_and_the_last_checkpoint_at_the_end(run: tuple[int, int, int, int]) -> None:
    media, config = planned(run, 100_000)
    shares = [medium.since for medium in media]
    assert shares == sorted(shares)
    assert 0 < shares[0] <= shares[-1] == 1
    names = [medium.name for medium in media]
    assert len(set(names)) == len(names)
    assert names.count("tram.safetensors") == 1
    loras = [round(medium.since * config.steps) for medium in media if medium.kind == "lora"]
    assert loras == [*range(config.save_every, config.steps, config.save_every), config.steps]


def test_there_is_a_most_of_files() -> None:
    media, _ = planned((1_000_000, 1, 1, 3), 1000)
    assert len(media) <= 1001


@given(run=runs, most=st.integers(1, 50))
def test_the_last_checkpoint_is_there_however_many_files_come_before_it(
    run: tuple[int, int, int, int], most: int
) -> None:
    media, _ = planned(run, most)
    assert len(media) <= 1 + most
    loras = [medium for medium in media if medium.kind == "lora"]
    assert (loras[-1].name, loras[-1].since) == ("tram.safetensors", 1)


@pytest.mark.parametrize("name", ["a/../b", "a\\b", "a\nb", ".."])
def test_a_file_is_named_without_a_folder(name: str) -> None:
    config = configs.Config(name, 10, 5, 5, 8, 8, ("x",), ())
    assert all(plain(medium.name) for medium in files(config, CONFIG, 100))


@given(run=runs, other=runs, reached=st.floats(0, 1))
def test_an_edit_leaves_what_was_made_under_its_name(
    run: tuple[int, int, int, int], other: tuple[int, int, int, int], reached: float
) -> None:
    (old, before), (new, after) = planned(run), planned(other)
    scale = before.steps / after.steps
    media = edited(old, new, reached, scale)
    made = [medium for medium in old[1:] if medium.since <= reached]
    assert [medium.name.replace("_before", "") for medium in media[1 : len(made) + 1]] == [each.name for each in made]
    assert all(medium.since <= min(1, reached * scale + 1e-9) for medium in media[1 : len(made) + 1])
    names = [medium.name for medium in media if medium.kind == "lora" and medium.since > reached * scale]
    assert len(set(names)) == len(names)
    assert 0 <= checkpoint(media, min(1.0, reached * scale)) <= 1
