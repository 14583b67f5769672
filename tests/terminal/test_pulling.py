"""Reading a catalogue page by page or from a file, and laying it over a models file whose form stays."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from understudy.contracts.contract import contract
from understudy.contracts.models_file import BadModels
from understudy.mocks.settings import Settings
from understudy.mocks.terminal import pulling
from understudy.mocks.terminal.pulling import BadCatalogue, Foreign, Shelf, fetcher, pull, saved_in, served_at
from understudy.mocks.web.egress import Reply

ADDRESS = "https://models.example/base"
TURBO = "tongyi-mai/z-image/turbo"
FIELDS = {"prompt": {"type": "string"}, "n": {"type": "float", "minimum": 0}}
HOME = Path(__file__).parents[2] / "contracts" / "runcomfy" / "models.json"


def entry(name: str, **fields: Any) -> dict[str, Any]:
    return {"model_id": name, "kind": "model", "categories": ["text-to-video"],
            "input_schema": {"type": "object", "properties": fields or FIELDS}}  # fmt: skip


def pages(entries: list[Any], most: int = 2, total: bool = True) -> Callable[[str], bytes]:
    def fetch(url: str) -> bytes:
        asked = parse_qs(urlsplit(url).query)
        assert asked["include_schema"] == ["true"]
        at = int(asked["offset"][0])
        return json.dumps({"models": entries[at : at + most], **({"total": len(entries)} if total else {})}).encode()

    return fetch


def read(fetch: Callable[[str], bytes], heard: list[str] | None = None) -> Foreign:
    return served_at("runcomfy", ADDRESS, fetch, (heard if heard is not None else []).append)


@pytest.mark.parametrize("total", [True, False])
def test_every_page_is_read_and_told(total: bool) -> None:
    heard: list[str] = []
    there = read(pages([entry(f"a/{n}") for n in range(5)], total=total), heard)
    assert list(there.rows) == [f"a/{n}" for n in range(5)]
    assert (there.place, there.whole) == ("https://models.example/base/v1/models", True)
    assert [line.split()[0] for line in heard] == ["2", "4", "5"]


def test_a_server_that_always_answers_the_same_page_is_no_endless_one() -> None:
    there = read(lambda url: json.dumps({"models": [entry("a/b")]}).encode())
    assert list(there.rows) == ["a/b"]


def test_a_server_without_an_end_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulling, "MOST_PAGES", 3)
    with pytest.raises(BadCatalogue, match="at most 3 pages"):
        read(lambda url: json.dumps({"models": [entry(url[-1:])]}).encode())


def test_an_entry_becomes_a_row_in_json_schemas_own_words() -> None:
    row = read(pages([entry("a/b")])).rows["a/b"]
    assert row == {"id": "a/b", "kind": "video", "schema": {"type": "object", "properties": {
        "prompt": {"type": "string"}, "n": {"type": "number", "minimum": 0}}}}  # fmt: skip


def test_entries_of_another_kind_are_left_out() -> None:
    assert list(read(pages([entry("a/b"), {**entry("a/c"), "kind": "workflow"}])).rows) == ["a/b"]


def test_a_schema_that_cannot_be_compiled_is_told_and_left_out() -> None:
    heard: list[str] = []
    there = read(pages([entry("a/b", n={"type": "strange"})]), heard)
    assert there.rows == {"a/b": {"id": "a/b", "kind": "video"}}
    assert "left out a schema" in heard[-1]


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"7", b'{"models": 7}', b'{"models": [7]}', b'{"models": [{}]}',
                                  b'{"error": 1}', b'{"models": []}'])  # fmt: skip
def test_what_is_no_catalogue_is_told(body: bytes) -> None:
    with pytest.raises(BadCatalogue, match=r"expected a catalogue at https://models\.example"):
        read(lambda url: body)


# -- files


def saved(folder: Path, value: Any) -> Foreign:
    (folder / "saved.json").write_text(json.dumps(value), encoding="utf-8")
    return saved_in("runcomfy", folder / "saved.json", print)


@pytest.mark.parametrize("value", [
    {"models": [entry("a/b")], "total": 1}, [entry("a/b")], [{"models": [entry("a/b")], "total": 1}],
    [{"id": "a/b", "kind": "video"}], {"runcomfy": [{"id": "a/b"}]}, {"models": [{"id": "a/b"}]},
])  # fmt: skip
def test_a_catalogue_is_saved_in_many_forms(tmp_path: Path, value: Any) -> None:
    there = saved(tmp_path, value)
    assert (list(there.rows), there.whole, there.place) == (["a/b"], True, "saved.json")


def test_a_saved_page_says_nothing_of_the_others(tmp_path: Path) -> None:
    assert not saved(tmp_path, {"models": [entry("a/b")], "total": 9}).whole


def test_the_houses_own_table_is_equal_to_the_house(tmp_path: Path) -> None:
    pulled = pull(Shelf(tmp_path / "m.json", "runcomfy"), saved_in("runcomfy", HOME, print), "2026-01-31")
    assert (pulled.changes, pulled.missing, pulled.equal) == ([], [], 152)


# -- a shelf


def there(whole: bool = True, **rows: Any) -> Foreign:
    return Foreign("there", {name: {"id": name, **row} for name, row in rows.items()}, whole)


def laid(path: Path, found: Foreign) -> Any:
    shelf = Shelf(path, "runcomfy")
    pulled = pull(shelf, found, "2026-01-31")
    shelf.save()
    return pulled


def test_what_is_missing_there_is_told_and_kept(tmp_path: Path) -> None:
    pulled = laid(tmp_path / "m.json", there(acme={"kind": "video"}))
    assert len(pulled.missing) == 152
    assert not laid(tmp_path / "m.json", there(whole=False, other={})).missing
    rows = json.loads((tmp_path / "m.json").read_text(encoding="utf-8"))["runcomfy"]
    assert [(row["id"], row["complete"], row["where"]) for row in rows] == [
        ("acme", False, "there, 2026-01-31"), ("other", False, "there, 2026-01-31")]  # fmt: skip


def test_the_houses_own_table_keeps_its_form_and_order(tmp_path: Path) -> None:
    path = tmp_path / "models.json"
    path.write_bytes(HOME.read_bytes())
    laid(path, there(whole=False))
    assert path.read_bytes() == HOME.read_bytes()
    turbo = contract("runcomfy").catalogue.models[TURBO].schema
    other = {**turbo, "properties": {**turbo["properties"], "seed": {"type": "string"}}}
    laid(path, Foreign("there", {TURBO: {"id": TURBO, "schema": other}, "a/b": {"id": "a/b"}}, False))
    before, after = (json.loads(file.read_text(encoding="utf-8")) for file in (HOME, path))
    assert [row["id"] for row in after["models"]] == [*(row["id"] for row in before["models"]), "a/b"]
    assert after["models"][1:-1] == before["models"][1:]
    assert after["models"][0]["note"] == before["models"][0]["note"]
    assert (after["models"][0]["source"], after["models"][0]["where"]) == ("observed", "there, 2026-01-31")
    assert path.read_text(encoding="utf-8").splitlines()[:3] == HOME.read_text(encoding="utf-8").splitlines()[:3]
    assert not Shelf(path, "runcomfy").is_ours
    assert Shelf(HOME, "runcomfy").is_ours


@pytest.mark.parametrize(("text", "order"), [
    ('{"runcomfy": [{"id": "b"}, {"id": "d"}]}', ["b", "c", "d"]),
    ('{"runcomfy": [{"id": "d"}, {"id": "b"}]}', ["d", "b", "c"]),
])  # fmt: skip
def test_an_order_is_kept_and_a_file_of_one_line_stays_one(tmp_path: Path, text: str, order: list[str]) -> None:
    path = tmp_path / "m.json"
    path.write_text(text, encoding="utf-8")
    laid(path, there(whole=False, c={}))
    value = json.loads(path.read_text(encoding="utf-8"))
    assert [row["id"] for row in value["runcomfy"]] == order
    assert len(path.read_text(encoding="utf-8").splitlines()) == 1


def test_a_row_without_a_schema_leaves_the_schema_that_is_known(tmp_path: Path) -> None:
    laid(tmp_path / "m.json", Foreign("there", {TURBO: {"id": TURBO, "kind": "video"}}, False))
    model = contract("runcomfy", models=str(tmp_path / "m.json")).catalogue.models[TURBO]
    assert (model.kind, model.complete, "prompt" in model.known) == ("video", True, True)


def test_a_file_that_cannot_be_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text('{"runcomfy": [{"id": "a", "kind": "vido"}]}', encoding="utf-8")
    with pytest.raises(BadModels, match="did you mean video"):
        Shelf(tmp_path / "m.json", "runcomfy")


# -- keys


def test_on_this_machine_a_key_of_ones_own_is_sent_only_if_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Any] = []

    class Heard:
        def __init__(self, allow: tuple[str, ...]) -> None:
            heard.append(allow)

        async def send(self, method: str, url: str, headers: Any, **more: Any) -> Any:
            heard.append(dict(headers)[b"authorization"])
            return Reply(200, (), b"{}")

    monkeypatch.setattr(pulling, "Gate", Heard)
    monkeypatch.setenv("RUNCOMFY_API_KEY", "real")
    for where, name in (("http://localhost:1", ""), ("http://127.0.0.1:1", "RUNCOMFY_API_KEY"), (ADDRESS, "")):
        fetcher("runcomfy", where, name, Settings(keys="ours,other"))(where)
    assert heard == [(), b"Bearer ours", (), b"Bearer real", ("models.example",), b"Bearer real"]
