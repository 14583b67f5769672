"""Pictures made from pictures: as large as these, with the look and the places that their task gives them."""

from __future__ import annotations

import base64
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from understudy.mocks.runware import pictures
from understudy.mocks.stand_in import StandIn
from understudy.tests.runware.asked import UUID, fetch, judged, made, other, send, task, world
from understudy.tests.runware.kinds import KINDS

NAMED = {"upscale": "runware:500@1", "removeBackground": "bria:2@1", "imageMasking": "runware:35@1",
         "controlNetPreprocess": "runware:controlnet-preprocess@canny", "vectorize": "recraft:1@1"}  # fmt: skip


def png(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(out, "PNG")
    return out.getvalue()


def carried(width: int, height: int) -> str:
    return "data:image/png;base64," + base64.b64encode(png(width, height)).decode()


def asked(kind: str, image: str, **said: Any) -> dict[str, Any]:
    return {"taskType": kind, "taskUUID": other(7), "model": NAMED[kind], "inputs": {"image": image}, **said}


def opened(handle: StandIn, item: dict[str, Any]) -> Image.Image:
    (address,) = (value for key, value in item.items() if key.endswith("URL"))
    return Image.open(io.BytesIO(fetch(handle, address).content))


@pytest.mark.parametrize("kind", [kind for kind in NAMED if kind not in ("upscale", "vectorize")])
def test_it_is_as_large_as_its_input_however_that_came(kind: str) -> None:
    with world() as handle:
        (first,) = made(handle, task(width=320, height=192))
        for at, image in enumerate((carried(320, 192), first["imageURL"], first["imageUUID"])):
            (item,) = made(handle, asked(kind, image, taskUUID=other(at)))
            assert opened(handle, item).size == (320, 192)
        assert not judged(handle)


def test_an_upload_is_known_too() -> None:
    with world() as handle:
        upload = {"taskType": "imageUpload", "taskUUID": other(1), "image": carried(100, 60)}
        (sent,) = made(handle, upload)
        (item,) = made(handle, asked("upscale", sent["imageUUID"], upscaleFactor=4))
        assert opened(handle, item).size == (400, 240)
        assert item["inputImageUUID"] == sent["imageUUID"]


@pytest.mark.parametrize(("size", "factor", "made_of_it"), [
    ((320, 192), 2, (640, 384)), ((320, 192), None, (640, 384)), ((1500, 100), 4, (4096, 273)),
    ((100, 2000), 4, (205, 4096)), ((4096, 4096), 2, (4096, 4096)),
])  # fmt: skip
def test_it_is_made_larger_in_its_own_shape_up_to_a_limit(
    size: tuple[int, int], factor: int | None, made_of_it: tuple[int, int]
) -> None:
    said = {} if factor is None else {"upscaleFactor": factor}
    with world(images="plain") as handle:
        (item,) = made(handle, asked("upscale", carried(*size), **said))
        assert opened(handle, item).size == made_of_it


def test_a_drawing_has_the_size_of_what_it_was_drawn_from() -> None:
    with world() as handle:
        (item,) = made(handle, asked("vectorize", carried(320, 192)))
        assert b'width="320" height="192"' in fetch(handle, item["imageURL"]).content


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_what_is_cut_out_leaves_nothing_behind(form: str) -> None:
    with world() as handle:
        (item,) = made(handle, asked("removeBackground", carried(200, 100), outputFormat=form))
        picture = opened(handle, item)
        assert picture.mode == "RGBA"
        assert picture.getpixel((0, 0))[3] == 0  # type: ignore[index]
        assert picture.getpixel((100, 50))[3] == 255  # type: ignore[index]


def test_or_the_ground_that_was_asked_for() -> None:
    with world() as handle:
        said = asked("removeBackground", carried(200, 100), model="runware:109@1")
        (item,) = made(handle, {**said, "settings": {"rgba": [255, 0, 0, 1]}})
        assert opened(handle, item).getpixel((0, 0)) == (255, 0, 0, 255)
        flat = {"taskType": "imageBackgroundRemoval", "taskUUID": other(8), "inputImage": carried(200, 100),
                "outputFormat": "JPG", "settings": {"rgba": [0, 0, 255, 255]}}  # fmt: skip
        (item,) = made(handle, flat)
        red, _, blue = opened(handle, item).convert("RGB").getpixel((0, 0))  # type: ignore[misc]
        assert (red < 30, blue > 220) == (True, True)


def test_a_mask_alone_is_black_and_white() -> None:
    with world() as handle:
        said = asked("removeBackground", carried(200, 100), model="runware:109@1", settings={"returnOnlyMask": True})
        (item,) = made(handle, said)
        assert {0, 255} == {at for at, count in enumerate(opened(handle, item).convert("L").histogram()) if count}


def test_a_mask_shows_what_was_found() -> None:
    with world() as handle:
        (item,) = made(handle, asked("imageMasking", carried(320, 192), outputFormat="PNG"))
        mask = opened(handle, item).convert("L")
        for box in item["detections"]:
            assert list(box) == ["x_min", "y_min", "x_max", "y_max"]
            assert 0 <= box["x_min"] < box["x_max"] <= 320
            assert 0 <= box["y_min"] < box["y_max"] <= 192
            assert mask.getpixel(((box["x_min"] + box["x_max"]) // 2, (box["y_min"] + box["y_max"]) // 2)) == 255
        (again,) = made(handle, asked("imageMasking", carried(320, 192), taskUUID=other(9)))
        assert again["detections"] == item["detections"], "the same picture, the same things in it"


@given(most=st.integers(1, 20), image=st.text(min_size=1, max_size=5))
def test_no_more_is_found_than_was_asked_for(most: int, image: str) -> None:
    found = pictures._found("m", {"inputs": {"image": image}, "settings": {"maxDetections": most}}, 64, 48)
    assert 1 <= len(found) <= most
    assert all(0 <= left < right <= 64 and 0 <= top < bottom <= 48 for left, top, right, bottom in found)


def test_guides_of_different_kinds_differ() -> None:
    names = ("canny", "depth", "seg", "normalbae")
    with world() as handle:
        seen = set()
        for at, name in enumerate(names):
            model = f"runware:controlnet-preprocess@{name}"
            (item,) = made(handle, asked("controlNetPreprocess", carried(64, 64), model=model, taskUUID=other(at)))
            seen.add(opened(handle, item).tobytes())
        assert len(seen) == len(names)


def test_a_size_that_is_said_goes_before_that_of_the_input() -> None:
    with world() as handle:
        said = {"taskType": "imageControlNetPreProcess", "taskUUID": other(1), "inputImage": carried(320, 192),
                "preProcessorType": "canny", "width": 256, "height": 128}  # fmt: skip
        (item,) = made(handle, said)
        assert opened(handle, item).size == (256, 128)


def test_a_video_is_as_large_as_the_one_that_it_was() -> None:
    with world() as handle:
        film = {"taskType": "videoInference", "taskUUID": other(1), "model": "alibaba:happyhorse@1.0",
                "positivePrompt": "a tram", "width": 640, "height": 360, "duration": 1}  # fmt: skip
        made(handle, film)
        handle.settle()
        name = handle.session.gallery.names(handle.tasks[0])[0].partition(".")[0]
        said = {"taskType": "upscale", "taskUUID": other(2), "model": "bria:50@1", "inputs": {"video": name}}
        (item,) = made(handle, {**said, "deliveryMethod": "sync"})
        assert list(item) == ["taskType", "taskUUID", "videoUUID", "videoURL"]
        assert (handle.tasks[1].order.media[0].width, handle.tasks[1].order.media[0].height) == (1280, 720)


@given(st.text(max_size=30))
def test_an_input_has_an_id_of_its_own(text: str) -> None:
    assert UUID.fullmatch(pictures.known_as(text)) or pictures.known_as(text) == text
    assert pictures.known_as(text) == pictures.known_as(text)


def test_an_input_keeps_the_id_that_it_came_by() -> None:
    name = "C7529425-D512-4170-98F2-5CA1BBC0653B"
    assert pictures.known_as(name) == name
    assert pictures.known_as(f"https://im.runware.ai/image/ws/2/ii/{name}.jpg?x=1") == name
    assert pictures.known_as("https://example.com/a.png") != pictures.known_as("https://example.com/b.png")


def test_every_photo_has_its_id() -> None:
    kind = next(kind for kind in KINDS if kind.name == "photoMaker")
    with world() as handle:
        images = [carried(8, 8), "https://example.com/a.png"]
        (item,) = made(handle, {**kind.task(1), "inputImages": images})
        assert item["inputImagesUUID"] == [pictures.known_as(image) for image in images]


FORMS = ("carried", "address", "id")


def seen(handle: StandIn, form: str) -> str:
    """A picture of 320 x 192, as one that a task may begin with."""
    (first,) = made(handle, task(other(20), width=320, height=192))
    forms: dict[str, str] = {"carried": carried(320, 192), "address": first["imageURL"], "id": first["imageUUID"]}
    return forms[form]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("flat", [True, False])
def test_a_picture_that_begins_with_another_is_as_large_unless_told(form: str, flat: bool) -> None:
    with world() as handle:
        image = seen(handle, form)
        begins = {"seedImage": image} if flat else {"inputs": {"seedImage": image}}
        bare = {key: value for key, value in task(**begins).items() if key not in ("width", "height")}
        (item,) = made(handle, bare)
        assert opened(handle, item).size == (320, 192)
        (item,) = made(handle, {**bare, "taskUUID": other(1), "width": 256, "height": 128})
        assert opened(handle, item).size == (256, 128)
        assert not judged(handle)


@pytest.mark.parametrize("form", FORMS)
def test_what_is_extended_is_as_large_as_it_was_and_the_rest(form: str) -> None:
    with world() as handle:
        wider = {"inputs": {"seedImage": seen(handle, form)}, "outpaint": {"left": 64, "right": 32}, "height": 192}
        assert made(handle, task(**wider, width=416))
        answer = send(handle, task(other(1), **wider, width=512))
        (error,) = answer.json()["errors"]
        assert (answer.status_code, error["code"], error["parameter"]) == (400, "invalidValue", "width")
        assert "416, which is 320 and 96 more" in error["message"]
        assert other(1) not in [each.id for each in handle.tasks]
