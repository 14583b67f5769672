"""What a film promises: the asked size and length in its headers, frames that all decode, the order's own colour."""

from __future__ import annotations

import hashlib
import json
import shutil
import struct
import subprocess
from collections.abc import Iterator
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from understudy.mocks.engine.media.colour import colour_of
from understudy.mocks.engine.media.file import file_of
from understudy.mocks.engine.media.film import LONGEST_SIDE, RATE, film
from understudy.mocks.engine.media.h264 import level
from understudy.mocks.engine.medium import FORMATS, Card, Detail, Medium

FORMS = FORMATS["video"]
DIGEST = hashlib.blake2b(b"an order").digest()
CARD = Card("runcomfy", "some/model", {"prompt": "a red fox"}, 42, 0)
SOME = settings().max_examples // 5
sides = st.integers(1, 150)
digests = st.binary(min_size=64, max_size=64)


class Seen(NamedTuple):
    width: int
    height: int
    seconds: float
    frames: int
    first: tuple[int, ...]
    last: tuple[int, ...]


def seen(data: bytes) -> Seen:
    """What a player sees; a frame has one colour, or the test ends here."""
    with av.open(BytesIO(data), "r") as box:
        stream = box.streams.video[0]
        frames = list(box.decode(stream))
        assert box.duration is not None
        assert {(frame.width, frame.height) for frame in frames} == {(stream.width, stream.height)}
        pts = [frame.pts for frame in frames]
        assert pts == sorted({at for at in pts if at is not None})
        return Seen(stream.width, stream.height, box.duration / 1e6, len(frames), flat(frames[0]), flat(frames[-1]))


def flat(frame: Any) -> tuple[int, ...]:
    values = []
    for plane in frame.planes:
        raw = bytes(plane)
        rows = {raw[at * plane.line_size : at * plane.line_size + plane.width] for at in range(plane.height)}
        told = {value for row in rows for value in row}
        assert len(told) == 1
        values.append(told.pop())
    return tuple(values)


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(data):
        size, name = struct.unpack(">I4s", data[at : at + 8])
        assert 8 <= size <= len(data) - at
        yield name, data[at + 8 : at + size]
        at += size


def inner(data: bytes, *path: bytes) -> bytes:
    for name in path:
        data = dict(boxes(data))[name]
    return data


@pytest.mark.parametrize("form", FORMS)
@given(width=sides, height=sides, seconds=st.floats(0.01, 2.5), digest=digests)
@settings(max_examples=SOME)
def test_film_is_what_was_asked(form: str, width: int, height: int, seconds: float, digest: bytes) -> None:
    came = seen(film(Medium("video", form, width, height, seconds), digest))
    assert (came.width, came.height) == (width, height)
    assert came.seconds == pytest.approx(seconds, abs=1e-3)
    assert came.frames == max(1, round(seconds * RATE))
    assert came.first == came.last == colour_of(digest)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "size", [(1280, 720), (721, 1281), (4097, 64), (64, 4098), (8192, 40), (41, 8192), (640, 64), (63, 641)]
)
def test_large_film_is_what_was_asked(form: str, size: tuple[int, int]) -> None:
    came = seen(film(Medium("video", form, *size, 0.2), DIGEST))
    assert (came.width, came.height, came.frames) == (*size, 5)
    assert came.first == came.last == colour_of(DIGEST)


@pytest.mark.parametrize("form", FORMS)
def test_long_film_is_small_and_counts_all_its_frames(form: str) -> None:
    data = film(Medium("video", form, 3840, 2160, 600.0), DIGEST)
    assert len(data) < 400_000
    with av.open(BytesIO(data), "r") as box:
        assert box.duration == 600_000_000
        assert sum(packet.size > 0 for packet in box.demux()) == 600 * RATE


@pytest.mark.parametrize("form", FORMS)
def test_film_of_no_length_lasts_a_second(form: str) -> None:
    assert seen(film(Medium("video", form, 32, 32), DIGEST)).frames == RATE


@pytest.mark.parametrize("form", ["mp4", "mov"])
@given(width=st.integers(1, 5000), height=st.integers(1, 5000), seconds=st.floats(0.01, 30))
@settings(max_examples=SOME)
def test_boxes_agree_with_each_other(form: str, width: int, height: int, seconds: float) -> None:
    data = file_of(Medium("video", form, width, height, seconds), CARD)
    assert [name for name, _ in boxes(data)] == [b"ftyp", b"uuid", b"moov", b"mdat"]
    table = dict(boxes(inner(data, b"moov", b"trak", b"mdia", b"minf", b"stbl")))
    spans = [struct.unpack_from(">II", table[b"stts"], 8 + 8 * at) for at in range(int.from_bytes(table[b"stts"][4:8]))]
    sizes = struct.unpack(f">{(len(table[b'stsz']) - 12) // 4}I", table[b"stsz"][12:])
    places = ((b"mvhd",), 16), ((b"trak", b"tkhd"), 20), ((b"trak", b"mdia", b"mdhd"), 16)
    ticks = [int.from_bytes(inner(data, b"moov", *path)[at : at + 4]) for path, at in places]
    assert {sum(count * span for count, span in spans)} == set(ticks) == {max(1, round(seconds * 24_000))}
    assert len(sizes) == sum(count for count, _ in spans) == int.from_bytes(table[b"stsz"][8:12])
    start = int.from_bytes(table[b"stco"][8:])
    assert sum(sizes) == len(inner(data, b"mdat")) == len(data) - start
    for size in sizes:
        # Each frame is one unit, whose own length stands in front of it.
        assert int.from_bytes(data[start : start + 4]) == size - 4
        assert b"\0\0\0" not in data[start + 4 : start + size]
        start += size


@pytest.mark.parametrize("form", ["mp4", "mov"])
def test_brand_and_codec_are_what_the_name_says(form: str) -> None:
    data = film(Medium("video", form, 640, 360, 1.0), DIGEST)
    assert data[8:12] == {"mp4": b"isom", "mov": b"qt  "}[form]
    with av.open(BytesIO(data), "r") as box:
        stream = box.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert stream.average_rate == Fraction(RATE)


def test_webm_is_one_segment_with_a_cluster_a_second() -> None:
    data = file_of(Medium("video", "webm", 64, 64, 2.5), CARD)
    at = data.index(b"\x18\x53\x80\x67")
    assert at + 12 + int.from_bytes(data[at + 5 : at + 12]) == len(data)
    assert data.count(b"\x1f\x43\xb6\x75") == 3
    with av.open(BytesIO(data), "r") as box:
        assert [packet.is_keyframe for packet in box.demux() if packet.size].index(False) == 1


def test_level_holds_the_frame() -> None:
    assert [level(across, down, RATE) for across, down in ((4, 4), (80, 45), (120, 68), (240, 135), (512, 512))] == [
        10, 31, 40, 51, 62]  # fmt: skip
    # A long row of few blocks needs a level that allows such a row.
    assert level(512, 1, RATE) == 51


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("width", "height", "seconds"),
    [(0, 8, 1.0), (8, LONGEST_SIDE + 1, 1.0), (-2, 8, 1.0), (8, 8, 600.1), (8, 8, -1.0), (8, 8, float("nan"))],
)
def test_impossible_film_is_refused(form: str, width: int, height: int, seconds: float) -> None:
    with pytest.raises(ValueError, match=r"^expected a .+; came .+; ask for a smaller or shorter film"):
        film(Medium("video", form, width, height, seconds), DIGEST)


@given(digest=digests)
def test_colour_is_dark_and_no_grey(digest: bytes) -> None:
    y, u, v = colour_of(digest)
    assert 60 <= y < 108
    assert min(abs(u - 128), abs(v - 128)) >= 17
    assert u % 2 == v % 2 == 0


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is not installed here")
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("width", "height", "seconds"), [(1280, 720, 5.0), (721, 405, 1.3)])
def test_ffprobe_reads_the_same(form: str, width: int, height: int, seconds: float, tmp_path: Path) -> None:
    path = tmp_path / f"film.{form}"
    path.write_bytes(file_of(Medium("video", form, width, height, seconds), CARD))
    told = subprocess.run(["ffprobe", "-v", "error", "-count_frames", "-show_streams", "-show_format", "-of", "json",
                           str(path)], capture_output=True, text=True, check=True)  # fmt: skip
    said = json.loads(told.stdout)
    assert told.stderr == ""
    assert (said["streams"][0]["width"], said["streams"][0]["height"]) == (width, height)
    assert float(said["format"]["duration"]) == pytest.approx(seconds, abs=1e-3)
    assert int(said["streams"][0]["nb_read_frames"]) == round(seconds * RATE)


@pytest.mark.parametrize("form", FORMS)
@given(fps=st.integers(1, 120), seconds=st.floats(0.1, 3))
@settings(max_examples=SOME)
def test_a_film_has_as_many_frames_a_second_as_were_asked_for(form: str, fps: int, seconds: float) -> None:
    came = seen(file_of(Medium("video", form, 32, 16, seconds, detail=Detail(fps)), CARD))
    assert came.frames == max(1, round(fps * seconds))
    assert came.seconds == pytest.approx(seconds, abs=0.002)
