"""Settings: who wins over whom, what cannot be, and that the schema and the pages say what the code does."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from understudy.cli import main
from understudy.contracts.document import PROVIDERS, read
from understudy.mocks.settings import BadSetting, Settings, configured, for_a_handle, from_file, told, variable
from understudy.mocks.tables import BLOCK, BLOCKS, PAGES, config_schema, filled

Written = Callable[..., Path]
DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture
def folder(tmp_path: Path) -> Written:
    def written(text: str, name: str = "understudy.toml") -> Path:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path

    return written


# -- who wins


def test_flag_over_environment_over_file_over_default(folder: Written) -> None:
    place = folder("port = 1\nseed = 'file'\nslots = 4\n")
    env = {"UNDERSTUDY_PORT": "2", "UNDERSTUDY_SEED": "env"}
    settings, origin = told(place, env, {"port": "3"})
    assert (settings.port, settings.seed, settings.slots, settings.host) == (3, "env", 4, "127.0.0.1")
    assert origin == {"port": "flag --port", "seed": "environment UNDERSTUDY_SEED",
                      "slots": f"file {place / 'understudy.toml'}"}  # fmt: skip


def test_a_variable_that_is_set_to_nothing_says_nothing(folder: Written) -> None:
    settings, origin = told(folder("port = 1\n"), {"UNDERSTUDY_PORT": "", "UNDERSTUDY_RUNCOMFY_BAD_TOKEN": ""}, {})
    assert settings.port == 1
    assert set(origin) == {"port"}


def test_the_nearest_file_counts(folder: Written, tmp_path: Path) -> None:
    folder("[tool.understudy]\nport = 1\n", "pyproject.toml")
    (tmp_path / "deep" / "deeper").mkdir(parents=True)
    assert from_file(tmp_path / "deep" / "deeper").port == 1
    (tmp_path / "deep" / "pyproject.toml").write_text("[tool.other]\n", encoding="utf-8")
    assert from_file(tmp_path / "deep" / "deeper").port == 1
    folder("port = 2\n")
    assert from_file(tmp_path / "deep" / "deeper").port == 2


def test_every_setting_has_a_variable(folder: Written) -> None:
    """Each is told another word than its default, by the environment alone."""
    place = folder("")
    other = {"clock": "real", "unknown_models": "accept", "log_format": "json", "images": "plain", "epoch": "now",
             "public_url": "https://mock", "scenario": "stuck", "models": str(place / "mine.json")}  # fmt: skip
    folder('{"runcomfy": []}', "mine.json")
    for row in fields(Settings):
        if row.name == "readings":
            continue
        value = other.get(row.name, "1" if not isinstance(row.default, str) else "word")
        made = getattr(configured(place, {variable(row.name): value}), row.name)
        assert made != row.default, row.name
        assert type(made) is type(row.default), row.name


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_reading_is_set_by_file_variable_and_keyword(folder: Written, provider: str) -> None:
    for row in read(provider, "readings"):
        for word in row["choices"]:
            wanted = {provider: {row["name"]: word}}
            assert Settings().but(**{row["name"]: word}).readings[provider][row["name"]] == word
            assert configured(folder(""), {variable(row["name"], provider): word}).readings == wanted
            dashed = row["name"].replace("_", "-")
            assert from_file(folder(f"[{provider}]\n{dashed} = {json.dumps(word)}\n")).readings == wanted


@pytest.mark.parametrize(("word", "means"), [
    ("1", True), ("true", True), ("YES", True), ("on", True), ("0", False), ("False", False), ("no", False),
])  # fmt: skip
def test_a_boolean_has_many_spellings(folder: Written, word: str, means: bool) -> None:
    assert configured(folder(""), {"UNDERSTUDY_STRICT": word}).strict is means


def test_keys_are_a_list_or_words_with_commas(folder: Written) -> None:
    assert from_file(folder('keys = ["a", " b"]\n')).keys == "a,b"
    assert from_file(folder('keys = "a, b,"\n')).keys == "a,b"
    assert Settings(keys="a").as_dict()["keys"] == "***"
    assert Settings(admin_token="a").as_dict()["admin_token"] == "***"
    assert Settings().as_dict()["keys"] == Settings().as_dict()["admin_token"] == ""


@pytest.mark.parametrize("said", ['"mine.json, more.json"', '["mine.json", "more.json"]'])
def test_models_files_are_named_as_seen_from_the_file_that_names_them(
    folder: Written, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    place = folder(f"models = {said}\n")
    for name in ("mine.json", "more.json"):
        folder('{"runcomfy": []}', name)
    (place / "deep").mkdir()
    monkeypatch.chdir(place / "deep")
    assert configured(place / "deep", {}).models == f"{place / 'mine.json'},{place / 'more.json'}"
    assert told(place, {}).origin == {"models": f"file {place / 'understudy.toml'}"}


def test_a_models_file_that_cannot_be_names_who_named_it(folder: Written) -> None:
    place = folder("models = 'none.json'\n")
    with pytest.raises(BadSetting, match=r"expected a models file; came '.*none\.json'.*\(in .*understudy\.toml\)"):
        configured(place, {})


def test_allowed_hosts_are_a_list_or_words_with_commas(folder: Written) -> None:
    assert (
        from_file(folder('allow-host = ["hooks.example", " *.b.example:81"]\n')).allow_host
        == "hooks.example,*.b.example:81"
    )
    assert (
        configured(folder(""), {"UNDERSTUDY_ALLOW_HOST": "a.example, 2001:db8::2,"}).allow_host
        == "a.example,2001:db8::2"
    )
    settings, origin = told(
        folder(""), {"UNDERSTUDY_ALLOW_HOST": "c.example"}, {"allow_host": ("a.example", "b.example")}
    )
    assert (settings.allow_host, origin) == ("a.example,b.example", {"allow_host": "flag --allow-host"})
    assert for_a_handle({"allow_host": "a.example"})


def test_changes_leave_the_rest_as_it_was() -> None:
    first = Settings().but(port=1, bad_token="403")
    second = first.but(no_funds="400")
    assert second.readings == {"runcomfy": {"bad_token": "403", "no_funds": "400"}}
    assert first.readings == {"runcomfy": {"bad_token": "403"}}
    assert second.port == 1


# -- good and bad files: the loader and the schema agree on each

GOOD = [
    "",
    "port = 0\nhost = '0.0.0.0'\nclock = 'x2.5'\nstrict = true\n",
    "seed = 7\nkeys = ['a', 'b']\nany-key = false\nunknown-models = 'accept'\n",
    "allow_host = 'hooks.example,*.b.example:8443'\n",
    "allow-host = ['hooks.example', 'bücher.example', '[2001:db8::1]:81']\n",
    "media_ttl = 1.5\nslots = 0\nepoch = 'now'\npublic_url = 'https://mock.example'\n",
    "[runcomfy]\nbad_token = '403'\nno-funds = 400\nhappyhorse_watermark = false\n",
    "bad_token = '403'\n",
]
BAD = [
    ("prot = 1", "did you mean port?"),
    ("port = 65536", "from 0 to 65535; came 65536"),
    ("port = -1", "came -1"),
    ("port = 1.5", "port to be a whole number; came 1.5"),
    ("port = true", "port to be a whole number; came True"),
    ("host = ''", "say 127.0.0.1"),
    ("clock = 'fast'", "say x10"),
    ("clock = 'x0'", "came 'x0'"),
    ("seed = ['a']", "seed to be text"),
    ("keys = [1]", "keys to be text; came something else"),
    ("models = [1]", "models to be text; came [1]"),
    ("models = 1", "models to be text; came 1"),
    ("strict = 'perhaps'", "strict to be true or false; came 'perhaps'"),
    ("unknown_models = 'acept'", "did you mean accept?"),
    ("public_url = 'mock:80'", "say http://mock:80"),
    ("allow_host = 'https://hooks.example/x'", "say it without scheme and path, as hooks.example"),
    ("allow_host = ['a.example', 'me@b.example']", "came 'me@b.example'"),
    ("allow_host = 80", "allow_host to be text; came 80"),
    ("max_body = 0", "1 or more; came 0"),
    ("bad_token = '404'", "one of 401, 400, 401001, 403; came '404'"),
    ("[runcomfy]\nbad_tokn = '403'", "did you mean bad_token?"),
    ("[runcomfy]\nport = 1", "write it above the table of runcomfy"),
    ("runcomfy = 1", "expected a table of readings"),
    ("[runcmfy]\nbad_token = '403'", "did you mean runcomfy?"),
]


def good(text: str) -> bool:
    return bool(jsonschema_rs.Draft202012Validator(config_schema()).is_valid(tomllib.loads(text)))


@pytest.mark.parametrize("text", GOOD)
def test_a_good_file_is_good_to_the_loader_and_to_the_schema(folder: Written, text: str) -> None:
    from_file(folder(text))
    assert good(text)


@pytest.mark.parametrize(("text", "says"), BAD)
def test_a_bad_file_is_refused_by_both_and_told_with_its_cure(folder: Written, text: str, says: str) -> None:
    place = folder(text)
    with pytest.raises(BadSetting) as wrong:
        from_file(place)
    assert says in str(wrong.value)
    assert str(place / "understudy.toml") in str(wrong.value)
    assert not good(text)


@pytest.mark.parametrize("text", ["port = ", "[tool]\nunderstudy = 3"])
def test_a_file_that_cannot_be_read_names_itself(folder: Written, text: str) -> None:
    place = folder(text, "pyproject.toml")
    with pytest.raises(BadSetting, match=r"pyproject\.toml"):
        from_file(place)


@pytest.mark.parametrize("host", ["169.254.169.254", "*", "2130706433", "hooks.example:0", "a b"])
def test_a_host_that_cannot_be_allowed_is_told_with_its_cure(host: str) -> None:
    with pytest.raises(BadSetting, match=r"^expected allow_host to name hosts, as NAME, .*; came .*; .+"):
        Settings().but(allow_host=f"hooks.example,{host}")


@pytest.mark.parametrize("value", [float("nan"), "nan"])
def test_what_is_no_number_is_none(value: Any) -> None:
    with pytest.raises(BadSetting, match="media_ttl to be a number"):
        Settings().but(media_ttl=value)


def test_the_defaults_are_good_to_the_schema() -> None:
    plain = {row.name: row.default for row in fields(Settings) if row.name != "readings"}
    assert jsonschema_rs.Draft202012Validator(config_schema()).is_valid(plain)


def test_the_schema_is_one_and_is_what_the_verb_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "config"], standalone_mode=False) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads(json.dumps(config_schema()))
    jsonschema_rs.meta.validate(printed)
    for row in fields(Settings):
        assert row.name == "readings" or printed["properties"][row.name]["description"]
    assert set(PROVIDERS) <= set(printed["properties"])


# -- pages


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_the_code_says(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), "python -m understudy.mocks.tables docs/"


def test_the_tables_of_the_other_pages_are_what_the_code_says() -> None:
    found: set[str] = set()
    for path in DOCS.glob("*.md"):
        page = path.read_text(encoding="utf-8")
        assert filled(page) == page, f"{path.name}: python -m understudy.mocks.tables docs/"
        found |= {name for _, name, _ in BLOCK.findall(page)}
    assert found == set(BLOCKS)


def test_every_setting_and_reading_stands_on_a_page() -> None:
    text = "".join((DOCS / name).read_text(encoding="utf-8") for name in PAGES)
    for row in fields(Settings):
        assert row.name == "readings" or f"| `{row.name}` |" in text
    for provider in PROVIDERS:
        for reading in read(provider, "readings"):
            assert f"| `{reading['name']}` |" in text
            assert variable(reading["name"], provider) in text
