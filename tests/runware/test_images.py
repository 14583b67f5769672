"""Images as they were asked for: format, size, quality, and the same bytes for the same wish and seed."""

from __future__ import annotations

import threading
from base64 import b64decode
from io import BytesIO
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from understudy.contracts.checks.reading.files import told
from understudy.contracts.contract import contract
from understudy.mocks.engine.gallery import Gallery
from understudy.mocks.engine.media.card import card_of
from understudy.mocks.engine.task import Task
from understudy.mocks.stand_in import StandIn
from understudy.tests.runware.asked import NAME, fetch, judged, made, other, polled, task, world

FORMATS = {"JPG": "jpeg", "PNG": "png", "WEBP": "webp"}
QUALITIES = (20, 45, 70, 95, 99)


def files(handle: StandIn, *tasks: Any) -> list[bytes]:
    """What can be fetched of the results."""
    return [fetch(handle, item["imageURL"]).content for item in made(handle, *tasks)]


@pytest.mark.parametrize("word", FORMATS)
@pytest.mark.parametrize("size", [(128, 128), (1024, 768), (144, 2048)])
def test_a_file_is_of_the_format_and_size_that_were_asked_for(word: str, size: tuple[int, int]) -> None:
    with world() as handle:
        (data,) = files(handle, task(width=size[0], height=size[1], outputFormat=word))
        file = told(data)
        assert (file.format, file.width, file.height) == (FORMATS[word], *size)
        picture = Image.open(BytesIO(data))
        picture.load()
        assert picture.size == size
        assert not judged(handle)


def test_unless_told_it_is_a_jpeg() -> None:
    with world() as handle:
        (item,) = made(handle, task())
        assert item["imageURL"].endswith(".jpg")
        assert told(fetch(handle, item["imageURL"]).content).format == "jpeg"


@pytest.mark.parametrize("word", ["JPG", "WEBP"])
def test_less_quality_is_fewer_bytes_of_the_same_picture(word: str) -> None:
    with world() as handle:
        every = [files(handle, task(other(q), seed=5, width=512, height=512, outputFormat=word, outputQuality=q))[0]
                 for q in QUALITIES]  # fmt: skip
        assert all(len(less) < len(more) for less, more in pairwise(every)), list(map(len, every))
        assert len({card_of(data)["digest"] for data in every}) == 1
        if word == "JPG":
            tables: list[Any] = [Image.open(BytesIO(data)).quantization for data in every]  # type: ignore[attr-defined]
            sums = [sum(map(sum, each.values())) for each in tables]
            assert all(less > more for less, more in pairwise(sums))


def test_the_usual_quality_is_95_and_a_png_has_none() -> None:
    with world() as handle:
        assert files(handle, task(seed=5)) == files(handle, task(other(1), seed=5, outputQuality=95))
        one, two = (files(handle, task(other(q), seed=5, outputFormat="PNG", outputQuality=q)) for q in (20, 99))
        assert one == two


@pytest.mark.parametrize("form", ["base64Data", "dataURI"])
@pytest.mark.parametrize("word", FORMATS)
def test_what_stands_in_an_answer_is_what_could_be_fetched(form: str, word: str) -> None:
    with world() as handle:
        wish = {"seed": 7, "outputFormat": word, "numberResults": 3}
        inside = made(handle, task(outputType=form, **wish))
        fetched = files(handle, task(other(1), **wish))
        key = {"base64Data": "imageBase64Data", "dataURI": "imageDataURI"}[form]
        said = [item[key] for item in inside]
        if form == "dataURI":
            start = f"data:image/{FORMATS[word]};base64,"
            assert all(each.startswith(start) for each in said)
            said = [each.removeprefix(start) for each in said]
        assert [b64decode(each, validate=True) for each in said] == fetched
        assert all("imageURL" not in item for item in inside)
        assert not judged(handle)


@pytest.mark.parametrize(("form", "key"), [("base64Data", "Base64Data"), ("dataURI", "DataURI")])
@pytest.mark.parametrize(("kind", "prefix", "begins"), [
    ("audioInference", "audio", "audio/mpeg"), ("controlNetPreprocess", "guideImage", "image/jpeg"),
    ("imageMasking", "maskImage", "image/"), ("vectorize", "image", "image/svg+xml"),
    ("removeBackground", "image", "image/png"),
])  # fmt: skip
def test_so_do_the_files_of_other_tasks(kind: str, prefix: str, begins: str, form: str, key: str) -> None:
    with world() as handle:
        model = next(each for each in contract("runware").catalogue.models.values() if each.form == kind)
        one = {**model.example(), "taskType": kind, "taskUUID": NAME, "model": model.id, "deliveryMethod": "sync"}
        (item,) = made(handle, {**one, "outputType": form})
        assert [name for name in item if name.startswith(prefix)] == [f"{prefix}UUID", f"{prefix}{key}"]
        head, _, said = item[prefix + key].rpartition(",")
        (name,) = handle.call(lambda: handle.session.gallery.names(handle.session.tasks[NAME]))
        fetched = fetch(handle, f"{handle.url}/media/{name}")
        assert b64decode(said, validate=True) == fetched.content
        assert fetched.headers["content-type"].startswith(begins)
        assert head in ("", f"data:{fetched.headers['content-type']};base64")
        assert not judged(handle)


def test_a_flaw_stands_in_an_answer_too() -> None:
    with world() as handle:
        handle.script(outputs=[{"flaw": "short"}])
        (item,) = made(handle, task(outputType="base64Data"))
        assert told(b64decode(item["imageBase64Data"])).format == ""


@settings(max_examples=25)
@given(
    seed=st.integers(0, 2**63 - 21),
    count=st.integers(1, 4),
    at=st.integers(0, 3),
    prompt=st.text("abc é路", min_size=2),
)
def test_a_result_is_the_first_one_of_its_own_seed(seed: int, count: int, at: int, prompt: str) -> None:
    at = min(at, count - 1)
    with world() as handle:
        several = files(handle, task(seed=seed, numberResults=count, positivePrompt=prompt))
        alone = files(handle, task(other(1), seed=seed + at, positivePrompt=prompt))
        assert several[at] == alone[0]
        assert len(set(several)) == count


def test_a_drawn_seed_that_is_sent_again_gives_the_same_file() -> None:
    with world() as handle:
        (item,) = made(handle, task())
        assert "seed" in item
        assert files(handle, task(other(1), seed=item["seed"]))[0] == fetch(handle, item["imageURL"]).content


@pytest.mark.parametrize(
    "said",
    [{"deliveryMethod": "sync"}, {"includeCost": True}, {"safety": {"checkContent": True}}, {"ttl": 60},
     {"outputType": "URL"}, {"numberResults": 2}],
    ids=lambda said: next(iter(said)),
)  # fmt: skip
def test_what_is_said_of_the_delivery_changes_no_picture(said: dict[str, Any]) -> None:
    with world() as handle:
        assert files(handle, task(seed=5))[0] == files(handle, task(other(1), seed=5, **said))[0]


@pytest.mark.parametrize("said", [{"positivePrompt": "a blue tram"}, {"steps": 5}, {"width": 144}, {"seed": 6}],
                         ids=lambda said: next(iter(said)))  # fmt: skip
def test_what_is_said_of_the_picture_changes_it(said: dict[str, Any]) -> None:
    with world() as handle:
        assert files(handle, task(seed=5))[0] != files(handle, task(other(1), **{"seed": 5, **said}))[0]


def test_a_card_tells_the_seed_of_its_own_result() -> None:
    with world() as handle:
        every: list[Any] = [card_of(data) for data in files(handle, task(seed=5, numberResults=3))]
        assert [card["seed"] for card in every] == [5, 6, 7]
        assert {card["prompt"] for card in every} == {"a red tram"}
        assert all(NAME not in str(card) for card in every)


@given(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.lists(st.integers()))
def test_a_model_of_which_nothing_is_known_may_be_sent_any_quality(said: Any) -> None:
    catalogue = contract("runware").catalogue
    model = catalogue.find("acme:some-image@1", guess=True)
    assert model is not None
    outcome = catalogue.outcome(model, {"outputQuality": said, "outputFormat": "JPG"})
    assert type(outcome.quality) is int
    assert 0 <= outcome.quality <= 100


def test_no_file_is_made_where_others_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: set[int] = set()
    make = Gallery.make

    def watched(gallery: Gallery, task: Task, index: int) -> bytes:
        threads.add(threading.get_ident())
        return make(gallery, task, index)

    monkeypatch.setattr(Gallery, "make", watched)
    with world() as handle:
        url = handle.webhooks.url
        made(handle, task(outputType="base64Data"))
        made(handle, task(other(1), outputType="dataURI", webhookURL=url, uploadEndpoint=url))
        handle.settle()
        assert len(handle.webhooks.received) == 2
        polled(handle, NAME, other(1))
        files(handle, task(other(2)))
        assert threads
        assert handle.call(threading.get_ident) not in threads


def test_files_are_made_when_they_are_fetched() -> None:
    with world() as handle:
        made(handle, task(numberResults=20, width=2048, height=2048))
        assert handle.session.gallery.held == 0
