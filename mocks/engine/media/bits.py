"""A run of bits that is written one field after the other, as codecs write their headers."""

from __future__ import annotations


class Bits:
    """Bits in the order in which they were written; every method hands the run back, so that fields can be chained."""

    def __init__(self) -> None:
        self.value = 0
        self.length = 0

    def u(self, value: int, width: int) -> Bits:
        """A whole number in so many bits."""
        self.value = self.value << width | value
        self.length += width
        return self

    def flags(self, written: str) -> Bits:
        """Bits that are written as text."""
        return self.u(int(written, 2), len(written))

    def ue(self, *values: int) -> Bits:
        """Whole numbers as Exp-Golomb codes, which are the shorter the smaller the number is."""
        for value in values:
            width = (value + 1).bit_length()
            self.u(value + 1, 2 * width - 1)
        return self

    def se(self, value: int) -> Bits:
        """A number with a sign as an Exp-Golomb code."""
        return self.ue(2 * value - 1 if value > 0 else -2 * value)

    def repeat(self, pattern: str, times: int) -> Bits:
        """A pattern over and over, at the cost of a copy."""
        if times > 0:
            whole, rest = divmod(times, 8)
            # Eight times any pattern is a whole number of bytes, which are repeated faster than bits are.
            once = int(pattern * 8, 2).to_bytes(len(pattern))
            self.u(int.from_bytes(once * whole), 8 * len(once) * whole)
            if rest:
                self.flags(pattern * rest)
        return self

    def padded(self, stop: str = "") -> bytes:
        """The bytes, filled up with zeros behind the bits that end them."""
        if stop:
            self.flags(stop)
        self.u(0, -self.length % 8)
        return self.value.to_bytes(self.length // 8)
