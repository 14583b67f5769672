"""What every file promises: it opens, carries its order, depends on that alone, and has a flaw where one is asked."""

from __future__ import annotations

import json
import wave
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from understudy.mocks.engine.media import mesh, weights
from understudy.mocks.engine.media.card import card_of, document
from understudy.mocks.engine.media.file import file_of
from understudy.mocks.engine.medium import FLAWS, FORMATS, Card, Medium

KINDS = [(kind, form) for kind, forms in FORMATS.items() for form in forms]
CARD = Card("runcomfy", "some/model", {"prompt": "a red fox"}, 42, 0)
PROMPTS = ["", "a fox", "中 \U0001f98a \u202e\0\n\x85\uffff", "\xff\xfb&<>" * 30_000, "x" * 65_025,
           '\nunderstudy: {"a":1}\n</title></understudy:card></metadata>moovstco']  # fmt: skip
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
SOME = settings().max_examples // 5


def medium(kind: str, form: str) -> Medium:
    return Medium(kind, form, 64, 48, 0.5)


def image(data: bytes) -> None:
    with Image.open(BytesIO(data)) as picture:
        picture.load()


def clip(data: bytes) -> None:
    with av.open(BytesIO(data), "r") as box:
        assert box.format.name not in ("png_pipe", "image2")
        stream: Any = next(stream for stream in (*box.streams.video, *box.streams.audio, None))
        assert stream is not None
        assert [frame for packet in box.demux(stream) for frame in packet.decode()]


def sound(data: bytes) -> None:
    with wave.open(BytesIO(data)) as opened:
        assert len(opened.readframes(opened.getnframes())) == 2 * opened.getnframes()


def cube(data: bytes) -> None:
    assert data[:4] == b"glTF"
    assert int.from_bytes(data[8:12], "little") == len(data)
    mesh.opened(data)


def lora(data: bytes) -> None:
    header, rest = weights.opened(data)
    header.pop("__metadata__", None)
    assert max(entry["data_offsets"][1] for entry in header.values()) == len(rest)  # type: ignore[index]


def text(data: bytes) -> None:
    assert "understudy: " in data.decode()


REFUSED = (ValueError, OSError, EOFError, SyntaxError, RuntimeError, AssertionError, wave.Error, av.FFmpegError)
READERS: dict[str, Callable[[bytes], Any]] = {
    "png": image, "jpeg": image, "webp": image, "svg": ElementTree.fromstring, "mp4": clip, "mov": clip, "webm": clip,
    "wav": sound, "mp3": clip, "flac": clip, "ogg": clip, "glb": cube, "safetensors": lora, "json": json.loads,
    "txt": text,
}  # fmt: skip


@pytest.mark.parametrize("prompt", PROMPTS, ids=range(len(PROMPTS)))
@pytest.mark.parametrize(("kind", "form"), KINDS)
def test_file_opens_and_its_card_comes_back(kind: str, form: str, prompt: str) -> None:
    card, asked = replace(CARD, inputs={"prompt": prompt, "seconds": 2}), medium(kind, form)
    data = file_of(asked, card)
    READERS[form](data)
    read = card_of(data)
    assert read == json.loads(document(asked, card))
    assert (read["prompt"], read["model"], read["seed"]) == (prompt, "some/model", 42)


@pytest.mark.parametrize(("kind", "form"), KINDS)
@given(one=texts, two=texts)
@settings(max_examples=SOME)
def test_bytes_differ_as_orders_do(kind: str, form: str, one: str, two: str) -> None:
    asked = Medium(kind, form, 16, 16, 0.01)
    files = [file_of(asked, replace(CARD, inputs={"prompt": prompt})) for prompt in (one, two, one)]
    assert (files[0] == files[1]) == (one == two)
    assert files[0] == files[2]


@pytest.mark.parametrize(("kind", "form"), KINDS)
def test_every_part_of_an_order_counts(kind: str, form: str) -> None:
    asked = medium(kind, form)
    others = [replace(CARD, seed=1), replace(CARD, index=1), replace(CARD, model="m"), replace(CARD, provider="p")]
    files = [file_of(asked, card) for card in (CARD, *others)]
    files += [file_of(replace(asked, **change), CARD)
              for change in ({"seconds": 0.2}, {"width": 65}, {"height": 65})]  # fmt: skip
    assert len(set(files)) == len(files)


def test_card_keeps_media_out_of_a_file() -> None:
    card = replace(CARD, inputs={"prompt": "p", "video": "data:video/mp4;base64," + "A" * 1_000_000})
    data = file_of(medium("video", "mp4"), card)
    read: Any = card_of(data)
    assert len(data) < 20_000
    assert read["shortened"] == ["/inputs/video"]


@pytest.mark.parametrize("prompt", ["a red fox", "x" * 50_000], ids=["short", "long"])
@pytest.mark.parametrize(("kind", "form"), KINDS)
def test_corrupt_file_keeps_its_length_and_is_refused(kind: str, form: str, prompt: str) -> None:
    asked, card = medium(kind, form), replace(CARD, inputs={"prompt": prompt})
    right, wrong = file_of(asked, card), file_of(replace(asked, flaw="corrupt"), card)
    assert len(wrong) == len(right)
    kept = min(4, len(right)) if form not in ("txt", "json", "jpeg", "mp3") else 0
    assert wrong[:kept] == right[:kept]
    with pytest.raises(REFUSED):
        READERS[form](wrong)
    with pytest.raises(ValueError, match=r"^expected a file with a card .+; came .+; pass"):
        card_of(wrong)


@pytest.mark.parametrize("prompt", ["a red fox", "x" * 50_000], ids=["short", "long"])
@pytest.mark.parametrize(("kind", "form"), KINDS)
def test_short_file_is_the_first_half(kind: str, form: str, prompt: str) -> None:
    asked, card = medium(kind, form), replace(CARD, inputs={"prompt": prompt})
    right, half = file_of(asked, card), file_of(replace(asked, flaw="short"), card)
    assert half == right[: len(right) // 2]
    if form == "mp3":  # frames stand alone, and its header still tells how many there were
        return
    if form == "webm" and prompt == "a red fox":  # so do clusters
        return
    if form == "txt":  # any part of a text is one
        return
    with pytest.raises(REFUSED):
        READERS[form](half)


@pytest.mark.parametrize(("kind", "form"), KINDS)
def test_wrong_type_is_a_whole_file_of_another_kind(kind: str, form: str) -> None:
    wrong = file_of(replace(medium(kind, form), flaw="wrong-type"), CARD)
    other = "wav" if kind == "image" else "png"
    READERS[other](wrong)
    assert card_of(wrong)["medium"]["format"] == other  # type: ignore[index]
    with pytest.raises(REFUSED):
        READERS[form](wrong)


def test_own_file_is_served_as_it_is() -> None:
    assert file_of(Medium("image", "exr", own=b"anything"), CARD) == b"anything"
    assert file_of(Medium("image", "png", flaw="short", own=b"anything"), CARD) == b"anything"


def test_unknown_flaw_is_refused() -> None:
    assert [Medium("text", "txt", flaw=flaw).flaw for flaw in FLAWS] == list(FLAWS)
    with pytest.raises(
        ValueError, match=r"^expected a flaw of corrupt, short, wrong-type, or none; came 'bent'; leave"
    ):
        Medium("text", "txt", flaw="bent")


@pytest.mark.parametrize(
    ("kind", "form"), [("video", "avi"), ("audio", "mp4"), ("image", "gif"), ("3d", "obj"), ("", "")]
)
def test_unknown_format_is_refused(kind: str, form: str) -> None:
    with pytest.raises(ValueError, match=r"^expected image as png, .+; came .+; ask for one of these"):
        file_of(medium(kind, form), CARD)


@pytest.mark.parametrize(
    "data",
    [b"glTF", b"glTF" + bytes(40), b"<svg/>", b"{}", b"[]", b"{", b"\x08" + bytes(7) + b"{", b"\nunderstudy: [1]",
     b"\0\0\0\x08ftyp", b"\x1aE\xdf\xa3", b"ID3", b"fLaC"],
)  # fmt: skip
def test_file_of_a_stranger_has_no_card(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"^expected a file with a card .+; came .+; pass the bytes"):
        card_of(data)
