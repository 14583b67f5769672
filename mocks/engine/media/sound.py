"""Sounds of the asked length: a tone, which is the order's own wherever a format can be written tone by tone."""

from __future__ import annotations

import math
import wave
from array import array
from io import BytesIO

from ..medium import Medium
from . import mp3
from .flac import LOUDNESS, SAMPLES_A_SECOND, flac
from .ogg import ogg

LONGEST_SECONDS = 600.0


def sound(medium: Medium, digest: bytes) -> bytes:
    """The file of a sound, a second long where its order asks for no length."""
    if not 0 <= medium.seconds <= LONGEST_SECONDS:
        raise ValueError(
            f"expected a {medium.format} of more than 0 and at most {LONGEST_SECONDS:g} seconds; "
            f"came {medium.seconds:g}; ask for a shorter one"
        )
    seconds = medium.seconds or 1.0
    waves = 55 + int.from_bytes(digest[:2]) % 166
    detail = medium.detail
    if medium.format == "flac":
        return flac(seconds, waves, detail.rate or SAMPLES_A_SECOND, detail.channels or 1)
    if medium.format == "mp3":
        return mp3.mp3(seconds, mp3.LOWEST + digest[0] % (mp3.HIGHEST - mp3.LOWEST), mp3.Voice.near(detail))
    if medium.format == "ogg":
        return ogg(seconds, detail.rate, detail.channels)
    return _wav(seconds, waves, detail.rate or SAMPLES_A_SECOND, detail.channels or 1)


def _wav(seconds: float, waves: int, rate: int, channels: int) -> bytes:
    frames, block = max(1, round(seconds * rate)), rate // 4
    once = array("h", (round(LOUDNESS * math.sin(math.tau * waves * at / block))
                       for at in range(block) for _ in range(channels)))  # fmt: skip
    out = BytesIO()
    with wave.open(out, "wb") as heard:
        heard.setnchannels(channels)
        heard.setsampwidth(2)
        heard.setframerate(rate)
        heard.writeframes((once * (frames // block + 1))[: frames * channels].tobytes())
    return out.getvalue()
