"""Reads how long a WAV, an MP3, a FLAC or an Ogg is, and whether it is all there."""

from __future__ import annotations

from functools import cache
from struct import unpack_from

Measure = tuple[int, int, float]
STREAMED = 0xFFFFFFFF  # the length of a WAV that was written into a pipe

RATES = (44100, 48000, 32000)
# kbit/s by what MPEG is (1 or lower) and its layer (I, II, III), in the order of their numbers.
BIT_RATES = {
    (1, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}  # fmt: skip
BIT_RATES[2, 3] = BIT_RATES[2, 2]
FEWEST = 2  # frames in a row, before one believes that they are frames
LONGEST_FRAME = 1 << 21  # bytes of a FLAC's frame, of as many samples and channels as there can be
FLAC_SIZES = {1: 192, **{n: 576 << n - 2 for n in range(2, 6)}, **{n: 256 << n - 8 for n in range(8, 16)}}


def wav(data: bytes) -> Measure:
    """The samples' bytes by how many of them make a second."""
    if not data.startswith(b"RIFF"):
        raise ValueError("no RIFF")
    at, rate, length = 12, 0, -1
    while at + 8 <= len(data) and length < 0:
        name, size = unpack_from("<4sI", data, at)
        at += 8
        if name == b"fmt ":
            _, channels, samples, rate, block, _ = unpack_from("<HHIIHH", data, at)
            if not channels or not samples or not block:
                raise ValueError("no sound")
        if name == b"data":
            length = len(data) - at if size == STREAMED else size
        elif size == STREAMED:
            raise ValueError("a part without an end")
        at += size + size % 2 if size != STREAMED else length
    if not rate or length < 0 or at - length % 2 > len(data):
        raise ValueError("not all of it is here")
    return 0, 0, length / rate


def mp3(data: bytes) -> Measure:
    """Frames without a gap to the end; the first may say how many follow, and what of them is not to be heard."""
    at = _past_tag(data)
    end = len(data) - 128 if data[-128:-125] == b"TAG" and len(data) >= at + 128 else len(data)
    count, samples, rate, silent, promised = 0, 0, 0, 0, -1
    while at < end:
        length, each, rate = _frame(data, at)
        if at + length > end:
            raise ValueError("the last frame is cut off")
        told = _info(data, at, length) if not count and promised < 0 else None
        if told is None:
            count, samples = count + 1, samples + each
        else:
            promised, silent = told
        at += length
    if count < FEWEST or (promised >= 0 and promised != count):
        raise ValueError("too few frames")
    return 0, 0, max(0, samples - silent) / rate


def _past_tag(data: bytes) -> int:
    if not data.startswith(b"ID3"):
        return 0
    size = 0
    for byte in data[6:10]:
        size = size << 7 | byte & 0x7F
    return 10 + size + (10 if data[5] & 0x10 else 0)


def _frame(data: bytes, at: int) -> tuple[int, int, int]:
    """A frame's length in bytes and in samples, and how many of those make a second."""
    (head,) = unpack_from(">I", data, at)
    version, layer, bit_rate, rate = head >> 19 & 3, 4 - (head >> 17 & 3), head >> 12 & 15, head >> 10 & 3
    if head >> 21 != 0x7FF or version == 1 or layer == 4 or bit_rate in (0, 15) or rate == 3:
        raise ValueError("no frame where one must be")
    first = version == 3
    a_second = RATES[rate] >> {3: 0, 2: 1, 0: 2}[version]
    bits = BIT_RATES[1 if first else 2, layer][bit_rate] * 1000
    padding = head >> 9 & 1
    if layer == 1:
        return (12 * bits // a_second + padding) * 4, 384, a_second
    samples = 1152 if first or layer == 2 else 576
    return samples // 8 * bits // a_second + padding, samples, a_second


def _info(data: bytes, at: int, length: int) -> tuple[int, int] | None:
    """What a silent first frame says: how many follow, if it does, and how many samples are not to be heard."""
    frame = data[at : at + length]
    place = max(frame.find(b"Xing", 4, 44), frame.find(b"Info", 4, 44))
    if place < 0:
        return None
    (flags,) = unpack_from(">I", frame, place + 4)
    count = unpack_from(">I", frame, place + 8)[0] if flags & 1 else -1
    sizes = (4, 4, 100, 4)
    tail = place + 8 + sum(size for bit, size in enumerate(sizes) if flags >> bit & 1)
    trimmed = (
        int.from_bytes(frame[tail + 21 : tail + 24]) if frame[tail : tail + 4] in (b"LAME", b"Lavf", b"Lavc") else 0
    )
    return count, (trimmed >> 12) + (trimmed & 0xFFF)


def flac(data: bytes) -> Measure:
    """Its first block says how many samples there are; that many must stand in its frames, the last of them whole."""
    at, last = 4, False
    while not last:
        (head,) = unpack_from(">I", data, at)
        last, at = bool(head >> 31), at + 4 + (head & 0xFFFFFF)
    first = int.from_bytes(data[18:26])
    rate, total = first >> 44, first & (1 << 36) - 1
    if data[4] & 0x7F or not rate or at > len(data):
        raise ValueError("no sound")
    start, seen = -1, 0
    least = max(1, int.from_bytes(data[12:15]))  # how short a frame of this file may be: between, none is looked for
    while (at := data.find(b"\xff", at)) >= 0 and at + 4 < len(data):
        size = _flac_frame(data, at)
        start, seen, at = (at, seen + size, at + least) if size else (start, seen, at + 1)
    if (
        start < 0
        or len(data) - start > LONGEST_FRAME
        or (total and seen < total)
        or _checksum(data[start:], 16, 0x8005)
    ):
        raise ValueError("not all of it is here")
    return 0, 0, (total or seen) / rate


def _flac_frame(data: bytes, at: int) -> int:
    """How many samples the frame at this place holds; none, if no frame begins here."""
    if data[at + 1] & 0xFE != 0xF8 or data[at + 3] & 1:
        return 0
    size, rate = data[at + 2] >> 4, data[at + 2] & 15
    number = data[at + 4]
    more = next((n for n in range(8) if not number >> (7 - n) & 1), 8)
    end = at + 5 + max(0, more - 1)
    coded = {6: 1, 7: 2}.get(size, 0)
    samples = int.from_bytes(data[end : end + coded]) + 1 if coded else FLAC_SIZES.get(size, 0)
    end += coded + {12: 1, 13: 2, 14: 2}.get(rate, 0)
    return samples if more not in (1, 8) and end < len(data) and not _checksum(data[at : end + 1], 8, 0x07) else 0


def ogg(data: bytes) -> Measure:
    """Pages without a gap to the end; the last says how many samples came before it."""
    at, pages, serial, granule, ended = 0, 0, b"", 0, False
    while at < len(data):
        sign, version, kind, place, whose, _, _, count = unpack_from("<4sBBq4sIIB", data, at)
        table = data[at + 27 : at + 27 + count]
        length = 27 + count + sum(table)
        if sign != b"OggS" or version or len(table) != count or at + length > len(data):
            raise ValueError("no page where one must be")
        serial = serial or whose
        if whose == serial:
            granule, ended = max(granule, place), bool(kind & 4)
        at, pages = at + length, pages + 1
        if (pages == 1 or at == len(data)) and not _page_is_whole(data[at - length : at]):
            raise ValueError("a page is not what its checksum says")
    head = data[28:]
    if not ended or pages < FEWEST:
        raise ValueError("not all of it is here")
    if head.startswith(b"OpusHead"):
        return 0, 0, max(0, granule - unpack_from("<H", head, 10)[0]) / 48000
    if head.startswith(b"\x01vorbis"):
        return 0, 0, granule / unpack_from("<I", head, 12)[0]
    raise ValueError("no sound that is known")


def _page_is_whole(page: bytes) -> bool:
    said = unpack_from("<I", page, 22)[0]
    return bool(_checksum(page[:22] + bytes(4) + page[26:], 32, 0x04C11DB7) == said)


def _checksum(data: bytes, width: int, rule: int) -> int:
    """What is left of the bytes, as a long number without carries, divided by the rule."""
    table, step = _table(width, rule), width - 8
    most, left = (1 << width) - 1, 0
    for byte in data:
        left = (left << 8 & most) ^ table[left >> step ^ byte]
    return left


@cache
def _table(width: int, rule: int) -> list[int]:
    return [_divided(byte, width, rule) for byte in range(256)]


def _divided(byte: int, width: int, rule: int) -> int:
    left = byte << width - 8
    for _ in range(8):
        left = (left << 1 ^ (rule if left >> width - 1 else 0)) & (1 << width) - 1
    return left
