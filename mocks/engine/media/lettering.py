"""Text on a picture: measured, wrapped, shrunk until it fits, with a box for each character that the font lacks."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby, islice
from typing import TYPE_CHECKING, NamedTuple, cast

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

# Text is shrunk to keep its words whole, but not below so many times the smallest size that is legible.
ROOMY = 2
# A line shorter than so many letters is no place for a larger size.
NARROW = 4


class Area(NamedTuple):
    """A rectangle of pixels that text may fill."""

    left: int
    top: int
    width: int
    height: int


class Row(NamedTuple):
    """One line of wrapped text; `after` is the place in the text where the next one begins."""

    text: str
    after: int
    broken: bool


class Face(dict[str, float]):
    """The built-in font at one size, and how far each character of it moves the pen."""

    def __init__(self, size: int) -> None:
        # Pillow takes some 70 ms to import, and most sessions never look at a picture.
        from PIL import ImageFont

        super().__init__()
        self.size = size
        self.font = _true_type(ImageFont.load_default(size))
        self.digits = _true_type(ImageFont.load_default(max(8, round(size * 0.5))))
        self.inset = max(2, size // 8)
        self.digit_row = round(self.digits.size * 0.82)
        self.box_height = 2 * self.digit_row + 2 * self.inset
        widest = self.digits.getlength("D")
        self.box_widths = {half: round(widest * half) + 2 * self.inset for half in (2, 3)}
        self.pitch = round(size * 1.3)

    def __missing__(self, char: str) -> float:
        if lacks(char):
            # A box is as wide as its longer row of digits: two of them in the first plane, three beyond. It is not
            # kept, since there are a million characters that have one.
            return self.box_widths[2 + (char > "\uffff")] + max(1, self.size // 10)
        self[char] = found = float(self.font.getlength(char))
        return found


class Block(NamedTuple):
    """Text that was fitted into an area: the face that it fits in, the way from line to line, its lines."""

    face: Face
    pitch: int
    rows: list[str]

    @property
    def height(self) -> int:
        """The height of all lines."""
        return len(self.rows) * self.pitch


@lru_cache(maxsize=64)
def face_of(size: int) -> Face:
    """The built-in font at a size; loading it takes longer than drawing a line."""
    return Face(size)


@lru_cache(maxsize=4096)
def lacks(char: str) -> bool:
    """Whether the font has no glyph of its own for the character, or the character has no looks at all."""
    if char < "\x7f" and char >= " ":
        return False
    if unicodedata.category(char).startswith("C"):
        return True
    return _mask(char) == _mask("\U0010ffff")


def code(char: str) -> str:
    """The code point in hexadecimal digits, four at least."""
    return f"{ord(char):04X}"


def fit(text: str, area: Area, largest: int, smallest: int) -> Block:
    """The text in the largest face that it fits in; in the smallest, what is left over is counted in a last line."""
    # Digits in a box have a smallest size of their own, so that small lines with boxes in them stand further apart.
    boxed = not (text.isascii() and text.replace("\n", "").isprintable())
    size = max(largest, smallest)
    while size > smallest:
        face = face_of(size)
        pitch = max(face.pitch, face.box_height + 2) if boxed else face.pitch
        rows = list(islice(wrap(text, face, area.width), area.height // pitch + 1))
        strict = size > smallest * ROOMY or area.width < size * NARROW
        if len(rows) <= area.height // pitch and not (strict and any(row.broken for row in rows)):
            return Block(face, pitch, [row.text for row in rows])
        size = max(smallest, min(size - 1, round(size * 0.88)))
    face = face_of(smallest)
    return _cut(text, area, face, max(face.pitch, face.box_height + 2) if boxed else face.pitch)


def wrap(text: str, face: Face, width: float) -> Iterator[Row]:
    """The lines of a text, as they are wanted: a long text is measured no further than it is drawn."""
    start = 0
    while start < len(text):
        row = _row(text, start, face, width)
        yield row
        start = row.after


def draw(pen: ImageDraw.ImageDraw, block: Block, at: tuple[int, int], ink: int) -> None:
    """The lines of a block, from its upper left corner."""
    face, (left, top) = block.face, at
    for number, row in enumerate(block.rows):
        x, y = float(left), top + number * block.pitch
        for boxed, group in groupby(row, lacks):
            piece = "".join(group)
            if not boxed:
                pen.text((x, y), piece, fill=ink, font=face.font)
                x += face.font.getlength(piece)
                continue
            for char in piece:
                _draw_box(pen, face, char, (round(x), y + (face.pitch - face.box_height) // 2 - 1), ink)
                x += face[char]


def _row(text: str, start: int, face: Face, width: float) -> Row:
    """One line: up to a line break, else as many words as the width holds, else a part of one word."""
    x, end, after = 0.0, start, start
    for at in range(start, len(text)):
        char = text[at]
        if char == "\n":
            return Row(text[start:at], at + 1, False)
        boxed = char > "~" and lacks(char)
        if char == " " or (boxed and at > start):
            end, after = at, at + (not boxed)
        x += face[char]
        if x > width:
            if after > start:
                return Row(text[start:end], after, False)
            end = max(at, start + 1)
            return Row(text[start:end], end, True)
        if boxed or char in "-/":
            end = after = at + 1
    return Row(text[start:], len(text), False)


def _cut(text: str, area: Area, face: Face, pitch: int) -> Block:
    room = area.height // pitch
    rows = list(islice(wrap(text, face, area.width), room + 1))
    if len(rows) <= room and all(sum(map(face.__getitem__, row.text)) <= area.width for row in rows):
        return Block(face, pitch, [row.text for row in rows])
    kept = rows[: max(0, room - 1)]
    missing = len(text) - (kept[-1].after if kept else 0)
    for note in (f"[{missing:,} more characters are not drawn]", f"[+{missing} characters]", f"[+{missing}]"):
        if room and face.font.getlength(note) <= area.width:
            return Block(face, pitch, [*(row.text for row in kept), note])
    # Not even the shortest note has room: such a picture says nothing, and its card says all.
    return Block(face, pitch, [])


def _draw_box(pen: ImageDraw.ImageDraw, face: Face, char: str, at: tuple[int, int], ink: int) -> None:
    """The outline of a box, and the code point in two rows in it."""
    left, top = at
    digits, width = code(char), face.box_widths[2 + (char > "\uffff")]
    stroke = max(1, face.size // 24)
    pen.rectangle((left, top, left + width - 1, top + face.box_height - 1), outline=ink, width=stroke)
    half = len(digits) // 2
    for number, row in enumerate((digits[:half], digits[half:])):
        tile = _digits(face.size, row)
        x = left + (width - tile.width) // 2
        pen.bitmap((x, top + face.inset + number * face.digit_row), tile, fill=ink)


@lru_cache(maxsize=1024)
def _digits(size: int, row: str) -> Image.Image:
    """A row of digits as a mask; a page of Chinese shows the same few hundred over and over."""
    from PIL import Image, ImageDraw

    face = face_of(size)
    tile = Image.new("L", (round(face.digits.getlength(row)) + 1, face.digit_row))
    ImageDraw.Draw(tile).text((0, face.digit_row - 1), row, fill=255, font=face.digits, anchor="ls")
    return tile


def _mask(char: str) -> tuple[tuple[int, int], bytes]:
    mask = face_of(20).font.getmask(char)
    return mask.size, bytes(mask)


def _true_type(font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> ImageFont.FreeTypeFont:
    # Pillow hands out its other, unscalable font only where it is asked for no size.
    return cast("ImageFont.FreeTypeFont", font)
