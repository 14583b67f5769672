"""What a sound promises: it lasts as long as was asked, all of it decodes, and its headers say so."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import wave
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from understudy.contracts.checks.reading.files import told
from understudy.mocks.engine.media.file import file_of
from understudy.mocks.engine.media.ogg import pages, stock
from understudy.mocks.engine.media.sound import sound
from understudy.mocks.engine.medium import FORMATS, Card, Detail, Medium

FORMS = FORMATS["audio"]
DIGEST = hashlib.blake2b(b"an order").digest()
CARD = Card("runcomfy", "some/model", {"prompt": "a red fox"}, 42, 0)
# How far off the headers and the sound may be: an MP3 has whole frames of 24 ms, and a decoder's delay of 11 ms.
SLACK = {"wav": 1e-4, "flac": 1e-4, "ogg": 1e-4, "mp3": 0.025}
SOME = settings().max_examples // 5


class Heard(NamedTuple):
    stated: float
    lasts: float
    samples: bytes


def heard(data: bytes) -> Heard:
    with av.open(BytesIO(data), "r") as box:
        stream = box.streams.audio[0]
        assert box.duration is not None
        frames = list(box.decode(stream))
        count = sum(frame.samples for frame in frames)
        samples = b"".join(bytes(frame.planes[0])[: frame.samples * frame.format.bytes] for frame in frames)
        return Heard(box.duration / 1e6, count / stream.rate, samples)


@pytest.mark.parametrize("form", FORMS)
@given(seconds=st.floats(0.1, 4))
@settings(max_examples=SOME)
def test_sound_lasts_as_long_as_was_asked(form: str, seconds: float) -> None:
    came = heard(file_of(Medium("audio", form, seconds=seconds), CARD))
    assert came.stated == pytest.approx(seconds, abs=SLACK[form])
    assert came.lasts == pytest.approx(seconds, abs=SLACK[form])


@pytest.mark.parametrize("form", FORMS)
def test_long_sound_says_how_long_it_is(form: str) -> None:
    with av.open(BytesIO(sound(Medium("audio", form, seconds=600.0), DIGEST)), "r") as box:
        assert box.duration == pytest.approx(600_000_000, abs=1000)


@pytest.mark.parametrize("form", FORMS)
def test_sound_of_no_length_lasts_a_second_and_is_no_silence(form: str) -> None:
    came = heard(sound(Medium("audio", form), DIGEST))
    assert came.lasts == pytest.approx(1, abs=SLACK[form])
    assert len(set(came.samples)) > 100


@pytest.mark.parametrize("form", ["wav", "flac", "mp3"])
def test_tone_is_the_orders_own(form: str) -> None:
    media = [sound(Medium("audio", form, seconds=0.5), hashlib.blake2b(bytes([seed])).digest()) for seed in range(8)]
    assert len({heard(data).samples for data in media}) > 4


def test_flac_sounds_as_its_header_says() -> None:
    for seconds in (0.0001, 0.001, 0.4321, 2.0):
        data = file_of(Medium("audio", "flac", seconds=seconds), CARD)
        assert int.from_bytes(data[4 + 4 + 14 : 4 + 4 + 18]) == max(1, round(seconds * 16_000))
        assert hashlib.md5(heard(data).samples).digest() == data[26:42]


def test_flac_blocks_lead_to_the_sound() -> None:
    data = file_of(Medium("audio", "flac"), CARD)
    at, kinds, last = 4, [], False
    while not last:
        last, size = data[at] >= 0x80, int.from_bytes(data[at + 1 : at + 4])
        kinds.append(data[at] & 0x7F)
        at += 4 + size
    assert kinds == [0, 2, 4]
    assert data[at : at + 2] == b"\xff\xf8"


@pytest.mark.parametrize("seconds", [0.001, 0.25, 1.0, 1.2345, 7.5])
def test_wav_opens_with_the_standard_library(seconds: float) -> None:
    with wave.open(BytesIO(file_of(Medium("audio", "wav", seconds=seconds), CARD))) as opened:
        assert opened.getnframes() / opened.getframerate() == pytest.approx(seconds, abs=1e-4)
        samples = opened.readframes(opened.getnframes())
    assert len(samples) == 2 * opened.getnframes()


def test_wav_chunks_fill_the_file() -> None:
    for prompt in ("a", "ab"):
        data = file_of(Medium("audio", "wav", seconds=0.1), replace(CARD, inputs={"prompt": prompt}))
        assert int.from_bytes(data[4:8], "little") == len(data) - 8
        assert len(data) % 2 == 0


def test_mp3_is_a_tag_and_whole_frames() -> None:
    data = file_of(Medium("audio", "mp3", seconds=1.0), CARD)
    size = sum(part << shift for part, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))
    assert data[:3] == b"ID3"
    assert max(data[6:10]) < 0x80
    frames = data[10 + size :]
    assert {frames[at : at + 4] for at in range(0, len(frames), 96)} == {b"\xff\xfb\x14\xc4"}
    assert frames[21:25] == b"Info"
    assert int.from_bytes(frames[29:33]) == len(frames) // 96 - 1 == 42
    assert int.from_bytes(frames[33:37]) == len(frames)


def packets(data: bytes) -> Iterator[bytes]:
    packet = b""
    for page in pages(data):
        at = 27 + page[26]
        for size in page[27:at]:
            packet, at = packet + page[at : at + size], at + size
            if size < 255:
                yield packet
                packet = b""


@pytest.mark.parametrize("prompt", ["", "a fox", "x" * 65_025, "\xff\xfb&<>" * 30_000])
@pytest.mark.parametrize("seconds", [0.013, 0.5, 1.0, 2.5])
def test_ogg_pages_are_numbered_and_say_when_they_end(prompt: str, seconds: float) -> None:
    data = file_of(Medium("audio", "ogg", seconds=seconds), replace(CARD, inputs={"prompt": prompt}))
    found = list(pages(data))
    assert sum(map(len, found)) == len(data)
    assert [int.from_bytes(page[18:22], "little") for page in found] == list(range(len(found)))
    assert [page[5] & 6 for page in found] == [2, *[0] * (len(found) - 2), 4]
    head, tags, *sounds = packets(data)
    assert (head[:8], tags[:8]) == (b"OpusHead", b"OpusTags")
    assert int.from_bytes(found[-1][6:14], "little") == round(seconds * 48_000)
    assert len(sounds) == -(-round(seconds * 48_000) // 960)


def test_ogg_checksums_agree_with_the_encoder() -> None:
    # What is computed for the pages of the prepared clip is what its encoder wrote.
    for page in pages(stock()):
        mirrored = bytes(int(f"{byte:08b}"[::-1], 2) for byte in page[:22] + bytes(4) + page[26:])
        crc = crc32(mirrored, 0xFFFFFFFF) ^ 0xFFFFFFFF
        assert int(f"{crc:032b}"[::-1], 2) == int.from_bytes(page[22:26], "little")


def test_prepared_clip_is_small() -> None:
    assert 0 < len(stock()) < 20_000


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("seconds", [-1.0, 600.1, 1e300, float("inf"), float("nan")])
def test_endless_sound_is_refused(form: str, seconds: float) -> None:
    with pytest.raises(ValueError, match=r"^expected a .+; came .+; ask for"):
        sound(Medium("audio", form, seconds=seconds), DIGEST)


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is not installed here")
@pytest.mark.parametrize("form", FORMS)
def test_ffprobe_reads_the_same(form: str, tmp_path: Path) -> None:
    path = tmp_path / f"sound.{form}"
    path.write_bytes(file_of(Medium("audio", form, seconds=5.0), CARD))
    told = subprocess.run(["ffprobe", "-v", "error", "-show_format", "-of", "json", str(path)],
                          capture_output=True, text=True, check=True)  # fmt: skip
    assert told.stderr == ""
    assert float(json.loads(told.stdout)["format"]["duration"]) == pytest.approx(5, abs=SLACK[form])


RATES = st.integers(8_000, 48_000)
DETAILS = st.builds(Detail, rate=RATES, channels=st.sampled_from((1, 2)), bitrate=st.integers(32, 320))
ABOVE = (32_000, 44_100, 48_000)  # what an MP3 of the larger kind may have


@pytest.mark.parametrize("form", FORMS)
@given(seconds=st.floats(0.1, 3), detail=DETAILS)
@settings(max_examples=SOME)
def test_sound_has_the_rate_and_the_channels_that_were_asked_for(form: str, seconds: float, detail: Detail) -> None:
    data = file_of(Medium("audio", form, seconds=seconds, detail=detail), CARD)
    with av.open(BytesIO(data), "r") as box:
        stream = box.streams.audio[0]
        count = sum(frame.samples for frame in box.decode(stream))
        rate = {"ogg": 48_000, "mp3": next(each for each in ABOVE if each >= detail.rate)}.get(form, detail.rate)
        assert (stream.rate, stream.channels) == (rate, detail.channels)
        assert count / rate == pytest.approx(
            seconds, abs=max(SLACK[form], 1152 / 32_000 if form == "mp3" else 1 / rate)
        )
        if form == "mp3":
            assert detail.bitrate <= stream.bit_rate / 1000 < max(detail.bitrate * 1.34, 41)
    assert told(data).seconds == pytest.approx(seconds, abs=max(SLACK[form], 1 / rate))
