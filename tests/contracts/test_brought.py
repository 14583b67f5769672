"""Files that a body brings: where they stand, how they may be said, and what their first bytes tell."""

from __future__ import annotations

import io
from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from understudy.contracts.brought import Place, carried, decoded, found, places, sign, size, unfit
from understudy.contracts.contract import contract

FORMATS = {"PNG": "png", "JPEG": "jpeg", "WEBP": "webp", "GIF": "gif", "BMP": "bmp"}
ID = "c7529425-d512-4170-98f2-5ca1bbc0653b"


def picture(form: str = "PNG", width: int = 300, height: int = 200, **how: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height)).save(out, form, **how)
    return out.getvalue()


def text(data: bytes) -> str:
    return b64encode(data).decode()


def test_places_are_found_at_any_depth_and_in_lists() -> None:
    image = {"type": "string", "x-media": "image"}
    frames_of = {"items": {"properties": {"image": image}}}
    schema = {"properties": {
        "seed": image, "many": {"type": "array", "items": image}, "any": {"x-media": "video"},
        "old": {"type": "string", "format": "audio_uri"}, "text": {"type": "string"},
        "inputs": {"type": "object", "properties": {"deep": image, "frames": frames_of}},
    }}  # fmt: skip
    frames = [{"image": "h", "frame": "first"}, {"frame": "last"}]
    body = {"seed": "a", "many": ["b", 1, "c"], "any": ["d"], "old": "e", "text": "f",
            "inputs": {"deep": "g", "frames": frames, "other": "i"}}  # fmt: skip
    told = [(path, place.kind, place.free, said) for path, place, said in found(places(schema), body)]
    assert told == [
        (("seed",), "image", True, "a"), (("many", 0), "image", True, "b"), (("many", 2), "image", True, "c"),
        (("any", 0), "video", True, "d"), (("old",), "audio", False, "e"), (("inputs", "deep"), "image", True, "g"),
        (("inputs", "frames", 0, "image"), "image", True, "h"),
    ]  # fmt: skip


@given(st.recursive(st.none() | st.text(max_size=5), lambda each: st.lists(each) | st.dictionaries(st.text(), each)))
def test_no_body_is_too_strange(body: Any) -> None:
    place = Place("image", True, {"image": Place("image", True, {})})
    assert all(isinstance(said, str) for _, _, said in found({"image": place}, {"image": body}))


@pytest.mark.parametrize("form", FORMATS)
def test_a_picture_is_known_by_its_first_bytes(form: str) -> None:
    data = picture(form)
    told = sign(data)
    assert told is not None
    assert told == (FORMATS[form], frozenset({"image"}))
    assert size(data) == (300, 200)
    assert unfit("image", text(data)) == ""
    assert unfit("any", f"data:image/x;base64,{text(data)}") == ""
    assert FORMATS[form] in unfit("video", text(data))


def test_every_kind_of_webp_tells_its_size() -> None:
    assert size(picture("WEBP", 301, 17, lossless=True)) == (301, 17)
    assert size(picture("WEBP", 301, 17, quality=1)) == (301, 17)
    assert size(picture("WEBP", 301, 17, exif=b"Exif\0\0MM\0*" + bytes(8))) == (301, 17)


def test_a_jpeg_tells_its_size_behind_long_parts() -> None:
    data = picture("JPEG", 640, 48, exif=b"Exif\0\0MM\0*" + bytes(60_000))
    assert size(data) == (640, 48)
    assert size(data[:1000]) is None


@given(st.sampled_from([picture(form) for form in FORMATS]), st.integers(0, 200), st.binary(max_size=40))
def test_no_bytes_are_too_broken(data: bytes, cut: int, more: bytes) -> None:
    told = size(data[:cut] + more)
    assert told is None or min(told) > 0


@given(st.binary(max_size=100), st.booleans(), st.booleans(), st.booleans())
def test_what_a_text_carries_is_what_was_sent(data: bytes, filled: bool, broken: bool, whole: bool) -> None:
    said = text(data) if filled else text(data).rstrip("=")
    said = "\r\n".join(said[at : at + 20] for at in range(0, len(said), 20)) if broken else said
    assert decoded(said) == data
    assert carried(("data:image/png;base64," if whole else "") + said) == data


@pytest.mark.parametrize("said", [ID, ID.upper(), "https://example.com/a.png", "http://127.0.0.1:1/a"])
def test_an_address_or_an_id_carries_nothing_and_is_looked_at_by_nobody(said: str) -> None:
    assert unfit("image", said) == ""
    assert carried(said) is None


@pytest.mark.parametrize(("said", "why"), [
    ("cat.png", "none of these"), ("hello", "no image"), ("", "no image"), ("ftp://example.com/a.png", "none of these"),
    ("data:image/png,abc", "without base64"), ("data:image/png;base64,", "no image"),
    ("data:image/png;base64,%%%", "broken base64"), ("data:image/png;base64,AA=A", "broken base64"),
    ("data:image/svg+xml;base64," + text(b"<svg/>"), "no image"), (text(b"%PDF-1.7 and more"), "no image"),
    (text(b"\x89PNG\r\n\x1a\n")[:8], "no image"),
])  # fmt: skip
def test_what_is_no_image_is_told(said: str, why: str) -> None:
    assert why in unfit("image", said)


def test_a_stranger_among_films_is_taken() -> None:
    assert unfit("video", text(b"some container that nobody knows")) == ""
    assert unfit("video", text(b"fLaC and more of it")) != ""


def test_a_huge_text_is_looked_through_and_not_decoded() -> None:
    assert unfit("image", text(picture()).rstrip("=") + "A" * 20_000_000) == ""
    assert unfit("image", text(picture()).rstrip("=") + "A" * 20_000_000 + "!") != ""


def test_a_model_refuses_a_form_that_no_file_has_and_takes_all_others() -> None:
    model = contract("runware").catalogue.models["runware:z-image@turbo"]
    body = {"taskType": "imageInference", "taskUUID": ID, "model": model.id, "positivePrompt": "a tram", "width": 1024,
            "height": 1024}  # fmt: skip
    assert not model.check(body)
    for good in (ID, text(picture()), f"data:image/png;base64,{text(picture())}"):
        assert not model.check({**body, "inputs": {"seedImage": good}})
    assert [each.rule for each in model.check({**body, "seedImage": "https://example.com/a.png"})] == [
        "unfetched-input"
    ]
    (wrong,) = model.check({**body, "inputs": {"maskImage": "nope!"}})
    assert (wrong.rule, wrong.where, wrong.reason) == ("wrong-form", "/inputs/maskImage", "invalid-input")


def test_an_example_of_a_form_brings_a_file() -> None:
    assert contract("runware").forms["imageUpload"].example()["image"] == "https://example.com/input.png"
    assert contract("runware").forms["photoMaker"].example()["inputImages"] == ["https://example.com/input.png"]
