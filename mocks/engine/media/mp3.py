"""MP3: frames that hold one line of the spectrum each and need nothing of the frames before them."""

from __future__ import annotations

from .bits import Bits

# MPEG-1, layer III, 32 kbit/s, 48 kHz, one channel: every frame has 96 bytes and lasts 24 ms.
HEAD = b"\xff\xfb\x14\xc4"
SIZE, SAMPLES, SAMPLES_A_SECOND = 96, 1152, 48_000
# Half a frame has room for some 80 lines of four bits for each four of them.
LOWEST, HIGHEST = 5, 60
LOUDNESS = 188
# Readers look for a few frames in a row before they believe that a file is one.
FEWEST = 2


def mp3(seconds: float, line: int) -> bytes:
    """The file of a tone: whole frames, and how much of the last one is not to be heard."""
    samples = max(1, round(seconds * SAMPLES_A_SECOND))
    count = max(FEWEST, -(-samples // SAMPLES))
    # The first frame is silent and says how many follow: a player need not count them. What is left over at the end
    # stands in an extension that readers heed only under the name of the encoder that invented it.
    says = b"Info" + (3).to_bytes(4) + count.to_bytes(4) + ((count + 1) * SIZE).to_bytes(4)
    left_over = b"LAME".ljust(21, b"\0") + min(count * SAMPLES - samples, 0xFFF).to_bytes(3) + bytes(12)
    return (HEAD + bytes(17) + says + left_over).ljust(SIZE, b"\0") + _frame(line) * count


def _frame(line: int) -> bytes:
    """A frame of two equal halves: four bits for each four lines up to the one that sounds, and its sign."""
    quads, place = divmod(line, 4)
    half = Bits().flags("1111" * quads).u(15 ^ 8 >> place, 4).u(0, 1)
    # Where the bits of the halves begin (here), that no line has larger values, how loud it is, which table is used.
    side = Bits().u(0, 9).u(0, 5).u(0, 4)
    for _ in range(2):
        side.u(half.length, 12).u(0, 9).u(LOUDNESS, 8).u(0, 4).u(0, 1).u(0, 15).u(0, 7).flags("001")
    body = Bits().u(half.value, half.length).u(half.value, half.length)
    return (HEAD + side.padded() + body.padded()).ljust(SIZE, b"\0")
