"""MP3: frames that hold one line of the spectrum each and need nothing of the frames before them."""

from __future__ import annotations

from typing import NamedTuple

from ..medium import Detail
from .bits import Bits

# MPEG-1, layer III. Half a frame has room for some 80 lines of four bits for each four of them.
SAMPLES = 1152
LOWEST, HIGHEST = 5, 60
LOUDNESS = 188
# Readers look for a few frames in a row before they believe that a file is one.
FEWEST = 2
RATES = (44_100, 48_000, 32_000)
BIT_RATES = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)


class Voice(NamedTuple):
    """How a file sounds: samples a second, thousands of bits a second, channels; unless told it is small."""

    rate: int = 48_000
    bits: int = 32
    channels: int = 1

    @classmethod
    def near(cls, detail: Detail) -> Voice:
        """The next one up of those that there are: slower ones are of another kind of MPEG."""
        usual = cls()
        rate = next((each for each in sorted(RATES) if each >= (detail.rate or usual.rate)), max(RATES))
        bits = next((each for each in BIT_RATES[1:] if each >= (detail.bitrate or usual.bits)), BIT_RATES[-1])
        return cls(rate, bits, detail.channels or usual.channels)

    @property
    def size(self) -> int:
        """The bytes of a frame."""
        return 144_000 * self.bits // self.rate

    @property
    def head(self) -> bytes:
        """What a frame begins with."""
        return bytes([0xFF, 0xFB, BIT_RATES.index(self.bits) << 4 | RATES.index(self.rate) << 2,
                      0xC4 if self.channels == 1 else 0x04])  # fmt: skip

    @property
    def side(self) -> int:
        """The bytes of what is said of a frame's halves."""
        return 17 if self.channels == 1 else 32


def mp3(seconds: float, line: int, voice: Voice = Voice()) -> bytes:  # noqa: B008 - it is frozen
    """The file of a tone: whole frames, and how much of the last one is not to be heard."""
    samples = max(1, round(seconds * voice.rate))
    count = max(FEWEST, -(-samples // SAMPLES))
    # The first frame is silent and says how many follow: a player need not count them. What is left over at the end
    # stands in an extension that readers heed only under the name of the encoder that invented it.
    says = b"Info" + (3).to_bytes(4) + count.to_bytes(4) + ((count + 1) * voice.size).to_bytes(4)
    left_over = b"LAME".ljust(21, b"\0") + min(count * SAMPLES - samples, 0xFFF).to_bytes(3) + bytes(12)
    first = (voice.head + bytes(voice.side) + says + left_over).ljust(voice.size, b"\0")
    return first + _frame(line, voice) * count


def _frame(line: int, voice: Voice) -> bytes:
    """A frame of two equal halves: four bits for each four lines up to the one that sounds, and its sign; each channel
    by itself, and all alike."""
    quads, place = divmod(line, 4)
    half = Bits().flags("1111" * quads).u(15 ^ 8 >> place, 4).u(0, 1)
    # Where the bits of the halves begin (here), that no line has larger values, how loud it is, which table is used.
    side = Bits().u(0, 9).u(0, 5 if voice.channels == 1 else 3).u(0, 4 * voice.channels)
    body = Bits()
    for _ in range(2 * voice.channels):
        side.u(half.length, 12).u(0, 9).u(LOUDNESS, 8).u(0, 4).u(0, 1).u(0, 15).u(0, 7).flags("001")
        body.u(half.value, half.length)
    return (voice.head + side.padded() + body.padded()).ljust(voice.size, b"\0")
