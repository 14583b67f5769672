"""Films and sounds: a short prepared clip, or a tone of the wanted length, with the card of the order inside."""

from __future__ import annotations

import hashlib
import math
import wave
from array import array
from functools import cache
from importlib.resources import files
from io import BytesIO

from .card import document, put
from .medium import Card, Medium

FORMATS = {"video": ("mp4", "mov", "webm"), "audio": ("wav", "mp3", "flac", "ogg")}
LONGEST_SECONDS = 600.0
SAMPLES_A_SECOND = 16_000
LOUDNESS = 8_000


def clip(medium: Medium, card: Card) -> bytes:
    """The file of a clip.

    A wav lasts as long as `medium.seconds` asks (a second where it asks for nothing), and its tone is the order's
    own. The others have the length and size that their prepared clip has.
    """
    known = FORMATS.get(medium.kind, ())
    if medium.format not in known:
        raise ValueError(
            f"expected video as {', '.join(FORMATS['video'])} or audio as {', '.join(FORMATS['audio'])}; "
            f"came {medium.kind!r} as {medium.format!r}; ask for one of these"
        )
    written = document(medium, card)
    if medium.format == "wav":
        return put(_tone(medium.seconds or 1.0, hashlib.blake2b(written).digest()), "wav", written)
    return put(stock(f"clip.{medium.format}"), medium.format, written)


@cache
def stock(name: str) -> bytes:
    """The bytes of a prepared clip, a second or two long; docs/recipes/clips.py makes them all anew."""
    return (files(__package__) / "stock" / name).read_bytes()


def _tone(seconds: float, digest: bytes) -> bytes:
    if not 0 < seconds <= LONGEST_SECONDS:
        raise ValueError(
            f"expected a wav of more than 0 and at most {LONGEST_SECONDS:g} seconds; came {seconds:g}; "
            "ask for a shorter one, or for mp3, which comes at its prepared length"
        )
    frames = max(1, round(seconds * SAMPLES_A_SECOND))
    # A quarter of a second holds whole waves of every multiple of 4 Hz, so that it can be repeated without a click.
    quarter = SAMPLES_A_SECOND // 4
    waves = 55 + int.from_bytes(digest[:2]) % 166
    once = array("h", (round(LOUDNESS * math.sin(math.tau * waves * at / quarter)) for at in range(quarter)))
    out = BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(SAMPLES_A_SECOND)
        sound.writeframes((once * (frames // quarter + 1))[:frames].tobytes())
    return out.getvalue()
