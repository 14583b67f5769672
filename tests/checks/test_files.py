"""What is told of a file: as those say who write and read such files for a living, and nothing of broken ones."""

from __future__ import annotations

import io
import json
import random
import wave
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from understudy.contracts.checks.reading.files import BY_SIGN, BY_TRIAL, File, told
from understudy.mocks.engine.media.file import file_of
from understudy.mocks.engine.medium import FORMATS, Card, Medium

CARD = Card("runcomfy", "maker/name", {"prompt": "a red tram"}, 5, 0)
EVERY = [(kind, form) for kind, forms in FORMATS.items() for form in forms]
# A text that is cut is a text; so is what is left of the shortest beginnings.
STILL_TEXT = 4


def medium(kind: str, form: str, width: int = 320, height: int = 240, seconds: float = 1.5) -> Medium:
    sides = (width, height) if kind in ("image", "video") else (0, 0)
    return Medium(kind, form, *sides, seconds if kind in ("video", "audio") else 0.0)


OURS = {form: file_of(medium(kind, form), CARD) for kind, form in EVERY}


@pytest.mark.parametrize(("kind", "form"), EVERY)
@pytest.mark.parametrize("size", [(64, 48, 1.0), (1280, 720, 4.25)])
def test_files_of_ours_are_what_was_asked_for(kind: str, form: str, size: tuple[int, int, float]) -> None:
    asked = medium(kind, form, *size)
    found = told(file_of(asked, CARD))
    assert found[:3] == (form, asked.width, asked.height)
    assert found.seconds == pytest.approx(asked.seconds, abs=0.001)


@pytest.mark.parametrize(("kind", "form"), EVERY)
@pytest.mark.parametrize("flaw", ["corrupt", "short", "wrong-type"])
def test_a_flaw_is_seen(kind: str, form: str, flaw: str) -> None:
    found = told(file_of(replace(medium(kind, form), flaw=flaw), CARD))
    if flaw == "wrong-type":
        assert found.format == ("wav" if kind == "image" else "png")
    else:
        assert found.format == ("txt" if (form, flaw) == ("txt", "short") else "")


@pytest.mark.parametrize("form", [form for form in OURS if form != "txt"])
def test_a_file_that_is_cut_anywhere_is_none(form: str) -> None:
    data = OURS[form].rstrip()
    chance = random.Random(form)
    for length in {1, *(chance.randrange(len(data)) for _ in range(60)), len(data) // 2, len(data) - 1}:
        assert told(data[:length]).format in (("", "txt") if length < STILL_TEXT else ("",)), length


def picture(form: str, **how: Any) -> bytes:
    out = io.BytesIO()
    image = Image.effect_noise((301, 97), 50).convert("RGBA" if how.get("lossless") else "RGB")
    image.save(out, form, **how)
    return out.getvalue()


@pytest.mark.parametrize(("form", "how"), [
    ("png", {}), ("png", {"optimize": True}), ("jpeg", {}), ("jpeg", {"progressive": True}), ("jpeg", {"quality": 100}),
    ("webp", {}), ("webp", {"lossless": True}), ("webp", {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0"}),
    ("webp", {"save_all": True, "append_images": [Image.new("RGB", (301, 97), "red")]}),
])  # fmt: skip
def test_pictures_of_pillow(form: str, how: dict[str, Any]) -> None:
    data = picture(form, **how)
    assert told(data) == File(form, 301, 97)
    assert told(data[: len(data) // 2]) == told(data[:-3]) == File()


@pytest.mark.parametrize(("channels", "width", "rate"), [(1, 2, 8000), (2, 3, 44100), (1, 1, 11025)])
def test_sounds_of_wave(channels: int, width: int, rate: int) -> None:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(bytes(channels * width * 1001))
    assert told(out.getvalue()) == File("wav", 0, 0, 1001 / rate)
    assert told(out.getvalue()[:-1]) == File()


def test_a_wav_that_was_written_into_a_pipe_ends_where_it_ends() -> None:
    data = OURS["wav"]
    at = data.index(b"data") + 4
    assert told(data[:at] + b"\xff" * 4 + data[at + 4 :]).format == "wav"


def sound(form: str, codec: str, rate: int) -> tuple[bytes, float]:
    """A second and a half of noise, as ffmpeg writes it, and how long it reads it to be."""
    out = io.BytesIO()
    samples, layout, count = rate * 3 // 2, *(("stereo", 2) if codec == "vorbis" else ("mono", 1))
    with av.open(out, "w", format=form) as file:
        stream: Any = file.add_stream(codec, rate=rate, layout=layout)
        stream.codec_context.options = {"strict": "experimental"} if codec == "vorbis" else {}
        frame = av.AudioFrame("s16", layout, samples)
        frame.planes[0].update(
            random.Random(1).randbytes(2 * samples * count).ljust(frame.planes[0].buffer_size, b"\0")
        )
        frame.sample_rate, frame.pts = rate, 0
        for packet in (*stream.encode(frame), *stream.encode(None)):
            file.mux(packet)
    out.seek(0)
    with av.open(out, "r") as read:
        frames: list[Any] = list(read.decode(audio=0))
    return out.getvalue(), sum(frame.samples for frame in frames) / rate


@pytest.mark.parametrize(("form", "codec", "rate"), [
    ("mp3", "libmp3lame", 44100), ("mp3", "libmp3lame", 48000), ("mp3", "libmp3lame", 22050), ("flac", "flac", 44100),
    ("flac", "flac", 48000), ("ogg", "libopus", 48000), ("ogg", "vorbis", 44100), ("wav", "pcm_s16le", 32000),
])  # fmt: skip
def test_sounds_of_ffmpeg(form: str, codec: str, rate: int) -> None:
    data, heard = sound(form, codec, rate)
    found = told(data)
    assert found[:3] == (form, 0, 0)
    assert found.seconds == pytest.approx(heard, abs=0.03)
    assert told(data[: len(data) // 2]) == told(data[:-40]) == File()


drawn: Any = av.VideoFrame.from_image  # which bears no types


def film(path: Path, form: str, codec: str, **how: str) -> bytes:
    with av.open(str(path), "w", format=form, options=how) as file:
        stream: Any = file.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = 160, 90, "yuv420p"
        stream.time_base = Fraction(1, 25)
        for at in range(30):
            frame = drawn(Image.new("RGB", (160, 90), (at * 8, 0, 90)))
            frame.pts = at
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return path.read_bytes()


@pytest.mark.parametrize(("form", "codec", "how"), [
    ("mp4", "mpeg4", {}), ("mp4", "mpeg4", {"movflags": "faststart"}), ("mov", "mpeg4", {}), ("webm", "libvpx", {}),
])  # fmt: skip
def test_films_of_ffmpeg(tmp_path: Path, form: str, codec: str, how: dict[str, str]) -> None:
    data = film(tmp_path / "film", form, codec, **how)
    found = told(data)
    assert found[:3] == (form, 160, 90)
    assert found.seconds == pytest.approx(1.2, abs=0.05)
    assert told(data[: len(data) // 2]) == told(data[:-3]) == File()


def test_a_film_in_fragments_has_no_length_of_its_own(tmp_path: Path) -> None:
    data = film(tmp_path / "film", "mp4", "mpeg4", movflags="frag_keyframe+empty_moov")
    assert told(data) == File("mp4", 160, 90, 0.0)


@pytest.mark.parametrize(("data", "said"), [
    (b'{"a": [1]}', File("json")), (b"[]", File("json")), (b"5", File("txt")), ("Zug, 雨\n".encode(), File("txt")),
    (b"\xef\xbb\xbfhello", File("txt")), (b"", File()), (b"  \n", File()), (b"\xff\xfe", File()), (b"a\0b", File()),
    (b'{"a": ', File()), (b"[laughs] hello", File("txt")), (b"{name} is here", File("txt")),
    (b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 30 20.2"/>', File("svg", 30, 20)),
    (b'<svg width="3cm" height="2cm"/>', File("svg")), (b'<svg width="7px" height="9"/>', File("svg", 7, 9)),
    (b"<svg>", File()), (b"<?xml version='1.0'?><svg></svg", File()), (b"<html></html>", File("txt")),
    (b'<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>', File("txt")),
    (b"\x02\0\0\0\0\0\0\0{}", File("safetensors")),
])  # fmt: skip
def test_words(data: bytes, said: File) -> None:
    assert told(data) == said


def tensors(head: dict[str, Any], size: int) -> bytes:
    text = json.dumps(head).encode()
    return len(text).to_bytes(8, "little") + text + bytes(size)


@pytest.mark.parametrize(("head", "size", "right"), [
    ({"a": {"dtype": "F16", "shape": [2, 3], "data_offsets": [0, 12]}}, 12, True),
    ({"a": {"dtype": "F16", "shape": [2, 3], "data_offsets": [0, 12]}}, 11, False),
    ({"a": {"dtype": "F16", "shape": [2, 3], "data_offsets": [0, 13]}}, 13, False),
    ({"a": {"dtype": "F99", "shape": [2], "data_offsets": [0, 4]}}, 4, False),
    ({"a": {"dtype": "U8", "shape": [1], "data_offsets": [1, 2]}}, 2, False),
    ({"a": {"dtype": "U8", "shape": 1, "data_offsets": [0, 1]}}, 1, False),
    ({"__metadata__": {"made": "here"}}, 0, True),
    ({"a": [1]}, 0, False),
])  # fmt: skip
def test_weights(head: dict[str, Any], size: int, right: bool) -> None:
    assert told(tensors(head, size)).format == ("safetensors" if right else "")


def box(name: bytes, content: bytes = b"") -> bytes:
    return (8 + len(content)).to_bytes(4) + name + content


HOSTILE = {
    "a box within itself, without an end": box(b"ftyp", b"isom") + b"\0\0\0\0moov" * 50_000,
    "empty boxes": box(b"ftyp", b"isom") + box(b"free") * 200_000,
    "a box of more bytes than there are": box(b"ftyp", b"isom") + b"\0\0\0\1moov" + b"\xff" * 8,
    "elements without content": OURS["webm"][:40] + b"\xec\x80" * 300_000,
    "a scan of markers": b"\xff\xd8\xff\xda\0\2" + b"\xff\0" * 1_000_000,
    "fill without a marker": b"\xff\xd8" + b"\xff" * 1_000_000,
    "frames of a FLAC that begin everywhere": OURS["flac"][:42] + b"\xff\xf8" * 500_000,
    "pages without content": b"OggS" + b"\0" * 23 + (b"OggS" + b"\0" * 23) * 50_000,
    "JSON as deep as it is long": b"[" * 500_000,
    "XML as deep as it is long": b"<svg>" * 100_000,
    "a head as long as they may be": (100_000_000).to_bytes(8, "little") + b"{" * 1000,
    "entities that grow": b'<!DOCTYPE a [<!ENTITY a "ha">' + b"".join(
        b'<!ENTITY %c "%s">' % (word, b"&%c;" % (word - 1) * 10) for word in range(98, 118)) + b"]><svg>&u;</svg>",
    "tensors of a size that is no number": tensors(
        {"a": {"dtype": "U8", "shape": [10**9] * 60, "data_offsets": [0, 1]}}, 1),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_are_no_file_and_cost_little(name: str) -> None:
    assert told(HOSTILE[name]).format in ("", "txt")


@given(
    st.binary(max_size=200)
    | st.builds(bytes.__add__, st.sampled_from([sign for _, sign, _, _ in BY_SIGN]), st.binary())
)
def test_random_bytes_are_told_without_an_exception(data: bytes) -> None:
    assert told(data).format in ("", "txt", "json", "svg", "safetensors")


@given(st.sampled_from(sorted(OURS)), st.integers(0, 2**32), st.binary(max_size=9), st.integers(0, 12))
def test_changed_files_are_told_without_an_exception(form: str, at: int, bytes_: bytes, cut: int) -> None:
    data = OURS[form]
    at %= len(data)
    found = told(data[:at] + bytes_ + data[at + cut :])
    assert found.format in {"", "txt", *(name for _, _, name, _ in BY_SIGN), *(name for name, _ in BY_TRIAL)}
    assert 0 <= found.seconds < 1e15
