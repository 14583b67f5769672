"""What a clip promises: a file of its kind that opens, and the card of the order in it."""

from __future__ import annotations

import json
import struct
import wave
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from understudy.mocks.engine.card import card_of, document
from understudy.mocks.engine.clip import FORMATS, clip, stock
from understudy.mocks.engine.medium import Card, Medium

KINDS = [(kind, form) for kind, forms in FORMATS.items() for form in forms]
PREPARED = [form for _, form in KINDS if form != "wav"]
CARD = Card("runcomfy", "some/model", {"prompt": "a red fox"}, 42, 0)
PROMPTS = ["", "a fox", "中 \U0001f98a \u202e\0\n\x85\uffff", "\xff\xfb&<>" * 30_000, "x" * 65_025]
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(data):
        size, name = struct.unpack(">I4s", data[at : at + 8])
        assert 8 <= size <= len(data) - at
        yield name, data[at + 8 : at + size]
        at += size


def ogg_pages(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(data):
        assert data[at : at + 4] == b"OggS"
        lacing = data[at + 27 : at + 27 + data[at + 26]]
        end = at + 27 + len(lacing) + sum(lacing)
        yield data[at:end], data[at + 27 + len(lacing) : end]
        at = end


@pytest.mark.parametrize("prompt", PROMPTS, ids=range(len(PROMPTS)))
@pytest.mark.parametrize(("kind", "form"), KINDS)
def test_card_comes_back(kind: str, form: str, prompt: str) -> None:
    card = replace(CARD, inputs={"prompt": prompt, "seconds": 2})
    medium = Medium(kind, form, seconds=0.5)
    read = card_of(clip(medium, card))
    assert read == json.loads(document(medium, card))
    assert (read["prompt"], read["model"], read["seed"]) == (prompt, "some/model", 42)


@pytest.mark.parametrize(("kind", "form"), KINDS)
@given(one=texts, two=texts)
@settings(max_examples=30, deadline=None)
def test_bytes_differ_as_orders_do(kind: str, form: str, one: str, two: str) -> None:
    medium = Medium(kind, form, seconds=0.01)
    files = [clip(medium, replace(CARD, inputs={"prompt": prompt})) for prompt in (one, two, one)]
    assert (files[0] == files[1]) == (one == two)
    assert files[0] == files[2]


@pytest.mark.parametrize(("kind", "form"), KINDS)
def test_every_part_of_an_order_counts(kind: str, form: str) -> None:
    medium = Medium(kind, form, seconds=0.1)
    others = [replace(CARD, seed=1), replace(CARD, index=1), replace(CARD, model="m"), replace(CARD, provider="p")]
    files = [clip(medium, card) for card in (CARD, *others)]
    files.append(clip(replace(medium, seconds=0.2), CARD))
    assert len(set(files)) == len(files)


@pytest.mark.parametrize("form", PREPARED)
def test_prepared_clip_is_small(form: str) -> None:
    assert 0 < len(stock(f"clip.{form}")) < 20_000


@pytest.mark.parametrize("seconds", [0.001, 0.25, 1.0, 1.2345, 7.5, 600.0])
def test_wav_lasts_as_long_as_was_asked(seconds: float) -> None:
    with wave.open(BytesIO(clip(Medium("audio", "wav", seconds=seconds), CARD))) as sound:
        assert sound.getnframes() / sound.getframerate() == pytest.approx(seconds, abs=1e-4)
        heard = sound.readframes(sound.getnframes())
    assert len(heard) == 2 * sound.getnframes()
    assert len(set(heard)) > 4


def test_wav_of_no_length_lasts_a_second() -> None:
    with wave.open(BytesIO(clip(Medium("audio", "wav"), CARD))) as sound:
        assert sound.getnframes() == sound.getframerate()


def test_wav_sounds_like_its_order() -> None:
    heard = set()
    for seed in range(8):
        with wave.open(BytesIO(clip(Medium("audio", "wav"), replace(CARD, seed=seed)))) as sound:
            heard.add(sound.readframes(4000))
    assert len(heard) > 4


def test_wav_chunks_fill_the_file() -> None:
    for prompt in ("a", "ab"):
        data = clip(Medium("audio", "wav", seconds=0.1), replace(CARD, inputs={"prompt": prompt}))
        assert int.from_bytes(data[4:8], "little") == len(data) - 8
        assert len(data) % 2 == 0


@pytest.mark.parametrize("form", ["mp4", "mov"])
def test_film_is_made_of_boxes(form: str) -> None:
    found = list(boxes(clip(Medium("video", form), CARD)))
    names = [name for name, _ in found]
    assert names[0] == b"ftyp"
    assert {b"moov", b"mdat"} < set(names)
    assert names[-1] == b"uuid"
    tracks = [name for name, _ in boxes(dict(found)[b"moov"])]
    assert tracks[0] == b"mvhd"
    assert b"trak" in tracks


def test_webm_segment_reaches_to_the_end() -> None:
    data = clip(Medium("video", "webm"), CARD)
    at = data.index(b"\x18\x53\x80\x67")
    assert at + 12 + int.from_bytes(data[at + 5 : at + 12]) == len(data)


def test_mp3_tag_ends_where_the_sound_begins() -> None:
    data = clip(Medium("audio", "mp3"), CARD)
    size = sum(part << shift for part, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))
    assert data[:3] == b"ID3"
    assert data[10 + size :] == stock("clip.mp3")
    assert max(data[6:10]) < 0x80


def test_flac_blocks_lead_to_the_sound() -> None:
    data = clip(Medium("audio", "flac"), CARD)
    at, kinds, last = 4, [], False
    while not last:
        last, size = data[at] >= 0x80, int.from_bytes(data[at + 1 : at + 4])
        kinds.append(data[at] & 0x7F)
        at += 4 + size
    assert kinds[:2] == [0, 2]
    assert data[at : at + 2] in (b"\xff\xf8", b"\xff\xf9")


@pytest.mark.parametrize("prompt", PROMPTS, ids=range(len(PROMPTS)))
def test_ogg_pages_are_numbered_and_sound_is_kept(prompt: str) -> None:
    data = clip(Medium("audio", "ogg"), replace(CARD, inputs={"prompt": prompt}))
    pages, before = list(ogg_pages(data)), list(ogg_pages(stock("clip.ogg")))
    assert [int.from_bytes(page[18:22], "little") for page, _ in pages] == list(range(len(pages)))
    assert [body for _, body in pages[-len(before) + 2 :]] == [body for _, body in before[2:]]
    tags = b"".join(body for _, body in pages[1 : -len(before) + 2])
    assert tags.startswith(b"OpusTags")


def test_ogg_checksums_agree_with_the_encoder() -> None:
    # Pages that nothing changed come out with the checksum that the encoder gave them.
    data = clip(Medium("audio", "ogg"), CARD)
    pages, before = list(ogg_pages(data)), list(ogg_pages(stock("clip.ogg")))
    assert len(pages) == len(before)
    assert [pages[0], *pages[2:]] == [before[0], *before[2:]]


@pytest.mark.parametrize(("kind", "form"), [("video", "avi"), ("audio", "mp4"), ("image", "png"), ("", "")])
def test_unknown_clip_is_refused(kind: str, form: str) -> None:
    with pytest.raises(ValueError, match=r"^expected video as .+; came .+; ask for"):
        clip(Medium(kind, form), CARD)


@pytest.mark.parametrize("seconds", [-1.0, 600.1, 1e300, float("inf"), float("nan")])
def test_endless_wav_is_refused(seconds: float) -> None:
    with pytest.raises(ValueError, match=r"^expected a wav of .+; came .+; ask for"):
        clip(Medium("audio", "wav", seconds=seconds), CARD)


def test_card_of_reads_what_prepared_clips_lack() -> None:
    for form in PREPARED:
        with pytest.raises(ValueError, match="expected a file with a card"):
            card_of(stock(f"clip.{form}"))


def test_stand_in_keeps_media_out_of_a_clip() -> None:
    card = replace(CARD, inputs={"prompt": "p", "video": "data:video/mp4;base64," + "A" * 1_000_000})
    data = clip(Medium("video", "mp4"), card)
    read: Any = card_of(data)
    assert len(data) < 20_000
    assert read["shortened"] == ["/inputs/video"]
