"""Uploads: what is taken, under which id and address, how long, and what is refused."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image
from understudy.mocks.stand_in import StandIn
from understudy.tests.runware.asked import NAME, compare, fetch, golden, judged, made, other, send, task, world
from understudy.tests.runware.pictures import FILM, SVG, boasting, picture, storage, text, upload, uploaded, uri

MONTH = 30 * 86_400


def code(handle: StandIn, *tasks: Any) -> tuple[int, str]:
    """The status of a refusal, and the code of its first error."""
    answer = send(handle, *tasks)
    return answer.status_code, answer.json()["errors"][0]["code"]


@pytest.mark.parametrize("wrap", [uri, text])
def test_an_image_is_taken_and_its_address_opens_with_the_same_bytes(wrap: Any) -> None:
    with world() as handle:
        answer = send(handle, upload(wrap(picture())))
        compare(golden("uploaded"), answer.json(), handle.url)
        (item,) = answer.json()["data"]
        opened = fetch(handle, item["imageURL"])
        assert (opened.status_code, opened.headers["content-type"]) == (200, "image/png")
        assert opened.content == picture()
        assert item["imageUUID"] in item["imageURL"]
        assert not judged(handle)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_every_documented_form_is_taken(form: str) -> None:
    with world() as handle:
        (item,) = made(handle, upload(text(picture(form=form))))
        opened = fetch(handle, item["imageURL"])
        assert opened.headers["content-type"] == f"image/{form.lower()}"
        assert Image.open(io.BytesIO(opened.content)).format == form


def test_the_elder_answer_is_an_object_without_an_address() -> None:
    with world(image_upload_form="object") as handle:
        answer = send(handle, upload(text(picture())))
        compare(golden("uploaded_object"), answer.json(), handle.url)
        assert [each["taskType"] for each in made(handle, upload(text(picture())), {"taskType": "ping"})] == [
            "imageUpload", "ping"]  # fmt: skip
        assert not judged(handle)


@pytest.mark.parametrize(
    ("size", "kept"), [((4000, 1000), (2048, 512)), ((10, 4096), (5, 2048)), ((2048, 9), (2048, 9))]
)
def test_a_large_image_is_kept_smaller_in_its_shape(size: tuple[int, int], kept: tuple[int, int]) -> None:
    with world() as handle:
        (item,) = made(handle, upload(text(picture(*size))))
        first, again = fetch(handle, item["imageURL"]), fetch(handle, item["imageURL"])
        assert Image.open(io.BytesIO(first.content)).size == kept
        assert first.content == again.content


def test_one_that_cannot_be_decoded_is_served_as_it_came() -> None:
    with world() as handle:
        (item,) = made(handle, upload(text(boasting(4096, 4096))))
        assert fetch(handle, item["imageURL"]).content == boasting(4096, 4096)


@pytest.mark.parametrize("image", [
    "cat.png", "", "AAAA", "data:image/png;base64,%%%%", "data:image/png,plain", "data:image/png;base64,", text(SVG),
    uri(SVG, "image/svg+xml"), uri(b"%PDF-1.7"), uri(FILM), NAME, text(b"\x89PNG\r\n\x1a\n"), "ftp://example.com/a.png",
    text(boasting(60_000, 60_000)), text(boasting(2**31 - 1, 1)) + "!",
])  # fmt: skip
def test_what_is_no_image_is_refused(image: str) -> None:
    with world() as handle:
        answer = send(handle, upload(image))
        assert answer.status_code == 400
        (error,) = answer.json()["errors"]
        assert (error["parameter"], error["taskUUID"]) == ("image", NAME)
        assert "wrong-form" in judged(handle)
        assert not [prop for prop in handle.session.props.values() if prop.kind == "media"]


def test_a_task_without_an_image_is_refused() -> None:
    with world() as handle:
        answer = send(handle, {"taskType": "imageUpload", "taskUUID": NAME})
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["parameter"] == "image"


def test_a_huge_body_is_refused_before_it_is_read() -> None:
    with world(max_body=100_000) as handle:
        assert send(handle, upload("A" * 200_000)).status_code == 413


def test_an_address_elsewhere_is_taken_as_good_and_something_stands_for_it() -> None:
    with world(images="plain") as handle:
        (item,) = made(handle, upload("https://example.com/cat.webp?size=9"))
        opened = fetch(handle, item["imageURL"])
        assert opened.headers["content-type"] == "image/webp"
        assert Image.open(io.BytesIO(opened.content)).format == "WEBP"
        assert not judged(handle)


def test_a_file_of_any_kind_is_stored_and_dropped() -> None:
    with world() as handle:
        answer = send(handle, storage("upload", uri(FILM, "video/mp4")))
        compare(golden("stored"), answer.json(), handle.url)
        (item,) = answer.json()["data"]
        opened = fetch(handle, item["mediaURL"])
        assert (opened.content, opened.headers["content-type"]) == (FILM, "video/mp4")
        dropped = send(handle, storage("delete", item["mediaUUID"].upper()))
        compare(golden("dropped"), dropped.json(), handle.url)
        assert fetch(handle, item["mediaURL"]).status_code == 404
        assert code(handle, storage("delete", item["mediaUUID"])) == (404, "mediaNotFound")
        assert not judged(handle)


@pytest.mark.parametrize("media", [NAME, "https://example.com/a.png", text(picture())])
def test_what_was_never_stored_cannot_be_dropped(media: str) -> None:
    with world() as handle:
        assert code(handle, storage("delete", media)) == (404, "mediaNotFound")


def test_an_upload_by_id_is_refused_since_it_is_there_already() -> None:
    with world() as handle:
        assert code(handle, storage("upload", uploaded(handle, picture()))) == (400, "invalidValue")


def test_an_upload_of_another_account_is_unknown() -> None:
    with world() as handle:
        mine, stranger = uploaded(handle, picture()), handle.another_key()
        answer = send(handle, storage("delete", mine), key=stranger)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "mediaNotFound")
        assert send(handle, task(seedImage=mine), key=stranger).status_code == 400
        assert send(handle, task(other(2), seedImage=mine)).status_code == 200


def test_an_upload_is_forgotten_a_month_after_its_last_use() -> None:
    with world(clock="manual") as handle:
        kept, left = uploaded(handle, picture()), uploaded(handle, picture())
        handle.clock.advance(MONTH - 10)
        assert send(handle, task(deliveryMethod="async", seedImage=kept)).status_code == 200
        handle.clock.advance(20)
        assert fetch(handle, f"{handle.url}/media/{left}.png").status_code == 404
        assert fetch(handle, f"{handle.url}/media/{kept}.png").status_code == 200
        assert code(handle, task(other(1), seedImage=left)) == (400, "failedToTransferImage")
        assert send(handle, task(other(2), deliveryMethod="async", seedImage=kept)).status_code == 200
        handle.clock.advance(MONTH)
        assert code(handle, storage("delete", kept)) == (404, "mediaNotFound")


def test_looking_keeps_nothing() -> None:
    with world(clock="manual") as handle:
        name = uploaded(handle, picture())
        handle.clock.advance(MONTH - 1)
        assert fetch(handle, f"{handle.url}/media/{name}.png").status_code == 200
        handle.clock.advance(1)
        assert fetch(handle, f"{handle.url}/media/{name}.png").status_code == 404


def test_bytes_are_kept_up_to_a_cap_and_ids_beyond_it() -> None:
    data = picture(64, 64)
    with world(max_media=len(data) + 10) as handle:
        first, second = uploaded(handle, data), uploaded(handle, data)
        assert fetch(handle, f"{handle.url}/media/{first}.png").status_code == 404
        assert fetch(handle, f"{handle.url}/media/{second}.png").content == data
        assert send(handle, task(seedImage=first)).status_code == 200


def test_a_name_alone_opens_nothing_else() -> None:
    with world() as handle:
        name = uploaded(handle, picture())
        for path in (name, f"{name}.jpg", f"{name}.png.png", f"../{name}.png"):
            assert fetch(handle, f"{handle.url}/media/{path}").status_code != 200, path
        whole = fetch(handle, f"{handle.url}/media/{name}.png")
        assert whole.headers["etag"]
        assert whole.headers["accept-ranges"] == "bytes"


def test_equal_stories_have_equal_ids() -> None:
    names = []
    for _ in range(2):
        with world(seed="9") as handle:
            names.append(uploaded(handle, picture()))
    assert names[0] == names[1]
