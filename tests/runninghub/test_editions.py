"""RunningHub's Standard Model API: models that are new, gone, deprecated or unknown, and bodies that cannot be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from understudy.tests.runninghub.asked import (
    MODELS,
    TURBO,
    ended,
    example,
    judged,
    post,
    refused,
    submit,
    titled,
    world,
)

# Models that nobody knows, and new ones.


@pytest.mark.parametrize("path", ["maker/name/text-to-video", "price-preview/maker/name/text-to-video"])
def test_an_unknown_model_is_an_unknown_link_unless_told(path: str) -> None:
    with world() as handle:
        said = post(handle, f"/openapi/v2/{path}", {"prompt": "a tram", "anything": [1]}).json()
        assert said == refused("1001", "Invalid URL, please check your link")
        assert judged(handle) == ["unknown-model"]
    with world(unknown_models="accept") as handle:
        said = post(handle, f"/openapi/v2/{path}", {"prompt": "a tram", "anything": [1]}).json()
        assert said["errorCode"] == ""
        if "taskId" in said:
            (row,) = ended(handle, said["taskId"])["results"]
            assert row["outputType"] == "mp4", "its name says what it makes"


@pytest.mark.parametrize("name", ["maker/new/text-to-image", "maker/new-[Deprecated]", "Maker.X/v1.5"])
def test_a_model_can_be_added(name: str) -> None:
    with world() as handle:
        handle.add_model(name, kind="image", schema={
            "type": "object", "required": ["prompt"], "properties": {
                "prompt": {"type": "string", "x-key": "6##text"},
                "aspectRatio": {"type": "string", "enum": ["1:1", "16:9"], "x-words": True}}})  # fmt: skip
        assert submit(handle, name, {"6##text": "a tram", "aspectRatio": "16:9"})["errorCode"] == ""
        assert submit(handle, name, {"prompt": ""})["errorMessage"] == "field 'prompt' is required, can not be empty"
        assert handle.tasks.one().model == name


def test_a_file_of_models_is_read(tmp_path: Path) -> None:
    file = tmp_path / "models.json"
    file.write_text(json.dumps({"runninghub": [{"id": "maker/new-[Deprecated]"}, {"id": "maker/b/image-to-video"}]}))
    with world(models=str(file)) as handle:
        for name, form in (("maker/new-[Deprecated]", "png"), ("maker/b/image-to-video", "mp4")):
            task = submit(handle, name, {"prompt": "a tram"})["taskId"]
            assert [row["outputType"] for row in ended(handle, task)["results"]] == [form]


# Editions.


def test_a_model_that_is_gone_is_taken_and_told_of() -> None:
    gone = [model for model in MODELS.values() if model.editions == ("2026-03",)]
    assert len(gone) == 22
    for edition, rule in (("2026-04", "removed-model"), ("2026-03", "")):
        with world(edition=edition) as handle:
            for model in gone:
                assert submit(handle, model.id)["errorCode"] == ""
            found = [finding for finding, _ in handle.session.journal.findings.values() if finding.severity != "note"]
            assert {finding.rule for finding in found} == ({rule} if rule else set())
            if rule:
                told = [finding.cure for finding in found]
                assert all(any(model.successor in cure for cure in told) for model in gone)
                assert sum("ask for" in cure for cure in told) == sum(bool(model.successor) for model in gone) == 8


def test_the_elder_edition_does_not_know_what_came_later() -> None:
    come = [model for model in MODELS.values() if model.editions == ("2026-04",)]
    with world(edition="2026-03") as handle:
        for model in come:
            assert submit(handle, model.id)["errorCode"] == ""
        assert judged(handle).count("removed-model") == len(come) == 40


def test_a_model_of_neither_is_no_surprise() -> None:
    (name, *_) = (model.id for model in MODELS.values() if not model.editions)
    with world() as handle:
        assert submit(handle, name)["errorCode"] == ""
        assert not judged(handle)


@pytest.mark.parametrize("name", [name for name, model in MODELS.items() if model.deprecated])
@pytest.mark.parametrize("written", ["[Deprecated]", "%5BDeprecated%5D", "%5bDeprecated]"])
def test_what_is_deprecated_answers_and_is_told_of(name: str, written: str) -> None:
    with world() as handle:
        path = name.replace("[Deprecated]", written)
        answer = post(handle, f"/openapi/v2/{path}", example(name))
        assert (answer.status_code, answer.json()["errorCode"]) == (200, "")
        assert handle.tasks.one().model == name
        assert judged(handle) == ["deprecated-model"]
        with_case = post(handle, f"/openapi/v2/{name.lower()}", example(name)).json()
        assert with_case["errorCode"] == "1001", "upper case counts"


@pytest.mark.parametrize(("name", "other"), [(name, other) for name, model in MODELS.items() for other in model.also])
def test_an_alias_answers_under_its_own_path(name: str, other: str) -> None:
    with world() as handle:
        assert submit(handle, other, example(name))["errorCode"] == ""
        assert post(handle, f"/openapi/v2/price-preview/{other}", example(name)).json()["errorCode"] == ""
        assert handle.tasks.one().model == name
        assert not judged(handle)


# Bad input.


@pytest.mark.parametrize("body", [b"", b"[]", b"[{}]", b'"x"', b"null", b"7", b"{", b'{"a": NaN}',
                                  b'{"prompt": "\\ud800"}', b"[" * 5000, b'{"a":' * 5000, b"a=b&prompt=x"])  # fmt: skip
@pytest.mark.parametrize("path", [TURBO, f"price-preview/{TURBO}", "query"])
def test_what_cannot_be_read_is_said_so(path: str, body: bytes) -> None:
    with world() as handle:
        answer = post(handle, f"/openapi/v2/{path}", body)
        assert (answer.status_code, answer.json()) == (200, refused("1007", "failed to parse request body"))
        assert judged(handle) == ["bad-json"]


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_json_that_does_not_say_so_is_not_read(kind: str) -> None:
    with world() as handle:
        answer = post(handle, f"/openapi/v2/{TURBO}", example(), **{"content-type": kind})
        assert (answer.status_code, answer.json()) == (200, refused("1007", "failed to parse request body"))


def test_of_a_key_that_is_said_twice_the_last_one_counts() -> None:
    with world() as handle:
        said = submit(handle, TURBO, b'{"prompt": "", "aspectRatio": "1:1", "outputFormat": "png", "prompt": "a tram"}')
        assert said["errorCode"] == ""
        assert handle.tasks.one().inputs["prompt"] == "a tram"


def test_a_key_that_nobody_knows_is_taken_and_told_of() -> None:
    with world() as handle:
        assert submit(handle, TURBO, {**example(), "promt": "x", "apiKey": "y", "webhookUrl": ""})["errorCode"] == ""
        assert judged(handle) == ["unknown-field", "unknown-field"]


def test_every_title_of_both_navigations_answers_its_smallest_body() -> None:
    navigation = json.loads((Path(__file__).parents[2] / "contracts/runninghub/navigation.json").read_bytes())
    with world(max_exchanges=10) as handle:
        counts = []
        for edition, listed in navigation["editions"].items():
            titles = list(dict.fromkeys(listed["models"]))
            answers = [submit(handle, titled(title, edition).id) for title in titles]
            counts.append((len(titles), sum(answer["errorCode"] == "" for answer in answers)))
        assert counts == [(221, 221), (239, 239)]
