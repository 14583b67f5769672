"""`catalogue`: what it lists, shows and compares, and that what was pulled from a served catalogue is then served."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from understudy.cli import main
from understudy.contracts.contract import contract
from understudy.mocks.engine.clock import today
from understudy.mocks.settings import Settings
from understudy.mocks.stand_in import StandIn, opened
from understudy.tests.mocks.errands import MODEL, send, world

pytestmark = pytest.mark.usefixtures("alone")

Capture = pytest.CaptureFixture[str]
NEW = "acme/new/text-to-speech"
SCHEMA: dict[str, Any] = {"type": "object", "required": ["text"], "properties": {
    "text": {"type": "string", "maxLength": 5}}}  # fmt: skip


def said(capsys: Capture, *words: str) -> tuple[int, str, str]:
    code = main(["catalogue", *words], standalone_mode=False)
    out = capsys.readouterr()
    return code, out.out, out.err


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """Another house, whose catalogue is asked for over a socket."""
    handle = opened("runcomfy", Settings(clock="manual"))
    monkeypatch.setenv("ITS_KEY", handle.api_key)
    try:
        yield handle
    finally:
        handle.close()


def altered(handle: StandIn) -> None:
    """One model more, and one whose bounds are others."""
    handle.add_model(NEW, schema=SCHEMA)
    turbo = contract("runcomfy").catalogue.models[MODEL].schema
    steps = {**turbo["properties"]["num_inference_steps"], "maximum": 50}
    handle.add_model(MODEL, kind="image", schema={
        **turbo, "properties": {**turbo["properties"], "num_inference_steps": steps}})  # fmt: skip


# -- list and show


def test_list_tells_every_model(capsys: Capture) -> None:
    code, out, _ = said(capsys, "list", "runcomfy")
    assert code == 0
    assert all(name in out for name in contract("runcomfy").catalogue.models)
    assert out.endswith("152 models, 36 of them not whole\n")


def test_list_is_narrowed_by_kind_and_text(capsys: Capture) -> None:
    rows = json.loads(said(capsys, "list", "runcomfy", "--kind", "audio", "--search", "ACE", "--json")[1])
    assert {row["kind"] for row in rows} == {"audio"}
    assert len(rows) == 4
    assert set(rows[0]) == {"id", "kind", "complete", "source", "where"}
    assert "expected kind to be one of" in said(capsys, "list", "runcomfy", "--kind", "vido")[2]


def test_list_and_show_know_the_models_of_files(capsys: Capture, tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text(json.dumps({"runcomfy": [{"id": NEW, "schema": SCHEMA}]}), encoding="utf-8")
    (tmp_path / "more.json").write_text('{"runcomfy": [{"id": "acme/more"}]}', encoding="utf-8")
    out = said(capsys, "list", "runcomfy", "--models", "mine.json", "--models", "more.json")[1]
    assert NEW in out
    assert "acme/more" in out
    (tmp_path / "understudy.toml").write_text('models = "mine.json"\n', encoding="utf-8")
    assert "up to 5 characters" in said(capsys, "show", "runcomfy", NEW)[1]


def test_show_is_a_table_of_the_schema_and_names_its_source(capsys: Capture) -> None:
    code, out, _ = said(capsys, "show", "runcomfy", MODEL)
    assert code == 0
    rows = {line.split()[0]: " ".join(line.split()[1:]) for line in out.splitlines() if line.startswith("  ")}
    assert rows["num_inference_steps"] == "integer 1 to 30 8"
    assert rows["prompt"].endswith("required")
    assert rows["documented:"] == f"page of {MODEL}"
    assert '"jpeg", "png", "webp"' in rows["output_format"]
    row = json.loads(said(capsys, "show", "runcomfy", MODEL, "--json")[1])
    assert row["schema"] == contract("runcomfy").catalogue.models[MODEL].schema


@pytest.mark.parametrize(("words", "says"), [
    (["show", "runcomfy", "tongyi-mai/z-image/turb"], f"nearest: {MODEL}"),
    (["show", "runcmfy", MODEL], "did you mean runcomfy?"),
    (["list", "runcmfy"], "did you mean runcomfy?"),
    (["diff", "runcomfy", "none.json"], "to be a file; came"),
    (["diff", "runcomfy", "http://127.0.0.1:1/"], "take a connection"),
    (["diff", "runcomfy", "http://u:secret@127.0.0.1/"], "without a user's name"),
    (["diff", "runcomfy", "https://model-api.runcomfy.net"], "environment variable RUNCOMFY_API_KEY; came none"),
    (["pull", "runcomfy", "none.json", "--into", "mine.yaml"], "whose comments would be lost"),
    (["pull", "runcomfy", "none.json", "--into", "none/mine.json"], "to be a file; came"),
    (["pul", "runcomfy"], "pul"),
])  # fmt: skip
def test_a_mistake_is_one_sentence_with_a_cure(capsys: Capture, words: list[str], says: str) -> None:
    code, out, err = said(capsys, *words)
    assert (code, out) == (2, "")
    assert says in err
    assert len(err.splitlines()) == 1
    assert "secret" not in err


def test_a_key_does_not_leave_unencrypted(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNCOMFY_API_KEY", "a-key-of-ones-own")
    code, _, err = said(capsys, "diff", "runcomfy", "http://model-api.runcomfy.net/v1/models?x=hidden")
    assert code == 2
    assert "https" in err
    assert "a-key-of-ones-own" not in err
    assert "hidden" not in err


def test_an_address_that_nobody_may_ask_is_refused(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNCOMFY_API_KEY", "a-key-of-ones-own")
    code, out, err = said(capsys, "diff", "runcomfy", "https://169.254.169.254/latest")
    assert (code, out) == (2, "")
    assert "no flag opens it" in err


# -- diff and pull, over a socket


def test_a_served_catalogue_that_is_ours_is_equal(capsys: Capture, there: StandIn) -> None:
    code, out, err = said(capsys, "diff", "runcomfy", there.url, "--key-env", "ITS_KEY")
    assert (code, out) == (0, "0 new, 0 changed, 0 missing there, 152 equal\n")
    assert [line.split()[1:4] for line in err.splitlines()] == [["100", "of", "152"], ["152", "of", "152"]]


def test_a_served_catalogue_that_is_another_is_told_field_by_field(capsys: Capture, there: StandIn) -> None:
    altered(there)
    code, out, _ = said(capsys, "diff", "runcomfy", there.url + "/v1/models?limit=7", "--key-env", "ITS_KEY")
    assert code == 1
    assert f"+ {NEW}\n" in out
    assert f"~ {MODEL}\n    ~ num_inference_steps  maximum 30 -> 50\n" in out
    assert out.endswith("1 new, 1 changed, 0 missing there, 151 equal\n")


def test_what_was_pulled_is_served(capsys: Capture, there: StandIn, tmp_path: Path) -> None:
    altered(there)
    code, out, err = said(capsys, "pull", "runcomfy", there.url, "--key-env", "ITS_KEY")
    assert code == 0
    assert "use it with --models understudy-models.json" in out
    assert f"was documented: page of {MODEL}" in out
    assert "153 of 153 models read" in err
    file = tmp_path / "understudy-models.json"
    rows = {row["id"]: row for row in json.loads(file.read_text(encoding="utf-8"))["runcomfy"]}
    assert set(rows) == {NEW, MODEL}
    assert rows[NEW] == {"id": NEW, "kind": "audio", "complete": True, "schema": SCHEMA, "source": "observed",
                         "where": f"{there.url}/v1/models, {today():%Y-%m-%d}"}  # fmt: skip
    assert there.api_key not in out + err + file.read_text(encoding="utf-8")
    with world(models=str(file)) as handle:
        assert send(handle, "POST", f"/v1/models/{NEW}", {"text": "hello"}).status_code == 200
        assert send(handle, "POST", f"/v1/models/{NEW}", {"text": "too long"}).status_code == 422
        steps = {"prompt": "x", "num_inference_steps": 50}
        assert send(handle, "POST", f"/v1/models/{MODEL}", steps).status_code == 200
        assert handle.findings[0].source == "observed"


def test_a_second_pull_has_nothing_to_write(capsys: Capture, there: StandIn, tmp_path: Path) -> None:
    altered(there)
    said(capsys, "pull", "runcomfy", there.url, "--key-env", "ITS_KEY")
    before = (tmp_path / "understudy-models.json").read_bytes()
    code, out, _ = said(capsys, "pull", "runcomfy", there.url, "--key-env", "ITS_KEY")
    assert (code, out) == (0, "0 new, 0 changed, 0 missing there, 153 equal\nnothing to write\n")
    assert (tmp_path / "understudy-models.json").read_bytes() == before
    assert not list(tmp_path.glob("*.part"))


def test_a_wrong_address_and_a_key_that_was_not_named_are_told(capsys: Capture, there: StandIn) -> None:
    code, _, err = said(capsys, "diff", "runcomfy", there.url + "/no/such", "--key-env", "ITS_KEY")
    assert (code, "came 404; correct the address" in err) == (2, True)
    code, _, err = said(capsys, "diff", "runcomfy", there.url)
    assert (code, "came 401; name the variable" in err) == (2, True)


def test_a_bad_key_is_told_without_it(capsys: Capture, there: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ITS_KEY", "no-such-key-at-all")
    code, _, err = said(capsys, "diff", "runcomfy", there.url, "--key-env", "ITS_KEY")
    assert code == 2
    assert "came 401; look at the key in ITS_KEY" in err
    assert "no-such-key-at-all" not in err


def test_a_model_with_titles_editions_and_aliases_is_told_with_them(capsys: Capture) -> None:
    assert "2026-03 and 2026-04" in said(capsys, "list", "runninghub", "--search", "sora-2/text-to-video-channel")[1]
    for word in ("rhart-video-s/text-to-video-deprecated", "sora-2/text-to-video-channel-low-price"):
        shown = said(capsys, "show", "runninghub", word)[1]
        assert "title: sora-2/text-to-video-channel-low-price" in shown
        assert "also answers as rhart-video-s/text-to-video-deprecated" in shown
    gone = said(capsys, "show", "runninghub", "rhart-video/sparkvideo-2.0/text-to-video")[1]
    assert "after it comes bytedance/seedance-2.0-global/text-to-video" in gone
    assert "prompt as 10##text" in said(capsys, "show", "runninghub", "rhart-image/z-image/turbo")[1]
    rows = json.loads(said(capsys, "list", "runninghub", "--search", "[Deprecated]", "--json")[1])
    assert [row["deprecated"] for row in rows] == [True, True]


def test_a_saved_catalogue_of_titled_models_is_compared(capsys: Capture, tmp_path: Path) -> None:
    saved = tmp_path / "saved.json"
    saved.write_text(json.dumps({"runninghub": [{"id": "rhart-image/z-image/turbo"}, {"id": "new/x-[Deprecated]"}]}))
    code, told, _ = said(capsys, "diff", "runninghub", str(saved))
    assert (code, told.splitlines()[-1]) == (1, "1 new, 0 changed, 445 missing there, 1 equal")
