"""Text and drawings that are text: TXT, JSON and SVG that say what was asked for."""

from __future__ import annotations

import json
import re
import textwrap
from html import escape

from ..medium import Card, Medium
from .colour import colour_of

# What XML cannot hold at all, whichever way it is written.
UNSPEAKABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
MOST_ROWS, FEWEST_LETTERS = 12, 8
LONGEST_SIDE = 65_500


def txt(card: Card) -> bytes:
    """A page of text."""
    said = card.prompt or json.dumps(dict(card.inputs), ensure_ascii=False, indent=1, sort_keys=True, default=str)
    return f"{card.provider}   {card.model}\n\n{said}\n".encode()


def json_text(card: Card) -> bytes:
    """An object with the text as its one field."""
    return json.dumps({"text": txt(card).decode()}, ensure_ascii=False, separators=(",", ":")).encode()


def svg(medium: Medium, card: Card, digest: bytes) -> bytes:
    """A drawing of the asked size with the prompt on it, as text."""
    width, height = medium.width, medium.height
    if not (1 <= width <= LONGEST_SIDE and 1 <= height <= LONGEST_SIDE):
        raise ValueError(
            f"expected an svg of 1 to {LONGEST_SIDE} pixels a side; came {width} x {height}; ask for a smaller picture"
        )
    rows = _rows(card.prompt, width, height)
    size = max(1.0, min(height / (1.4 * (len(rows) + 2)), width / (0.62 * max(FEWEST_LETTERS, *map(len, rows)))))
    lines = "".join(
        f'<text x="50%" y="{height / 2 + (at - (len(rows) - 1) / 2) * size * 1.3:g}">{_spoken(row)}</text>'
        for at, row in enumerate(rows)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f"<title>{_spoken(card.prompt)}</title>"
        f'<rect width="{width}" height="{height}" fill="{colour_of(digest).web}"/>'
        f'<g font-family="sans-serif" font-size="{size:.4g}" fill="#ffffff" text-anchor="middle"'
        f' dominant-baseline="middle">{lines}</g></svg>\n'
    ).encode()


def _rows(text: str, width: int, height: int) -> list[str]:
    """The prompt in lines that are as long as the drawing is wide; what has no room is counted in the last one."""
    letters = max(FEWEST_LETTERS, round((len(text) * width / height * 2) ** 0.5))
    rows = [row for line in text.splitlines() for row in textwrap.wrap(line, letters)] or [""]
    if len(rows) <= MOST_ROWS:
        return rows
    kept = rows[: MOST_ROWS - 1]
    return [*kept, f"[+{len(text) - sum(map(len, kept))} characters]"]


def _spoken(text: str) -> str:
    return escape(UNSPEAKABLE.sub("\ufffd", text), quote=False)
