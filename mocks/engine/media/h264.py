"""H.264 for a film of one colour: a key frame of a byte a block, then frames that say that nothing has changed.

Every block is predicted from the mean of its neighbours, and only the first one adds something to it, so that its
colour is handed on to all others. What is written here follows ITU-T H.264, 7.3 (the syntax) and 9.2 (its codes).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .bits import Bits
from .colour import Colour

# Of each level: its number, how many blocks a second has at most, and how many a frame has.
LEVELS = ((10, 1485, 99), (11, 3000, 396), (12, 6000, 396), (13, 11880, 396), (21, 19800, 792), (22, 20250, 1620),
          (30, 40500, 1620), (31, 108000, 3600), (32, 216000, 5120), (40, 245760, 8192), (42, 522240, 8704),
          (50, 589824, 22080), (51, 983040, 36864), (52, 2073600, 36864), (60, 4177920, 139264),
          (61, 8355840, 139264), (62, 16711680, 139264))  # fmt: skip
BASELINE, HIGH_444 = 66, 244
# At this quantiser a level of luma is one step of brightness, and one of the halved chroma is two.
QUANTISER = 28
# A frame's number has four bits, so that it comes again after sixteen frames.
CYCLE = 16


class Coded(NamedTuple):
    """A film: what its decoder is told first, its key frame, and the frames that follow over and over."""

    config: bytes
    key: bytes
    later: tuple[bytes, ...]


def film(width: int, height: int, rate: int, colour: Colour) -> Coded:
    """The film of a colour. Frames of odd size keep their chroma whole, since halves cannot be cut to odd sizes."""
    whole = bool(width % 2 or height % 2)
    across, down = -(-width // 16), -(-height // 16)
    settings = _settings(width, height, rate, whole)
    # One picture parameter set serves all frames; it leaves it to them to switch the loop filter off.
    frames = (Bits().ue(0, 0).flags("00").ue(0, 0, 0).flags("000").se(QUANTISER - 26)
              .se(0).se(0).flags("100").padded("1"))  # fmt: skip
    sps, pps = (_escaped(b"\x67" + settings), _escaped(b"\x68" + frames))
    config = b"".join((b"\x01", settings[:3], b"\xff\xe1", len(sps).to_bytes(2), sps, b"\x01", len(pps).to_bytes(2),
                       pps, b"\xff\xf8\xf8\0" if whole else b""))  # fmt: skip
    later = tuple(_unit(_same(across * down, number % CYCLE)) for number in range(1, CYCLE + 1))
    return Coded(config, _unit(_key(across * down, colour, whole)), later)


def level(across: int, down: int, rate: int) -> int:
    """The lowest level that holds frames of so many blocks; above the highest one that one is stated."""
    blocks = across * down
    for number, most, largest in LEVELS:
        if blocks <= largest and blocks * rate <= most and max(across, down) ** 2 <= 8 * largest:
            return number
    return LEVELS[-1][0]


def _settings(width: int, height: int, rate: int, whole: bool) -> bytes:
    """The sequence parameter set."""
    across, down = -(-width // 16), -(-height // 16)
    bits = Bits().u(HIGH_444 if whole else BASELINE, 8).u(0 if whole else 0xC0, 8).u(level(across, down, rate), 8).ue(0)
    if whole:
        bits.ue(3).flags("0").ue(0, 0).flags("00")
    bits.ue(0, 2, 1).flags("0").ue(across - 1, down - 1).flags("11")
    right, below = across * 16 - width, down * 16 - height
    bits.u(bool(right or below), 1)
    if right or below:
        step = 1 if whole else 2
        bits.ue(0, right // step, 0, below // step)
    # What players ask for: the colours are BT.709, so many frames a second, none of them out of order.
    bits.flags("1001").u(5, 3).flags("01").u(1, 8).u(1, 8).u(1, 8)
    bits.flags("01").u(1, 32).u(2 * rate, 32).flags("0").flags("0001").flags("1").ue(0, 0, 0, 0, 0, 1)
    return bits.padded("1")


def _key(blocks: int, colour: Colour, whole: bool) -> bytes:
    """The slice of the key frame."""
    bits = Bits().u(0x65, 8).ue(0, 7, 0).u(0, 4).ue(0).flags("00").se(0).ue(1)
    y, u, v = (value - 128 for value in colour)
    if whole:
        bits.ue(3).se(0)
        for part in (y, u, v):
            _coefficient(bits, "000101", part)
        return bits.repeat("001001111", blocks - 1).padded("1")
    bits.ue(7, 0).se(0)
    _coefficient(bits, "000101", y)
    for part in (u // 2, v // 2):
        _coefficient(bits, "000111", part)
    return bits.repeat("00100111", blocks - 1).padded("1")


def _same(blocks: int, number: int) -> bytes:
    """The slice of a frame that skips all its blocks, and so is the one before."""
    return Bits().u(0x41, 8).ue(0, 5, 0).u(number, 4).flags("000").se(0).ue(1).ue(blocks).padded("1")


def _coefficient(bits: Bits, token: str, value: int) -> None:
    """One coefficient that stands alone and first; it is at least 2 from nothing, as smaller ones have other codes."""
    code = (2 * value - 2 if value > 0 else -2 * value - 1) - 2
    bits.flags(token)
    if code < 14:
        bits.u(1, code + 1)
    elif code < 30:
        bits.u(1, 15).u(code - 14, 4)
    else:
        bits.u(1, 16).u(code - 30, 12)
    bits.flags("1")


def _unit(raw: bytes) -> bytes:
    """A unit as containers hold it: with its length, and without anything that looks like the start of another."""
    escaped = _escaped(raw)
    return len(escaped).to_bytes(4) + escaped


def _escaped(raw: bytes) -> bytes:
    return re.sub(rb"\0\0(?=[\0-\3])", b"\0\0\3", raw)
