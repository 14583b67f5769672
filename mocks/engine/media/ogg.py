"""Ogg: pages with lacing, places and checksums; and a prepared Opus clip that is repeated until its time is up."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple
from zlib import crc32

# Opus counts in these, whatever the sound was recorded at; a packet of the clip lasts 20 ms.
SAMPLES_A_SECOND = 48_000
PACKET = 960
# Where on the first page it stands how many samples are to be skipped.
SKIP = 38
CHANNELS = 37  # where it stands for how many ears it is
# So many packets of a second or less go on one page.
PAGE = 50
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class Clip(NamedTuple):
    """What is kept of the prepared clip: its first two pages, and a second of packets."""

    head: bytes
    tags: bytes
    packets: list[bytes]


@cache
def stock() -> bytes:
    """The prepared clip, a second of a tone; docs/recipes/clips.py makes it anew."""
    return (files(__package__) / "stock" / "clip.ogg").read_bytes()


def ogg(seconds: float, rate: int = 0, channels: int = 0) -> bytes:
    """The file of a sound that lasts as long as was asked, to the sample. A rate is only noted down, as Opus has it;
    where two channels are wanted, decoders play its one on both."""
    clip = _clip()
    samples = max(1, round(seconds * SAMPLES_A_SECOND))
    count = -(-samples // PACKET)
    full, rest = divmod(count, PAGE)
    # The same packets lie on every page, so that they are joined once.
    lacing, body = _joined(clip.packets)
    head = clip.head
    if rate or channels:
        told = (bytes([channels or head[CHANNELS]]), head[SKIP : SKIP + 2], struct.pack("<I", rate or SAMPLES_A_SECOND))
        head = head[:CHANNELS] + b"".join(told) + head[SKIP + 6 :]
    pages = [head, clip.tags]
    serial = clip.head[14:18]
    for number in range(full):
        # The place of the last page is where the sound ends, although its last packet goes on.
        place = min((number + 1) * PAGE * PACKET, samples)
        pages.append(_page(4 * (place == samples), place, serial, (lacing, body)))
    if rest:
        pages.append(_page(4, samples, serial, _joined(clip.packets[:rest])))
    return b"".join(numbered(page, number) for number, page in enumerate(pages))


@cache
def _clip() -> Clip:
    head, tags, *sound = pages(stock())
    packets = [packet for page in sound for packet in _packets(page)]
    # No sample is skipped at the start, since readers add those to the length that they tell.
    return Clip(head[:SKIP] + b"\0\0" + head[SKIP + 2 :], tags, packets[:PAGE])


def _packets(page: bytes) -> Iterator[bytes]:
    """The packets of a page on which none goes on to the next."""
    at, size = 27 + page[26], 0
    for part in page[27 : 27 + page[26]]:
        size += part
        if part < 255:
            yield page[at : at + size]
            at, size = at + size, 0


def _joined(packets: list[bytes]) -> tuple[bytes, bytes]:
    lacing = b"".join(b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255]) for packet in packets)
    return lacing, b"".join(packets)


def _page(flag: int, place: int, serial: bytes, laced: tuple[bytes, bytes]) -> bytes:
    lacing, body = laced
    head = struct.pack("<4sBBQ4sQB", b"OggS", 0, flag, place, serial, 0, len(lacing))
    return head + lacing + body


def pages(data: bytes) -> Iterator[bytes]:
    """The pages of a file, one after the other."""
    at = 0
    while data.startswith(b"OggS", at) and at + 27 <= len(data):
        lacing = data[at + 27 : at + 27 + data[at + 26]]
        end = at + 27 + len(lacing) + sum(lacing)
        yield data[at:end]
        at = end


def numbered(page: bytes, number: int) -> bytes:
    """The page with its number, and with the checksum that belongs to it then."""
    blank = page[:18] + struct.pack("<I", number) + bytes(4) + page[26:]
    # Ogg's checksum is the one of zlib, read from the other end and begun and ended with zeros instead of ones.
    mirrored = crc32(blank.translate(_MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return blank[:22] + mirrored.to_bytes(4).translate(_MIRRORED) + blank[26:]
