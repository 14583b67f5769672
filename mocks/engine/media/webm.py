"""WebM: the elements that say where the frames of a film lie, in clusters of a second each."""

from __future__ import annotations

import struct

# Times are told in thousandths of a second.
THOUSAND = 1000


def webm(width: int, height: int, seconds: float, rate: int, frames: tuple[int, bytes, bytes]) -> bytes:
    """The file of a film of so many frames: the first one, and one that comes again at every later moment."""
    count, first, again = frames
    head = _element(b"\x1aE\xdf\xa3", _number(b"\x42\x86", 1), _number(b"\x42\xf7", 1), _number(b"\x42\xf2", 4),
                    _number(b"\x42\xf3", 8), _element(b"\x42\x82", b"webm"), _number(b"\x42\x87", 4),
                    _number(b"\x42\x85", 2))  # fmt: skip
    info = _element(b"\x15\x49\xa9\x66", _number(b"\x2a\xd7\xb1", 1_000_000),
                    _element(b"\x44\x89", struct.pack(">d", seconds * THOUSAND)), _element(b"\x4d\x80", b"understudy"),
                    _element(b"\x57\x41", b"understudy"))  # fmt: skip
    picture = _element(b"\xe0", _number(b"\xb0", width), _number(b"\xba", height))
    track = _element(b"\xae", _number(b"\xd7", 1), _number(b"\x73\xc5", 1), _number(b"\x83", 1), _number(b"\x9c", 0),
                     _element(b"\x86", b"V_VP9"), _number(b"\x23\xe3\x83", round(1e9 / rate)), picture)  # fmt: skip
    clusters = _clusters(count, rate, first, again)
    body = (info, _element(b"\x16\x54\xae\x6b", track), *clusters)
    return b"".join((head, b"\x18\x53\x80\x67", _sized(sum(map(len, body))), *body))


def _clusters(count: int, rate: int, first: bytes, again: bytes) -> list[bytes]:
    """A second a cluster, all of which hold the same but for the first and the last."""
    blocks = [_block(at, rate, again) for at in range(rate)]
    full, rest = divmod(count, rate)
    whole, start = b"".join(blocks), _block(0, rate, first, key=True)
    seconds = [*[whole] * full, *([b"".join(blocks[:rest])] if rest else [])]
    seconds[0] = start + seconds[0][len(blocks[0]) :]
    return [_element(b"\x1f\x43\xb6\x75", _number(b"\xe7", at * THOUSAND), body) for at, body in enumerate(seconds)]


def _block(at: int, rate: int, frame: bytes, key: bool = False) -> bytes:
    """One frame, and when in its second it is shown."""
    return _element(b"\xa3", b"\x81", struct.pack(">hB", round(at * THOUSAND / rate), 0x80 * key), frame)


def _number(name: bytes, value: int) -> bytes:
    return _element(name, value.to_bytes(max(1, (value.bit_length() + 7) // 8)))


def _element(name: bytes, *parts: bytes) -> bytes:
    size = sum(map(len, parts))
    return b"".join((name, bytes([0x80 | size]) if size < 0x7F else _sized(size), *parts))


def _sized(size: int) -> bytes:
    """A size in eight bytes, the first of which says that they are eight."""
    return (1 << 56 | size).to_bytes(8)
