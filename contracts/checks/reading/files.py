"""What a file is, told from its bytes alone: its format, its size and its length, without asking who made it.

It shares nothing with those who make files here, so that the two can be held against each other. Containers are walked
to their end and their checksums are counted, but no picture is decoded and no sound is heard.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import NamedTuple

from . import films, papers, pictures, sounds

Measure = tuple[int, int, float]  # width, height, seconds


class File(NamedTuple):
    """What a file is; the format is empty where nobody knows it, or where the file is broken."""

    format: str = ""
    width: int = 0
    height: int = 0
    seconds: float = 0.0


# By its first bytes: where they stand, what they are, and who reads on.
BY_SIGN: tuple[tuple[int, bytes, str, Callable[[bytes], Measure]], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "png", pictures.png), (0, b"\xff\xd8\xff", "jpeg", pictures.jpeg),
    (8, b"WEBP", "webp", pictures.webp), (8, b"WAVE", "wav", sounds.wav), (0, b"fLaC", "flac", sounds.flac),
    (0, b"OggS", "ogg", sounds.ogg), (4, b"ftypqt  ", "mov", films.mp4), (4, b"ftyp", "mp4", films.mp4),
    (0, b"\x1aE\xdf\xa3", "webm", films.webm), (0, b"glTF", "glb", papers.glb),
)  # fmt: skip
# What has no sign of its own is tried in this order: the strictest first.
BY_TRIAL: tuple[tuple[str, Callable[[bytes], Measure]], ...] = (
    ("mp3", sounds.mp3), ("safetensors", papers.safetensors), ("svg", papers.svg), ("json", papers.json_text),
    ("txt", papers.txt),
)  # fmt: skip
# All that the readers raise over bytes that are not what they should be.
BROKEN = (ValueError, IndexError, KeyError, TypeError, OverflowError, struct.error)


def told(data: bytes) -> File:
    """What the bytes are; nobody's bytes are a File without a format, never an exception."""
    for at, sign, name, read in BY_SIGN:
        if data.startswith(sign, at):
            return _read(name, read, data)
    for name, read in BY_TRIAL:
        if (found := _read(name, read, data)).format:
            return found
    return File()


def _read(name: str, read: Callable[[bytes], Measure], data: bytes) -> File:
    try:
        width, height, seconds = read(data)
    except BROKEN:
        return File()
    return File(name, width, height, seconds)
