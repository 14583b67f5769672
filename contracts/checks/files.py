"""What a file is, told from its bytes alone."""

from __future__ import annotations

import io
from typing import NamedTuple

from PIL import Image, UnidentifiedImageError


class File(NamedTuple):
    """A file's format, size and length; empty where its bytes do not tell."""

    format: str = ""
    width: int = 0
    height: int = 0
    seconds: float = 0.0


def told(data: bytes) -> File:
    """What a file is."""
    if data[4:8] == b"ftyp":
        return File("mp4")
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return File("wav")
    if data[:3] == b"ID3" or data[:2] == b"\xff\xfb":
        return File("mp3")
    try:
        picture = Image.open(io.BytesIO(data))
    except (UnidentifiedImageError, OSError, ValueError):
        return File()
    return File(str(picture.format).lower(), *picture.size)
