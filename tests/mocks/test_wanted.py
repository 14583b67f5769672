"""What a check is told: by flag, environment or file, the first of them winning; a word that cannot be has a cure."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema_rs import validator_for
from understudy.mocks.settings import BadSetting, configured
from understudy.mocks.tables import config_schema
from understudy.mocks.wanted import Wanted, spoken, wanted

pytestmark = pytest.mark.usefixtures("alone")


def test_unless_told_it_is_short_and_asks_ours() -> None:
    made = wanted({}, {})
    assert made == Wanted()
    assert (made.url, made.seed, made.long) == ("", 0, False)


@pytest.mark.parametrize("name", ["understudy.toml", "pyproject.toml"])
def test_a_flag_wins_over_the_environment_and_that_over_the_file(tmp_path: Path, name: str) -> None:
    head = "[check]" if name == "understudy.toml" else "[tool.understudy.check]"
    (tmp_path / name).write_text(f"{head}\nseed = 1\nmax-time = 10\nlong = true\n", encoding="utf-8")
    env = {"UNDERSTUDY_CHECK_SEED": "2", "UNDERSTUDY_CHECK_MAX_TIME": "20", "UNDERSTUDY_CHECK_URL": ""}
    made = wanted({"seed": "3", "url": None}, env, tmp_path)
    assert (made.seed, made.max_time, made.long, made.url) == (3, 20.0, True, "")
    assert configured(tmp_path).port == 8383  # the other verbs let the table be


def test_files_are_named_as_seen_from_the_file_that_names_them(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "understudy.toml").write_text('[check]\nbaseline = "kept.json"\nhtml = ""\n', encoding="utf-8")
    made = wanted({}, {}, tmp_path / "deep")
    assert (made.baseline, made.html) == (str(tmp_path / "kept.json"), "")


@pytest.mark.parametrize(("text", "says"), [
    ("[check]\nsead = 1", "expected a word of a check; came 'sead'; did you mean seed?"),
    ("[check]\nqqq = 1", "came 'qqq'; see docs/check.md"),
    ("[check]\nseed = 1.5", "expected seed to be a whole number; came 1.5"),
    ("[check]\nmax_time = -1", "expected max_time to be 0 or more; came -1"),
    ('[check]\nlong = "perhaps"', "expected long to be true or false; came 'perhaps'"),
    ("check = 3", "to be a table; came 3; correct the file"),
])  # fmt: skip
def test_a_word_that_cannot_be_is_told_with_its_cure(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "understudy.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BadSetting) as wrong:
        wanted({}, {}, tmp_path)
    assert says in str(wrong.value)
    assert "understudy.toml" in str(wrong.value)


def test_who_said_it_is_told() -> None:
    with pytest.raises(BadSetting, match=r"\(environment variable UNDERSTUDY_CHECK_SEED\)"):
        wanted({}, {"UNDERSTUDY_CHECK_SEED": "x"})
    with pytest.raises(BadSetting, match=r"^expected --max-time to be a number; came 'x'; write digits, as 2.5$"):
        wanted({"max_time": "x"}, {})


def test_the_schema_of_the_file_knows_the_table() -> None:
    judge = validator_for(config_schema())
    assert judge.is_valid({"check": {"seed": 7, "max-time": 5, "update_baseline": True, "html": "a.html"}})
    assert not judge.is_valid({"check": {"sead": 7}})
    assert judge.is_valid({"check": json.loads(json.dumps(Wanted().__dict__))})


def test_every_word_has_a_variable() -> None:
    assert spoken("max_time") == "UNDERSTUDY_CHECK_MAX_TIME"
