"""Reads how large a PNG, a JPEG or a WebP is, and whether it is all there."""

from __future__ import annotations

from struct import unpack_from
from zlib import crc32

# Of the markers of a JPEG: those that say how large it is, and those that stand alone.
FRAMES = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
ALONE = {0x01, *range(0xD0, 0xD9)}
SCAN, END = 0xDA, 0xD9

Measure = tuple[int, int, float]


def png(data: bytes) -> Measure:
    """Every chunk has a checksum; the first tells the size, the last is empty."""
    at, size = 8, (0, 0)
    names: list[bytes] = []
    while not names or names[-1] != b"IEND":
        length, name = unpack_from(">I4s", data, at)
        (checksum,) = unpack_from(">I", data, at + 8 + length)
        if crc32(memoryview(data)[at + 4 : at + 8 + length]) != checksum:
            raise ValueError("a chunk is not what its checksum says")
        if not names:
            size = unpack_from(">II", data, at + 8)
        names.append(name)
        at += 12 + length
    if names[0] != b"IHDR" or b"IDAT" not in names or 0 in size:
        raise ValueError("no picture")
    return (*size, 0.0)


def jpeg(data: bytes) -> Measure:
    """Markers with lengths, then scans, in which 0xFF is no marker if 0 follows."""
    at, size, scanned = 2, (0, 0), False
    while True:
        while data[at] == 0xFF and data[at + 1] == 0xFF:
            at += 1
        if data[at] != 0xFF:
            raise ValueError("no marker where one must be")
        marker = data[at + 1]
        at += 2
        if marker == END:
            break
        if marker in ALONE:
            continue
        (length,) = unpack_from(">H", data, at)
        if length < 2:
            raise ValueError("a part is shorter than its own length")
        if marker in FRAMES:
            height, width = unpack_from(">HH", data, at + 3)
            size = (width, height)
        at += length
        if marker == SCAN:
            at, scanned = _past(data, at), True
    if not scanned or 0 in size:
        raise ValueError("no picture")
    return (*size, 0.0)


def _past(data: bytes, at: int) -> int:
    """Where a scan ends: at the next marker that neither is a byte of it nor only resets its counters."""
    while True:
        at = data.index(b"\xff", at)
        if data[at + 1] and not 0xD0 <= data[at + 1] <= 0xD7:
            return at
        at += 2


def webp(data: bytes) -> Measure:
    """A RIFF of its whole length; the first chunk tells the size, as one of three codecs writes it."""
    if not data.startswith(b"RIFF") or unpack_from("<I", data, 4)[0] + 8 != len(data):
        raise ValueError("not all of it is here")
    at, size, coded = 12, (0, 0), False
    while at < len(data):
        name, length = unpack_from("<4sI", data, at)
        at += 8
        if at + length > len(data):
            raise ValueError("a chunk is longer than its file")
        if name == b"VP8X":
            size = _three(data, at + 4) + 1, _three(data, at + 7) + 1
        elif name == b"VP8L" and data[at] == 0x2F:
            coded, bits = True, unpack_from("<I", data, at + 1)[0]
            size = size if size[0] else ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
        elif name == b"VP8 " and data[at + 3 : at + 6] == b"\x9d\x01\x2a":
            coded, (width, height) = True, unpack_from("<HH", data, at + 6)
            size = size if size[0] else (width & 0x3FFF, height & 0x3FFF)
        coded = coded or name == b"ANMF"
        at += length + length % 2
    if not coded or 0 in size:
        raise ValueError("no picture")
    return (*size, 0.0)


def _three(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 3], "little")
