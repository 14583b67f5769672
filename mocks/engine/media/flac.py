"""FLAC: a tone whose every sample follows from the two before it, so that a frame of any length needs few bytes."""

from __future__ import annotations

import hashlib
import math
import sys
from array import array
from functools import cache
from typing import NamedTuple

from .bits import Bits

# The fourth of a second holds whole waves of every multiple of 4 Hz, so that frames follow each other without a click.
SAMPLES_A_SECOND = 16_000
LOUDNESS = 8_000
# The last block before the sound: who made the file, and that there are no comments.
COMMENT = b"\x84\0\0\x12\x0a\0\0\0understudy\0\0\0\0"
# How many binary places a factor has behind the point.
SHIFT = 13
POLYNOMIALS = {8: 0x107, 16: 0x18005}


class Pitch(NamedTuple):
    """A tone: its waves in a block, how many samples that has, and on how many channels it sounds."""

    waves: int
    block: int
    channels: int


def flac(seconds: float, waves: int, rate: int = SAMPLES_A_SECOND, channels: int = 1) -> bytes:
    """The file of a tone of so many waves a fourth of a second."""
    pitch = Pitch(waves, rate // 4, channels)
    samples, block = max(1, round(seconds * rate)), pitch.block
    whole, rest = divmod(samples, block)
    tone = _heard(pitch)
    digest = hashlib.md5(usedforsecurity=False)
    for _ in range(whole):
        digest.update(tone)
    digest.update(tone[: 2 * rest * channels])
    longest = block if whole else max(16, rest)
    info = Bits().u(longest, 16).u(longest, 16).u(0, 48).u(rate, 20).u(channels - 1, 3).u(15, 5).u(samples, 36)
    frames = [_frame(number, block, pitch, rate) for number in range(whole)]
    if rest:
        frames.append(_frame(whole, rest, pitch, rate))
    return b"".join((b"fLaC\0\0\0\x22", info.padded(), digest.digest(), COMMENT, *frames))


def _start(pitch: Pitch) -> tuple[int, int, int]:
    """The first two samples, and the factor that leads from two samples to the next."""
    step = math.tau * pitch.waves / pitch.block
    return 0, round(LOUDNESS * math.sin(step)), min(round(2 * math.cos(step) * 2**SHIFT), 2 ** (SHIFT + 1) - 1)


def _heard(pitch: Pitch) -> bytes:
    """A fourth of a second as a decoder hears it, roundings and all."""
    before, last, factor = _start(pitch)
    tone = [before, last]
    for _ in range(pitch.block - 2):
        before, last = last, (factor * last - (before << SHIFT)) >> SHIFT
        tone.append(last)
    heard = array("h", [value for value in tone for _ in range(pitch.channels)])
    if sys.byteorder == "big":
        heard.byteswap()
    return heard.tobytes()


def _frame(number: int, samples: int, pitch: Pitch, rate: int) -> bytes:
    """A frame that holds the rule of the tone and where it starts, once a channel; what is left over is nothing, in no
    bits. A rate that has no sign of its own is the one that the file begins with."""
    sign = 0x75 if rate == SAMPLES_A_SECOND else 0x70
    head = b"".join(
        (b"\xff\xf8", bytes([sign, (pitch.channels - 1) << 4 | 8]), _utf8(number), (samples - 1).to_bytes(2))
    )
    head += bytes([_crc(head, 8)])
    told, bits = _told(samples, pitch), Bits()
    for _ in range(pitch.channels):
        bits.u(told.value, told.length)
    frame = head + bits.padded()
    return frame + _crc(frame, 16).to_bytes(2)


def _told(samples: int, pitch: Pitch) -> Bits:
    """One channel of a frame."""
    first, second, factor = _start(pitch)
    bits = Bits()
    if samples < 3:
        # A rule that looks back further than the frame reaches is none: the samples are told as they are.
        bits.u(0b00000010, 8)
        for value in (first, second)[:samples]:
            bits.u(value & 0xFFFF, 16)
    else:
        bits.u(0b01000010, 8).u(first & 0xFFFF, 16).u(second & 0xFFFF, 16).u(14, 4).u(SHIFT, 5)
        bits.u(factor & 0x7FFF, 15).u(-(1 << SHIFT) & 0x7FFF, 15).u(0, 6).u(0b1111, 4).u(0, 5)
    return bits


def _utf8(number: int) -> bytes:
    """A number as UTF-8 writes the character of that number, be it a surrogate."""
    return chr(number).encode(errors="surrogatepass")


def _crc(data: bytes, width: int) -> int:
    """The remainder of the data, which FLAC begins with zero and mirrors nowhere."""
    table, value, mask = _remainders(width), 0, (1 << width) - 1
    for byte in data:
        value = (value << 8 & mask) ^ table[value >> width - 8 ^ byte]
    return value


@cache
def _remainders(width: int) -> list[int]:
    """What each byte leaves behind."""
    found = []
    for byte in range(256):
        value = byte << width - 8
        for _ in range(8):
            value = value << 1 ^ (POLYNOMIALS[width] if value >> width - 1 else 0)
        found.append(value)
    return found
