"""The file of a medium: made by the one who knows its format, with the card of its order inside."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from ..medium import FORMATS, Card, Medium
from .card import document, put
from .film import film
from .flaw import flawed
from .mesh import glb
from .picture import picture
from .sound import sound
from .weights import safetensors
from .writing import json_text, svg, txt


def file_of(medium: Medium, card: Card, plain: bool = False) -> bytes:
    """The bytes of a file: a function of medium and card; `plain` pictures have nothing drawn on them."""
    if medium.own:
        return medium.own
    if not medium.flaw:
        return _whole(medium, card, plain)
    right = replace(medium, flaw="")
    # A picture is taken for a sound and anything else for a picture: readers of the one know nothing of the other.
    other = Medium("audio", "wav") if medium.kind == "image" else Medium("image", "png", 64, 64)
    return flawed(medium.flaw, medium.format, _whole(right, card, plain), lambda: _whole(other, card, plain))


def _whole(medium: Medium, card: Card, plain: bool) -> bytes:
    if medium.format not in FORMATS.get(medium.kind, ()):
        told = "; ".join(f"{kind} as {', '.join(forms)}" for kind, forms in FORMATS.items())
        raise ValueError(
            f"expected {told}; came {medium.kind!r} as {medium.format!r}; ask for one of these, "
            "or bring a file of your own"
        )
    if medium.kind == "image" and medium.format != "svg":
        return picture(medium, card, plain)
    written = document(medium, card)
    return put(_blank(medium, card, hashlib.blake2b(written).digest()), medium.format, written)


def _blank(medium: Medium, card: Card, digest: bytes) -> bytes:
    """The file without its card; the digest of that makes it the order's own."""
    if medium.kind == "video":
        return film(medium, digest)
    if medium.kind == "audio":
        return sound(medium, digest)
    if medium.kind == "3d":
        return glb(digest)
    if medium.kind == "lora":
        return safetensors(digest)
    if medium.format == "svg":
        return svg(medium, card, digest)
    return txt(card) if medium.format == "txt" else json_text(card)
