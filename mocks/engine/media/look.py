"""Looks: what a picture of an order becomes that is to be made from another one: a cut-out, a mask, its edges."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..luck import digest
from ..medium import Detail

if TYPE_CHECKING:
    from PIL import Image

CLEAR = (0, 0, 0, 0)
# The form that is cut out stands in the middle, so far from each edge, of that side.
EDGE = 8
GRAIN = 8  # blocks along a side
SMALLEST, LARGEST = 0.1, 0.4  # of a side of the picture, what is found in it has as its own

Area = tuple[int, int, int, int]  # left, top, right, bottom


def looked(canvas: Image.Image, detail: Detail) -> Image.Image:
    """The picture as its look wants it."""
    return LOOKS[detail.look](canvas, detail) if detail.look else canvas


def _cut_out(canvas: Image.Image, detail: Detail) -> Image.Image:
    """What stands in the middle, before its ground."""
    from PIL import Image

    ground = Image.new("RGBA", canvas.size, (*detail.ground, *CLEAR)[:4] if detail.ground else CLEAR)
    return Image.composite(canvas.convert("RGBA"), ground, _mask(canvas, detail))


def _mask(canvas: Image.Image, detail: Detail) -> Image.Image:
    """White where something is: in the middle, unless its places are told."""
    from PIL import Image, ImageDraw

    sheet = Image.new("L", canvas.size)
    pen, (width, height) = ImageDraw.Draw(sheet), canvas.size
    if detail.areas:
        for left, top, right, bottom in detail.areas:
            pen.rectangle((left, top, max(left, right - 1), max(top, bottom - 1)), fill=255)
    else:
        pen.ellipse((width // EDGE, height // EDGE, width - width // EDGE, height - height // EDGE), fill=255)
    return sheet


def _edges(canvas: Image.Image, _: Detail) -> Image.Image:
    from PIL import ImageFilter

    return canvas.convert("L").filter(ImageFilter.FIND_EDGES).point([min(255, 3 * value) for value in range(256)])


def _soft(canvas: Image.Image, _: Detail) -> Image.Image:
    from PIL import ImageFilter

    return canvas.convert("RGB").filter(ImageFilter.GaussianBlur(max(1, min(canvas.size) // 40)))


def _grey(canvas: Image.Image, _: Detail) -> Image.Image:
    """Brightness alone, drawn apart as far as it goes."""
    from PIL import ImageOps

    return ImageOps.autocontrast(canvas.convert("L"))


def _blocks(canvas: Image.Image, _: Detail) -> Image.Image:
    from PIL import Image

    small = canvas.convert("RGB").resize((GRAIN, GRAIN), Image.Resampling.BOX)
    return small.resize(canvas.size, Image.Resampling.NEAREST)


def spots(word: str, most: int, width: int, height: int) -> tuple[Area, ...]:
    """Areas that lie within a picture, at least one, as a digest has them."""
    return tuple(_spot(digest(word, at), width, height) for at in range(1 + int(word[:2], 16) % most))


def _spot(word: str, width: int, height: int) -> Area:
    shares = [int(word[at : at + 4], 16) / 0xFFFF for at in range(0, 16, 4)]
    wide, high = (max(1, round(side * (SMALLEST + (LARGEST - SMALLEST) * share)))
                  for side, share in zip((width, height), shares, strict=False))  # fmt: skip
    left, top = round((width - wide) * shares[2]), round((height - high) * shares[3])
    return left, top, left + wide, top + high


LOOKS: dict[str, Callable[[Image.Image, Detail], Image.Image]] = {
    "cut-out": _cut_out, "mask": lambda canvas, detail: _mask(canvas, detail).convert("L"), "edges": _edges,
    "soft": _soft, "grey": _grey, "blocks": _blocks,
}  # fmt: skip
