"""Pictures that say what they were asked for: the order in readable text, on colours that are its own."""

from __future__ import annotations

import colorsys
import hashlib
import json
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

from ..medium import PLAIN, Card, Detail, Medium
from .card import document, put
from .lettering import Area, draw, fit
from .look import looked

if TYPE_CHECKING:
    from PIL import Image, ImageDraw

MOST_PIXELS = 64 * 1024 * 1024
# What the formats themselves can hold along a side.
LONGEST_SIDE = {"png": 2**31 - 1, "jpeg": 65_500, "webp": 16_383}
# Every pixel is one of 16 tones of the background, mixed with one of 16 strengths of ink.
TONES = 16
BRIGHT, DIM, FAINT = 255, 176, 80
QUALITY = 75  # of a picture for which none was asked
# At this relative luminance of the brightest tone, white text has a contrast of more than 5 to 1.
BRIGHTEST_TONE = 0.14


def picture(medium: Medium, card: Card, plain: bool = False) -> bytes:
    """The file of a picture; `plain` draws nothing of the card, and only keeps it inside."""
    _guard(medium)
    written = document(medium, card)
    if plain:
        template = _template(medium.format, medium.width, medium.height, medium.quality or QUALITY, medium.detail)
        return put(template, medium.format, written)
    digest = hashlib.blake2b(written).digest()
    canvas = _background(medium.width, medium.height, digest)
    _write(canvas, _words(medium, card, written, digest))
    drawn = _encoded(canvas, digest, medium.format, medium.quality or QUALITY, medium.detail)
    return put(drawn, medium.format, written)


@lru_cache(maxsize=16)
def _template(form: str, width: int, height: int, quality: int, detail: Detail = PLAIN) -> bytes:
    """The grey picture that all plain ones of a size are made of."""
    canvas = _background(width, height, bytes(64))
    _write(canvas, ("", f"{width} x {height}", "plain"))
    return _encoded(canvas, b"", form, quality, detail)


def _guard(medium: Medium) -> None:
    longest = LONGEST_SIDE.get(medium.format)
    if longest is None:
        raise ValueError(
            f"expected a picture as {', '.join(LONGEST_SIDE)}; came {medium.format!r}; "
            "ask for one of these, or for a clip if it is no picture"
        )
    width, height = medium.width, medium.height
    if not (1 <= width <= longest and 1 <= height <= longest and width * height <= MOST_PIXELS):
        raise ValueError(
            f"expected a {medium.format} of 1 to {longest} pixels a side and at most {MOST_PIXELS} in all; "
            f"came {width} x {height}; ask for a smaller picture"
        )


def _words(medium: Medium, card: Card, written: bytes, digest: bytes) -> tuple[str, str, str]:
    """What stands above, in the middle and below; an order without a prompt shows its inputs instead."""
    # The seed is taken as it was written: Python refuses to print a number of thousands of digits.
    said: dict[str, object] = json.loads(written)
    middle = card.prompt
    if not middle and card.inputs:
        middle = json.dumps(said["inputs"], ensure_ascii=False, indent=1)
    size = f"{medium.width} x {medium.height}"
    below = f"seed {said['seed']}   index {card.index}   {size}   {medium.format}   {digest[:4].hex()}"
    return f"{card.provider}   {card.model}", middle, below


def _background(width: int, height: int, digest: bytes) -> Image.Image:
    """A few random heights, drawn as the terraces between them: every value is a tone, with no ink on it yet."""
    # Pillow takes some 70 ms to import, and most sessions never look at a picture.
    from PIL import Image

    # In whole numbers the slopes between so few heights would come out as visible steps.
    grid = Image.frombytes("L", (6, 4), digest[8:32]).convert("F")
    smooth = grid.resize((width, height), Image.Resampling.BICUBIC).convert("L")
    return smooth.point([value & 0xF0 for value in range(256)])


def _write(canvas: Image.Image, words: tuple[str, str, str]) -> None:
    """The ink: drawn in full strength on a sheet of its own, then laid under the tones as their lower bits."""
    from PIL import Image, ImageChops, ImageDraw

    sheet = Image.new("L", canvas.size)
    pen = ImageDraw.Draw(sheet)
    width, height = canvas.size
    short = min(width, height)
    if short < 160:
        edge = short // 24
        area = Area(edge, edge, width - 2 * edge, height - 2 * edge)
        above, middle, below = words
        block = fit(" ".join("\n".join(filter(None, (middle, below, above))).split("   ")), area, short // 3, 9)
        draw(pen, block, (edge, max(edge, (height - block.height) // 2)), BRIGHT)
    else:
        _write_page(pen, words, (width, height))
    canvas.paste(ImageChops.add(canvas, sheet.point([value >> 4 for value in range(256)])))


def _write_page(pen: ImageDraw.ImageDraw, words: tuple[str, str, str], size: tuple[int, int]) -> None:
    """Who answered above, what was asked for between two rules, the figures below."""
    width, height = size
    short = min(size)
    edge, smallest = short // 14, max(12 if short >= 256 else 9, short // 80)
    wide, strip = width - 2 * edge, max(short // 9, 4 * smallest)
    above = fit(words[0], Area(edge, edge, wide, strip), short // 24, smallest)
    below = fit(words[2], Area(edge, 0, wide, strip), short // 32, smallest)
    draw(pen, above, (edge, edge), DIM)
    draw(pen, below, (edge, height - edge - below.height), DIM)
    gap = short // 40
    top, bottom = edge + above.height + gap, height - edge - below.height - gap
    thick = max(1, short // 400)
    for y in (top, bottom):
        pen.rectangle((edge, y, width - edge - 1, y + thick - 1), fill=FAINT)
    area = Area(edge, top + gap, wide, bottom - top - 2 * gap)
    middle = fit(words[1], area, short // 9, smallest)
    draw(pen, middle, (edge, area.top + (area.height - middle.height) // 2), BRIGHT)


def _palette(digest: bytes) -> list[int]:
    """For every tone, the way from its colour to white ink; without a digest the colours are greys."""
    start, way, vivid = (digest[0] / 255, (digest[1] - 128) / 400, 0.6) if digest else (0.0, 0.0, 0.0)
    palette: list[int] = []
    for tone in range(TONES):
        share = tone / (TONES - 1)
        # From green over blue to red: the yellows between would be mud at so little light.
        hue = 0.31 + 0.73 * min(1.0, max(0.0, start + way * share))
        colour = _colour(hue, vivid, BRIGHTEST_TONE * (0.12 + 0.88 * share))
        for ink in range(16):
            palette += (round(part + (255 - part) * ink / 15) for part in colour)
    return palette


def _colour(hue: float, vivid: float, luminance: float) -> tuple[float, float, float]:
    """The hue at a given relative luminance, so that white text reads as well on yellow as on blue."""
    linear = [part**2.2 for part in colorsys.hls_to_rgb(hue % 1.0, 0.5, vivid)]
    seen = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    red, green, blue = (min(1.0, part * luminance / seen) ** (1 / 2.2) * 255 for part in linear)
    return red, green, blue


def _encoded(canvas: Image.Image, digest: bytes, form: str, quality: int, detail: Detail) -> bytes:
    canvas.putpalette(_palette(digest))
    shown = looked(canvas, detail)
    out = BytesIO()
    if form == "png":
        shown.save(out, "PNG", compress_level=4)
    elif form == "jpeg":
        shown.convert("RGB").save(out, "JPEG", quality=quality)  # which has no way to be clear
    else:
        shown.convert("RGBA" if shown.mode == "RGBA" else "RGB").save(out, "WEBP", quality=quality, method=0)
    return out.getvalue()
