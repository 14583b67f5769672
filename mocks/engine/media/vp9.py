"""VP9 for a film of one colour: a key frame of a few bytes, then frames of one byte that show it again.

Every block is predicted from the mean of its neighbours, and only the first one adds something to it, so that its
colour is handed on to all others. What is written here follows the VP9 bitstream specification, 6.1 to 6.4 (the
syntax) and 10.5 (the probabilities, of which a film of one colour meets few).
"""

from __future__ import annotations

from itertools import pairwise

from .bits import Bits
from .colour import Colour

# A frame that shows the first kept frame again.
AGAIN = b"\x88"
# Of a block of 64, 32, 16 and 8 pixels: how likely it stays whole, is cut across, is cut upright; for each of the four
# cases whether the blocks above and to the left of it were cut smaller.
CUTS = (((174, 35, 49), (68, 11, 27), (57, 15, 9), (12, 3, 3)), ((150, 40, 39), (78, 12, 26), (67, 33, 11), (24, 7, 5)),
        ((149, 53, 53), (94, 20, 48), (83, 53, 24), (52, 18, 18)),
        ((158, 97, 94), (93, 24, 99), (85, 119, 44), (62, 59, 67)))  # fmt: skip
SKIPPED = (192, 128, 64)
MEAN_LUMA, MEAN_CHROMA = 137, 144
# How likely a coefficient comes, is not 0, is not 1, and then belongs to the sixth and largest category.
LUMA = (195, 29, 183, 242, 250, 255, 254)
CHROMA = (214, 49, 220, 251, 254, 255, 254)
# How likely a luma coefficient comes where one of the two neighbours has some.
BESIDE = 84
SIXTH, SIXTH_BITS = 67, (254, 254, 254, 252, 249, 243, 230, 196, 177, 153, 140, 133, 130, 129)
# At this quantiser a step is worth 8, of which 32 are one step of brightness in a block of 4 by 4.
QUANTISER, STEPS = 1, 4
WIDEST_TILE = 64


class Range:
    """The arithmetic coder: each choice narrows a range, and any number within the last one tells them all."""

    def __init__(self) -> None:
        self.out = bytearray()
        self.low, self.range, self.pending = 0, 255, -24
        self.put(0, 128)

    def put(self, choice: int, chance: int) -> None:
        """One choice; `chance` is how likely it is 0, in 256ths."""
        split = 1 + ((self.range - 1) * chance >> 8)
        if choice:
            self.low += split
            split = self.range - split
        shift = 8 - split.bit_length()
        self.range = split << shift
        self.low <<= shift
        self.pending += shift
        if self.pending >= 0:
            self._flush()

    def _flush(self) -> None:
        """Hands out what is ready; a carry runs back through all bytes that were full."""
        whole = self.low >> self.pending + 16
        if whole > 0xFFFF:
            at = len(self.out) - 1
            while self.out[at] == 0xFF:
                self.out[at] = 0
                at -= 1
            self.out[at] += 1
        self.out += (whole & 0xFFFF).to_bytes(2)
        self.low &= (1 << self.pending + 16) - 1
        self.pending -= 16

    def done(self) -> bytes:
        """All choices as bytes."""
        for _ in range(32):
            self.put(0, 128)
        # A last byte of this kind would look like the index of several frames in one.
        return bytes(self.out) + (b"\0" if self.out[-1] & 0xE0 == 0xC0 else b"")


def key_frame(width: int, height: int, colour: Colour) -> bytes:
    """The frame of a colour."""
    columns, rows = -(-width // 8), -(-height // 8)
    squares = -(-columns // 8)
    fewest = most = 0
    while WIDEST_TILE << fewest < squares:
        fewest += 1
    while squares >> most + 1 >= 4:
        most += 1
    compressed = _chances()
    head = Bits().flags("10000010").u(0x498342, 24).u(2, 3).flags("0").u(width - 1, 16).u(height - 1, 16)
    head.flags("0").flags("0100").u(0, 6).u(0, 3).flags("0").u(QUANTISER, 8).flags("0000")
    # What follows counts up from the fewest columns of tiles that there may be, as long as more are possible.
    head.flags("00" if fewest < most else "0").u(len(compressed), 16)
    edges = [min((number * squares >> fewest) * 8, columns) for number in range((1 << fewest) + 1)]
    tiles = [_Tile(left, right, rows).coded(colour) for left, right in pairwise(edges)]
    sized = [len(tile).to_bytes(4) + tile for tile in tiles[:-1]]
    return b"".join((head.padded(), compressed, *sized, tiles[-1]))


def _chances() -> bytes:
    """The part of the header that could change probabilities: transforms of 4 by 4, and all else as it is."""
    coder = Range()
    for _ in range(3):
        coder.put(0, 128)
    for _ in SKIPPED:
        coder.put(0, 252)
    return coder.done()


class _Tile:
    """A part of a frame that knows nothing of the parts beside it; places are counted in blocks of 8 by 8."""

    def __init__(self, left: int, right: int, rows: int) -> None:
        self.left, self.right, self.rows = left, right, rows
        self.coder = Range()
        # What each place tells the next block below and to the right: how finely it was cut, whether it was skipped.
        self.above, self.skipped_above = [0] * (right - left + 8), [0] * (right - left + 8)
        self.before, self.skipped_before = [0] * 8, [0] * 8

    def coded(self, colour: Colour) -> bytes:
        """The tile in the order in which it is read: squares of 64 pixels, row by row."""
        for row in range(0, self.rows, 8):
            self.before, self.skipped_before = [0] * 8, [0] * 8
            for column in range(self.left, self.right, 8):
                self._square(row, column, 0, colour)
        return self.coder.done()

    def _square(self, row: int, column: int, depth: int, colour: Colour) -> None:
        if row >= self.rows or column >= self.right:
            return
        half = 4 >> depth
        fits_down, fits_across = row + half < self.rows, column + half < self.right
        first = row == 0 and column == self.left
        finer = self.above[column - self.left] >> 3 - depth & 1, self.before[row % 8] >> 3 - depth & 1
        chances = CUTS[depth][finer[0] + 2 * finer[1]]
        if depth == 3:
            self.coder.put(0, chances[0])
            self._block(row, column, (8 >> depth, 8 >> depth), colour if first else None)
            return
        # The first block is as small as can be in any frame; the others are as large as the frame's edges let them.
        split = first or not (fits_down or fits_across)
        if fits_down and fits_across:
            for chance in chances if split else chances[:1]:
                self.coder.put(split, chance)
        elif fits_down or fits_across:
            self.coder.put(split, chances[2 if fits_down else 1])
        if split:
            for down, across in ((0, 0), (0, half), (half, 0), (half, half)):
                self._square(row + down, column + across, depth + 1, colour)
        else:
            size = 8 >> depth
            self._block(row, column, (size if fits_down else half, size if fits_across else half), None)

    def _block(self, row: int, column: int, size: tuple[int, int], colour: Colour | None) -> None:
        at, beside, (down, across) = column - self.left, row % 8, size
        skips = int(colour is None)
        self.coder.put(skips, SKIPPED[self.skipped_above[at] + self.skipped_before[beside]])
        self.coder.put(0, MEAN_LUMA)
        self.coder.put(0, MEAN_CHROMA)
        if colour is not None:
            self._add(colour)
        self.above[at : at + across] = [16 - 2 * across & 15] * across
        self.before[beside : beside + down] = [16 - 2 * down & 15] * down
        self.skipped_above[at : at + across] = [skips] * across
        self.skipped_before[beside : beside + down] = [skips] * down

    def _add(self, colour: Colour) -> None:
        """What the first block adds to the mean that nobody has handed to it, which is 128."""
        self._coefficient(colour.y - 128, LUMA)
        for chance in (BESIDE, BESIDE, LUMA[0]):
            self.coder.put(0, chance)
        self._coefficient(colour.u - 128, CHROMA)
        self._coefficient(colour.v - 128, CHROMA)

    def _coefficient(self, steps: int, chances: tuple[int, ...]) -> None:
        """A coefficient of the sixth category, and that no other follows it."""
        for chance in chances:
            self.coder.put(1, chance)
        rest = abs(steps) * STEPS - SIXTH
        for place, chance in enumerate(SIXTH_BITS):
            self.coder.put(rest >> len(SIXTH_BITS) - 1 - place & 1, chance)
        self.coder.put(int(steps < 0), 128)
        self.coder.put(0, 1)
