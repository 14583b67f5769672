"""Reads how large and how long an MP4, a MOV or a WebM is, and whether it is all there."""

from __future__ import annotations

from collections.abc import Iterator
from struct import unpack_from

Measure = tuple[int, int, float]
Span = tuple[int, int]  # where a part's content begins and ends

MOST_PARTS = 100_000  # of one level; a file that has more is nobody's film
UNTIL_THE_END = -1
SEGMENT, INFO, TRACKS, CLUSTER = 0x18538067, 0x1549A966, 0x1654AE6B, 0x1F43B675
TRACK, VIDEO, HEAD_TYPE = 0xAE, 0xE0, 0x4282
SCALE, DURATION, WIDTH, HEIGHT = 0x2AD7B1, 0x4489, 0xB0, 0xBA


def mp4(data: bytes) -> Measure:
    """Boxes to the very end; `moov` holds the length and, of each track, the size."""
    names = [name for name, _ in _boxes(data, (0, len(data)))]
    (movie,) = (span for name, span in _boxes(data, (0, len(data))) if name == b"moov")
    if b"mdat" not in names:
        raise ValueError("nothing to show")
    width = height = 0
    seconds, tracks = -1.0, 0
    for name, span in _boxes(data, movie):
        if name == b"mvhd":
            seconds = _seconds(data, span[0])
        if name == b"trak":
            tracks += 1
            wide, high = _side(data, span)
            width, height = max(width, wide), max(height, high)
    if seconds < 0 or not tracks:
        raise ValueError("no film")
    return width, height, seconds


def _boxes(data: bytes, within: Span) -> Iterator[tuple[bytes, Span]]:
    """The boxes of one level, which leave no gap; a size of 1 stands for a longer one, of 0 for all the rest."""
    at, end = within
    for _ in range(MOST_PARTS):
        if at == end:
            return
        size, name = unpack_from(">I4s", data, at)
        head = 8
        if size == 1:
            head, (size,) = 16, unpack_from(">Q", data, at + 8)
        size = size or end - at
        if size < head or at + size > end:
            raise ValueError("a box that does not fit")
        yield name, (at + head, at + size)
        at += size
    raise ValueError("too many boxes")


def _seconds(data: bytes, at: int) -> float:
    scale, length = unpack_from(">IQ", data, at + 20) if data[at] == 1 else unpack_from(">II", data, at + 12)
    return float(length / scale) if scale else 0.0


def _side(data: bytes, track: Span) -> tuple[int, int]:
    """How large a track's picture is shown, in the whole part of what is a number with 16 bits behind the point."""
    for name, (at, _) in _boxes(data, track):
        if name == b"tkhd":
            width, height = unpack_from(">II", data, at + (88 if data[at] == 1 else 76))
            return width >> 16, height >> 16
    raise ValueError("a track without a head")


def webm(data: bytes) -> Measure:
    """Elements to the very end; `Info` holds the length and `Tracks` the size."""
    top = dict(_elements(data, (0, len(data))))
    head = dict(_elements(data, top[0x1A45DFA3]))
    if _bytes(data, head[HEAD_TYPE]).rstrip(b"\0") != b"webm":
        raise ValueError("another kind of Matroska")
    parts = dict(_elements(data, top[SEGMENT]))
    info = dict(_elements(data, parts[INFO]))
    if CLUSTER not in parts:
        raise ValueError("nothing to show")
    width = height = 0
    for name, span in _elements(data, parts[TRACKS]):
        fields = dict(_elements(data, span)) if name == TRACK else {}
        if VIDEO in fields:
            video = dict(_elements(data, fields[VIDEO]))
            width, height = (int.from_bytes(_bytes(data, video[key])) for key in (WIDTH, HEIGHT))
    scale = int.from_bytes(_bytes(data, info[SCALE])) if SCALE in info else 1_000_000
    length = _bytes(data, info[DURATION]) if DURATION in info else bytes(4)
    (ticks,) = unpack_from(">f" if len(length) == 4 else ">d", length)
    if not 0 <= ticks * scale < 1e18:
        raise ValueError("no length")
    return width, height, ticks * scale / 1e9


def _elements(data: bytes, within: Span) -> Iterator[tuple[int, Span]]:
    """The elements of one level; one whose length was not known when it was written goes on to the end."""
    at, end = within
    for _ in range(MOST_PARTS):
        if at == end:
            return
        name, at = _number(data, at, marked=True)
        size, at = _number(data, at)
        last = end if size == UNTIL_THE_END else at + size
        if last > end:
            raise ValueError("an element that does not fit")
        yield name, (at, last)
        at = last
    raise ValueError("too many elements")


def _number(data: bytes, at: int, marked: bool = False) -> tuple[int, int]:
    """A number whose first byte says how long it is, and where the next thing begins; names keep that mark."""
    length = 9 - data[at].bit_length()
    if length > 8 or at + length > len(data):
        raise ValueError("no number")
    value = int.from_bytes(data[at : at + length])
    mark = 1 << 7 * length
    if marked:
        return value, at + length
    value -= mark
    return UNTIL_THE_END if value == mark - 1 else value, at + length


def _bytes(data: bytes, span: Span) -> bytes:
    return data[span[0] : span[1]]
