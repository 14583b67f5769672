"""MP4 and MOV: boxes in boxes that say where the frames of a film lie, before the frames, so that it plays at once."""

from __future__ import annotations

import struct
from typing import NamedTuple

TICKS = 1_000  # that a frame lasts
# What lies where on the screen: nothing is turned, nothing is stretched.
MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
BRANDS = {"mp4": b"isom\0\0\x02\0isomiso2avc1mp41", "mov": b"qt  \0\0\x02\0qt  "}


class Reel(NamedTuple):
    """The frames of a film, in order: what tells the decoder about them, the first, and all others in one."""

    width: int
    height: int
    config: bytes
    first: bytes
    rest: bytes
    sizes: bytes
    count: int  # type: ignore[assignment]  # a tuple's own method of this name is not missed
    ticks: int
    scale: int  # ticks of a second


def boxed(form: str, reel: Reel) -> bytes:
    """The file of a film."""
    brand = _box(b"ftyp", BRANDS[form])
    size = len(brand) + len(_movie(form, reel, 0)) + 8
    body = (reel.first, reel.rest)
    return b"".join((brand, _movie(form, reel, size), struct.pack(">I4s", 8 + sum(map(len, body)), b"mdat"), *body))


def _movie(form: str, reel: Reel, start: int) -> bytes:
    """What says everything about the film but its frames, of which the first begins at `start`."""
    plain = b"\0" * 8
    head = _full(b"mvhd", plain, struct.pack(">II", reel.scale, reel.ticks), b"\0\1\0\0\1\0", b"\0" * 10, MATRIX,
                 b"\0" * 24, struct.pack(">I", 2))  # fmt: skip
    track = _full(b"tkhd", plain, struct.pack(">IIIQ", 1, 0, reel.ticks, 0), plain, MATRIX,
                  struct.pack(">II", reel.width << 16, reel.height << 16), flags=3)  # fmt: skip
    length = _full(b"mdhd", plain, struct.pack(">IIHH", reel.scale, reel.ticks, 0x55C4, 0))
    # QuickTime counts the letters of a name, where MP4 ends it with a zero.
    kind = (b"mhlr", b"\x05Video") if form == "mov" else (b"\0" * 4, b"Video\0")
    handler = _full(b"hdlr", kind[0], b"vide", b"\0" * 12, kind[1])
    where = _box(b"dinf", _full(b"dref", struct.pack(">I", 1), _full(b"url ", flags=1)))
    media = _box(b"minf", _full(b"vmhd", plain, flags=1), where, _table(reel, start))
    return _box(b"moov", head, _box(b"trak", track, _box(b"mdia", length, handler, media)))


def _table(reel: Reel, start: int) -> bytes:
    """Of every frame: how it is coded, how long it lasts, whether it stands alone, how large it is, where it is."""
    coded = _box(b"avc1", b"\0" * 6, struct.pack(">H", 1), b"\0" * 16, struct.pack(">HH", reel.width, reel.height),
                 struct.pack(">IIIH", 72 << 16, 72 << 16, 0, 1), b"\0" * 32, b"\0\x18\xff\xff",
                 _box(b"avcC", reel.config))  # fmt: skip
    # The last frame takes what the others leave, so that the film lasts to the tick as long as was asked.
    last = reel.ticks - (reel.count - 1) * TICKS
    spans = [(reel.count - 1, TICKS), (1, last)] if reel.count > 1 and last != TICKS else [(reel.count, last)]
    return _box(
        b"stbl",
        _full(b"stsd", struct.pack(">I", 1), coded),
        _full(b"stts", struct.pack(">I", len(spans)), *(struct.pack(">II", *span) for span in spans)),
        _full(b"stss", struct.pack(">II", 1, 1)),
        _full(b"stsc", struct.pack(">IIII", 1, 1, reel.count, 1)),
        _full(b"stsz", struct.pack(">II", 0, reel.count), reel.sizes),
        _full(b"stco", struct.pack(">II", 1, start)),
    )


def _box(name: bytes, *parts: bytes) -> bytes:
    return b"".join((struct.pack(">I4s", 8 + sum(map(len, parts)), name), *parts))


def _full(name: bytes, *parts: bytes, flags: int = 0) -> bytes:
    """A box that says its version, which is 0."""
    return _box(name, struct.pack(">I", flags), *parts)
